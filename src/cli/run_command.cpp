// `cloister run`: from flags and job file to a finished run directory.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "cloister/cli/command.h"
#include "cloister/cli/job.h"
#include "cloister/cli/run_directory.h"
#include "cloister/cli/run_plan.h"
#include "cloister/cli/run_session.h"
#include "cloister/walls/walls.h"

namespace cloister::cli {
namespace {

constexpr const char* kExample = R"(Examples:
  cloister run transfer.wasm --grant dataset:train=mnist/train-images-idx3-ubyte \
    --grant dataset:test=mnist/t10k-images-idx3-ubyte --grant model:backbone=efficientnet-lite0.safetensors \
    --out weights --limit time=2h --limit tensors=4GiB --limit egress=1MiB -- --epochs 10
  cloister run job.toml --seed 2 --json
  cloister run --resume runs/transfer-1
  cloister run job.toml --profile --trace
  cloister run transfer.wasm -- --help

Limits: memory and tensors are sizes (512MiB, 4GiB), so is egress (64KiB); time is 250ms, 30s, 5m or 2h; handles is a
number.

COMPONENT is a WebAssembly component of the world cloister:ml/workload, or a job file that ends in .toml and whose
fields these flags override. The run leaves a folder with outputs, metrics.jsonl, plots and run.json.)";

struct Flags {
  std::string target, resume;
  std::vector<std::string> grants, outputs, limits, denials;
  std::optional<std::string> seed, threads;
  Job job;
  bool json = false, trace = false, profile = false;
  std::string guest_cpu;
};

Result<Job> job_of(const Flags& flags, const std::vector<std::string>& guest_arguments) {
  Job job = flags.job;
  for (const std::string& text : flags.grants) CLOISTER_CHECK(add_grant(job, text));
  for (const std::string& text : flags.outputs) CLOISTER_CHECK(add_output(job, text));
  for (const std::string& text : flags.limits) CLOISTER_CHECK(add_limit(job, text));
  for (const std::string& text : flags.denials) CLOISTER_CHECK(add_denial(job, text));
  if (flags.seed) CLOISTER_CHECK(set_seed(job, *flags.seed));
  if (flags.threads) CLOISTER_CHECK(set_threads(job, *flags.threads));
  if (!guest_arguments.empty()) job.arguments = guest_arguments;
  if (!is_job_file(flags.target)) {
    job.component = flags.target;
    return job;
  }
  CLOISTER_CHECK(check_exists(flags.target, "the job file"));
  CLOISTER_TRY(Job file, read_job_file(flags.target));
  return merge(std::move(file), std::move(job));
}

Result<void> check_guest_cpu(const std::string& name) {
  constexpr std::array<std::string_view, 4> kKnown{"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  if (name.empty() || std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("--guest-cpu knows no processor '{}'; choose {}", name, fmt::join(kKnown, ", ")));
}

// A run goes on as it was started; only what bounds it may be changed.
Result<void> check_resume_flags(const Flags& flags, const std::vector<std::string>& guest_arguments) {
  const Job& job = flags.job;
  const std::pair<std::string_view, bool> given[] = {{"COMPONENT", !flags.target.empty()},
                                                     {"--grant", !flags.grants.empty()},
                                                     {"--out", !flags.outputs.empty()},
                                                     {"--deny", !flags.denials.empty()},
                                                     {"--skip-broken", job.skip_broken},
                                                     {"--device", job.device.has_value()},
                                                     {"--backend", job.backend.has_value()},
                                                     {"--seed", flags.seed.has_value()},
                                                     {"--threads", flags.threads.has_value()},
                                                     {"--directory", job.directory.has_value()},
                                                     {"the arguments after --", !guest_arguments.empty()}};
  for (const auto& [name, is_given] : given) {
    if (!is_given) continue;
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("--resume takes what to run from the run's folder, where {} would change the results; leave "
                    "{} out (--limit and --isolate may be given)",
                    name, name));
  }
  return {};
}

ExitCode resume(const Flags& flags, const std::vector<std::string>& guest_arguments) {
  if (auto checked = check_resume_flags(flags, guest_arguments); !checked) return report_usage(checked.error());
  Job limits;
  limits.isolate = flags.job.isolate;
  for (const std::string& text : flags.limits) {
    if (auto added = add_limit(limits, text); !added) return report_usage(added.error());
  }
  if (auto checked = check_guest_cpu(flags.guest_cpu); !checked) return report_usage(checked.error());
  auto directory = RunDirectory::reopen(flags.resume);
  if (!directory) return report(directory.error());
  auto job = read_recorded_job(directory->path("job.toml").string());
  if (!job) return report(job.error());
  auto plan = plan_run(merge(*std::move(job), std::move(limits)));
  if (!plan) return report(plan.error());
  plan->directory = flags.resume;
  plan->host.guest_cpu = flags.guest_cpu;
  plan->trace = flags.trace;
  plan->profile = flags.profile;
  if (auto checked = check_files(*plan); !checked) return report(checked.error());
  auto code = run_to_end(*plan, flags.json, *std::move(directory));
  return code ? *code : report(code.error());
}

ExitCode run(const Flags& flags, const std::vector<std::string>& guest_arguments) {
  walls::close_inherited_descriptors();
  if (!flags.resume.empty()) return resume(flags, guest_arguments);
  if (flags.target.empty()) {
    return report_usage({ErrorCode::invalid_argument, "COMPONENT is required, or --resume with the folder of a run"});
  }
  auto job = job_of(flags, guest_arguments);
  if (!job) return report_usage(job.error());
  auto plan = plan_run(*job);
  if (!plan) return report_usage(plan.error());
  if (auto checked = check_guest_cpu(flags.guest_cpu); !checked) return report_usage(checked.error());
  plan->host.guest_cpu = flags.guest_cpu;
  plan->trace = flags.trace;
  plan->profile = flags.profile;
  if (auto checked = check_files(*plan); !checked) return report(checked.error());
  auto code = run_to_end(*plan, flags.json);
  return code ? *code : report(code.error());
}

}  // namespace

void add_run(CLI::App& app, const std::vector<std::string>& guest_arguments, Action& action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("run", "Run a workload inside the sandbox; what follows -- are its arguments");
  command->add_option("COMPONENT", flags->target, "Component, or job file (.toml)");
  command->add_option("--resume", flags->resume, "Go on with the run that was interrupted in DIR")->type_name("DIR");
  const auto many = [&](const char* name, std::vector<std::string>& to, const char* form, const char* help) {
    command->add_option(name, to, help)->type_name(form)->type_size(1)->allow_extra_args(false);
  };
  many("--grant", flags->grants, "KIND:NAME=PATH", "Let the workload open a dataset or model under NAME; repeatable");
  many("--out", flags->outputs, "NAME[=PATH]", "Let it write the output NAME, to PATH or into the folder; repeatable");
  many("--limit", flags->limits, "KIND=VALUE",
       "Limit what it may use (docs/limits.md): time=5m, cpu=1h, tensors=4GiB; repeatable");
  many("--deny", flags->denials, "WHAT", "Refuse content-dependent operators: --deny content-dependent");
  command->add_flag("--skip-broken", flags->job.skip_broken,
                    "Leave image files out that cannot be decoded; they are counted and named");
  command->add_option("--device", flags->job.device, "Where tensors live: cpu (default), cuda or cuda:N")
      ->type_name("DEVICE");
  command->add_option("--backend", flags->job.backend, "What computes: torch (default) or stub")->type_name("NAME");
  command->add_option("--isolate", flags->job.isolate, "process: run in a process of its own, with its own limits")
      ->type_name("process");
  command->add_option("--seed", flags->seed, "Seed of all randomness that the workload sees (default 0)")
      ->type_name("N");
  command->add_option("--threads", flags->threads, "Threads inside one operator (default: all processors)")
      ->type_name("N");
  command->add_option("--directory", flags->job.directory, "Folder that the run leaves (default: runs/NAME-N, fresh)")
      ->type_name("DIR");
  command->add_flag("--trace", flags->trace,
                    "Write every call of the host, with shapes and times, to trace.json in the folder");
  command->add_flag("--profile", flags->profile,
                    "Time per operator and guest function, as tables, profile.json and profile.svg");
  command->add_flag("--json", flags->json,
                    "Print run.json on standard output; the guest's output goes to standard error");
  // Hidden: for counting instructions under valgrind (docs/performance.md).
  command->add_option("--guest-cpu", flags->guest_cpu, "Processor to compile the component for")->group("");
  command->footer(kExample);
  command->callback([flags, &guest_arguments, &action] {
    action = [flags, &guest_arguments] { return run(*flags, guest_arguments); };
  });
}

}  // namespace cloister::cli
