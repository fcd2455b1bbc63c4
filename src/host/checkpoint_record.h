// What a checkpoint says beside its tensors: whose it is, and where the run stood. It lies in the metadata of the file,
// one text a fact (docs/checkpoints.md).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cloister/base/hash.h"
#include "cloister/base/result.h"
#include "cloister/engine/instance_context.h"
#include "cloister/host/grants.h"
#include "cloister/host/report.h"
#include "deterministic.h"

namespace cloister::host {

// What must be the same when a run is taken up, for its results to be the same.
struct RunIdentity {
  Digest component;
  Digest arguments;  // of the workload's name and its arguments: identity_of
  std::uint64_t seed = 0;
  std::string device;  // "cpu", "cuda:0"
  int threads = 0;     // inside one operator

  friend bool operator==(const RunIdentity&, const RunIdentity&) = default;
};

// SHA-256 over the texts, each preceded by its length as eight bytes, little-endian.
[[nodiscard]] Digest arguments_digest(std::string_view name, std::span<const std::string> arguments);

struct OptimizerRecord {
  std::string kind;  // engine::Optimizer::kind()
  double lr = 0;
};

struct OutputRecord {
  std::uint64_t bytes = 0;
  Digest digest;
};

struct CheckpointRecord {
  RunIdentity run;
  std::uint64_t number = 0;  // of the run's saves, from 1
  std::string engine;        // TensorBackend::description(); empty when no tensor was made
  engine::GradMode grad_mode = engine::GradMode::grad;
  std::uint64_t generator_seed = 0;  // for a generator that does not exist yet
  std::uint64_t clock = 0;           // virtual nanoseconds
  RandomStream::State random{}, insecure{};
  std::array<std::uint64_t, kEgressKinds> egress{};
  std::map<std::pair<GrantKind, std::string>, Digest> read;  // granted datasets and models that were opened
  std::map<std::string, OutputRecord> written;               // granted outputs
  std::map<std::string, OptimizerRecord> optimizers;
};

using Metadata = std::map<std::string, std::string>;

[[nodiscard]] Metadata checkpoint_metadata(const CheckpointRecord& record);

// Errors: bad_data for facts that are missing, unknown, or no values; `path` names the file.
[[nodiscard]] Result<CheckpointRecord> parse_checkpoint_metadata(const Metadata& metadata, std::string_view path);

}  // namespace cloister::host
