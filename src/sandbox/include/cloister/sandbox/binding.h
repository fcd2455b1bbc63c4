// What host functions take and return besides plain C++ types. The generated interfaces (cloister/bindings/...) are
// written in these terms; docs/wit-generator.md has the whole mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cloister/base/result.h"

extern "C" {
struct wasmtime_error;
using wasmtime_error_t = wasmtime_error;
struct wasmtime_component_linker_t;
}

namespace cloister::sandbox {

template <class Resource, class Object>
class ResourceTable;

namespace binding {
template <class T>
struct Codec;
}

// A handle that the guest lends for one call. It says which object the guest means, not that there is one: only a
// ResourceTable of the calling instance can turn it into an object. Dies when the host function returns.
template <class Resource>
class Borrow {
  template <class, class>
  friend class ResourceTable;
  friend struct binding::Codec<Borrow>;

  explicit Borrow(std::uint32_t rep) : rep_(rep) {}
  std::uint32_t rep_;
};

// A handle that changes hands: from the guest as a parameter, to the guest as a result. Only a ResourceTable makes one.
template <class Resource>
class Own {
 public:
  Own(Own&&) noexcept = default;
  Own& operator=(Own&&) noexcept = default;
  Own(const Own&) = delete;
  Own& operator=(const Own&) = delete;

 private:
  template <class, class>
  friend class ResourceTable;
  friend struct binding::Codec<Own>;

  explicit Own(std::uint32_t rep) : rep_(rep) {}
  std::uint32_t rep_;
};

// Why the guest is stopped. For what a program could act on, return the error of the WIT instead.
class Trap {
 public:
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  friend Unexpected<Trap> trap(std::string reason);
  explicit Trap(std::string reason) : reason_(std::move(reason)) {}
  std::string reason_;
};

// `return trap("...")` from a host function stops the guest with this sentence.
inline Unexpected<Trap> trap(std::string reason) { return Unexpected(Trap(std::move(reason))); }

// What a host function returns: the value of the WIT, or a trap.
template <class T>
using Call = Expected<T, Trap>;

// A `list<u8>` on its way to the guest: memory and whoever keeps it alive. It is copied once, into guest memory, before
// the host call ends; then the owner is released, on the same thread. Never copied on the host.
class Bytes {
 public:
  Bytes() = default;
  Bytes(std::vector<std::uint8_t> bytes)  // NOLINT(google-explicit-constructor)
      : Bytes(own(std::move(bytes))) {}
  Bytes(std::string bytes) : Bytes(own(std::move(bytes))) {}  // NOLINT(google-explicit-constructor)
  // REQUIRES: `size` bytes at `data` stay valid and unchanged while `owner` lives.
  Bytes(const void* data, std::size_t size, std::shared_ptr<const void> owner)
      : Bytes(share(data, size, std::move(owner))) {}

  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        owner_(std::exchange(other.owner_, nullptr)),
        release_(std::exchange(other.release_, nullptr)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(owner_, other.owner_);
    std::swap(release_, other.release_);
    return *this;
  }
  ~Bytes() {
    if (release_ != nullptr) release_(owner_);
  }

  [[nodiscard]] const std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  friend struct binding::Codec<Bytes>;

  template <class Container>
  static Bytes own(Container container) {
    auto owner = std::make_unique<Container>(std::move(container));
    Bytes bytes;
    bytes.data_ = reinterpret_cast<const std::uint8_t*>(owner->data());
    bytes.size_ = owner->size();
    bytes.owner_ = owner.release();
    bytes.release_ = [](void* pointer) { delete static_cast<Container*>(pointer); };
    return bytes;
  }
  static Bytes share(const void* data, std::size_t size, std::shared_ptr<const void> owner) {
    using Owner = std::shared_ptr<const void>;
    Bytes bytes;
    bytes.owner_ = new Owner(std::move(owner));
    bytes.release_ = [](void* pointer) { delete static_cast<Owner*>(pointer); };
    bytes.data_ = static_cast<const std::uint8_t*>(data);
    bytes.size_ = size;
    return bytes;
  }

  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  void* owner_ = nullptr;
  void (*release_)(void*) = nullptr;
};

}  // namespace cloister::sandbox
