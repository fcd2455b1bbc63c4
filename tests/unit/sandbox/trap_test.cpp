// Each trap is one clear sentence, with a backtrace that names the guest's functions.
#include "support.h"

namespace cloister::sandbox::test {
namespace {

struct Case {
  const char* name;
  const char* body;
  const char* fields;
  const char* sentence;
};

class Traps : public testing::TestWithParam<Case> {};

TEST_P(Traps, HaveASentence) {
  const RunOutcome outcome = run(program(guest(GetParam().body, GetParam().fields)));
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_NE(outcome.message.find(GetParam().sentence), std::string::npos) << outcome.message;
  EXPECT_EQ(outcome.message.find('\n'), std::string::npos);
  EXPECT_FALSE(outcome.backtrace.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, Traps,
    testing::Values(
        Case{"unreachable", "unreachable", "", "the guest aborted"},
        Case{"out_of_bounds", "(drop (i32.load (i32.const 0x7fffffff)))", "", "outside its memory"},
        Case{"far_out_of_bounds", "(i32.store offset=0xfffffff0 (i32.const 0x7fffffff) (i32.const 1))", "",
             "outside its memory"},
        Case{"bulk_out_of_bounds", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 0x7fffffff))", "",
             "outside its memory"},
        Case{"division_by_zero", "(drop (i32.div_u (i32.const 1) (local.get $p)))", "", "divided an integer by zero"},
        Case{"integer_overflow", "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get $p) (i32.const 1))))", "",
             "smallest integer by -1"},
        Case{"nan_to_integer", "(drop (i32.trunc_f32_s (f32.const nan)))", "", "converted a NaN"},
        Case{"null_function", "(call_indirect (i32.const 0))", "(table 1 funcref)", "null function pointer"},
        Case{"function_outside_table", "(call_indirect (i32.const 9))", "(table 1 funcref)", "outside its table"},
        Case{"other_signature", "(call_indirect (i32.const 0))",
             "(table funcref (elem $other)) (func $other (param i32))", "of another type"},
        Case{"recursion", "(call $deep)", "(func $deep (call $deep) (call $deep))", "deeper than its stack of 1 MiB"}),
    [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

TEST(Backtrace, NamesFunctionsInnermostFirst) {
  const RunOutcome outcome =
      run(program(guest("(call $outer)", "(func $outer (call $inner)) (func $inner unreachable)")));
  const auto inner = outcome.backtrace.find("inner");
  const auto outer = outcome.backtrace.find("outer");
  ASSERT_NE(inner, std::string::npos) << outcome.backtrace;
  ASSERT_NE(outer, std::string::npos);
  EXPECT_LT(inner, outer);
}

TEST(Backtrace, DemanglesNames) {
  const RunOutcome outcome = run(program(guest("(call $_ZN5model4lossEv)", "(func $_ZN5model4lossEv unreachable)")));
  EXPECT_NE(outcome.backtrace.find("model::loss()"), std::string::npos) << outcome.backtrace;
}

TEST(Trap, InAStartFunction) {
  const RunOutcome outcome = run(program(guest("", "(func $begin unreachable) (start $begin)")));
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_NE(outcome.message.find("aborted"), std::string::npos);
  EXPECT_NE(outcome.backtrace.find("begin"), std::string::npos);
}

TEST(Trap, AResultThatCannotBeRead) {
  for (const std::string body : {"(i32.store (i32.const 16) (i32.const 77))",
                                 "(i32.store (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (i32.const -9))"
                                 "(i32.store (i32.const 24) (i32.const 100))"}) {
    auto instance = Instance::create(program(guest(body)), nullptr, {});
    const auto outcome = instance->run();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->end, End::trapped);
    EXPECT_NE(outcome->message.find("`run` returned cannot be read"), std::string::npos) << outcome->message;
    EXPECT_FALSE(instance->run());
  }
}

TEST(Trap, AnErrorThatIsNotUtf8) {
  const RunOutcome outcome = run(program(guest(R"(
    (i32.store8 (i32.const 512) (i32.const 0xff))
    (i32.store (i32.const 16) (i32.const 1))
    (i32.store (i32.const 20) (i32.const 512))
    (i32.store (i32.const 24) (i32.const 1)))")));
  EXPECT_EQ(outcome.end, End::trapped);
  EXPECT_NE(outcome.message.find("utf-8"), std::string::npos) << outcome.message;
}

}  // namespace
}  // namespace cloister::sandbox::test
