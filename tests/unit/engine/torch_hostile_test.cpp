// Random settings, ordinary and hostile, over small tensors: each call ends in a result, whose gradient can be taken,
// or in an error that names the operator. What crashes or hangs ends the test.
#include <ATen/CPUGeneratorImpl.h>

#include <limits>
#include <random>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;

class TorchHostile : public TorchTest {
 protected:
  TorchHostile() : TorchTest(limited()) {}

  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(numbers_() % static_cast<std::uint64_t>(bound));
  }
  bool maybe() { return below(2) == 0; }

  // Mostly small, sometimes what no setting should be.
  std::int64_t number() {
    static constexpr std::array<std::int64_t, 8> kHostile{0,
                                                          -1,
                                                          1000,
                                                          2147483647,
                                                          std::int64_t{1} << 31,
                                                          std::int64_t{1} << 62,
                                                          std::numeric_limits<std::int64_t>::max(),
                                                          std::numeric_limits<std::int64_t>::min()};
    return below(12) == 0 ? kHostile[static_cast<std::size_t>(below(8))] : below(4);
  }
  S setting(std::size_t sides, std::int64_t least) {
    S all(maybe() ? 1 : sides);
    for (std::int64_t& each : all) each = std::max(number(), below(20) == 0 ? std::int64_t{-9} : least);
    return all;
  }

  // A tensor of small sides, sometimes of another rank, empty, strided or channels-last.
  Tensor operand(std::size_t rank, Dtype dtype) {
    S shape(rank + (below(20) == 0 ? 1 : 0));
    for (std::int64_t& size : shape) size = below(20) == 0 ? 0 : 1 + below(5);
    at::Tensor t = at::randn(shape, numbers(), at::kFloat).to(scalar_of(dtype));
    if (t.dim() == 4 && below(3) == 0) t = t.contiguous(at::MemoryFormat::ChannelsLast);
    if (t.dim() > 1 && below(5) == 0) t = t.transpose(-1, -2);
    Tensor result = wrap(t);
    if (maybe()) ok(backend_->set_requires_grad(result, true));
    return result;
  }

  Dtype floating() {
    static constexpr std::array kAll{Dtype::float32, Dtype::float64, Dtype::bfloat16, Dtype::float16};
    return kAll[static_cast<std::size_t>(below(4))];
  }

  void settle(const Result<Tensor>& result) {
    if (!result) {
      EXPECT_NE(result.error().code, ErrorCode::internal) << result.error().message;
      EXPECT_NE(result.error().message.find(": "), std::string::npos) << result.error().message;
      return;
    }
    ++results_;
    if (!backend_->requires_grad(*result)) return;
    // Some results have no gradient, which is answered in words too; and the limit may be reached.
    const auto ones = backend_->ones_like(*result);
    const auto done = ones ? backend_->backward(*result, &*ones, false) : Result<void>();
    EXPECT_TRUE(done.has_value() || done.error().code != ErrorCode::internal) << done.error().message;
  }
  template <std::size_t N>
  void settle(Result<std::array<Tensor, N>> result) {
    settle(result ? Result<Tensor>((*result)[0]) : Result<Tensor>(Unexpected(std::move(result).error())));
  }

  int results_ = 0;

 private:
  static ContextOptions limited() {
    ContextOptions options;
    options.memory_limit_bytes = std::int64_t{64} << 20;
    return options;
  }
  static at::ScalarType scalar_of(Dtype dtype) {
    return dtype == Dtype::float32    ? at::kFloat
           : dtype == Dtype::float64  ? at::kDouble
           : dtype == Dtype::bfloat16 ? at::kBFloat16
                                      : at::kHalf;
  }
  at::Generator numbers() { return at::detail::createCPUGenerator(numbers_()); }

  std::mt19937_64 numbers_{20};
};

TEST_F(TorchHostile, Convolutions) {
  for (int i = 0; i < 2000; ++i) {
    const std::size_t sides = static_cast<std::size_t>(1 + below(3));
    const Dtype dtype = floating();
    const Tensor x = operand(sides + 2, dtype);
    const Tensor w = operand(sides + 2, dtype);
    const bool transposed = maybe();
    // Mostly weights that fit.
    Tensor weight = w;
    const Shape in = backend_->shape(x);
    if (below(5) != 0 && in.size() == sides + 2) {
      S shape{1 + below(3), in[1]};
      if (transposed) std::swap(shape[0], shape[1]);
      for (std::size_t side = 0; side < sides; ++side) shape.push_back(1 + below(3));
      weight = ok(backend_->ones(shape, dtype));
      ok(backend_->set_requires_grad(weight, true));
    }
    settle(backend_->convolution(x, weight, nullptr,
                                 {setting(sides, 1), setting(sides, 0), setting(sides, 1), transposed,
                                  transposed && maybe() ? setting(sides, 0) : S{0}, below(8) == 0 ? number() : 1}));
    if (sides == 2) settle(backend_->im2col(x, {setting(2, 1), setting(2, 1), setting(2, 0), setting(2, 1)}));
    if (sides == 1) {
      settle(backend_->col2im(x, setting(2, 1), {setting(2, 1), setting(2, 1), setting(2, 0), setting(2, 1)}));
    }
  }
  EXPECT_GT(results_, 400);
}

TEST_F(TorchHostile, Pooling) {
  for (int i = 0; i < 2000; ++i) {
    const Dtype dtype = floating();
    const std::size_t sides = static_cast<std::size_t>(1 + below(3));
    const Tensor x = operand(sides + (maybe() ? 2 : 1), dtype);
    const S kernel = setting(sides, 1);
    const S stride = maybe() ? S{} : setting(sides, 1);
    const S padding = maybe() ? S{0} : setting(sides, 0);
    const S dilation = maybe() ? S{1} : setting(sides, 1);
    const AvgPoolOptions mean{kernel,  stride,  padding,
                              maybe(), maybe(), below(5) == 0 ? std::optional(number()) : std::nullopt};
    const MaxPoolOptions most{kernel, stride, padding, dilation, maybe()};
    const S output = setting(sides, 0);
    if (sides == 1) {
      settle(backend_->avg_pool1d(x, mean));
      settle(backend_->max_pool1d(x, most));
      settle(backend_->adaptive_avg_pool1d(x, output));
    } else if (sides == 2) {
      settle(backend_->avg_pool2d(x, mean));
      settle(backend_->max_pool2d(x, most));
      settle(backend_->max_pool2d_with_indices(x, most));
      settle(backend_->adaptive_avg_pool2d(x, output));
      settle(backend_->adaptive_max_pool2d(x, output));
    } else {
      settle(backend_->avg_pool3d(x, mean));
      settle(backend_->max_pool3d_with_indices(x, most));
      settle(backend_->adaptive_avg_pool3d(x, output));
    }
  }
  EXPECT_GT(results_, 1000);
}

TEST_F(TorchHostile, ResamplingAndPadding) {
  for (int i = 0; i < 2000; ++i) {
    const Dtype dtype = floating();
    const Tensor x = operand(4, dtype);
    const S output = setting(2, 1);
    settle(backend_->upsample_nearest2d(x, output));
    settle(backend_->upsample_bilinear2d(x, output, maybe()));
    settle(backend_->upsample_bicubic2d(x, output, maybe()));
    const std::size_t sides = static_cast<std::size_t>(1 + below(3));
    const Tensor y = operand(sides + (maybe() ? 2 : 1), dtype);
    S pad(2 * sides);
    for (std::int64_t& each : pad) each = number() - below(2);
    settle(sides == 1   ? backend_->reflection_pad1d(y, pad)
           : sides == 2 ? backend_->reflection_pad2d(y, pad)
                        : backend_->reflection_pad3d(y, pad));
    settle(sides == 1   ? backend_->replication_pad1d(y, pad)
           : sides == 2 ? backend_->replication_pad2d(y, pad)
                        : backend_->replication_pad3d(y, pad));
    settle(backend_->pixel_shuffle(y, number()));
    settle(backend_->pixel_unshuffle(y, number()));
  }
  EXPECT_GT(results_, 2000);
}

TEST_F(TorchHostile, NormsAndAttention) {
  for (int i = 0; i < 2000; ++i) {
    const Dtype dtype = floating();
    const Tensor x = operand(static_cast<std::size_t>(2 + below(3)), dtype);
    const Shape in = backend_->shape(x);
    const S last(in.end() - static_cast<std::ptrdiff_t>(1 + below(static_cast<std::int64_t>(in.size()))), in.end());
    settle(backend_->layer_norm(x, last, nullptr, nullptr, 1e-5));
    settle(backend_->rms_norm(x, last, nullptr, std::nullopt));
    settle(backend_->group_norm(x, number(), nullptr, nullptr, 1e-5));
    settle(backend_->instance_norm(x, nullptr, nullptr, 1e-5));
    settle(backend_->batch_norm(x, nullptr, nullptr, nullptr, nullptr, {true, 0.1, 1e-5}));
    const Tensor k = below(3) == 0 ? operand(3, dtype) : x;
    settle(backend_->scaled_dot_product_attention(
        x, k, k, nullptr, {maybe() ? 0 : 0.5, maybe(), maybe() ? std::optional(-0.5) : std::nullopt, maybe()}));
  }
  EXPECT_GT(results_, 2000);
}

}  // namespace
}  // namespace cloister::engine
