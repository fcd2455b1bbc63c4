// Tensors whose bytes stay on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "cloister/detail/call.h"
#include "cloister/detail/handles.h"
#include "cloister/error.h"
#include "cloister/operator_settings.h"
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

  // ---- operators ----
#include "cloister/operator_methods.inc"

 private:
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
inline LoweredOptionalTensors::LoweredOptionalTensors(OptionalTensors all) {
  elements_.reserve(all.tensors.size());
  for (const Tensor& tensor : all.tensors) elements_.push_back({tensor.defined(), tensor.raw()});
  list_ = {elements_.data(), elements_.size()};
}
inline Tensor lift(OwnTensor own) { return Tensor(own); }
inline std::tuple<Tensor, Tensor> lift(const cloister_ml_ops_tuple2_own_tensor_own_tensor_t& raw) {
  return {Tensor(raw.f0), Tensor(raw.f1)};
}
inline std::tuple<Tensor, Tensor, Tensor> lift(const cloister_ml_ops_tuple3_own_tensor_own_tensor_own_tensor_t& raw) {
  return {Tensor(raw.f0), Tensor(raw.f1), Tensor(raw.f2)};
}
// The list's memory is this guest's to free; the handles live on in the result.
inline std::vector<Tensor> lift(const cloister_ml_ops_list_own_tensor_t& raw) {
  std::vector<Tensor> tensors;
  tensors.reserve(raw.len);
  for (std::size_t i = 0; i < raw.len; ++i) tensors.emplace_back(raw.ptr[i]);
  if (raw.len > 0) std::free(raw.ptr);
  return tensors;
}

}  // namespace detail
}  // namespace cloister
