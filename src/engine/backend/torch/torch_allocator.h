// The allocator under libtorch.
#pragma once

#include <c10/core/Allocator.h>

#include <exception>

#include "cloister/base/result.h"

namespace cloister::engine {

// How a refusal of the allocator travels through libtorch.
class Refused final : public std::exception {
 public:
  explicit Refused(Error error) : error_(std::move(error)) {}
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

// Hands out TensorAllocator's blocks, charged to the context that the calling thread is in; throws Refused.
c10::Allocator& torch_allocator();

// Makes it libtorch's allocator for host memory. Called once, before the first tensor.
void install_torch_allocator();

}  // namespace cloister::engine
