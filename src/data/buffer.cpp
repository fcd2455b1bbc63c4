#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <vector>

#include "cloister/data/batch_stream.h"
#include "cloister/data/buffer.h"

namespace cloister::data {
namespace {

constexpr std::size_t kAlignment = 64;

struct Block {
  void* memory = nullptr;
  std::size_t size = 0;
};

// Blocks that were given back, for the next batch of the same size: memory that is new from the system costs a page
// fault every 4 KiB, which is more than reading a batch does.
class Recycled {
 public:
  Recycled() = default;
  Recycled(const Recycled&) = delete;
  Recycled& operator=(const Recycled&) = delete;
  ~Recycled() {
    for (const Block& block : blocks_) std::free(block.memory);
  }

  void* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    for (Block& block : blocks_) {
      if (block.size != size) continue;
      void* memory = block.memory;
      block = blocks_.back();
      blocks_.pop_back();
      return memory;
    }
    return nullptr;
  }

  void give(Block block) noexcept {
    void* surplus = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (blocks_.size() == kKept) {
        // The one that was not of use for longest.
        surplus = blocks_.front().memory;
        blocks_.erase(blocks_.begin());
      }
      blocks_.push_back(block);
    }
    std::free(surplus);
  }

 private:
  // Inputs and labels of the batches that are ahead, and of two that the consumer may hold.
  static constexpr std::size_t kKept = 2 * (BatchStream::kReadAhead + 2);

  std::mutex mutex_;
  std::vector<Block> blocks_ = [] {
    std::vector<Block> blocks;
    blocks.reserve(kKept);  // so that give() never allocates
    return blocks;
  }();
};

class HeapBuffers final : public BufferSource {
 public:
  Result<Buffer> allocate(std::size_t size) override {
    void* memory = recycled_->take(size);
    if (memory == nullptr && ::posix_memalign(&memory, kAlignment, size == 0 ? kAlignment : size) != 0) {
      return fail(ErrorCode::internal,
                  fmt::format("there is no memory for a batch of {} bytes; use smaller batches", size));
    }
    auto* owner = new Owner{{memory, size}, recycled_};
    return Buffer(static_cast<std::byte*>(memory), size, owner, [](void* released) noexcept {
      const std::unique_ptr<Owner> own(static_cast<Owner*>(released));
      own->recycled->give(own->block);
    });
  }

 private:
  // Buffers may outlive their source.
  struct Owner {
    Block block;
    std::shared_ptr<Recycled> recycled;
  };
  std::shared_ptr<Recycled> recycled_ = std::make_shared<Recycled>();
};

}  // namespace

std::shared_ptr<BufferSource> heap_buffers() { return std::make_shared<HeapBuffers>(); }

}  // namespace cloister::data
