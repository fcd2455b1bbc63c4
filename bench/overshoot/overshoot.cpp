// By how much a single operator can pass a run's deadline: no kernel can be interrupted, and what is refused beforehand
// is only what surely cannot end in time.
//
//   overshoot [SECONDS [THREADS]]
//
// gives each operator a deadline in SECONDS (0.1) and larger and larger operands until it is refused. It prints, for
// the one call that passed its deadline by most, how long it took in all, in seconds and as a multiple of SECONDS.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "cloister/engine/backends.h"
#include "cloister/engine/tensor_backend.h"

namespace {

using namespace cloister;
using engine::Tensor;
using Backend = engine::TensorBackend;
using Clock = std::chrono::steady_clock;
using Sizes = std::vector<std::int64_t>;
using Tensors = std::vector<Tensor>;

struct Case {
  const char* name;
  double power;  // work grows with this power of the side
  std::int64_t first;
  std::function<Result<Tensors>(Backend&, std::int64_t side)> operands;
  std::function<Result<void>(Backend&, const Tensors&)> call;
};

Result<Tensors> all_ones(Backend& backend, const std::vector<Sizes>& shapes, Dtype dtype) {
  Tensors tensors;
  for (const Sizes& shape : shapes) {
    CLOISTER_TRY(Tensor tensor, backend.ones(shape, dtype));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Numbers in no order.
Result<Tensors> random_line(Backend& backend, std::int64_t side) {
  CLOISTER_TRY(Tensor tensor, backend.rand(Sizes{side}, Dtype::float32));
  return Tensors{tensor};
}

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return Unexpected(result.error());
  return {};
}

std::vector<Case> cases() {
  const auto squares = [](Dtype dtype) {
    return [dtype](Backend& backend, std::int64_t n) { return all_ones(backend, {{n, n}, {n, n}}, dtype); };
  };
  const auto product = [](Backend& backend, const Tensors& of) { return done(backend.matmul(of[0], of[1])); };
  const auto line = [](Backend& backend, std::int64_t n) { return all_ones(backend, {{n}}, Dtype::float32); };
  return {
      {"matmul of float32", 3, 256, squares(Dtype::float32), product},
      {"matmul of float64", 3, 256, squares(Dtype::float64), product},
      {"matmul of bfloat16", 3, 256, squares(Dtype::bfloat16), product},
      {"matmul of int64", 3, 64, squares(Dtype::int64), product},
      {"conv2d, 3 x 3 of 64 channels", 2, 32,
       [](Backend& backend, std::int64_t n) {
         return all_ones(backend, {{1, 64, n, n}, {64, 64, 3, 3}}, Dtype::float32);
       },
       [](Backend& backend, const Tensors& of) {
         const Sizes one{1};
         engine::Conv2dOptions options;
         options.stride = options.padding = options.dilation = one;
         options.groups = 1;
         return done(backend.conv2d(of[0], of[1], nullptr, options));
       }},
      {"sort", 1, 1 << 16, random_line,
       [](Backend& backend, const Tensors& of) { return done(backend.sort(of[0], -1, false)); }},
      {"topk", 1, 1 << 16, random_line,
       [](Backend& backend, const Tensors& of) { return done(backend.topk(of[0], 1000, -1, true, true)); }},
      {"cumsum", 1, 1 << 20, line, [](Backend& backend, const Tensors& of) { return done(backend.cumsum(of[0], 0)); }},
      {"exp", 1, 1 << 20, line, [](Backend& backend, const Tensors& of) { return done(backend.exp(of[0])); }},
      {"pow", 1, 1 << 20, line, [](Backend& backend, const Tensors& of) { return done(backend.pow(of[0], of[0])); }},
      {"sum", 1, 1 << 20, line,
       [](Backend& backend, const Tensors& of) { return done(backend.sum(of[0], {}, false)); }},
      {"cdist by the norm 1.5", 2, 128,
       [](Backend& backend, std::int64_t n) { return all_ones(backend, {{n, 64}, {n, 64}}, Dtype::float32); },
       [](Backend& backend, const Tensors& of) { return done(backend.cdist(of[0], of[1], 1.5)); }},
  };
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The longest call that was let in, in seconds.
double longest(Backend& backend, const Case& each, double allowed) {
  constexpr double kStep = 1.3;  // growth of the work from call to call
  constexpr std::int64_t kMemory = std::int64_t{2} << 30;
  double most = 0;
  for (double side = static_cast<double>(each.first);; side *= std::pow(kStep, 1 / each.power)) {
    const auto context = backend.make_context({.memory_limit_bytes = kMemory});
    const engine::Entered entered(backend, context.get());
    const auto operands = each.operands(backend, static_cast<std::int64_t>(side));
    if (!operands) break;  // the limit of tensors came first
    const Clock::time_point start = Clock::now();
    context->set_deadline(start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(allowed)));
    const auto result = each.call(backend, *operands);
    most = std::max(most, seconds_since(start));
    if (!result) break;
  }
  return most;
}

}  // namespace

int main(int count, char** words) {
  const double allowed = count > 1 ? std::atof(words[1]) : 0.1;
  const int threads = count > 2 ? std::atoi(words[2]) : 1;
  engine::BackendOptions options;
  options.threads = threads;
  const auto backend = engine::open_torch_backend(options);
  if (!backend) {
    std::fprintf(stderr, "%s\n", backend.error().message.c_str());
    return 1;
  }
  std::printf("%.3g s allowed, %d threads\n", allowed, threads);
  for (const Case& each : cases()) {
    const double most = longest(**backend, each, allowed);
    std::printf("%-30s %8.2f s %8.1f x\n", each.name, most, most / allowed);
    std::fflush(stdout);
  }
  return 0;
}
