// Datasets that the operator of the host granted by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/ops.h"

namespace cloister {

struct BatchOptions {
  std::uint32_t size = 32;                         // samples in a batch; the last may be smaller
  std::optional<std::uint64_t> shuffle_seed = {};  // none: the order of the files
  std::uint64_t start = 0;                         // first sample, in the order after shuffling
  std::optional<std::uint64_t> count = {};         // none: all from start
  std::optional<Size2d> resize = {};               // none: images as they are, all of one size
  bool rgb = false;                                // grey images are repeated to three channels
};

// `inputs` is [n, ...]: images are uint8 [n, height, width, channels], grey ones without `rgb` [n, height, width].
// `labels` is int64 [n].
struct Batch {
  Tensor inputs, labels;
};

// A pass over a dataset: `for (auto& batch : batches)` gives each batch as an Expected<Batch>, in order, once. The host
// reads ahead. After an error the pass ends.
class Batches {
 public:
  explicit Batches(cloister_ml_datasets_own_batches_t own) : handle_(own) {}

  // The next batch; none at the end.
  Expected<std::optional<Batch>> next() {
    cloister_ml_datasets_option_batch_t batch;
    cloister_ml_datasets_error_t error;
    if (!cloister_ml_datasets_method_batches_next({handle_.get()}, &batch, &error)) {
      return std::unexpected(detail::take_error(error));
    }
    if (!batch.is_some) return std::nullopt;
    return Batch{Tensor(batch.val.inputs), Tensor(batch.val.labels)};
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

class Dataset {
 public:
  // Errors: not_granted, bad_data.
  static Expected<Dataset> open(std::string_view name) {
    auto own = attempt<cloister_ml_datasets_static_dataset_open>(name);
    if (!own) return std::unexpected(std::move(own).error());
    return Dataset(*own);
  }

  // Number of samples.
  [[nodiscard]] std::uint64_t size() const { return cloister_ml_datasets_method_dataset_len(self()); }
  // Names of the classes, in the order of their labels.
  [[nodiscard]] std::vector<std::string> classes() const {
    workload_list_string_t list;
    cloister_ml_datasets_method_dataset_classes(self(), &list);
    return detail::take_strings(list);
  }
  // Starts a pass. Errors: invalid_argument.
  [[nodiscard]] Expected<Batches> batches(const BatchOptions& options = {}) const {
    cloister_ml_datasets_batch_options_t raw{};
    raw.size = options.size;
    raw.shuffle_seed = {options.shuffle_seed.has_value(), options.shuffle_seed.value_or(0)};
    raw.start = options.start;
    raw.count = {options.count.has_value(), options.count.value_or(0)};
    if (options.resize) {
      const auto [height, width] = options.resize->sizes;
      raw.resize = {true, {static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width)}};
    }
    raw.rgb = options.rgb;
    auto own = attempt<cloister_ml_datasets_method_dataset_batches>(self(), &raw);
    if (!own) return std::unexpected(std::move(own).error());
    return Batches(*own);
  }

 private:
  explicit Dataset(cloister_ml_datasets_own_dataset_t own) : handle_(own) {}
  [[nodiscard]] cloister_ml_datasets_borrow_dataset_t self() const { return {handle_.get()}; }
  detail::UniqueHandle<cloister_ml_datasets_own_dataset_t, cloister_ml_datasets_dataset_drop_own> handle_;
};

}  // namespace cloister
