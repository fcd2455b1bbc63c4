#include "storage.h"

#include <optional>
#include <stdexcept>

#include "cloister/base/hash.h"
#include "cloister/data/safetensors.h"

namespace data = cloister::data;

namespace {

template <class T>
T checked(cloister::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

// The buffer becomes the tensor's storage.
at::Tensor adopt(data::Buffer buffer, std::vector<int64_t> shape, at::ScalarType type) {
  auto owner = std::make_shared<data::Buffer>(std::move(buffer));
  void* const bytes = owner->data();
  return at::from_blob(bytes, shape, [owner](void*) {}, type);
}

}  // namespace

std::shared_ptr<const data::Dataset> open_dataset(const std::string& path) { return checked(data::open_dataset(path)); }

std::string digest(const data::Dataset& dataset) { return cloister::hex(checked(dataset.complete_digest())); }

Weights load_weights(const std::string& path) {
  const auto file = checked(data::SafetensorsFile::open(path));
  Weights weights;
  for (const data::StoredTensor& stored : file.tensors()) {
    if (stored.dtype != cloister::Dtype::float32) continue;  // counters of batches seen in training
    const at::Tensor tensor = at::empty(stored.shape);
    checked(file.read(stored, bytes_of(tensor)));
    weights.emplace(stored.name, tensor);
  }
  return weights;
}

void save_weights(const std::string& path, const Weights& weights) {
  std::vector<data::TensorSpec> specs;
  for (const auto& [name, tensor] : weights) specs.push_back({name, cloister::Dtype::float32, tensor.sizes().vec()});
  auto writer = checked(data::SafetensorsWriter::create(path, std::move(specs)));
  for (const data::TensorSpec& spec : writer.order()) {
    checked(writer.write(bytes_of(weights.at(spec.name).contiguous())));
  }
  checked(writer.commit());
}

Loader::Loader(std::shared_ptr<const data::Dataset> dataset, int64_t count, int64_t batch_size) {
  data::BatchOptions options;
  options.size = static_cast<std::uint32_t>(batch_size);
  options.count = static_cast<std::uint64_t>(count);
  options.resize = {kImageSize, kImageSize};
  options.rgb = true;
  stream_ = checked(data::BatchStream::start(std::move(dataset), options, data::heap_buffers()));
}

bool Loader::next(Batch* batch) {
  auto read = checked(stream_->next());
  if (!read) return false;
  data::BatchTensor& images = read->tensors.at(0);
  data::BatchTensor& labels = read->tensors.at(1);
  batch->inputs = adopt(std::move(images.bytes), std::move(images.shape), at::kByte);
  batch->labels = adopt(std::move(labels.bytes), std::move(labels.shape), at::kLong);
  return true;
}
