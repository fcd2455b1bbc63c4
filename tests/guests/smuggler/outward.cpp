// From the guest to those who see its run: standard streams, metrics.jsonl, outputs, checkpoints, run.json.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "smuggler.h"

using namespace cloister;

namespace {

using Bytes = std::span<const std::uint8_t>;

// Up to six bytes as a number that a float64 holds.
std::int64_t number(Bytes bytes) {
  std::int64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}
// Pieces of `size` bytes, one after the other, until one is refused.
template <class Tell>
Expected<void> each(Bytes secret, std::size_t size, const Tell& tell) {
  for (std::size_t at = 0; at < secret.size(); at += size) {
    CLOISTER_CHECK(tell(secret.subspan(at, std::min(size, secret.size() - at))));
  }
  return {};
}

Expected<void> print(Bytes secret) {
  std::puts(hex(secret).c_str());
  return {};
}
Expected<void> print_error(Bytes secret) {
  std::fprintf(stderr, "%s\n", hex(secret).c_str());
  return {};
}
Expected<void> metric_names(Bytes secret) {
  return each(secret, 30, [](Bytes piece) {
    return attempt<cloister_ml_outputs_scalar>(std::string_view("n" + hex(piece)), std::uint64_t{0}, 0.0);
  });
}
Expected<void> metric_values(Bytes secret) {
  return each(secret, 6, [](Bytes piece) {
    return attempt<cloister_ml_outputs_scalar>(std::string_view("v"), std::uint64_t{0},
                                               static_cast<double>(number(piece)));
  });
}
Expected<void> metric_steps(Bytes secret) {
  return each(secret, 6, [](Bytes piece) {
    return attempt<cloister_ml_outputs_scalar>(std::string_view("s"), static_cast<std::uint64_t>(number(piece)), 0.0);
  });
}
// A matrix without a value has labels all the same; so many empty ones as a byte says.
Expected<void> matrix_sizes(Bytes secret) {
  return each(secret, 1, [](Bytes piece) {
    std::vector<workload_string_t> labels(piece[0], detail::string_of(""));
    workload_list_string_t rows{labels.data(), labels.size()}, columns{nullptr, 0};
    workload_list_f64_t values{nullptr, 0};
    return attempt<cloister_ml_outputs_matrix>(std::string_view("m"), &rows, &columns, &values);
  });
}
Expected<void> matrix_labels(Bytes secret) {
  return each(secret, 32, [](Bytes piece) {
    const std::string label = hex(piece);
    workload_string_t raw = detail::string_of(label);
    workload_list_string_t rows{&raw, 1}, columns{nullptr, 0};
    workload_list_f64_t values{nullptr, 0};
    return attempt<cloister_ml_outputs_matrix>(std::string_view("m"), &rows, &columns, &values);
  });
}
Expected<void> phase_names(Bytes secret) {
  return each(secret, 30, [](Bytes piece) {
    return attempt<cloister_ml_outputs_phase>(std::string_view("p" + hex(piece)), static_cast<std::uint64_t*>(nullptr));
  });
}
Expected<void> phase_totals(Bytes secret) {
  return each(secret, 6, [](Bytes piece) {
    auto total = static_cast<std::uint64_t>(number(piece));
    return attempt<cloister_ml_outputs_phase>(std::string_view("p"), &total);
  });
}

// ---- outputs ----

// Which of eight granted outputs are there.
Expected<void> output_names(Bytes secret) {
  for (int bit = 0; bit < 8; ++bit) {
    if ((secret[0] >> bit & 1) != 0) CLOISTER_CHECK(output::save_text("o" + std::to_string(bit), ""));
  }
  return {};
}
Expected<void> output_text(Bytes secret) { return output::save_text("o0", hex(secret)); }
Expected<void> output_values(Bytes secret) {
  workload_list_u8_t bytes{const_cast<std::uint8_t*>(secret.data()), secret.size()};
  CLOISTER_TRY(const Tensor all, attempt<cloister_ml_tensors_static_tensor_from_bytes>(
                                     &bytes, IntArrayRef({static_cast<std::int64_t>(secret.size())}), kUInt8));
  return output::save("o0", all);
}
// Tensors without an element have names, and shapes.
Expected<void> output_tensor_names(Bytes secret) { return output::save("o0", {{hex(secret), zeros(0)}}); }
// Sizes of dimensions beside an empty one; three bytes each, so that the host takes the shape.
Expected<void> output_shapes(Bytes secret) {
  std::vector<std::pair<std::string, Tensor>> all;
  CLOISTER_CHECK(each(secret, 3, [&](Bytes piece) -> Expected<void> {
    CLOISTER_TRY(Tensor shaped, attempt<cloister_ml_ops_zeros>(IntArrayRef({0, number(piece)}), kFloat32));
    all.emplace_back(std::to_string(all.size()), std::move(shaped));
    return {};
  }));
  return output::save("o0", all);
}

// ---- checkpoints ----

struct Position {
  std::uint8_t bytes[256] = {};
};
Expected<void> checkpoint_position(Bytes secret) {
  Position position;
  std::copy(secret.begin(), secret.end(), position.bytes);
  return Checkpoint("o0").save(position);
}
Expected<void> checkpoint_learning_rates(Bytes secret) {
  Tensor weight = zeros(1);
  weight.requires_grad_();
  std::vector<optim::SGD> optimizers;
  CLOISTER_CHECK(each(secret, 6, [&](Bytes piece) -> Expected<void> {
    optimizers.emplace_back(std::vector{weight}, optim::SGDOptions{.lr = static_cast<double>(number(piece))});
    return {};
  }));
  Checkpoint checkpoint("o0");
  for (std::size_t i = 0; i < optimizers.size(); ++i) checkpoint.add(std::to_string(i), optimizers[i]);
  return checkpoint.save(0);
}
Expected<void> checkpoint_seed(Bytes secret) {
  (void)zeros(1);
  cloister_ml_ops_manual_seed(static_cast<std::uint64_t>(number(secret.first(6))));
  return Checkpoint("o0").save(0);
}

// ---- the end ----

Expected<void> exit_code(Bytes secret) { std::_Exit(secret[0]); }
Expected<void> error_text(Bytes secret) { return fail(hex(secret)); }
// Of a handle that is not open, the engine says which one it was.
Expected<void> trap_text(Bytes secret) {
  (void)cloister_ml_tensors_method_tensor_numel({static_cast<std::int32_t>(number(secret.first(3)) + 1000)});
  return {};
}
// More than the limit of memory allows: how much more is the workload's choice.
Expected<void> memory_request(Bytes secret) {
  const auto pages = static_cast<std::size_t>(number(secret.first(2)) & 0x3fff);
  if (__builtin_wasm_memory_grow(0, 0x8000 + pages) == SIZE_MAX) std::abort();
  return {};
}
// More than may be printed.
Expected<void> print_too_much(Bytes secret) {
  const std::string many(1024 + secret[0], 'x');
  (void)!::write(1, many.data(), many.size());
  return {};
}
// The host repeats a name that is not granted, and the run ends because of it.
Expected<void> refused_name(Bytes secret) { return output::save_text(hex(secret.first(32)), ""); }

constexpr Outward kChannels[] = {
    {"print", print},
    {"print-error", print_error},
    {"metric-names", metric_names},
    {"metric-values", metric_values},
    {"metric-steps", metric_steps},
    {"matrix-sizes", matrix_sizes},
    {"matrix-labels", matrix_labels},
    {"phase-names", phase_names},
    {"phase-totals", phase_totals},
    {"output-names", output_names},
    {"output-text", output_text},
    {"output-values", output_values},
    {"output-tensor-names", output_tensor_names},
    {"output-shapes", output_shapes},
    {"checkpoint-position", checkpoint_position},
    {"checkpoint-learning-rates", checkpoint_learning_rates},
    {"checkpoint-seed", checkpoint_seed},
    {"exit-code", exit_code},
    {"error-text-out", error_text},
    {"trap-text", trap_text},
    {"memory-request", memory_request},
    {"print-too-much", print_too_much},
    {"refused-name", refused_name},
};

}  // namespace

std::span<const Outward> outward_channels() { return kChannels; }
