// Rows: several tensors made one, and copies in another arrangement.
#include "operator_rows.h"

namespace cloister::engine {
namespace {

const std::vector<Operands>& arranging_operands() {
  static const std::vector<Operands> all{{{2, 3, 4}}, {Sizes{}}, {{7}}, {{0, 4}}, {{2, 3, 4, 5}}, {{5, 3}}};
  return all;
}

void joined(Rows& rows) {
  const std::vector<Operands> alike{
      {{2, 3}, {2, 3}}, {{2, 3}, {4, 3}}, {Sizes{}, Sizes{}}, {{0}, {2, 3}}, {{2, 3, 4, 5}, {2, 3, 4, 5}},
      {{2, 3}, {3, 2}}, {{3}, {3}, {2}},  {{3}, {2, 3}}};
  for (const std::int64_t dim : {0, 1, -1, -2, 5}) {
    rows.emplace_back(
        "cat", alike, [=](const Ours& o) { return o->cat(o.operands, dim); },
        [=](const Theirs& t) { return at::cat(at::TensorList(t.operands.data(), t.operands.size()), dim); });
    rows.emplace_back(
        "stack", alike, [=](const Ours& o) { return o->stack(o.operands, dim); },
        [=](const Theirs& t) { return at::stack(at::TensorList(t.operands.data(), t.operands.size()), dim); });
  }
  rows.emplace_back(
      "meshgrid", std::vector<Operands>{{{3}}, {{3}, {4}}, {{2}, {1}, {3}}, {Sizes{}, {2}}, {{0}, {3}}, {{2, 3}, {2}}},
      [](const Ours& o) { return o->meshgrid(o.operands); },
      [](const Theirs& t) { return at::meshgrid(at::TensorList(t.operands.data(), t.operands.size()), "ij"); });
}

void repeated(Rows& rows) {
  for (const Sizes& repeats :
       {Sizes{2}, Sizes{2, 3}, Sizes{1, 2, 1}, Sizes{2, 1, 2, 1, 1}, Sizes{0}, Sizes{}, Sizes{0, 2}, Sizes{1, 1, 0}}) {
    rows.emplace_back(
        "repeat", arranging_operands(), [=](const Ours& o) { return o->repeat(o[0], repeats); },
        [=](const Theirs& t) { return t[0].repeat(repeats); });
  }
  for (const std::optional<std::int64_t> dim : std::vector<std::optional<std::int64_t>>{{}, 0, -1, 1, 6}) {
    for (const std::int64_t count : {0, 1, 3, -1}) {
      rows.emplace_back(
          "repeat_interleave", arranging_operands(),
          [=](const Ours& o) { return o->repeat_interleave(o[0], count, dim); },
          [=](const Theirs& t) { return at::repeat_interleave(t[0], count, dim); });
    }
  }
}

void moved(Rows& rows) {
  for (const Sizes& dims : {Sizes{}, Sizes{0}, Sizes{-1}, Sizes{0, 1}, Sizes{1, 1}, Sizes{0, -1}, Sizes{9}}) {
    rows.emplace_back(
        "flip", arranging_operands(), [=](const Ours& o) { return o->flip(o[0], dims); },
        [=](const Theirs& t) { return at::flip(t[0], dims); });
  }
  for (const auto& [shifts, dims] : std::vector<std::pair<Sizes, Sizes>>{{{1}, {}},
                                                                         {{-2}, {0}},
                                                                         {{100}, {-1}},
                                                                         {{1, 2}, {0, 1}},
                                                                         {{1, 2}, {0, 0}},
                                                                         {{1}, {0, 1}},
                                                                         {{1, 2}, {}},
                                                                         {{}, {}}}) {
    rows.emplace_back(
        "roll", arranging_operands(), [=](const Ours& o) { return o->roll(o[0], shifts, dims); },
        [=](const Theirs& t) { return at::roll(t[0], shifts, dims); });
  }
  for (const std::int64_t diagonal : {0, 1, -1, 100, -100}) {
    rows.emplace_back(
        "tril", arranging_operands(), [=](const Ours& o) { return o->tril(o[0], diagonal); },
        [=](const Theirs& t) { return at::tril(t[0], diagonal); });
    rows.emplace_back(
        "triu", arranging_operands(), [=](const Ours& o) { return o->triu(o[0], diagonal); },
        [=](const Theirs& t) { return at::triu(t[0], diagonal); });
  }
}

void written(Rows& rows) {
  using Place = std::optional<std::int64_t>;
  struct Range {
    std::int64_t dim;
    Place start, end;
    std::int64_t step;
  };
  const std::vector<Operands> sources{
      {{2, 3, 4}, {2, 2, 4}}, {{6}, {3}}, {{4, 5}, {4, 3}}, {{5}, {0}}, {{2, 4, 4, 5}, {2, 2, 4, 5}}};
  for (const Range& r : std::vector<Range>{{1, 0, 2, 1},
                                           {1, 1, {}, 1},
                                           {0, {}, {}, 2},
                                           {-1, -3, {}, 1},
                                           {1, {}, {}, 2},
                                           {0, 3, 3, 1},
                                           {1, 0, 2, 0},
                                           {4, 0, 1, 1}}) {
    rows.emplace_back(
        "slice_scatter", sources,
        [=](const Ours& o) { return o->slice_scatter(o[0], o[1], r.dim, r.start, r.end, r.step); },
        [=](const Theirs& t) { return at::slice_scatter(t[0], t[1], r.dim, r.start, r.end, r.step); });
  }
  for (const std::int64_t dim : {0, 1, -1, 5}) {
    for (const std::int64_t index : {0, 1, -1, 7}) {
      rows.emplace_back(
          "select_scatter", std::vector<Operands>{{{2, 3, 4}, {2, 4}}, {{2, 3}, {3}}, {{2, 3}, {2}}, {{5}, Sizes{}}},
          [=](const Ours& o) { return o->select_scatter(o[0], o[1], dim, index); },
          [=](const Theirs& t) { return at::select_scatter(t[0], t[1], dim, index); });
    }
  }
  for (const Sizes& pad : {Sizes{1, 2}, Sizes{0, 0}, Sizes{1, 0, 0, 2}, Sizes{-1, 1}, Sizes{-1, -1}, Sizes{}, Sizes{1},
                           Sizes{-4, 0}, Sizes{1, 1, 1, 1, 1, 1}}) {
    for (const Scalar& value : {Scalar(0.0), Scalar(7.5), whole(3)}) {
      rows.emplace_back(
          "constant_pad_nd", arranging_operands(), [=](const Ours& o) { return o->constant_pad_nd(o[0], pad, value); },
          [=](const Theirs& t) { return at::constant_pad_nd(t[0], pad, number(value)); });
    }
  }
}

}  // namespace

Rows arranging_rows() {
  Rows rows;
  joined(rows);
  repeated(rows);
  moved(rows);
  written(rows);
  return rows;
}

}  // namespace cloister::engine
