#include "operator_rows.h"

#include <limits>

namespace cloister::engine {

std::vector<Family> operator_families() {
  return {
      {"Creation", creation_rows()},     {"Random", random_rows()},
      {"Arithmetic", arithmetic_rows()}, {"Division", division_rows()},
      {"Functions", function_rows()},    {"Activations", activation_rows()},
      {"Comparison", comparison_rows()}, {"Contents", contents_rows()},
      {"Shaping", shaping_rows()},       {"Splitting", splitting_rows()},
      {"Arranging", arranging_rows()},   {"Indexing", indexing_rows()},
      {"Scatter", scatter_rows()},       {"Sorting", sorting_rows()},
      {"Reductions", reduction_rows()},  {"Scans", scan_rows()},
      {"Products", product_rows()},
  };
}

std::vector<Operands> one_operand(Contents contents) {
  std::vector<Operands> all;
  for (const Sizes& shape : {Sizes{2, 3, 7}, Sizes{}, Sizes{0}, Sizes{1}, Sizes{3}, Sizes{37}, Sizes{2, 3, 4, 5}}) {
    all.push_back({Operand(shape, contents)});
  }
  return all;
}

std::vector<Operands> two_operands(Contents second) {
  std::vector<Operands> all;
  for (const auto& [a, b] : std::vector<std::pair<Sizes, Sizes>>{{{2, 3, 5}, {2, 3, 5}},
                                                                 {{}, {}},
                                                                 {{3}, {}},
                                                                 {{2, 3}, {3}},
                                                                 {{4, 1}, {3}},
                                                                 {{3}, {4, 1}},
                                                                 {{0}, {1}},
                                                                 {{2, 3, 4, 5}, {3, 1, 1}},
                                                                 {{2, 3}, {4}}}) {
    all.push_back({a, Operand(b, second)});
  }
  return all;
}

std::vector<Operands> three_operands() {
  return {{{2, 3, 5}, {2, 3, 5}, {2, 3, 5}},
          {Sizes{}, Sizes{}, Sizes{}},
          {{3}, {2, 1}, Sizes{}},
          {{4, 3}, {3}, {4, 1}},
          {{0}, {1}, {0}},
          {{2, 3, 4, 5}, {3, 1, 1}, {5}},
          {{2, 3}, {4}, {3}}};
}

std::vector<Scalar> some_scalars() {
  return {1.5, whole(3), whole(-2), true, std::numeric_limits<double>::quiet_NaN()};
}

Row unary(const char* op, OurUnary ours, TheirUnary theirs) {
  return {op, one_operand(), [ours](const Ours& o) { return (o.backend->*ours)(o[0]); },
          [theirs](const Theirs& t) { return theirs(t[0]); }};
}

Row binary(const char* op, OurBinary ours, TheirBinary theirs) {
  return {op, two_operands(), [ours](const Ours& o) { return (o.backend->*ours)(o[0], o[1]); },
          [theirs](const Theirs& t) { return theirs(t[0], t[1]); }};
}

void with_scalars(Rows& rows, const char* op, OurWithScalar ours, TheirWithScalar theirs) {
  for (const Scalar& value : some_scalars()) {
    rows.emplace_back(
        op, one_operand(), [=](const Ours& o) { return (o.backend->*ours)(o[0], value); },
        [=](const Theirs& t) { return theirs(t[0], number(value)); });
  }
}

}  // namespace cloister::engine
