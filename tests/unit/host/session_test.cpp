#include "cloister/base/bytes.h"
#include "support.h"

namespace cloister::host::test {
namespace {

TEST_F(SessionTest, TheBackendIsOpenedByTheFirstTensor) {
  EXPECT_TRUE(make<ml::ops::Host>()->manual_seed(3));
  EXPECT_TRUE(make<ml::autograd::Host>()->set_mode(ml::autograd::Mode::no_grad));
  EXPECT_EQ(session().context(), nullptr);
  EXPECT_EQ(backend.opened(), nullptr);
  floats({1}, {1});
  ASSERT_NE(session().context(), nullptr);
  EXPECT_EQ(session().context()->grad_mode(), engine::GradMode::no_grad);
}

TEST_F(SessionTest, ABackendThatCannotBeOpenedEndsTheRun) {
  HostOptions options;
  options.torch_library = "/nonexistent/libcloister_torch.so";
  BackendSlot missing(options);
  Session broken({request, observer, missing, models});
  const std::int64_t one = 1;
  const auto answer = make_interface<ml::ops::Host>(broken)->zeros({&one, 1}, ml::tensors::Dtype::float32);
  ASSERT_FALSE(answer);
  ASSERT_TRUE(broken.ending());
  EXPECT_EQ(broken.ending()->status, RunStatus::failed);
  EXPECT_EQ(broken.ending()->sentence, answer.error().reason());
}

TEST_F(SessionTest, EveryErrorCodeHasItsCase) {
  const auto case_of = [this](ErrorCode code) { return session().guest_error({code, "why"}).value.index(); };
  EXPECT_EQ(case_of(ErrorCode::invalid_argument), GuestError(GuestError::InvalidArgument{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::shape_mismatch), GuestError(GuestError::ShapeMismatch{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::dtype_mismatch), GuestError(GuestError::DtypeMismatch{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::unsupported), GuestError(GuestError::Unsupported{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::quota_exceeded), GuestError(GuestError::QuotaExceeded{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::not_granted), GuestError(GuestError::NotGranted{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::bad_data), GuestError(GuestError::BadData{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::io), GuestError(GuestError::Internal{}).value.index());
  EXPECT_EQ(case_of(ErrorCode::internal), GuestError(GuestError::Internal{}).value.index());
}

TEST_F(SessionTest, GuardedErrorsKeepThePathOnTheHost) {
  const GuestError error = session().guarded_error({ErrorCode::io, "cannot read '/secret/place'"}, "no");
  EXPECT_EQ(sentence(error), "no");
  EXPECT_EQ(report().notes, std::vector<std::string>{"cannot read '/secret/place'"});
}

TEST_F(SessionTest, AnErrorIsOneLineOfUtf8WhateverNamesItHolds) {
  auto datasets = make<ml::datasets::Host>();
  const std::string broken = refused<GuestError::NotGranted>(datasets->dataset_open("a\nb\x1b[2J"));
  EXPECT_NE(broken.find("'a b [2J'"), std::string::npos) << broken;
  const std::string longest = std::string(63, 'n') + "\u20AC";
  EXPECT_TRUE(is_utf8(refused<GuestError::NotGranted>(datasets->dataset_open(longest))));
  EXPECT_TRUE(is_utf8(refused<GuestError::InvalidArgument>(make<ml::outputs::Host>()->scalar(longest, 0, 0))));
}

TEST_F(SessionTest, AnErrorThatTheGuestGotOverIsNotItsLastWord) {
  EXPECT_FALSE(session().last_words());
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1}, {1});
  refused<GuestError::InvalidArgument>(ops->narrow(tensor(a), 5, 0, 1));
  good(ops->neg(tensor(a)));
  EXPECT_TRUE(session().last_words());
  for (int i = 0; i < 20; ++i) good(ops->neg(tensor(a)));
  EXPECT_FALSE(session().last_words());
}

TEST_F(SessionTest, NotesAreBounded) {
  for (int i = 0; i < 1000; ++i) session().note("again");
  EXPECT_EQ(report().notes.size(), 64U);
}

TEST_F(SessionTest, TheReportHasTheRequestAndItsFacts) {
  request.name = "w";
  request.arguments = {"--steps", "3"};
  request.seed = 9;
  request.grants.datasets["never"] = "/nowhere";
  request.grants.outputs["result"] = scratch / "result";
  const RunReport filled = report();
  EXPECT_EQ(filled.seed, 9U);
  EXPECT_EQ(filled.arguments, request.arguments);
  ASSERT_EQ(filled.imports.size(), 4U);
  EXPECT_EQ(filled.imports[0].kind, "seed");
  EXPECT_EQ(filled.imports[3].detail, "3");
  ASSERT_EQ(filled.grants.size(), 2U);
  EXPECT_FALSE(filled.grants[0].used);
  EXPECT_FALSE(filled.grants[0].digest);
  EXPECT_EQ(filled.engine, "");
  EXPECT_EQ(filled.notes, std::vector<std::string>{"the output 'result' was granted and never written"});
}

}  // namespace
}  // namespace cloister::host::test
