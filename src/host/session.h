// What one instance has on the host's side: its tables, meters, virtual time, and the way to the engine.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "call_count.h"
#include "checkpoint_file.h"
#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"
#include "cloister/engine/optimizers.h"
#include "cloister/host/declared_grants.h"
#include "cloister/host/host.h"
#include "cloister/sandbox/binding.h"
#include "cpu_meter.h"
#include "dataset_meter.h"
#include "egress.h"
#include "guest_clock.h"
#include "import_log.h"
#include "model_store.h"
#include "output_meter.h"
#include "phases.h"
#include "skipped_files.h"
#include "tables.h"

namespace cloister::host {

class BackendSlot;

// What runs, and on what: part of whose checkpoints are whose.
struct RunPlace {
  Digest component;
  std::string device = "cpu";
  int threads = 1;
};

// What is asked of a session and what all sessions of a host share. All of it outlives the session.
struct SessionSetting {
  const RunRequest& request;
  RunObserver& observer;
  BackendSlot& backend;
  ModelStore& models;
  std::span<const DeclaredGrant> declared = {};  // by the workload's author
  RunPlace place = {};
};

// The interfaces of the world work on this and nothing else.
// Thread safety: one thread at a time, except stop_waiting.
class Session {
 public:
  explicit Session(const SessionSetting& setting);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  using GuestError = bindings::ml::tensors::Error;
  template <class T>
  using Answer = sandbox::Call<Expected<T, GuestError>>;
  using TensorHandle = sandbox::Own<bindings::ml::tensors::Tensor>;

  // ---- the engine ----

  // Whether need_backend() has succeeded.
  [[nodiscard]] bool has_backend() const { return backend_ != nullptr; }
  // Opens the backend and makes this session's context, unless that was done. A failure is the host's, not the guest's:
  // it ends the run.
  [[nodiscard]] sandbox::Call<void> need_backend();
  // REQUIRES: has_backend(), which any tensor in a table implies.
  [[nodiscard]] engine::TensorBackend& backend() { return *backend_; }
  [[nodiscard]] const std::shared_ptr<engine::TensorBackend>& shared_backend() const { return backend_; }
  // nullptr before the backend is open.
  [[nodiscard]] engine::InstanceContext* context() { return context_.get(); }

  // These hold before the backend is open as well; they do not open it.
  void manual_seed(std::uint64_t seed);
  void set_grad_mode(engine::GradMode mode);
  [[nodiscard]] engine::GradMode grad_mode() const { return grad_mode_; }
  [[nodiscard]] std::uint64_t generator_seed() const { return seed_; }

  // While the guest runs, on the thread that runs it: installs the context.
  class Inside {
   public:
    explicit Inside(Session& session);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Session& session_;
  };

  // ---- answers to the guest ----

  // The WIT's error for one of ours. It is remembered: a guest that ends after it ended because of it.
  [[nodiscard]] GuestError guest_error(Error error);
  // Nothing when the bytes may leave, and they are counted; otherwise the error for the guest.
  // `what` as in EgressMeter::refusal.
  [[nodiscard]] std::optional<GuestError> charge(EgressKind kind, std::uint64_t bytes, std::string_view what) {
    if (egress.charge(kind, bytes)) [[likely]] {
      return std::nullopt;
    }
    return refuse_egress(bytes, what);
  }
  // As charge, where the number of bytes tells of contents: whether they fit counts as an outcome, and the refusal does
  // not name them.
  [[nodiscard]] std::optional<GuestError> charge_unnamed(EgressKind kind, std::uint64_t bytes, std::string_view what);
  // Before the guest is told of a failure of `what` that shows what granted data hold: counts kFailureBytes. The run
  // ends instead where they do not fit, or where outcomes that depend on contents are denied.
  [[nodiscard]] sandbox::Call<void> admit_failure(std::string_view what, ErrorCode code);
  // The error for a name that nothing is granted under; it names what else is declared and missing.
  [[nodiscard]] GuestError not_granted(GrantKind kind, std::string_view name);
  // The error for a content-dependent operator in a run that denies them.
  [[nodiscard]] GuestError content_dependent_denied(std::string_view function);
  // As guarded_error, for what is wrong with granted data, after admit_failure.
  [[nodiscard]] sandbox::Call<GuestError> damage_error(std::string_view what, const Error& error,
                                                       std::string_view sentence);
  // An error about granted things whose sentence has paths in it, which are none of the guest's business: `sentence`
  // goes to the guest, the whole story to the report.
  [[nodiscard]] GuestError guarded_error(const Error& error, std::string_view sentence);

  // A handle for an object; the object is gone when the quota of handles is used up.
  template <class R, class Object>
  [[nodiscard]] Expected<sandbox::Own<R>, GuestError> give(sandbox::ResourceTable<R, Object>& table,
                                                           std::type_identity_t<Object> object) {
    auto handle = table.insert(std::move(object));
    if (handle) [[likely]] {
      return *std::move(handle);
    }
    return Unexpected(guest_error(std::move(handle).error()));
  }
  // A handle for what an operator gave, or its error.
  [[nodiscard]] Expected<TensorHandle, GuestError> give(Result<engine::Tensor> tensor) {
    if (tensor) [[likely]] {
      if (CallTrace* trace = calls.trace()) [[unlikely]] {
        trace->result(*tensor);
      }
      return give(tables.tensors, *std::move(tensor));
    }
    return Unexpected(guest_error(std::move(tensor).error()));
  }

  // The same for several: all of them get handles or none.
  template <std::size_t kCount>
  [[nodiscard]] auto give(Result<std::array<engine::Tensor, kCount>> tensors) {
    using Handles = decltype(std::tuple_cat(std::declval<std::array<TensorHandle, kCount>>()));
    using Given = Expected<Handles, GuestError>;
    if (!tensors) return Given(Unexpected(guest_error(std::move(tensors).error())));
    auto given = give_all(*tensors);
    if (!given) return Given(Unexpected(std::move(given).error()));
    return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      return Given(Handles(std::move((*given)[kIndex])...));
    }(std::make_index_sequence<kCount>());
  }
  [[nodiscard]] Expected<std::vector<TensorHandle>, GuestError> give(Result<std::vector<engine::Tensor>> tensors) {
    if (!tensors) return Unexpected(guest_error(std::move(tensors).error()));
    return give_all(*tensors);
  }
  // Takes the tensors.
  [[nodiscard]] Expected<std::vector<TensorHandle>, GuestError> give_all(std::span<engine::Tensor> tensors);

  // Ends the run: `return session.end(...)` from a host function.
  [[nodiscard]] Unexpected<sandbox::Trap> end(RunStatus status, ErrorCode code, std::string sentence);

  // ---- waiting ----

  // Returns once the guest's clock shows `when`, or as soon as stop_waiting is called.
  void sleep_until(std::uint64_t when);

  // The next batch; stop_waiting, from any thread, makes it answer `interrupted`, now and from then on.
  Result<std::optional<data::Batch>> wait_for(data::BatchStream& stream);
  void stop_waiting();
  // Requested by stop_waiting: for what reads datasets on the guest's thread.
  [[nodiscard]] std::stop_token reading_stop() const { return reading_.get_token(); }
  // Such a reading ended with `interrupted`.
  void reading_was_stopped() { wait_was_stopped_ = true; }
  // Whether a wait for a batch, or a reading, ended so.
  [[nodiscard]] bool wait_was_stopped() const { return wait_was_stopped_; }

  // ---- checkpoints (resume.cpp) ----

  [[nodiscard]] std::filesystem::path checkpoint_path(std::string_view name) const;
  // For a run that resumes another: opens its checkpoints and holds them, the data that they were made from and this
  // run against each other; counts on where the newest stood. To be called before the guest starts.
  // Errors: bad_data for what does not fit; io.
  Result<void> take_up_checkpoints();
  // What the next checkpoint says of this run. Reads those datasets to their end that the run has opened and not met
  // whole, for their digests. Errors: bad_data, io.
  Result<CheckpointRecord> checkpoint_record();
  // A checkpoint was saved under the name of an output.
  void count_checkpoint(std::string_view name);
  // What restore() takes from, by name.
  std::map<std::string, CheckpointFile, std::less<>> resumed;

  // ---- the report ----

  // Marks a grant as used. `digest` may be known only later.
  GrantUse& use_grant(GrantKind kind, std::string_view name);
  void note(std::string sentence);

  struct Ending {
    RunStatus status;
    ErrorCode code;
    std::string sentence;
  };
  [[nodiscard]] const std::optional<Ending>& ending() const { return ending_; }
  // The last error that the guest was given, unless it went on to do more than say farewell.
  [[nodiscard]] std::optional<Error> last_words() const;
  // Fills everything that the session knows. REQUIRES: report.status is set.
  void fill(RunReport& report);

  // For the run's deadline; REQUIRES: called before the guest starts.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  // A granted dataset, opened at most once a session. Errors: as data::open_dataset.
  Result<data::Dataset::Pointer> open_dataset(std::string_view name, const std::filesystem::path& path);
  // ---- CPU time: from any thread while the guest runs ----

  // Of all threads that work for the run, the backend's included.
  [[nodiscard]] Nanoseconds cpu_used() const;
  // Tells the engine what is left of it.
  void set_cpu_left(Nanoseconds left);

  // Image files that the run left out.
  SkippedFiles skipped;

  const RunRequest& request;
  RunObserver& observer;
  ModelStore& models;
  EgressMeter egress;
  OutputMeter writing;
  CpuMeter cpu;
  std::shared_ptr<DatasetMeter> reading;
  CallCounts calls;
  ImportLog imports;
  GuestClock clock;
  RandomStream random, insecure;  // behind the interfaces of wasi:random of these names
  PhaseClock phases{calls};

 private:
  GuestError refuse_egress(std::uint64_t bytes, std::string_view what);
  void finish_datasets(bool in_order);
  void fill_calls(RunReport& report);

  [[nodiscard]] RunIdentity identity() const;
  Result<void> check_same_run(const CheckpointRecord& record, const std::string& path);
  Result<void> check_same_data(const CheckpointRecord& record);

  std::span<const DeclaredGrant> declared_;
  RunPlace place_;
  std::uint64_t checkpoints_saved_ = 0;
  BackendSlot& slot_;
  std::uint64_t seed_;
  engine::GradMode grad_mode_ = engine::GradMode::grad;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool inside_ = false;
  engine::InstanceContext* before_ = nullptr;

  std::optional<Ending> ending_;
  std::optional<Error> last_error_;
  std::uint64_t calls_at_last_error_ = 0;
  std::vector<std::string> notes_;
  std::map<std::pair<GrantKind, std::string>, GrantUse> grants_;
  std::map<std::string, data::Dataset::Pointer, std::less<>> datasets_;

  std::mutex waiting_mutex_;
  std::condition_variable stop_;
  data::BatchStream* waiting_ = nullptr;
  bool stopped_ = false;
  std::stop_source reading_;
  bool wait_was_stopped_ = false;

  // In this order: tables hold tensors and streams, which need the context, which needs the backend.
  std::shared_ptr<engine::TensorBackend> backend_;
  std::unique_ptr<engine::InstanceContext> context_;
  std::atomic<engine::InstanceContext*> watched_context_{nullptr};  // context_, once it is there, for other threads

 public:
  sandbox::HandleQuota handles;
  Tables tables;
};

}  // namespace cloister::host
