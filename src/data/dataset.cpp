#include "cloister/data/dataset.h"

#include <fmt/format.h>

#include "cloister/base/bytes.h"
#include "permutation.h"
#include "sample_order.h"
#include "stored_dataset.h"

namespace cloister::data {
namespace {

Unexpected<Error> invalid(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

// The same stored dataset in another order.
Dataset::Pointer with_order(const std::shared_ptr<const StoredDataset>& stored, SampleOrder order) {
  return std::make_shared<const Dataset>(stored, std::move(order));
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const StoredDataset> stored)
    : stored_(std::move(stored)), order_(std::make_unique<const SampleOrder>(stored_->size())) {}

Dataset::Dataset(std::shared_ptr<const StoredDataset> stored, SampleOrder order)
    : stored_(std::move(stored)), order_(std::make_unique<const SampleOrder>(std::move(order))) {}

Dataset::~Dataset() = default;

std::uint64_t Dataset::size() const { return order_->size(); }

std::vector<Column> Dataset::columns() const {
  std::vector<Column> columns = stored_->columns();
  const std::vector<std::int64_t> lengths = order_->window_lengths();
  for (Column& column : columns) column.shape.insert(column.shape.begin(), lengths.begin(), lengths.end());
  return columns;
}

std::optional<ImageShape> Dataset::image_shape() const { return stored_->image_shape(); }

std::optional<Digest> Dataset::digest() const { return stored_->digest(); }

Result<Digest> Dataset::complete_digest() const { return stored_->complete_digest(); }

Result<Dataset::Pointer> Dataset::shuffle(std::uint64_t seed, const IndexSetting& setting) const {
  if (size() > kMaxIndexed || !order_->is_indexable()) {
    return invalid(fmt::format("{} samples are too many to be shuffled; take windows or parts of at most {} first",
                               size(), kMaxIndexed));
  }
  const auto count = static_cast<std::size_t>(size());
  CLOISTER_TRY(Buffer indices, setting.buffers.allocate(count * sizeof(std::uint32_t)));
  const std::span order(reinterpret_cast<std::uint32_t*>(indices.data()), count);
  CLOISTER_CHECK(permute(order, seed, setting.stop));
  for (std::uint32_t& place : order) place = static_cast<std::uint32_t>(order_->underlying(place));
  return with_order(stored_, order_->indexed(std::move(indices)));
}

Result<Dataset::Pointer> Dataset::narrow(std::uint64_t start, std::uint64_t count) const {
  if (start > size() || count > size() - start) {
    return invalid(fmt::format("{} samples from {} were asked for, but the dataset has {}", count, start, size()));
  }
  return with_order(stored_, order_->narrow(start, count));
}

Result<std::vector<Dataset::Pointer>> Dataset::split(std::span<const std::uint64_t> lengths) const {
  std::vector<Pointer> parts;
  std::uint64_t start = 0;
  for (const std::uint64_t length : lengths) {
    if (length > size() - start) {
      return invalid(fmt::format("the lengths of the parts add up to more than the {} samples there are", size()));
    }
    parts.push_back(with_order(stored_, order_->narrow(start, length)));
    start += length;
  }
  if (start != size()) {
    return invalid(fmt::format("the lengths of the parts add up to {}, but the dataset has {} samples", start, size()));
  }
  return parts;
}

Result<Dataset::Pointer> Dataset::windows(std::uint64_t length, std::uint64_t stride) const {
  if (stored_->image_shape()) {
    return fail(ErrorCode::unsupported, "windows are for numbers and text; a dataset of images has none");
  }
  if (length == 0 || stride == 0) return invalid("a window's length and stride are at least 1, not 0");
  if (length > size()) {
    return invalid(fmt::format("a window of {} samples does not fit into a dataset of {}", length, size()));
  }
  if (order_->window_lengths().size() == kMaxWindows) {
    return invalid(fmt::format("windows can be taken of windows {} times at most", kMaxWindows));
  }
  SampleOrder order = order_->windows(length, stride);
  for (const Column& column : stored_->columns()) {
    std::vector<std::int64_t> shape = order.window_lengths();
    shape.insert(shape.end(), column.shape.begin(), column.shape.end());
    if (!checked_byte_size(shape, element_size(column.dtype))) {
      return invalid(fmt::format("windows of {} samples have more bytes than a tensor can have", length));
    }
  }
  return with_order(stored_, std::move(order));
}

}  // namespace cloister::data
