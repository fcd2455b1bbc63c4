// Granted weights, read once a process and shared by all instances.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/hash.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::host {

// A granted model's tensors. Immutable: instances get lazy clones, which copy when they are written to.
// Thread safety: all functions may be called from any thread.
class GrantedModel {
 public:
  // Reads a safetensors file into the backend's memory; it belongs to no instance's account.
  // Errors: io; bad_data; unsupported for a dtype that Cloister has not.
  static Result<std::shared_ptr<const GrantedModel>> load(const std::filesystem::path& path,
                                                          std::shared_ptr<engine::TensorBackend> backend);

  [[nodiscard]] const Digest& digest() const { return digest_; }
  // Sorted by bytes.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  // A tensor of the entered context that shares the storage, by its place in names(). REQUIRES: place < names().size().
  Result<engine::Tensor> tensor(std::size_t place) const;

 private:
  GrantedModel() = default;

  std::shared_ptr<engine::TensorBackend> backend_;  // outlives the tensors
  std::vector<std::string> names_;
  std::vector<engine::Tensor> tensors_;
  Digest digest_;
  mutable std::mutex mutex_;  // making a lazy clone marks the storage of the original as shared
};

// Thread safety: all functions may be called from any thread.
class ModelStore {
 public:
  // The model in the file, from memory when the file is as it was. Errors: as GrantedModel::load.
  Result<std::shared_ptr<const GrantedModel>> open(const std::filesystem::path& path,
                                                   const std::shared_ptr<engine::TensorBackend>& backend);

  // Bytes of all files that were read: at least what lies in memory of them.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    FileIdentity identity;
    std::shared_ptr<const GrantedModel> model;
  };
  std::mutex mutex_;
  std::map<std::filesystem::path, Entry> models_;
  std::atomic<std::uint64_t> bytes_read_{0};
};

}  // namespace cloister::host
