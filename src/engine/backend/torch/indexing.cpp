// Reading and writing by index or mask. Indices are checked before a kernel sees them: on a CPU for the sentence, on a
// GPU because a kernel's own check ends the process's use of the device.
#include <c10/util/SmallVector.h>
#include <fmt/format.h>

#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

Result<void> check_index_dtype(std::string_view op, Dtype found, bool int32_too) {
  if (found == Dtype::int64 || (int32_too && found == Dtype::int32)) return {};
  return fail(ErrorCode::dtype_mismatch, fmt::format("{}: the index is {}, but must be int64{}; convert it", op,
                                                     dtype_name(found), int32_too ? " or int32" : ""));
}

}  // namespace

Result<void> TorchBackend::check_rows(std::string_view op, const Tensor& self, std::int64_t dim,
                                      const Tensor& index) const {
  CLOISTER_TRY(const std::int64_t length, length_of(op, self, dim));
  CLOISTER_CHECK(check_index_dtype(op, dtype(index), /*int32_too=*/true));
  if (shape(index).size() > 1) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("{}: the index has shape {}, but must have one dimension", op, format_shape(shape(index))));
  }
  return check_indices(op, index, length, {});
}

Result<void> TorchBackend::check_places(std::string_view op, const Tensor& self, std::int64_t dim,
                                        const Tensor& index) const {
  CLOISTER_TRY(const std::int64_t length, length_of(op, self, dim));
  CLOISTER_CHECK(check_index_dtype(op, dtype(index), /*int32_too=*/false));
  return check_indices(op, index, length, {});
}

Result<Tensor> TorchBackend::index_select(const Tensor& self, std::int64_t dim, const Tensor& index) {
  CLOISTER_CHECK(check_rows("index_select", self, dim, index));
  return run("index_select", [&](const T& a, const T& at) { return at::index_select(a, dim, at); }, self, index);
}
Result<Tensor> TorchBackend::gather(const Tensor& self, std::int64_t dim, const Tensor& index) {
  CLOISTER_CHECK(check_places("gather", self, dim, index));
  return run("gather", [&](const T& a, const T& at) { return at::gather(a, dim, at); }, self, index);
}
Result<Tensor> TorchBackend::take_along_dim(const Tensor& self, const Tensor& indices, std::int64_t dim) {
  CLOISTER_CHECK(check_places("take_along_dim", self, dim, indices));
  return run("take_along_dim", [&](const T& a, const T& at) { return at::take_along_dim(a, at, dim); }, self, indices);
}

namespace {

// The index lists as libtorch takes them.
c10::List<std::optional<T>> list_of(std::span<const Tensor* const> indices) {
  c10::List<std::optional<T>> list;
  list.reserve(indices.size());
  for (const Tensor* index : indices) list.push_back(optional_tensor(index));
  return list;
}

}  // namespace

Result<void> TorchBackend::check_index_list(std::string_view op, const Tensor& self,
                                            std::span<const Tensor* const> indices) const {
  const Shape from = shape(self);
  if (indices.size() > from.size()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {} indices were given for {}; one for each dimension at most", op, indices.size(),
                            format_shape(from)));
  }
  bool any = false;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] == nullptr) continue;
    any = true;
    if (dtype(*indices[i]) == Dtype::bool_ || dtype(*indices[i]) == Dtype::uint8) {
      return fail(ErrorCode::dtype_mismatch, fmt::format("{}: an index is {}, but must be int64 or int32; convert it, "
                                                         "or give a mask to masked-select or masked-fill",
                                                         op, dtype_name(dtype(*indices[i]))));
    }
    CLOISTER_CHECK(check_index_dtype(op, dtype(*indices[i]), /*int32_too=*/true));
    CLOISTER_CHECK(check_indices(op, *indices[i], from[i], {}, /*from_end=*/true));
  }
  if (!any) return fail(ErrorCode::invalid_argument, fmt::format("{}: at least one index must be given", op));
  return {};
}

Result<Tensor> TorchBackend::index(const Tensor& self, std::span<const Tensor* const> indices) {
  CLOISTER_CHECK(check_index_list("index", self, indices));
  return run("index", [&](const T& a) { return at::index(a, list_of(indices)); }, self);
}
Result<Tensor> TorchBackend::index_put(const Tensor& self, std::span<const Tensor* const> indices, const Tensor& values,
                                       bool accumulate) {
  CLOISTER_CHECK(check_index_list("index_put", self, indices));
  return run(
      "index_put", [&](const T& a, const T& v) { return at::index_put(a, list_of(indices), v, accumulate); }, self,
      values);
}
Result<void> TorchBackend::index_put_in_place(const Tensor& self, std::span<const Tensor* const> indices,
                                              const Tensor& values, bool accumulate) {
  CLOISTER_CHECK(check_index_list("index_put_in_place", self, indices));
  return write(
      "index_put_in_place",
      [&](const T& a, const T& v) { at::index_put_(const_cast<T&>(a), list_of(indices), v, accumulate); }, self,
      values);
}

Result<Tensor> TorchBackend::index_add(const Tensor& self, std::int64_t dim, const Tensor& index, const Tensor& source,
                                       const Scalar& alpha) {
  CLOISTER_CHECK(check_rows("index_add", self, dim, index));
  return run(
      "index_add", [&](const T& a, const T& at, const T& b) { return at::index_add(a, dim, at, b, scalar(alpha)); },
      self, index, source);
}
Result<void> TorchBackend::index_add_in_place(const Tensor& self, std::int64_t dim, const Tensor& index,
                                              const Tensor& source, const Scalar& alpha) {
  CLOISTER_CHECK(check_rows("index_add_in_place", self, dim, index));
  return write(
      "index_add_in_place", [&](const T& a, const T& at, const T& b) { a.index_add_(dim, at, b, scalar(alpha)); }, self,
      index, source);
}
Result<Tensor> TorchBackend::index_copy(const Tensor& self, std::int64_t dim, const Tensor& index,
                                        const Tensor& source) {
  CLOISTER_CHECK(check_rows("index_copy", self, dim, index));
  return run(
      "index_copy", [&](const T& a, const T& at, const T& b) { return at::index_copy(a, dim, at, b); }, self, index,
      source);
}
Result<void> TorchBackend::index_copy_in_place(const Tensor& self, std::int64_t dim, const Tensor& index,
                                               const Tensor& source) {
  CLOISTER_CHECK(check_rows("index_copy_in_place", self, dim, index));
  return write(
      "index_copy_in_place", [&](const T& a, const T& at, const T& b) { a.index_copy_(dim, at, b); }, self, index,
      source);
}
Result<Tensor> TorchBackend::index_fill_scalar(const Tensor& self, std::int64_t dim, const Tensor& index,
                                               const Scalar& value) {
  CLOISTER_CHECK(check_rows("index_fill_scalar", self, dim, index));
  return run(
      "index_fill_scalar", [&](const T& a, const T& at) { return at::index_fill(a, dim, at, scalar(value)); }, self,
      index);
}

Result<Tensor> TorchBackend::scatter(const Tensor& self, std::int64_t dim, const Tensor& index, const Tensor& src) {
  CLOISTER_CHECK(check_places("scatter", self, dim, index));
  return run(
      "scatter", [&](const T& a, const T& at, const T& b) { return at::scatter(a, dim, at, b); }, self, index, src);
}
Result<Tensor> TorchBackend::scatter_scalar(const Tensor& self, std::int64_t dim, const Tensor& index,
                                            const Scalar& value) {
  CLOISTER_CHECK(check_places("scatter_scalar", self, dim, index));
  return run(
      "scatter_scalar", [&](const T& a, const T& at) { return at::scatter(a, dim, at, scalar(value)); }, self, index);
}
Result<Tensor> TorchBackend::scatter_add(const Tensor& self, std::int64_t dim, const Tensor& index, const Tensor& src) {
  CLOISTER_CHECK(check_places("scatter_add", self, dim, index));
  return run(
      "scatter_add", [&](const T& a, const T& at, const T& b) { return at::scatter_add(a, dim, at, b); }, self, index,
      src);
}
Result<void> TorchBackend::scatter_add_in_place(const Tensor& self, std::int64_t dim, const Tensor& index,
                                                const Tensor& src) {
  CLOISTER_CHECK(check_places("scatter_add_in_place", self, dim, index));
  return write(
      "scatter_add_in_place", [&](const T& a, const T& at, const T& b) { a.scatter_add_(dim, at, b); }, self, index,
      src);
}
Result<Tensor> TorchBackend::scatter_reduce(const Tensor& self, std::int64_t dim, const Tensor& index,
                                            const Tensor& src, ScatterReduction reduce, bool include_self) {
  static constexpr std::array<const char*, 5> kNames{"sum", "prod", "mean", "amax", "amin"};
  CLOISTER_CHECK(check_places("scatter_reduce", self, dim, index));
  return run(
      "scatter_reduce",
      [&](const T& a, const T& at, const T& b) {
        return at::scatter_reduce(a, dim, at, b, kNames[static_cast<std::size_t>(reduce)], include_self);
      },
      self, index, src);
}

Result<Tensor> TorchBackend::masked_select(const Tensor& self, const Tensor& mask) {
  CLOISTER_CHECK(check_mask("masked_select", mask));
  return run("masked_select", [](const T& a, const T& m) { return at::masked_select(a, m); }, self, mask);
}
Result<Tensor> TorchBackend::masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  CLOISTER_CHECK(check_mask("masked_scatter", mask));
  return run(
      "masked_scatter",
      [&](const T& a, const T& m, const T& b) -> Result<Tensor> {
        const c10::MaybeOwned<T> places = at::expand_size(m, at::infer_size(a.sizes(), m.sizes()));
        if (places->sum().item().toLong() > b.numel()) {
          return fail(ErrorCode::invalid_argument,
                      "masked_scatter: the source has fewer elements than the mask has places");
        }
        return own(at::masked_scatter(a, m, b));
      },
      self, mask, source);
}
Result<Tensor> TorchBackend::nonzero(const Tensor& self) {
  return run("nonzero", [](const T& a) { return at::nonzero(a); }, self);
}

}  // namespace cloister::engine
