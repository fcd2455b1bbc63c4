// Interface `datasets`: granted samples, read ahead of the guest into memory that becomes tensors without a copy.
#include <fmt/format.h>

#include <algorithm>

#include "batch_options.h"
#include "cloister/base/bytes.h"
#include "conversions.h"
#include "engine_buffers.h"
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::datasets;

// Each pass has a thread and read-ahead memory of its own.
constexpr std::uint32_t kMaxPasses = 16;

// Columns that the options of a pass name, a group without any counted as one: as many as a pass can have.
constexpr std::size_t kMaxBatchColumns = 65'536;

// Whether lists are longer than any pass needs. Asked before anything is made of them.
bool names_too_many(const wit::BatchOptionsView& options) {
  std::size_t names = 0;
  for (const auto& group : options.columns) {
    names += std::max<std::size_t>(group.size(), 1);
    if (names > kMaxBatchColumns) return true;
  }
  return false;
}

using DatasetHandle = sandbox::Own<wit::Dataset>;

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

  Session::Answer<DatasetHandle> dataset_open(std::string_view name) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.open">);
    const auto grant = session_.request.grants.datasets.find(name);
    if (grant == session_.request.grants.datasets.end()) {
      return Unexpected(session_.not_granted(GrantKind::dataset, name));
    }
    auto dataset = session_.open_dataset(name, grant->second);
    if (!dataset) return failed<DatasetHandle>(name, std::move(dataset).error());
    return session_.give(session_.tables.datasets, OpenDataset{std::string(name), *std::move(dataset)});
  }

  sandbox::Call<std::uint64_t> dataset_len(sandbox::Borrow<wit::Dataset> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.len">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    return open->dataset->size();
  }

  Session::Answer<std::vector<wit::Column>> dataset_columns(sandbox::Borrow<wit::Dataset> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.columns">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    std::vector<wit::Column> columns;
    std::uint64_t contents = 0;
    for (data::Column& column : open->dataset->columns()) {
      if (column.classes_are_contents) {
        // Where a word ends, and that there are no more, is told as well.
        for (const std::string& word : column.classes) contents += word.size() + 1;
      }
      columns.push_back(
          {std::move(column.name), to_wit(column.dtype), std::move(column.shape), std::move(column.classes)});
    }
    if (contents > 0) {
      if (auto refused = session_.charge_unnamed(EgressKind::read, contents, "dataset.columns")) {
        return Unexpected(*std::move(refused));
      }
    }
    return columns;
  }

  Session::Answer<DatasetHandle> dataset_shuffle(sandbox::Borrow<wit::Dataset> self, std::uint64_t seed) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.shuffle">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    EngineBuffers buffers = index_buffers();
    return derived(*open, open->dataset->shuffle(seed, {buffers, session_.reading_stop()}));
  }

  Session::Answer<DatasetHandle> dataset_narrow(sandbox::Borrow<wit::Dataset> self, std::uint64_t start,
                                                std::uint64_t count) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.narrow">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    return derived(*open, open->dataset->narrow(start, count));
  }

  Session::Answer<std::vector<DatasetHandle>> dataset_split(sandbox::Borrow<wit::Dataset> self,
                                                            std::span<const std::uint64_t> lengths) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.split">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    // Before anything is made for them.
    if (lengths.size() > session_.handles.limit()) {
      return Unexpected(session_.guest_error(sandbox::fail_handles(session_.handles.limit()).error()));
    }
    auto parts = open->dataset->split(lengths);
    if (!parts) return Unexpected(session_.guest_error(std::move(parts).error()));
    const std::string name = open->name;
    std::vector<DatasetHandle> handles;
    for (data::Dataset::Pointer& part : *parts) {
      auto handle = session_.give(session_.tables.datasets, OpenDataset{name, std::move(part)});
      if (!handle) {
        for (DatasetHandle& given : handles) session_.tables.datasets.take(std::move(given));
        return Unexpected(std::move(handle).error());
      }
      handles.push_back(*std::move(handle));
    }
    return handles;
  }

  Session::Answer<DatasetHandle> dataset_sample(sandbox::Borrow<wit::Dataset> self,
                                                const wit::SampleWeightsView& weights, std::string_view column,
                                                std::uint64_t count, std::uint64_t seed) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.sample">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    EngineBuffers buffers = index_buffers();
    const data::IndexSetting setting{buffers, session_.reading_stop()};
    if (const auto* each = std::get_if<wit::SampleWeightsView::Samples>(&weights.value)) {
      return derived(*open, open->dataset->sample(each->value, count, seed, setting));
    }
    const auto& classes = *std::get_if<wit::SampleWeightsView::Classes>(&weights.value);
    // Whether the classes have samples, and weights, depends on contents.
    constexpr std::string_view kWhat = "dataset.sample by classes";
    if (session_.request.deny_content_dependent) return Unexpected(session_.content_dependent_denied(kWhat));
    if (auto refused = session_.charge(EgressKind::outcome, kOutcomeBytes, kWhat)) {
      return Unexpected(*std::move(refused));
    }
    return derived(*open, open->dataset->sample_classes(classes.value, column, count, seed, setting));
  }

  Session::Answer<DatasetHandle> dataset_windows(sandbox::Borrow<wit::Dataset> self, std::uint64_t length,
                                                 std::uint64_t stride) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.windows">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    return derived(*open, open->dataset->windows(length, stride));
  }

  Session::Answer<sandbox::Own<wit::Batches>> dataset_batches(sandbox::Borrow<wit::Dataset> self,
                                                              const wit::BatchOptionsView& options) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.dataset.batches">);
    const OpenDataset* open = session_.tables.datasets.find(self);
    if (open == nullptr) return stale_handle();
    if (session_.tables.batches.size() >= kMaxPasses) {
      return Unexpected(session_.guest_error(
          {ErrorCode::invalid_argument,
           fmt::format("{} passes over datasets are open, the most there may be; drop one first", kMaxPasses)}));
    }
    if (names_too_many(options)) {
      return Unexpected(session_.guest_error(
          {ErrorCode::invalid_argument,
           fmt::format("a pass with more than {} columns was asked for; name fewer", kMaxBatchColumns)}));
    }
    // The options stand in the run's record.
    std::string description = describe(options);
    if (auto refused = session_.charge(EgressKind::metrics, description.size(), "dataset.batches")) {
      return Unexpected(*std::move(refused));
    }
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    auto stream =
        data::BatchStream::start(open->dataset, to_data(options, session_.request.skip_broken),
                                 std::make_shared<EngineBuffers>(session_.shared_backend(), session_.context()));
    if (!stream) return Unexpected(session_.guest_error(std::move(stream).error()));
    session_.imports.add({"pass", open->name, std::move(description)});
    return session_.give(session_.tables.batches, OpenBatches{open->name, *std::move(stream)});
  }

  Session::Answer<std::optional<std::vector<Session::TensorHandle>>> batches_next(
      sandbox::Borrow<wit::Batches> self) override {
    using Tensors = std::optional<std::vector<Session::TensorHandle>>;
    using Given = Expected<Tensors, wit::Error>;
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"datasets.batches.next">);
    OpenBatches* open = session_.tables.batches.find(self);
    if (open == nullptr) return stale_handle();
    auto batch = session_.wait_for(*open->stream);
    // The guest can see how many samples are missing, and in which batch.
    for (const data::BrokenSample& sample : open->stream->take_broken()) {
      session_.skipped.add(open->name, sample);
      CLOISTER_CHECK(session_.admit_failure("decoding an image", ErrorCode::bad_data));
    }
    if (!batch) return failed<Tensors>(open->name, std::move(batch).error());
    if (!batch->has_value()) return Given(std::nullopt);
    std::vector<engine::Tensor> tensors;
    for (data::BatchTensor& tensor : (*batch)->tensors) {
      auto adopted = adopt(std::move(tensor));
      if (!adopted) return Unexpected(session_.guest_error(std::move(adopted).error()));
      tensors.push_back(*std::move(adopted));
    }
    auto handles = session_.give_all(tensors);
    if (!handles) return Unexpected(std::move(handles).error());
    return Given(*std::move(handles));
  }

 private:
  // Indices live as long as the datasets that have them, in the engine's memory.
  EngineBuffers index_buffers() { return {session_.shared_backend(), session_.context()}; }

  Result<engine::Tensor> adopt(data::BatchTensor tensor) {
    CLOISTER_TRY(const std::uint64_t bytes, checked_byte_size(tensor.shape, element_size(tensor.dtype)));
    return session_.backend().adopt(EngineBuffers::take(std::move(tensor.bytes), static_cast<std::size_t>(bytes)),
                                    tensor.shape, tensor.dtype);
  }

  // A handle for a part of `open`, or why there is none.
  Session::Answer<DatasetHandle> derived(const OpenDataset& open, Result<data::Dataset::Pointer> part) {
    if (part) return session_.give(session_.tables.datasets, OpenDataset{open.name, *std::move(part)});
    switch (part.error().code) {
      case ErrorCode::interrupted:
      case ErrorCode::bad_data:
      case ErrorCode::io:
        return failed<DatasetHandle>(open.name, std::move(part).error());
      default:
        return Unexpected(session_.guest_error(std::move(part).error()));
    }
  }

  // Why the reading of a dataset gave nothing: a trap when it was stopped.
  template <class T>
  Session::Answer<T> failed(std::string_view name, cloister::Error error) {
    if (error.code == ErrorCode::interrupted) {
      session_.reading_was_stopped();
      return sandbox::trap(std::move(error.message));
    }
    if (error.code == ErrorCode::quota_exceeded) {
      // How far a reading comes depends on the sizes of files.
      if (session_.reading->is_spent()) CLOISTER_CHECK(session_.admit_failure("reading a dataset", error.code));
      return Unexpected(session_.guest_error(std::move(error)));
    }
    // The operator's argument names what is no dataset.
    if (error.code == ErrorCode::invalid_argument) error.code = ErrorCode::bad_data;
    error.message = fmt::format("the dataset '{}': {}", name, error.message);
    // Which sample it is stays on the host.
    CLOISTER_TRY(
        auto told,
        session_.damage_error(
            "reading a dataset", error,
            fmt::format(
                "the dataset '{}' is damaged, changed while it was read, or cannot be read; the run's notes say why",
                name)));
    return Unexpected(std::move(told));
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Datasets>(session);
}

}  // namespace cloister::host
