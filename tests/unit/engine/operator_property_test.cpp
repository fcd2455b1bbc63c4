// Each row's call and libtorch's, side by side: either both fail, or values, dtypes, shapes, strides, storage and
// gradients are the same bit for bit.
#include <algorithm>

#include "operator_contents.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

// Silent about what libtorch answers with an exception.
std::optional<TheirOutputs> attempt(const std::function<TheirOutputs()>& call) {
  try {
    return call();
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

class OperatorProperty : public TorchTest, public testing::WithParamInterface<Family> {
 protected:
  struct Trial {
    const Row& row;
    const Operands& operands;
    std::vector<at::ScalarType> dtypes;
    Layout layout = Layout::contiguous;
    Numbers numbers = Numbers::ordinary;
    bool records = false;  // gradients
  };

  // Of this test until now: a row ends at its first one.
  static int failures() { return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); }

  void compare_row(const Row& row) {
    const int before = failures();
    for (const Operands& operands : row.operands) {
      for (const at::ScalarType dtype : dtypes_of(row, operands)) {
        for (const Layout layout : kLayouts) {
          for (const Numbers numbers : {Numbers::ordinary, Numbers::special}) {
            if (!is_distinct(operands, layout, numbers)) continue;
            if (numbers == Numbers::special && &operands != &row.operands.front()) continue;
            Trial trial{row, operands, std::vector(operands.size(), dtype), layout, numbers};
            if (trial.dtypes.empty()) trial.dtypes = {dtype};
            compare(trial);
            if (failures() != before) return;
          }
        }
      }
    }
    compare_promotion(row);
  }

  // All for the first operands; for the others one of each kind, since kernels differ by dtype or by shape.
  static std::span<const at::ScalarType> dtypes_of(const Row& row, const Operands& operands) {
    static constexpr std::array kOneOfAKind{at::kLong, at::kBFloat16, at::kFloat};
    const bool is_first = &operands == &row.operands.front();
    std::span<const at::ScalarType> all = kScalarTypes;
    if (!is_first) all = kOneOfAKind;
    return row.dtypes == Dtypes::all ? all : all.last(is_first ? 4 : 2);
  }

  // Whether the operands look otherwise in this layout than in those before it; extremes are tried in two of them.
  static bool is_distinct(const Operands& operands, Layout layout, Numbers numbers) {
    if (layout == Layout::channels_last) {
      return numbers == Numbers::ordinary &&
             std::ranges::any_of(operands, [](const Operand& one) { return one.shape.size() == 4; });
    }
    if (layout != Layout::contiguous &&
        std::ranges::all_of(operands, [](const Operand& one) { return one.shape.empty(); })) {
      return false;
    }
    const bool is_plain = layout == Layout::contiguous || layout == Layout::strided;
    return numbers == Numbers::ordinary || (is_plain && !operands.empty());
  }

  // The first operand of each dtype with the others of each other.
  void compare_promotion(const Row& row) {
    const int before = failures();
    const Operands& operands = row.operands.front();
    if (row.dtypes != Dtypes::all || std::ranges::count_if(operands, &Operand::is_typed) < 2) return;
    for (const at::ScalarType first : kScalarTypes) {
      for (const at::ScalarType others : kScalarTypes) {
        Trial trial{row, operands, std::vector(operands.size(), others)};
        trial.dtypes.front() = first;
        compare(trial);
        if (failures() != before) return;
      }
    }
  }

  void compare(Trial& trial) {
    testing::Message what;
    what << trial.row.op << " of";
    for (std::size_t i = 0; i < trial.operands.size(); ++i) {
      what << ' ' << at::IntArrayRef(trial.operands[i].shape) << ' ' << trial.dtypes[i] << ',';
    }
    if (trial.operands.empty()) what << ' ' << trial.dtypes.front();
    what << " layout " << static_cast<int>(trial.layout) << ", numbers " << static_cast<int>(trial.numbers);
    SCOPED_TRACE(what);
    const int before = failures();
    call_both(trial);
    if (failures() != before) return;
    trial.records = true;
    call_both(trial);
  }

  void call_both(const Trial& trial) {
    const int before = failures();
    std::vector<at::Tensor> their_leaves = make_operands(trial.operands, trial.dtypes, trial.layout, trial.numbers);
    std::vector<at::Tensor> twins = make_operands(trial.operands, trial.dtypes, trial.layout, trial.numbers);
    std::vector<Tensor> our_leaves;
    bool records = false;
    for (std::size_t i = 0; i < twins.size(); ++i) {
      if (trial.records && trial.operands[i].is_typed() && at::isFloatingType(trial.dtypes[i])) {
        their_leaves[i].requires_grad_(true);
        twins[i].requires_grad_(true);
        records = true;
      }
      our_leaves.push_back(wrap(twins[i]));
    }
    if (trial.records && !records) return;
    std::vector<at::Tensor> their_operands = their_leaves;
    std::vector<Tensor> our_operands = our_leaves;
    if (records && trial.row.in_place) {
      // A leaf that requires a gradient cannot be written to; its copy can.
      their_operands.front() = their_leaves.front().clone();
      our_operands.front() = ok(backend_->clone(our_leaves.front()));
    }
    const Theirs their_call{their_operands, trial.dtypes.front()};
    const Ours our_call{backend_.get(), our_operands, dtype_of(trial.dtypes.front())};
    at::manual_seed(7);
    const std::optional<TheirOutputs> expected = attempt([&] { return trial.row.theirs(their_call); });
    context_->manual_seed(7);
    const OurOutputs result = trial.row.ours(our_call);
    if (!expected || !result) {
      EXPECT_EQ(result.has_value(), expected.has_value()) << (result ? "libtorch fails" : result.error().message);
      if (!result) expect_sentence(result.error(), trial.row.op);
      return;
    }
    ASSERT_EQ(result->size(), expected->size());
    for (std::size_t i = 0; i < expected->size(); ++i) {
      const at::Tensor& ours = at_of((*result)[i]);
      const at::Tensor& theirs = (*expected)[i];
      expect_same(ours, theirs);
      if (failures() != before) return;
      EXPECT_EQ(ours.strides(), theirs.strides());
      EXPECT_EQ(ours.storage_offset(), theirs.storage_offset());
      EXPECT_EQ(ours.requires_grad(), theirs.requires_grad());
      for (std::size_t k = 0; k < their_operands.size(); ++k) {
        EXPECT_EQ(ours.is_alias_of(at_of(our_operands[k])), theirs.is_alias_of(their_operands[k]));
      }
    }
    for (std::size_t i = 0; i < our_operands.size(); ++i) expect_same(at_of(our_operands[i]), their_operands[i]);
    if (records && failures() == before) compare_gradients(trial, *result, *expected, our_leaves, their_leaves);
  }

  void compare_gradients(const Trial& trial, const std::vector<Tensor>& results, const TheirOutputs& expected,
                         const std::vector<Tensor>& our_leaves, const std::vector<at::Tensor>& their_leaves) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!expected[i].requires_grad()) continue;
      const at::Tensor gradient =
          at::linspace(-1, 1, expected[i].numel()).to(expected[i].scalar_type()).view(expected[i].sizes());
      const auto done = attempt([&] {
        expected[i].backward(gradient, /*retain_graph=*/true);
        return TheirOutputs{};
      });
      const Tensor our_gradient = wrap(gradient.clone());
      const Result<void> ours = backend_->backward(results[i], &our_gradient, /*retain_graph=*/true);
      EXPECT_EQ(ours.has_value(), done.has_value()) << (ours ? "libtorch fails" : ours.error().message);
    }
    for (std::size_t i = 0; i < their_leaves.size(); ++i) {
      if (!their_leaves[i].requires_grad()) continue;
      SCOPED_TRACE(testing::Message() << "gradient of operand " << i << " of " << trial.row.op);
      const auto grad = ok(backend_->grad(our_leaves[i]));
      ASSERT_EQ(grad.has_value(), their_leaves[i].grad().defined());
      if (grad) expect_same(at_of(*grad), their_leaves[i].grad());
    }
  }

  // What a guest's author reads: one sentence that begins with the operator.
  static void expect_sentence(const Error& error, std::string_view op) {
    const std::string& message = error.message;
    EXPECT_NE(error.code, ErrorCode::internal) << message;
    EXPECT_TRUE(message.starts_with(op)) << op << " says: " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_LT(message.size(), 600U) << message;
  }

  static Dtype dtype_of(at::ScalarType type) {
    return static_cast<Dtype>(std::ranges::find(kScalarTypes, type) - kScalarTypes.begin());
  }
};

TEST_P(OperatorProperty, IsLibtorchs) {
  testing::internal::CaptureStderr();
  for (const Row& row : GetParam().rows) compare_row(row);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "libtorch printed";
}

INSTANTIATE_TEST_SUITE_P(All, OperatorProperty, testing::ValuesIn(operator_families()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace cloister::engine
