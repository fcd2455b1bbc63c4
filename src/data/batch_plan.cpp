#include "batch_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "augmenter.h"
#include "cloister/base/bytes.h"
#include "cloister/data/image.h"
#include "sample_order.h"

namespace cloister::data {
namespace {

constexpr std::size_t kMaxBatchColumns = 65536;  // named in all tensors together

Unexpected<Error> invalid(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

Result<ImageForm> image_form(const Dataset& dataset, const BatchOptions& options) {
  ImageForm form{{}, options.resize.has_value(), options.rgb, options.augment, options.skip_broken};
  const std::optional<ImageShape> stored = dataset.image_shape();
  if (!stored) {
    if (options.resize || options.rgb || options.augment) {
      return invalid("resize, rgb and augment are for images, and this dataset has none; leave them out");
    }
    return form;
  }
  form.shape = *stored;
  if (options.resize) {
    const auto [height, width] = *options.resize;
    const bool fits = height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide &&
                      std::uint64_t{height} * width <= kMaxPixels;
    if (!fits) {
      return invalid(
          fmt::format("images cannot be resized to {} x {}; a side is 1 to {} and an image at most {} pixels", height,
                      width, kMaxSide, kMaxPixels));
    }
    form.shape.height = height;
    form.shape.width = width;
  }
  if (options.rgb) form.shape.channels = 3;
  if (options.augment) {
    CLOISTER_CHECK(check_augmentation(*options.augment));
    if (options.augment->random_resized_crop && !options.resize) {
      return invalid("random_resized_crop scales to the size of resize, which is not given; give it");
    }
  }
  return form;
}

// The numbers of the columns of each tensor.
Result<std::vector<std::vector<std::size_t>>> column_numbers(const std::vector<Column>& columns,
                                                             const BatchOptions& options) {
  std::vector<std::vector<std::size_t>> numbers;
  if (options.columns.empty()) {
    for (std::size_t i = 0; i < columns.size(); ++i) numbers.push_back({i});
    return numbers;
  }
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < columns.size(); ++i) by_name.emplace(columns[i].name, i);
  std::size_t named = 0;
  for (const std::vector<std::string>& group : options.columns) {
    if (group.empty()) return invalid("a tensor of a batch has at least one column, not none");
    auto& found = numbers.emplace_back();
    for (const std::string& name : group) {
      const auto column = by_name.find(name);
      if (column == by_name.end()) {
        return invalid(
            fmt::format("the dataset has no column '{}'; ask for its columns to see their names", clipped(name, 100)));
      }
      if (++named > kMaxBatchColumns) {
        return invalid(fmt::format("a batch has more than {} columns; name fewer", kMaxBatchColumns));
      }
      found.push_back(column->second);
    }
  }
  return numbers;
}

Result<TensorPlan> tensor_plan(const std::vector<Column>& columns, std::vector<std::size_t> numbers,
                               const std::vector<std::int64_t>& windows, const std::optional<ImageShape>& image) {
  TensorPlan tensor{std::move(numbers), Dtype::uint8, windows, 0};
  const Column& first = columns[tensor.columns.front()];
  std::vector<std::int64_t> row;
  if (tensor.columns.size() > 1) {
    tensor.dtype = Dtype::int64;
    for (const std::size_t number : tensor.columns) {
      if (!columns[number].shape.empty()) {
        return invalid(
            fmt::format("the column '{}' is not one number a sample, so it cannot be put beside others; give it a "
                        "tensor of its own",
                        columns[number].name));
      }
      if (is_floating_point(columns[number].dtype)) tensor.dtype = Dtype::float32;
    }
    row = {static_cast<std::int64_t>(tensor.columns.size())};
  } else if (image && tensor.columns.front() == 0) {
    row = {image->height, image->width};
    if (image->channels > 1) row.push_back(image->channels);
  } else {
    tensor.dtype = first.dtype;
    row = first.shape;
  }
  CLOISTER_TRY(tensor.row_bytes, checked_byte_size(row, element_size(tensor.dtype)));
  tensor.shape.insert(tensor.shape.end(), row.begin(), row.end());
  return tensor;
}

// Errors: invalid_argument when the largest batch would have more bytes than a tensor can have.
Result<void> check_batch_bytes(const TensorPlan& tensor, std::uint64_t samples) {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(samples)};
  shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
  const auto bytes = checked_byte_size(shape, element_size(tensor.dtype));
  if (!bytes || *bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return invalid(fmt::format("a batch of {} samples of {} is more than a tensor can have; use smaller batches",
                               samples, shape_text(tensor.shape)));
  }
  return {};
}

}  // namespace

Result<BatchPlan> make_batch_plan(Dataset::Pointer dataset, const BatchOptions& options, BufferSource& buffers) {
  const std::uint64_t size = dataset->size();
  if (options.size == 0) return invalid("a batch has at least 1 sample, not 0");
  if (options.start > size || options.count.value_or(0) > size - options.start) {
    return invalid(fmt::format("{} samples from {} were asked for, but the dataset has {}",
                               options.count ? fmt::to_string(*options.count) : "all", options.start, size));
  }
  BatchPlan plan;
  plan.options = options;
  plan.count = options.count.value_or(size - options.start);
  if (options.drop_last) plan.count -= plan.count % options.size;
  CLOISTER_TRY(plan.form, image_form(*dataset, options));

  const std::vector<Column>& columns = dataset->stored().columns();
  const std::vector<std::int64_t> windows = dataset->order().window_lengths();
  for (const std::int64_t length : windows) plan.rows *= static_cast<std::uint64_t>(length);
  CLOISTER_TRY(auto numbers, column_numbers(columns, options));
  const auto image = dataset->image_shape() ? std::optional(plan.form.shape) : std::nullopt;
  for (std::vector<std::size_t>& group : numbers) {
    CLOISTER_TRY(TensorPlan tensor, tensor_plan(columns, std::move(group), windows, image));
    CLOISTER_CHECK(check_batch_bytes(tensor, std::min<std::uint64_t>(options.size, plan.count)));
    plan.tensors.push_back(std::move(tensor));
  }
  if (options.shuffle_seed) {
    if (size > Dataset::kMaxIndexed) {
      return fail(ErrorCode::unsupported,
                  fmt::format("{} samples are too many to be shuffled; take windows or parts of at most {} first", size,
                              Dataset::kMaxIndexed));
    }
    CLOISTER_TRY(plan.order, buffers.allocate(static_cast<std::size_t>(size) * sizeof(std::uint32_t)));
  }
  plan.dataset = std::move(dataset);
  return plan;
}

}  // namespace cloister::data
