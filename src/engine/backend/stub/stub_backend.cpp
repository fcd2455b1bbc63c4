#include "backend/stub/stub_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "shape.h"

namespace cloister::engine {
namespace {

class StubContext final : public InstanceContext {
 public:
  explicit StubContext(const ContextOptions& options)
      : owner_(TensorAllocator::instance().open_owner(options.memory_limit_bytes)) {}
  ~StubContext() override;
  StubContext(const StubContext&) = delete;
  StubContext& operator=(const StubContext&) = delete;

  [[nodiscard]] const MemoryAccount& memory() const override { return owner_->account; }
  void set_deadline(std::chrono::steady_clock::time_point deadline) override {
    engine::set_deadline(owner_->account, deadline);
  }
  void set_cpu_left(std::chrono::nanoseconds left) override { engine::set_cpu_left(owner_->account, left); }
  void manual_seed(std::uint64_t) override {}  // no operator here draws numbers
  [[nodiscard]] Result<std::vector<std::uint8_t>> generator_state() const override {
    return std::vector<std::uint8_t>();
  }
  Result<void> set_generator_state(std::span<const std::uint8_t> state) override {
    if (state.empty()) return {};
    return fail(ErrorCode::bad_data, "the stub backend has no random generator whose state could be set");
  }
  void set_grad_mode(GradMode mode) override { mode_ = mode; }
  [[nodiscard]] GradMode grad_mode() const override { return mode_; }
  [[nodiscard]] MemoryOwner* owner() const { return owner_; }

 private:
  MemoryOwner* owner_;
  GradMode mode_ = GradMode::grad;
};

thread_local StubContext* t_context = nullptr;

StubContext::~StubContext() {
  if (t_context == this) t_context = nullptr;
  TensorAllocator::instance().close_owner(owner_);
}

// dtype conversions: through double where both sides hold it exactly enough, through int64 between integers.
template <class Value>
Value convert(const StubTensor& from, std::int64_t at) {
  switch (from.dtype) {
    case Dtype::bool_:
    case Dtype::uint8:
      return static_cast<Value>(from.data<std::uint8_t>()[at]);
    case Dtype::int64:
      return static_cast<Value>(from.data<std::int64_t>()[at]);
    default:
      return static_cast<Value>(from.data<float>()[at]);
  }
}

bool is_convertible(Dtype dtype) {
  return dtype == Dtype::bool_ || dtype == Dtype::uint8 || dtype == Dtype::int64 || dtype == Dtype::float32;
}

// Writes `from`, broadcast, to every element of `to`. REQUIRES: both dtypes are convertible, shapes fit.
void copy_elements(const StubTensor& to, const StubTensor& from) {
  const auto targets = offsets(to, to.shape);
  const auto sources = offsets(from, to.shape);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    switch (to.dtype) {
      case Dtype::bool_:
        to.data<std::uint8_t>()[targets[i]] = convert<double>(from, sources[i]) != 0 ? 1 : 0;
        break;
      case Dtype::uint8:
        to.data<std::uint8_t>()[targets[i]] = static_cast<std::uint8_t>(convert<std::int64_t>(from, sources[i]));
        break;
      case Dtype::int64:
        to.data<std::int64_t>()[targets[i]] = convert<std::int64_t>(from, sources[i]);
        break;
      default:
        to.data<float>()[targets[i]] = convert<float>(from, sources[i]);
    }
  }
}

Unexpected<Error> no_conversion(std::string_view op, Dtype from, Dtype to) {
  return fail(ErrorCode::unsupported, fmt::format("{}: the stub backend does not convert {} to {}; use the libtorch "
                                                  "backend",
                                                  op, dtype_name(from), dtype_name(to)));
}

}  // namespace

std::shared_ptr<TensorBackend> make_stub_backend() { return std::make_shared<StubBackend>(); }

MemoryOwner* StubBackend::owner() { return t_context != nullptr ? t_context->owner() : nullptr; }

std::unique_ptr<InstanceContext> StubBackend::make_context(const ContextOptions& options) {
  return std::make_unique<StubContext>(options);
}

InstanceContext* StubBackend::enter(InstanceContext* context) {
  return std::exchange(t_context, static_cast<StubContext*>(context));
}

void StubBackend::retain(void* body) {
  static_cast<StubTensor*>(body)->references.fetch_add(1, std::memory_order_relaxed);
}

void StubBackend::release(void* body) {
  auto* tensor = static_cast<StubTensor*>(body);
  if (tensor->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete tensor;
}

Result<HostBytes> StubBackend::read(const Tensor& self) {
  CLOISTER_TRY(Tensor row_major, contiguous(self));
  const StubTensor& tensor = stub(row_major);
  const std::size_t element = element_size(tensor.dtype);
  const auto* data = tensor.storage.get() + static_cast<std::size_t>(tensor.offset) * element;
  return HostBytes{data, static_cast<std::size_t>(tensor.numel()) * element, std::move(row_major)};
}

Result<Scalar> StubBackend::item(const Tensor& self) {
  const StubTensor& tensor = stub(self);
  if (tensor.numel() != 1) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("item: the tensor has {} elements, but only one of a single element has a value", tensor.numel()));
  }
  if (!is_convertible(tensor.dtype)) return no_conversion("item", tensor.dtype, Dtype::float64);
  if (tensor.dtype == Dtype::bool_) return Scalar(convert<std::int64_t>(tensor, 0) != 0);
  if (tensor.dtype == Dtype::float32) return Scalar(convert<double>(tensor, 0));
  return Scalar(convert<std::int64_t>(tensor, 0));
}

Result<Tensor> StubBackend::from_bytes(std::span<const std::uint8_t> bytes, Shape shape, Dtype dtype) {
  CLOISTER_TRY(const Extent extent, checked_extent("from_bytes", shape, dtype));
  if (bytes.size() != extent.bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("from_bytes: {} bytes were given, but {} of {} take {}", bytes.size(), format_shape(shape),
                            dtype_name(dtype), extent.bytes));
  }
  if (dtype == Dtype::bool_ && std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte > 1; })) {
    return fail(ErrorCode::invalid_argument, "from_bytes: a bool tensor's bytes must be 0 or 1");
  }
  CLOISTER_TRY(auto out, new_stub_tensor("from_bytes", shape, dtype, owner()));
  if (!bytes.empty()) std::memcpy(out->storage.get(), bytes.data(), bytes.size());
  return own(std::move(out));
}

Result<Tensor> StubBackend::adopt(HostBuffer buffer, Shape shape, Dtype dtype) {
  const auto* data = static_cast<const std::uint8_t*>(buffer.data);
  Result<Tensor> copy = from_bytes({data, buffer.size}, shape, dtype);
  if (buffer.release) buffer.release();
  return copy;
}

Result<HostBuffer> StubBackend::allocate(InstanceContext* context, std::size_t bytes) {
  MemoryOwner* charged = context != nullptr ? static_cast<StubContext*>(context)->owner() : nullptr;
  CLOISTER_TRY(void* data, TensorAllocator::instance().allocate(bytes, charged));
  return HostBuffer{data, bytes, [data] { TensorAllocator::instance().free(data); }};
}

Result<Tensor> StubBackend::zeros(Shape shape, Dtype dtype) {
  CLOISTER_TRY(auto out, new_stub_tensor("zeros", shape, dtype, owner()));
  return own(std::move(out));
}

Result<Tensor> StubBackend::full(Shape shape, const Scalar& value, Dtype dtype) {
  if (!is_convertible(dtype)) return no_conversion("full", Dtype::float64, dtype);
  StubTensor one;
  float real = 0;
  std::int64_t whole = 0;
  const bool is_real = std::holds_alternative<double>(value);
  std::visit([&](auto n) { is_real ? void(real = static_cast<float>(n)) : void(whole = static_cast<std::int64_t>(n)); },
             value);
  one.dtype = is_real ? Dtype::float32 : Dtype::int64;
  one.storage = std::shared_ptr<std::uint8_t>(
      reinterpret_cast<std::uint8_t*>(is_real ? static_cast<void*>(&real) : &whole), [](std::uint8_t*) {});
  CLOISTER_TRY(auto out, new_stub_tensor("full", shape, dtype, owner()));
  copy_elements(*out, one);
  return own(std::move(out));
}

Result<Tensor> StubBackend::detach(const Tensor& self) {
  const StubTensor& in = stub(self);
  return own(view_of(in, in.shape, in.strides, in.offset));
}

Result<void> StubBackend::copy_in_place(const Tensor& self, const Tensor& src) {
  const StubTensor& to = stub(self);
  CLOISTER_TRY(const Sizes common, broadcast("copy_in_place", to.shape, shape(src)));
  if (common != to.shape) {
    return fail(ErrorCode::shape_mismatch, fmt::format("copy_in_place: shape {} does not fit into {}",
                                                       format_shape(shape(src)), format_shape(to.shape)));
  }
  if (!is_convertible(to.dtype) || !is_convertible(dtype(src))) {
    return no_conversion("copy_in_place", dtype(src), to.dtype);
  }
  // A copy first when both share storage, which may overlap.
  if (stub(src).storage != to.storage) {
    copy_elements(to, stub(src));
    return {};
  }
  CLOISTER_TRY(const Tensor apart, clone(src));
  copy_elements(to, stub(apart));
  return {};
}

Result<Tensor> StubBackend::to_dtype(const Tensor& self, Dtype dtype) {
  const StubTensor& in = stub(self);
  if (in.dtype == dtype) return self;
  if (!is_convertible(in.dtype) || !is_convertible(dtype)) return no_conversion("to_dtype", in.dtype, dtype);
  CLOISTER_TRY(auto out, new_stub_tensor("to_dtype", in.shape, dtype, owner()));
  copy_elements(*out, in);
  return own(std::move(out));
}

Result<Tensor> StubBackend::clone(const Tensor& self) {
  const StubTensor& in = stub(self);
  CLOISTER_TRY(auto out, new_stub_tensor("clone", in.shape, in.dtype, owner()));
  const std::size_t element = element_size(in.dtype);
  const auto from = offsets(in, in.shape);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::memcpy(out->storage.get() + i * element,
                in.storage.get() + static_cast<std::size_t>(in.offset + from[i]) * element, element);
  }
  return own(std::move(out));
}

Result<Tensor> StubBackend::contiguous(const Tensor& self) {
  if (stub(self).is_contiguous()) return self;
  return clone(self);
}

Result<Tensor> StubBackend::reshape(const Tensor& self, Shape shape) {
  Sizes to(shape.begin(), shape.end());
  const auto free = std::find(to.begin(), to.end(), -1);
  if (free != to.end()) *free = 1;
  CLOISTER_TRY(const Extent extent, checked_extent("reshape", to, dtype(self)));
  const std::int64_t n = numel(self);
  if (free != to.end() && extent.numel != 0 && n % extent.numel == 0) *free = n / extent.numel;
  if (extent.numel * (free != to.end() ? *free : 1) != n) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("reshape: {} elements do not fill the shape {}", n, format_shape(shape)));
  }
  CLOISTER_TRY(const Tensor packed, contiguous(self));
  Sizes strides = row_major(to);
  return own(view_of(stub(packed), std::move(to), std::move(strides), stub(packed).offset));
}

Result<Tensor> StubBackend::permute(const Tensor& self, Shape dims) {
  const StubTensor& in = stub(self);
  Sizes to;
  Sizes strides;
  std::vector<bool> seen(in.shape.size());
  for (const std::int64_t dim : dims) {
    CLOISTER_TRY(const std::int64_t wrapped, wrap_dim("permute", dim, in.shape.size()));
    const auto axis = static_cast<std::size_t>(wrapped);
    if (axis >= seen.size() || seen[axis]) {
      return fail(ErrorCode::invalid_argument, fmt::format("permute: dimension {} is named twice", dim));
    }
    seen[axis] = true;
    to.push_back(in.shape[axis]);
    strides.push_back(in.strides[axis]);
  }
  if (to.size() != in.shape.size()) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("permute: {} dimensions are named, but the tensor has {}", to.size(), in.shape.size()));
  }
  return own(view_of(in, std::move(to), std::move(strides), in.offset));
}

Result<Tensor> StubBackend::transpose(const Tensor& self, std::int64_t dim0, std::int64_t dim1) {
  CLOISTER_TRY(const std::int64_t a, wrap_dim("transpose", dim0, shape(self).size()));
  CLOISTER_TRY(const std::int64_t b, wrap_dim("transpose", dim1, shape(self).size()));
  Sizes dims(shape(self).size());
  std::iota(dims.begin(), dims.end(), 0);
  if (!dims.empty()) std::swap(dims[static_cast<std::size_t>(a)], dims[static_cast<std::size_t>(b)]);
  return permute(self, dims);
}

Result<Tensor> StubBackend::narrow(const Tensor& self, std::int64_t dim, std::int64_t start, std::int64_t length) {
  const StubTensor& in = stub(self);
  CLOISTER_TRY(const std::int64_t wrapped, wrap_dim("narrow", dim, in.shape.size()));
  const auto axis = static_cast<std::size_t>(wrapped);
  const std::int64_t size = in.shape.empty() ? 0 : in.shape[axis];
  if (in.shape.empty() || start < -size || start > size || length < 0 ||
      length > size - (start < 0 ? start + size : start)) {
    return fail(ErrorCode::invalid_argument, fmt::format("narrow: {} elements from {} do not lie in dimension {} of {}",
                                                         length, start, dim, format_shape(in.shape)));
  }
  Sizes to = in.shape;
  to[axis] = length;
  return own(view_of(in, std::move(to), in.strides, in.offset + (start < 0 ? start + size : start) * in.strides[axis]));
}

Result<Tensor> StubBackend::index_select(const Tensor& self, std::int64_t dim, const Tensor& index) {
  const StubTensor& in = stub(self);
  CLOISTER_TRY(const std::int64_t axis, wrap_dim("index_select", dim, in.shape.size()));
  if (dtype(index) != Dtype::int64 || shape(index).size() != 1 || in.shape.empty()) {
    return fail(ErrorCode::unsupported,
                "index_select: the stub backend takes an int64 index of one dimension; use the libtorch backend");
  }
  CLOISTER_TRY(const Tensor packed, contiguous(index));
  const std::int64_t size = in.shape[static_cast<std::size_t>(axis)];
  const std::int64_t count = numel(index);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = stub(packed).data<std::int64_t>()[i];
    if (at < 0 || at >= size) {
      return fail(ErrorCode::invalid_argument, fmt::format("index_select: an index lies outside of 0 .. {}", size - 1));
    }
  }
  Sizes to = in.shape;
  to[static_cast<std::size_t>(axis)] = count;
  CLOISTER_TRY(Tensor out, zeros(to, in.dtype));
  for (std::int64_t i = 0; i < count; ++i) {
    CLOISTER_TRY(const Tensor row, narrow(self, axis, stub(packed).data<std::int64_t>()[i], 1));
    CLOISTER_TRY(const Tensor place, narrow(out, axis, i, 1));
    CLOISTER_CHECK(copy_in_place(place, row));
  }
  return out;
}

}  // namespace cloister::engine
