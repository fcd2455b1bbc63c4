// Operators that make several tensors of one, one of several, or copies in another arrangement.
#include <c10/util/SmallVector.h>
#include <fmt/format.h>

#include <algorithm>

#include "shape.h"
#include "tensor_list.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

Result<void> check_count(std::string_view op, std::int64_t count) {
  if (count <= kMaxParts) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}: the tensor would fall into {} parts, but {} is the most; take larger ones", op, count,
                          kMaxParts));
}

}  // namespace

c10::SmallVector<T, 8> all_of(std::span<const Tensor> tensors) {
  c10::SmallVector<T, 8> all;
  all.reserve(tensors.size());
  for (const Tensor& tensor : tensors) all.push_back(Borrowed(tensor).get());
  return all;
}

Result<Tensor> TorchBackend::cat(std::span<const Tensor> tensors, std::int64_t dim) {
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "cat: no tensors were given; at least one is needed");
  return run("cat", [&](const T&) { return at::cat(all_of(tensors), dim); }, tensors.front());
}

Result<Tensor> TorchBackend::stack(std::span<const Tensor> tensors, std::int64_t dim) {
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "stack: no tensors were given; at least one is needed");
  if (shape(tensors.front()).size() >= kMaxDims) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("stack: the result would have more than {} dimensions", kMaxDims));
  }
  return run("stack", [&](const T&) { return at::stack(all_of(tensors), dim); }, tensors.front());
}

Result<std::vector<Tensor>> TorchBackend::split(const Tensor& self, std::int64_t split_size, std::int64_t dim) {
  CLOISTER_TRY(const std::int64_t length, length_of("split", self, dim));
  if (split_size < 1 && !(split_size == 0 && length == 0)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("split: split-size is {}, but must be at least 1", split_size));
  }
  if (split_size > 0) CLOISTER_CHECK(check_count("split", length / split_size + (length % split_size != 0 ? 1 : 0)));
  return run("split", [&](const T& a) { return at::split(a, split_size, dim); }, self);
}
Result<std::vector<Tensor>> TorchBackend::split_with_sizes(const Tensor& self, Shape split_sizes, std::int64_t dim) {
  return run("split_with_sizes", [&](const T& a) { return at::split_with_sizes(a, sizes(split_sizes), dim); }, self);
}
Result<std::vector<Tensor>> TorchBackend::chunk(const Tensor& self, std::int64_t chunks, std::int64_t dim) {
  if (chunks < 1) {
    return fail(ErrorCode::invalid_argument, fmt::format("chunk: chunks is {}, but must be at least 1", chunks));
  }
  CLOISTER_TRY(const std::int64_t length, length_of("chunk", self, dim));
  // An empty dimension is cut into as many parts as were asked for.
  CLOISTER_CHECK(check_count("chunk", length == 0 ? chunks : std::min(chunks, length)));
  return run("chunk", [&](const T& a) { return at::chunk(a, chunks, dim); }, self);
}
Result<std::vector<Tensor>> TorchBackend::unbind(const Tensor& self, std::int64_t dim) {
  CLOISTER_TRY(const std::int64_t length, length_of("unbind", self, dim));
  CLOISTER_CHECK(check_count("unbind", length));
  return run("unbind", [&](const T& a) { return at::unbind(a, dim); }, self);
}

Result<std::int64_t> TorchBackend::length_of(std::string_view op, const Tensor& self, std::int64_t dim) const {
  const Shape from = shape(self);
  CLOISTER_TRY(const std::int64_t axis, wrap_dim(op, dim, from.size()));
  return from.empty() ? 1 : from[static_cast<std::size_t>(axis)];
}

Result<std::vector<Tensor>> TorchBackend::meshgrid(std::span<const Tensor> tensors) {
  c10::SmallVector<std::int64_t, 8> result;
  for (const Tensor& tensor : tensors) {
    if (shape(tensor).size() > 1) {
      return fail(ErrorCode::shape_mismatch, fmt::format("meshgrid: a tensor has shape {}, but one dimension is needed",
                                                         format_shape(shape(tensor))));
    }
    result.push_back(numel(tensor));
  }
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "meshgrid: no tensors were given");
  CLOISTER_CHECK(check_new("meshgrid", {result.data(), result.size()}, dtype(tensors.front())));
  return run(
      "meshgrid",
      [&](const T&) {
        const auto all = all_of(tensors);
        return at::meshgrid(at::TensorList(all.data(), all.size()), "ij");
      },
      tensors.front());
}

Result<Tensor> TorchBackend::repeat(const Tensor& self, Shape repeats) {
  const Shape from = shape(self);
  if (repeats.size() < from.size()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("repeat: {} numbers were given for {}; one for each dimension, or more, are needed",
                            repeats.size(), format_shape(from)));
  }
  c10::SmallVector<std::int64_t, 8> result(repeats.begin(), repeats.end());
  for (std::size_t back = 1; back <= from.size(); ++back) {
    std::int64_t& size = result[result.size() - back];
    if (size >= 0) size = saturating_product(size, from[from.size() - back]);
  }
  CLOISTER_CHECK(check_new("repeat", {result.data(), result.size()}, dtype(self)));
  return run("repeat", [&](const T& a) { return a.repeat(sizes(repeats)); }, self);
}
Result<Tensor> TorchBackend::repeat_interleave(const Tensor& self, std::int64_t repeats,
                                               std::optional<std::int64_t> dim) {
  if (repeats < 0) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("repeat_interleave: repeats is {}, but must be at least 0", repeats));
  }
  const std::array<std::int64_t, 2> result{numel(self), repeats};
  CLOISTER_CHECK(check_new("repeat_interleave", result, dtype(self)));
  return run("repeat_interleave", [&](const T& a) { return at::repeat_interleave(a, repeats, dim); }, self);
}

Result<Tensor> TorchBackend::flip(const Tensor& self, Shape dims) {
  return run("flip", [&](const T& a) { return at::flip(a, sizes(dims)); }, self);
}
Result<Tensor> TorchBackend::roll(const Tensor& self, Shape shifts, Shape dims) {
  c10::SmallVector<std::int64_t, 8> near(shifts.begin(), shifts.end());
  // libtorch subtracts shifts from sizes without a check; a shift by the size changes nothing.
  for (std::size_t i = 0; i < near.size() && near.size() == dims.size(); ++i) {
    CLOISTER_TRY(const std::int64_t length, length_of("roll", self, dims[i]));
    near[i] = length == 0 ? 0 : near[i] % length;
  }
  if (dims.empty() && near.size() == 1) near[0] = numel(self) == 0 ? 0 : near[0] % numel(self);
  return run("roll", [&](const T& a) { return at::roll(a, near, sizes(dims)); }, self);
}

namespace {

// As far from the main diagonal as changes anything; libtorch adds without a check.
std::int64_t near(std::int64_t diagonal, Shape shape) {
  if (shape.size() < 2) return diagonal;
  return std::clamp(diagonal, -shape[shape.size() - 2] - 1, shape.back() + 1);
}

}  // namespace

Result<Tensor> TorchBackend::tril(const Tensor& self, std::int64_t diagonal) {
  return run("tril", [&](const T& a) { return at::tril(a, near(diagonal, shape(self))); }, self);
}
Result<Tensor> TorchBackend::triu(const Tensor& self, std::int64_t diagonal) {
  return run("triu", [&](const T& a) { return at::triu(a, near(diagonal, shape(self))); }, self);
}
Result<Tensor> TorchBackend::diag_embed(const Tensor& self, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  const Shape from = shape(self);
  if (from.size() >= kMaxDims) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("diag_embed: the result would have more than {} dimensions", kMaxDims));
  }
  constexpr std::int64_t far = std::int64_t{1} << 40;
  const std::int64_t side = (from.empty() ? 1 : from.back()) + std::abs(std::clamp(offset, -far, far));
  const std::int64_t others = from.empty() || from.back() == 0 ? 1 : numel(self) / from.back();
  const std::array<std::int64_t, 3> result{others, side, side};
  CLOISTER_CHECK(check_new("diag_embed", result, dtype(self)));
  return run("diag_embed", [&](const T& a) { return at::diag_embed(a, offset, dim1, dim2); }, self);
}

Result<Tensor> TorchBackend::slice_scatter(const Tensor& self, const Tensor& src, std::int64_t dim,
                                           std::optional<std::int64_t> start, std::optional<std::int64_t> end,
                                           std::int64_t step) {
  return run(
      "slice_scatter", [&](const T& a, const T& b) { return at::slice_scatter(a, b, dim, start, end, step); }, self,
      src);
}
Result<Tensor> TorchBackend::select_scatter(const Tensor& self, const Tensor& src, std::int64_t dim,
                                            std::int64_t index) {
  return run("select_scatter", [&](const T& a, const T& b) { return at::select_scatter(a, b, dim, index); }, self, src);
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

}  // namespace cloister::engine
