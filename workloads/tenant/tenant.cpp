// One of many instances in a process: a small tensor from before `run` on, which then must be as it was, and quotas
// that must hold. For `cloister bench instances`.
#include <cloister/cloister.h>

#include <cstdint>
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

Expected<void> fill_quotas(Args& args) {
  const std::int64_t elements = args.integer("elements", 1 << 20, "of a tensor above the quota");
  CLOISTER_CHECK(args.finish());
  if (kept().sum().item<double>() != 3.0 * kElements) return fail("the tensor has changed");
  if (attempt<cloister_ml_ops_zeros>(IntArrayRef({elements}), kFloat32)) return fail("the quota of tensors is open");
  std::vector<Tensor> views;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    auto view = attempt<cloister_ml_ops_zeros>(IntArrayRef({1}), kFloat32);
    if (!view) return {};
    views.push_back(*std::move(view));
  }
  return fail("the quota of handles is open");
}

}  // namespace

CLOISTER_WORKLOAD(fill_quotas)
