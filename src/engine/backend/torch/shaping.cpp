// Operators that change a tensor's shape or layout.
#include <c10/util/SmallVector.h>
#include <fmt/format.h>

#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

c10::SmallVector<T, 8> all_of(std::span<const Tensor> tensors) {
  c10::SmallVector<T, 8> all;
  all.reserve(tensors.size());
  for (const Tensor& tensor : tensors) all.push_back(Borrowed(tensor).get());
  return all;
}

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

Result<Tensor> TorchBackend::cat(std::span<const Tensor> tensors, std::int64_t dim) {
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "cat: no tensors were given; at least one is needed");
  return run("cat", [&](const T&) { return at::cat(all_of(tensors), dim); }, tensors.front());
}

Result<Tensor> TorchBackend::stack(std::span<const Tensor> tensors, std::int64_t dim) {
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "stack: no tensors were given; at least one is needed");
  CLOISTER_CHECK(room_for_a_dimension("stack", shape(tensors.front()).size()));
  return run("stack", [&](const T&) { return at::stack(all_of(tensors), dim); }, tensors.front());
}

Result<Tensor> TorchBackend::contiguous(const Tensor& self) {
  return run("contiguous", [](const T& a) { return a.contiguous(); }, self);
}
Result<Tensor> TorchBackend::contiguous_channels_last(const Tensor& self) {
  return run("contiguous_channels_last", [](const T& a) { return a.contiguous(at::MemoryFormat::ChannelsLast); }, self);
}

Result<Tensor> TorchBackend::constant_pad_nd(const Tensor& self, Shape pad, const Scalar& value) {
  const Shape from = shape(self);
  if (pad.size() % 2 != 0 || pad.size() / 2 > from.size()) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("constant_pad_nd: {} numbers were given for {}; two for each dimension to be padded are needed",
                    pad.size(), format_shape(from)));
  }
  c10::SmallVector<std::int64_t, 8> result(from.begin(), from.end());
  for (std::size_t i = 0; i < pad.size(); ++i) {
    std::int64_t& size = result[result.size() - 1 - i / 2];
    if (__builtin_add_overflow(size, pad[i], &size)) {
      return fail(ErrorCode::invalid_argument, "constant_pad_nd: the padding is larger than can be counted");
    }
  }
  CLOISTER_CHECK(check_new("constant_pad_nd", {result.data(), result.size()}, dtype(self)));
  return run("constant_pad_nd", [&](const T& a) { return at::constant_pad_nd(a, sizes(pad), scalar(value)); }, self);
}

Result<Tensor> TorchBackend::index_select(const Tensor& self, std::int64_t dim, const Tensor& index) {
  const Shape from = shape(self);
  CLOISTER_TRY(const std::int64_t axis, wrap_dim("index_select", dim, from.size()));
  if (const Dtype type = dtype(index); type != Dtype::int64 && type != Dtype::int32) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("index_select: the index is {}, but must be int64 or int32", dtype_name(type)));
  }
  if (shape(index).size() > 1) {
    return fail(
        ErrorCode::shape_mismatch,
        fmt::format("index_select: the index has shape {}, but must have one dimension", format_shape(shape(index))));
  }
  CLOISTER_CHECK(check_indices("index_select", index, from.empty() ? 1 : from[static_cast<std::size_t>(axis)], {}));
  return run("index_select", [&](const T& a, const T& at) { return at::index_select(a, dim, at); }, self, index);
}

}  // namespace cloister::engine
