// Times each operator of wit/ops.wit through libtorch alone: what it costs when nothing isolates its caller.
// `cloister bench operators` sets these times against a guest's.
//
//   native_operators ELEMENTS SECONDS [NAME...]
//
// prints {"add": [ns of CPU time a call, calls], ...} for operands of about ELEMENTS elements: the mean of as many
// calls as fit SECONDS, one after another.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

namespace {

using namespace at;
constexpr auto kFloat32 = at::kFloat;
constexpr auto kFloat64 = at::kDouble;
constexpr auto kInt64 = at::kLong;

#include "operands.h"

// The contract's `empty` holds zeros.
#define EMPTY(...) zeros(__VA_ARGS__)
#define EMPTY_LIKE(x) zeros_like(x)
#define FLOOR "floor"
#define INTS(...) IntArrayRef({__VA_ARGS__})
#define CLAMP_TENSOR(x, low, high) clamp(x, low, high)
#define FILL(x, value) fill(x, value)
#define CHANNELS_LAST(x) x.contiguous(MemoryFormat::ChannelsLast)
#define PAD(x, ...) constant_pad_nd(x, __VA_ARGS__)
#define MESHGRID(lines) meshgrid(lines, "ij")
#define INDEX(x, at) index(x, {at})
#define INDEX_PUT(x, at, values) index_put(x, {at}, values)
#define INDEX_PUT_IN_PLACE(x, at, values) x.index_put_({at}, values)
#define SCATTER_AMAX(x, at, src) scatter_reduce(x, 0, at, src, "amax")
#define EMBEDDING_BAG(table, indices, offsets) embedding_bag(table, indices, offsets, false, 1)
#define UNIQUE(x) _unique2(x, true, true, true)
#define SEARCHSORTED(sorted, x) searchsorted(sorted, x)
#define SORT(x) sort(x, true, -1, false)
#define ARGSORT(x) argsort(x, true, -1, false)
#define STD(x) at::std(x, OptionalIntArrayRef(), Scalar(0), false)
#define VAR(x) var(x, OptionalIntArrayRef(), Scalar(0), false)
#define ALL(x) all(x, OptionalIntArrayRef())
#define ANY(x) any(x, OptionalIntArrayRef())
#define CONVOLUTION(x, w, b) convolution(x, w, b, {1}, {1}, {1}, false, {0}, 1)
#define CONV2D(x, w, b) conv2d(x, w, b, 1, 1)
#define IM2COL(x) im2col(x, {3, 3}, {1, 1}, {1, 1}, {1, 1})
#define COL2IM(x, side) col2im(x, {side, side}, {3, 3}, {1, 1}, {1, 1}, {1, 1})
#define AVG_POOL1D(x) avg_pool1d(x, 1)
#define AVG_POOL2D(x) avg_pool2d(x, 1)
#define AVG_POOL3D(x) avg_pool3d(x, 1)
#define MAX_POOL1D(x) max_pool1d(x, 1)
#define MAX_POOL2D(x) max_pool2d(x, 1)
#define MAX_POOL3D(x) max_pool3d(x, 1)
#define MAX_POOL2D_WITH_INDICES(x) max_pool2d_with_indices(x, 1)
#define MAX_POOL3D_WITH_INDICES(x) max_pool3d_with_indices(x, 1)
#define GRID_SAMPLER2D(x, grid) grid_sampler(x, grid, 0, 0, false)
#define BATCH_NORM(x, w, b, mean, var) batch_norm(x, w, b, mean, var, false, 0.1, 1e-5, true)
#define INSTANCE_NORM(x) instance_norm(x, {}, {}, {}, {}, true, 0.1, 1e-5, true)
#define ATTENTION(q, k, v) scaled_dot_product_attention(q, k, v)
#define LSTM_(x, state, weights) lstm(x, state, weights, true, 1, 0.0, false, false, false)
#define GRU_(x, hidden, weights) gru(x, hidden, weights, true, 1, 0.0, false, false, false)
#define CROSS_ENTROPY(x, target) cross_entropy_loss(x, target)

constexpr Case kCases[] = {
#include "cases.inc"
};

// CPU time of this thread: nothing here waits, and a busy machine does not show in it.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double timed(const Case& each, Operands& operands, std::int64_t count) {
  const double start = thread_seconds();
  each.run(operands, count);
  return thread_seconds() - start;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t elements = argc > 2 ? std::atoll(argv[1]) : 0;
  const double budget = argc > 2 ? std::atof(argv[2]) : 0;
  if (elements < 1 || !(budget > 0)) {
    std::fputs("usage: native_operators ELEMENTS SECONDS [NAME...]\n", stderr);
    return 2;
  }
  at::set_num_threads(1);
  const char* separator = "{";
  for (const Case& each : kCases) {
    const auto wanted = [&](const char* name) { return each.name == name; };
    if (argc > 3 && std::none_of(argv + 3, argv + argc, wanted)) continue;
    Operands operands(elements);
    timed(each, operands, 1);  // first touches and first uses
    const double once = std::max(timed(each, operands, 1), 1e-7);
    const auto count = static_cast<std::int64_t>(std::clamp(budget / once, 1.0, 20'000.0));
    std::printf("%s\"%.*s\": [%.1f, %lld]", separator, static_cast<int>(each.name.size()), each.name.data(),
                timed(each, operands, count) * 1e9 / static_cast<double>(count), static_cast<long long>(count));
    separator = ",\n ";
  }
  std::puts("}");
}
