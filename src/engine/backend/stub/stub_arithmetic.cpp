// Arithmetic of the stub backend: float32 and int64, operands of one dtype.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "backend/stub/stub_backend.h"
#include "shape.h"

namespace cloister::engine {
namespace {

Unexpected<Error> no_such_dtype(std::string_view op, Dtype dtype) {
  return fail(ErrorCode::unsupported,
              fmt::format("{}: the stub backend computes float32 and int64, not {}; use the libtorch backend", op,
                          dtype_name(dtype)));
}

// Calls compute with a value of the dtype's C++ type.
template <class Compute>
Result<void> for_dtype(std::string_view op, Dtype dtype, Compute&& compute) {
  if (dtype == Dtype::float32) {
    compute(float{});
  } else if (dtype == Dtype::int64) {
    compute(std::int64_t{});
  } else {
    return no_such_dtype(op, dtype);
  }
  return {};
}

// A number as the dtype's C++ type; an int64 tensor takes no real numbers.
Result<void> check_scalar(std::string_view op, Dtype dtype, const Scalar& value) {
  if (dtype != Dtype::int64 || !std::holds_alternative<double>(value)) return {};
  return fail(ErrorCode::unsupported,
              fmt::format("{}: the stub backend does not promote int64 to float32; use the libtorch backend", op));
}

template <class Value>
Value number(const Scalar& value) {
  return std::visit([](auto n) { return static_cast<Value>(n); }, value);
}

// Sums and products wrap, as libtorch's do.
template <class Value>
Value multiply(Value a, Value b) {
  if constexpr (std::is_same_v<Value, std::int64_t>) {
    return static_cast<Value>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}
template <class Value>
Value plus(Value a, Value b) {
  if constexpr (std::is_same_v<Value, std::int64_t>) {
    return static_cast<Value>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return a + b;
  }
}

Result<void> same_dtype(std::string_view op, const StubTensor& a, const StubTensor& b) {
  if (a.dtype == b.dtype) return {};
  return fail(ErrorCode::dtype_mismatch,
              fmt::format("{}: the operands are {} and {}, but the stub backend promotes nothing; convert one of them",
                          op, dtype_name(a.dtype), dtype_name(b.dtype)));
}

// out[i] = compute(a[i], b[i]) over the broadcast shape, which is out's.
template <class Out, class Value, class Compute>
void zip(const StubTensor& out, const StubTensor& a, const StubTensor& b, Compute&& compute) {
  const auto to = offsets(out, out.shape);
  const auto from_a = offsets(a, out.shape);
  const auto from_b = offsets(b, out.shape);
  for (std::size_t i = 0; i < to.size(); ++i) {
    out.data<Out>()[to[i]] = compute(a.data<Value>()[from_a[i]], b.data<Value>()[from_b[i]]);
  }
}

template <class Compute>
Result<std::unique_ptr<StubTensor>> binary(std::string_view op, const StubTensor& a, const StubTensor& b,
                                           MemoryOwner* owner, Compute&& compute) {
  CLOISTER_CHECK(same_dtype(op, a, b));
  CLOISTER_TRY(const Sizes shape, broadcast(op, a.shape, b.shape));
  CLOISTER_TRY(auto out, new_stub_tensor(op, shape, a.dtype, owner));
  CLOISTER_CHECK(for_dtype(op, a.dtype, [&]<class Value>(Value) { zip<Value, Value>(*out, a, b, compute); }));
  return out;
}

template <class Compute>
Result<std::unique_ptr<StubTensor>> unary(std::string_view op, const StubTensor& a, MemoryOwner* owner,
                                          Compute&& compute) {
  return binary(op, a, a, owner, [&](auto value, auto) { return compute(value); });
}

}  // namespace

Result<Tensor> StubBackend::add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  CLOISTER_CHECK(check_scalar("add", dtype(self), alpha));
  CLOISTER_TRY(auto out, binary("add", stub(self), stub(other), owner(),
                                [&]<class V>(V a, V b) { return plus(a, multiply(number<V>(alpha), b)); }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::add_scalar(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  CLOISTER_CHECK(check_scalar("add_scalar", dtype(self), alpha));
  CLOISTER_CHECK(check_scalar("add_scalar", dtype(self), other));
  CLOISTER_TRY(auto out, unary("add_scalar", stub(self), owner(),
                               [&]<class V>(V a) { return plus(a, multiply(number<V>(alpha), number<V>(other))); }));
  return own(std::move(out));
}

Result<void> StubBackend::add_in_place(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  CLOISTER_TRY(const Tensor sum, add(self, other, alpha));
  if (stub(sum).shape != stub(self).shape) {
    return fail(ErrorCode::shape_mismatch, fmt::format("add_in_place: the result has shape {}, but self has {}",
                                                       format_shape(shape(sum)), format_shape(shape(self))));
  }
  return copy_in_place(self, sum);
}

Result<Tensor> StubBackend::sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  CLOISTER_TRY(const Tensor negated, neg(other));
  return add(self, negated, alpha);
}

Result<Tensor> StubBackend::mul(const Tensor& self, const Tensor& other) {
  CLOISTER_TRY(auto out,
               binary("mul", stub(self), stub(other), owner(), [](auto a, auto b) { return multiply(a, b); }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::mul_scalar(const Tensor& self, const Scalar& other) {
  CLOISTER_CHECK(check_scalar("mul_scalar", dtype(self), other));
  CLOISTER_TRY(auto out,
               unary("mul_scalar", stub(self), owner(), [&]<class V>(V a) { return multiply(a, number<V>(other)); }));
  return own(std::move(out));
}

Result<void> StubBackend::mul_scalar_in_place(const Tensor& self, const Scalar& other) {
  CLOISTER_TRY(const Tensor product, mul_scalar(self, other));
  return copy_in_place(self, product);
}

Result<Tensor> StubBackend::div(const Tensor& self, const Tensor& other) {
  if (dtype(self) != Dtype::float32) return no_such_dtype("div", dtype(self));
  CLOISTER_TRY(auto out, binary("div", stub(self), stub(other), owner(), []<class V>(V a, V b) {
                 if constexpr (std::is_same_v<V, float>) {
                   return a / b;
                 } else {
                   return V{};
                 }
               }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::neg(const Tensor& self) { return mul_scalar(self, std::int64_t{-1}); }

Result<Tensor> StubBackend::relu(const Tensor& self) {
  // Not std::max: NaN stays NaN.
  CLOISTER_TRY(auto out, unary("relu", stub(self), owner(), []<class V>(V a) { return a <= V{0} ? V{0} : a; }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::maximum(const Tensor& self, const Tensor& other) {
  CLOISTER_TRY(auto out, binary("maximum", stub(self), stub(other), owner(),
                                [](auto a, auto b) { return a != a || a > b ? a : b; }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::eq(const Tensor& self, const Tensor& other) {
  CLOISTER_CHECK(same_dtype("eq", stub(self), stub(other)));
  CLOISTER_TRY(const Sizes to, broadcast("eq", shape(self), shape(other)));
  CLOISTER_TRY(auto out, new_stub_tensor("eq", to, Dtype::bool_, owner()));
  CLOISTER_CHECK(for_dtype("eq", dtype(self), [&]<class V>(V) {
    zip<std::uint8_t, V>(*out, stub(self), stub(other), [](V a, V b) { return static_cast<std::uint8_t>(a == b); });
  }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::sum(const Tensor& self, Shape dim, bool keepdim) {
  const StubTensor& in = stub(self);
  std::vector<bool> reduced(in.shape.size(), dim.empty());
  for (const std::int64_t d : dim) {
    CLOISTER_TRY(const std::int64_t axis, wrap_dim("sum", d, in.shape.size()));
    if (!in.shape.empty()) reduced[static_cast<std::size_t>(axis)] = true;
  }
  Sizes kept;     // with ones for what is reduced
  Sizes visible;  // without
  for (std::size_t i = 0; i < in.shape.size(); ++i) {
    kept.push_back(reduced[i] ? 1 : in.shape[i]);
    if (!reduced[i] || keepdim) visible.push_back(kept.back());
  }
  CLOISTER_TRY(auto out, new_stub_tensor("sum", kept, in.dtype, owner()));
  CLOISTER_CHECK(for_dtype("sum", in.dtype, [&]<class V>(V) {
    const auto from = offsets(in, in.shape);
    const auto to = offsets(*out, in.shape);  // broadcast: every element of a reduced dimension meets the same sum
    for (std::size_t i = 0; i < from.size(); ++i) {
      V& total = out->data<V>()[to[i]];
      total = plus(total, in.data<V>()[from[i]]);
    }
  }));
  out->strides = row_major(visible);
  out->shape = std::move(visible);
  return own(std::move(out));
}

Result<Tensor> StubBackend::mean(const Tensor& self, Shape dim, bool keepdim) {
  if (dtype(self) != Dtype::float32) return no_such_dtype("mean", dtype(self));
  CLOISTER_TRY(const Tensor total, sum(self, dim, keepdim));
  const double count = static_cast<double>(numel(self)) / static_cast<double>(std::max<std::int64_t>(numel(total), 1));
  CLOISTER_TRY(const Tensor divisor, full({}, count, Dtype::float32));
  return div(total, divisor);
}

Result<Tensor> StubBackend::argmax(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  if (!dim) {
    const std::int64_t all = numel(self);
    CLOISTER_TRY(const Tensor flat, reshape(self, Shape(&all, 1)));
    return argmax(flat, 0, false);
  }
  CLOISTER_TRY(const std::int64_t wrapped, wrap_dim("argmax", *dim, shape(self).size()));
  const auto axis = static_cast<std::size_t>(wrapped);
  const StubTensor& in = stub(self);
  Sizes kept = in.shape;
  if (kept.empty()) return zeros({}, Dtype::int64);
  const std::int64_t length = std::exchange(kept[axis], 1);
  if (length == 0) {
    return fail(ErrorCode::invalid_argument, fmt::format("argmax: dimension {} is empty", *dim));
  }
  CLOISTER_TRY(auto out, new_stub_tensor("argmax", kept, Dtype::int64, owner()));
  CLOISTER_CHECK(for_dtype("argmax", in.dtype, [&]<class V>(V) {
    const auto from = offsets(*view_of(in, kept, in.strides, in.offset), kept);
    for (std::size_t i = 0; i < from.size(); ++i) {
      const V* row = in.data<V>() + from[i];
      std::int64_t best = 0;
      for (std::int64_t j = 1; j < length; ++j) {
        if (row[j * in.strides[axis]] > row[best * in.strides[axis]]) best = j;
      }
      out->data<std::int64_t>()[i] = best;
    }
  }));
  if (!keepdim) {
    out->shape.erase(out->shape.begin() + wrapped);
    out->strides = row_major(out->shape);
  }
  return own(std::move(out));
}

Result<Tensor> StubBackend::matmul(const Tensor& self, const Tensor& other) {
  const StubTensor& a = stub(self);
  const StubTensor& b = stub(other);
  CLOISTER_CHECK(same_dtype("matmul", a, b));
  if (a.shape.size() != 2 || b.shape.size() != 2) {
    return fail(ErrorCode::unsupported,
                "matmul: the stub backend multiplies two matrices only; use the libtorch backend");
  }
  if (a.shape[1] != b.shape[0]) {
    return fail(ErrorCode::shape_mismatch, fmt::format("matmul: {} and {} do not fit; [n, k] and [k, m] are needed",
                                                       format_shape(a.shape), format_shape(b.shape)));
  }
  const std::int64_t rows = a.shape[0];
  const std::int64_t inner = a.shape[1];
  const std::int64_t columns = b.shape[1];
  CLOISTER_TRY(auto out, new_stub_tensor("matmul", Sizes{rows, columns}, a.dtype, owner()));
  CLOISTER_CHECK(for_dtype("matmul", a.dtype, [&]<class V>(V) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        V total{};
        for (std::int64_t k = 0; k < inner; ++k) {
          total = plus(total, multiply(a.data<V>()[i * a.strides[0] + k * a.strides[1]],
                                       b.data<V>()[k * b.strides[0] + j * b.strides[1]]));
        }
        out->data<V>()[i * columns + j] = total;
      }
    }
  }));
  return own(std::move(out));
}

Result<Tensor> StubBackend::linear(const Tensor& input, const Tensor& weight, const Tensor* bias) {
  if (shape(weight).size() != 2) {
    return fail(ErrorCode::shape_mismatch, "linear: the weight must have shape [out, in]");
  }
  CLOISTER_TRY(const Tensor turned, transpose(weight, 0, 1));
  CLOISTER_TRY(Tensor product, matmul(input, turned));
  if (bias == nullptr) return product;
  return add(product, *bias, std::int64_t{1});
}

}  // namespace cloister::engine
