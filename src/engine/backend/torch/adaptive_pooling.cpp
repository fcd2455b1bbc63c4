// Pooling over windows that follow from the size of the result.
#include "shape.h"
#include "torch_backend.h"
#include "window.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

struct Adaptive {
  Directions output;
  ImageShape result;
  std::int64_t cost;  // elements that all windows read together
};

Result<Adaptive> check_adaptive(std::string_view op, std::size_t sides, Shape input, Shape output_size) {
  CLOISTER_CHECK(check_images(op, input, sides, /*batch=*/false));
  CLOISTER_TRY(const Directions output, window_setting(op, "output-size", output_size, sides, 0));
  std::int64_t cost = 1;
  for (const std::int64_t size : input.first(input.size() - sides)) cost = saturating_product(cost, size);
  for (std::size_t side = 0; side < sides; ++side) {
    // Neighbouring windows share at most one element.
    cost = saturating_product(cost, input[input.size() - sides + side] + output[side]);
  }
  return Adaptive{output, ImageShape(input, output), cost};
}

}  // namespace

Result<Tensor> TorchBackend::adaptive_avg_pool1d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Adaptive all, check_adaptive("adaptive_avg_pool1d", 1, shape(self), output_size));
  CLOISTER_CHECK(check_new("adaptive_avg_pool1d", all.result, dtype(self)));
  CLOISTER_CHECK(check_cost("adaptive_avg_pool1d", dtype(self), all.cost));
  return run("adaptive_avg_pool1d", [&](const T& a) { return at::adaptive_avg_pool1d(a, sizes(all.output)); }, self);
}

Result<Tensor> TorchBackend::adaptive_avg_pool2d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Adaptive all, check_adaptive("adaptive_avg_pool2d", 2, shape(self), output_size));
  CLOISTER_CHECK(check_new("adaptive_avg_pool2d", all.result, dtype(self)));
  CLOISTER_CHECK(check_cost("adaptive_avg_pool2d", dtype(self), all.cost));
  return run("adaptive_avg_pool2d", [&](const T& a) { return at::adaptive_avg_pool2d(a, sizes(all.output)); }, self);
}

Result<Tensor> TorchBackend::adaptive_avg_pool3d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Adaptive all, check_adaptive("adaptive_avg_pool3d", 3, shape(self), output_size));
  CLOISTER_CHECK(check_new("adaptive_avg_pool3d", all.result, dtype(self)));
  CLOISTER_CHECK(check_cost("adaptive_avg_pool3d", dtype(self), all.cost));
  return run("adaptive_avg_pool3d", [&](const T& a) { return at::adaptive_avg_pool3d(a, sizes(all.output)); }, self);
}

Result<std::array<Tensor, 2>> TorchBackend::adaptive_max_pool2d(const Tensor& self, Shape output_size) {
  CLOISTER_TRY(const Adaptive all, check_adaptive("adaptive_max_pool2d", 2, shape(self), output_size));
  CLOISTER_CHECK(check_new("adaptive_max_pool2d", all.result, Dtype::int64));
  CLOISTER_CHECK(check_cost("adaptive_max_pool2d", dtype(self), all.cost));
  return run("adaptive_max_pool2d", [&](const T& a) { return at::adaptive_max_pool2d(a, sizes(all.output)); }, self);
}

}  // namespace cloister::engine
