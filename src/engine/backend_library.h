// What a backend that is a shared object exports: one function, kBackendEntry, of the type BackendEntry.
#pragma once

#include <memory>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/engine/backends.h"

namespace cloister::engine {

// Both sides compile this in: a digest of the contract's headers and of the compiler. C++ objects cross this boundary,
// so that a library of another build must be refused before anything else of it is touched.
inline constexpr std::string_view kBackendStamp = CLOISTER_BACKEND_STAMP;

struct BackendRequest {
  const char* stamp = CLOISTER_BACKEND_STAMP;  // stays the first member in all versions
  BackendOptions options;
};

inline constexpr const char* kBackendEntry = "cloister_backend_open_v1";

// Returns the library's own stamp when it differs from the request's, having done nothing else; otherwise null, with
// the backend or the reason why there is none in `out`.
using BackendEntry = const char* (*)(const BackendRequest* request, Result<std::shared_ptr<TensorBackend>>* out);

}  // namespace cloister::engine
