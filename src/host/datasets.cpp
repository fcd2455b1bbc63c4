// Interface `datasets`: granted samples, read ahead of the guest into memory that becomes tensors without a copy.
#include <fmt/format.h>

#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::datasets;

// Each pass has a thread and read-ahead memory of its own.
constexpr std::uint32_t kMaxPasses = 16;

// Batches are read into the engine's memory, charged to the session that will own them.
// The backend and the context outlive the streams that use this (see Session).
class EngineBuffers final : public data::BufferSource {
 public:
  EngineBuffers(std::shared_ptr<engine::TensorBackend> backend, engine::InstanceContext* context)
      : backend_(std::move(backend)), context_(context) {}

  Result<data::Buffer> allocate(std::size_t size) override {
    CLOISTER_TRY(engine::HostBuffer buffer, backend_->allocate(context_, size));
    auto* owner = new engine::HostBuffer(std::move(buffer));
    return data::Buffer(static_cast<std::byte*>(owner->data), size, owner, [](void* pointer) noexcept {
      const std::unique_ptr<engine::HostBuffer> owned(static_cast<engine::HostBuffer*>(pointer));
      owned->release();
    });
  }

  // The buffer's memory as a tensor's.
  static engine::HostBuffer take(data::Buffer buffer) {
    const std::unique_ptr<engine::HostBuffer> owned(static_cast<engine::HostBuffer*>(buffer.detach()));
    return std::move(*owned);
  }

 private:
  std::shared_ptr<engine::TensorBackend> backend_;
  engine::InstanceContext* context_;
};

std::string describe(const wit::BatchOptions& options) {
  const auto or_none = [](const std::optional<std::uint64_t>& value) {
    return value ? fmt::format("{}", *value) : std::string("none");
  };
  const std::string resize =
      options.resize ? fmt::format("{}x{}", std::get<0>(*options.resize), std::get<1>(*options.resize)) : "none";
  return fmt::format("size={} shuffle-seed={} start={} count={} resize={} rgb={}", options.size,
                     or_none(options.shuffle_seed), options.start, or_none(options.count), resize, options.rgb);
}

class Datasets final : public wit::Host {
 public:
  explicit Datasets(Session& session) : session_(session) {}

  sandbox::Call<void> drop_batches(sandbox::Own<wit::Batches> handle) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.batches.drop">);
    session_.tables.batches.take(std::move(handle));
    return {};
  }

  sandbox::Call<void> drop_dataset(sandbox::Own<wit::Dataset> handle) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.drop">);
    session_.tables.datasets.take(std::move(handle));
    return {};
  }

  Session::Answer<sandbox::Own<wit::Dataset>> dataset_open(std::string_view name) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.open">);
    const auto grant = session_.request.grants.datasets.find(name);
    if (grant == session_.request.grants.datasets.end()) {
      return Unexpected(session_.not_granted(GrantKind::dataset, name));
    }
    auto dataset = session_.open_dataset(name, grant->second);
    if (!dataset) return Unexpected(damaged(name, std::move(dataset).error()));
    return session_.give(session_.tables.datasets, OpenDataset{std::string(name), *std::move(dataset)});
  }

  sandbox::Call<std::uint64_t> dataset_len(sandbox::Borrow<wit::Dataset> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.len">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    return open->dataset->size();
  }

  sandbox::Call<std::vector<std::string>> dataset_classes(sandbox::Borrow<wit::Dataset> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.classes">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    return open->dataset->classes();
  }

  Session::Answer<sandbox::Own<wit::Batches>> dataset_batches(sandbox::Borrow<wit::Dataset> self,
                                                              const wit::BatchOptions& options) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.batches">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    if (session_.tables.batches.size() >= kMaxPasses) {
      return Unexpected(session_.guest_error(
          {ErrorCode::invalid_argument,
           fmt::format("{} passes over datasets are open, the most there may be; drop one first", kMaxPasses)}));
    }
    // The options stand in the run's record.
    std::string description = describe(options);
    if (auto refused = session_.charge(EgressKind::metrics, description.size(), "dataset.batches")) {
      return Unexpected(*std::move(refused));
    }
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    data::BatchOptions pass{.size = options.size,
                            .shuffle_seed = options.shuffle_seed,
                            .start = options.start,
                            .count = options.count,
                            .resize = std::nullopt,
                            .rgb = options.rgb};
    if (options.resize) pass.resize.emplace(std::get<0>(*options.resize), std::get<1>(*options.resize));
    auto stream = data::BatchStream::start(
        open->dataset, pass, std::make_shared<EngineBuffers>(session_.shared_backend(), session_.context()));
    if (!stream) return Unexpected(session_.guest_error(std::move(stream).error()));
    session_.imports.add({"pass", open->name, std::move(description)});
    return session_.give(session_.tables.batches, OpenBatches{open->name, *std::move(stream)});
  }

  Session::Answer<std::optional<wit::Batch>> batches_next(sandbox::Borrow<wit::Batches> self) override {
    using Given = Expected<std::optional<wit::Batch>, wit::Error>;
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.batches.next">);
    OpenBatches* open = session_.tables.batches.find(self);
    if (open == nullptr) return stale_handle();
    auto batch = session_.wait_for(*open->stream);
    if (!batch) return failed(open->name, std::move(batch).error());
    if (!batch->has_value()) return Given(std::nullopt);
    data::Batch& read = **batch;
    const std::int64_t count = read.shape.front();
    auto inputs = adopt(std::move(read.inputs), read.shape, cloister::Dtype::uint8);
    if (!inputs) return Unexpected(std::move(inputs).error());
    auto labels = adopt(std::move(read.labels), {&count, 1}, cloister::Dtype::int64);
    if (!labels) {
      session_.tables.tensors.take(*std::move(inputs));
      return Unexpected(std::move(labels).error());
    }
    return Given(std::optional<wit::Batch>(wit::Batch{*std::move(inputs), *std::move(labels)}));
  }

 private:
  Expected<sandbox::Own<wit::Tensor>, wit::Error> adopt(data::Buffer buffer, engine::Shape shape,
                                                        cloister::Dtype dtype) {
    return session_.give(session_.backend().adopt(EngineBuffers::take(std::move(buffer)), shape, dtype));
  }

  // Why a pass gave no batch.
  Session::Answer<std::optional<wit::Batch>> failed(std::string_view name, cloister::Error error) {
    if (error.code == ErrorCode::interrupted) return sandbox::trap(std::move(error.message));
    if (error.code == ErrorCode::quota_exceeded) return Unexpected(session_.guest_error(std::move(error)));
    return Unexpected(damaged(name, std::move(error)));
  }

  // Whether a sample is damaged depends on contents: one byte of egress, beyond the limit if need be. Which one it is
  // stays on the host.
  wit::Error damaged(std::string_view name, cloister::Error error) {
    session_.egress.count(EgressKind::outcome, 1);
    // The operator's argument names what is no dataset.
    if (error.code == ErrorCode::invalid_argument) error.code = ErrorCode::bad_data;
    error.message = fmt::format("the dataset '{}': {}", name, error.message);
    return session_.guarded_error(
        error, fmt::format(
                   "the dataset '{}' is damaged, changed while it was read, or cannot be read; the run's notes say why",
                   name));
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Datasets>(session);
}

}  // namespace cloister::host
