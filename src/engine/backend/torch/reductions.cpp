// Reductions, running sums and softmax. An empty list of dimensions means all.
#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

namespace {

// Not an empty list: for some operators libtorch takes it as no dimension, or gets the gradient wrong.
at::OptionalIntArrayRef all_or(Shape dim) { return dim.empty() ? at::OptionalIntArrayRef() : sizes(dim); }

}  // namespace

Result<Tensor> TorchBackend::sum(const Tensor& self, Shape dim, bool keepdim) {
  return run("sum", [&](const T& a) { return at::sum(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::nansum(const Tensor& self, Shape dim, bool keepdim) {
  return run("nansum", [&](const T& a) { return at::nansum(a, all_or(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::mean(const Tensor& self, Shape dim, bool keepdim) {
  return run("mean", [&](const T& a) { return at::mean(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::prod(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  return run(
      "prod",
      [&](const T& a) {
        if (dim) return at::prod(a, *dim, keepdim);
        const T all = at::prod(a);
        return keepdim ? all.view(std::vector<std::int64_t>(static_cast<std::size_t>(a.dim()), 1)) : all;
      },
      self);
}
Result<Tensor> TorchBackend::std(const Tensor& self, Shape dim, std::int64_t correction, bool keepdim) {
  return run("std", [&](const T& a) { return at::std(a, all_or(dim), at::Scalar(correction), keepdim); }, self);
}
Result<Tensor> TorchBackend::var(const Tensor& self, Shape dim, std::int64_t correction, bool keepdim) {
  return run("var", [&](const T& a) { return at::var(a, all_or(dim), at::Scalar(correction), keepdim); }, self);
}
Result<Tensor> TorchBackend::amax(const Tensor& self, Shape dim, bool keepdim) {
  return run("amax", [&](const T& a) { return at::amax(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::amin(const Tensor& self, Shape dim, bool keepdim) {
  return run("amin", [&](const T& a) { return at::amin(a, sizes(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  return run("argmax", [&](const T& a) { return at::argmax(a, dim, keepdim); }, self);
}
Result<Tensor> TorchBackend::argmin(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  return run("argmin", [&](const T& a) { return at::argmin(a, dim, keepdim); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::max_dim(const Tensor& self, std::int64_t dim, bool keepdim) {
  return run("max_dim", [&](const T& a) { return at::max(a, dim, keepdim); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::min_dim(const Tensor& self, std::int64_t dim, bool keepdim) {
  return run("min_dim", [&](const T& a) { return at::min(a, dim, keepdim); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::median_dim(const Tensor& self, std::int64_t dim, bool keepdim) {
  // libtorch's kernel reads beyond the storage of an expanded tensor.
  return run("median_dim", [&](const T& a) { return at::median(a.contiguous(), dim, keepdim); }, self);
}
Result<Tensor> TorchBackend::all(const Tensor& self, Shape dim, bool keepdim) {
  return run("all", [&](const T& a) { return at::all(a, all_or(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::any(const Tensor& self, Shape dim, bool keepdim) {
  return run("any", [&](const T& a) { return at::any(a, all_or(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::count_nonzero(const Tensor& self, Shape dim) {
  return run(
      "count_nonzero",
      [&](const T& a) { return dim.empty() ? at::count_nonzero(a) : at::count_nonzero(a, sizes(dim)); }, self);
}
Result<Tensor> TorchBackend::logsumexp(const Tensor& self, Shape dim, bool keepdim) {
  return run(
      "logsumexp",
      [&](const T& a) {
        if (!dim.empty()) return at::logsumexp(a, sizes(dim), keepdim);
        std::vector<std::int64_t> every(static_cast<std::size_t>(a.dim()));
        for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::int64_t>(i);
        return at::logsumexp(a, every, keepdim);
      },
      self);
}
Result<Tensor> TorchBackend::linalg_vector_norm(const Tensor& self, double ord, Shape dim, bool keepdim) {
  return run(
      "linalg_vector_norm", [&](const T& a) { return at::linalg_vector_norm(a, ord, all_or(dim), keepdim); }, self);
}
Result<Tensor> TorchBackend::softmax(const Tensor& self, std::int64_t dim) {
  return run("softmax", [&](const T& a) { return at::softmax(a, dim); }, self);
}
Result<Tensor> TorchBackend::log_softmax(const Tensor& self, std::int64_t dim) {
  return run("log_softmax", [&](const T& a) { return at::log_softmax(a, dim); }, self);
}
Result<Tensor> TorchBackend::cumsum(const Tensor& self, std::int64_t dim) {
  return run("cumsum", [&](const T& a) { return at::cumsum(a, dim); }, self);
}
Result<Tensor> TorchBackend::cumprod(const Tensor& self, std::int64_t dim) {
  return run("cumprod", [&](const T& a) { return at::cumprod(a, dim); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::cummax(const Tensor& self, std::int64_t dim) {
  return run("cummax", [&](const T& a) { return at::cummax(a, dim); }, self);
}

}  // namespace cloister::engine
