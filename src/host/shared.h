// What the runs of one host share.
#pragma once

#include <memory>

#include "backend_slot.h"
#include "cloister/host/declared_grants.h"
#include "cloister/host/host.h"
#include "cloister/sandbox/component.h"
#include "cloister/sandbox/linker.h"
#include "cloister/sandbox/runtime.h"
#include "memory_ceiling.h"
#include "model_store.h"
#include "watcher.h"

namespace cloister::host {

struct Host::Shared {
  HostOptions options;
  sandbox::Runtime runtime;
  sandbox::Linker linker;
  std::unique_ptr<Watcher> watcher;
  BackendSlot backend;
  ModelStore models;
  MemoryCeiling ceiling;
};

struct Workload::Shared {
  sandbox::Component component;
  sandbox::Program program;
  Nanoseconds compile_time{};
  std::vector<DeclaredGrant> declared;  // none as well where the declaration cannot be read
};

}  // namespace cloister::host
