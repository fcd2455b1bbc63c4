// The rows that operator_property_test.cpp compares with libtorch: one or more an operator, a file a family.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cloister/engine/tensor_backend.h"

namespace cloister::engine {

using Sizes = std::vector<std::int64_t>;

// What a row needs an operand to hold.
enum class Contents : std::uint8_t {
  any,          // numbers of the dtype under test: ordinary ones, and NaN, infinities, extremes
  nonzero,      // the same without what a division traps at: 0, and -1 beside the smallest integer
  unit,         // numbers of the dtype under test in [0, 1]
  indices,      // int64 in [0, bound)
  permutation,  // int64, each of 0 .. n-1 once; 1-D
  counts,       // the dtype under test, whole numbers in [0, bound)
  sorted,       // ordinary numbers of the dtype under test, ascending along the last dimension
  mask,         // bool
};

struct Operand {
  Operand(Sizes sizes, Contents holds = Contents::any, std::int64_t limit = 0)  // NOLINT(google-explicit-constructor)
      : shape(std::move(sizes)), contents(holds), bound(limit) {}
  Operand(std::initializer_list<std::int64_t> sizes) : shape(sizes) {}

  Sizes shape;
  Contents contents = Contents::any;
  std::int64_t bound = 0;

  // Whether it takes part in the change of dtypes.
  [[nodiscard]] bool is_typed() const {
    return contents != Contents::indices && contents != Contents::permutation && contents != Contents::mask;
  }
};
using Operands = std::vector<Operand>;

inline Operand indices(Sizes shape, std::int64_t bound) { return {std::move(shape), Contents::indices, bound}; }
inline Operand permutation(std::int64_t n) { return {Sizes{n}, Contents::permutation}; }
inline Operand mask(Sizes shape) { return {std::move(shape), Contents::mask}; }

// A call of the backend, and the same of libtorch.
struct Ours {
  TensorBackend* backend;
  std::span<const Tensor> operands;
  Dtype dtype;

  TensorBackend* operator->() const { return backend; }
  const Tensor& operator[](std::size_t i) const { return operands[i]; }
};
struct Theirs {
  std::span<const at::Tensor> operands;
  at::ScalarType dtype;

  const at::Tensor& operator[](std::size_t i) const { return operands[i]; }
};

using OurOutputs = Result<std::vector<Tensor>>;
using TheirOutputs = std::vector<at::Tensor>;

// Whatever a call returns, as a list; what writes to its first operand gives that.
template <class Value>
OurOutputs listed(const Ours& call, Result<Value>&& result) {
  if (!result) return Unexpected(result.error());
  if constexpr (std::is_void_v<Value>) {
    return std::vector<Tensor>{call[0]};
  } else if constexpr (std::is_same_v<Value, Tensor>) {
    return std::vector<Tensor>{std::move(*result)};
  } else {
    return std::vector<Tensor>(result->begin(), result->end());
  }
}
inline TheirOutputs listed(at::Tensor tensor) { return {std::move(tensor)}; }
inline TheirOutputs listed(TheirOutputs tensors) { return tensors; }
template <class... Each>
TheirOutputs listed(std::tuple<Each...> tensors) {
  return std::apply([](auto&... each) { return TheirOutputs{each...}; }, tensors);
}

// Floating: ours refuses others, which libtorch takes in part.
enum class Dtypes : std::uint8_t { all, floating };

struct Row {
  template <class CallOurs, class CallTheirs>
  Row(const char* the_operator, std::vector<Operands> all, CallOurs call_ours, CallTheirs call_theirs,
      Dtypes which = Dtypes::all)
      : op(the_operator),
        operands(std::move(all)),
        dtypes(which),
        in_place(std::is_same_v<std::invoke_result_t<CallOurs, const Ours&>, Result<void>>),
        ours([call_ours](const Ours& call) { return listed(call, call_ours(call)); }),
        theirs([call_theirs](const Theirs& call) -> TheirOutputs {
          if constexpr (std::is_void_v<std::invoke_result_t<CallTheirs, const Theirs&>>) {
            call_theirs(call);
            return {call[0]};
          } else {
            return listed(call_theirs(call));
          }
        }) {}

  const char* op;                  // its name in the contract
  std::vector<Operands> operands;  // each set of operands to be tried
  Dtypes dtypes;
  bool in_place;
  std::function<OurOutputs(const Ours&)> ours;
  std::function<TheirOutputs(const Theirs&)> theirs;
};
using Rows = std::vector<Row>;

struct Family {
  const char* name;
  Rows rows;
};

// An operator added to one of these families gets a row in its file.
Rows creation_rows();
Rows random_rows();
Rows arithmetic_rows();
Rows division_rows();
Rows function_rows();
Rows activation_rows();
Rows comparison_rows();
Rows contents_rows();
Rows shaping_rows();
Rows splitting_rows();
Rows arranging_rows();
Rows indexing_rows();
Rows scatter_rows();
Rows sorting_rows();
Rows reduction_rows();
Rows scan_rows();
Rows product_rows();
std::vector<Family> operator_families();

// ---- what rows are made of ----

// No dimension, empty, one element, odd sizes, four dimensions.
std::vector<Operands> one_operand(Contents contents = Contents::any);
// Pairs that broadcast, and one that does not.
std::vector<Operands> two_operands(Contents second = Contents::any);
std::vector<Operands> three_operands();

// In range for some of the operands, and out of range on both sides.
inline constexpr std::array<std::int64_t, 6> kDims{0, 1, -1, -2, 4, -5};

inline Scalar whole(std::int64_t value) { return value; }
inline at::Scalar number(const Scalar& value) {
  return std::visit([](auto held) { return at::Scalar(held); }, value);
}
inline std::optional<at::Scalar> number(const std::optional<Scalar>& value) {
  return value ? std::optional(number(*value)) : std::nullopt;
}

using OurUnary = Result<Tensor> (TensorBackend::*)(const Tensor&);
using OurBinary = Result<Tensor> (TensorBackend::*)(const Tensor&, const Tensor&);
using OurWithScalar = Result<Tensor> (TensorBackend::*)(const Tensor&, const Scalar&);
using TheirUnary = at::Tensor (*)(const at::Tensor&);
using TheirBinary = at::Tensor (*)(const at::Tensor&, const at::Tensor&);
using TheirWithScalar = at::Tensor (*)(const at::Tensor&, const at::Scalar&);

Row unary(const char* op, OurUnary ours, TheirUnary theirs);
Row binary(const char* op, OurBinary ours, TheirBinary theirs);
// With each kind of number: one with a fraction, whole ones, a truth value, NaN.
void with_scalars(Rows& rows, const char* op, OurWithScalar ours, TheirWithScalar theirs);
std::vector<Scalar> some_scalars();

}  // namespace cloister::engine
