// `cloister bench`: options in, a table on standard output, a JSON file where it was asked for.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "bench.h"
#include "boundary.h"
#include "cloister/base/file.h"
#include "cloister/cli/run_directory.h"
#include "interrupt.h"
#include "live_instances.h"
#include "locations.h"
#include "operators.h"
#include "startup.h"
#include "transfer.h"
#include "transfer_report.h"
#include "workload.h"
#include "workload_report.h"

namespace cloister::cli {
namespace {

using bench::Locations;
using bench::Report;

// Where `--json` writes: nowhere when it is not given, to standard output when it has no file.
struct JsonOption {
  CLI::Option* option = nullptr;
  std::string file;

  void add_to(CLI::App& command) {
    option = command.add_option("--json", file, "Write every sample as JSON to FILE, or to standard output");
    option->type_name("[FILE]")->expected(0, 1);
  }
};

// A benchmark that found native and isolated weights different proves nothing.
bool proves_something(const Report& report, const bench::TransferOptions& options) {
  return std::all_of(options.backbones.begin(), options.backbones.end(), [&](bench::Backbone backbone) {
    bench::Experiment experiment;
    experiment.backbone = backbone;
    experiment.train_batch = options.train_batch;
    return report.figure(bench::figure_prefix(experiment) + "weights_equal") == 1;
  });
}

bool proves_something(const Report& report, const bench::WorkloadOptions& options) {
  return report.figure("workload." + options.name + ".weights_equal") == 1;
}

ExitCode publish(const Report& report, const JsonOption& json) {
  const bool is_asked = json.option->count() > 0;
  const bool to_output = is_asked && json.file.empty();
  // The table makes way for the JSON, so that standard output can be piped.
  fmt::print(to_output ? stderr : stdout, "{}", report.text());
  if (to_output) fmt::print("{}", report.json());
  if (is_asked && !to_output) {
    if (auto written = write_file(json.file, report.json()); !written) return cli::report(written.error());
  }
  return ExitCode::ok;
}

template <class Options>
ExitCode measure(const char* name, Result<void> (*run)(const Locations&, const Options&, Report&),
                 const Options& options, const JsonOption& json) {
  auto locations = Locations::find();
  if (!locations) return report(locations.error());
  if (!json.file.empty()) {
    if (auto writable = check_writable(json.file, "the file of --json"); !writable) return report(writable.error());
  }
  const bench::InterruptWatch watch;
  Report found(name);
  const Result<void> ended = run(*locations, options, found);
  if (!ended && found.is_empty()) return report(ended.error());
  if (!ended) found.note("NOT FINISHED: " + ended.error().message);
  const ExitCode published = publish(found, json);
  if (!ended) return report(ended.error());
  if constexpr (requires { proves_something(found, options); }) {
    if (published == ExitCode::ok && !proves_something(found, options)) return ExitCode::workload_failed;
  }
  return published;
}

struct TransferFlags {
  bench::TransferOptions options;
  std::string data = "64MiB";
  std::string backbone = "both";
  JsonOption json;
};

ExitCode run_transfer_flags(TransferFlags& flags) {
  auto bytes = bench::parse_size(flags.data);
  if (!bytes) return report_usage(bytes.error());
  flags.options.data_bytes = *bytes;
  if (flags.backbone == "lite0") flags.options.backbones = {bench::Backbone::lite0};
  if (flags.backbone == "pool") flags.options.backbones = {bench::Backbone::pool};
  return measure("transfer", bench::run_transfer, flags.options, flags.json);
}

void add_transfer(CLI::App& bench_command, Action& action) {
  auto flags = std::make_shared<TransferFlags>();
  CLI::App* command =
      bench_command.add_subcommand("transfer", "Transfer learning on real images, native and isolated in turn");
  command->add_option("--data", flags->data, "Bytes of images: 64MiB (default), 1GiB, 3GiB")->type_name("SIZE");
  command->add_option("--backbone", flags->backbone, "lite0 (arithmetic), pool (reading) or both (default)")
      ->check(CLI::IsMember({"lite0", "pool", "both"}))
      ->type_name("NAME");
  command->add_option("--batch", flags->options.train_batch, "Samples in a training step; 0 (default): all")
      ->type_name("N");
  command->add_option("--epochs", flags->options.epochs, "Passes of the training (default 1000)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  command->add_option("--rounds", flags->options.rounds, "Times that each program runs (default 5)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command->add_option("--threads", flags->options.threads, "Threads inside one operator (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->add_option("--test-images", flags->options.test_images, "Images to test on (default 256)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  command->add_flag("--python", flags->options.python, "Run the PyTorch script as well");
  command->add_flag("--instructions", flags->options.instructions,
                    "Count instructions with cachegrind as well: minutes, needs valgrind");
  flags->json.add_to(*command);
  command->footer("Example:\n  cloister bench transfer --data 64MiB --backbone pool --epochs 100 --json transfer.json");
  command->callback([flags, &action] { action = [flags] { return run_transfer_flags(*flags); }; });
}

void add_workload(CLI::App& bench_command, const std::vector<std::string>& guest_arguments, Action& action) {
  struct Flags {
    bench::WorkloadOptions options;
    JsonOption json;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      bench_command.add_subcommand("workload", "A workload and its native twin in turn; both get what follows --");
  std::vector<std::string> names;
  for (const bench::Twins& twins : bench::all_twins()) names.push_back(twins.name);
  command->add_option("NAME", flags->options.name, "The workload")->required()->check(CLI::IsMember(names));
  command->add_option("--rounds", flags->options.rounds, "Times that each program runs (default 3)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command->add_option("--threads", flags->options.threads, "Threads inside one operator (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->add_flag("--instructions", flags->options.instructions,
                    "Count instructions with cachegrind as well: minutes, needs valgrind");
  flags->json.add_to(*command);
  command->footer("Example:\n  cloister bench workload tiny-lm --rounds 1 --json tiny-lm.json -- --steps 200");
  command->callback([flags, &guest_arguments, &action] {
    flags->options.arguments = guest_arguments;
    action = [flags] { return measure("workload", bench::run_workload, flags->options, flags->json); };
  });
}

void add_boundary(CLI::App& bench_command, Action& action) {
  struct Flags {
    bench::BoundaryOptions options;
    JsonOption json;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = bench_command.add_subcommand("boundary", "What calls and bytes between guest and host cost");
  command->footer("Example:\n  cloister bench boundary --rounds 3 --json boundary.json");
  command->add_option("--rounds", flags->options.rounds, "Times that everything is measured (default 7)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  flags->json.add_to(*command);
  command->callback([flags, &action] {
    action = [flags] { return measure("boundary", bench::run_boundary, flags->options, flags->json); };
  });
}

void add_operators(CLI::App& bench_command, Action& action) {
  struct Flags {
    bench::OperatorsOptions options;
    JsonOption json;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = bench_command.add_subcommand(
      "operators", "What each operator costs a guest beside libtorch, on 1, 1,024 and 1,048,576 elements");
  command->footer("Example:\n  cloister bench operators add matmul --rounds 3 --json operators.json");
  command->add_option("NAME", flags->options.names, "Operators, as in docs/operator-list.md (default: all)");
  command->add_option("--rounds", flags->options.rounds, "Times that everything is measured (default 5)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command->add_option("--seconds", flags->options.seconds, "Of calls that make one sample (default 0.02)")
      ->check(CLI::Range(1e-4, 10.0))
      ->type_name("S");
  flags->json.add_to(*command);
  command->callback([flags, &action] {
    action = [flags] { return measure("operators", bench::run_operators, flags->options, flags->json); };
  });
}

void add_startup(CLI::App& bench_command, Action& action) {
  struct Flags {
    bench::StartupOptions options;
    JsonOption json;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = bench_command.add_subcommand("startup", "How long until guest code runs");
  command->footer("Example:\n  cloister bench startup --commands 10 --json startup.json");
  command->add_option("--instances", flags->options.instances, "Instances made one after another (default 2000)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  command->add_option("--bursts", flags->options.bursts, "Bursts of 100 instances (default 20)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  command->add_option("--commands", flags->options.commands, "Runs of the whole command (default 30)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  flags->json.add_to(*command);
  command->callback([flags, &action] {
    action = [flags] { return measure("startup", bench::run_startup, flags->options, flags->json); };
  });
}

void add_instances(CLI::App& bench_command, Action& action) {
  struct Flags {
    bench::InstancesOptions options;
    JsonOption json;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      bench_command.add_subcommand("instances", "What each of many live instances takes in memory, quotas held");
  command->footer("Example:\n  cloister bench instances --instances 1000 --json instances.json");
  command->add_option("--instances", flags->options.instances, "Instances alive at once (default 1000)")
      ->check(CLI::Range(2, 4096))
      ->type_name("N");
  flags->json.add_to(*command);
  command->callback([flags, &action] {
    action = [flags] { return measure("instances", bench::run_instances, flags->options, flags->json); };
  });
}

}  // namespace

void add_bench(CLI::App& app, const std::vector<std::string>& guest_arguments, Action& action) {
  CLI::App* command = app.add_subcommand("bench", "Measure Cloister against the same work without it");
  command->require_subcommand(1);
  command->footer("Examples:\n  cloister bench boundary\n  cloister bench startup\n  cloister bench transfer --help");
  add_transfer(*command, action);
  add_workload(*command, guest_arguments, action);
  add_boundary(*command, action);
  add_operators(*command, action);
  add_startup(*command, action);
  add_instances(*command, action);
}

}  // namespace cloister::cli
