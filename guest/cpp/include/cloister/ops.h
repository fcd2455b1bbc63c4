// Making tensors, operators on several, arithmetic signs, layers and losses: PyTorch's names, order and defaults.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "cloister/tensor.h"

namespace cloister {

// ---- making tensors, on the run's device ----
inline Tensor zeros(IntArrayRef shape, Dtype dtype = kFloat32) { return require<cloister_ml_ops_zeros>(shape, dtype); }
inline Tensor ones(IntArrayRef shape, Dtype dtype = kFloat32) { return require<cloister_ml_ops_ones>(shape, dtype); }
inline Tensor full(IntArrayRef shape, Scalar value, Dtype dtype = kFloat32) {
  return require<cloister_ml_ops_full>(shape, value, dtype);
}
// Memory for the caller to fill; it holds zeros.
inline Tensor empty(IntArrayRef shape, Dtype dtype = kFloat32) { return require<cloister_ml_ops_empty>(shape, dtype); }
inline Tensor arange(Scalar start, Scalar end, Scalar step = 1, Dtype dtype = kInt64) {
  return require<cloister_ml_ops_arange>(start, end, step, dtype);
}
inline Tensor rand(IntArrayRef shape, Dtype dtype = kFloat32) { return require<cloister_ml_ops_rand>(shape, dtype); }
inline Tensor randn(IntArrayRef shape, Dtype dtype = kFloat32) { return require<cloister_ml_ops_randn>(shape, dtype); }
inline Tensor randperm(std::int64_t n) { return require<cloister_ml_ops_randperm>(n); }
inline void manual_seed(std::uint64_t seed) { cloister_ml_ops_manual_seed(seed); }

// A tensor with these elements in row-major order; the bytes are copied to the host.
template <class T>
Tensor from_elements(std::span<const T> elements, IntArrayRef shape) {
  workload_list_u8_t bytes{reinterpret_cast<std::uint8_t*>(const_cast<T*>(elements.data())), elements.size_bytes()};
  return require<cloister_ml_tensors_static_tensor_from_bytes>(&bytes, shape, dtype_of<T>());
}
// A 1-D tensor: `tensor<float>({1, 2, 3})`.
template <class T>
Tensor tensor(std::initializer_list<T> elements) {
  return from_elements(std::span<const T>(elements.begin(), elements.size()),
                       static_cast<std::int64_t>(elements.size()));
}

// ---- signs ----
inline Tensor operator+(const Tensor& a, const Tensor& b) { return a.add(b); }
inline Tensor operator+(const Tensor& a, Scalar b) { return a.add(b); }
inline Tensor operator+(Scalar a, const Tensor& b) { return b.add(a); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return a.sub(b); }
inline Tensor operator-(const Tensor& a, Scalar b) { return a.sub(b); }
inline Tensor operator-(Scalar a, const Tensor& b) { return b.neg().add(a); }
inline Tensor operator-(const Tensor& a) { return a.neg(); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return a.mul(b); }
inline Tensor operator*(const Tensor& a, Scalar b) { return a.mul(b); }
inline Tensor operator*(Scalar a, const Tensor& b) { return b.mul(a); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return a.div(b); }
inline Tensor operator/(const Tensor& a, Scalar b) { return a.div(b); }
inline Tensor operator/(Scalar a, const Tensor& b) { return b.pow(-1).mul(a); }
inline Tensor& operator+=(Tensor& a, const Tensor& b) { return a.add_(b); }
inline Tensor& operator-=(Tensor& a, const Tensor& b) { return a.add_(b, -1); }
inline Tensor& operator*=(Tensor& a, Scalar b) { return a.mul_(b); }
inline Tensor operator==(const Tensor& a, const Tensor& b) { return a.eq(b); }
inline Tensor operator>(const Tensor& a, Scalar b) { return a.gt(b); }

// ---- several tensors ----
inline Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  return require<cloister_ml_ops_where>(condition, self, other);
}
inline Tensor cat(std::span<const Tensor> tensors, std::int64_t dim = 0) {
  return require<cloister_ml_ops_cat>(tensors, dim);
}
inline Tensor stack(std::span<const Tensor> tensors, std::int64_t dim = 0) {
  return require<cloister_ml_ops_stack>(tensors, dim);
}
inline Tensor matmul(const Tensor& self, const Tensor& other) { return self.matmul(other); }
inline Tensor maximum(const Tensor& self, const Tensor& other) { return self.maximum(other); }
// Constant padding: two numbers a dimension, the last dimension first.
inline Tensor pad(const Tensor& self, IntArrayRef pad, Scalar value = 0) {
  return require<cloister_ml_ops_constant_pad_nd>(self, pad, value);
}
inline Tensor relu(const Tensor& self) { return self.relu(); }
inline Tensor sigmoid(const Tensor& self) { return self.sigmoid(); }
inline Tensor tanh(const Tensor& self) { return self.tanh(); }
inline Tensor silu(const Tensor& self) { return self.silu(); }
inline Tensor softmax(const Tensor& self, std::int64_t dim) { return self.softmax(dim); }
inline Tensor log_softmax(const Tensor& self, std::int64_t dim) { return self.log_softmax(dim); }

// ---- layers ----
// input [..., in], weight [out, in], bias [out] -> [..., out].
inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  return require<cloister_ml_ops_linear>(input, weight, detail::Optional{bias});
}

// Rows and columns; one number stands for both.
struct Size2d {
  std::array<std::int64_t, 2> sizes;
  Size2d(std::int64_t both) : sizes{both, both} {}
  Size2d(std::int64_t height, std::int64_t width) : sizes{height, width} {}
};

struct Conv2dOptions {
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
};
// input [n, in, h, w], weight [out, in / groups, kh, kw], bias [out] -> [n, out, h', w'].
inline Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias = {},
                     const Conv2dOptions& options = {}) {
  using detail::list_of;
  cloister_ml_ops_conv2d_options_t raw{list_of(options.stride.sizes), list_of(options.padding.sizes),
                                       list_of(options.dilation.sizes), options.groups};
  return require<cloister_ml_ops_conv2d>(input, weight, detail::Optional{bias}, &raw);
}

struct Pool2dOptions {
  Size2d kernel_size;
  std::optional<Size2d> stride = {};  // none: the kernel's size
  Size2d padding = 0;
  bool ceil_mode = false;
};
namespace detail {
inline cloister_ml_ops_pool2d_options_t raw_options(const Pool2dOptions& options) {
  return {list_of(options.kernel_size.sizes), options.stride ? list_of(options.stride->sizes) : list_of({}),
          list_of(options.padding.sizes), options.ceil_mode};
}
}  // namespace detail
// Mean over windows of [n, c, h, w]; the padding counts as zeros.
inline Tensor avg_pool2d(const Tensor& self, const Pool2dOptions& options) {
  auto raw = detail::raw_options(options);
  return require<cloister_ml_ops_avg_pool2d>(self, &raw);
}
inline Tensor max_pool2d(const Tensor& self, const Pool2dOptions& options) {
  auto raw = detail::raw_options(options);
  return require<cloister_ml_ops_max_pool2d>(self, &raw);
}
// [n, c, h, w] -> [n, c, output_size].
inline Tensor adaptive_avg_pool2d(const Tensor& self, Size2d output_size) {
  return require<cloister_ml_ops_adaptive_avg_pool2d>(self, IntArrayRef(output_size.sizes));
}

struct BatchNormOptions {
  bool training = false;
  double momentum = 0.1;
  double eps = 1e-5;
};
// Normalises each channel of [n, c, ...]; weight, bias and running statistics are [c], and may be undefined.
inline Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                         const Tensor& running_var, const BatchNormOptions& options = {}) {
  using detail::Optional;
  cloister_ml_ops_batch_norm_options_t raw{options.training, options.momentum, options.eps};
  return require<cloister_ml_ops_batch_norm>(input, Optional{weight}, Optional{bias}, Optional{running_mean},
                                             Optional{running_var}, &raw);
}
inline Tensor dropout(const Tensor& input, double p = 0.5, bool train = true) {
  return require<cloister_ml_ops_dropout>(input, p, train);
}

// ---- losses ----
enum class Reduction : std::uint8_t { none, mean, sum };
// Logits [n, c] and int64 classes [n].
inline Tensor cross_entropy(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean) {
  return require<cloister_ml_ops_cross_entropy>(input, target, static_cast<std::uint8_t>(reduction));
}
inline Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean) {
  return require<cloister_ml_ops_mse_loss>(input, target, static_cast<std::uint8_t>(reduction));
}

}  // namespace cloister
