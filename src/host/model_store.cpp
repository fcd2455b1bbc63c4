#include "model_store.h"

#include <fmt/format.h>

#include "cloister/data/safetensors.h"

namespace cloister::host {
namespace {

Result<engine::Tensor> load_tensor(const data::SafetensorsFile& file, const data::StoredTensor& stored,
                                   engine::TensorBackend& backend, const std::string& path) {
  if (stored.size == 0) return backend.zeros(stored.shape, stored.dtype);
  CLOISTER_TRY(engine::HostBuffer buffer, backend.allocate(nullptr, stored.size));
  if (auto read = file.read(stored, {static_cast<std::byte*>(buffer.data), stored.size}); !read) {
    buffer.release();
    return Unexpected(std::move(read).error());
  }
  auto tensor = backend.adopt(std::move(buffer), stored.shape, stored.dtype);
  if (!tensor && tensor.error().code == ErrorCode::invalid_argument) {
    // Of bytes that came from a file: the file is at fault, not an argument.
    return fail(ErrorCode::bad_data, fmt::format("the tensor '{}' of '{}' cannot be used: {}; save it again",
                                                 stored.name, path, tensor.error().message));
  }
  return tensor;
}

}  // namespace

Result<std::shared_ptr<const GrantedModel>> GrantedModel::load(const std::filesystem::path& path,
                                                               std::shared_ptr<engine::TensorBackend> backend) {
  CLOISTER_TRY(const data::SafetensorsFile file, data::SafetensorsFile::open(path.string()));
  const engine::Entered nobody(*backend, nullptr);
  auto model = std::shared_ptr<GrantedModel>(new GrantedModel);
  model->backend_ = std::move(backend);
  for (const data::StoredTensor& stored : file.tensors()) {
    CLOISTER_TRY(engine::Tensor tensor, load_tensor(file, stored, *model->backend_, path.string()));
    model->names_.push_back(stored.name);
    model->tensors_.push_back(std::move(tensor));
  }
  CLOISTER_TRY(model->digest_, file.complete_digest());
  return std::shared_ptr<const GrantedModel>(std::move(model));
}

Result<engine::Tensor> GrantedModel::tensor(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return backend_->lazy_clone(tensors_[place]);
}

Result<std::shared_ptr<const GrantedModel>> ModelStore::open(const std::filesystem::path& path,
                                                             const std::shared_ptr<engine::TensorBackend>& backend) {
  const std::lock_guard lock(mutex_);
  CLOISTER_TRY(const File file, File::open(path.string()));
  Entry& entry = models_[path];
  if (!entry.model || entry.identity != file.identity()) {
    entry.model.reset();
    // Counted ahead: while it is read, the memory is in use already.
    bytes_read_.fetch_add(file.size(), std::memory_order_relaxed);
    CLOISTER_TRY(entry.model, GrantedModel::load(path, backend));
    entry.identity = file.identity();
  }
  return entry.model;
}

}  // namespace cloister::host
