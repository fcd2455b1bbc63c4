// Rows: reading and writing by index or mask.
#include "operator_rows.h"

namespace cloister::engine {
namespace {

using IndexList = c10::List<std::optional<at::Tensor>>;

// Lists of indices as `index` takes them: the first tensors are the indices, absent where `given` says no.
struct Lists {
  std::vector<bool> given;
  Operands operands;  // the tensor, then the indices given, then values of the result's shape

  [[nodiscard]] std::vector<const Tensor*> ours(const Ours& o) const {
    std::vector<const Tensor*> list;
    std::size_t next = 1;
    for (const bool is_given : given) list.push_back(is_given ? &o[next++] : nullptr);
    return list;
  }
  [[nodiscard]] IndexList theirs(const Theirs& t) const {
    IndexList list;
    std::size_t next = 1;
    for (const bool is_given : given) list.push_back(is_given ? std::optional(t[next++]) : std::nullopt);
    return list;
  }
  [[nodiscard]] std::size_t values() const { return operands.size() - 1; }
};

std::vector<Lists> lists() {
  return {
      {{true}, {{5, 3}, indices({4}, 5), {4, 3}}},
      {{true}, {{5, 3}, indices({2, 2}, 5), {3}}},
      {{true}, {{7}, indices({}, 7), Sizes{}}},
      {{false, true}, {{5, 3}, indices({4}, 3), {5, 4}}},
      {{true, true}, {{5, 3}, indices({4}, 5), indices({4}, 3), {4}}},
      {{true, true}, {{5, 3}, indices({2, 1}, 5), indices({4}, 3), {2, 4}}},
      {{true, false, true}, {{2, 3, 4}, indices({3}, 2), indices({3}, 4), {3, 3}}},
      {{true, true}, {{5, 3}, indices({4}, 5), indices({3}, 3), {4}}},
      {{true}, {{5, 3}, indices({0}, 5), {0, 3}}},
      {{false, true}, {{2, 3, 4, 5}, indices({2}, 3), {2, 2, 4, 5}}},
  };
}

void by_lists(Rows& rows) {
  for (const Lists& list : lists()) {
    rows.emplace_back(
        "index", std::vector<Operands>{list.operands}, [=](const Ours& o) { return o->index(o[0], list.ours(o)); },
        [=](const Theirs& t) { return at::index(t[0], list.theirs(t)); });
    for (const bool accumulate : {false, true}) {
      rows.emplace_back(
          "index_put", std::vector<Operands>{list.operands},
          [=](const Ours& o) { return o->index_put(o[0], list.ours(o), o[list.values()], accumulate); },
          [=](const Theirs& t) { return at::index_put(t[0], list.theirs(t), t[list.values()], accumulate); });
      rows.emplace_back(
          "index_put_in_place", std::vector<Operands>{list.operands},
          [=](const Ours& o) { return o->index_put_in_place(o[0], list.ours(o), o[list.values()], accumulate); },
          [=](const Theirs& t) {
            at::Tensor self = t[0];
            return at::index_put_(self, list.theirs(t), t[list.values()], accumulate);
          });
    }
  }
}

void by_rows(Rows& rows, std::int64_t dim) {
  const std::vector<Operands> read{{{5, 3}, indices({4}, 3)},  {{4, 4}, indices({}, 4)},
                                   {{3, 3}, indices({0}, 3)},  {{3, 4, 3, 3}, indices({2}, 3)},
                                   {Sizes{}, indices({1}, 1)}, {{7}, indices({9}, 7)}};
  rows.emplace_back(
      "index_select", read, [=](const Ours& o) { return o->index_select(o[0], dim, o[1]); },
      [=](const Theirs& t) { return at::index_select(t[0], dim, t[1]); });
  for (const Scalar& value : {Scalar(1.5), whole(2), Scalar(true)}) {
    rows.emplace_back(
        "index_fill_scalar", read, [=](const Ours& o) { return o->index_fill_scalar(o[0], dim, o[1], value); },
        [=](const Theirs& t) { return at::index_fill(t[0], dim, t[1], number(value)); });
  }
  const std::vector<Operands> write{{{4, 4}, permutation(4), {4, 4}},   {{3, 4, 3, 3}, permutation(3), {3, 4, 3, 3}},
                                    {{4, 4}, permutation(2), {2, 2}},   {{7}, permutation(3), {3}},
                                    {Sizes{}, permutation(1), Sizes{}}, {{3, 3}, indices({0}, 3), {0, 3}}};
  std::vector<Operands> add = write;
  add.push_back({{4, 4}, indices({4}, 2), {4, 4}});  // places that are added to twice
  for (const Scalar& alpha : {Scalar(1.0), whole(2), Scalar(0.5)}) {
    rows.emplace_back(
        "index_add", add, [=](const Ours& o) { return o->index_add(o[0], dim, o[1], o[2], alpha); },
        [=](const Theirs& t) { return at::index_add(t[0], dim, t[1], t[2], number(alpha)); });
    rows.emplace_back(
        "index_add_in_place", add, [=](const Ours& o) { return o->index_add_in_place(o[0], dim, o[1], o[2], alpha); },
        [=](const Theirs& t) { return t[0].index_add_(dim, t[1], t[2], number(alpha)); });
  }
  rows.emplace_back(
      "index_copy", write, [=](const Ours& o) { return o->index_copy(o[0], dim, o[1], o[2]); },
      [=](const Theirs& t) { return at::index_copy(t[0], dim, t[1], t[2]); });
  rows.emplace_back(
      "index_copy_in_place", write, [=](const Ours& o) { return o->index_copy_in_place(o[0], dim, o[1], o[2]); },
      [=](const Theirs& t) { return t[0].index_copy_(dim, t[1], t[2]); });
}

void by_mask(Rows& rows) {
  const std::vector<Operands> masked{
      {{2, 3, 5}, mask({2, 3, 5})},    {{2, 3}, mask({3})}, {Sizes{}, mask({})}, {{0}, mask({0})}, {{3}, mask({2, 1})},
      {{2, 3, 4, 5}, mask({3, 1, 1})}, {{2, 3}, mask({4})}};
  rows.emplace_back(
      "masked_select", masked, [](const Ours& o) { return o->masked_select(o[0], o[1]); },
      [](const Theirs& t) { return at::masked_select(t[0], t[1]); });
  std::vector<Operands> from = masked;
  for (Operands& each : from) each.push_back({200});
  rows.emplace_back(
      "masked_scatter", from, [](const Ours& o) { return o->masked_scatter(o[0], o[1], o[2]); },
      [](const Theirs& t) { return at::masked_scatter(t[0], t[1], t[2]); });
  rows.emplace_back(
      "nonzero", one_operand(), [](const Ours& o) { return o->nonzero(o[0]); },
      [](const Theirs& t) { return at::nonzero(t[0]); });
}

}  // namespace

Rows indexing_rows() {
  Rows rows;
  by_lists(rows);
  for (const std::int64_t dim : {0, 1, -1, 4}) by_rows(rows, dim);
  by_mask(rows);
  return rows;
}

Rows scatter_rows() {
  Rows rows;
  for (const std::int64_t dim : {0, 1, -1, -2, 3}) {
    const std::vector<Operands> read{{{4, 4}, indices({3, 2}, 4)}, {{4, 4, 4}, indices({2, 4, 3}, 4)},
                                     {Sizes{}, indices({}, 1)},    {{4}, indices({9}, 4)},
                                     {{4, 4}, indices({0, 3}, 4)}, {{4, 4}, indices({5, 5}, 4)},
                                     {{4, 4}, indices({4}, 4)}};
    rows.emplace_back(
        "gather", read, [=](const Ours& o) { return o->gather(o[0], dim, o[1]); },
        [=](const Theirs& t) { return at::gather(t[0], dim, t[1]); });
    rows.emplace_back(
        "take_along_dim",
        std::vector<Operands>{{{4, 4}, indices({4, 4}, 4)},
                              {{4, 4}, indices({1, 4}, 4)},
                              {{4, 1, 4}, indices({4, 3, 1}, 1)},
                              {{4}, indices({9}, 4)},
                              {{4, 4}, indices({3}, 4)}},
        [=](const Ours& o) { return o->take_along_dim(o[0], o[1], dim); },
        [=](const Theirs& t) { return at::take_along_dim(t[0], t[1], dim); });
    rows.emplace_back(
        "scatter_scalar", read, [=](const Ours& o) { return o->scatter_scalar(o[0], dim, o[1], 1.5); },
        [=](const Theirs& t) { return at::scatter(t[0], dim, t[1], 1.5); });
    const std::vector<Operands> write{
        {{4, 4}, indices({3, 2}, 4), {3, 2}}, {{4, 4, 4}, indices({2, 4, 3}, 4), {3, 4, 4}},
        {Sizes{}, indices({}, 1), Sizes{}},   {{4}, indices({9}, 4), {9}},
        {{4, 4}, indices({0, 3}, 4), {4, 4}}, {{4, 4}, indices({4, 4}, 4), {2, 2}}};
    rows.emplace_back(
        "scatter", write, [=](const Ours& o) { return o->scatter(o[0], dim, o[1], o[2]); },
        [=](const Theirs& t) { return at::scatter(t[0], dim, t[1], t[2]); });
    rows.emplace_back(
        "scatter_add", write, [=](const Ours& o) { return o->scatter_add(o[0], dim, o[1], o[2]); },
        [=](const Theirs& t) { return at::scatter_add(t[0], dim, t[1], t[2]); });
    rows.emplace_back(
        "scatter_add_in_place", write, [=](const Ours& o) { return o->scatter_add_in_place(o[0], dim, o[1], o[2]); },
        [=](const Theirs& t) { return t[0].scatter_add_(dim, t[1], t[2]); });
    for (const auto& [reduction, name] :
         {std::pair(ScatterReduction::sum, "sum"), std::pair(ScatterReduction::prod, "prod"),
          std::pair(ScatterReduction::mean, "mean"), std::pair(ScatterReduction::amax, "amax"),
          std::pair(ScatterReduction::amin, "amin")}) {
      for (const bool include_self : {false, true}) {
        rows.emplace_back(
            "scatter_reduce", write,
            [=](const Ours& o) { return o->scatter_reduce(o[0], dim, o[1], o[2], reduction, include_self); },
            [=](const Theirs& t) { return at::scatter_reduce(t[0], dim, t[1], t[2], name, include_self); });
      }
    }
  }
  return rows;
}

}  // namespace cloister::engine
