// Rows: reductions, running sums, sorting and counting.
#include <limits>

#include "operator_rows.h"

namespace cloister::engine {
namespace {

const std::vector<Operands>& reduction_operands() {
  static const std::vector<Operands> all{{{2, 3, 5}}, {Sizes{}}, {{37}},   {{1}},
                                         {{0}},       {{0, 4}},  {{4, 0}}, {{2, 3, 4, 5}}};
  return all;
}
using OptionalDim = std::optional<std::int64_t>;
const std::vector<OptionalDim>& optional_dims() {
  static const std::vector<OptionalDim> all{{}, 0, 1, -1, 4, -5};
  return all;
}
// An empty list is all of them.
at::OptionalIntArrayRef or_all(const Sizes& dims) {
  return dims.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(dims);
}

void over_lists(Rows& rows, const Sizes& dims, bool keepdim) {
  rows.emplace_back(
      "sum", reduction_operands(), [=](const Ours& o) { return o->sum(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::sum(t[0], or_all(dims), keepdim); });
  rows.emplace_back(
      "nansum", reduction_operands(), [=](const Ours& o) { return o->nansum(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::nansum(t[0], or_all(dims), keepdim); });
  rows.emplace_back(
      "mean", reduction_operands(), [=](const Ours& o) { return o->mean(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::mean(t[0], or_all(dims), keepdim); });
  for (const std::int64_t correction : {0, 1, 2, 100, -3}) {
    rows.emplace_back(
        "std", reduction_operands(), [=](const Ours& o) { return o->std(o[0], dims, correction, keepdim); },
        [=](const Theirs& t) { return at::std(t[0], or_all(dims), at::Scalar(correction), keepdim); });
    rows.emplace_back(
        "var", reduction_operands(), [=](const Ours& o) { return o->var(o[0], dims, correction, keepdim); },
        [=](const Theirs& t) { return at::var(t[0], or_all(dims), at::Scalar(correction), keepdim); });
  }
  rows.emplace_back(
      "amax", reduction_operands(), [=](const Ours& o) { return o->amax(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::amax(t[0], dims, keepdim); });
  rows.emplace_back(
      "amin", reduction_operands(), [=](const Ours& o) { return o->amin(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::amin(t[0], dims, keepdim); });
  rows.emplace_back(
      "all", reduction_operands(), [=](const Ours& o) { return o->all(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::all(t[0], or_all(dims), keepdim); });
  rows.emplace_back(
      "any", reduction_operands(), [=](const Ours& o) { return o->any(o[0], dims, keepdim); },
      [=](const Theirs& t) { return at::any(t[0], or_all(dims), keepdim); });
  rows.emplace_back(
      "count_nonzero", reduction_operands(), [=](const Ours& o) { return o->count_nonzero(o[0], dims); },
      [=](const Theirs& t) { return dims.empty() ? at::count_nonzero(t[0]) : at::count_nonzero(t[0], dims); });
  rows.emplace_back(
      "logsumexp", reduction_operands(), [=](const Ours& o) { return o->logsumexp(o[0], dims, keepdim); },
      [=](const Theirs& t) {
        Sizes every(static_cast<std::size_t>(t[0].dim()));
        for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::int64_t>(i);
        return at::logsumexp(t[0], dims.empty() ? every : dims, keepdim);
      });
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double ord : {2.0, 1.0, 0.0, 3.5, -1.0, infinity, -infinity}) {
    rows.emplace_back(
        "linalg_vector_norm", reduction_operands(),
        [=](const Ours& o) { return o->linalg_vector_norm(o[0], ord, dims, keepdim); },
        [=](const Theirs& t) { return at::linalg_vector_norm(t[0], ord, or_all(dims), keepdim); });
  }
}

void along_one(Rows& rows, bool keepdim) {
  for (const OptionalDim dim : optional_dims()) {
    rows.emplace_back(
        "argmax", reduction_operands(), [=](const Ours& o) { return o->argmax(o[0], dim, keepdim); },
        [=](const Theirs& t) { return at::argmax(t[0], dim, keepdim); });
    rows.emplace_back(
        "argmin", reduction_operands(), [=](const Ours& o) { return o->argmin(o[0], dim, keepdim); },
        [=](const Theirs& t) { return at::argmin(t[0], dim, keepdim); });
    rows.emplace_back(
        "prod", reduction_operands(), [=](const Ours& o) { return o->prod(o[0], dim, keepdim); },
        [=](const Theirs& t) {
          if (dim) return at::prod(t[0], *dim, keepdim);
          return keepdim ? at::prod(t[0]).reshape(Sizes(static_cast<std::size_t>(t[0].dim()), 1)) : at::prod(t[0]);
        });
  }
  for (const std::int64_t dim : kDims) {
    rows.emplace_back(
        "max_dim", reduction_operands(), [=](const Ours& o) { return o->max_dim(o[0], dim, keepdim); },
        [=](const Theirs& t) { return at::max(t[0], dim, keepdim); });
    rows.emplace_back(
        "min_dim", reduction_operands(), [=](const Ours& o) { return o->min_dim(o[0], dim, keepdim); },
        [=](const Theirs& t) { return at::min(t[0], dim, keepdim); });
    rows.emplace_back(
        "median_dim", reduction_operands(), [=](const Ours& o) { return o->median_dim(o[0], dim, keepdim); },
        // Contiguous: libtorch reads beyond the storage of an expanded tensor.
        [=](const Theirs& t) { return at::median(t[0].contiguous(), dim, keepdim); });
    for (const std::int64_t k : {1, 2, 0, 99}) {
      rows.emplace_back(
          "kthvalue", reduction_operands(), [=](const Ours& o) { return o->kthvalue(o[0], k, dim, keepdim); },
          [=](const Theirs& t) { return at::kthvalue(t[0], k, dim, keepdim); });
    }
  }
}

}  // namespace

Rows reduction_rows() {
  Rows rows;
  for (const bool keepdim : {false, true}) {
    for (const Sizes& dims : {Sizes{}, Sizes{0}, Sizes{-1}, Sizes{0, 2}, Sizes{-1, 0}, Sizes{0, 0}, Sizes{7}}) {
      over_lists(rows, dims, keepdim);
    }
    along_one(rows, keepdim);
  }
  return rows;
}

Rows scan_rows() {
  Rows rows;
  for (const std::int64_t dim : kDims) {
    rows.emplace_back(
        "softmax", reduction_operands(), [=](const Ours& o) { return o->softmax(o[0], dim); },
        [=](const Theirs& t) { return at::softmax(t[0], dim); });
    rows.emplace_back(
        "log_softmax", reduction_operands(), [=](const Ours& o) { return o->log_softmax(o[0], dim); },
        [=](const Theirs& t) { return at::log_softmax(t[0], dim); });
    rows.emplace_back(
        "cumsum", reduction_operands(), [=](const Ours& o) { return o->cumsum(o[0], dim); },
        [=](const Theirs& t) { return at::cumsum(t[0], dim); });
    rows.emplace_back(
        "cumprod", reduction_operands(), [=](const Ours& o) { return o->cumprod(o[0], dim); },
        [=](const Theirs& t) { return at::cumprod(t[0], dim); });
    rows.emplace_back(
        "cummax", reduction_operands(), [=](const Ours& o) { return o->cummax(o[0], dim); },
        [=](const Theirs& t) { return at::cummax(t[0], dim); });
  }
  return rows;
}

Rows sorting_rows() {
  Rows rows;
  for (const std::int64_t dim : kDims) {
    for (const bool descending : {false, true}) {
      rows.emplace_back(
          "sort", reduction_operands(), [=](const Ours& o) { return o->sort(o[0], dim, descending); },
          [=](const Theirs& t) { return at::sort(t[0], true, dim, descending); });
      rows.emplace_back(
          "argsort", reduction_operands(), [=](const Ours& o) { return o->argsort(o[0], dim, descending); },
          [=](const Theirs& t) { return at::argsort(t[0], true, dim, descending); });
      for (const std::int64_t k : {0, 1, 2, 99, -1}) {
        rows.emplace_back(
            "topk", reduction_operands(), [=](const Ours& o) { return o->topk(o[0], k, dim, descending, true); },
            [=](const Theirs& t) { return at::topk(t[0], k, dim, descending, true); });
      }
    }
    rows.emplace_back(
        "topk", reduction_operands(), [=](const Ours& o) { return o->topk(o[0], 2, dim, true, false); },
        [=](const Theirs& t) { return at::topk(t[0], 2, dim, true, false); });
  }
  for (const bool right : {false, true}) {
    rows.emplace_back(
        "searchsorted",
        std::vector<Operands>{{Operand({9}, Contents::sorted), {2, 3}},
                              {Operand({2, 9}, Contents::sorted), {2, 3}},
                              {Operand({9}, Contents::sorted), Sizes{}},
                              {Operand({0}, Contents::sorted), {3}},
                              {Operand({9}, Contents::sorted), {0}},
                              {Operand({2, 9}, Contents::sorted), {3, 3}}},
        [=](const Ours& o) { return o->searchsorted(o[0], o[1], right); },
        [=](const Theirs& t) { return at::searchsorted(t[0], t[1], false, right); });
  }
  rows.emplace_back(
      "unique", reduction_operands(), [](const Ours& o) { return o->unique(o[0]); },
      [](const Theirs& t) { return at::_unique2(t[0], true, true, true); });
  const std::vector<Operands> counted{{Operand({20}, Contents::counts, 9)},
                                      {Operand({0}, Contents::counts, 9)},
                                      {Operand({2, 3}, Contents::counts, 9)}};
  for (const std::int64_t minlength : {0, 5, 30, -1}) {
    rows.emplace_back(
        "bincount", counted, [=](const Ours& o) { return o->bincount(o[0], nullptr, minlength); },
        [=](const Theirs& t) { return at::bincount(t[0], {}, minlength); });
  }
  rows.emplace_back(
      "bincount",
      std::vector<Operands>{{Operand({20}, Contents::indices, 9), {20}}, {Operand({3}, Contents::indices, 9), {2}}},
      [](const Ours& o) { return o->bincount(o[0], &o[1], 4); },
      [](const Theirs& t) { return at::bincount(t[0], t[1], 4); });
  return rows;
}

}  // namespace cloister::engine
