// Foreign memory as a tensor's storage.
#pragma once

#include <c10/core/Allocator.h>

#include <functional>

namespace cloister::engine {

// A pointer that runs `release` when the storage goes. Its context is the data itself, which copy-on-write requires of
// a storage (a context object would make it refuse), so `release` waits in a table.
// REQUIRES: no other adopted memory that is still in use begins at `data`. Thread safety: any thread.
c10::DataPtr adopted(void* data, std::function<void()> release);

}  // namespace cloister::engine
