// Every operator that wit/ops.wit marks content-dependent: counted, refused beyond the limit, and denied, whatever its
// arguments hold.
#include <cstddef>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include "support.h"

namespace cloister::host::test {
namespace {

using Ops = ml::ops::Host;

// The operators by whether `content` is in their line of the list that is generated from the WIT.
std::map<std::string, std::string> marked() {
  std::map<std::string, std::string> all;
  const std::regex line(R"re(\{"name": "([^"]+)", .*"content": "([a-z]+)")re");
  std::ifstream list(OPERATORS_JSON);
  for (std::string text; std::getline(list, text);) {
    std::smatch found;
    if (std::regex_search(text, found, line)) all[found[1]] = found[2];
  }
  return all;
}

class EgressTest : public SessionTest {
 protected:
  // An argument for each kind of parameter. Tensors are all the same, of what is asked for.
  struct Sample {
    std::uint32_t handle;
    sandbox::Borrow<Tensor> borrow = tensor(handle);
    std::vector<std::optional<sandbox::Borrow<Tensor>>> list{borrow};

    template <class T>
    auto of() const {
      using Type = std::remove_cvref_t<T>;
      if constexpr (std::is_same_v<Type, sandbox::Borrow<Tensor>>) {
        return borrow;
      } else if constexpr (std::is_same_v<Type, std::span<const std::optional<sandbox::Borrow<Tensor>>>>) {
        return Type(list);
      } else if constexpr (std::is_same_v<Type, ml::tensors::Scalar>) {
        return Type(ml::tensors::Scalar::Int{0});
      } else {
        return Type{};
      }
    }
  };

  using Call = std::function<std::optional<GuestError>(Ops&, const Sample&)>;
  template <class R, class... Arguments>
  static Call caller(R (Ops::*method)(Arguments...)) {
    return [method](Ops& ops, const Sample& sample) -> std::optional<GuestError> {
      auto answer = (ops.*method)(sample.of<Arguments>()...);
      if (!answer) return ADD_FAILURE() << answer.error().reason(), std::nullopt;
      if (*answer) return std::nullopt;
      return answer->error();
    };
  }

  static std::map<std::string, Call> calls() {
    return {
        {"bernoulli", caller(&Ops::bernoulli)},
        {"multinomial", caller(&Ops::multinomial)},
        {"div-mode", caller(&Ops::div_mode)},
        {"remainder", caller(&Ops::remainder)},
        {"fmod", caller(&Ops::fmod)},
        {"index-select", caller(&Ops::index_select)},
        {"gather", caller(&Ops::gather)},
        {"take-along-dim", caller(&Ops::take_along_dim)},
        {"index", caller(&Ops::index)},
        {"index-put", caller(&Ops::index_put)},
        {"index-put-in-place", caller(&Ops::index_put_in_place)},
        {"index-add", caller(&Ops::index_add)},
        {"index-add-in-place", caller(&Ops::index_add_in_place)},
        {"index-copy", caller(&Ops::index_copy)},
        {"index-copy-in-place", caller(&Ops::index_copy_in_place)},
        {"index-fill-scalar", caller(&Ops::index_fill_scalar)},
        {"scatter", caller(&Ops::scatter)},
        {"scatter-scalar", caller(&Ops::scatter_scalar)},
        {"scatter-add", caller(&Ops::scatter_add)},
        {"scatter-add-in-place", caller(&Ops::scatter_add_in_place)},
        {"scatter-reduce", caller(&Ops::scatter_reduce)},
        {"masked-select", caller(&Ops::masked_select)},
        {"masked-scatter", caller(&Ops::masked_scatter)},
        {"nonzero", caller(&Ops::nonzero)},
        {"one-hot", caller(&Ops::one_hot)},
        {"embedding", caller(&Ops::embedding)},
        {"embedding-bag", caller(&Ops::embedding_bag)},
        {"bincount", caller(&Ops::bincount)},
        {"unique", caller(&Ops::unique)},
        {"cross-entropy", caller(&Ops::cross_entropy)},
        {"nll-loss", caller(&Ops::nll_loss)},
        {"binary-cross-entropy", caller(&Ops::binary_cross_entropy)},
    };
  }
  // Of tensors that an index, a class, a mask or a divisor might be, right and wrong.
  std::vector<Sample> samples() {
    return {Sample{integers({0})}, Sample{integers({7})}, Sample{floats({0}, {1})}, Sample{floats({-1}, {1})}};
  }
};

TEST_F(EgressTest, EveryMarkedOperatorIsHere) {
  std::set<std::string> wanted, here;
  for (const auto& [name, content] : marked()) wanted.insert(name);
  for (const auto& [name, call] : calls()) here.insert(name);
  EXPECT_EQ(here, wanted);
}

TEST_F(EgressTest, EveryMarkedOperatorCountsWhatItTells) {
  auto ops = make<Ops>();
  const auto marks = marked();
  for (const auto& [name, call] : calls()) {
    for (const Sample& sample : samples()) {
      const std::uint64_t before = egress(EgressKind::outcome);
      static_cast<void>(call(*ops, sample));
      EXPECT_EQ(egress(EgressKind::outcome) - before, marks.at(name) == "shape" ? 9U : 1U) << name;
    }
  }
}

TEST_F(EgressTest, EveryMarkedOperatorStopsAtTheLimit) {
  request.limits.egress_bytes = 0;
  auto ops = make<Ops>();
  for (const auto& [name, call] : calls()) {
    for (const Sample& sample : samples()) {
      const auto error = call(*ops, sample);
      ASSERT_TRUE(error) << name;
      EXPECT_TRUE(std::holds_alternative<GuestError::QuotaExceeded>(error->value)) << name << ": " << sentence(*error);
    }
  }
}

TEST_F(EgressTest, EveryMarkedOperatorCanBeDenied) {
  request.deny_content_dependent = true;
  auto ops = make<Ops>();
  for (const auto& [name, call] : calls()) {
    std::set<std::string> sentences;
    for (const Sample& sample : samples()) {
      const auto error = call(*ops, sample);
      ASSERT_TRUE(error) << name;
      EXPECT_TRUE(std::holds_alternative<GuestError::NotGranted>(error->value)) << name << ": " << sentence(*error);
      sentences.insert(sentence(*error));
    }
    EXPECT_EQ(sentences.size(), 1U) << name << " says something of what it was given";
  }
  EXPECT_EQ(egress(EgressKind::outcome), 0U);
}

// Their numbers are of the workload's choice: they count, and leave whole or not at all.
TEST_F(EgressTest, NumbersOfCallsCount) {
  const std::uint32_t a = floats({1}, {1});
  for (int i = 0; i < 300; ++i) good(make<Ops>()->neg(tensor(a)));
  EXPECT_EQ(report().calls.size(), 2U);
  // Of from-bytes and of neg: which function it is, and one or two bytes.
  EXPECT_EQ(egress(EgressKind::exit), (2U + 1U) + (2U + 2U));
}

TEST_F(EgressTest, NumbersOfCallsAreHeldBackBeyondTheLimit) {
  request.limits.egress_bytes = 6;
  const std::uint32_t a = floats({1}, {1});
  for (int i = 0; i < 300; ++i) good(make<Ops>()->neg(tensor(a)));
  const RunReport filled = report();
  EXPECT_TRUE(filled.calls.empty());
  EXPECT_EQ(filled.egress_total(), 0U);
  ASSERT_EQ(filled.notes.size(), 1U);
  EXPECT_NE(filled.notes[0].find("--limit egress="), std::string::npos) << filled.notes[0];
}

TEST_F(EgressTest, FailuresThatTellEndTheRunWhereTheyMayNot) {
  ASSERT_TRUE(session().admit_failure("reading", ErrorCode::bad_data));
  EXPECT_EQ(egress(EgressKind::outcome), 8U);
  EXPECT_FALSE(session().ending());
}

TEST_F(EgressTest, FailuresThatTellEndTheRunWhereTheyAreDenied) {
  request.deny_content_dependent = true;
  EXPECT_FALSE(session().admit_failure("reading", ErrorCode::bad_data));
  EXPECT_EQ(egress(EgressKind::outcome), 0U);
  ASSERT_TRUE(session().ending());
  EXPECT_EQ(session().ending()->status, RunStatus::failed);
}

}  // namespace
}  // namespace cloister::host::test
