#include "adopted.h"

#include <c10/core/Device.h>

#include <mutex>
#include <unordered_map>

namespace cloister::engine {
namespace {

struct Table {
  std::mutex mutex;
  std::unordered_map<void*, std::function<void()>> releases;
};

Table& table() {
  static auto* const the = new Table;  // storages may be freed after static destructors ran
  return *the;
}

void release_adopted(void* data) {
  std::function<void()> release;
  {
    const std::lock_guard lock(table().mutex);
    auto node = table().releases.extract(data);
    if (!node.empty()) release = std::move(node.mapped());
  }
  if (release) release();
}

}  // namespace

c10::DataPtr adopted(void* data, std::function<void()> release) {
  {
    const std::lock_guard lock(table().mutex);
    table().releases.insert_or_assign(data, std::move(release));
  }
  return {data, data, &release_adopted, c10::Device(c10::kCPU)};
}

}  // namespace cloister::engine
