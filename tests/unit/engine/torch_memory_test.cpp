// Memory under libtorch: copy-on-write, limits within kernels, what one instance may see of another.
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/impl/COW.h>

#include <functional>
#include <thread>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;
using F = std::vector<float>;

class TorchMemory : public TorchTest {
 protected:
  static bool is_shared(const Tensor& tensor) {
    return c10::impl::cow::is_cow_data_ptr(at_of(tensor).storage().unsafeGetStorageImpl()->data_ptr());
  }
};

// Granted weights are shared by all instances: an operator that only reads them must not copy them.
TEST_F(TorchMemory, ReadingDoesNotCopyWhatIsSharedCopyOnWrite) {
  using Use = std::function<Result<Tensor>(TensorBackend&, const Tensor&)>;
  static const S one{1};
  static const S zero{0};
  const Tensor image = ok(backend_->ones(S{2, 8, 9, 9}, Dtype::float32));
  const Tensor rows = ok(backend_->ones(S{4, 72}, Dtype::float32));
  const Tensor index = ok(backend_->zeros(S{2}, Dtype::int64));
  const std::vector<std::pair<const char*, Use>> uses{
      {"add", [](TensorBackend& b, const Tensor& w) { return b.add(w, w, 1.0); }},
      {"mul_scalar", [](TensorBackend& b, const Tensor& w) { return b.mul_scalar(w, 2.0); }},
      {"to_dtype", [](TensorBackend& b, const Tensor& w) { return b.to_dtype(w, Dtype::bfloat16); }},
      {"clone", [](TensorBackend& b, const Tensor& w) { return b.clone(w); }},
      {"permute", [](TensorBackend& b, const Tensor& w) { return b.permute(w, S{3, 2, 1, 0}); }},
      {"channels_last", [](TensorBackend& b, const Tensor& w) { return b.contiguous_channels_last(w); }},
      {"sum", [](TensorBackend& b, const Tensor& w) { return b.sum(w, {}, false); }},
      {"std", [](TensorBackend& b, const Tensor& w) { return b.std(w, {}, 1, false); }},
      {"amax", [](TensorBackend& b, const Tensor& w) { return b.amax(w, {}, false); }},
      {"argmax", [](TensorBackend& b, const Tensor& w) { return b.argmax(w, std::nullopt, false); }},
      {"softmax", [](TensorBackend& b, const Tensor& w) { return b.softmax(w, -1); }},
      {"silu", [](TensorBackend& b, const Tensor& w) { return b.silu(w); }},
      {"clamp", [](TensorBackend& b, const Tensor& w) { return b.clamp(w, 0.0, 6.0); }},
      {"cat", [](TensorBackend& b, const Tensor& w) { return b.cat(std::vector<Tensor>{w, w}, 0); }},
      {"pad", [](TensorBackend& b, const Tensor& w) { return b.constant_pad_nd(w, S{1, 1}, 0.0); }},
      {"index_select", [&](TensorBackend& b, const Tensor& w) { return b.index_select(w, 0, index); }},
      {"conv2d", [&](TensorBackend& b, const Tensor& w) { return b.conv2d(image, w, nullptr, {one, one, one, 1}); }},
      {"conv2d_channels_last",
       [&](TensorBackend& b, const Tensor& w) {
         return b.conv2d(ok(b.contiguous_channels_last(image)), w, nullptr, {one, zero, one, 1});
       }},
      {"conv2d_input", [&](TensorBackend& b, const Tensor& w) { return b.conv2d(w, w, nullptr, {one, zero, one, 1}); }},
      {"linear",
       [&](TensorBackend& b, const Tensor& w) { return b.linear(rows, ok(b.reshape(w, S{8, 72})), nullptr); }},
      {"matmul",
       [&](TensorBackend& b, const Tensor& w) {
         const Tensor flat = ok(b.reshape(w, S{8, 72}));
         return b.matmul(flat, ok(b.transpose(flat, 0, 1)));
       }},
      {"max_pool2d", [](TensorBackend& b, const Tensor& w) { return b.max_pool2d(w, {S{2}, {}, zero, S{1}, false}); }},
      {"avg_pool2d", [](TensorBackend& b, const Tensor& w) { return b.avg_pool2d(w, {S{2}, {}, zero, false}); }},
      {"adaptive", [](TensorBackend& b, const Tensor& w) { return b.adaptive_avg_pool2d(w, S{1, 1}); }},
      {"batch_norm",
       [&](TensorBackend& b, const Tensor& w) {
         const Tensor eight = ok(b.reshape(ok(b.narrow(ok(b.reshape(w, S{-1})), 0, 0, 8)), S{8}));
         return b.batch_norm(image, &eight, &eight, &eight, &eight, {});
       }},
      {"read",
       [](TensorBackend& b, const Tensor& w) {
         ok(b.read(w));
         return b.zeros({}, Dtype::float32);
       }},
  };
  for (const GradMode mode : {GradMode::grad, GradMode::inference}) {
    context_->set_grad_mode(mode);
    const Tensor granted = wrap(at::randn({8, 8, 3, 3}));
    for (const auto& [name, use] : uses) {
      const Tensor shared = ok(backend_->lazy_clone(granted));
      ok(use(*backend_, shared));
      EXPECT_TRUE(is_shared(shared)) << name << " copied what it read";
    }
  }
}

TEST_F(TorchMemory, TrainingReadsWithoutCopyingEither) {
  const Tensor granted = wrap(at::randn({8, 8, 3, 3}));
  const Tensor w = ok(backend_->lazy_clone(granted));
  ok(backend_->set_requires_grad(w, true));
  const Tensor image = wrap(at::randn({2, 8, 9, 9}));
  ok(backend_->set_requires_grad(image, true));
  const Tensor y = ok(backend_->conv2d(image, w, nullptr, {S{1}, S{1}, S{1}, 1}));
  ok(backend_->backward(ok(backend_->sum(y, {}, false)), nullptr, false));
  EXPECT_TRUE(is_shared(w));
}

TEST_F(TorchMemory, WritesThroughAnyViewLeaveTheOriginalAlone) {
  const Tensor granted = tensor(F{1, 2, 3, 4}, {2, 2});
  const auto with = [&](auto&& write, const F& wanted) {
    const Tensor mine = ok(backend_->lazy_clone(granted));
    const Tensor others = ok(backend_->lazy_clone(granted));
    ok(write(mine));
    EXPECT_EQ(values<float>(mine), wanted);
    EXPECT_EQ(values<float>(others), (F{1, 2, 3, 4}));
    EXPECT_EQ(values<float>(granted), (F{1, 2, 3, 4}));
  };
  const Tensor ten = tensor(F{10}, {});
  with([&](const Tensor& t) { return backend_->add_in_place(t, ten, 1.0); }, {11, 12, 13, 14});
  with([&](const Tensor& t) { return backend_->mul_scalar_in_place(ok(backend_->select(t, 0, 1)), 2.0); },
       {1, 2, 6, 8});
  with([&](const Tensor& t) { return backend_->copy_in_place(ok(backend_->transpose(t, 0, 1)), ten); },
       {10, 10, 10, 10});
  with([&](const Tensor& t) { return backend_->clamp_in_place(ok(backend_->detach(t)), 2.0, 3.0); }, {2, 2, 3, 3});
  with([&](const Tensor& t) { return backend_->addcmul_in_place(ok(backend_->reshape(t, S{4})), ten, ten, 1.0); },
       {101, 102, 103, 104});
  with([&](const Tensor& t) { return backend_->addcdiv_in_place(ok(backend_->narrow(t, 1, 0, 1)), ten, ten, 1.0); },
       {2, 2, 4, 4});
  with(
      [&](const Tensor& t) {
        const Tensor mean = ok(backend_->select(t, 0, 0));
        const Tensor var = ok(backend_->select(t, 0, 1));
        const auto y = backend_->batch_norm(ok(backend_->zeros(S{4, 2}, Dtype::float32)), nullptr, nullptr, &mean, &var,
                                            {true, 1.0, 1e-5});
        return y ? Result<void>() : Result<void>(Unexpected(y.error()));
      },
      {0, 0, 0, 0});
}

TEST_F(TorchMemory, AWriteThatWouldPassTheLimitLeavesSharedStorageIntact) {
  const Tensor granted = ok(backend_->ones(S{1 << 18}, Dtype::float32));  // 1 MiB, charged to another instance
  const auto limited = backend_->make_context({.memory_limit_bytes = 1 << 19});
  {
    const Entered entered(*backend_, limited.get());
    const Tensor mine = ok(backend_->lazy_clone(granted));
    EXPECT_EQ(limited->memory().bytes, 0);
    for (int i = 0; i < 3; ++i) {
      const auto result = backend_->mul_scalar_in_place(mine, 2.0);
      ASSERT_FALSE(result.has_value());
      EXPECT_EQ(result.error().code, ErrorCode::quota_exceeded);
    }
    EXPECT_TRUE(is_shared(mine));
    EXPECT_EQ(values<float>(mine)[7], 1.0F);
  }
  EXPECT_EQ(values<float>(granted)[7], 1.0F);
}

TEST_F(TorchMemory, CopiesOnWriteAreChargedToTheWriter) {
  const Tensor granted = ok(backend_->ones(S{1000}, Dtype::float32));
  const auto writer = backend_->make_context({});
  const Entered entered(*backend_, writer.get());
  const Tensor mine = ok(backend_->lazy_clone(granted));
  ok(backend_->mul_scalar_in_place(mine, 2.0));
  EXPECT_EQ(writer->memory().bytes, 4032);
}

TEST_F(TorchMemory, SharedStorageMayBeClonedByManyThreads) {
  const Tensor granted = wrap(at::ones({1000}));
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto context = backend_->make_context({});
      const Entered entered(*backend_, context.get());
      for (int round = 0; round < 200; ++round) {
        const auto mine = backend_->lazy_clone(granted);
        if (!mine || !backend_->mul_scalar_in_place(*mine, 3.0)) ++failures;
        if (values<float>(*mine)[999] != 3.0F) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(values<float>(granted)[0], 1.0F);
}

TEST_F(TorchMemory, ScratchMemoryOfKernelsIsChargedAndLimited) {
  const auto limited = backend_->make_context({.memory_limit_bytes = 40 << 20});
  const Entered entered(*backend_, limited.get());
  const Tensor image = ok(backend_->zeros(S{1, 64, 128, 128}, Dtype::float64));  // 8 MiB
  const Tensor weight = ok(backend_->zeros(S{1, 64, 5, 5}, Dtype::float64));
  // In float64 the convolution unfolds its input: 25 times its size.
  const auto result = backend_->conv2d(image, weight, nullptr, {S{1}, S{2}, S{1}, 1});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::quota_exceeded) << result.error().message;
  EXPECT_LE(limited->memory().peak_bytes, 40 << 20);
}

TEST_F(TorchMemory, OneInstanceNeverSeesTheBytesOfAnother) {
  for (const std::int64_t n : {16, 4000, 200'000}) {
    const auto a = backend_->make_context({});
    const auto b = backend_->make_context({});
    {
      const Entered entered(*backend_, a.get());
      for (int i = 0; i < 8; ++i) ok(backend_->full(S{n}, 12345.0, Dtype::float32));
    }
    const Entered entered(*backend_, b.get());
    for (int i = 0; i < 8; ++i) {
      HostBuffer buffer = ok(backend_->allocate(b.get(), static_cast<std::size_t>(n) * 4));
      const auto* bytes = static_cast<const std::uint8_t*>(buffer.data);
      EXPECT_TRUE(std::all_of(bytes, bytes + n * 4, [](std::uint8_t byte) { return byte == 0; }));
      buffer.release();
    }
  }
}

TEST_F(TorchMemory, EverythingIsReturned) {
  const std::int64_t before = context_->memory().bytes;
  {
    const Tensor x = ok(backend_->randn(S{8, 3, 16, 16}, Dtype::float32));
    const Tensor w = ok(backend_->randn(S{4, 3, 3, 3}, Dtype::float32));
    ok(backend_->set_requires_grad(w, true));
    const Tensor y = ok(backend_->conv2d(x, w, nullptr, {S{1}, S{1}, S{1}, 1}));
    ok(backend_->backward(ok(backend_->mean(y, {}, false)), nullptr, false));
    EXPECT_GT(context_->memory().bytes, before);
  }
  EXPECT_EQ(context_->memory().bytes, before);
}

}  // namespace
}  // namespace cloister::engine
