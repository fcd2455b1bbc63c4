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
    CASE("two-handles", o.a.is_same_size(o.b)),
    {"bytes-in", bytes_in},
    {"bytes-out", bytes_out},
    CASE("op.zeros", zeros(1)),
    CASE("op.ones", ones(1)),
    CASE("op.full", full(1, 1.5)),
    CASE("op.empty", empty(1)),
    CASE("op.arange", arange(0, 1)),
    CASE("op.rand", rand(1)),
    CASE("op.randn", randn(1)),
    CASE("op.randperm", randperm(1)),
    CASE("op.manual-seed", manual_seed(1)),
    CASE("op.add", o.a + o.b),
    CASE("op.add-scalar", o.a + 1.5),
    CASE("op.add-in-place", o.a += o.b),
    CASE("op.sub", o.a - o.b),
    CASE("op.sub-scalar", o.a - 1.5),
    CASE("op.mul", o.a* o.b),
    CASE("op.mul-scalar", o.a * 1.5),
    CASE("op.mul-scalar-in-place", o.a *= 1.0),
    CASE("op.div", o.a / o.b),
    CASE("op.div-scalar", o.a / 1.5),
    CASE("op.pow-scalar", o.a.pow(2)),
    CASE("op.neg", -o.a),
    CASE("op.abs", o.a.abs()),
    CASE("op.exp", o.a.exp()),
    CASE("op.log", o.a.log()),
    CASE("op.sqrt", o.a.sqrt()),
    CASE("op.rsqrt", o.a.rsqrt()),
    CASE("op.relu", o.a.relu()),
    CASE("op.sigmoid", o.a.sigmoid()),
    CASE("op.tanh", o.a.tanh()),
    CASE("op.silu", o.a.silu()),
    CASE("op.clamp", o.a.clamp(0, 6)),
    CASE("op.clamp-in-place", o.a.clamp_(0, 6)),
    CASE("op.maximum", o.a.maximum(o.b)),
    CASE("op.eq", o.a == o.b),
    CASE("op.gt-scalar", o.a > 0),
    CASE("op.where", where(o.condition, o.a, o.b)),
    CASE("op.copy-in-place", o.a.copy_(o.b)),
    CASE("op.to-dtype", o.a.to(kFloat64)),
    CASE("op.clone", o.a.clone()),
    CASE("op.reshape", o.a.reshape({1, 1})),
    CASE("op.permute", o.matrix.permute({1, 0})),
    CASE("op.transpose", o.matrix.transpose(0, 1)),
    CASE("op.flatten", o.matrix.flatten()),
    CASE("op.unsqueeze", o.a.unsqueeze(0)),
    CASE("op.squeeze", o.a.squeeze(0)),
    CASE("op.expand", o.a.expand(1)),
    CASE("op.narrow", o.a.narrow(0, 0, 1)),
    CASE("op.select", o.a.select(0, 0)),
    CASE("op.cat", cat({{o.a, o.b}})),
    CASE("op.stack", stack({{o.a, o.b}})),
    CASE("op.contiguous", o.a.contiguous()),
    CASE("op.contiguous-channels-last", o.image.channels_last()),
    CASE("op.constant-pad-nd", pad(o.a, {1, 1})),
    CASE("op.index-select", o.a.index_select(0, o.index)),
    CASE("op.sum", o.a.sum()),
    CASE("op.mean", o.a.mean()),
    CASE("op.std", o.a.std({}, 0)),
    CASE("op.amax", o.a.amax()),
    CASE("op.argmax", o.a.argmax()),
    CASE("op.softmax", o.a.softmax(0)),
    CASE("op.log-softmax", o.a.log_softmax(0)),
    CASE("op.matmul", o.matrix.matmul(o.matrix)),
    CASE("op.linear", linear(o.matrix, o.matrix, o.a)),
    CASE("op.conv2d", conv2d(o.image, o.image, o.a)),
    CASE("op.avg-pool2d", avg_pool2d(o.image, {.kernel_size = 1})),
    CASE("op.max-pool2d", max_pool2d(o.image, {.kernel_size = 1})),
    CASE("op.adaptive-avg-pool2d", adaptive_avg_pool2d(o.image, 1)),
    CASE("op.batch-norm", batch_norm(o.image, o.a, o.b, o.statistic, o.statistic)),
    CASE("op.dropout", dropout(o.a)),
    CASE("op.cross-entropy", cross_entropy(o.matrix, o.index)),
    CASE("op.mse-loss", mse_loss(o.a, o.b)),
};

}  // namespace

std::span<const Case> cases() { return kCases; }
