// Interface `tensors`: what a handle's tensor is like, and the two ways for bulk data.
#include <fmt/format.h>

#include <algorithm>

#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::tensors;
using Borrowed = sandbox::Borrow<wit::Tensor>;

class Tensors final : public wit::Host {
 public:
  explicit Tensors(Session& session) : session_(session) {}

  sandbox::Call<void> drop_tensor(sandbox::Own<wit::Tensor> handle) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"tensors.tensor.drop">);
    session_.tables.tensors.take(std::move(handle));
    return {};
  }

  Session::Answer<sandbox::Own<wit::Tensor>> tensor_from_bytes(std::span<const std::uint8_t> data,
                                                               std::span<const std::int64_t> shape,
                                                               wit::Dtype dtype) override {
    return call<"tensors.tensor.from-bytes", &engine::TensorBackend::from_bytes>(session_, data, shape, dtype);
  }

  sandbox::Call<std::vector<std::int64_t>> tensor_shape(Borrowed self) override {
    return look<"tensors.tensor.shape">(self, [](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      const engine::Shape shape = backend.shape(tensor);
      return std::vector<std::int64_t>(shape.begin(), shape.end());
    });
  }

  Session::Answer<std::int64_t> tensor_size(Borrowed self, std::int64_t dim) override {
    using Answer = Expected<std::int64_t, wit::Error>;
    return look<"tensors.tensor.size">(self, [&](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      const engine::Shape shape = backend.shape(tensor);
      const auto rank = static_cast<std::int64_t>(shape.size());
      if (dim < -rank || dim >= rank) {
        return Answer(Unexpected(session_.guest_error(
            {ErrorCode::invalid_argument,
             fmt::format("dimension {} is out of range for a tensor of {} dimensions", dim, rank)})));
      }
      return Answer(shape[static_cast<std::size_t>(dim < 0 ? dim + rank : dim)]);
    });
  }

  sandbox::Call<std::int64_t> tensor_numel(Borrowed self) override {
    return look<"tensors.tensor.numel">(
        self, [](engine::TensorBackend& backend, const engine::Tensor& tensor) { return backend.numel(tensor); });
  }

  sandbox::Call<bool> tensor_is_same_size(Borrowed self, Borrowed other) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"tensors.tensor.is-same-size">);
    ArgumentCheck check;
    const TensorArgument one = argument(session_, check, self);
    const TensorArgument two = argument(session_, check, other);
    if (!check.passed()) [[unlikely]] {
      return stale_handle();
    }
    trace_arguments(session_, one, two);
    return std::ranges::equal(session_.backend().shape(one), session_.backend().shape(two));
  }

  sandbox::Call<wit::Dtype> tensor_dtype(Borrowed self) override {
    return look<"tensors.tensor.dtype">(self, [](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      return to_wit(backend.dtype(tensor));
    });
  }

  sandbox::Call<wit::Device> tensor_device(Borrowed self) override {
    return look<"tensors.tensor.device">(self, [](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      return to_wit(backend.device_of(tensor));
    });
  }

  Session::Answer<sandbox::Bytes> tensor_read(Borrowed self) override {
    using Answer = Expected<sandbox::Bytes, wit::Error>;
    return look<"tensors.tensor.read">(self, [&](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      // numel * element size fits: the engine has no tensor whose bytes overflow 63 bits.
      const auto size = static_cast<std::uint64_t>(backend.numel(tensor)) * element_size(backend.dtype(tensor));
      if (auto refused = session_.charge(EgressKind::read, size, "tensor.read")) {
        return Answer(Unexpected(*std::move(refused)));
      }
      auto bytes = backend.read(tensor);
      if (!bytes) return Answer(Unexpected(session_.guest_error(std::move(bytes).error())));
      return Answer(
          sandbox::Bytes(bytes->data, bytes->size, std::make_shared<engine::Tensor>(std::move(bytes->owner))));
    });
  }

  Session::Answer<wit::Scalar> tensor_item(Borrowed self) override {
    using Answer = Expected<wit::Scalar, wit::Error>;
    return look<"tensors.tensor.item">(self, [&](engine::TensorBackend& backend, const engine::Tensor& tensor) {
      constexpr std::uint64_t kBytes = 8;
      if (auto refused = session_.charge(EgressKind::read, kBytes, "tensor.item")) {
        return Answer(Unexpected(*std::move(refused)));
      }
      auto item = backend.item(tensor);
      if (!item) return Answer(Unexpected(session_.guest_error(std::move(item).error())));
      return Answer(to_wit(*item));
    });
  }

 private:
  // Counts the call, finds the tensor, and answers what `function` says of it.
  template <FunctionName kName, class Function>
  auto look(Borrowed self, const Function& function)
      -> sandbox::Call<std::invoke_result_t<Function, engine::TensorBackend&, const engine::Tensor&>> {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<kName>);
    ArgumentCheck check;
    const TensorArgument tensor = argument(session_, check, self);
    if (!check.passed()) return stale_handle();
    trace_arguments(session_, tensor);
    return function(session_.backend(), *tensor.tensor);
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Tensors>(session);
}

}  // namespace cloister::host
