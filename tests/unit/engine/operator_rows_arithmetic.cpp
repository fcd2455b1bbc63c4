// Rows: arithmetic element by element, and division.
#include "operator_rows.h"

namespace cloister::engine {
namespace {

using B = TensorBackend;

// The three forms of sums: two tensors, in place, and with numbers.
void sums(Rows& rows) {
  for (const Scalar& alpha : {Scalar(1.0), Scalar(0.5), whole(3), whole(-1)}) {
    const at::Scalar their_alpha = number(alpha);
    rows.emplace_back(
        "add", two_operands(), [=](const Ours& o) { return o->add(o[0], o[1], alpha); },
        [=](const Theirs& t) { return at::add(t[0], t[1], their_alpha); });
    rows.emplace_back(
        "add_in_place", two_operands(), [=](const Ours& o) { return o->add_in_place(o[0], o[1], alpha); },
        [=](const Theirs& t) { return t[0].add_(t[1], their_alpha); });
    rows.emplace_back(
        "sub", two_operands(), [=](const Ours& o) { return o->sub(o[0], o[1], alpha); },
        [=](const Theirs& t) { return at::sub(t[0], t[1], their_alpha); });
    rows.emplace_back(
        "sub_in_place", two_operands(), [=](const Ours& o) { return o->sub_in_place(o[0], o[1], alpha); },
        [=](const Theirs& t) { return t[0].sub_(t[1], their_alpha); });
    for (const Scalar& other : {Scalar(1.5), whole(-2), Scalar(true)}) {
      const at::Scalar their_other = number(other);
      rows.emplace_back(
          "add_scalar", one_operand(), [=](const Ours& o) { return o->add_scalar(o[0], other, alpha); },
          [=](const Theirs& t) { return at::add(t[0], their_other, their_alpha); });
      rows.emplace_back(
          "add_scalar_in_place", one_operand(),
          [=](const Ours& o) { return o->add_scalar_in_place(o[0], other, alpha); },
          [=](const Theirs& t) { return t[0].add_(their_other, their_alpha); });
      rows.emplace_back(
          "sub_scalar", one_operand(), [=](const Ours& o) { return o->sub_scalar(o[0], other, alpha); },
          [=](const Theirs& t) { return at::sub(t[0], their_other, their_alpha); });
      rows.emplace_back(
          "sub_scalar_in_place", one_operand(),
          [=](const Ours& o) { return o->sub_scalar_in_place(o[0], other, alpha); },
          [=](const Theirs& t) { return t[0].sub_(their_other, their_alpha); });
      rows.emplace_back(
          "rsub_scalar", one_operand(), [=](const Ours& o) { return o->rsub_scalar(o[0], other, alpha); },
          [=](const Theirs& t) { return at::rsub(t[0], their_other, their_alpha); });
    }
  }
}

}  // namespace

Rows arithmetic_rows() {
  Rows rows;
  sums(rows);
  rows.push_back(binary("mul", &B::mul, at::mul));
  rows.emplace_back(
      "mul_in_place", two_operands(), [](const Ours& o) { return o->mul_in_place(o[0], o[1]); },
      [](const Theirs& t) { return t[0].mul_(t[1]); });
  with_scalars(rows, "mul_scalar", &B::mul_scalar, at::mul);
  rows.push_back(binary("pow", &B::pow, at::pow));
  for (const Scalar& exponent : {Scalar(2.5), Scalar(0.5), Scalar(-1.0), whole(2), whole(3), whole(0), whole(-2)}) {
    const at::Scalar theirs = number(exponent);
    rows.emplace_back(
        "pow_scalar", one_operand(), [=](const Ours& o) { return o->pow_scalar(o[0], exponent); },
        [=](const Theirs& t) { return at::pow(t[0], theirs); });
    rows.emplace_back(
        "pow_scalar_in_place", one_operand(), [=](const Ours& o) { return o->pow_scalar_in_place(o[0], exponent); },
        [=](const Theirs& t) { return t[0].pow_(theirs); });
    rows.emplace_back(
        "scalar_pow", one_operand(), [=](const Ours& o) { return o->scalar_pow(exponent, o[0]); },
        [=](const Theirs& t) { return at::pow(theirs, t[0]); });
  }
  rows.push_back(unary("neg", &B::neg, at::neg));
  rows.push_back(unary("abs", &B::abs, at::abs));
  rows.push_back(unary("sign", &B::sign, at::sign));
  rows.push_back(unary("reciprocal", &B::reciprocal, at::reciprocal));
  rows.push_back(unary("square", &B::square, at::square));
  rows.emplace_back(
      "neg_in_place", one_operand(), [](const Ours& o) { return o->neg_in_place(o[0]); },
      [](const Theirs& t) { return t[0].neg_(); });
  rows.emplace_back(
      "lerp", three_operands(), [](const Ours& o) { return o->lerp(o[0], o[1], o[2]); },
      [](const Theirs& t) { return at::lerp(t[0], t[1], t[2]); });
  for (const Scalar& value : {Scalar(0.3), whole(2)}) {
    const at::Scalar theirs = number(value);
    rows.emplace_back(
        "mul_scalar_in_place", one_operand(), [=](const Ours& o) { return o->mul_scalar_in_place(o[0], value); },
        [=](const Theirs& t) { return t[0].mul_(theirs); });
    rows.emplace_back(
        "lerp_scalar", two_operands(), [=](const Ours& o) { return o->lerp_scalar(o[0], o[1], value); },
        [=](const Theirs& t) { return at::lerp(t[0], t[1], theirs); });
    rows.emplace_back(
        "lerp_scalar_in_place", two_operands(),
        [=](const Ours& o) { return o->lerp_scalar_in_place(o[0], o[1], value); },
        [=](const Theirs& t) { return t[0].lerp_(t[1], theirs); });
    rows.emplace_back(
        "addcmul", three_operands(), [=](const Ours& o) { return o->addcmul(o[0], o[1], o[2], value); },
        [=](const Theirs& t) { return at::addcmul(t[0], t[1], t[2], theirs); });
    rows.emplace_back(
        "addcmul_in_place", three_operands(),
        [=](const Ours& o) { return o->addcmul_in_place(o[0], o[1], o[2], value); },
        [=](const Theirs& t) { return t[0].addcmul_(t[1], t[2], theirs); });
    rows.emplace_back(
        "addcdiv", three_operands(), [=](const Ours& o) { return o->addcdiv(o[0], o[1], o[2], value); },
        [=](const Theirs& t) { return at::addcdiv(t[0], t[1], t[2], theirs); });
    rows.emplace_back(
        "addcdiv_in_place", three_operands(),
        [=](const Ours& o) { return o->addcdiv_in_place(o[0], o[1], o[2], value); },
        [=](const Theirs& t) { return t[0].addcdiv_(t[1], t[2], theirs); });
  }
  return rows;
}

Rows division_rows() {
  Rows rows;
  const std::vector<Operands> divisible = two_operands(Contents::nonzero);
  rows.push_back(binary("div", &B::div, at::div));
  rows.emplace_back(
      "div_in_place", two_operands(), [](const Ours& o) { return o->div_in_place(o[0], o[1]); },
      [](const Theirs& t) { return t[0].div_(t[1]); });
  with_scalars(rows, "div_scalar", &B::div_scalar, at::div);
  for (const auto& [mode, name] : {std::pair(RoundingMode::trunc, "trunc"), std::pair(RoundingMode::floor, "floor")}) {
    rows.emplace_back(
        "div_mode", divisible, [=](const Ours& o) { return o->div_mode(o[0], o[1], mode); },
        [=](const Theirs& t) { return at::div(t[0], t[1], name); });
    for (const Scalar& by : {Scalar(1.5), whole(3), whole(-2), Scalar(true), Scalar(0.0), whole(0)}) {
      rows.emplace_back(
          "div_scalar_mode", one_operand(), [=](const Ours& o) { return o->div_scalar_mode(o[0], by, mode); },
          [=](const Theirs& t) { return at::div(t[0], number(by), name); });
    }
  }
  rows.emplace_back(
      "div_scalar_in_place", one_operand(), [](const Ours& o) { return o->div_scalar_in_place(o[0], 3.0); },
      [](const Theirs& t) { return t[0].div_(3.0); });
  // By -1, numbers without the smallest one, at which libtorch's division ends the process.
  rows.emplace_back(
      "div_scalar_mode", one_operand(Contents::nonzero),
      [](const Ours& o) { return o->div_scalar_mode(o[0], whole(-1), RoundingMode::trunc); },
      [](const Theirs& t) { return at::div(t[0], -1, "trunc"); });
  rows.emplace_back(
      "div_scalar_mode", one_operand(Contents::nonzero),
      [](const Ours& o) { return o->div_scalar_mode(o[0], whole(-1), RoundingMode::floor); },
      [](const Theirs& t) { return at::div(t[0], -1, "floor"); });
  rows.emplace_back(
      "remainder_scalar", one_operand(Contents::nonzero),
      [](const Ours& o) { return o->remainder_scalar(o[0], whole(-1)); },
      [](const Theirs& t) { return at::remainder(t[0], -1); });
  rows.emplace_back(
      "fmod_scalar", one_operand(Contents::nonzero), [](const Ours& o) { return o->fmod_scalar(o[0], whole(-1)); },
      [](const Theirs& t) { return at::fmod(t[0], -1); });
  rows.emplace_back(
      "remainder", divisible, [](const Ours& o) { return o->remainder(o[0], o[1]); },
      [](const Theirs& t) { return at::remainder(t[0], t[1]); });
  rows.emplace_back(
      "fmod", divisible, [](const Ours& o) { return o->fmod(o[0], o[1]); },
      [](const Theirs& t) { return at::fmod(t[0], t[1]); });
  for (const Scalar& by : {Scalar(1.5), whole(3), whole(-2), Scalar(true), Scalar(0.0), whole(0)}) {
    rows.emplace_back(
        "remainder_scalar", one_operand(), [=](const Ours& o) { return o->remainder_scalar(o[0], by); },
        [=](const Theirs& t) { return at::remainder(t[0], number(by)); });
    rows.emplace_back(
        "fmod_scalar", one_operand(), [=](const Ours& o) { return o->fmod_scalar(o[0], by); },
        [=](const Theirs& t) { return at::fmod(t[0], number(by)); });
  }
  return rows;
}

}  // namespace cloister::engine
