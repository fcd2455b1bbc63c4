#include "sample_order.h"

namespace cloister::data {

std::vector<std::int64_t> SampleOrder::window_lengths() const {
  std::vector<std::int64_t> lengths;
  for (std::size_t level = levels_.size(); level-- > 1;) {
    lengths.push_back(static_cast<std::int64_t>(levels_[level].length));
  }
  return lengths;
}

bool SampleOrder::is_indexable() const {
  const Selection& selection = levels_.back().selection;
  return selection.indices != nullptr || selection.start + selection.count <= Dataset::kMaxIndexed;
}

SampleOrder SampleOrder::narrow(std::uint64_t start, std::uint64_t count) const {
  SampleOrder part = *this;
  part.levels_.back().selection.start += start;
  part.levels_.back().selection.count = count;
  return part;
}

SampleOrder SampleOrder::indexed(Buffer indices) const {
  SampleOrder other = *this;
  const std::uint64_t count = indices.size() / sizeof(std::uint32_t);
  other.levels_.back().selection = {std::make_shared<const Buffer>(std::move(indices)), 0, count};
  return other;
}

SampleOrder SampleOrder::windows(std::uint64_t length, std::uint64_t stride) const {
  SampleOrder sequences = *this;
  const std::uint64_t count = (size() - length) / stride + 1;
  sequences.levels_.push_back({length, stride, {.indices = nullptr, .start = 0, .count = count}});
  return sequences;
}

Result<void> SampleOrder::visit(std::uint64_t first, std::uint64_t count, const Sink& sink) const {
  return visit_level(levels_.size() - 1, first, count, sink);
}

// Samples first .. first+count-1 of a level.
Result<void> SampleOrder::visit_level(std::size_t level, std::uint64_t first, std::uint64_t count,
                                      const Sink& sink) const {
  const Selection& selection = levels_[level].selection;
  if (selection.indices == nullptr) return visit_under(level, selection.start + first, count, sink);
  for (std::uint64_t i = 0; i < count; ++i) {
    CLOISTER_CHECK(visit_under(level, selection.at(first + i), 1, sink));
  }
  return {};
}

// Places first .. first+count-1 of what lies under a level.
Result<void> SampleOrder::visit_under(std::size_t level, std::uint64_t first, std::uint64_t count,
                                      const Sink& sink) const {
  if (level == 0) return sink({first, count});
  const auto& [length, stride, selection] = levels_[level];
  if (length == stride) return visit_level(level - 1, first * stride, count * length, sink);
  for (std::uint64_t window = first; window < first + count; ++window) {
    CLOISTER_CHECK(visit_level(level - 1, window * stride, length, sink));
  }
  return {};
}

}  // namespace cloister::data
