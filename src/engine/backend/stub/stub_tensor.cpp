#include "backend/stub/stub_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "shape.h"

namespace cloister::engine {

std::int64_t StubTensor::numel() const {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) n *= size;
  return n;
}

bool StubTensor::is_contiguous() const { return strides == row_major(shape); }

Sizes row_major(Shape shape) {
  Sizes strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

Result<Sizes> broadcast(std::string_view op, Shape a, Shape b) {
  Sizes result(std::max(a.size(), b.size()));
  for (std::size_t back = 1; back <= result.size(); ++back) {
    const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t y = back <= b.size() ? b[b.size() - back] : 1;
    if (x != y && x != 1 && y != 1) {
      return fail(ErrorCode::shape_mismatch,
                  fmt::format("{}: shapes {} and {} do not broadcast", op, format_shape(a), format_shape(b)));
    }
    result[result.size() - back] = x == 1 ? y : x;
  }
  return result;
}

std::vector<std::int64_t> offsets(const StubTensor& tensor, Shape shape) {
  const std::size_t rank = shape.size();
  Sizes strides(rank, 0);
  std::int64_t n = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    n *= shape[i];
    const std::size_t missing = rank - tensor.shape.size();
    if (i >= missing && tensor.shape[i - missing] != 1) strides[i] = tensor.strides[i - missing];
  }
  std::vector<std::int64_t> result(static_cast<std::size_t>(n));
  Sizes index(rank, 0);
  std::int64_t at = 0;
  for (std::int64_t& offset : result) {
    offset = at;
    for (std::size_t i = rank; i-- > 0;) {
      at += strides[i];
      if (++index[i] < shape[i]) break;
      at -= strides[i] * shape[i];
      index[i] = 0;
    }
  }
  return result;
}

Result<std::unique_ptr<StubTensor>> new_stub_tensor(std::string_view op, Shape shape, Dtype dtype, MemoryOwner* owner) {
  CLOISTER_TRY(const Extent extent, checked_extent(op, shape, dtype));
  Result<void*> data = TensorAllocator::instance().allocate(extent.bytes, owner);
  if (!data) return fail(data.error().code, fmt::format("{}: {}", op, data.error().message));
  auto tensor = std::make_unique<StubTensor>();
  tensor->shape.assign(shape.begin(), shape.end());
  tensor->strides = row_major(shape);
  tensor->dtype = dtype;
  tensor->storage = std::shared_ptr<std::uint8_t>(static_cast<std::uint8_t*>(*data),
                                                  [](std::uint8_t* block) { TensorAllocator::instance().free(block); });
  if (extent.bytes != 0) std::memset(tensor->storage.get(), 0, extent.bytes);
  return tensor;
}

std::unique_ptr<StubTensor> view_of(const StubTensor& tensor, Sizes shape, Sizes strides, std::int64_t offset) {
  auto view = std::make_unique<StubTensor>();
  view->shape = std::move(shape);
  view->strides = std::move(strides);
  view->offset = offset;
  view->dtype = tensor.dtype;
  view->storage = tensor.storage;
  return view;
}

}  // namespace cloister::engine
