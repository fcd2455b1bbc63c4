// One of many instances in a process: a small tensor from before `run` on, which then must be as it was, and quotas
// that must hold. For `cloister bench instances`.
#include <cloister/cloister.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace cloister;

namespace {

constexpr std::int64_t kElements = 256;

const Tensor& kept() {
  static const Tensor tensor = full({kElements}, 3);
  return tensor;
}

// Made while the instance is.
[[maybe_unused]] const Tensor& made_at_start = kept();

// Takes one more until it is refused.
template <class Take>
Expected<void> fill(const char* quota, const Take& take) {
  for (int i = 0; i < 1'000'000; ++i) {
    if (!take()) return {};
  }
  return fail(std::string("the quota of ") + quota + " is open");
}

Expected<void> fill_quotas(Args& args) {
  const std::int64_t elements = args.integer("elements", 1 << 20, "of a tensor above the quota");
  CLOISTER_CHECK(args.finish());
  const Tensor sum = kept().sum();
  if (sum.item<double>() != 3.0 * kElements) return fail("the tensor has changed");
  if (attempt<cloister_ml_ops_zeros>(IntArrayRef({elements}), kFloat32)) return fail("the quota of tensors is open");
  std::vector<Tensor> made;
  CLOISTER_CHECK(fill("handles", [&] {
    auto one = attempt<cloister_ml_ops_zeros>(IntArrayRef({1}), kFloat32);
    if (one) made.push_back(*std::move(one));
    return one.has_value();
  }));
  CLOISTER_CHECK(fill("metrics", [] {
    return attempt<cloister_ml_outputs_scalar>(std::string_view("filled"), std::uint64_t{0}, 0.0).has_value();
  }));
  CLOISTER_CHECK(
      fill("egress", [&] { return attempt<cloister_ml_tensors_method_tensor_item>(sum.raw()).has_value(); }));
  return fill("memory", [] { return __builtin_wasm_memory_grow(0, 1) != SIZE_MAX; });
}

}  // namespace

CLOISTER_WORKLOAD(fill_quotas)
