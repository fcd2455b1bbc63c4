#include "transfer_instructions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace cloister::bench {
namespace {

class Counter {
 public:
  Counter(const Locations& locations, const TransferData& data, Announce announce, std::filesystem::path scratch)
      : locations_(locations), data_(data), scratch_(std::move(scratch)), counter_(announce, scratch_) {}

  Result<InstructionCounts> count(const Experiment& experiment) {
    const std::string size = fmt::format("{} images of {}, {} steps", experiment.train_images,
                                         backbone_name(experiment.backbone), experiment.steps());
    CLOISTER_TRY(const Command native, native_command(locations_, data_, experiment, Allocator::remedied, weights()));
    CLOISTER_TRY(Command isolated, isolated_command(locations_, data_, experiment, scratch_ / "run", weights()));
    CLOISTER_TRY(const InstructionCounts counts, counter_.count(size, native, std::move(isolated)));
    runs_.push_back({experiment, counts});
    return counts;
  }

  std::vector<TransferInstructions::Run> runs() && { return std::move(runs_); }

 private:
  std::filesystem::path weights() const { return scratch_ / "weights.safetensors"; }

  const Locations& locations_;
  const TransferData& data_;
  std::filesystem::path scratch_;
  PairedCounter counter_;
  std::vector<TransferInstructions::Run> runs_;
};

// Per image, from two sizes whose training is one epoch each.
Result<InstructionCounts> count_images(Counter& counter, Experiment small, std::uint64_t more_images) {
  Experiment large = small;
  large.train_images += more_images;
  CLOISTER_TRY(const InstructionCounts at_small, counter.count(small));
  CLOISTER_TRY(const InstructionCounts at_large, counter.count(large));
  return (at_large - at_small) / static_cast<double>(more_images);
}

// Per training step.
Result<InstructionCounts> count_steps(Counter& counter, Experiment few) {
  Experiment many = few;
  many.epochs = few.epochs + 100;
  CLOISTER_TRY(const InstructionCounts at_few, counter.count(few));
  CLOISTER_TRY(const InstructionCounts at_many, counter.count(many));
  return (at_many - at_few) / static_cast<double>(many.steps() - few.steps());
}

// The step at the experiment's number of images, by the line through two numbers of images.
Result<InstructionCounts> count_full_batch_steps(Counter& counter, Experiment small, std::uint64_t images) {
  Experiment large = small;
  large.train_images *= 2;
  CLOISTER_TRY(const InstructionCounts at_small, count_steps(counter, small));
  CLOISTER_TRY(const InstructionCounts at_large, count_steps(counter, large));
  const double native_an_image = (at_large.native - at_small.native) / static_cast<double>(small.train_images);
  const double added = ((at_small.isolated - at_small.native) + (at_large.isolated - at_large.native)) / 2;
  const double native =
      at_large.native + native_an_image * (static_cast<double>(images) - static_cast<double>(large.train_images));
  return InstructionCounts{native, native + added};
}

}  // namespace

Result<TransferInstructions> count_transfer(const Locations& locations, const TransferData& data,
                                            const Experiment& experiment, Announce announce) {
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  Counter counter(locations, data, announce, scratch.path());
  TransferInstructions found;

  Experiment images = experiment;
  images.threads = 1;
  images.epochs = 1;
  images.train_batch = 0;
  const bool is_slow = experiment.backbone == Backbone::lite0;
  images.batch = is_slow ? 8 : experiment.batch;
  images.train_images = images.batch;
  images.test_images = images.batch;
  CLOISTER_TRY(found.image, count_images(counter, images, is_slow ? images.batch : images_counted - images.batch));

  Experiment steps = experiment;
  steps.threads = 1;
  steps.backbone = Backbone::pool;
  steps.batch = 32;
  steps.test_images = 32;
  steps.epochs = 5;
  steps.train_images = experiment.train_batch == 0 ? 128 : std::min(4 * experiment.train_batch, images_counted);
  if (experiment.train_batch == 0) {
    CLOISTER_TRY(found.step, count_full_batch_steps(counter, steps, experiment.train_images));
  } else {
    CLOISTER_TRY(found.step, count_steps(counter, steps));
  }
  found.runs = std::move(counter).runs();
  return found;
}

}  // namespace cloister::bench
