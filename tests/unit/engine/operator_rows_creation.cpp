// Rows: making tensors, and drawing numbers.
#include <limits>

#include "operator_rows.h"

namespace cloister::engine {
namespace {

std::vector<Sizes> some_shapes() { return {{}, {0}, {1}, {3}, {2, 0, 3}, {2, 3, 5}, {1, 1, 1, 1, 7}}; }

}  // namespace

Rows creation_rows() {
  Rows rows;
  const std::vector<Operands> nothing{{}};
  for (const Sizes& shape : some_shapes()) {
    rows.emplace_back(
        "zeros", nothing, [=](const Ours& o) { return o->zeros(shape, o.dtype); },
        [=](const Theirs& t) { return at::zeros(shape, t.dtype); });
    // The contents of `empty` are zeros, so that a guest never sees what another has left.
    rows.emplace_back(
        "empty", nothing, [=](const Ours& o) { return o->empty(shape, o.dtype); },
        [=](const Theirs& t) { return at::zeros(shape, t.dtype); });
    rows.emplace_back(
        "ones", nothing, [=](const Ours& o) { return o->ones(shape, o.dtype); },
        [=](const Theirs& t) { return at::ones(shape, t.dtype); });
  }
  for (const Scalar& value : some_scalars()) {
    rows.emplace_back(
        "full", nothing, [=](const Ours& o) { return o->full(Sizes{3, 5}, value, o.dtype); },
        [=](const Theirs& t) { return at::full({3, 5}, number(value), t.dtype); });
    rows.emplace_back(
        "full_like", one_operand(), [=](const Ours& o) { return o->full_like(o[0], value); },
        [=](const Theirs& t) { return at::full_like(t[0], number(value)); });
  }
  rows.emplace_back(
      "zeros_like", one_operand(), [](const Ours& o) { return o->zeros_like(o[0]); },
      [](const Theirs& t) { return at::zeros_like(t[0]); });
  rows.emplace_back(
      "empty_like", one_operand(), [](const Ours& o) { return o->empty_like(o[0]); },
      [](const Theirs& t) { return at::zeros_like(t[0]); });
  rows.emplace_back(
      "ones_like", one_operand(), [](const Ours& o) { return o->ones_like(o[0]); },
      [](const Theirs& t) { return at::ones_like(t[0]); });
  const double infinity = std::numeric_limits<double>::infinity();
  struct Range {
    Scalar start, end, step;
  };
  for (const Range& r : std::vector<Range>{{whole(0), whole(7), whole(1)},
                                           {whole(9), whole(-1), whole(-2)},
                                           {2.0, 9.5, 1.5},
                                           {whole(3), whole(3), whole(1)},
                                           {0.0, 1.0, 0.1},
                                           {false, true, true},
                                           {whole(0), whole(5), whole(0)},
                                           {whole(5), whole(0), whole(1)},
                                           {0.0, infinity, 1.0}}) {
    rows.emplace_back(
        "arange", nothing, [=](const Ours& o) { return o->arange(r.start, r.end, r.step, o.dtype); },
        [=](const Theirs& t) { return at::arange(number(r.start), number(r.end), number(r.step), t.dtype); });
  }
  for (const std::int64_t steps : {0, 1, 2, 7, 40, -1}) {
    for (const auto& [start, end] : std::vector<std::pair<Scalar, Scalar>>{
             {0.0, 1.0}, {-3.5, 8.25}, {whole(10), whole(-10)}, {false, true}, {infinity, 0.0}}) {
      rows.emplace_back(
          "linspace", nothing, [=](const Ours& o) { return o->linspace(start, end, steps, o.dtype); },
          [=](const Theirs& t) { return at::linspace(number(start), number(end), steps, t.dtype); });
    }
  }
  for (const auto& [n, m] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{3, 3}, {2, 5}, {5, 1}, {0, 4}, {-1, 2}}) {
    rows.emplace_back(
        "eye", nothing, [=](const Ours& o) { return o->eye(n, m, o.dtype); },
        [=](const Theirs& t) { return at::eye(n, m, t.dtype); });
  }
  return rows;
}

Rows random_rows() {
  Rows rows;
  const std::vector<Operands> nothing{{}};
  // Small and large: normal numbers take another path from 16 elements on.
  for (const Sizes& shape : {Sizes{}, Sizes{0}, Sizes{3}, Sizes{16}, Sizes{33, 100}}) {
    rows.emplace_back(
        "rand", nothing, [=](const Ours& o) { return o->rand(shape, o.dtype); },
        [=](const Theirs& t) { return at::rand(shape, t.dtype); });
    rows.emplace_back(
        "randn", nothing, [=](const Ours& o) { return o->randn(shape, o.dtype); },
        [=](const Theirs& t) { return at::randn(shape, t.dtype); });
    rows.emplace_back(
        "randint", nothing, [=](const Ours& o) { return o->randint(0, 2, shape, o.dtype); },
        [=](const Theirs& t) { return at::randint(0, 2, shape, t.dtype); });
  }
  for (const auto& [low, high] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 10},
                                                          {-100, 100},
                                                          {5, 6},
                                                          {0, 256},
                                                          {0, 70000},
                                                          {-(std::int64_t{1} << 40), std::int64_t{1} << 40},
                                                          {3, 3}}) {
    rows.emplace_back(
        "randint", nothing, [=](const Ours& o) { return o->randint(low, high, Sizes{50}, o.dtype); },
        [=](const Theirs& t) { return at::randint(low, high, {50}, t.dtype); });
  }
  for (const std::int64_t n : {0, 1, 10, 50000}) {
    rows.emplace_back(
        "randperm", nothing, [=](const Ours& o) { return o->randperm(n); },
        [=](const Theirs&) { return at::randperm(n, at::kLong); });
  }
  rows.emplace_back(
      "rand_like", one_operand(), [](const Ours& o) { return o->rand_like(o[0]); },
      [](const Theirs& t) { return at::rand_like(t[0]); });
  rows.emplace_back(
      "randn_like", one_operand(), [](const Ours& o) { return o->randn_like(o[0]); },
      [](const Theirs& t) { return at::randn_like(t[0]); });
  rows.emplace_back(
      "bernoulli", one_operand(Contents::unit), [](const Ours& o) { return o->bernoulli(o[0]); },
      [](const Theirs& t) { return at::bernoulli(t[0]); });
  const std::vector<Operands> weights{{Operand({7}, Contents::unit)}, {Operand({3, 7}, Contents::unit)}};
  for (const bool replacement : {false, true}) {
    rows.emplace_back(
        "multinomial", weights, [=](const Ours& o) { return o->multinomial(o[0], 4, replacement); },
        [=](const Theirs& t) { return at::multinomial(t[0], 4, replacement); });
    rows.emplace_back(
        "multinomial", weights, [=](const Ours& o) { return o->multinomial(o[0], 1, replacement); },
        [=](const Theirs& t) { return at::multinomial(t[0], 1, replacement); });
  }
  rows.emplace_back(
      "uniform_in_place", one_operand(), [](const Ours& o) { return o->uniform_in_place(o[0], -2, 3); },
      [](const Theirs& t) { return t[0].uniform_(-2, 3); });
  rows.emplace_back(
      "normal_in_place", one_operand(), [](const Ours& o) { return o->normal_in_place(o[0], 1, 0.5); },
      [](const Theirs& t) { return t[0].normal_(1, 0.5); });
  for (const double p : {0.0, 0.3, 1.0, 1.5, -0.1}) {
    rows.emplace_back(
        "bernoulli_in_place", one_operand(), [=](const Ours& o) { return o->bernoulli_in_place(o[0], p); },
        [=](const Theirs& t) { return t[0].bernoulli_(p); });
  }
  for (const bool train : {false, true}) {
    for (const double p : {0.0, 0.4, 1.0, -0.1, 1.1}) {
      rows.emplace_back(
          "dropout", one_operand(), [=](const Ours& o) { return o->dropout(o[0], p, train); },
          [=](const Theirs& t) { return at::dropout(t[0], p, train); }, Dtypes::floating);
    }
    rows.emplace_back(
        "native_dropout", std::vector<Operands>{{{37}}},
        [=](const Ours& o) { return o->native_dropout(o[0], 0.4, train); },
        [=](const Theirs& t) { return at::native_dropout(t[0], 0.4, train); }, Dtypes::floating);
  }
  return rows;
}

}  // namespace cloister::engine
