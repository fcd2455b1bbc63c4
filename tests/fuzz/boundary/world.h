// What all of a fuzzer's instances share: granted files, the backend, and a neighbour whose tensors nobody may touch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend_slot.h"
#include "interfaces.h"
#include "model_store.h"
#include "scratch_folder.h"
#include "session.h"

namespace cloister::host::fuzz {

class World {
 public:
  explicit World(BackendKind kind);

  // Grants, small limits, and a folder for checkpoints that is empty now.
  [[nodiscard]] RunRequest request() const;
  [[nodiscard]] std::unique_ptr<Session> session(const RunRequest& request);

  // Handles of the neighbour's.
  [[nodiscard]] std::span<const std::uint32_t> foreign() const { return foreign_; }
  // The neighbour's tensors, of which one shares its storage with a granted model, hold what they held.
  void check_neighbour();

  // A part of every path that no guest may be told.
  [[nodiscard]] std::string secret() const { return folder_.path().string(); }

 private:
  void put_files();

  ScratchFolder folder_;
  HostOptions options_;
  BackendSlot backend_;
  ModelStore models_;
  RunObserver observer_;
  RunRequest neighbours_request_;
  std::unique_ptr<Session> neighbour_;
  std::vector<std::uint32_t> foreign_;
  std::vector<std::vector<std::uint8_t>> contents_;  // of the neighbour's tensors
};

}  // namespace cloister::host::fuzz
