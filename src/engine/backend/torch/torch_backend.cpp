#include "torch_backend.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/COW.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <cmath>

#include "shape.h"

namespace cloister::engine {

TorchBackend::TorchBackend(Device device, int threads)
    : device_(device),
      at_device_(device.kind == Device::Kind::cpu ? at::Device(at::kCPU)
                                                  : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device.index))),
      threads_(threads),
      description_(fmt::format("torch {}.{}.{} {}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH,
                               device.kind == Device::Kind::cpu ? at::get_cpu_capability() : at_device_.str())) {}

std::string_view TorchBackend::description() const { return description_; }
Device TorchBackend::device() const { return device_; }

std::unique_ptr<InstanceContext> TorchBackend::make_context(const ContextOptions& options) {
  // A generator of its own, not the process's: clone() makes one of the device's kind.
  return std::make_unique<TorchContext>(options, at::globalContext().defaultGenerator(at_device_).clone());
}

InstanceContext* TorchBackend::enter(InstanceContext* context) {
  return TorchContext::enter(static_cast<TorchContext*>(context));
}

void TorchBackend::retain(void* body) { c10::raw::intrusive_ptr::incref(static_cast<at::TensorImpl*>(body)); }
void TorchBackend::release(void* body) { c10::raw::intrusive_ptr::decref(static_cast<at::TensorImpl*>(body)); }

Shape TorchBackend::shape(const Tensor& self) const {
  const at::IntArrayRef all = impl_of(self).sizes();
  return {all.data(), all.size()};
}
Dtype TorchBackend::dtype(const Tensor& self) const {
  return dtype_of(c10::typeMetaToScalarType(impl_of(self).dtype()));
}
Device TorchBackend::device_of(const Tensor& self) const {
  const at::Device device = impl_of(self).device();
  if (device.is_cpu()) return {};
  return {Device::Kind::cuda, static_cast<std::uint32_t>(device.index())};
}
std::int64_t TorchBackend::numel(const Tensor& self) const { return impl_of(self).numel(); }

Result<HostBytes> TorchBackend::read(const Tensor& self) {
  return run(
      "read",
      [&](const at::Tensor& tensor) -> Result<HostBytes> {
        at::Tensor host = tensor;
        if (!tensor.is_cpu() || !tensor.is_contiguous()) {
          const c10::NoGradGuard records_nothing;
          host = tensor.to(at::kCPU).contiguous();
        }
        const auto* data = static_cast<const std::uint8_t*>(host.const_data_ptr());
        const std::size_t size = host.nbytes();
        return HostBytes{data, size, own(std::move(host))};
      },
      self);
}

Result<Scalar> TorchBackend::item(const Tensor& self) {
  if (const std::int64_t n = numel(self); n != 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("item: the tensor has {} elements, but only one of a single element has a value", n));
  }
  return run(
      "item",
      [](const at::Tensor& tensor) -> Result<Scalar> {
        const at::Scalar value = tensor.item();
        if (value.isBoolean()) return Scalar(value.toBool());
        if (value.isIntegral(/*includeBool=*/false)) return Scalar(value.toLong());
        return Scalar(value.toDouble());
      },
      self);
}

Result<void> TorchBackend::check_writable(std::string_view op, const Tensor& self) {
  if (Borrowed(self)->is_inference() && !c10::InferenceMode::is_enabled()) [[unlikely]] {
    // libtorch finds out only after it has written.
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: the tensor was made in inference mode and cannot be written to in another; clone it "
                            "first",
                            op));
  }
  if (impl_of(self).autograd_meta() != nullptr && c10::GradMode::is_enabled()) {
    // A node for the graph may be recorded, which is counted after the writing.
    CLOISTER_CHECK(may_allocate(kGraphNodeBytes, current_owner()));
  }
  const c10::StorageImpl& storage = *impl_of(self).unsafe_storage().unsafeGetStorageImpl();
  if (!c10::impl::cow::is_cow_data_ptr(storage.data_ptr())) [[likely]]
    return {};
  if (auto fits = may_allocate(storage.nbytes(), current_owner()); !fits) {
    return fail(fits.error().code, fmt::format("{}: {}", op, fits.error().message));
  }
  return {};
}

void TorchBackend::check_empty(const at::Tensor& tensor) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  std::int64_t others = 1;
  for (const std::int64_t size : tensor.sizes()) others = saturating_product(others, size == 0 ? 1 : size);
  TORCH_CHECK_VALUE(others <= most, "the result is empty, but its other sizes have a product above 2^40");
}

Result<void> TorchBackend::check_new(std::string_view op, Shape shape, Dtype dtype) const {
  CLOISTER_TRY(const Extent extent, checked_extent(op, shape, dtype));
  if (auto fits = may_allocate(extent.bytes, current_owner()); !fits) {
    return fail(fits.error().code, fmt::format("{}: {}", op, fits.error().message));
  }
  return {};
}

Result<void> TorchBackend::check_cost(std::string_view op, Dtype dtype, std::int64_t multiply_adds) const {
  // Years on any machine, and close to where kernels' own products of sizes overflow.
  constexpr std::int64_t never = std::int64_t{1} << 58;
  if (multiply_adds > never) {
    return fail(ErrorCode::quota_exceeded,
                fmt::format("{}: {:.2g} multiply-adds are more than any run can do; use smaller operands", op,
                            static_cast<double>(multiply_adds)));
  }
  // Multiply-adds a second that no thread or GPU reaches. libtorch multiplies integers on a CPU without vectors and on
  // one thread.
  const bool floating = is_floating_point(dtype);
  const double of_thread = element_size(dtype) <= 2 ? 2e12 : 2e11;
  return check_time(op, "multiply-adds", multiply_adds, floating ? of_thread : 2e10, floating ? threads_ : 1, 1e15);
}

Result<void> TorchBackend::check_elements(std::string_view op, std::int64_t elements) const {
  return check_time(op, "elements", elements, 2e12, threads_, 1e15);
}

Result<void> TorchBackend::check_time(std::string_view op, std::string_view things, std::int64_t count,
                                      double of_thread, int threads, double of_device) const {
  TorchContext* context = TorchContext::current();
  if (context == nullptr) return {};
  context->muster_if_due();
  const bool on_cpu = device_.kind == Device::Kind::cpu;
  const auto number = static_cast<double>(count);
  using Clock = std::chrono::steady_clock;
  const auto refused = [&](double seconds, std::string_view time, std::string_view limit) {
    // Asked again and again, this would be a clock for who has none: from now on all is refused.
    context->set_deadline(Clock::time_point());
    return fail(ErrorCode::quota_exceeded,
                fmt::format("{}: {:.2g} {} cannot end in the {:.1f} s {} that the run has left; allow it more with "
                            "--limit {}=TIME",
                            op, number, things, std::max(seconds, 0.0), time, limit));
  };
  constexpr double kNanoseconds = 1e-9;
  // First: where this is over, the deadline is as well.
  const auto cpu_left = kNanoseconds * static_cast<double>(context->memory().cpu_left.load(std::memory_order_relaxed));
  if (cpu_left <= 0 || (on_cpu && number > cpu_left * of_thread)) return refused(cpu_left, "of CPU time", "cpu");
  const Clock::rep deadline = context->memory().deadline.load(std::memory_order_relaxed);
  if (deadline == std::numeric_limits<Clock::rep>::max()) return {};
  const double left = kNanoseconds * static_cast<double>(deadline - Clock::now().time_since_epoch().count());
  if (number > left * (on_cpu ? of_thread * threads : of_device)) return refused(left, "of time", "time");
  return {};
}

Result<at::Generator> TorchBackend::generator(std::string_view op) {
  const TorchContext* context = TorchContext::current();
  if (context == nullptr) {
    return fail(ErrorCode::internal, fmt::format("{}: no instance is entered, whose generator could be used", op));
  }
  return context->generator();
}

Result<void> TorchBackend::check_indices(std::string_view op, const Tensor& index, std::int64_t bound,
                                         std::optional<std::int64_t> ignored, bool from_end) const {
  // Which index it is does not belong in the message: it is a tensor's content.
  const auto outside = [&] {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: an index lies outside of {} .. {}", op, from_end ? -bound : 0, bound - 1));
  };
  const std::int64_t low = from_end ? -bound : 0;
  const auto scan = [&](auto* values, std::int64_t n) {
    bool bad = false;
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t value = values[i];
      bad |= (value < low || value >= bound) && !(ignored && value == *ignored);
    }
    return bad;
  };
  return guarded<Result<void>>(
      op,
      [&]() -> Result<void> {
        const Borrowed borrowed(index);
        if (borrowed->numel() == 0) return {};
        const c10::NoGradGuard records_nothing;
        const at::Tensor host = borrowed->is_cpu() ? borrowed->contiguous() : borrowed->to(at::kCPU).contiguous();
        const bool bad = host.scalar_type() == at::kInt ? scan(host.const_data_ptr<std::int32_t>(), host.numel())
                                                        : scan(host.const_data_ptr<std::int64_t>(), host.numel());
        if (bad) return outside();
        return {};
      },
      index);
}

}  // namespace cloister::engine
