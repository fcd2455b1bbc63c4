// What an operator costs a guest. `--case NAME --count N --elements E` calls it N times on operands of about E elements
// between the phases `timed` and `done`, so that the host's clock tells its cost; the guest has no clock. `--case list`
// prints the names.
#include <cloister/cloister.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

using namespace cloister;

namespace {

#include "../../bench/operators/operands.h"

// What the SDK spells in another way than libtorch.
#define EMPTY(...) empty(__VA_ARGS__)
#define EMPTY_LIKE(x) empty_like(x)
#define FLOOR RoundingMode::floor
#define INTS(...) IntArrayRef({__VA_ARGS__})
#define CLAMP_TENSOR(x, low, high) clamp_tensor(x, low, high)
#define FILL(x, value) fill(x, value)
#define CHANNELS_LAST(x) x.channels_last()
#define PAD(x, ...) pad(x, __VA_ARGS__)
#define MESHGRID(lines) meshgrid(lines)
#define INDEX(x, at) index(x, std::span(&at, 1))
#define INDEX_PUT(x, at, values) index_put(x, std::span(&at, 1), values)
#define INDEX_PUT_IN_PLACE(x, at, values) x.index_put_(std::span(&at, 1), values)
#define SCATTER_AMAX(x, at, src) scatter_reduce(x, 0, at, src, ScatterReduction::amax)
#define EMBEDDING_BAG(table, indices, offsets) embedding_bag(table, indices, offsets)
#define UNIQUE(x) unique(x)
#define SEARCHSORTED(sorted, x) searchsorted(sorted, x)
#define SORT(x) sort(x)
#define ARGSORT(x) argsort(x)
#define STD(x) x.std({}, 0)
#define VAR(x) x.var({}, 0)
#define ALL(x) x.all()
#define ANY(x) x.any()
#define CONVOLUTION(x, w, b) convolution(x, w, b, {.padding = 1})
#define CONV2D(x, w, b) conv2d(x, w, b, {.padding = 1})
#define IM2COL(x) im2col(x, {.kernel_size = 3, .padding = 1})
#define COL2IM(x, side) col2im(x, {side, side}, {.kernel_size = 3, .padding = 1})
#define AVG_POOL1D(x) avg_pool1d(x, {.kernel_size = 1})
#define AVG_POOL2D(x) avg_pool2d(x, {.kernel_size = 1})
#define AVG_POOL3D(x) avg_pool3d(x, {.kernel_size = 1})
#define MAX_POOL1D(x) max_pool1d(x, {.kernel_size = 1})
#define MAX_POOL2D(x) max_pool2d(x, {.kernel_size = 1})
#define MAX_POOL3D(x) max_pool3d(x, {.kernel_size = 1})
#define MAX_POOL2D_WITH_INDICES(x) max_pool2d_with_indices(x, {.kernel_size = 1})
#define MAX_POOL3D_WITH_INDICES(x) max_pool3d_with_indices(x, {.kernel_size = 1})
#define GRID_SAMPLER2D(x, grid) grid_sampler2d(x, grid)
#define BATCH_NORM(x, w, b, mean, var) batch_norm(x, w, b, mean, var)
#define INSTANCE_NORM(x) instance_norm(x)
#define ATTENTION(q, k, v) scaled_dot_product_attention(q, k, v)
#define LSTM_(x, state, weights) lstm(x, state, weights, true)
#define GRU_(x, hidden, weights) gru(x, hidden, weights, true)
#define CROSS_ENTROPY(x, target) cross_entropy(x, target)

constexpr Case kCases[] = {
#include "../../bench/operators/cases.inc"
};

Expected<void> operators(Args& args) {
  const std::string name = args.text("case", "list", "the operator; `list` prints the names");
  const std::int64_t count = args.integer("count", 1000, "calls");
  const std::int64_t elements = args.integer("elements", 1, "of the operands: 1 to 1048576");
  CLOISTER_CHECK(args.finish());
  if (count < 1) return fail("--count takes at least 1");
  if (elements < 1 || elements > 1048576) return fail("--elements takes 1 to 1048576");
  if (name == "list") {
    for (const Case& each : kCases) std::printf("%.*s\n", static_cast<int>(each.name.size()), each.name.data());
    return {};
  }
  for (const Case& each : kCases) {
    if (each.name != name) continue;
    Operands operands(elements);
    each.run(operands, 1);  // first touches and first uses are not the boundary's cost
    output::phase("timed", count);
    each.run(operands, count);
    output::phase("done");
    return {};
  }
  return fail("no operator '" + name + "'; --case list names them");
}

}  // namespace

CLOISTER_WORKLOAD(operators)
