// A handle to a tensor that a backend owns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cloister/base/dtype.h"

namespace cloister::engine {

class TensorBackend;

// Where a tensor's bytes lie.
struct Device {
  enum class Kind : std::uint8_t { cpu, cuda };
  Kind kind = Kind::cpu;
  std::uint32_t index = 0;
  bool operator==(const Device&) const = default;
};

// A single number; its kind takes part in type promotion, as PyTorch's Scalar.
using Scalar = std::variant<double, std::int64_t, bool>;

using Shape = std::span<const std::int64_t>;

// A tensor: shape, dtype, device and shared storage. Copying the handle shares the tensor; nothing is copied.
// An empty handle (default or moved-from) holds none and may only be assigned, destroyed or tested.
// Thread safety: as std::shared_ptr; operators on one tensor from two threads need the caller's synchronisation.
class Tensor {
 public:
  Tensor() = default;
  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept
      : backend_(std::exchange(other.backend_, nullptr)), body_(std::exchange(other.body_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(body_, other.body_);
    return *this;
  }
  ~Tensor();

  explicit operator bool() const { return body_ != nullptr; }

  // For backends: takes over one reference to `body`, and looks at it.
  Tensor(TensorBackend& backend, void* body) : backend_(&backend), body_(body) {}
  [[nodiscard]] void* body() const { return body_; }
  [[nodiscard]] TensorBackend* backend() const { return backend_; }

 private:
  TensorBackend* backend_ = nullptr;
  void* body_ = nullptr;
};

}  // namespace cloister::engine
