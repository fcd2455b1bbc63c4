// What is known about a run when it has ended: the facts of run.json.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/hash.h"
#include "cloister/host/grants.h"
#include "cloister/host/limits.h"

namespace cloister::host {

enum class RunStatus : std::uint8_t {
  ok,           // `run` returned ok, or the workload exited with code 0
  failed,       // `run` returned an error, or the workload exited with another code
  trap,         // the guest was stopped for a bug of its own
  limit,        // a limit ended it
  interrupted,  // Host::interrupt
};
[[nodiscard]] std::string_view run_status_name(RunStatus status);

// What left the sandbox, by kind; see docs/egress.md.
enum class EgressKind : std::uint8_t { read, outcome, stdout_, metrics, output, exit };
inline constexpr std::size_t kEgressKinds = 6;
// "read", "outcome", "stdout", "metrics", "output", "exit".
[[nodiscard]] std::string_view egress_kind_name(EgressKind kind);

using Nanoseconds = std::chrono::nanoseconds;

// An image file that cannot be decoded, left out under RunRequest::skip_broken.
struct SkippedFile {
  std::string file;  // in the dataset: CLASS/NAME
  std::string why;   // a sentence
};

struct GrantUse {
  GrantKind kind = GrantKind::dataset;
  std::string name;
  std::filesystem::path path;
  bool used = false;                       // opened, or for an output: written
  std::optional<Digest> digest;            // of the contents; none unless it was used
  std::uint64_t bytes = 0;                 // outputs: size of the file written
  std::uint64_t checkpoints = 0;           // outputs: checkpoints saved under the name
  std::uint64_t skipped = 0;               // datasets: image files left out, each counted once
  std::vector<SkippedFile> skipped_files;  // the first hundred of them, as they were met
};

// A stretch of the run between two calls of `outputs.phase`.
struct PhaseTime {
  std::string name;
  std::optional<std::uint64_t> total;  // steps, as announced
  std::uint64_t done = 0;              // steps, as last reported
  std::uint64_t items = 0;             // samples a step, as last reported; 0: not said
  Nanoseconds wall{};
  Nanoseconds cpu{};        // of the thread that ran the guest
  std::uint64_t calls = 0;  // of host functions, the dropping of handles included
  Nanoseconds call_time{};  // inside them, when RunRequest::time_calls
};

struct CallCount {
  std::string_view function;  // "ops.add", "tensors.tensor.read", "wasi:cli/stdout.get-stdout"
  std::uint64_t calls = 0;
  Nanoseconds time{};  // inside the host, when RunRequest::time_calls; else 0
};

// A function in one of the stacks that a profile saw.
struct ProfileEntry {
  std::uint32_t depth = 0;  // 0: called by no other that was seen
  std::uint64_t ticks = 0;  // spent in itself
  bool host = false;        // a host function, named as in CallCount; otherwise the guest's own
  std::string function;     // at most about 256 characters, none of them a control character
  std::string line;         // "file:line" where most of its ticks were spent; empty where the component does not say
};

// Where the time went, by samples of the guest's stack.
struct Profile {
  Nanoseconds every{};                // of a tick
  std::vector<ProfileEntry> entries;  // callers before what they call, siblings by name; at most 65,536
};

// A fact from outside that the guest could learn: with the component these determine the run.
struct ImportFact {
  std::string kind;    // "argument", "seed", "dataset", "model", "pass", "checkpoint", "skip-broken"
  std::string name;    // of the grant, or the index of the argument
  std::string detail;  // the value, or the digest of the contents in hexadecimal
};

struct RunReport {
  RunStatus status = RunStatus::ok;
  ErrorCode code = ErrorCode::internal;  // why, unless status is ok
  // One sentence for a person, unless status is ok.
  std::string error;
  // Backtrace of a trap, with the guest's own names; may be empty.
  std::string backtrace;
  std::uint8_t exit_code = 0;  // what the workload asked for: 0 for ok, 1 for an error, or its own code
  // Sentences about things that did not end the run: an output granted and never written, a sample that does not
  // decode.
  std::vector<std::string> notes;

  Digest component;
  std::string engine;  // "torch 2.15.0"; empty when the run needed no tensors
  std::string device;  // "cpu", "cuda:0"
  int threads = 0;
  std::uint64_t seed = 0;
  std::vector<std::string> arguments;

  std::vector<GrantUse> grants;
  Limits limits;
  std::array<std::uint64_t, kLimitKinds.size()> used{};  // by LimitKind; peaks for memory, tensors and handles
  std::array<std::uint64_t, kEgressKinds> egress{};      // bytes, by EgressKind
  std::vector<CallCount> calls;                          // functions called at least once, by name
  std::vector<PhaseTime> phases;                         // in order; the first is "start", until the workload names one
  std::vector<ImportFact> imports;
  Digest imports_digest;

  Nanoseconds wall{};              // instantiation to the end of the guest, and the closing of outputs
  Nanoseconds cpu{};               // of the thread that ran the guest
  Nanoseconds process_cpu{};       // of all threads of the process meanwhile
  Nanoseconds instantiate{};       // making the instance
  Nanoseconds call_time{};         // inside host functions, when RunRequest::time_calls
  std::optional<Profile> profile;  // when RunRequest::profile_every

  [[nodiscard]] std::uint64_t egress_total() const;
};

}  // namespace cloister::host
