#include "transfer_programs.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace cloister::bench {
namespace {

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::uint64_t rounded_up_quotient(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

Seconds operator-(const Seconds& a, const Seconds& b) { return {a.wall - b.wall, a.cpu - b.cpu}; }

Measured measured(const Finished& finished, Seconds precompute, Seconds training) {
  Measured result;
  result.precompute = precompute;
  result.training = training;
  result.total = {finished.wall_seconds, finished.cpu_seconds};
  result.other = result.total - precompute - training;
  result.peak_mib = finished.peak_mib;
  return result;
}

}  // namespace

std::string backbone_name(Backbone backbone) { return backbone == Backbone::lite0 ? "lite0" : "pool"; }

std::uint64_t Experiment::steps() const {
  return train_batch == 0 ? epochs : epochs * rounded_up_quotient(train_images, train_batch);
}

std::uint64_t Experiment::batches() const {
  return rounded_up_quotient(train_images, batch) + rounded_up_quotient(test_images, batch);
}

std::vector<std::string> Experiment::arguments() const {
  return {"--backbone",    backbone_name(backbone),      "--batch",      std::to_string(batch),
          "--train-batch", std::to_string(train_batch),  "--epochs",     std::to_string(epochs),
          "--train-count", std::to_string(train_images), "--test-count", std::to_string(test_images)};
}

Result<Command> native_command(const Locations& locations, const TransferData& data, const Experiment& experiment,
                               Allocator allocator, const std::filesystem::path& weights_out) {
  CLOISTER_TRY(std::string program, locations.program("native_transfer"));
  Command command;
  command.arguments = {std::move(program),
                       "--train",
                       data.train,
                       "--test",
                       data.test,
                       "--weights",
                       data.weights,
                       "--out",
                       weights_out.string(),
                       "--seed",
                       "0",
                       "--threads",
                       std::to_string(experiment.threads)};
  append(command.arguments, experiment.arguments());
  if (allocator == Allocator::remedied) command.environment = {{"GLIBC_TUNABLES", allocator_remedy}};
  return command;
}

Result<Command> isolated_command(const Locations& locations, const TransferData& data, const Experiment& experiment,
                                 const std::filesystem::path& directory, const std::filesystem::path& weights_out) {
  CLOISTER_TRY(std::string program, locations.program("cloister"));
  CLOISTER_TRY(std::string component, locations.component("transfer"));
  Command command;
  command.arguments = {std::move(program),
                       "run",
                       std::move(component),
                       "--json",
                       "--grant",
                       "dataset:train=" + data.train,
                       "--grant",
                       "dataset:test=" + data.test,
                       "--grant",
                       "model:backbone=" + data.weights,
                       "--out",
                       "weights=" + weights_out.string(),
                       "--directory",
                       directory.string(),
                       "--seed",
                       "0",
                       "--threads",
                       std::to_string(experiment.threads),
                       "--limit",
                       "time=24h",
                       "--"};
  append(command.arguments, experiment.arguments());
  return command;
}

Result<Command> python_command(const Locations& locations, const TransferData& data, const Experiment& experiment) {
  CLOISTER_TRY(std::string script, locations.program("python_transfer.py"));
  const char* chosen = std::getenv("CLOISTER_PYTHON");
  Command command;
  command.arguments = {chosen != nullptr ? chosen : "python3",
                       std::move(script),
                       "--train",
                       data.train,
                       "--test",
                       data.test,
                       "--weights",
                       data.weights,
                       "--seed",
                       "0",
                       "--threads",
                       std::to_string(experiment.threads)};
  append(command.arguments, experiment.arguments());
  command.environment = {{"GLIBC_TUNABLES", allocator_remedy}};
  return command;
}

Result<Measured> parse_native(const Finished& finished) {
  const auto record = nlohmann::json::parse(finished.output, nullptr, false);
  if (!record.is_object()) return fail(ErrorCode::bad_data, "native_transfer did not print its times as JSON");
  try {
    Measured result = measured(finished, {record.at("pre_computation_s"), record.at("pre_computation_cpu_s")},
                               {record.at("training_s"), record.at("training_cpu_s")});
    result.test_accuracy = record.at("test_accuracy");
    return result;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::bad_data,
                fmt::format("native_transfer printed other times than were expected: {}", error.what()));
  }
}

Result<Measured> parse_isolated(const Finished& finished) {
  const auto record = nlohmann::json::parse(finished.output, nullptr, false);
  if (!record.is_object()) return fail(ErrorCode::bad_data, "`cloister run --json` did not print its record as JSON");
  try {
    Seconds precompute, training;
    for (const auto& phase : record.at("phases")) {
      const Seconds seconds{phase.at("seconds"), phase.at("cpu_seconds")};
      if (phase.at("name") == "pre-computation") precompute = seconds;
      if (phase.at("name") == "training") training = seconds;
    }
    Measured result = measured(finished, precompute, training);
    result.test_accuracy = record.at("metrics").at("test-accuracy").at("last");
    for (const auto& [function, calls] : record.at("calls").items()) result.calls += calls.get<std::uint64_t>();
    result.copied_bytes = record.at("egress").at("total");
    return result;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::bad_data,
                fmt::format("the run's record has another form than was expected: {}", error.what()));
  }
}

}  // namespace cloister::bench
