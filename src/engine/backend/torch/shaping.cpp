// Operators that look at the same elements in another shape, and layouts.
#include <c10/util/SmallVector.h>
#include <fmt/format.h>

#include <algorithm>

#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

Result<void> room_for_a_dimension(std::string_view op, std::size_t dims) {
  if (dims < kMaxDims) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: the tensor has {} dimensions and cannot have more", op, dims));
}

}  // namespace

Result<Tensor> TorchBackend::reshape(const Tensor& self, Shape shape) {
  c10::SmallVector<std::int64_t, 8> known(shape.begin(), shape.end());
  for (std::int64_t& size : known) size = size == -1 ? 1 : size;
  CLOISTER_CHECK(checked_extent("reshape", {known.data(), known.size()}, dtype(self)));
  return run("reshape", [&](const T& a) { return a.reshape(sizes(shape)); }, self);
}

Result<Tensor> TorchBackend::permute(const Tensor& self, Shape dims) {
  return run("permute", [&](const T& a) { return a.permute(sizes(dims)); }, self);
}
Result<Tensor> TorchBackend::transpose(const Tensor& self, std::int64_t dim0, std::int64_t dim1) {
  return run("transpose", [&](const T& a) { return a.transpose(dim0, dim1); }, self);
}
Result<Tensor> TorchBackend::flatten(const Tensor& self, std::int64_t start_dim, std::int64_t end_dim) {
  return run("flatten", [&](const T& a) { return a.flatten(start_dim, end_dim); }, self);
}

Result<Tensor> TorchBackend::unsqueeze(const Tensor& self, std::int64_t dim) {
  CLOISTER_CHECK(room_for_a_dimension("unsqueeze", shape(self).size()));
  return run("unsqueeze", [&](const T& a) { return a.unsqueeze(dim); }, self);
}
Result<Tensor> TorchBackend::squeeze(const Tensor& self, std::int64_t dim) {
  return run("squeeze", [&](const T& a) { return a.squeeze(dim); }, self);
}

Result<Tensor> TorchBackend::expand(const Tensor& self, Shape shape) {
  // No memory is taken, but every operator that reads the result takes as long as if it were.
  c10::SmallVector<std::int64_t, 8> result(shape.begin(), shape.end());
  const Shape from = this->shape(self);
  for (std::size_t back = 1; back <= result.size() && back <= from.size(); ++back) {
    std::int64_t& size = result[result.size() - back];
    if (size == -1) size = from[from.size() - back];
  }
  CLOISTER_CHECK(check_new("expand", {result.data(), result.size()}, dtype(self)));
  return run("expand", [&](const T& a) { return a.expand(sizes(shape)); }, self);
}

Result<Tensor> TorchBackend::narrow(const Tensor& self, std::int64_t dim, std::int64_t start, std::int64_t length) {
  return run("narrow", [&](const T& a) { return a.narrow(dim, start, length); }, self);
}
Result<Tensor> TorchBackend::select(const Tensor& self, std::int64_t dim, std::int64_t index) {
  return run("select", [&](const T& a) { return a.select(dim, index); }, self);
}

Result<Tensor> TorchBackend::view(const Tensor& self, Shape shape) {
  c10::SmallVector<std::int64_t, 8> known(shape.begin(), shape.end());
  for (std::int64_t& size : known) size = size == -1 ? 1 : size;
  CLOISTER_CHECK(checked_extent("view", {known.data(), known.size()}, dtype(self)));
  return run("view", [&](const T& a) { return a.view(sizes(shape)); }, self);
}
Result<Tensor> TorchBackend::unflatten(const Tensor& self, std::int64_t dim, Shape sizes_of_dim) {
  if (sizes_of_dim.size() + shape(self).size() > kMaxDims) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("unflatten: the result would have more than {} dimensions", kMaxDims));
  }
  return run("unflatten", [&](const T& a) { return a.unflatten(dim, sizes(sizes_of_dim)); }, self);
}
Result<Tensor> TorchBackend::movedim(const Tensor& self, Shape source, Shape destination) {
  return run("movedim", [&](const T& a) { return at::movedim(a, sizes(source), sizes(destination)); }, self);
}
Result<Tensor> TorchBackend::squeeze_dims(const Tensor& self, Shape dim) {
  return run("squeeze_dims", [&](const T& a) { return at::squeeze(a, sizes(dim)); }, self);
}
Result<Tensor> TorchBackend::slice(const Tensor& self, std::int64_t dim, std::optional<std::int64_t> start,
                                   std::optional<std::int64_t> end, std::int64_t step) {
  return run("slice", [&](const T& a) { return at::slice(a, dim, start, end, step); }, self);
}
Result<Tensor> TorchBackend::as_strided(const Tensor& self, Shape size, Shape stride,
                                        std::optional<std::int64_t> storage_offset) {
  CLOISTER_CHECK(check_new("as_strided", size, dtype(self)));
  return run(
      "as_strided", [&](const T& a) { return at::as_strided(a, sizes(size), sizes(stride), storage_offset); }, self);
}
Result<Tensor> TorchBackend::unfold(const Tensor& self, std::int64_t dimension, std::int64_t size, std::int64_t step) {
  const Shape from = shape(self);
  CLOISTER_CHECK(room_for_a_dimension("unfold", from.size()));
  CLOISTER_TRY(const std::int64_t axis, wrap_dim("unfold", dimension, from.size()));
  const std::int64_t length = from.empty() ? 1 : from[static_cast<std::size_t>(axis)];
  if (size < 0 || size > length || step < 1) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("unfold: windows of {} with a step of {} do not fit dimension {} of size {}", size, step,
                            dimension, length));
  }
  // As for expand: windows that overlap are read as often.
  c10::SmallVector<std::int64_t, 8> result(from.begin(), from.end());
  if (!result.empty()) result[static_cast<std::size_t>(axis)] = (length - size) / step + 1;
  result.push_back(size);
  CLOISTER_CHECK(check_new("unfold", {result.data(), result.size()}, dtype(self)));
  return run("unfold", [&](const T& a) { return a.unfold(dimension, size, step); }, self);
}

namespace {

// An offset from the main diagonal that is as far out as any can be for these sizes; libtorch adds without a check.
std::int64_t near(std::int64_t offset, std::int64_t rows, std::int64_t columns) {
  return std::clamp(offset, -rows - 1, columns + 1);
}

}  // namespace

Result<Tensor> TorchBackend::diagonal(const Tensor& self, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  return run(
      "diagonal", [&](const T& a) { return at::diagonal(a, near(offset, a.size(dim1), a.size(dim2)), dim1, dim2); },
      self);
}

Result<Tensor> TorchBackend::contiguous(const Tensor& self) {
  return run("contiguous", [](const T& a) { return a.contiguous(); }, self);
}
Result<Tensor> TorchBackend::contiguous_channels_last(const Tensor& self) {
  return run("contiguous_channels_last", [](const T& a) { return a.contiguous(at::MemoryFormat::ChannelsLast); }, self);
}

}  // namespace cloister::engine
