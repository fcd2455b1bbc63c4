#include "workload_programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

std::vector<Twins> make_twins() {
  using enum host::GrantKind;
  std::vector<Twins> all;
  all.push_back({.name = "tiny-lm",
                 .native = "native_tiny_lm",
                 .inputs = {{dataset, "text", "--text", "data/shakespeare/shakespeare.txt"}},
                 .other_outputs = {"sample"},
                 .bar = 0.03,
                 .few = {"--steps", "2", "--sample", "1", "--test-windows", "1"},
                 .more = {"--steps", "6", "--sample", "2", "--test-windows", "1"}});
  all.push_back({.name = "mnist-cnn",
                 .native = "native_mnist_cnn",
                 .inputs = {{dataset, "train", "--train", "data/mnist/train-images-idx3-ubyte"},
                            {dataset, "test", "--test", "data/mnist/t10k-images-idx3-ubyte"}},
                 .other_outputs = {},
                 .bar = 0.01,
                 .few = {"--epochs", "1", "--train-count", "256", "--test-count", "128"},
                 .more = {"--epochs", "1", "--train-count", "768", "--test-count", "128"}});
  all.push_back({.name = "photos",
                 .native = "native_photos",
                 .inputs = {{dataset, "train", "--train", "data/photos/train"},
                            {dataset, "test", "--test", "data/photos/test"},
                            {model, "backbone", "--weights", "data/efficientnet-lite0/efficientnet-lite0.safetensors"}},
                 .other_outputs = {},
                 .bar = 0.01,
                 // In batches of 8 images, which overstates what isolation adds to one of 16 twofold.
                 .few = {"--count", "8", "--batch", "8", "--passes", "1", "--epochs", "5"},
                 .more = {"--count", "16", "--batch", "8", "--passes", "1", "--epochs", "9"}});
  return all;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

const std::vector<Twins>& all_twins() {
  static const std::vector<Twins> all = make_twins();
  return all;
}

Result<const Twins*> find_twins(std::string_view name) {
  const auto found = std::ranges::find(all_twins(), name, &Twins::name);
  if (found != all_twins().end()) return &*found;
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("there is no workload '{}' with a native twin; tiny-lm, mnist-cnn and photos have one", name));
}

Result<Command> native_command(const Locations& locations, const TwinRun& run, const fs::path& weights_out) {
  Command command;
  CLOISTER_TRY(std::string program, locations.program(run.twins->native));
  command.arguments.push_back(std::move(program));
  for (const TwinInput& input : run.twins->inputs) {
    CLOISTER_TRY(const std::string path, locations.fetched(input.path));
    append(command.arguments, {input.option, path});
  }
  append(command.arguments, {"--out", weights_out.string(), "--seed", "0", "--threads", std::to_string(run.threads)});
  append(command.arguments, run.arguments);
  command.environment = {{"GLIBC_TUNABLES", allocator_remedy}};
  return command;
}

Result<Command> isolated_command(const Locations& locations, const TwinRun& run, const fs::path& directory,
                                 const fs::path& weights_out) {
  CLOISTER_TRY(const std::string program, locations.program("cloister"));
  CLOISTER_TRY(const std::string component, locations.component(run.twins->name));
  Command command{.arguments = {program, "run", component, "--json"}};
  for (const TwinInput& input : run.twins->inputs) {
    CLOISTER_TRY(const std::string path, locations.fetched(input.path));
    append(command.arguments,
           {"--grant", fmt::format("{}:{}={}", host::grant_kind_name(input.kind), input.grant, path)});
  }
  append(command.arguments, {"--out", "weights=" + weights_out.string()});
  for (const std::string& name : run.twins->other_outputs)
    append(command.arguments, {"--out", fmt::format("{}={}", name, (weights_out.parent_path() / name).string())});
  append(command.arguments, {"--directory", directory.string(), "--seed", "0", "--threads", std::to_string(run.threads),
                             "--limit", "time=24h", "--"});
  append(command.arguments, run.arguments);
  return command;
}

Result<host::RunRequest> isolated_request(const Locations& locations, const TwinRun& run, const fs::path& scratch) {
  host::RunRequest request;
  request.arguments = run.arguments;
  for (const TwinInput& input : run.twins->inputs) {
    CLOISTER_TRY(const std::string path, locations.fetched(input.path));
    CLOISTER_CHECK(host::add_grant(request.grants, input.kind, input.grant, path));
  }
  CLOISTER_CHECK(
      host::add_grant(request.grants, host::GrantKind::output, "weights", scratch / "crossings.safetensors"));
  for (const std::string& name : run.twins->other_outputs)
    CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::output, name, scratch / ("crossings-" + name)));
  return request;
}

Result<TwinMeasured> parse_measured(const Finished& finished) {
  const auto record = nlohmann::json::parse(finished.output, nullptr, false);
  if (!record.is_object()) return fail(ErrorCode::bad_data, "a program did not print its record as JSON");
  try {
    TwinMeasured measured{
        .phase_seconds = {}, .wall = finished.wall_seconds, .cpu = finished.cpu_seconds, .metrics = {}};
    for (const auto& phase : record.at("phases"))
      measured.phase_seconds[phase.at("name")] += phase.at("seconds").get<double>();
    for (const auto& [name, series] : record.at("metrics").items())
      if (series.at("last").is_number()) measured.metrics[name] = series.at("last");
    if (record.contains("calls")) {
      for (const auto& [function, calls] : record.at("calls").items()) measured.calls += calls.get<double>();
      measured.copied_bytes = record.at("egress").at("total");
    }
    return measured;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::bad_data,
                fmt::format("a program's record has another form than was expected: {}", error.what()));
  }
}

}  // namespace cloister::bench
