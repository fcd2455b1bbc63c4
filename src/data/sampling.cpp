// Weighted drawing of samples, with replacement.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "cloister/data/dataset.h"
#include "random.h"
#include "sample_order.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

constexpr std::uint64_t kStopSteps = 1 << 16;  // draws between two looks at a stop token

Unexpected<Error> invalid(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

// A span of `count` elements in memory of the buffers'.
template <class T>
struct Lent {
  Buffer buffer;
  std::span<T> elements;
};
template <class T>
Result<Lent<T>> lend(const IndexSetting& setting, std::uint64_t count) {
  CLOISTER_TRY(Buffer buffer, setting.buffers.allocate(static_cast<std::size_t>(count) * sizeof(T)));
  const std::span elements(reinterpret_cast<T*>(buffer.data()), static_cast<std::size_t>(count));
  return Lent<T>{std::move(buffer), elements};
}

// Running sums of weights; draws the number of a weight.
class Wheel {
 public:
  // Errors: invalid_argument for weights that are negative, not finite, or all zero. REQUIRES: sums.size() ==
  // weights.size(), and they outlive the wheel.
  static Result<Wheel> make(std::span<const double> weights, std::span<double> sums) {
    Wheel wheel;
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!(weights[i] >= 0) || std::isinf(weights[i])) {
        return invalid(fmt::format("the weight {} is {}; weights are finite and at least 0", i, weights[i]));
      }
      sum += weights[i];
      if (weights[i] > 0) wheel.last_ = i;
      sums[i] = sum;
    }
    if (sum == 0) return invalid("all weights are 0, so there is nothing to draw");
    if (std::isinf(sum)) return invalid("the weights add up to more than a float64 can hold; scale them down");
    wheel.sums_ = sums;
    return wheel;
  }

  // The first weight whose running sum is above a number that is drawn below the whole; never one that is 0.
  std::size_t draw(SplitMix64& generator) const {
    const double number = generator.uniform() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), number) - sums_.begin();
    return std::min(static_cast<std::size_t>(found), last_);  // the product may be rounded up to the whole
  }

 private:
  std::span<const double> sums_;
  std::size_t last_ = 0;  // the last weight above 0
};

Result<void> check_draw(const Dataset& dataset, std::uint64_t count) {
  const std::uint64_t size = dataset.size();
  if (size == 0) return invalid("a dataset without samples has none to draw");
  if (size > Dataset::kMaxIndexed || !dataset.order().is_indexable()) {
    return invalid(fmt::format("{} samples are too many to draw from; take windows or parts of at most {} first", size,
                               Dataset::kMaxIndexed));
  }
  if (count > Dataset::kMaxIndexed) {
    return invalid(fmt::format("{} samples are too many to draw; draw at most {}", count, Dataset::kMaxIndexed));
  }
  return {};
}

// Draws `count` samples by `draw_one`, which gives places in the dataset.
template <class Draw>
Result<SampleOrder> draw_all(const Dataset& dataset, std::uint64_t count, const IndexSetting& setting,
                             const Draw& draw_one) {
  CLOISTER_TRY(auto indices, lend<std::uint32_t>(setting, count));
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % kStopSteps == 0 && setting.stop.stop_requested()) return fail_interrupted();
    indices.elements[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(dataset.order().underlying(draw_one()));
  }
  return dataset.order().indexed(std::move(indices.buffer));
}

// A whole number of a column's dtype.
std::int64_t whole_at(const std::byte* bytes, Dtype dtype) {
  const auto load = [bytes]<class T>(T value) {
    std::memcpy(&value, bytes, sizeof(value));
    return static_cast<std::int64_t>(value);
  };
  switch (dtype) {
    case Dtype::int8:
      return load(std::int8_t{});
    case Dtype::int16:
      return load(std::int16_t{});
    case Dtype::int32:
      return load(std::int32_t{});
    case Dtype::int64:
      return load(std::int64_t{});
    default:
      return load(std::uint8_t{});
  }
}

// The class of each sample of the dataset.
Result<void> read_classes(const Dataset& dataset, std::size_t column, std::size_t class_count,
                          std::span<std::uint32_t> classes, const std::stop_token& stop) {
  constexpr std::uint64_t kSamples = 4096;  // read at once
  const Column& read = dataset.stored().columns()[column];
  const auto reader = dataset.stored().reader({});
  std::vector<std::byte> bytes;
  std::size_t done = 0;
  const auto take = [&](const Run& run) -> Result<void> {
    for (std::uint64_t first = run.first; first < run.first + run.count;) {
      if (stop.stop_requested()) return fail_interrupted();
      const Run piece{first, std::min(kSamples, run.first + run.count - first)};
      bytes.resize(static_cast<std::size_t>(piece.count) * element_size(read.dtype));
      const Target target{column, bytes};
      CLOISTER_TRY(const std::uint64_t count, reader->read({&piece, 1}, 0, {&target, 1}, stop));
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t label = whole_at(bytes.data() + i * element_size(read.dtype), read.dtype);
        if (label < 0 || label >= static_cast<std::int64_t>(class_count)) {
          // Which class it is stays here: the guest may not see it.
          return invalid(
              fmt::format("a sample's class in the column '{}' has no weight; there are weights for {} classes",
                          read.name, class_count));
        }
        classes[done++] = static_cast<std::uint32_t>(label);
      }
      first += piece.count;
    }
    return {};
  };
  CLOISTER_CHECK(dataset.order().visit(0, dataset.size(), take));
  return reader->finish();
}

}  // namespace

Result<Dataset::Pointer> Dataset::sample(std::span<const double> weights, std::uint64_t count, std::uint64_t seed,
                                         const IndexSetting& setting) const {
  if (weights.size() != size()) {
    return invalid(fmt::format("there are {} weights for {} samples; give one a sample", weights.size(), size()));
  }
  CLOISTER_CHECK(check_draw(*this, count));
  CLOISTER_TRY(const auto sums, lend<double>(setting, weights.size()));
  CLOISTER_TRY(const Wheel wheel, Wheel::make(weights, sums.elements));
  SplitMix64 generator(seed);
  CLOISTER_TRY(SampleOrder order, draw_all(*this, count, setting, [&] { return wheel.draw(generator); }));
  return std::make_shared<const Dataset>(stored_, std::move(order));
}

Result<Dataset::Pointer> Dataset::sample_classes(std::span<const double> weights, std::string_view column,
                                                 std::uint64_t count, std::uint64_t seed,
                                                 const IndexSetting& setting) const {
  const std::vector<Column>& columns = stored_->columns();
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& candidate) { return candidate.name == column; });
  if (found == columns.end()) return invalid(fmt::format("the dataset has no column '{}' to draw by", column));
  const bool whole = found->shape.empty() && !is_floating_point(found->dtype) && order_->window_lengths().empty();
  if (!whole) {
    return invalid(fmt::format("the column '{}' has no classes: it is not one whole number a sample", column));
  }
  if (!found->classes.empty() && weights.size() != found->classes.size()) {
    return invalid(fmt::format("there are {} weights for the {} classes of the column '{}'; give one a class",
                               weights.size(), found->classes.size(), column));
  }
  if (weights.size() > kMaxClasses) {
    return invalid(fmt::format("there are {} weights; classes are at most {}", weights.size(), kMaxClasses));
  }
  CLOISTER_CHECK(check_draw(*this, count));

  // Samples by class: those of class c are at by_class[ends[c - 1]] up to by_class[ends[c]].
  CLOISTER_TRY(const auto classes, lend<std::uint32_t>(setting, size()));
  CLOISTER_CHECK(read_classes(*this, static_cast<std::size_t>(found - columns.begin()), weights.size(),
                              classes.elements, setting.stop));
  std::vector<std::uint64_t> ends(weights.size() + 1, 0);
  for (const std::uint32_t label : classes.elements) ++ends[label + 1];
  std::vector<double> present(weights.begin(), weights.end());
  for (std::size_t label = 0; label < present.size(); ++label) {
    if (ends[label + 1] == 0 && present[label] > 0) present[label] = 0;
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  CLOISTER_TRY(const auto by_class, lend<std::uint32_t>(setting, size()));
  std::vector<std::uint64_t> next(ends.begin(), ends.end() - 1);
  for (std::size_t i = 0; i < classes.elements.size(); ++i) {
    by_class.elements[static_cast<std::size_t>(next[classes.elements[i]]++)] = static_cast<std::uint32_t>(i);
  }

  std::vector<double> sums(present.size());
  CLOISTER_TRY(const Wheel wheel, Wheel::make(present, sums));
  SplitMix64 generator(seed);
  const auto draw = [&] {
    const std::size_t label = wheel.draw(generator);
    const std::uint64_t begin = ends[label];
    return by_class.elements[static_cast<std::size_t>(begin + generator.below(ends[label + 1] - begin))];
  };
  CLOISTER_TRY(SampleOrder order, draw_all(*this, count, setting, draw));
  return std::make_shared<const Dataset>(stored_, std::move(order));
}

}  // namespace cloister::data
