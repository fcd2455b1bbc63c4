// Interface `checkpoints`: leaving a run and taking it up again.
#include <fmt/format.h>

#include <optional>
#include <set>

#include "checkpoint_file.h"
#include "checkpoint_restore.h"
#include "cloister/base/bytes.h"
#include "interfaces.h"
#include "operator_call.h"
#include "saved_bytes.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::checkpoints;
using Done = Session::Answer<void>;
using NamedTensor = std::tuple<std::string_view, TensorBorrow>;
using NamedOptimizer = std::tuple<std::string_view, sandbox::Borrow<wit::Optimizer>>;

// Names are keys of a file that people look at.
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostOptimizers = 256;

class Checkpoints final : public wit::Host {
 public:
  explicit Checkpoints(Session& session) : session_(session) {}

  Done save(std::string_view name, std::span<const NamedTensor> tensors, std::span<const NamedOptimizer> optimizers,
            std::span<const std::uint8_t> position) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"checkpoints.save">);
    auto things = collect(name, tensors, optimizers);
    if (!things) return Unexpected(std::move(things).error());
    if (!*things) return Unexpected(std::move(*things).error());
    if (session_.request.checkpoints.empty()) {
      return Unexpected(session_.guest_error(
          {ErrorCode::unsupported, "this run keeps no checkpoints, because it has no folder of its own"}));
    }
    const CheckpointThings& saved = **things;
    if (auto refused = session_.charge(EgressKind::output, size_of(name, saved, position), "checkpoints.save")) {
      return Unexpected(*std::move(refused));
    }
    if (auto written = write(name, saved, position); !written) {
      cloister::Error error = std::move(written).error();
      if (error.code == ErrorCode::quota_exceeded) return Unexpected(session_.guest_error(std::move(error)));
      // What stands in the file's place is no argument of the guest's.
      if (error.code == ErrorCode::invalid_argument) error.code = ErrorCode::io;
      return Unexpected(session_.guarded_error(
          error, fmt::format("the checkpoint '{}' could not be saved; the run's notes say why", name)));
    }
    // What the interrupted run saved under this name is gone, as if it had never stopped.
    session_.resumed.erase(std::string(name));
    session_.count_checkpoint(name);
    return Expected<void, wit::Error>();
  }

  Session::Answer<std::optional<sandbox::Bytes>> restore(std::string_view name, std::span<const NamedTensor> tensors,
                                                         std::span<const NamedOptimizer> optimizers) override {
    using Given = Expected<std::optional<sandbox::Bytes>, wit::Error>;
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"checkpoints.restore">);
    auto things = collect(name, tensors, optimizers);
    if (!things) return Unexpected(std::move(things).error());
    if (!*things) return Unexpected(std::move(*things).error());
    const auto found = session_.resumed.find(name);
    if (found == session_.resumed.end()) return nothing_saved();
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    auto prepared = CheckpointRestore::prepare(session_, name, found->second, **things);
    if (!prepared) {
      CLOISTER_TRY(auto refused, refusal(name, std::move(prepared).error()));
      return Unexpected(std::move(refused));
    }
    const std::uint64_t told =
        prepared->position().size() + kInstanceStateBytes + optimizers.size() * kOptimizerHeaderBytes;
    if (auto refused = session_.charge_unnamed(EgressKind::read, told, "checkpoints.restore")) {
      return Unexpected(*std::move(refused));
    }
    if (auto done = prepared->commit(); !done) {
      // Some of what the workload holds is of the checkpoint, some is not: nothing after this would mean anything.
      cloister::Error error = std::move(done).error();
      return session_.end(RunStatus::failed, error.code,
                          fmt::format("restoring the checkpoint '{}' broke off: {}", name, error.message));
    }
    session_.imports.add({"checkpoint", std::string(name), hex(found->second.digest())});
    return Given(std::optional(sandbox::Bytes(prepared->position())));
  }

 private:
  // What the handles mean, by name; or why not.
  Session::Answer<CheckpointThings> collect(std::string_view name, std::span<const NamedTensor> tensors,
                                            std::span<const NamedOptimizer> optimizers) {
    if (session_.request.grants.outputs.find(name) == session_.request.grants.outputs.end()) {
      return Unexpected(session_.not_granted(GrantKind::output, name));
    }
    const auto refuse = [this](std::string why) {
      return Unexpected(session_.guest_error({ErrorCode::invalid_argument, std::move(why)}));
    };
    if (tensors.size() > kMaxTensors || optimizers.size() > kMostOptimizers) {
      return refuse(fmt::format("a checkpoint has at most {} tensors and {} optimizers, not {} and {}", kMaxTensors,
                                kMostOptimizers, tensors.size(), optimizers.size()));
    }
    CheckpointThings things;
    std::set<std::string_view> names;
    const auto take = [&](std::string_view key) -> std::optional<std::string> {
      if (key.empty() || key.size() > kLongestName) {
        return fmt::format("the name '{}' has {} bytes; names in a checkpoint have 1 to {}", clipped(key, 64),
                           key.size(), kLongestName);
      }
      if (!names.insert(key).second) return fmt::format("two things are named '{}'; a checkpoint keeps one", key);
      return std::nullopt;
    };
    for (const auto& [key, handle] : tensors) {
      const engine::Tensor* tensor = session_.tables.tensors.find(handle);
      if (tensor == nullptr) return stale_handle();
      if (auto problem = take(key)) return refuse(*std::move(problem));
      things.tensors.emplace(key, tensor);
    }
    for (const auto& [key, handle] : optimizers) {
      const auto* optimizer = session_.tables.optimizers.find(handle);
      if (optimizer == nullptr) return stale_handle();
      if (auto problem = take(key)) return refuse(*std::move(problem));
      things.optimizers.emplace(key, optimizer->get());
    }
    return Expected<CheckpointThings, wit::Error>(std::move(things));
  }

  // What of the workload's making a checkpoint shows; more than can be let out stops the count.
  std::uint64_t size_of(std::string_view name, const CheckpointThings& things, std::span<const std::uint8_t> position) {
    std::uint64_t bytes = name.size() + kInstanceStateBytes + position.size();
    for (const auto& [key, tensor] : things.tensors) {
      bytes += saved_bytes(session_.backend(), key, *tensor);
      if (bytes > session_.egress.left()) return bytes;
    }
    for (const auto& [key, optimizer] : things.optimizers) {
      bytes += key.size() + kOptimizerHeaderBytes;
      for (const engine::ParameterState& state : optimizer->states()) {
        bytes += kNumberBytes;  // its steps
        for (const engine::Tensor& tensor : state.tensors) bytes += saved_bytes(session_.backend(), {}, tensor);
        if (bytes > session_.egress.left()) return bytes;
      }
    }
    return bytes;
  }

  cloister::Result<void> write(std::string_view name, const CheckpointThings& things,
                               std::span<const std::uint8_t> position) {
    CLOISTER_TRY(CheckpointRecord record, session_.checkpoint_record());
    CLOISTER_TRY(const std::string metrics, session_.observer.recorded());
    std::vector<std::uint8_t> generator;
    if (session_.has_backend()) {
      CLOISTER_TRY(generator, session_.context()->generator_state());
    }
    std::vector<CheckpointTensor> parts;
    for (const auto& [key, tensor] : things.tensors) parts.push_back(part(tensor_key(key), *tensor));
    std::vector<std::vector<std::int64_t>> steps;
    steps.reserve(things.optimizers.size());
    for (const auto& [key, optimizer] : things.optimizers) {
      record.optimizers[std::string(key)] = {std::string(optimizer->kind()), optimizer->lr()};
      std::vector<std::int64_t>& done = steps.emplace_back();
      for (std::size_t i = 0; i < optimizer->states().size(); ++i) {
        const engine::ParameterState& state = optimizer->states()[i];
        done.push_back(state.step);
        if (state.step == 0) continue;
        for (std::size_t j = 0; j < state.tensors.size(); ++j) {
          parts.push_back(part(optimizer_state_key(key, i, optimizer->state_names()[j]), state.tensors[j]));
        }
      }
      parts.push_back(part(optimizer_steps_key(key), Dtype::int64, done.size(), std::as_bytes(std::span(done))));
    }
    if (!generator.empty()) parts.push_back(part(std::string(kGeneratorState), std::as_bytes(std::span(generator))));
    parts.push_back(part(std::string(kMetrics), std::as_bytes(std::span(metrics))));
    parts.push_back(part(std::string(kPosition), std::as_bytes(position)));
    std::error_code error;
    std::filesystem::create_directories(session_.request.checkpoints, error);
    if (error) {
      return fail(ErrorCode::io, fmt::format("cannot make the folder '{}': {}", session_.request.checkpoints.string(),
                                             error.message()));
    }
    return write_checkpoint(session_.checkpoint_path(name), record, parts,
                            [&](std::uint64_t bytes) { return session_.writing.charge(name, bytes); });
  }

  CheckpointTensor part(std::string key, const engine::Tensor& tensor) {
    engine::TensorBackend& backend = session_.backend();
    const engine::Shape shape = backend.shape(tensor);
    return {{std::move(key), backend.dtype(tensor), {shape.begin(), shape.end()}},
            [&backend, &tensor](const auto& take) -> cloister::Result<void> {
              CLOISTER_TRY(const engine::HostBytes bytes, backend.read(tensor));
              return take(std::as_bytes(std::span(bytes.data, bytes.size)));
            }};
  }
  static CheckpointTensor part(std::string key, cloister::Dtype dtype, std::size_t size,
                               std::span<const std::byte> bytes) {
    return {{std::move(key), dtype, {static_cast<std::int64_t>(size)}},
            [bytes](const auto& take) { return take(bytes); }};
  }
  static CheckpointTensor part(std::string key, std::span<const std::byte> bytes) {
    return part(std::move(key), cloister::Dtype::uint8, bytes.size(), bytes);
  }

  // Of a run that resumes another, the guest learns which names that one used.
  Session::Answer<std::optional<sandbox::Bytes>> nothing_saved() {
    using Given = Expected<std::optional<sandbox::Bytes>, wit::Error>;
    if (session_.request.resume) {
      if (auto refused = session_.charge(EgressKind::outcome, kOutcomeBytes, "checkpoints.restore")) {
        return Unexpected(*std::move(refused));
      }
    }
    return Given(std::nullopt);
  }

  // A checkpoint that cannot be restored. What is wrong with its file is the host's to know; what the sentence about
  // another model names was saved by the run before.
  sandbox::Call<wit::Error> refusal(std::string_view name, CheckpointProblem problem) {
    if (problem.is_about_file) {
      return session_.damage_error("reading a checkpoint", problem.error,
                                   fmt::format("the checkpoint '{}' cannot be read; the run's notes say why", name));
    }
    if (auto refused = session_.charge_unnamed(EgressKind::read, problem.error.message.size(), "checkpoints.restore")) {
      return *std::move(refused);
    }
    return session_.guest_error(std::move(problem.error));
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Checkpoints>(session);
}

}  // namespace cloister::host
