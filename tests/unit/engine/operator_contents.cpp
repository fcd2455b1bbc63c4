#include "operator_contents.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <limits>

namespace cloister::engine {
namespace {

// The extremes of a dtype, in order; `divides` leaves out what ends a process in libtorch's division.
std::vector<at::Scalar> extremes(at::ScalarType dtype, bool divides) {
  if (at::isFloatingType(dtype)) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double largest = dtype == at::kHalf ? 65504.0 : dtype == at::kDouble ? 1e300 : 1e38;
    return {
        std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 0.0, -0.0, largest, -largest, 1e-7, 1.0, -1.0};
  }
  if (dtype == at::kBool) return {true, true};
  if (dtype == at::kByte) return {255, 128, 1};
  const int bits = 8 * static_cast<int>(at::elementSize(dtype));
  const auto most = static_cast<std::int64_t>(~std::uint64_t{0} >> (65 - bits));
  if (divides) return {most, 1, -most, -2};
  return {most, -most - 1, -1, 1, 0};
}

at::Tensor typed(const Operand& operand, const Sizes& shape, at::ScalarType dtype, Numbers numbers,
                 at::Generator& random) {
  const bool divides = operand.contents == Contents::nonzero;
  switch (operand.contents) {
    case Contents::unit:
      return at::rand(shape, random, at::kFloat).to(dtype);
    case Contents::counts:
      return at::randint(0, operand.bound, shape, random, at::kLong).to(dtype);
    case Contents::sorted: {
      const at::Tensor t = at::randn(shape, random, at::kFloat);
      return std::get<0>((at::isFloatingType(dtype) ? t : t.mul(4).abs()).to(dtype).sort(-1));
    }
    default:
      break;
  }
  at::Tensor t;
  if (at::isFloatingType(dtype)) {
    t = at::randn(shape, random, at::kFloat).to(dtype);
  } else if (dtype == at::kBool) {
    t = at::randint(divides ? 1 : 0, 2, shape, random, at::kLong).to(dtype);
  } else {
    t = at::randint(dtype == at::kByte ? 0 : -9, 10, shape, random, at::kLong);
    if (divides) t.masked_fill_(t.eq(0).logical_or(t.eq(-1)), 4);
    t = t.to(dtype);
  }
  if (numbers == Numbers::special && t.numel() > 0) {
    const std::vector<at::Scalar> all = extremes(dtype, divides);
    at::Tensor flat = t.view(-1);
    // One element of a few alone would show one extreme only: the shape decides which.
    for (std::int64_t i = 0; i < flat.numel(); i += 2) {
      flat[i].fill_(all[static_cast<std::size_t>(i / 2 + t.dim()) % all.size()]);
    }
  }
  return t;
}

at::Tensor contents_of(const Operand& operand, const Sizes& shape, at::ScalarType dtype, Numbers numbers,
                       at::Generator& random) {
  switch (operand.contents) {
    case Contents::indices:
      return at::randint(0, operand.bound, shape, random, at::kLong);
    case Contents::permutation:
      return at::randperm(shape.front(), random, at::kLong);
    case Contents::mask:
      return at::randint(0, 2, shape, random, at::kBool);
    default:
      return typed(operand, shape, dtype, numbers, random);
  }
}

at::Tensor make(const Operand& operand, at::ScalarType dtype, Layout layout, Numbers numbers, at::Generator& random) {
  Sizes shape = operand.shape;
  const bool fixed = operand.contents == Contents::permutation || operand.contents == Contents::sorted;
  if (shape.empty() || fixed) layout = Layout::contiguous;
  switch (layout) {
    case Layout::contiguous:
      break;
    case Layout::strided: {
      shape.back() *= 2;
      const at::Tensor wide = contents_of(operand, shape, dtype, numbers, random);
      return wide.slice(-1, 0, shape.back(), 2);
    }
    case Layout::transposed: {
      std::reverse(shape.begin(), shape.end());
      Sizes order(shape.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(order.size() - 1 - i);
      return contents_of(operand, shape, dtype, numbers, random).permute(order);
    }
    case Layout::expanded: {
      shape.front() = shape.front() == 0 ? 0 : 1;
      return contents_of(operand, shape, dtype, numbers, random).expand(operand.shape);
    }
    case Layout::channels_last: {
      const at::Tensor t = contents_of(operand, shape, dtype, numbers, random);
      return t.dim() == 4 ? t.contiguous(at::MemoryFormat::ChannelsLast) : t;
    }
  }
  return contents_of(operand, shape, dtype, numbers, random);
}

}  // namespace

std::vector<at::Tensor> make_operands(const Operands& operands, std::span<const at::ScalarType> dtypes, Layout layout,
                                      Numbers numbers) {
  at::Generator random = at::detail::createCPUGenerator(17);
  std::vector<at::Tensor> all;
  for (std::size_t i = 0; i < operands.size(); ++i)
    all.push_back(make(operands[i], dtypes[i], layout, numbers, random));
  return all;
}

}  // namespace cloister::engine
