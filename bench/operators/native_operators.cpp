// Times operators of wit/ops.wit on tensors of one element, called from C++ through libtorch alone: what each costs
// when nothing isolates its caller. `cloister bench boundary` sets these times against a guest's.
//
//   native_operators CALLS     prints {"add": ns of CPU time a call, ...}: the mean of CALLS calls of each, one after
//   another
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

namespace {

struct Operator {
  const char* name;                 // as in wit/ops.wit
  std::function<void(int)> repeat;  // calls it so many times
};

// The loop is compiled around each operator, so that the call through std::function is paid once.
template <class Call>
Operator measured(const char* name, Call call) {
  return {name, [call](int calls) mutable {
            for (int i = 0; i < calls; ++i) {
              const auto result = call();
              static_cast<void>(result);
            }
          }};
}

std::vector<Operator> operators() {
  const at::Tensor a = at::ones({1});
  const at::Tensor b = at::ones({1});
  at::Tensor target = at::ones({1});
  const at::Tensor index = at::zeros({1}, at::kLong);
  const at::Tensor mask = at::ones({1}, at::kBool);
  const at::Tensor row = at::ones({1, 1});
  const at::Tensor image = at::ones({1, 1, 1, 1});
  const at::Tensor one = at::ones({1});
  return {
      measured("zeros", [] { return at::zeros({1}); }),
      measured("ones", [] { return at::ones({1}); }),
      measured("full", [] { return at::full({1}, 2.0, at::kFloat); }),
      // The contract's `empty` holds zeros.
      measured("empty", [] { return at::zeros({1}); }),
      measured("arange", [] { return at::arange(0, 1, 1, at::kLong); }),
      measured("rand", [] { return at::rand({1}); }),
      measured("randn", [] { return at::randn({1}); }),
      measured("randperm", [] { return at::randperm(1); }),
      measured("manual-seed", [] { return (at::manual_seed(1), 0); }),
      measured("add", [=] { return a.add(b); }),
      measured("add-scalar", [=] { return a.add(1.0); }),
      measured("add-in-place", [=]() mutable { return target.add_(b); }),
      measured("sub", [=] { return a.sub(b); }),
      measured("sub-scalar", [=] { return a.sub(1.0); }),
      measured("mul", [=] { return a.mul(b); }),
      measured("mul-scalar", [=] { return a.mul(1.0); }),
      measured("mul-scalar-in-place", [=]() mutable { return target.mul_(1.0); }),
      measured("div", [=] { return a.div(b); }),
      measured("div-scalar", [=] { return a.div(1.0); }),
      measured("pow-scalar", [=] { return a.pow(2.0); }),
      measured("neg", [=] { return a.neg(); }),
      measured("abs", [=] { return a.abs(); }),
      measured("exp", [=] { return a.exp(); }),
      measured("log", [=] { return a.log(); }),
      measured("sqrt", [=] { return a.sqrt(); }),
      measured("rsqrt", [=] { return a.rsqrt(); }),
      measured("relu", [=] { return a.relu(); }),
      measured("sigmoid", [=] { return a.sigmoid(); }),
      measured("tanh", [=] { return a.tanh(); }),
      measured("silu", [=] { return at::silu(a); }),
      measured("clamp", [=] { return a.clamp(0.0, 6.0); }),
      measured("clamp-in-place", [=]() mutable { return target.clamp_(0.0, 6.0); }),
      measured("maximum", [=] { return at::maximum(a, b); }),
      measured("eq", [=] { return a.eq(b); }),
      measured("gt-scalar", [=] { return a.gt(0.0); }),
      measured("where", [=] { return at::where(mask, a, b); }),
      measured("copy-in-place", [=]() mutable { return target.copy_(b); }),
      measured("to-dtype", [=] { return a.to(at::kDouble); }),
      measured("clone", [=] { return a.clone(); }),
      measured("reshape", [=] { return a.reshape({1, 1}); }),
      measured("permute", [=] { return row.permute({1, 0}); }),
      measured("transpose", [=] { return row.transpose(0, 1); }),
      measured("flatten", [=] { return row.flatten(0, 1); }),
      measured("unsqueeze", [=] { return a.unsqueeze(0); }),
      measured("squeeze", [=] { return row.squeeze(0); }),
      measured("expand", [=] { return a.expand({1}); }),
      measured("narrow", [=] { return a.narrow(0, 0, 1); }),
      measured("select", [=] { return a.select(0, 0); }),
      measured("cat", [=] { return at::cat({a, b}, 0); }),
      measured("stack", [=] { return at::stack({a, b}, 0); }),
      measured("contiguous", [=] { return a.contiguous(); }),
      measured("contiguous-channels-last", [=] { return image.contiguous(at::MemoryFormat::ChannelsLast); }),
      measured("constant-pad-nd", [=] { return at::constant_pad_nd(a, {1, 1}, 0); }),
      measured("index-select", [=] { return a.index_select(0, index); }),
      measured("sum", [=] { return a.sum(); }),
      measured("mean", [=] { return a.mean(); }),
      measured("std", [=] { return a.std(at::IntArrayRef{}, 0, false); }),
      measured("amax", [=] { return a.amax(); }),
      measured("argmax", [=] { return a.argmax(); }),
      measured("softmax", [=] { return a.softmax(0); }),
      measured("log-softmax", [=] { return a.log_softmax(0); }),
      measured("matmul", [=] { return row.matmul(row); }),
      measured("linear", [=] { return at::linear(row, row, one); }),
      measured("conv2d", [=] { return at::conv2d(image, image, one); }),
      measured("avg-pool2d", [=] { return at::avg_pool2d(image, {1, 1}); }),
      measured("max-pool2d", [=] { return at::max_pool2d(image, {1, 1}); }),
      measured("adaptive-avg-pool2d", [=] { return at::adaptive_avg_pool2d(image, {1, 1}); }),
      measured("batch-norm", [=] { return at::batch_norm(image, one, one, one, one, false, 0.1, 1e-5, false); }),
      measured("dropout", [=] { return at::dropout(a, 0.5, true); }),
      measured("cross-entropy", [=] { return at::cross_entropy_loss(row, index); }),
      measured("mse-loss", [=] { return at::mse_loss(a, b); }),
  };
}

// CPU time of this thread: nothing here waits, and a busy machine does not show in it.
double thread_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_per_call(const Operator& op, int calls) {
  op.repeat(calls / 10 + 1);  // warm caches and the dispatcher
  const double start = thread_nanoseconds();
  op.repeat(calls);
  return (thread_nanoseconds() - start) / calls;
}

}  // namespace

int main(int argc, char** argv) {
  const int calls = argc == 2 ? std::atoi(argv[1]) : 0;
  if (calls < 1) {
    std::fputs("usage: native_operators CALLS\n", stderr);
    return 2;
  }
  at::set_num_threads(1);
  const char* separator = "{";
  for (const Operator& op : operators()) {
    std::printf("%s\"%s\": %.1f", separator, op.name, nanoseconds_per_call(op, calls));
    separator = ",\n ";
  }
  std::puts("}");
}
