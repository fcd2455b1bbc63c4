// Rows: functions and activations element by element.
#include <limits>

#include "operator_rows.h"

namespace cloister::engine {

using B = TensorBackend;

Rows function_rows() {
  Rows rows{
      unary("exp", &B::exp, at::exp),
      unary("exp2", &B::exp2, at::exp2),
      unary("expm1", &B::expm1, at::expm1),
      unary("log", &B::log, at::log),
      unary("log2", &B::log2, at::log2),
      unary("log10", &B::log10, at::log10),
      unary("log1p", &B::log1p, at::log1p),
      unary("sqrt", &B::sqrt, at::sqrt),
      unary("rsqrt", &B::rsqrt, at::rsqrt),
      unary("sin", &B::sin, at::sin),
      unary("cos", &B::cos, at::cos),
      unary("tan", &B::tan, at::tan),
      unary("asin", &B::asin, at::asin),
      unary("acos", &B::acos, at::acos),
      unary("atan", &B::atan, at::atan),
      unary("sinh", &B::sinh, at::sinh),
      unary("cosh", &B::cosh, at::cosh),
      unary("tanh", &B::tanh, at::tanh),
      unary("asinh", &B::asinh, at::asinh),
      unary("acosh", &B::acosh, at::acosh),
      unary("atanh", &B::atanh, at::atanh),
      unary("erf", &B::erf, at::erf),
      unary("erfc", &B::erfc, at::erfc),
      unary("erfinv", &B::erfinv, at::erfinv),
      unary("lgamma", &B::lgamma, at::lgamma),
      unary("digamma", &B::digamma, at::digamma),
      unary("floor", &B::floor, at::floor),
      unary("ceil", &B::ceil, at::ceil),
      unary("round", &B::round, at::round),
      unary("trunc", &B::trunc, at::trunc),
      unary("frac", &B::frac, at::frac),
      binary("atan2", &B::atan2, at::atan2),
      binary("xlogy", &B::xlogy, at::xlogy),
      binary("logaddexp", &B::logaddexp, at::logaddexp),
      binary("maximum", &B::maximum, at::maximum),
      binary("minimum", &B::minimum, at::minimum),
      {"exp_in_place", one_operand(), [](const Ours& o) { return o->exp_in_place(o[0]); },
       [](const Theirs& t) { return t[0].exp_(); }},
      {"sqrt_in_place", one_operand(), [](const Ours& o) { return o->sqrt_in_place(o[0]); },
       [](const Theirs& t) { return t[0].sqrt_(); }},
  };
  for (const std::optional<double> eps : {std::optional<double>(), std::optional(0.01), std::optional(0.7)}) {
    rows.emplace_back(
        "logit", one_operand(), [=](const Ours& o) { return o->logit(o[0], eps); },
        [=](const Theirs& t) { return at::logit(t[0], eps); });
  }
  using Limit = std::optional<Scalar>;
  for (const auto& [min, max] : std::vector<std::pair<Limit, Limit>>{{-0.5, 0.5},
                                                                     {std::nullopt, 0.5},
                                                                     {whole(-2), std::nullopt},
                                                                     {whole(2), whole(-2)},
                                                                     {whole(-1), 1.5},
                                                                     {std::numeric_limits<double>::quiet_NaN(), 1.0},
                                                                     {std::nullopt, std::nullopt}}) {
    rows.emplace_back(
        "clamp", one_operand(), [=](const Ours& o) { return o->clamp(o[0], min, max); },
        [=](const Theirs& t) { return at::clamp(t[0], number(min), number(max)); });
    rows.emplace_back(
        "clamp_in_place", one_operand(), [=](const Ours& o) { return o->clamp_in_place(o[0], min, max); },
        [=](const Theirs& t) { return t[0].clamp_(number(min), number(max)); });
  }
  using OptionalTensor = std::optional<at::Tensor>;
  rows.emplace_back(
      "clamp_tensor", three_operands(), [](const Ours& o) { return o->clamp_tensor(o[0], &o[1], &o[2]); },
      [](const Theirs& t) { return at::clamp(t[0], OptionalTensor(t[1]), OptionalTensor(t[2])); });
  rows.emplace_back(
      "clamp_tensor", two_operands(), [](const Ours& o) { return o->clamp_tensor(o[0], &o[1], nullptr); },
      [](const Theirs& t) { return at::clamp(t[0], OptionalTensor(t[1]), OptionalTensor()); });
  rows.emplace_back(
      "clamp_tensor", two_operands(), [](const Ours& o) { return o->clamp_tensor(o[0], nullptr, &o[1]); },
      [](const Theirs& t) { return at::clamp(t[0], OptionalTensor(), OptionalTensor(t[1])); });
  rows.emplace_back(
      "clamp_tensor", one_operand(), [](const Ours& o) { return o->clamp_tensor(o[0], nullptr, nullptr); },
      [](const Theirs& t) { return at::clamp(t[0], OptionalTensor(), OptionalTensor()); });
  rows.emplace_back(
      "nan_to_num", one_operand(), [](const Ours& o) { return o->nan_to_num(o[0], {}, {}, {}); },
      [](const Theirs& t) { return at::nan_to_num(t[0]); });
  rows.emplace_back(
      "nan_to_num", one_operand(), [](const Ours& o) { return o->nan_to_num(o[0], 1.5, 2.0, -3.0); },
      [](const Theirs& t) { return at::nan_to_num(t[0], 1.5, 2.0, -3.0); });
  return rows;
}

Rows activation_rows() {
  Rows rows{
      unary("relu", &B::relu, at::relu),
      unary("relu6", &B::relu6, at::relu6),
      unary("sigmoid", &B::sigmoid, at::sigmoid),
      unary("log_sigmoid", &B::log_sigmoid, at::log_sigmoid),
      unary("hardsigmoid", &B::hardsigmoid, at::hardsigmoid),
      unary("silu", &B::silu, at::silu),
      unary("hardswish", &B::hardswish, at::hardswish),
      unary("mish", &B::mish, at::mish),
      unary("selu", &B::selu, at::selu),
      {"relu_in_place", one_operand(), [](const Ours& o) { return o->relu_in_place(o[0]); },
       [](const Theirs& t) { return t[0].relu_(); }},
      {"gelu", one_operand(), [](const Ours& o) { return o->gelu(o[0], GeluApproximation::none); },
       [](const Theirs& t) { return at::gelu(t[0], "none"); }},
      {"gelu", one_operand(), [](const Ours& o) { return o->gelu(o[0], GeluApproximation::tanh); },
       [](const Theirs& t) { return at::gelu(t[0], "tanh"); }},
      {"elu", one_operand(), [](const Ours& o) { return o->elu(o[0], 1.0, 1.0, 1.0); },
       [](const Theirs& t) { return at::elu(t[0]); }},
      {"elu", one_operand(), [](const Ours& o) { return o->elu(o[0], 0.5, 2.0, 1.5); },
       [](const Theirs& t) { return at::elu(t[0], 0.5, 2.0, 1.5); }},
      {"celu", one_operand(), [](const Ours& o) { return o->celu(o[0], 0.7); },
       [](const Theirs& t) { return at::celu(t[0], 0.7); }},
      {"celu", one_operand(), [](const Ours& o) { return o->celu(o[0], whole(0)); },
       [](const Theirs& t) { return at::celu(t[0], 0); }},
      {"leaky_relu", one_operand(), [](const Ours& o) { return o->leaky_relu(o[0], 0.01); },
       [](const Theirs& t) { return at::leaky_relu(t[0]); }},
      {"leaky_relu", one_operand(), [](const Ours& o) { return o->leaky_relu(o[0], -0.5); },
       [](const Theirs& t) { return at::leaky_relu(t[0], -0.5); }},
      {"prelu",
       {{{2, 3, 5}, {3}},
        {{2, 3, 5}, {1}},
        {{4}, {1}},
        {Sizes{}, {1}},
        {{2, 3, 4, 5}, {3}},
        {{2, 3}, {2}},
        {{0, 3}, {3}}},
       [](const Ours& o) { return o->prelu(o[0], o[1]); },
       [](const Theirs& t) { return at::prelu(t[0], t[1]); }},
      {"hardtanh", one_operand(), [](const Ours& o) { return o->hardtanh(o[0], -1.0, 1.0); },
       [](const Theirs& t) { return at::hardtanh(t[0]); }},
      {"hardtanh", one_operand(), [](const Ours& o) { return o->hardtanh(o[0], whole(-2), whole(3)); },
       [](const Theirs& t) { return at::hardtanh(t[0], -2, 3); }},
      {"hardtanh", one_operand(), [](const Ours& o) { return o->hardtanh(o[0], 2.0, -2.0); },
       [](const Theirs& t) { return at::hardtanh(t[0], 2.0, -2.0); }},
      {"softplus", one_operand(), [](const Ours& o) { return o->softplus(o[0], 1.0, 20.0); },
       [](const Theirs& t) { return at::softplus(t[0]); }},
      {"softplus", one_operand(), [](const Ours& o) { return o->softplus(o[0], 2.5, 0.5); },
       [](const Theirs& t) { return at::softplus(t[0], 2.5, 0.5); }},
  };
  for (const std::int64_t dim : {-1, 0, 1, 3, -4, 7}) {
    rows.emplace_back(
        "glu", std::vector<Operands>{{{4, 6}}, {{2, 4, 3, 6}}, {{3}}, {Sizes{}}, {{0, 2}}},
        [=](const Ours& o) { return o->glu(o[0], dim); }, [=](const Theirs& t) { return at::glu(t[0], dim); });
  }
  return rows;
}

}  // namespace cloister::engine
