#include "session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "backend_slot.h"
#include "cloister/base/bytes.h"
#include "cloister/sandbox/one_line.h"

namespace cloister::host {
namespace {

constexpr std::size_t kMaxNotes = 64;

template <class T>
T clamped(std::uint64_t value) {
  return static_cast<T>(std::min<std::uint64_t>(value, std::numeric_limits<T>::max()));
}

}  // namespace

Session::Session(const SessionSetting& setting)
    : request(setting.request),
      observer(setting.observer),
      models(setting.models),
      egress(request.limits),
      writing(request.limits),
      reading(std::make_shared<DatasetMeter>(request.limits, cpu)),
      calls(request.time_calls || request.profile_every.has_value()),
      clock(request.grants.clock),
      random(request.seed, RandomStream::kRandom),
      insecure(request.seed, RandomStream::kInsecure),
      declared_(setting.declared),
      place_(setting.place),
      slot_(setting.backend),
      seed_(request.seed),
      handles(clamped<std::uint32_t>(request.limits.handles)),
      tables(handles) {
  imports.add({"seed", "", fmt::format("{}", request.seed)});
  imports.add({"argument", "0", request.name});
  if (request.grants.clock) imports.add({"clock", "", "the machine's"});
  if (request.skip_broken) imports.add({"skip-broken", "", "true"});
  if (request.grants.randomness) imports.add({"randomness", "", "the machine's"});
  for (std::size_t i = 0; i < request.arguments.size(); ++i) {
    imports.add({"argument", fmt::format("{}", i + 1), request.arguments[i]});
  }
}

Session::~Session() = default;

// ---- the engine ----

sandbox::Call<void> Session::need_backend() {
  if (has_backend()) return {};
  auto opened = slot_.open();
  if (!opened) {
    Error error = std::move(opened).error();
    return end(RunStatus::failed, error.code, std::move(error.message));
  }
  auto backend = *std::move(opened);
  context_ =
      backend->make_context({.memory_limit_bytes = clamped<std::int64_t>(request.limits.tensor_bytes), .seed = seed_});
  context_->set_grad_mode(grad_mode_);
  context_->set_deadline(deadline_);
  watched_context_.store(context_.get(), std::memory_order_release);
  if (inside_) before_ = backend->enter(context_.get());
  backend_ = std::move(backend);
  return {};
}

void Session::manual_seed(std::uint64_t seed) {
  seed_ = seed;
  if (context_) context_->manual_seed(seed);
}

void Session::set_grad_mode(engine::GradMode mode) {
  grad_mode_ = mode;
  if (context_) context_->set_grad_mode(mode);
}

Session::Inside::Inside(Session& session) : session_(session) {
  session_.cpu.begin();
  session_.inside_ = true;
  if (session_.backend_) session_.before_ = session_.backend_->enter(session_.context_.get());
}

Session::Inside::~Inside() {
  session_.inside_ = false;
  if (session_.backend_) session_.backend_->enter(session_.before_);
  session_.cpu.end();
}

// ---- answers to the guest ----

Session::GuestError Session::guest_error(Error error) {
  error.message = sandbox::one_line(std::move(error.message));
  if (CallTrace* trace = calls.trace()) trace->failed(error.message);
  last_error_ = error;
  calls_at_last_error_ = calls.total();
  switch (error.code) {
    case ErrorCode::invalid_argument:
      return GuestError::InvalidArgument{std::move(error.message)};
    case ErrorCode::shape_mismatch:
      return GuestError::ShapeMismatch{std::move(error.message)};
    case ErrorCode::dtype_mismatch:
      return GuestError::DtypeMismatch{std::move(error.message)};
    case ErrorCode::unsupported:
      return GuestError::Unsupported{std::move(error.message)};
    case ErrorCode::quota_exceeded:
      return GuestError::QuotaExceeded{std::move(error.message)};
    case ErrorCode::not_granted:
      return GuestError::NotGranted{std::move(error.message)};
    case ErrorCode::bad_data:
      return GuestError::BadData{std::move(error.message)};
    case ErrorCode::io:
    case ErrorCode::trap:
    case ErrorCode::interrupted:
    case ErrorCode::internal:
      break;
  }
  return GuestError::Internal{std::move(error.message)};
}

std::optional<Error> Session::last_words() const {
  // Printing a sentence takes a few calls.
  constexpr std::uint64_t kFarewell = 16;
  return calls.total() - calls_at_last_error_ <= kFarewell ? last_error_ : std::nullopt;
}

Session::GuestError Session::refuse_egress(std::uint64_t bytes, std::string_view what) {
  return guest_error({ErrorCode::quota_exceeded, egress.refusal(what, bytes, request.limits)});
}

std::optional<Session::GuestError> Session::charge_unnamed(EgressKind kind, std::uint64_t bytes,
                                                           std::string_view what) {
  if (auto refused = charge(EgressKind::outcome, kOutcomeBytes, what)) return refused;
  if (egress.charge(kind, bytes)) return std::nullopt;
  return guest_error({ErrorCode::quota_exceeded, egress.refusal(what, request.limits)});
}

sandbox::Call<void> Session::admit_failure(std::string_view what, ErrorCode code) {
  if (request.deny_content_dependent) {
    const bool is_quota = code == ErrorCode::quota_exceeded;
    return end(is_quota ? RunStatus::limit : RunStatus::failed, code,
               fmt::format("{} failed where that shows what granted data hold, which --deny content-dependent keeps "
                           "from the workload; {}",
                           what,
                           is_quota ? "a limit was met: raise --limit tensors or dataset, whichever is spent"
                                    : "the run's notes say what is wrong with the data"));
  }
  if (egress.charge(EgressKind::outcome, kFailureBytes)) return {};
  return end(RunStatus::limit, ErrorCode::quota_exceeded,
             egress.refusal(fmt::format("telling that {} failed", what), request.limits));
}

Session::GuestError Session::not_granted(GrantKind kind, std::string_view name) {
  constexpr std::size_t kShown = 64;
  const std::string_view shown = clipped(name, kShown);
  // All that is missing at once, so that nobody has to run again for each.
  std::string flags = grant_flag(kind, shown), optional;
  bool is_more = false;
  for (const DeclaredGrant& grant : declared_) {
    const auto& granted = request.grants.of(grant.kind);
    if ((grant.kind == kind && grant.name == name) || granted.find(grant.name) != granted.end()) continue;
    std::string& list = grant.optional ? optional : flags;
    list += " " + grant_flag(grant.kind, grant.name);
    is_more |= !grant.optional;
  }
  return guest_error({ErrorCode::not_granted,
                      fmt::format("no {} is granted under the name '{}'; grant {} with {}{}", grant_kind_name(kind),
                                  shown, is_more ? "it and what else its author declares" : "it", flags,
                                  optional.empty() ? "" : fmt::format(" (some runs also need{})", optional))});
}

Session::GuestError Session::content_dependent_denied(std::string_view function) {
  return guest_error({ErrorCode::not_granted,
                      fmt::format("whether {} succeeds depends on contents, which --deny content-dependent forbids; "
                                  "run without the flag, or use operators that are not content-dependent",
                                  function)});
}

Session::GuestError Session::guarded_error(const Error& error, std::string_view sentence) {
  note(error.message);
  return guest_error({error.code, std::string(sentence)});
}

sandbox::Call<Session::GuestError> Session::damage_error(std::string_view what, const Error& error,
                                                         std::string_view sentence) {
  if (auto told = admit_failure(what, error.code); !told) {
    note(error.message);
    return Unexpected(std::move(told).error());
  }
  return guarded_error(error, sentence);
}

Expected<std::vector<Session::TensorHandle>, Session::GuestError> Session::give_all(std::span<engine::Tensor> given) {
  std::vector<TensorHandle> all;
  all.reserve(given.size());
  for (engine::Tensor& tensor : given) {
    if (CallTrace* trace = calls.trace()) trace->result(tensor);
    auto handle = tables.tensors.insert(std::move(tensor));
    if (!handle) {
      for (TensorHandle& each : all) tables.tensors.take(std::move(each));
      return Unexpected(guest_error(std::move(handle).error()));
    }
    all.push_back(*std::move(handle));
  }
  return all;
}

Unexpected<sandbox::Trap> Session::end(RunStatus status, ErrorCode code, std::string sentence) {
  if (!ending_) ending_ = Ending{status, code, sentence};
  return sandbox::trap(std::move(sentence));
}

// ---- waiting ----

void Session::sleep_until(std::uint64_t when) {
  if (!clock.of_machine()) return clock.jump_to(when);
  std::unique_lock lock(waiting_mutex_);
  stop_.wait_until(lock, clock.wake(when), [this] { return stopped_; });
}

Result<std::optional<data::Batch>> Session::wait_for(data::BatchStream& stream) {
  {
    const std::lock_guard lock(waiting_mutex_);
    if (stopped_) stream.cancel();
    waiting_ = &stream;
  }
  auto batch = stream.next();
  const std::lock_guard lock(waiting_mutex_);
  waiting_ = nullptr;
  if (!batch && batch.error().code == ErrorCode::interrupted) wait_was_stopped_ = true;
  return batch;
}

void Session::stop_waiting() {
  const std::lock_guard lock(waiting_mutex_);
  stopped_ = true;
  reading_.request_stop();
  stop_.notify_all();
  if (waiting_ != nullptr) waiting_->cancel();
}

Result<data::Dataset::Pointer> Session::open_dataset(std::string_view name, const std::filesystem::path& path) {
  if (const auto found = datasets_.find(name); found != datasets_.end()) return found->second;
  CLOISTER_TRY(auto dataset, data::open_dataset(path.string(), {request.skip_broken, reading_stop(), reading}));
  use_grant(GrantKind::dataset, name);
  datasets_.emplace(name, dataset);
  return dataset;
}

// ---- CPU time ----

Nanoseconds Session::cpu_used() const {
  const engine::InstanceContext* context = watched_context_.load(std::memory_order_acquire);
  return cpu.used() + (context != nullptr ? context->team_cpu_time() : Nanoseconds());
}

void Session::set_cpu_left(Nanoseconds left) {
  if (auto* context = watched_context_.load(std::memory_order_acquire)) context->set_cpu_left(left);
}

// ---- the report ----

GrantUse& Session::use_grant(GrantKind kind, std::string_view name) {
  GrantUse& use = grants_[{kind, std::string(name)}];
  use.used = true;
  return use;
}

void Session::note(std::string sentence) {
  if (notes_.size() < kMaxNotes) notes_.push_back(std::move(sentence));
}

void Session::finish_datasets(bool in_order) {
  for (const auto& [name, dataset] : datasets_) {
    std::optional<Digest> digest = dataset->digest();
    if (!digest && in_order) {
      if (auto completed = dataset->complete_digest()) {
        digest = *completed;
      } else {
        note(std::move(completed).error().message);
      }
    }
    use_grant(GrantKind::dataset, name).digest = digest;
    imports.add({"dataset", name, digest ? hex(*digest) : std::string("not read to its end")});
  }
}

// How often the workload called what is its choice, so it may carry what it likes.
void Session::fill_calls(RunReport& report) {
  report.calls = calls.list();
  std::uint64_t bytes = 0;
  for (const CallCount& call : report.calls) {
    report.call_time += call.time;
    bytes += count_bytes(call.calls);
  }
  for (const PhaseTime& phase : report.phases) bytes += count_bytes(phase.calls);
  if (egress.charge(EgressKind::exit, bytes)) return;
  note(egress.refusal("saying how often host functions were called", request.limits));
  report.calls.clear();
  for (PhaseTime& phase : report.phases) phase.calls = 0;
}

void Session::fill(RunReport& report) {
  report.phases = phases.finish();
  // A run that was cut short does not read the rest of its datasets for their digests.
  finish_datasets(report.status == RunStatus::ok || report.status == RunStatus::failed);
  report.seed = request.seed;
  report.arguments = request.arguments;
  for (const GrantKind kind : {GrantKind::dataset, GrantKind::model, GrantKind::output}) {
    for (const auto& [name, path] : request.grants.of(kind)) {
      GrantUse use = grants_[{kind, name}];
      use.kind = kind;
      use.name = name;
      use.path = path;
      skipped.fill(use);
      if (kind == GrantKind::output && !use.used && use.checkpoints == 0) {
        note(fmt::format("the output '{}' was granted and never written", name));
      }
      report.grants.push_back(std::move(use));
    }
  }
  for (std::string& sentence : skipped.notes()) note(std::move(sentence));
  fill_calls(report);
  report.notes = std::move(notes_);
  report.limits = request.limits;
  report.egress = egress.by_kind();
  const auto used = [&report](LimitKind kind) -> std::uint64_t& { return report.used[static_cast<std::size_t>(kind)]; };
  used(LimitKind::egress) = egress.total();
  used(LimitKind::handles) = handles.peak();
  used(LimitKind::cpu) = static_cast<std::uint64_t>(cpu_used().count());
  used(LimitKind::output) = writing.used();
  used(LimitKind::print) = egress.by_kind()[static_cast<std::size_t>(EgressKind::stdout_)];
  used(LimitKind::metrics) = egress.by_kind()[static_cast<std::size_t>(EgressKind::metrics)];
  used(LimitKind::dataset) = reading->used();
  if (context_) used(LimitKind::tensors) = static_cast<std::uint64_t>(context_->memory().peak_bytes.load());
  if (backend_) report.engine = backend_->description();
  report.imports = imports.facts();
  report.imports_digest = imports.finish();
}

}  // namespace cloister::host
