// Rows: views of parts.
#include "operator_rows.h"

namespace cloister::engine {
namespace {

const std::vector<Operands>& splitting_operands() {
  static const std::vector<Operands> all{{{2, 3, 4}}, {Sizes{}}, {{7}}, {{0, 4}}, {{2, 3, 4, 5}}, {{1}}};
  return all;
}

using Place = std::optional<std::int64_t>;

void ranges(Rows& rows) {
  for (const std::int64_t dim : kDims) {
    for (const auto& [start, length] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {0, 1}, {1, 2}, {-1, 1}, {-2, 2}, {0, 0}, {1, 7}, {-9, 1}, {0, -1}, {7, 0}}) {
      rows.emplace_back(
          "narrow", splitting_operands(), [=](const Ours& o) { return o->narrow(o[0], dim, start, length); },
          [=](const Theirs& t) { return t[0].narrow(dim, start, length); });
    }
    for (const std::int64_t index : {0, 1, -1, -2, 9, -9}) {
      rows.emplace_back(
          "select", splitting_operands(), [=](const Ours& o) { return o->select(o[0], dim, index); },
          [=](const Theirs& t) { return t[0].select(dim, index); });
    }
    struct Range {
      Place start, end;
      std::int64_t step;
    };
    for (const Range& r : std::vector<Range>{{{}, {}, 1},
                                             {1, {}, 2},
                                             {{}, -1, 1},
                                             {-2, 100, 1},
                                             {3, 1, 1},
                                             {-100, 100, 3},
                                             {{}, {}, 0},
                                             {{}, {}, -1},
                                             {INT64_MIN, INT64_MAX, INT64_MAX}}) {
      rows.emplace_back(
          "slice", splitting_operands(), [=](const Ours& o) { return o->slice(o[0], dim, r.start, r.end, r.step); },
          [=](const Theirs& t) { return at::slice(t[0], dim, r.start, r.end, r.step); });
    }
  }
}

void parts(Rows& rows) {
  for (const std::int64_t dim : kDims) {
    // A size of 0 is an error of ours for an empty dimension's neighbours only; libtorch's own message for it names
    // another argument.
    for (const std::int64_t size : {1, 2, 3, 100, -1}) {
      rows.emplace_back(
          "split", splitting_operands(), [=](const Ours& o) { return o->split(o[0], size, dim); },
          [=](const Theirs& t) { return at::split(t[0], size, dim); });
      rows.emplace_back(
          "chunk", splitting_operands(), [=](const Ours& o) { return o->chunk(o[0], size, dim); },
          [=](const Theirs& t) { return at::chunk(t[0], size, dim); });
    }
    for (const Sizes& sizes : {Sizes{1, 1}, Sizes{2, 1}, Sizes{3, 1}, Sizes{0, 4}, Sizes{-1, 3}, Sizes{}, Sizes{7}}) {
      rows.emplace_back(
          "split_with_sizes", splitting_operands(),
          [=](const Ours& o) { return o->split_with_sizes(o[0], sizes, dim); },
          [=](const Theirs& t) { return at::split_with_sizes(t[0], sizes, dim); });
    }
    rows.emplace_back(
        "unbind", splitting_operands(), [=](const Ours& o) { return o->unbind(o[0], dim); },
        [=](const Theirs& t) { return at::unbind(t[0], dim); });
    for (const auto& [size, step] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {1, 1}, {2, 1}, {2, 2}, {3, 2}, {0, 1}, {9, 1}, {2, 0}, {-1, 1}, {1, INT64_MAX}}) {
      rows.emplace_back(
          "unfold", splitting_operands(), [=](const Ours& o) { return o->unfold(o[0], dim, size, step); },
          [=](const Theirs& t) { return t[0].unfold(dim, size, step); });
    }
  }
}

}  // namespace

Rows splitting_rows() {
  Rows rows;
  ranges(rows);
  parts(rows);
  struct Diagonal {
    std::int64_t offset, dim1, dim2;
  };
  for (const Diagonal& d : std::vector<Diagonal>{{0, 0, 1},
                                                 {1, 0, 1},
                                                 {-1, -2, -1},
                                                 {2, 1, 0},
                                                 {100, 0, 1},
                                                 {-100, 0, 1},
                                                 {0, 0, 0},
                                                 {0, 0, 5},
                                                 {1, -1, 0}}) {
    rows.emplace_back(
        "diagonal", splitting_operands(), [=](const Ours& o) { return o->diagonal(o[0], d.offset, d.dim1, d.dim2); },
        [=](const Theirs& t) { return at::diagonal(t[0], d.offset, d.dim1, d.dim2); });
    if (d.offset > -50 && d.offset < 50) {
      rows.emplace_back(
          "diag_embed", splitting_operands(),
          [=](const Ours& o) { return o->diag_embed(o[0], d.offset, d.dim1, d.dim2); },
          [=](const Theirs& t) { return at::diag_embed(t[0], d.offset, d.dim1, d.dim2); });
    }
  }
  return rows;
}

}  // namespace cloister::engine
