// Tensors whose bytes stay on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

#include "cloister/detail/call.h"
#include "cloister/detail/handles.h"
#include "cloister/error.h"
#include "cloister/scalar.h"

namespace cloister {

// What `read` brought over: `size()` elements in row-major order, in this guest's memory.
template <class T>
class Elements {
 public:
  explicit Elements(workload_list_u8_t bytes) : bytes_(bytes) {}
  Elements(Elements&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Elements& operator=(Elements&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  // A list without elements is no allocation: its pointer is any.
  ~Elements() {
    if (bytes_.len > 0) std::free(bytes_.ptr);
  }

  [[nodiscard]] std::size_t size() const { return bytes_.len / sizeof(T); }
  [[nodiscard]] const T* data() const { return reinterpret_cast<const T*>(bytes_.ptr); }
  [[nodiscard]] const T* begin() const { return data(); }
  [[nodiscard]] const T* end() const { return data() + size(); }
  const T& operator[](std::size_t index) const { return data()[index]; }

 private:
  workload_list_u8_t bytes_;
};

// A handle to a tensor on the host. Copies share the tensor and cost no call; the last one drops it.
// Operators are PyTorch's in name, argument order and defaults; a name that ends in `_` writes to the tensor itself.
// An operator that fails (shapes that do not fit, a limit of the run) ends the run with the host's sentence; where a
// program wants to go on, `attempt<cloister_ml_ops_NAME>(...)` returns the error.
// A default-constructed Tensor holds nothing and stands for an absent argument (a layer without bias).
class Tensor {
 public:
  Tensor() noexcept {}
  explicit Tensor(detail::OwnTensor own) : handle_(own.__handle) { detail::adopt_handle(handle_); }
  Tensor(const Tensor& other) : handle_(other.handle_) { detail::retain_handle(handle_); }
  Tensor(Tensor&& other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Tensor() {
    if (detail::release_handle(handle_)) cloister_ml_tensors_tensor_drop_own({handle_});
  }

  [[nodiscard]] bool defined() const { return handle_ != 0; }
  [[nodiscard]] detail::RawTensor raw() const { return {handle_}; }

  // ---- what it is; each asks the host ----
  [[nodiscard]] std::vector<std::int64_t> sizes() const {
    workload_list_s64_t list;
    cloister_ml_tensors_method_tensor_shape(raw(), &list);
    std::vector<std::int64_t> sizes(list.ptr, list.ptr + list.len);
    workload_list_s64_free(&list);
    return sizes;
  }
  [[nodiscard]] std::int64_t size(std::int64_t dim) const {
    return require<cloister_ml_tensors_method_tensor_size>(raw(), dim);
  }
  [[nodiscard]] std::int64_t numel() const { return cloister_ml_tensors_method_tensor_numel(raw()); }
  [[nodiscard]] bool is_same_size(const Tensor& other) const {
    return cloister_ml_tensors_method_tensor_is_same_size(raw(), other.raw());
  }
  [[nodiscard]] Dtype dtype() const { return static_cast<Dtype>(cloister_ml_tensors_method_tensor_dtype(raw())); }
  // -1 for the CPU, otherwise the index of the CUDA device.
  [[nodiscard]] std::int32_t cuda_index() const {
    cloister_ml_tensors_device_t device;
    cloister_ml_tensors_method_tensor_device(raw(), &device);
    return device.tag == CLOISTER_ML_TENSORS_DEVICE_CUDA ? static_cast<std::int32_t>(device.val.cuda) : -1;
  }

  // ---- contents; counted as egress ----
  // The only element.
  [[nodiscard]] Scalar item() const { return require<cloister_ml_tensors_method_tensor_item>(raw()); }
  template <class T>
  [[nodiscard]] T item() const {
    return item().to<T>();
  }
  // All elements; T must be the C++ type of the dtype.
  template <class T>
  [[nodiscard]] Elements<T> read() const {
    if (dtype() != dtype_of<T>())
      fatal("read<T>: T is not the type of the tensor's elements; convert it with to(dtype)");
    return Elements<T>(require<cloister_ml_tensors_method_tensor_read>(raw()));
  }

  // ---- autograd ----
  [[nodiscard]] bool requires_grad() const { return cloister_ml_autograd_requires_grad(raw()); }
  Tensor& requires_grad_(bool value = true) {
    require<cloister_ml_autograd_set_requires_grad>(*this, value);
    return *this;
  }
  void backward(const Tensor& gradient = {}, bool retain_graph = false) const {
    require<cloister_ml_autograd_backward>(*this, detail::Optional{gradient}, retain_graph);
  }
  // The accumulated gradient; undefined before the first backward.
  [[nodiscard]] Tensor grad() const {
    const auto gradient = require<cloister_ml_autograd_grad>(*this);
    return gradient.is_some ? Tensor(gradient.val) : Tensor();
  }
  void zero_grad() const { require<cloister_ml_autograd_zero_grad>(*this); }
  [[nodiscard]] Tensor detach() const { return require<cloister_ml_autograd_detach>(*this); }

  // ---- element by element ----
  [[nodiscard]] Tensor add(const Tensor& other, Scalar alpha = 1) const {
    return require<cloister_ml_ops_add>(*this, other, alpha);
  }
  [[nodiscard]] Tensor add(Scalar other, Scalar alpha = 1) const {
    return require<cloister_ml_ops_add_scalar>(*this, other, alpha);
  }
  Tensor& add_(const Tensor& other, Scalar alpha = 1) { return in_place<cloister_ml_ops_add_in_place>(other, alpha); }
  [[nodiscard]] Tensor sub(const Tensor& other, Scalar alpha = 1) const {
    return require<cloister_ml_ops_sub>(*this, other, alpha);
  }
  [[nodiscard]] Tensor sub(Scalar other, Scalar alpha = 1) const {
    return require<cloister_ml_ops_sub_scalar>(*this, other, alpha);
  }
  [[nodiscard]] Tensor mul(const Tensor& other) const { return require<cloister_ml_ops_mul>(*this, other); }
  [[nodiscard]] Tensor mul(Scalar other) const { return require<cloister_ml_ops_mul_scalar>(*this, other); }
  Tensor& mul_(Scalar other) { return in_place<cloister_ml_ops_mul_scalar_in_place>(other); }
  [[nodiscard]] Tensor div(const Tensor& other) const { return require<cloister_ml_ops_div>(*this, other); }
  [[nodiscard]] Tensor div(Scalar other) const { return require<cloister_ml_ops_div_scalar>(*this, other); }
  [[nodiscard]] Tensor pow(Scalar exponent) const { return require<cloister_ml_ops_pow_scalar>(*this, exponent); }
  [[nodiscard]] Tensor neg() const { return require<cloister_ml_ops_neg>(*this); }
  [[nodiscard]] Tensor abs() const { return require<cloister_ml_ops_abs>(*this); }
  [[nodiscard]] Tensor exp() const { return require<cloister_ml_ops_exp>(*this); }
  [[nodiscard]] Tensor log() const { return require<cloister_ml_ops_log>(*this); }
  [[nodiscard]] Tensor sqrt() const { return require<cloister_ml_ops_sqrt>(*this); }
  [[nodiscard]] Tensor rsqrt() const { return require<cloister_ml_ops_rsqrt>(*this); }
  [[nodiscard]] Tensor relu() const { return require<cloister_ml_ops_relu>(*this); }
  [[nodiscard]] Tensor sigmoid() const { return require<cloister_ml_ops_sigmoid>(*this); }
  [[nodiscard]] Tensor tanh() const { return require<cloister_ml_ops_tanh>(*this); }
  [[nodiscard]] Tensor silu() const { return require<cloister_ml_ops_silu>(*this); }
  [[nodiscard]] Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = {}) const {
    return require<cloister_ml_ops_clamp>(*this, min, max);
  }
  Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = {}) {
    return in_place<cloister_ml_ops_clamp_in_place>(min, max);
  }
  [[nodiscard]] Tensor maximum(const Tensor& other) const { return require<cloister_ml_ops_maximum>(*this, other); }
  [[nodiscard]] Tensor eq(const Tensor& other) const { return require<cloister_ml_ops_eq>(*this, other); }
  [[nodiscard]] Tensor gt(Scalar other) const { return require<cloister_ml_ops_gt_scalar>(*this, other); }
  Tensor& copy_(const Tensor& source) { return in_place<cloister_ml_ops_copy_in_place>(source); }
  [[nodiscard]] Tensor to(Dtype dtype) const { return require<cloister_ml_ops_to_dtype>(*this, dtype); }
  [[nodiscard]] Tensor clone() const { return require<cloister_ml_ops_clone>(*this); }

  // ---- shape ----
  [[nodiscard]] Tensor reshape(IntArrayRef shape) const { return require<cloister_ml_ops_reshape>(*this, shape); }
  [[nodiscard]] Tensor permute(IntArrayRef dims) const { return require<cloister_ml_ops_permute>(*this, dims); }
  [[nodiscard]] Tensor transpose(std::int64_t dim0, std::int64_t dim1) const {
    return require<cloister_ml_ops_transpose>(*this, dim0, dim1);
  }
  [[nodiscard]] Tensor flatten(std::int64_t start_dim = 0, std::int64_t end_dim = -1) const {
    return require<cloister_ml_ops_flatten>(*this, start_dim, end_dim);
  }
  [[nodiscard]] Tensor unsqueeze(std::int64_t dim) const { return require<cloister_ml_ops_unsqueeze>(*this, dim); }
  [[nodiscard]] Tensor squeeze(std::int64_t dim) const { return require<cloister_ml_ops_squeeze>(*this, dim); }
  [[nodiscard]] Tensor expand(IntArrayRef shape) const { return require<cloister_ml_ops_expand>(*this, shape); }
  [[nodiscard]] Tensor narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const {
    return require<cloister_ml_ops_narrow>(*this, dim, start, length);
  }
  [[nodiscard]] Tensor select(std::int64_t dim, std::int64_t index) const {
    return require<cloister_ml_ops_select>(*this, dim, index);
  }
  [[nodiscard]] Tensor contiguous() const { return require<cloister_ml_ops_contiguous>(*this); }
  // [N, C, H, W] stored as [N, H, W, C]: libtorch's contiguous(at::MemoryFormat::ChannelsLast).
  [[nodiscard]] Tensor channels_last() const { return require<cloister_ml_ops_contiguous_channels_last>(*this); }
  [[nodiscard]] Tensor index_select(std::int64_t dim, const Tensor& index) const {
    return require<cloister_ml_ops_index_select>(*this, dim, index);
  }

  // ---- reductions; an empty list of dimensions means all ----
  [[nodiscard]] Tensor sum(IntArrayRef dim = {}, bool keepdim = false) const {
    return require<cloister_ml_ops_sum>(*this, dim, keepdim);
  }
  [[nodiscard]] Tensor mean(IntArrayRef dim = {}, bool keepdim = false) const {
    return require<cloister_ml_ops_mean>(*this, dim, keepdim);
  }
  [[nodiscard]] Tensor std(IntArrayRef dim = {}, std::int64_t correction = 1, bool keepdim = false) const {
    return require<cloister_ml_ops_std>(*this, dim, correction, keepdim);
  }
  [[nodiscard]] Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const {
    return require<cloister_ml_ops_amax>(*this, dim, keepdim);
  }
  [[nodiscard]] Tensor argmax(std::optional<std::int64_t> dim = {}, bool keepdim = false) const {
    return require<cloister_ml_ops_argmax>(*this, dim, keepdim);
  }
  [[nodiscard]] Tensor softmax(std::int64_t dim) const { return require<cloister_ml_ops_softmax>(*this, dim); }
  [[nodiscard]] Tensor log_softmax(std::int64_t dim) const { return require<cloister_ml_ops_log_softmax>(*this, dim); }

  [[nodiscard]] Tensor matmul(const Tensor& other) const { return require<cloister_ml_ops_matmul>(*this, other); }

 private:
  template <auto Binding, class... Arguments>
  Tensor& in_place(const Arguments&... arguments) {
    require<Binding>(*this, arguments...);
    return *this;
  }

  std::int32_t handle_ = 0;
};

namespace detail {

inline RawTensor lower(const Tensor& tensor) { return tensor.raw(); }
inline LoweredOption<RawTensor> lower(Optional argument) {
  return {argument.tensor.defined() ? std::optional(argument.tensor.raw()) : std::nullopt};
}
inline LoweredTensors::LoweredTensors(std::span<const Tensor> tensors) {
  handles_.reserve(tensors.size());
  for (const Tensor& tensor : tensors) handles_.push_back(tensor.raw());
}
inline Tensor lift(OwnTensor own) { return Tensor(own); }

}  // namespace detail
}  // namespace cloister
