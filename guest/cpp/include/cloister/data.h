// Datasets that the operator of the host granted by name. Reading, decoding, shuffling, sampling and augmentation
// happen on the host, ahead of the program and in bounded memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/ops.h"

namespace cloister {

// Random changes to images, in the order of the fields; drawn anew for each sample from `seed` and its place in the
// pass. What is left at its default changes nothing.
struct Augmentation {
  std::uint64_t seed = 0;
  // Least and most share of the area that is cut out and scaled to BatchOptions::resize, which must be given; as
  // torchvision's RandomResizedCrop.
  std::optional<std::pair<double, double>> random_resized_crop = {};
  std::uint32_t crop_padding = 0;  // pixels added on each side before a part of the old size is cut out
  double rotation = 0;             // most degrees in either direction
  double horizontal_flip = 0;      // probabilities
  double vertical_flip = 0;
  double brightness = 0;  // multiplied by a number in [1 - x, 1 + x]
  double contrast = 0;
  double saturation = 0;
};

struct BatchOptions {
  std::uint32_t size = 32;                         // samples in a batch; the last may be smaller
  std::optional<std::uint64_t> shuffle_seed = {};  // none: the dataset's order
  std::uint64_t start = 0;                         // first sample, in the order after shuffling
  std::optional<std::uint64_t> count = {};         // none: all from start
  std::optional<Size2d> resize = {};               // none: images as they are, all of one size
  bool rgb = false;                                // grey images are repeated to three channels
  bool drop_last = false;                          // leaves out a last batch that is smaller
  // The tensors of a batch by the names of their columns, such as {{"height", "weight"}, {"species"}}; empty: one a
  // column. Several columns of single numbers are put side by side as [n, columns]: int64 if all of them are whole
  // numbers, else float32.
  std::vector<std::vector<std::string>> columns = {};
  std::optional<Augmentation> augment = {};  // none: images as they are
};

// The tensors of some samples, [n, ...] each. Images are uint8 [n, height, width, channels], grey ones without `rgb`
// [n, height, width]; their labels int64 [n].
struct Batch {
  Tensor inputs, labels;        // the first two tensors; `labels` is undefined if there is one only
  std::vector<Tensor> tensors;  // all of them, in the order of BatchOptions::columns
};

// A pass over a dataset: `for (auto& batch : batches)` gives each batch as an Expected<Batch>, in order, once. The host
// reads ahead. After an error the pass ends.
class Batches {
 public:
  explicit Batches(cloister_ml_datasets_own_batches_t own) : handle_(own) {}

  // The next batch; none at the end.
  Expected<std::optional<Batch>> next() {
    auto list = attempt<cloister_ml_datasets_method_batches_next>(cloister_ml_datasets_borrow_batches_t{handle_.get()});
    if (!list) return std::unexpected(std::move(list).error());
    if (!list->is_some) return std::nullopt;
    Batch batch;
    for (const auto own : std::span(list->val.ptr, list->val.len)) batch.tensors.emplace_back(own);
    std::free(list->val.ptr);
    batch.inputs = batch.tensors[0];
    if (batch.tensors.size() > 1) batch.labels = batch.tensors[1];
    return batch;
  }

  class Iterator {
   public:
    explicit Iterator(Batches& batches) : batches_(batches) { ++*this; }
    Expected<Batch>& operator*() { return *current_; }
    Iterator& operator++() {
      if (current_ && !*current_) {
        current_.reset();
        return *this;
      }
      current_.reset();  // the host may reuse its memory for the next
      auto next = batches_.next();
      if (!next)
        current_.emplace(std::unexpected(std::move(next).error()));
      else if (*next)
        current_.emplace(*std::move(*next));
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !current_.has_value(); }

   private:
    Batches& batches_;
    std::optional<Expected<Batch>> current_;
  };
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  detail::UniqueHandle<cloister_ml_datasets_own_batches_t, cloister_ml_datasets_batches_drop_own> handle_;
};

namespace detail {
inline std::unexpected<Error> no_fraction() {
  return std::unexpected(Error{ErrorKind::invalid_argument, "the shares of a split are at least 0 and add up to 1"});
}
}  // namespace detail

// One thing that every sample has.
struct Column {
  std::string name;
  Dtype dtype = kFloat32;
  std::vector<std::int64_t> shape;   // of one sample; -1: differs between samples
  std::vector<std::string> classes;  // what the numbers 0, 1, ... stand for; empty: they are just numbers
};

// A granted dataset, or some of its samples in some order; the host copies none of them.
class Dataset {
 public:
  // Errors: not_granted, bad_data.
  static Expected<Dataset> open(std::string_view name) {
    return wrap(attempt<cloister_ml_datasets_static_dataset_open>(name));
  }

  // Number of samples.
  [[nodiscard]] std::uint64_t size() const { return cloister_ml_datasets_method_dataset_len(self()); }

  // What each sample has. Classes that are words of a file (CSV) count as egress. Errors: quota_exceeded.
  [[nodiscard]] Expected<std::vector<Column>> columns() const {
    auto list = attempt<cloister_ml_datasets_method_dataset_columns>(self());
    if (!list) return std::unexpected(std::move(list).error());
    std::vector<Column> columns;
    for (auto& raw : std::span(list->ptr, list->len)) {
      columns.push_back({detail::take_string(raw.name),
                         static_cast<Dtype>(raw.dtype),
                         {raw.shape.ptr, raw.shape.ptr + raw.shape.len},
                         detail::take_strings(raw.classes)});
      if (raw.shape.len > 0) std::free(raw.shape.ptr);
    }
    if (list->len > 0) std::free(list->ptr);
    return columns;
  }

  // Names of the classes of the label column, in the order of their labels: the column `label`, or else the last one
  // that has classes; none if no column has. A refusal to let them out is a trap: ask columns() to act on it.
  [[nodiscard]] std::vector<std::string> classes() const { return label_column().classes; }

  // The samples in a random order that depends on `seed` alone. Errors: quota_exceeded.
  [[nodiscard]] Expected<Dataset> shuffle(std::uint64_t seed) const {
    return wrap(attempt<cloister_ml_datasets_method_dataset_shuffle>(self(), seed));
  }
  // `count` samples from `start` on. Errors: invalid_argument beyond the end.
  [[nodiscard]] Expected<Dataset> narrow(std::uint64_t start, std::uint64_t count) const {
    return wrap(attempt<cloister_ml_datasets_method_dataset_narrow>(self(), start, count));
  }
  // The first `count` samples, or all there are.
  [[nodiscard]] Expected<Dataset> take(std::uint64_t count) const { return narrow(0, std::min(count, size())); }
  // What comes after them.
  [[nodiscard]] Expected<Dataset> skip(std::uint64_t count) const {
    const std::uint64_t left_out = std::min(count, size());
    return narrow(left_out, size() - left_out);
  }

  // Parts of these lengths, one after the other. Errors: invalid_argument unless they add up to size().
  [[nodiscard]] Expected<std::vector<Dataset>> split(std::span<const std::uint64_t> lengths) const {
    workload_list_u64_t raw{const_cast<std::uint64_t*>(lengths.data()), lengths.size()};
    auto list = attempt<cloister_ml_datasets_method_dataset_split>(self(), &raw);
    if (!list) return std::unexpected(std::move(list).error());
    std::vector<Dataset> parts;
    for (const auto own : std::span(list->ptr, list->len)) parts.push_back(Dataset(own));
    if (list->len > 0) std::free(list->ptr);
    return parts;
  }
  // Parts of these shares of the samples, which add up to 1; as torch.utils.data.random_split, each is rounded down and
  // the samples left over go one each to the first parts. `shuffle` first for a random split. Errors: invalid_argument.
  [[nodiscard]] Expected<std::vector<Dataset>> split_fractions(std::span<const double> fractions) const {
    const std::uint64_t all = size();
    std::vector<std::uint64_t> lengths;
    std::uint64_t given = 0;
    double sum = 0;
    for (const double fraction : fractions) {
      if (!(fraction >= 0 && fraction <= 1)) return detail::no_fraction();
      sum += fraction;
      lengths.push_back(static_cast<std::uint64_t>(std::floor(static_cast<double>(all) * fraction)));
      given += lengths.back();
    }
    if (!(std::abs(sum - 1) < 1e-9) || given > all) return detail::no_fraction();
    for (std::size_t i = 0; given < all; i = (i + 1) % lengths.size(), ++given) ++lengths[i];
    return split(lengths);
  }

  // `count` samples drawn with replacement, each with a probability that is proportional to its weight.
  // Errors: invalid_argument for weights that are negative, not finite, all zero, or not one a sample.
  [[nodiscard]] Expected<Dataset> sample(std::span<const double> weights, std::uint64_t count,
                                         std::uint64_t seed) const {
    cloister_ml_datasets_sample_weights_t raw{};
    raw.tag = CLOISTER_ML_DATASETS_SAMPLE_WEIGHTS_SAMPLES;
    raw.val.samples = {const_cast<double*>(weights.data()), weights.size()};
    return wrap(attempt<cloister_ml_datasets_method_dataset_sample>(self(), &raw, std::string_view(), count, seed));
  }
  // The same by class: a weight a class of `column`, shared evenly by its samples; a 1 for each draws all classes
  // equally often. An empty name is the label column, as classes() has it. Errors: as sample.
  [[nodiscard]] Expected<Dataset> sample_classes(std::span<const double> weights, std::uint64_t count,
                                                 std::uint64_t seed, std::string_view column = {}) const {
    const std::string name = column.empty() ? label_column().name : std::string(column);
    cloister_ml_datasets_sample_weights_t raw{};
    raw.tag = CLOISTER_ML_DATASETS_SAMPLE_WEIGHTS_CLASSES;
    raw.val.classes = {const_cast<double*>(weights.data()), weights.size()};
    return wrap(attempt<cloister_ml_datasets_method_dataset_sample>(self(), &raw, std::string_view(name), count, seed));
  }

  // Sequences: sample i is the `length` samples from i * stride on, put together along a new first dimension.
  // Errors: invalid_argument, such as for fewer than `length` samples; unsupported for images.
  [[nodiscard]] Expected<Dataset> windows(std::uint64_t length, std::uint64_t stride = 1) const {
    return wrap(attempt<cloister_ml_datasets_method_dataset_windows>(self(), length, stride));
  }

  // Starts a pass. Errors: invalid_argument.
  [[nodiscard]] Expected<Batches> batches(const BatchOptions& options = {}) const {
    std::vector<std::vector<workload_string_t>> names;
    std::vector<workload_list_string_t> groups;
    for (const auto& group : options.columns) {
      auto& list = names.emplace_back();
      for (const std::string& name : group) list.push_back(detail::string_of(name));
    }
    for (auto& list : names) groups.push_back({list.data(), list.size()});
    cloister_ml_datasets_batch_options_t raw{};
    raw.size = options.size;
    raw.drop_last = options.drop_last;
    raw.shuffle_seed = {options.shuffle_seed.has_value(), options.shuffle_seed.value_or(0)};
    raw.start = options.start;
    raw.count = {options.count.has_value(), options.count.value_or(0)};
    raw.columns = {groups.data(), groups.size()};
    if (options.resize) {
      const auto [height, width] = options.resize->sizes;
      raw.resize = {true, {static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width)}};
    }
    raw.rgb = options.rgb;
    if (options.augment) raw.augment = {true, lowered(*options.augment)};
    auto own = attempt<cloister_ml_datasets_method_dataset_batches>(self(), &raw);
    if (!own) return std::unexpected(std::move(own).error());
    return Batches(*own);
  }

 private:
  explicit Dataset(cloister_ml_datasets_own_dataset_t own) : handle_(own) {}
  static Expected<Dataset> wrap(Expected<cloister_ml_datasets_own_dataset_t> own) {
    if (!own) return std::unexpected(std::move(own).error());
    return Dataset(*own);
  }
  [[nodiscard]] cloister_ml_datasets_borrow_dataset_t self() const { return {handle_.get()}; }

  [[nodiscard]] Column label_column() const {
    auto all = columns();
    if (!all) fatal(all.error().message);
    const auto is_label = [](const Column& column) { return column.name == "label"; };
    const auto has_classes = [](const Column& column) { return !column.classes.empty(); };
    if (const auto named = std::find_if(all->begin(), all->end(), is_label); named != all->end()) return *named;
    const auto last = std::find_if(all->rbegin(), all->rend(), has_classes);
    return last == all->rend() ? Column{} : *last;
  }

  static cloister_ml_datasets_augmentation_t lowered(const Augmentation& from) {
    cloister_ml_datasets_augmentation_t raw{};
    raw.seed = from.seed;
    if (from.random_resized_crop) {
      raw.random_resized_crop = {true, {from.random_resized_crop->first, from.random_resized_crop->second}};
    }
    raw.crop_padding = from.crop_padding;
    raw.rotation = from.rotation;
    raw.horizontal_flip = from.horizontal_flip;
    raw.vertical_flip = from.vertical_flip;
    raw.brightness = from.brightness;
    raw.contrast = from.contrast;
    raw.saturation = from.saturation;
    return raw;
  }

  detail::UniqueHandle<cloister_ml_datasets_own_dataset_t, cloister_ml_datasets_dataset_drop_own> handle_;
};

}  // namespace cloister
