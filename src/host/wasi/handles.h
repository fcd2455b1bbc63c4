// Handles of WASI's interfaces, whose functions have no error to answer a full quota with: the run ends.
#pragma once

#include "session.h"

namespace cloister::host {

template <class R, class Object>
[[nodiscard]] sandbox::Call<sandbox::Own<R>> wasi_handle(Session& session, sandbox::ResourceTable<R, Object>& table,
                                                         std::type_identity_t<Object> object) {
  auto handle = table.insert(std::move(object));
  if (!handle) return session.end(RunStatus::limit, ErrorCode::quota_exceeded, std::move(handle).error().message);
  return *std::move(handle);
}

}  // namespace cloister::host
