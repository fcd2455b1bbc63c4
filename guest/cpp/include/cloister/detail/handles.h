// Who holds which host handle.
#pragma once

#include <cstdint>
#include <vector>

namespace cloister::detail {

// Copies of a Tensor share one host handle, and the last one drops it. The component model numbers an instance's
// handles densely from 1 and reuses freed numbers, so the counts are an array indexed by handle: no allocation for a
// tensor, one increment for a copy. Guests have one thread.
inline constinit std::vector<std::uint32_t> handle_references;

inline void adopt_handle(std::int32_t handle) {
  const auto index = static_cast<std::uint32_t>(handle);
  if (index >= handle_references.size()) handle_references.resize(2 * index + 1);
  handle_references[index] = 1;
}

inline void retain_handle(std::int32_t handle) {
  if (handle != 0) ++handle_references[static_cast<std::uint32_t>(handle)];
}

// True when the caller held the last reference and must drop the handle.
[[nodiscard]] inline bool release_handle(std::int32_t handle) {
  return handle != 0 && --handle_references[static_cast<std::uint32_t>(handle)] == 0;
}

// A host resource that is moved but never shared. `Drop` is the binding that drops the handle.
template <class Own, auto Drop>
class UniqueHandle {
 public:
  explicit UniqueHandle(Own own) : handle_(own.__handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(other.handle_) { other.handle_ = 0; }
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    const std::int32_t held = handle_;
    handle_ = other.handle_;
    other.handle_ = held;
    return *this;
  }
  ~UniqueHandle() {
    if (handle_ != 0) Drop(Own{handle_});
  }

  [[nodiscard]] std::int32_t get() const { return handle_; }

 private:
  std::int32_t handle_;
};

}  // namespace cloister::detail
