#include "cases.h"

using namespace cloister;

Operands::Operands(std::int64_t bytes)
    : a(full(1, 1.5)),
      b(full(1, 0.5)),
      condition(a == a),
      index(zeros(1, kInt64)),
      matrix(full({1, 1}, 1.5)),
      image(full({1, 1, 1, 1}, 1.5)),
      statistic(ones(1)),
      bulk_bytes(bytes) {}

namespace {

// A case that repeats one expression; its result is dropped at once, as a program would drop it.
#define CASE(name, expression)                                   \
  Case {                                                         \
    name, []([[maybe_unused]] Operands& o, std::int64_t count) { \
      for (std::int64_t i = 0; i < count; ++i) {                 \
        (void)(expression);                                      \
      }                                                          \
    }                                                            \
  }

void bytes_in(Operands& o, std::int64_t count) {
  o.bulk.resize(static_cast<std::size_t>(o.bulk_bytes), 1);
  for (std::int64_t i = 0; i < count; ++i) (void)from_elements<std::uint8_t>(o.bulk, o.bulk_bytes);
}

void bytes_out(Operands& o, std::int64_t count) {
  if (!o.bulk_tensor.defined()) o.bulk_tensor = zeros(o.bulk_bytes, kUInt8);
  for (std::int64_t i = 0; i < count; ++i) (void)o.bulk_tensor.read<std::uint8_t>();
}

constexpr Case kCases[] = {
    CASE("call", cloister_ml_autograd_get_mode()),
    CASE("one-handle", o.a.numel()),
    // libtorch returns at once from a copy of a tensor to itself.
    CASE("two-handles", o.a.copy_(o.a)),
    {"bytes-in", bytes_in},
    {"bytes-out", bytes_out},
    CASE("zeros", zeros(1)),
    CASE("ones", ones(1)),
    CASE("full", full(1, 1.5)),
    CASE("empty", empty(1)),
    CASE("arange", arange(0, 1)),
    CASE("rand", rand(1)),
    CASE("randn", randn(1)),
    CASE("randperm", randperm(1)),
    CASE("manual-seed", manual_seed(1)),
    CASE("add", o.a + o.b),
    CASE("add-scalar", o.a + 1.5),
    CASE("add-in-place", o.a += o.b),
    CASE("sub", o.a - o.b),
    CASE("sub-scalar", o.a - 1.5),
    CASE("mul", o.a* o.b),
    CASE("mul-scalar", o.a * 1.5),
    CASE("mul-scalar-in-place", o.a *= 1.0),
    CASE("div", o.a / o.b),
    CASE("div-scalar", o.a / 1.5),
    CASE("pow-scalar", o.a.pow(2)),
    CASE("neg", -o.a),
    CASE("abs", o.a.abs()),
    CASE("exp", o.a.exp()),
    CASE("log", o.a.log()),
    CASE("sqrt", o.a.sqrt()),
    CASE("rsqrt", o.a.rsqrt()),
    CASE("relu", o.a.relu()),
    CASE("sigmoid", o.a.sigmoid()),
    CASE("tanh", o.a.tanh()),
    CASE("silu", o.a.silu()),
    CASE("clamp", o.a.clamp(0, 6)),
    CASE("clamp-in-place", o.a.clamp_(0, 6)),
    CASE("maximum", o.a.maximum(o.b)),
    CASE("eq", o.a == o.b),
    CASE("gt-scalar", o.a > 0),
    CASE("where", where(o.condition, o.a, o.b)),
    CASE("copy-in-place", o.a.copy_(o.b)),
    CASE("to-dtype", o.a.to(kFloat64)),
    CASE("clone", o.a.clone()),
    CASE("reshape", o.a.reshape({1, 1})),
    CASE("permute", o.matrix.permute({1, 0})),
    CASE("transpose", o.matrix.transpose(0, 1)),
    CASE("flatten", o.matrix.flatten()),
    CASE("unsqueeze", o.a.unsqueeze(0)),
    CASE("squeeze", o.a.squeeze(0)),
    CASE("expand", o.a.expand(1)),
    CASE("narrow", o.a.narrow(0, 0, 1)),
    CASE("select", o.a.select(0, 0)),
    CASE("cat", cat({{o.a, o.b}})),
    CASE("stack", stack({{o.a, o.b}})),
    CASE("contiguous", o.a.contiguous()),
    CASE("contiguous-channels-last", o.image.channels_last()),
    CASE("constant-pad-nd", pad(o.a, {1, 1})),
    CASE("index-select", o.a.index_select(0, o.index)),
    CASE("sum", o.a.sum()),
    CASE("mean", o.a.mean()),
    CASE("std", o.a.std({}, 0)),
    CASE("amax", o.a.amax()),
    CASE("argmax", o.a.argmax()),
    CASE("softmax", o.a.softmax(0)),
    CASE("log-softmax", o.a.log_softmax(0)),
    CASE("matmul", o.matrix.matmul(o.matrix)),
    CASE("linear", linear(o.matrix, o.matrix, o.a)),
    CASE("conv2d", conv2d(o.image, o.image, o.a)),
    CASE("avg-pool2d", avg_pool2d(o.image, {.kernel_size = 1})),
    CASE("max-pool2d", max_pool2d(o.image, {.kernel_size = 1})),
    CASE("adaptive-avg-pool2d", adaptive_avg_pool2d(o.image, 1)),
    CASE("batch-norm", batch_norm(o.image, o.a, o.b, o.statistic, o.statistic)),
    CASE("dropout", dropout(o.a)),
    CASE("cross-entropy", cross_entropy(o.matrix, o.index)),
    CASE("mse-loss", mse_loss(o.a, o.b)),
};

}  // namespace

std::span<const Case> cases() { return kCases; }
