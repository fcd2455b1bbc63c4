// Freed memory is never seen again: not by another instance, and within one not in what an operator makes.
#include <algorithm>

#include "operator_contents.h"
#include "operator_marks.h"
#include "torch_cases.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

constexpr std::uint8_t kPattern = 0xA5;
constexpr std::size_t kSeen = 8;  // so many bytes of the pattern in a row are no chance

class OperatorMemory : public TorchTest {
 protected:
  // Leaves the pattern in freed blocks of all sizes that the rows need, more than one call takes.
  void litter(InstanceContext& context) {
    for (std::size_t bytes = 64; bytes <= std::size_t{256} << 10; bytes *= 2) {
      std::vector<HostBuffer> blocks;
      for (int i = 0; i < (bytes <= 4096 ? 12 : 4); ++i) {
        HostBuffer block = ok(backend_->allocate(&context, bytes));
        std::memset(block.data, kPattern, bytes);
        blocks.push_back(std::move(block));
      }
      for (HostBuffer& block : blocks) block.release();
    }
  }

  static bool shows_pattern(const at::Tensor& tensor, bool whole_storage) {
    const at::Tensor t = whole_storage ? tensor : tensor.detach().contiguous();
    const auto* bytes = static_cast<const std::uint8_t*>(whole_storage ? t.storage().data() : t.const_data_ptr());
    const std::size_t size = whole_storage ? t.storage().nbytes() : t.nbytes();
    if (bytes == nullptr) return false;
    const std::vector<std::uint8_t> wanted(kSeen, kPattern);
    return std::search(bytes, bytes + size, wanted.begin(), wanted.end()) != bytes + size;
  }

  // Calls in a context whose own freed memory, or another's, holds the pattern.
  void look(std::string_view op, std::vector<at::Tensor> operands, bool records,
            const std::function<OurOutputs(std::span<const Tensor>)>& call) {
    std::vector<Tensor> ours;
    for (at::Tensor& each : operands) {
      if (records && at::isFloatingType(each.scalar_type())) each = each.requires_grad_(true);
      ours.push_back(wrap(each));
    }
    const auto owner = backend_->make_context({.seed = 7});
    litter(*owner);
    const auto other = backend_->make_context({.seed = 7});
    for (InstanceContext* caller : {owner.get(), other.get()}) {
      const Entered entered(*backend_, caller);
      const OurOutputs outputs = call(ours);
      if (!outputs) return;
      for (const Tensor& each : *outputs) {
        EXPECT_FALSE(shows_pattern(at_of(each), caller == other.get()))
            << op << " shows freed memory of " << (caller == other.get() ? "another" : "its own") << " instance";
        if (!at_of(each).requires_grad()) continue;
        const Tensor gradient = wrap(at::ones(at_of(each).sizes(), at_of(each).options()));
        static_cast<void>(backend_->backward(each, &gradient, true));
      }
      for (const Tensor& leaf : ours) {
        const at::Tensor grad = at_of(leaf).grad();
        if (!grad.defined()) continue;
        EXPECT_FALSE(shows_pattern(grad, caller == other.get())) << "the gradient of " << op << " shows freed memory";
        at_of(leaf).mutable_grad() = at::Tensor();
      }
      if (caller == owner.get()) litter(*owner);
    }
  }
};

TEST_F(OperatorMemory, NoOperatorShowsWhatWasFreed) {
  for (const Family& family : operator_families()) {
    for (const Row& row : family.rows) {
      for (const Operands& operands : row.operands) {
        for (const at::ScalarType dtype : {at::kFloat, at::kLong}) {
          const std::vector dtypes(operands.size(), dtype);
          const auto type = dtype == at::kFloat ? Dtype::float32 : Dtype::int64;
          look(row.op, make_operands(operands, dtypes, Layout::contiguous, Numbers::ordinary),
               dtype == at::kFloat && !row.in_place,
               [&](std::span<const Tensor> all) { return row.ours({backend_.get(), all, type}); });
        }
      }
    }
  }
}

TEST_F(OperatorMemory, NoLayerShowsWhatWasFreed) {
  for (const auto& cases : {image_cases(), layer_cases(), loss_cases()}) {
    for (const Case& one : cases) {
      const Operands operands(one.shapes.begin(), one.shapes.end());
      const std::vector dtypes(operands.size(), at::kFloat);
      for (const Layout layout : {Layout::contiguous, Layout::channels_last}) {
        look(one.name, make_operands(operands, dtypes, layout, Numbers::ordinary), one.differentiable,
             [&](std::span<const Tensor> all) -> OurOutputs {
               CLOISTER_TRY(Tensor result, one.ours(*backend_, {all.begin(), all.end()}));
               return std::vector<Tensor>{std::move(result)};
             });
      }
    }
  }
}

// What the test looks with would find it.
TEST_F(OperatorMemory, ThePatternIsInFreedMemory) {
#ifdef CLOISTER_GUARD_PAGES
  GTEST_SKIP() << "freed blocks are unmapped";
#endif
  litter(*context_);
  const at::Tensor raw = at::empty({1024}, at::kFloat);
  EXPECT_TRUE(shows_pattern(raw, true));
  EXPECT_TRUE(shows_pattern(raw, false));
  EXPECT_FALSE(shows_pattern(at_of(ok(backend_->empty(Sizes{1024}, Dtype::float32))), true));
}

}  // namespace
}  // namespace cloister::engine
