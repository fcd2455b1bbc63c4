// Taking a run up again: what its checkpoints say is held against what is there now, before the guest starts.
#include <fmt/format.h>

#include <algorithm>

#include "backend_slot.h"
#include "cloister/data/safetensors.h"
#include "session.h"

namespace cloister::host {
namespace {

namespace fs = std::filesystem;

Unexpected<Error> other_run(const std::string& path, std::string_view what, std::string_view way_out) {
  return fail(ErrorCode::bad_data, fmt::format("the checkpoint '{}' was saved {}; {}", path, what, way_out));
}

Unexpected<Error> changed(GrantKind kind, std::string_view name, const fs::path& path) {
  return fail(ErrorCode::bad_data,
              fmt::format("the {} '{}' at '{}' has changed since the run that is to be resumed read it; put its "
                          "contents back as they were, or start the run afresh",
                          grant_kind_name(kind), name, path.string()));
}

}  // namespace

fs::path Session::checkpoint_path(std::string_view name) const {
  return request.checkpoints / fmt::format("{}.safetensors", name);
}

RunIdentity Session::identity() const {
  return {place_.component, arguments_digest(request.name, request.arguments), request.seed, place_.device,
          place_.threads};
}

Result<void> Session::take_up_checkpoints() {
  if (!request.resume || request.checkpoints.empty()) return {};
  for (const auto& [name, output] : request.grants.outputs) {
    const fs::path path = checkpoint_path(name);
    std::error_code error;
    if (!fs::exists(fs::symlink_status(path, error))) continue;
    CLOISTER_TRY(CheckpointFile file, CheckpointFile::open(path));
    CLOISTER_CHECK(check_same_run(file.record(), path.string()));
    resumed.emplace(name, std::move(file));
  }
  const CheckpointRecord* newest = nullptr;
  for (const auto& [name, file] : resumed) {
    CLOISTER_CHECK(check_same_data(file.record()));
    if (newest == nullptr || file.record().number > newest->number) newest = &file.record();
  }
  if (newest == nullptr) return {};
  for (const auto& [name, output] : newest->written) {
    const auto grant = request.grants.outputs.find(name);
    std::error_code error;
    if (grant == request.grants.outputs.end() || !fs::is_regular_file(grant->second, error)) {
      return fail(ErrorCode::bad_data,
                  fmt::format("the output '{}', which the run that is to be resumed had written, is gone; put it back, "
                              "or start the run afresh",
                              name));
    }
    GrantUse& use = use_grant(GrantKind::output, name);
    use.bytes = output.bytes;
    use.digest = output.digest;
  }
  for (std::size_t i = 0; i < kEgressKinds; ++i) egress.count(static_cast<EgressKind>(i), newest->egress[i]);
  checkpoints_saved_ = newest->number;
  return {};
}

Result<void> Session::check_same_run(const CheckpointRecord& record, const std::string& path) {
  const RunIdentity run = identity();
  const RunIdentity& saved = record.run;
  if (saved.component != run.component) {
    return other_run(path, fmt::format("by the component {}, not by {}", hex(saved.component), hex(run.component)),
                     "resume the run with the component that it was started with");
  }
  if (saved.arguments != run.arguments) {
    return other_run(path, "by a workload of another name or with other arguments", "resume it with the same");
  }
  if (saved.seed != run.seed) {
    return other_run(path, fmt::format("with the seed {}, not {}", saved.seed, run.seed), "resume it with the same");
  }
  if (saved.device != run.device || saved.threads != run.threads) {
    return other_run(
        path,
        fmt::format("on {} with {} threads, not on {} with {}", saved.device, saved.threads, run.device, run.threads),
        "others give other bytes, so resume it with the same");
  }
  if (record.engine.empty()) return {};
  CLOISTER_TRY(const auto backend, slot_.open());
  if (backend->description() != record.engine) {
    return other_run(path, fmt::format("with the engine '{}', not '{}'", record.engine, backend->description()),
                     "another gives other bytes, so resume it with the same, or start the run afresh");
  }
  return {};
}

Result<void> Session::check_same_data(const CheckpointRecord& record) {
  for (const auto& [grant, digest] : record.read) {
    const auto& [kind, name] = grant;
    const auto& granted = request.grants.of(kind);
    const auto found = granted.find(name);
    if (found == granted.end()) {
      return fail(
          ErrorCode::bad_data,
          fmt::format("the run that is to be resumed had opened the {} '{}', which is not granted now; grant {}",
                      grant_kind_name(kind), name, grant_flag(kind, name)));
    }
    GrantUse& use = use_grant(kind, name);
    if (!use.digest) {
      if (kind == GrantKind::dataset) {
        CLOISTER_TRY(const auto dataset, open_dataset(name, found->second));
        CLOISTER_TRY(use.digest, dataset->complete_digest());
      } else {
        CLOISTER_TRY(const auto file, data::SafetensorsFile::open(found->second.string()));
        CLOISTER_TRY(use.digest, file.complete_digest());
        imports.add({"model", name, hex(*use.digest)});
      }
    }
    if (use.digest != digest) return changed(kind, name, found->second);
  }
  return {};
}

Result<CheckpointRecord> Session::checkpoint_record() {
  CheckpointRecord record;
  record.run = identity();
  record.number = checkpoints_saved_ + 1;
  if (backend_) record.engine = backend_->description();
  record.grad_mode = grad_mode_;
  record.generator_seed = seed_;
  record.clock = clock.of_machine() ? 0 : clock.now();
  record.random = random.state();
  record.insecure = insecure.state();
  record.egress = egress.by_kind();
  for (const auto& [name, dataset] : datasets_) {
    GrantUse& use = use_grant(GrantKind::dataset, name);
    if (use.digest) continue;
    CLOISTER_TRY(use.digest, dataset->complete_digest());
  }
  for (const auto& [grant, use] : grants_) {
    if (!use.used || !use.digest) continue;
    if (grant.first == GrantKind::output) {
      record.written[grant.second] = {use.bytes, *use.digest};
    } else {
      record.read[grant] = *use.digest;
    }
  }
  return record;
}

void Session::count_checkpoint(std::string_view name) {
  ++checkpoints_saved_;
  ++grants_[{GrantKind::output, std::string(name)}].checkpoints;
}

}  // namespace cloister::host
