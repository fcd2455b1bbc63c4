// Memory that batches and indices are put into, lent by whoever will own it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "cloister/base/result.h"

namespace cloister::data {

// A block of memory and the way to give it back. Move-only.
class Buffer {
 public:
  using Release = void (*)(void* owner) noexcept;

  Buffer() = default;
  // Takes ownership: release(owner) is called once, on whatever thread the buffer dies.
  Buffer(std::byte* data, std::size_t size, void* owner, Release release)
      : data_(data), size_(size), owner_(owner), release_(release) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (release_ != nullptr) release_(owner_);
  }

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }

  // Gives up ownership without releasing: who calls it has `owner` to release.
  void* detach() {
    release_ = nullptr;
    return owner_;
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(owner_, other.owner_);
    std::swap(release_, other.release_);
  }

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  void* owner_ = nullptr;
  Release release_ = nullptr;
};

// Where batches get their memory, so that an engine can adopt them as tensors without a copy.
// Thread safety: allocate is called on the read-ahead threads of all streams that share the source.
class BufferSource {
 public:
  virtual ~BufferSource() = default;
  // `size` bytes, aligned to 64, contents unspecified: every byte is written before a batch is handed out.
  // Errors: quota_exceeded makes a stream wait until its consumer has taken what was read ahead, and try once more.
  virtual Result<Buffer> allocate(std::size_t size) = 0;
};

// Memory of the C++ heap, used again from batch to batch, for programs without an engine.
[[nodiscard]] std::shared_ptr<BufferSource> heap_buffers();

}  // namespace cloister::data
