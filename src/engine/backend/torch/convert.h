// Between the contract's types and libtorch's.
#pragma once

#include <ATen/ATen.h>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

at::ScalarType scalar_type(Dtype dtype);
// REQUIRES: one of the ten; nothing else is ever made.
Dtype dtype_of(at::ScalarType type);
at::Scalar scalar(const Scalar& value);
std::optional<at::Scalar> scalar(const std::optional<Scalar>& value);
inline at::IntArrayRef sizes(Shape shape) { return {shape.data(), shape.size()}; }

// A tensor's at::Tensor for the length of a call: no reference is counted.
class Borrowed {
 public:
  explicit Borrowed(const Tensor& tensor)
      : tensor_(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(
            static_cast<at::TensorImpl*>(tensor.body()))) {}
  ~Borrowed() { tensor_.unsafeReleaseTensorImpl(); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  [[nodiscard]] const at::Tensor& get() const { return tensor_; }
  operator const at::Tensor&() const { return tensor_; }  // NOLINT(google-explicit-constructor)
  const at::Tensor* operator->() const { return &tensor_; }

 private:
  at::Tensor tensor_;
};

// An optional tensor argument: null is absent.
std::optional<at::Tensor> optional_tensor(const Tensor* tensor);

inline const at::TensorImpl& impl_of(const Tensor& tensor) { return *static_cast<at::TensorImpl*>(tensor.body()); }

}  // namespace cloister::engine
