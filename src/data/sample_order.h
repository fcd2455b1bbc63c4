// Which stored samples a dataset has, in what order: parts and windows of each other, resolved when they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cloister/base/result.h"
#include "cloister/data/buffer.h"
#include "stored_dataset.h"

namespace cloister::data {

// Levels, each a selection of what lies under it: the stored samples, or windows of the level below. A level has one
// index at most, whatever was selected from what: narrowing moves its ends, a new order replaces it.
// Thread safety: immutable; assigning aside.
class SampleOrder {
 public:
  explicit SampleOrder(std::uint64_t stored_samples) : levels_{Level{1, 1, {nullptr, 0, stored_samples}}} {}

  [[nodiscard]] std::uint64_t size() const { return levels_.back().selection.count; }
  // Lengths of the windows inside each other, the outermost first.
  [[nodiscard]] std::vector<std::int64_t> window_lengths() const;
  // Place of sample `i` among all that lie under the last level.
  // REQUIRES: i < size(). Below kMaxIndexed if the level has an index or is_indexable().
  [[nodiscard]] std::uint64_t underlying(std::uint64_t i) const { return levels_.back().selection.at(i); }
  // Whether the places under the last level fit into an index.
  [[nodiscard]] bool is_indexable() const;

  // REQUIRES: start + count <= size().
  [[nodiscard]] SampleOrder narrow(std::uint64_t start, std::uint64_t count) const;
  // REQUIRES: indices are 32-bit places under the last level.
  [[nodiscard]] SampleOrder indexed(Buffer indices) const;
  // REQUIRES: length >= 1, stride >= 1, length <= size().
  [[nodiscard]] SampleOrder windows(std::uint64_t length, std::uint64_t stride) const;

  // Calls sink for the stored samples that samples first .. first+count-1 consist of, in order and in runs as long as
  // they come; ends with its first error. REQUIRES: first + count <= size().
  using Sink = std::function<Result<void>(const Run& run)>;
  Result<void> visit(std::uint64_t first, std::uint64_t count, const Sink& sink) const;

 private:
  struct Selection {
    std::shared_ptr<const Buffer> indices;  // of 32 bits; none: places themselves
    std::uint64_t start = 0;
    std::uint64_t count = 0;
    [[nodiscard]] std::uint64_t at(std::uint64_t i) const {
      if (indices == nullptr) return start + i;
      return reinterpret_cast<const std::uint32_t*>(indices->data())[start + i];
    }
  };
  struct Level {
    std::uint64_t length = 1;  // of the windows of the level below; unused in the lowest level
    std::uint64_t stride = 1;
    Selection selection;
  };

  Result<void> visit_level(std::size_t level, std::uint64_t first, std::uint64_t count, const Sink& sink) const;
  Result<void> visit_under(std::size_t level, std::uint64_t first, std::uint64_t count, const Sink& sink) const;

  std::vector<Level> levels_;  // the lowest first
};

}  // namespace cloister::data
