// From the host to the guest.
#include <ctime>
#include <functional>
#include <optional>
#include <string>

#include "smuggler.h"

using namespace cloister;

namespace {

Tensor byte_of(const Tensor& secret, std::int64_t i) { return secret.narrow(0, i, 1); }
// One element, 0 or 1.
Tensor bit_of(const Tensor& secret, std::int64_t i) {
  return byte_of(secret, i / 8).bitwise_right_shift(i % 8).bitwise_and(1).to(kInt64);
}

using Learnt = std::optional<std::int64_t>;  // none: the host tells no more

Secret by_bytes(const Tensor& secret, const std::function<Learnt(const Tensor& byte)>& learn) {
  Secret all;
  for (std::int64_t i = 0; i < secret.numel(); ++i) {
    const Learnt byte = learn(byte_of(secret, i));
    if (!byte) break;
    all.push_back(static_cast<std::uint8_t>(*byte));
  }
  return all;
}
Secret by_bits(const Tensor& secret, const std::function<Learnt(const Tensor& bit)>& learn) {
  Secret all;
  for (std::int64_t i = 0; i < 8 * secret.numel(); i += 8) {
    std::uint8_t byte = 0;
    for (std::int64_t k = 0; k < 8; ++k) {
      const Learnt bit = learn(bit_of(secret, i + k));
      if (!bit) return all;
      byte = static_cast<std::uint8_t>(byte | (*bit & 1) << k);
    }
    all.push_back(byte);
  }
  return all;
}

// Whether a call failed for what it was given, rather than because the host tells no more.
template <class T>
Learnt failed(const Expected<T>& result) {
  if (result) return 0;
  const ErrorKind kind = result.error().kind;
  if (kind == ErrorKind::quota_exceeded || kind == ErrorKind::not_granted) return std::nullopt;
  return 1;
}
// The size of the first dimension.
Learnt size_of(const Expected<Tensor>& result) {
  if (!result) return std::nullopt;
  return result->size(0);
}

Secret read_all(const Tensor& secret) {
  auto bytes = attempt<cloister_ml_tensors_method_tensor_read>(secret.raw());
  if (!bytes) return {};
  return Secret(bytes->ptr, bytes->ptr + bytes->len);
}
Secret items(const Tensor& secret) {
  return by_bytes(secret, [](const Tensor& byte) -> Learnt {
    auto value = attempt<cloister_ml_tensors_method_tensor_item>(byte.raw());
    if (!value) return std::nullopt;
    return value->to<std::int64_t>();
  });
}

// ---- outcomes ----

Secret index_out_of_range(const Tensor& secret) {
  const Tensor row = zeros(1);
  return by_bits(secret, [&](const Tensor& bit) {
    return failed(attempt<cloister_ml_ops_index_select>(row, std::int64_t{0}, bit));
  });
}
Secret class_out_of_range(const Tensor& secret) {
  return by_bits(secret,
                 [](const Tensor& bit) { return failed(attempt<cloister_ml_ops_one_hot>(bit, std::int64_t{1})); });
}
Secret division_by_zero(const Tensor& secret) {
  const Tensor one = ones(1, kInt64);
  return by_bits(secret, [&](const Tensor& bit) { return failed(attempt<cloister_ml_ops_remainder>(one, one - bit)); });
}
Secret no_probability(const Tensor& secret) {
  return by_bits(secret,
                 [](const Tensor& bit) { return failed(attempt<cloister_ml_ops_bernoulli>(bit.to(kFloat32) * 2)); });
}
Secret too_few_elements(const Tensor& secret) {
  const Tensor none = zeros(0);
  return by_bits(secret, [&](const Tensor& bit) {
    return failed(attempt<cloister_ml_ops_masked_scatter>(zeros(1), bit.eq(1), none));
  });
}
// The numbers that a sentence names.
Secret error_text(const Tensor& secret) {
  const Tensor row = zeros(1);
  return by_bytes(secret, [&](const Tensor& byte) -> Learnt {
    const auto done = attempt<cloister_ml_ops_index_select>(row, std::int64_t{0}, byte.to(kInt64) + 1);
    if (done || !failed(done)) return std::nullopt;
    const std::string& said = done.error().message;
    const std::size_t digit = said.find_last_of("0123456789");
    return digit == std::string::npos ? 0 : said[digit] - '0' - 1;
  });
}

// ---- shapes ----

Tensor below(const Tensor& byte) { return arange(0, 256).lt(byte.to(kInt64)); }

Secret nonzero_shape(const Tensor& secret) {
  return by_bytes(secret, [](const Tensor& byte) { return size_of(attempt<cloister_ml_ops_nonzero>(below(byte))); });
}
Secret masked_select_shape(const Tensor& secret) {
  const Tensor all = zeros(256);
  return by_bytes(
      secret, [&](const Tensor& byte) { return size_of(attempt<cloister_ml_ops_masked_select>(all, below(byte))); });
}
Secret bincount_shape(const Tensor& secret) {
  return by_bytes(secret, [](const Tensor& byte) -> Learnt {
    const Learnt size =
        size_of(attempt<cloister_ml_ops_bincount>(byte.to(kInt64), detail::Optional{Tensor()}, std::int64_t{0}));
    if (!size) return std::nullopt;
    return *size - 1;
  });
}
Secret unique_shape(const Tensor& secret) {
  return by_bits(secret, [](const Tensor& bit) -> Learnt {
    const auto parts = attempt<cloister_ml_ops_unique>(cat(std::vector<Tensor>{bit, zeros(1, kInt64)}));
    if (!parts) return std::nullopt;
    return std::get<0>(*parts).size(0) - 1;
  });
}
// The largest k that topk takes of what holds as many numbers as the byte says, which only a shape can tell.
Secret topk_size(const Tensor& secret) {
  const Tensor all = zeros(256);
  return by_bytes(secret, [&](const Tensor& byte) -> Learnt {
    const auto some = attempt<cloister_ml_ops_masked_select>(all, below(byte));
    if (!some) return std::nullopt;
    std::int64_t low = 0, high = 256;
    while (low < high) {
      const std::int64_t k = (low + high + 1) / 2;
      const bool fits = attempt<cloister_ml_ops_topk>(*some, k, std::int64_t{0}, true, true).has_value();
      (fits ? low : high) = fits ? k : k - 1;
    }
    return low;
  });
}

// ---- what changes beside the result ----

Secret gradient_memory(const Tensor& secret) {
  // The gradient of a product takes less memory where there is no zero, and more where there is one: fill what is left
  // of the limit until one of the two does not fit. A few bytes will do.
  return by_bits(secret.narrow(0, 0, 4), [](const Tensor& bit) -> Learnt {
    constexpr std::int64_t kMany = 1 << 20;
    Tensor factors = cat(std::vector<Tensor>{ones(kMany - 1), (1 - bit).to(kFloat32)});
    factors.requires_grad_();
    const Tensor product = factors.prod();
    std::vector<Tensor> ballast;
    for (;;) {
      auto more = attempt<cloister_ml_ops_zeros>(IntArrayRef({kMany}), kFloat32);
      if (!more) break;
      ballast.push_back(*std::move(more));
    }
    for (int i = 0; i < 4 && !ballast.empty(); ++i) ballast.pop_back();
    const auto done = attempt<cloister_ml_autograd_backward>(product, detail::Optional{Tensor()}, false);
    return done ? 0 : 1;
  });
}
Secret handle_numbers(const Tensor& secret) {
  return by_bits(secret, [](const Tensor& bit) -> Learnt { return (bit + 1).raw().__handle; });
}
Secret virtual_clock(const Tensor& secret) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::int64_t>(time.tv_nsec);
  };
  return by_bits(secret, [&](const Tensor& bit) -> Learnt {
    const std::int64_t before = now();
    (void)(bit.to(kFloat32) * ones({512, 512})).sum();
    return (now() - before) / 1000;
  });
}
Secret gradient_is_there(const Tensor& secret) {
  return by_bits(secret, [](const Tensor& bit) -> Learnt {
    Tensor weight = ones(1);
    weight.requires_grad_();
    (weight * bit.to(kFloat32)).sum().backward();
    return weight.grad().numel() == 1 ? 0 : 1;
  });
}
// How many rows softmax, sort and argmax give, and of which dtype.
Secret plain_shapes(const Tensor& secret) {
  return by_bits(secret, [](const Tensor& bit) -> Learnt {
    const Tensor row = cat(std::vector<Tensor>{bit, 1 - bit}).to(kFloat32);
    return row.softmax(0).numel() + row.argmax().numel() + std::get<0>(row.sort()).numel() - 5;
  });
}

constexpr Inward kChannels[] = {
    {"read", read_all},
    {"item", items},
    {"index-out-of-range", index_out_of_range},
    {"class-out-of-range", class_out_of_range},
    {"division-by-zero", division_by_zero},
    {"no-probability", no_probability},
    {"too-few-elements", too_few_elements},
    {"error-text", error_text},
    {"nonzero-shape", nonzero_shape},
    {"masked-select-shape", masked_select_shape},
    {"bincount-shape", bincount_shape},
    {"unique-shape", unique_shape},
    {"topk-size", topk_size},
    {"gradient-memory", gradient_memory},
    {"handle-numbers", handle_numbers},
    {"virtual-clock", virtual_clock},
    {"gradient-is-there", gradient_is_there},
    {"plain-shapes", plain_shapes},
};

}  // namespace

std::span<const Inward> inward_channels() { return kChannels; }
