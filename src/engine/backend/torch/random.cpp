// Operators that draw numbers, all from the entered context's generator.
#include <fmt/format.h>

#include "torch_backend.h"

namespace cloister::engine {

using T = at::Tensor;

Result<Tensor> TorchBackend::rand(Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("rand", shape, dtype));
  CLOISTER_TRY(const at::Generator numbers, generator("rand"));
  return run("rand", [&] { return at::rand(sizes(shape), numbers, options(dtype)); });
}
Result<Tensor> TorchBackend::randn(Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("randn", shape, dtype));
  CLOISTER_TRY(const at::Generator numbers, generator("randn"));
  return run("randn", [&] { return at::randn(sizes(shape), numbers, options(dtype)); });
}
// In the layout of the other tensor, in whose order the numbers are drawn, as libtorch does.
Result<Tensor> TorchBackend::rand_like(const Tensor& self) {
  CLOISTER_CHECK(check_new("rand_like", shape(self), dtype(self)));
  CLOISTER_TRY(const at::Generator numbers, generator("rand_like"));
  return run("rand_like", [&](const T& a) { return at::empty_like(a).uniform_(0, 1, numbers); }, self);
}
Result<Tensor> TorchBackend::randn_like(const Tensor& self) {
  CLOISTER_CHECK(check_new("randn_like", shape(self), dtype(self)));
  CLOISTER_TRY(const at::Generator numbers, generator("randn_like"));
  return run("randn_like", [&](const T& a) { return at::empty_like(a).normal_(0, 1, numbers); }, self);
}
Result<Tensor> TorchBackend::randint(std::int64_t low, std::int64_t high, Shape shape, Dtype dtype) {
  CLOISTER_CHECK(check_new("randint", shape, dtype));
  if (low >= high) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("randint: low is {} and high is {}, but low must be less", low, high));
  }
  CLOISTER_TRY(const at::Generator numbers, generator("randint"));
  return run("randint", [&] { return at::randint(low, high, sizes(shape), numbers, options(dtype)); });
}
Result<Tensor> TorchBackend::randperm(std::int64_t n) {
  CLOISTER_CHECK(check_new("randperm", Shape(&n, 1), Dtype::int64));
  CLOISTER_TRY(const at::Generator numbers, generator("randperm"));
  return run("randperm", [&] { return at::randperm(n, numbers, options(Dtype::int64)); });
}

Result<Tensor> TorchBackend::bernoulli(const Tensor& self) {
  CLOISTER_TRY(const at::Generator numbers, generator("bernoulli"));
  return run(
      "bernoulli",
      [&](const T& a) -> Result<Tensor> {
        // NaN is no probability either.
        if (!at::logical_and(at::ge(a, 0), at::le(a, 1)).all().item().toBool()) {
          return fail(ErrorCode::invalid_argument, "bernoulli: a probability lies outside of [0, 1]");
        }
        return own(at::bernoulli(a, numbers));
      },
      self);
}

Result<Tensor> TorchBackend::multinomial(const Tensor& self, std::int64_t num_samples, bool replacement) {
  const Shape from = shape(self);
  if (from.empty() || from.size() > 2) {
    return fail(ErrorCode::shape_mismatch,
                fmt::format("multinomial: the weights have shape {}, but [n] or [m, n] is needed", format_shape(from)));
  }
  if (!replacement && num_samples > from.back()) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("multinomial: {} draws without replacement are more than the {} weights; draw fewer or with "
                    "replacement",
                    num_samples, from.back()));
  }
  const std::array<std::int64_t, 2> result{from.size() == 2 ? from[0] : 1, num_samples};
  CLOISTER_CHECK(check_new("multinomial", result, Dtype::int64));
  CLOISTER_TRY(const at::Generator numbers, generator("multinomial"));
  return run("multinomial", [&](const T& a) { return at::multinomial(a, num_samples, replacement, numbers); }, self);
}

Result<void> TorchBackend::uniform_in_place(const Tensor& self, double low, double high) {
  if (!(low <= high)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("uniform_in_place: low is {} and high is {}, but low must not be more", low, high));
  }
  CLOISTER_TRY(const at::Generator numbers, generator("uniform_in_place"));
  return write("uniform_in_place", [&](const T& a) { a.uniform_(low, high, numbers); }, self);
}
Result<void> TorchBackend::normal_in_place(const Tensor& self, double mean, double std) {
  if (!(std >= 0)) {
    return fail(ErrorCode::invalid_argument, fmt::format("normal_in_place: std is {}, but must be at least 0", std));
  }
  CLOISTER_TRY(const at::Generator numbers, generator("normal_in_place"));
  return write("normal_in_place", [&](const T& a) { a.normal_(mean, std, numbers); }, self);
}
Result<void> TorchBackend::bernoulli_in_place(const Tensor& self, double p) {
  CLOISTER_TRY(const at::Generator numbers, generator("bernoulli_in_place"));
  return write("bernoulli_in_place", [&](const T& a) { a.bernoulli_(p, numbers); }, self);
}

}  // namespace cloister::engine
