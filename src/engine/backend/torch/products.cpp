// Products of matrices, and distances.
#include <c10/util/SmallVector.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "layer_checks.h"
#include "shape.h"
#include "tensor_list.h"
#include "torch_backend.h"

namespace cloister::engine {
namespace {

using T = at::Tensor;

// Multiply-adds of a product with PyTorch's rules: the batches broadcast.
std::int64_t product_cost(Shape a, Shape b) {
  if (a.empty() || b.empty()) return 0;
  const std::int64_t inner = a.back();
  const std::int64_t rows = a.size() > 1 ? a[a.size() - 2] : 1;
  const std::int64_t columns = b.size() > 1 ? b.back() : 1;
  const auto batch = [](Shape shape) {
    std::int64_t n = 1;
    for (std::size_t i = 0; i + 2 < shape.size(); ++i) n = saturating_product(n, shape[i]);
    return n;
  };
  // The broadcast batch is the larger one in all but odd cases, which the memory of the result bounds.
  const std::int64_t matrices = std::max(batch(a), batch(b));
  return saturating_product(saturating_product(matrices, inner), saturating_product(rows, columns));
}

// Multiply-adds, at the least, of an element of a distance by the norm `p`: most norms take a power.
std::int64_t norm_cost(double p) { return p == 0 || p == 1 || p == 2 || std::isinf(p) ? 1 : 32; }

constexpr std::size_t kMaxEquation = 1024;

// Multiply-adds of an Einstein sum done at once, which no order of its products exceeds: the product of the sizes of
// all labels. What is wrong with an equation libtorch says; here it counts for nothing.
std::int64_t einsum_cost(const TensorBackend& backend, std::string_view equation, std::span<const Tensor> tensors) {
  std::array<std::int64_t, 128> label_size;
  label_size.fill(1);
  std::int64_t batch = 1;  // of what `...` stands for
  std::size_t operand = 0;
  const std::string_view inputs = equation.substr(0, equation.find("->"));
  for (std::size_t at = 0; at <= inputs.size() && operand < tensors.size(); ++operand) {
    const std::size_t end = std::min(inputs.find(',', at), inputs.size());
    const std::string_view term = inputs.substr(at, end - at);
    at = end + 1;
    const Shape shape = backend.shape(tensors[operand]);
    const auto labels = static_cast<std::size_t>(std::ranges::count_if(
        term, [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'); }));
    std::size_t dim = 0;
    for (std::size_t i = 0; i < term.size() && dim < shape.size(); ++i) {
      const char letter = term[i];
      if (letter == '.') {
        std::int64_t covered = 1;
        for (std::size_t rest = shape.size() > labels ? shape.size() - labels : 0; rest > 0; --rest) {
          covered = saturating_product(covered, shape[dim++]);
        }
        batch = saturating_product(batch, covered);
        i = term.rfind('.');
      } else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
        std::int64_t& size = label_size[static_cast<std::size_t>(letter)];
        size = std::max(size, shape[dim++]);
      }
    }
  }
  std::int64_t cost = batch;
  for (const std::int64_t size : label_size) cost = saturating_product(cost, size);
  return cost;
}

}  // namespace

Result<Tensor> TorchBackend::matmul(const Tensor& self, const Tensor& other) {
  CLOISTER_CHECK(check_cost("matmul", dtype(self), product_cost(shape(self), shape(other))));
  return run("matmul", [](const T& a, const T& b) { return at::matmul(a, b); }, self, other);
}
Result<Tensor> TorchBackend::mm(const Tensor& self, const Tensor& mat2) {
  CLOISTER_CHECK(check_cost("mm", dtype(self), product_cost(shape(self), shape(mat2))));
  return run("mm", [](const T& a, const T& b) { return at::mm(a, b); }, self, mat2);
}
Result<Tensor> TorchBackend::bmm(const Tensor& self, const Tensor& mat2) {
  CLOISTER_CHECK(check_cost("bmm", dtype(self), product_cost(shape(self), shape(mat2))));
  return run("bmm", [](const T& a, const T& b) { return at::bmm(a, b); }, self, mat2);
}
Result<Tensor> TorchBackend::addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                                   const Scalar& alpha) {
  CLOISTER_CHECK(check_cost("addmm", dtype(mat1), product_cost(shape(mat1), shape(mat2))));
  return run(
      "addmm", [&](const T& a, const T& b, const T& c) { return at::addmm(a, b, c, scalar(beta), scalar(alpha)); },
      self, mat1, mat2);
}
Result<Tensor> TorchBackend::baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                                     const Scalar& alpha) {
  CLOISTER_CHECK(check_cost("baddbmm", dtype(batch1), product_cost(shape(batch1), shape(batch2))));
  return run(
      "baddbmm", [&](const T& a, const T& b, const T& c) { return at::baddbmm(a, b, c, scalar(beta), scalar(alpha)); },
      self, batch1, batch2);
}
Result<Tensor> TorchBackend::dot(const Tensor& self, const Tensor& other) {
  return run("dot", [](const T& a, const T& b) { return at::dot(a, b); }, self, other);
}
Result<Tensor> TorchBackend::outer(const Tensor& self, const Tensor& vec2) {
  return run("outer", [](const T& a, const T& b) { return at::outer(a, b); }, self, vec2);
}

Result<Tensor> TorchBackend::einsum(std::string_view equation, std::span<const Tensor> tensors) {
  if (tensors.empty()) return fail(ErrorCode::invalid_argument, "einsum: no tensors were given");
  if (equation.size() > kMaxEquation) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("einsum: the equation has {} characters, more than {}", equation.size(), kMaxEquation));
  }
  CLOISTER_CHECK(check_cost("einsum", dtype(tensors.front()), einsum_cost(*this, equation, tensors)));
  return run(
      "einsum",
      [&](const T&) {
        const auto all = all_of(tensors);
        return at::einsum({equation.data(), equation.size()}, at::TensorList(all.data(), all.size()));
      },
      tensors.front());
}

Result<Tensor> TorchBackend::linear(const Tensor& input, const Tensor& weight, const Tensor* bias) {
  const Shape in = shape(input);
  const Shape by = shape(weight);
  if (in.empty() || by.size() != 2 || in.back() != by[1]) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("linear: input {} and weight {} do not fit: [..., in] and [out, in] are "
                            "needed",
                            format_shape(in), format_shape(by)));
  }
  if (bias != nullptr && (shape(*bias).size() != 1 || shape(*bias).front() != by[0])) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("linear: the bias has shape {}, but [{}] is needed", format_shape(shape(*bias)), by[0]));
  }
  CLOISTER_CHECK(expect_same_dtype("linear", dtype(input), dtype(weight), "weight"));
  if (bias != nullptr) CLOISTER_CHECK(expect_same_dtype("linear", dtype(input), dtype(*bias), "bias"));
  CLOISTER_CHECK(check_cost("linear", dtype(input), saturating_product(numel(input), by[0])));
  if (bias == nullptr) {
    return run("linear", [](const T& a, const T& w) { return at::linear(a, w); }, input, weight);
  }
  return run("linear", [](const T& a, const T& w, const T& b) { return at::linear(a, w, b); }, input, weight, *bias);
}

Result<Tensor> TorchBackend::bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                                      const Tensor* bias) {
  if (shape(weight).size() != 3 || shape(input1).empty() || shape(input2).empty()) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("bilinear: inputs {} and {} and weight {} do not fit: [..., a], [..., b] and [out, a, b] "
                            "are needed",
                            format_shape(shape(input1)), format_shape(shape(input2)), format_shape(shape(weight))));
  }
  const std::int64_t rows = shape(input1).back() == 0 ? 0 : numel(input1) / shape(input1).back();
  CLOISTER_CHECK(check_cost("bilinear", dtype(input1), saturating_product(rows, numel(weight))));
  return run(
      "bilinear", [&](const T& a, const T& b, const T& w) { return at::bilinear(a, b, w, optional_tensor(bias)); },
      input1, input2, weight);
}

Result<Tensor> TorchBackend::cdist(const Tensor& x1, const Tensor& x2, double p) {
  const Shape a = shape(x1);
  const Shape b = shape(x2);
  if (a.size() < 2 || b.size() < 2) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("cdist: {} and {} are given, but [..., n, d] and [..., m, d] are needed", format_shape(a),
                            format_shape(b)));
  }
  const std::int64_t batches =
      std::max(numel(x1) / std::max<std::int64_t>(saturating_product(a[a.size() - 2], a.back()), 1),
               numel(x2) / std::max<std::int64_t>(saturating_product(b[b.size() - 2], b.back()), 1));
  const std::array<std::int64_t, 3> result{batches, a[a.size() - 2], b[b.size() - 2]};
  CLOISTER_CHECK(check_new("cdist", result, dtype(x1)));
  CLOISTER_CHECK(
      check_cost("cdist", dtype(x1),
                 saturating_product(saturating_product(saturating_product(result[0], result[1]), norm_cost(p)),
                                    saturating_product(result[2], a.back()))));
  return run("cdist", [&](const T& x, const T& y) { return at::cdist(x, y, p); }, x1, x2);
}

Result<Tensor> TorchBackend::pdist(const Tensor& self, double p) {
  const Shape in = shape(self);
  if (in.size() != 2) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("pdist: the tensor has shape {}, but [n, d] is needed", format_shape(in)));
  }
  const std::int64_t pairs = saturating_product(in[0], in[0]) / 2;
  CLOISTER_CHECK(check_new("pdist", Shape(&pairs, 1), dtype(self)));
  CLOISTER_CHECK(check_cost("pdist", dtype(self), saturating_product(saturating_product(pairs, in[1]), norm_cost(p))));
  return run(
      "pdist",
      [&](const T& a) {
        if (a.size(0) != 0) return at::pdist(a, p);
        // No distances, and a gradient of nothing: libtorch's kernel of it reads beyond the storage.
        return at::pdist(a.detach(), p) + a.sum(1);
      },
      self);
}

Result<Tensor> TorchBackend::cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t dim, double eps) {
  return run(
      "cosine_similarity", [&](const T& a, const T& b) { return at::cosine_similarity(a, b, dim, eps); }, x1, x2);
}

}  // namespace cloister::engine
