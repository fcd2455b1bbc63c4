// What an operator tells without a value being read: its success, its error, shapes, strides, storage, the memory that
// it takes. Of one that is not marked content-dependent, none of that may depend on what a tensor holds.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "operator_contents.h"
#include "operator_marks.h"
#include "torch_cases.h"
#include "torch_fixture.h"

namespace cloister::engine {
namespace {

enum class Held : std::uint8_t { ordinary, extremes, zeros, ones, one_zero };
constexpr std::array kHeld{Held::ordinary, Held::extremes, Held::zeros, Held::ones, Held::one_zero};

// What an outcome shows, as text.
template <class Value>
std::string shown(const Result<Value>& result) {
  return result ? std::string("done")
                : fmt::format("{}: {}", static_cast<int>(result.error().code), result.error().message);
}

class OperatorSecrecy : public TorchTest {
 protected:
  // Gives the operand's elements what `held` says; those that name places keep them.
  static void refill(at::Tensor& t, const Operand& operand, Held held) {
    const bool is_place = operand.contents == Contents::indices || operand.contents == Contents::permutation;
    if (is_place || t.numel() == 0) return;
    if (held == Held::zeros) t.fill_(0);
    if (held == Held::ones) t.fill_(1);
    if (held == Held::one_zero) t.view(-1)[0].fill_(0);
  }

  std::vector<at::Tensor> operands_of(const Operands& operands, at::ScalarType dtype, Held held) {
    auto all = make_operands(operands, std::vector(operands.size(), dtype), Layout::contiguous,
                             held == Held::extremes ? Numbers::special : Numbers::ordinary);
    for (std::size_t i = 0; i < all.size(); ++i) refill(all[i], operands[i], held);
    return all;
  }

  // Everything about a call and its backward but the values.
  std::string trial(std::vector<at::Tensor> operands, bool in_place, bool records, bool is_measured,
                    const std::function<OurOutputs(std::span<const Tensor>)>& call) {
    std::vector<Tensor> ours;
    for (at::Tensor& each : operands) {
      const bool leaf = records && at::isFloatingType(each.scalar_type());
      if (leaf) each.requires_grad_(true);
      ours.push_back(wrap(leaf && in_place ? each.clone() : each));
    }
    const auto fresh = backend_->make_context({});
    const Entered entered(*backend_, fresh.get());
    const OurOutputs outputs = call(ours);
    std::string told = shown(outputs);
    if (!outputs) return told;
    for (const Tensor& each : *outputs) {
      const at::Tensor t = at_of(each);
      told += fmt::format(" {}{} {} +{} of {}", at::toString(t.scalar_type()), fmt::join(t.sizes(), ","),
                          fmt::join(t.strides(), ","), t.storage_offset(), t.storage().nbytes());
      if (!t.requires_grad()) continue;
      const Tensor gradient = wrap(at::ones(t.sizes(), t.options()));
      told += " backward " + shown(backend_->backward(each, &gradient, true));
    }
    if (is_measured) {
      told += fmt::format(" memory {} peak {}", fresh->memory().bytes.load(), fresh->memory().peak_bytes.load());
    }
    return told;
  }

  // Where the gradient takes more memory for some contents; the host counts what backward refuses for it.
  static bool gradient_takes_by_contents(std::string_view op) {
    return op == "prod" || op == "cumprod" || op == "masked_fill";
  }

  void compare(const Row& row, const Operands& operands, at::ScalarType dtype, bool records) {
    const auto call = [&](std::span<const Tensor> all) {
      return row.ours(
          {backend_.get(), all, static_cast<Dtype>(std::ranges::find(kScalarTypes, dtype) - kScalarTypes.begin())});
    };
    const bool is_measured = !(records && gradient_takes_by_contents(operator_of(row.op)));
    std::string first;
    for (const Held held : kHeld) {
      context_->manual_seed(7);
      const auto once = [&] {
        return trial(operands_of(operands, dtype, held), row.in_place, records, is_measured, call);
      };
      if (first.empty()) once();  // what a library makes once and keeps
      const std::string told = once();
      if (first.empty()) first = told;
      EXPECT_EQ(told, first) << row.op << " of " << dtype << " tells contents of kind " << static_cast<int>(held)
                             << (records ? ", recorded" : "");
      if (told != first) return;
    }
  }
};

TEST_F(OperatorSecrecy, OperatorsThatAreNotMarkedTellNothing) {
  ASSERT_GT(operator_marks().size(), 300U);
  for (const Family& family : operator_families()) {
    for (const Row& row : family.rows) {
      if (is_marked(row.op)) continue;
      for (const Operands& operands : row.operands) {
        if (operands.empty()) continue;
        for (const at::ScalarType dtype : {at::kFloat, at::kLong, at::kBFloat16, at::kBool}) {
          compare(row, operands, dtype, false);
          if (at::isFloatingType(dtype)) compare(row, operands, dtype, true);
        }
      }
    }
  }
}

TEST_F(OperatorSecrecy, LayersThatAreNotMarkedTellNothing) {
  for (const auto& cases : {image_cases(), layer_cases(), loss_cases()}) {
    for (const Case& one : cases) {
      if (is_marked(one.name)) continue;
      const auto call = [&](std::span<const Tensor> all) -> OurOutputs {
        CLOISTER_TRY(Tensor result, one.ours(*backend_, {all.begin(), all.end()}));
        return std::vector<Tensor>{std::move(result)};
      };
      const Operands operands(one.shapes.begin(), one.shapes.end());
      for (const bool records : {false, one.differentiable}) {
        std::string first;
        for (const Held held : kHeld) {
          const auto once = [&] {
            context_->manual_seed(7);
            return trial(operands_of(operands, at::kFloat, held), false, records, true, call);
          };
          if (first.empty()) once();
          const std::string told = once();
          if (first.empty()) first = told;
          EXPECT_EQ(told, first) << one.name << " tells contents of kind " << static_cast<int>(held)
                                 << (records ? ", recorded" : "");
        }
      }
    }
  }
}

// ---- indices: checked before a kernel sees them, where on a GPU a wrong one would end the process's use of it ----

constexpr std::int64_t kFar = std::int64_t{1} << 40;

class OperatorIndices : public OperatorSecrecy {
 protected:
  // Ours, and the same for every index: which one it was is a tensor's content.
  void refuses(std::string_view op, const std::function<Result<void>(std::int64_t)>& call, std::int64_t bound,
               bool from_end = false) {
    std::set<std::string> sentences;
    for (const std::int64_t bad : {bound, bound + 1, kFar, -kFar, INT64_MAX, INT64_MIN, from_end ? -bound - 1 : -1}) {
      const Result<void> result = call(bad);
      ASSERT_FALSE(result.has_value()) << op << " took the index " << bad;
      EXPECT_EQ(result.error().code, ErrorCode::invalid_argument) << result.error().message;
      EXPECT_NE(result.error().message.find("an index lies outside of"), std::string::npos)
          << op << " let a kernel find it: " << result.error().message;
      sentences.insert(result.error().message);
    }
    EXPECT_EQ(sentences.size(), 1U) << op << " says which index it was: " << *sentences.begin();
    checked_.insert(std::string(operator_of(op)));
  }
  // Whether the contract says that one out of range is an error.
  static bool takes_indices(std::string_view op) {
    const auto mark = operator_marks().find(op);
    return mark != operator_marks().end() &&
           std::ranges::any_of(std::array{"index out of range", "offset out of range", "class out of range"},
                               [&](const char* words) { return mark->second.docs.find(words) != std::string::npos; });
  }
  template <class Value>
  static Result<void> only(const Result<Value>& result) {
    if (result) return {};
    return Unexpected(result.error());
  }
  Tensor index(std::int64_t bad) { return wrap(at::tensor({std::int64_t{0}, bad}, at::kLong)); }

  std::set<std::string> checked_;
};

TEST_F(OperatorIndices, OutOfRangeIsFoundBeforeTheKernel) {
  for (const Family& family : operator_families()) {
    for (const Row& row : family.rows) {
      const Operands& operands = row.operands.front();
      for (std::size_t place = 0; place < operands.size(); ++place) {
        const Operand& operand = operands[place];
        const bool is_index = operand.contents == Contents::indices || operand.contents == Contents::permutation;
        if (!is_index || !takes_indices(operator_of(row.op))) continue;
        // Rows whose operands do not fit each other show that an error, too, comes before the kernel.
        const std::vector dtypes(operands.size(), at::kFloat);
        const auto call = [&](std::optional<std::int64_t> bad) {
          auto made = make_operands(operands, dtypes, Layout::contiguous, Numbers::ordinary);
          if (bad && made[place].numel() > 0) made[place].view(-1)[-1].fill_(*bad);
          std::vector<Tensor> all;
          for (at::Tensor& each : made) all.push_back(wrap(each));
          return only(row.ours({backend_.get(), all, Dtype::float32}));
        };
        const bool is_empty = std::ranges::find(operand.shape, 0) != operand.shape.end();
        if (is_empty || !call(std::nullopt)) continue;
        const std::int64_t bound = operand.contents == Contents::permutation ? operand.shape.front() : operand.bound;
        const bool from_end = operator_of(row.op) == "index" || operator_of(row.op).starts_with("index_put");
        refuses(row.op, call, std::max(bound, std::int64_t{64}), from_end);
      }
    }
  }
  const Tensor table = ok(backend_->ones(Sizes{5, 3}, Dtype::float32));
  const Tensor log = ok(backend_->log_softmax(ok(backend_->ones(Sizes{2, 5}, Dtype::float32)), 1));
  const Tensor offsets = wrap(at::tensor({std::int64_t{0}}, at::kLong));
  TensorBackend& b = *backend_;
  refuses("embedding", [&](std::int64_t i) { return only(b.embedding(table, index(i), std::nullopt)); }, 5);
  refuses(
      "embedding_bag",
      [&](std::int64_t i) { return only(b.embedding_bag(table, index(i), offsets, BagMode::sum, nullptr)); }, 5);
  refuses("one_hot", [&](std::int64_t i) { return only(b.one_hot(index(i), 5)); }, 5);
  refuses("cross_entropy", [&](std::int64_t i) { return only(b.cross_entropy(log, index(i), nullptr, {})); }, 5);
  refuses(
      "nll_loss", [&](std::int64_t i) { return only(b.nll_loss(log, index(i), nullptr, Reduction::mean, -100)); }, 5);
  // None that the contract says takes indices is left out.
  for (const auto& [name, mark] : operator_marks()) EXPECT_EQ(checked_.contains(name), takes_indices(name)) << name;
}

TEST_F(OperatorIndices, OffsetsOfBagsAreCheckedToo) {
  const Tensor table = ok(backend_->ones(Sizes{5, 3}, Dtype::float32));
  const Tensor words = wrap(at::tensor({0, 1, 2}, at::kLong));
  std::set<std::string> sentences;
  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{4}, kFar, -kFar, INT64_MAX, INT64_MIN}) {
    const auto result = backend_->embedding_bag(table, words, index(bad), BagMode::mean, nullptr);
    ASSERT_FALSE(result.has_value()) << bad;
    sentences.insert(result.error().message);
  }
  EXPECT_EQ(sentences.size(), 1U);
}

}  // namespace
}  // namespace cloister::engine
