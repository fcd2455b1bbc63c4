#include "transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "cloister/base/file.h"
#include "image_data.h"
#include "interrupt.h"
#include "process.h"
#include "transfer_boundary.h"
#include "transfer_checks.h"
#include "transfer_instructions.h"
#include "transfer_report.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_weights = std::uint64_t{1} << 30;

void announce(const std::string& what) { fmt::print(stderr, "{}\n", what); }

void announce_writing(std::uint64_t done, std::uint64_t total) {
  if (done == total || done % 1024 == 0) fmt::print(stderr, "writing images: {} of {}\n", done, total);
}

Result<TransferData> prepare_data(const Locations& locations, std::uint64_t train_images, std::uint64_t test_images) {
  const fs::path folder = locations.cache / "bench";
  CLOISTER_TRY(const fs::path mnist, locations.fetched("data/mnist"));
  CLOISTER_TRY(const fs::path train, prepare_images(mnist, folder, "train", train_images, announce_writing));
  CLOISTER_TRY(const fs::path test, prepare_images(mnist, folder, "t10k", test_images, announce_writing));
  CLOISTER_TRY(std::string weights, locations.fetched("data/efficientnet-lite0/efficientnet-lite0.safetensors"));
  return TransferData{train.string(), test.string(), std::move(weights)};
}

// Runs the programs of one experiment in turn.
class Alternation {
 public:
  Alternation(const Locations& locations, const TransferData& data, const Experiment& experiment, fs::path scratch)
      : locations_(locations), data_(data), experiment_(experiment), scratch_(std::move(scratch)) {}

  // One more round; every other one starts with the isolated program.
  Result<void> round(bool with_default_allocator, bool with_python) {
    const bool isolated_first = samples_.isolated.size() % 2 == 1;
    if (isolated_first) CLOISTER_CHECK(run_isolated());
    CLOISTER_CHECK(run_native(Allocator::remedied, samples_.native));
    if (!isolated_first) CLOISTER_CHECK(run_isolated());
    if (with_default_allocator) CLOISTER_CHECK(run_native(Allocator::as_it_comes, samples_.native_default));
    if (with_python) CLOISTER_CHECK(run_python());
    return {};
  }

  // Whether both programs' weights of the last round are the same bytes.
  Result<bool> weights_equal() const {
    CLOISTER_TRY(const auto native, read_file(native_weights().string(), largest_weights));
    CLOISTER_TRY(const auto isolated, read_file(isolated_weights().string(), largest_weights));
    return native == isolated;
  }

  [[nodiscard]] const TransferSamples& samples() const { return samples_; }

 private:
  fs::path native_weights() const { return scratch_ / "native.safetensors"; }
  fs::path isolated_weights() const { return scratch_ / "isolated.safetensors"; }

  void tell(const std::string& what, const Measured& measured) const {
    announce(fmt::format("{} {}: {} (pre-computation {}, training {})", backbone_name(experiment_.backbone), what,
                         duration(measured.total.wall), duration(measured.precompute.wall),
                         duration(measured.training.wall)));
  }

  Result<void> run_native(Allocator allocator, std::vector<Measured>& samples) {
    CLOISTER_TRY(const Command command, native_command(locations_, data_, experiment_, allocator, native_weights()));
    CLOISTER_TRY(const Finished finished, run_process(command));
    CLOISTER_TRY(samples.emplace_back(), parse_native(finished));
    tell(allocator == Allocator::remedied ? "native" : "native, malloc as it comes", samples.back());
    return {};
  }

  Result<void> run_isolated() {
    const fs::path directory = scratch_ / fmt::format("run-{}", samples_.isolated.size());
    CLOISTER_TRY(const Command command,
                 isolated_command(locations_, data_, experiment_, directory, isolated_weights()));
    CLOISTER_TRY(const Finished finished, run_process(command));
    CLOISTER_TRY(samples_.isolated.emplace_back(), parse_isolated(finished));
    tell("isolated", samples_.isolated.back());
    return {};
  }

  Result<void> run_python() {
    CLOISTER_TRY(const Command command, python_command(locations_, data_, experiment_));
    CLOISTER_TRY(const Finished finished, run_process(command));
    CLOISTER_TRY(samples_.python.emplace_back(), parse_native(finished));
    tell("python", samples_.python.back());
    return {};
  }

  const Locations& locations_;
  const TransferData& data_;
  const Experiment& experiment_;
  fs::path scratch_;
  TransferSamples samples_;
};

Result<void> measure(const Locations& locations, const TransferOptions& options, const TransferData& data,
                     const Experiment& experiment, Alternation& alternation, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    CLOISTER_CHECK(alternation.round(round < options.default_allocator_rounds, options.python));
    CLOISTER_TRY(const bool equal, alternation.weights_equal());
    report.figure(figure_prefix(experiment) + "weights_equal", equal ? 1 : 0);
    if (!equal) {
      report.note(fmt::format("{}: the final weights of native and isolated DIFFER; nothing else is claimed of them",
                              backbone_name(experiment.backbone)));
      return {};
    }
  }
  CLOISTER_CHECK(check_interrupted());
  CLOISTER_TRY(const Crossings boundary, measure_boundary(locations, data, experiment));
  std::optional<TransferInstructions> instructions;
  if (options.instructions) {
    CLOISTER_TRY(const TransferData few, prepare_data(locations, images_counted, options.test_images));
    CLOISTER_TRY(instructions, count_transfer(locations, few, experiment, announce));
  }
  report_transfer(report, experiment, alternation.samples(), boundary, instructions);
  return {};
}

Result<void> measure_backbone(const Locations& locations, const TransferOptions& options, const TransferData& data,
                              Backbone backbone, Report& report) {
  Experiment experiment;
  experiment.backbone = backbone;
  experiment.train_images = images_in(options.data_bytes);
  experiment.test_images = options.test_images;
  // pool takes microseconds an image: batches are larger, as whoever feeds such a network would have them.
  experiment.batch = backbone == Backbone::pool ? 128 : 32;
  experiment.train_batch = options.train_batch;
  experiment.epochs = options.epochs;
  experiment.threads = options.threads;

  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  Alternation alternation(locations, data, experiment, scratch.path());
  Result<void> ended = measure(locations, options, data, experiment, alternation, report);
  if (!ended) report_unfinished(report, experiment, alternation.samples());
  return ended;
}

}  // namespace

Result<void> run_transfer(const Locations& locations, const TransferOptions& options, Report& report) {
  report.options({{"data_bytes", options.data_bytes},
                  {"images", images_in(options.data_bytes)},
                  {"train_batch", options.train_batch},
                  {"epochs", options.epochs},
                  {"test_images", options.test_images},
                  {"threads", options.threads},
                  {"rounds", options.rounds}});
  if (images_in(options.data_bytes) == 0)
    return fail(ErrorCode::invalid_argument, fmt::format("--data of {} bytes holds no image: an image is {} bytes",
                                                         options.data_bytes, image_bytes));
  CLOISTER_CHECK(check_needs(locations, options));
  CLOISTER_TRY(const TransferData data, prepare_data(locations, images_in(options.data_bytes), options.test_images));
  for (const Backbone backbone : options.backbones)
    CLOISTER_CHECK(measure_backbone(locations, options, data, backbone, report));
  return {};
}

Result<std::uint64_t> parse_size(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const int shift = unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : -1;
  if (error != std::errc{} || shift < 0 || number > (std::uint64_t{1} << 40) >> shift)
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no size: write it as 64MiB or 1GiB", text));
  return number << shift;
}

}  // namespace cloister::bench
