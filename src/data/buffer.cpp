#include <fmt/format.h>

#include <cstdlib>

#include "cloister/data/dataset.h"

namespace cloister::data {
namespace {

class HeapBuffers final : public BufferSource {
 public:
  Result<Buffer> allocate(std::size_t size) override {
    constexpr std::size_t kAlignment = 64;
    void* memory = nullptr;
    if (::posix_memalign(&memory, kAlignment, size == 0 ? kAlignment : size) != 0) {
      return fail(ErrorCode::internal,
                  fmt::format("there is no memory for a batch of {} bytes; use smaller batches", size));
    }
    return Buffer(static_cast<std::byte*>(memory), size, memory, [](void* owner) noexcept { std::free(owner); });
  }
};

}  // namespace

std::shared_ptr<BufferSource> heap_buffers() { return std::make_shared<HeapBuffers>(); }

}  // namespace cloister::data
