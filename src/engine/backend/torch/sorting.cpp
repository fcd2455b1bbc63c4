// Sorting, selection by rank, and counting.
#include <fmt/format.h>

#include <bit>

#include "shape.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

// Comparisons of sorting n elements: n log2 n.
std::int64_t sort_cost(std::int64_t numel) {
  return saturating_product(numel, std::bit_width(static_cast<std::uint64_t>(numel)));
}

}  // namespace

Result<std::array<Tensor, 2>> TorchBackend::sort(const Tensor& self, std::int64_t dim, bool descending) {
  CLOISTER_CHECK(check_cost("sort", Dtype::int64, sort_cost(numel(self))));
  return run("sort", [&](const T& a) { return at::sort(a, /*stable=*/true, dim, descending); }, self);
}
Result<Tensor> TorchBackend::argsort(const Tensor& self, std::int64_t dim, bool descending) {
  CLOISTER_CHECK(check_cost("argsort", Dtype::int64, sort_cost(numel(self))));
  return run("argsort", [&](const T& a) { return at::argsort(a, /*stable=*/true, dim, descending); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::topk(const Tensor& self, std::int64_t k, std::int64_t dim, bool largest,
                                                 bool sorted) {
  CLOISTER_CHECK(check_cost("topk", Dtype::int64, sort_cost(numel(self))));
  return run("topk", [&](const T& a) { return at::topk(a, k, dim, largest, sorted); }, self);
}
Result<std::array<Tensor, 2>> TorchBackend::kthvalue(const Tensor& self, std::int64_t k, std::int64_t dim,
                                                     bool keepdim) {
  CLOISTER_TRY(const std::int64_t length, length_of("kthvalue", self, dim));
  if (k < 1 || k > length) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("kthvalue: k is {}, but dimension {} has the ranks 1 .. {}", k, dim, length));
  }
  return run("kthvalue", [&](const T& a) { return at::kthvalue(a, k, dim, keepdim); }, self);
}

Result<Tensor> TorchBackend::searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool right) {
  return run(
      "searchsorted", [&](const T& a, const T& b) { return at::searchsorted(a, b, /*out_int32=*/false, right); },
      sorted_sequence, self);
}

Result<std::array<Tensor, 3>> TorchBackend::unique(const Tensor& self) {
  CLOISTER_CHECK(check_cost("unique", Dtype::int64, sort_cost(numel(self))));
  return run(
      "unique",
      [](const T& a) { return at::_unique2(a, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true); },
      self);
}

Result<Tensor> TorchBackend::bincount(const Tensor& self, const Tensor* weights, std::int64_t minlength) {
  const Dtype type = dtype(self);
  if (is_floating_point(type) || type == Dtype::bool_) {
    return fail(ErrorCode::dtype_mismatch,
                fmt::format("bincount: the tensor is {}, but must hold integers; convert it", dtype_name(type)));
  }
  CLOISTER_CHECK(check_new("bincount", Shape(&minlength, 1), Dtype::int64));
  return run(
      "bincount",
      [&](const T& a) -> Result<Tensor> {
        if (a.numel() > 0) {
          const std::int64_t most = a.max().item().toLong();
          if (a.min().item().toLong() < 0) {
            return fail(ErrorCode::invalid_argument, "bincount: an element is negative; only 0 and above are counted");
          }
          // Which element it is stays here: it is the tensor's content.
          if (!check_new("bincount", Shape(&most, 1), Dtype::int64)) {
            return fail(ErrorCode::quota_exceeded,
                        "bincount: the counts up to the largest element do not fit the memory that is left; raise it "
                        "with --limit tensors=SIZE");
          }
        }
        return own(at::bincount(a, optional_tensor(weights), minlength));
      },
      self);
}

}  // namespace cloister::engine
