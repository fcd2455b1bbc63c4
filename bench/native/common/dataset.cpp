#include "dataset.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "checked.h"
#include "cloister/base/hash.h"

namespace data = cloister::data;

namespace {

// The buffer becomes the tensor's storage.
at::Tensor adopt(data::BatchTensor from, at::ScalarType type) {
  auto owner = std::make_shared<data::Buffer>(std::move(from.bytes));
  void* const bytes = owner->data();
  return at::from_blob(bytes, from.shape, [owner](void*) {}, type);
}

}  // namespace

Dataset open_dataset(const std::string& path, bool skip_broken) {
  return checked(data::open_dataset(path, {.skip_broken = skip_broken}));
}

Dataset take(const Dataset& dataset, int64_t count) {
  const auto wanted = count == 0 ? dataset->size() : static_cast<std::uint64_t>(count);
  return checked(dataset->narrow(0, std::min(wanted, dataset->size())));
}

Dataset draw(const Dataset& dataset, int64_t count) {
  if (count == 0) return dataset;
  static const std::shared_ptr<data::BufferSource> buffers = data::heap_buffers();
  return take(checked(dataset->shuffle(0, {.buffers = *buffers})), count);
}

int64_t class_count(const Dataset& dataset) { return static_cast<int64_t>(dataset->columns().at(1).classes.size()); }

std::string digest(const Dataset& dataset) { return cloister::hex(checked(dataset->complete_digest())); }

Loader::Loader(Dataset dataset, const data::BatchOptions& options)
    : stream_(checked(data::BatchStream::start(std::move(dataset), options, data::heap_buffers()))) {}

bool Loader::next(Batch* batch) {
  auto read = checked(stream_->next());
  if (!read) return false;
  batch->inputs = adopt(std::move(read->tensors.at(0)), at::kByte);
  batch->labels = adopt(std::move(read->tensors.at(1)), at::kLong);
  return true;
}
