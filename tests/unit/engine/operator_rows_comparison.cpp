// Rows: comparisons, logic, bits and masks; contents and dtypes.
#include <limits>

#include "operator_rows.h"

namespace cloister::engine {

using B = TensorBackend;

Rows comparison_rows() {
  Rows rows{
      binary("eq", &B::eq, at::eq),
      binary("ne", &B::ne, at::ne),
      binary("lt", &B::lt, at::lt),
      binary("le", &B::le, at::le),
      binary("gt", &B::gt, at::gt),
      binary("ge", &B::ge, at::ge),
      binary("logical_and", &B::logical_and, at::logical_and),
      binary("logical_or", &B::logical_or, at::logical_or),
      binary("logical_xor", &B::logical_xor, at::logical_xor),
      binary("bitwise_and", &B::bitwise_and, at::bitwise_and),
      binary("bitwise_or", &B::bitwise_or, at::bitwise_or),
      binary("bitwise_xor", &B::bitwise_xor, at::bitwise_xor),
      unary("isnan", &B::isnan, at::isnan),
      unary("isinf", &B::isinf, at::isinf),
      unary("isfinite", &B::isfinite, at::isfinite),
      unary("logical_not", &B::logical_not, at::logical_not),
      unary("bitwise_not", &B::bitwise_not, at::bitwise_not),
  };
  with_scalars(rows, "eq_scalar", &B::eq_scalar, at::eq);
  with_scalars(rows, "ne_scalar", &B::ne_scalar, at::ne);
  with_scalars(rows, "lt_scalar", &B::lt_scalar, at::lt);
  with_scalars(rows, "le_scalar", &B::le_scalar, at::le);
  with_scalars(rows, "gt_scalar", &B::gt_scalar, at::gt);
  with_scalars(rows, "ge_scalar", &B::ge_scalar, at::ge);
  with_scalars(rows, "bitwise_and_scalar", &B::bitwise_and_scalar, at::bitwise_and);
  with_scalars(rows, "bitwise_or_scalar", &B::bitwise_or_scalar, at::bitwise_or);
  with_scalars(rows, "bitwise_xor_scalar", &B::bitwise_xor_scalar, at::bitwise_xor);
  // Other counts than these are errors of ours and undefined in libtorch.
  for (const std::int64_t count : {0, 1, 3, 7}) {
    rows.emplace_back(
        "bitwise_left_shift_scalar", one_operand(),
        [=](const Ours& o) { return o->bitwise_left_shift_scalar(o[0], count); },
        [=](const Theirs& t) { return at::bitwise_left_shift(t[0], count); });
    rows.emplace_back(
        "bitwise_right_shift_scalar", one_operand(),
        [=](const Ours& o) { return o->bitwise_right_shift_scalar(o[0], count); },
        [=](const Theirs& t) { return at::bitwise_right_shift(t[0], count); });
  }
  for (const bool equal_nan : {false, true}) {
    rows.emplace_back(
        "isclose", two_operands(), [=](const Ours& o) { return o->isclose(o[0], o[1], 0.1, 0.2, equal_nan); },
        [=](const Theirs& t) { return at::isclose(t[0], t[1], 0.1, 0.2, equal_nan); });
  }
  rows.emplace_back(
      "isclose", two_operands(), [](const Ours& o) { return o->isclose(o[0], o[1], -0.1, 0.0, false); },
      [](const Theirs& t) { return at::isclose(t[0], t[1], -0.1, 0.0, false); });
  rows.emplace_back(
      "where",
      std::vector<Operands>{{mask({2, 3}), {2, 3}, {2, 3}},
                            {mask({3}), {2, 1}, Sizes{}},
                            {mask({}), Sizes{}, Sizes{}},
                            {mask({0}), {1}, {0}},
                            {mask({2, 1, 4, 1}), {2, 3, 4, 5}, {5}},
                            {mask({2}), {3}, {3}}},
      [](const Ours& o) { return o->where(o[0], o[1], o[2]); },
      [](const Theirs& t) { return at::where(t[0], t[1], t[2]); });
  const std::vector<Operands> masked{
      {{2, 3, 5}, mask({2, 3, 5})},    {{2, 3}, mask({3})}, {Sizes{}, mask({})}, {{0}, mask({0})}, {{3}, mask({2, 1})},
      {{2, 3, 4, 5}, mask({3, 1, 1})}, {{2, 3}, mask({4})}};
  std::vector<Operands> masked_with_value = masked;
  for (Operands& each : masked_with_value) each.push_back(Sizes{});
  masked_with_value.push_back({{3}, mask({3}), {1}});
  rows.emplace_back(
      "masked_fill", masked_with_value, [](const Ours& o) { return o->masked_fill(o[0], o[1], o[2]); },
      [](const Theirs& t) { return at::masked_fill(t[0], t[1], t[2]); });
  for (const Scalar& value : {Scalar(1.5), whole(-3), Scalar(true), Scalar(-std::numeric_limits<double>::infinity())}) {
    rows.emplace_back(
        "masked_fill_scalar", masked, [=](const Ours& o) { return o->masked_fill_scalar(o[0], o[1], value); },
        [=](const Theirs& t) { return at::masked_fill(t[0], t[1], number(value)); });
    rows.emplace_back(
        "masked_fill_scalar_in_place", masked,
        [=](const Ours& o) { return o->masked_fill_scalar_in_place(o[0], o[1], value); },
        [=](const Theirs& t) { return t[0].masked_fill_(t[1], number(value)); });
  }
  return rows;
}

Rows contents_rows() {
  Rows rows{
      unary("clone", &B::clone, [](const at::Tensor& a) { return at::clone(a); }),
      unary("alias", &B::alias, at::alias),
      {"zero_in_place", one_operand(), [](const Ours& o) { return o->zero_in_place(o[0]); },
       [](const Theirs& t) { return t[0].zero_(); }},
      {"copy_in_place", two_operands(), [](const Ours& o) { return o->copy_in_place(o[0], o[1]); },
       [](const Theirs& t) { return t[0].copy_(t[1]); }},
  };
  with_scalars(rows, "fill_scalar", &B::fill_scalar, at::fill);
  for (const Scalar& value : some_scalars()) {
    rows.emplace_back(
        "fill_scalar_in_place", one_operand(), [=](const Ours& o) { return o->fill_scalar_in_place(o[0], value); },
        [=](const Theirs& t) { return t[0].fill_(number(value)); });
  }
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    static constexpr std::array<at::ScalarType, kDtypeCount> kTypes{at::kBool,  at::kByte,  at::kChar, at::kShort,
                                                                    at::kInt,   at::kLong,  at::kHalf, at::kBFloat16,
                                                                    at::kFloat, at::kDouble};
    rows.emplace_back(
        "to_dtype", one_operand(), [=](const Ours& o) { return o->to_dtype(o[0], static_cast<Dtype>(i)); },
        [=](const Theirs& t) { return t[0].to(kTypes[i]); });
  }
  return rows;
}

}  // namespace cloister::engine
