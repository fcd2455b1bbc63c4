#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

Result<Tensor> TorchBackend::sum(const Tensor& self, Shape dim, bool keepdim) {
  return run("sum", [&](const T& a) { return at::sum(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::mean(const Tensor& self, Shape dim, bool keepdim) {
  return run("mean", [&](const T& a) { return at::mean(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::std(const Tensor& self, Shape dim, std::int64_t correction, bool keepdim) {
  // Not an empty list: libtorch computes its values right but its gradient for one divisor too few.
  const at::OptionalIntArrayRef dims = dim.empty() ? at::OptionalIntArrayRef() : sizes(dim);
  return run("std", [&](const T& a) { return at::std(a, dims, at::Scalar(correction), keepdim); }, self);
}
Result<Tensor> TorchBackend::amax(const Tensor& self, Shape dim, bool keepdim) {
  return run("amax", [&](const T& a) { return at::amax(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  return run("argmax", [&](const T& a) { return at::argmax(a, dim, keepdim); }, self);
}
Result<Tensor> TorchBackend::softmax(const Tensor& self, std::int64_t dim) {
  return run("softmax", [&](const T& a) { return at::softmax(a, dim); }, self);
}
Result<Tensor> TorchBackend::log_softmax(const Tensor& self, std::int64_t dim) {
  return run("log_softmax", [&](const T& a) { return at::log_softmax(a, dim); }, self);
}

}  // namespace cloister::engine
