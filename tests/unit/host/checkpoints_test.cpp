// Saving and restoring over the stub backend, and what a run that is taken up is held against.
#include <fstream>

#include "checkpoint_file.h"
#include "cloister/base/file.h"
#include "support.h"

namespace cloister::host::test {
namespace {

namespace checkpoints = ml::checkpoints;
using NamedTensor = std::tuple<std::string_view, sandbox::Borrow<Tensor>>;
using NamedOptimizer = std::tuple<std::string_view, sandbox::Borrow<checkpoints::Optimizer>>;
using Bytes = std::vector<std::uint8_t>;

// One run after another in one folder: each `Run` is a session of its own.
class CheckpointsTest : public ::testing::Test {
 protected:
  struct Log final : RunObserver {
    Result<std::string> recorded() override { return text; }
    Result<void> take_up(std::string_view taken) override {
      text = taken;
      return {};
    }
    std::string text;
  };

  class Run {
   public:
    Run(CheckpointsTest& test, const RunRequest& asked)
        : request(asked),
          session({request, log, test.backend_, test.models_, {}, test.place_}),
          inside(session),
          interface(make_interface<checkpoints::Host>(session)) {}

    std::uint32_t floats(const std::vector<float>& values) {
      const auto bytes = std::as_bytes(std::span(values));
      const auto size = static_cast<std::int64_t>(values.size());
      return rep(good(make_interface<ml::tensors::Host>(session)->tensor_from_bytes(
          {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, {&size, 1},
          ml::tensors::Dtype::float32)));
    }
    std::vector<float> values(std::uint32_t handle) {
      const sandbox::Bytes bytes = good(make_interface<ml::tensors::Host>(session)->tensor_read(tensor(handle)));
      std::vector<float> numbers(bytes.size() / sizeof(float));
      std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::uint8_t*>(numbers.data()));
      return numbers;
    }
    auto save(const std::vector<NamedTensor>& tensors, const Bytes& position = {7}) {
      return interface->save("state", tensors, {}, position);
    }
    auto restore(const std::vector<NamedTensor>& tensors) { return interface->restore("state", tensors, {}); }

    RunRequest request;
    Log log;
    Session session;
    Session::Inside inside;
    std::unique_ptr<checkpoints::Host> interface;
  };

  CheckpointsTest() : backend_(stub()) {
    request_.grants.outputs["state"] = scratch_ / "state-output";
    request_.checkpoints = scratch_ / "checkpoints";
    request_.arguments = {"--epochs", "3"};
    request_.seed = 4;
  }
  static HostOptions stub() {
    HostOptions options;
    options.backend = BackendKind::stub;
    return options;
  }
  [[nodiscard]] std::filesystem::path file() const { return scratch_ / "checkpoints/state.safetensors"; }

  // A run that saved { w: [1, 2] } at position 7.
  void interrupted() {
    Run run(*this, request_);
    run.log.text = "metrics";
    good(run.save({{"w", tensor(run.floats({1, 2}))}}));
    request_.resume = true;
  }
  // The sentence with which the run that is to go on is refused.
  std::string refusal() {
    Run run(*this, request_);
    const auto taken = run.session.take_up_checkpoints();
    if (taken) return ADD_FAILURE() << "it was taken up", "";
    EXPECT_EQ(taken.error().code, ErrorCode::bad_data) << taken.error().message;
    return taken.error().message;
  }

  Scratch scratch_;
  RunRequest request_;
  RunPlace place_;
  BackendSlot backend_;
  ModelStore models_;
};

TEST_F(CheckpointsTest, AFreshRunRestoresNothing) {
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const std::uint32_t w = run.floats({5, 6});
  EXPECT_FALSE(good(run.restore({{"w", tensor(w)}})));
  good(run.save({{"w", tensor(w)}}));
  EXPECT_FALSE(good(run.restore({{"w", tensor(w)}})));
  EXPECT_EQ(run.values(w), (std::vector<float>{5, 6}));
}

// The name "state", what every checkpoint has, "w" of two floats, "empty", a position of three bytes.
constexpr std::uint64_t kSaved = 5U + 48 + (1 + 2 + 8 + 8) + (5 + 2 + 8) + 3;

TEST_F(CheckpointsTest, WhatWasSavedComesBack) {
  {
    Run run(*this, request_);
    run.log.text = "so far";
    run.session.random.next();
    run.session.insecure.next();
    run.session.clock.jump_to(5000);
    run.session.set_grad_mode(engine::GradMode::inference);
    const std::uint32_t w = run.floats({1, 2}), empty = run.floats({});
    good(run.save({{"w", tensor(w)}, {"empty", tensor(empty)}}, {1, 2, 3}));
    EXPECT_EQ(run.session.egress.by_kind()[static_cast<std::size_t>(EgressKind::output)], kSaved);
    request_.resume = true;
  }
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const std::uint32_t w = run.floats({0, 0}), empty = run.floats({});
  const auto position = good(run.restore({{"empty", tensor(empty)}, {"w", tensor(w)}}));
  ASSERT_TRUE(position);
  EXPECT_EQ(Bytes(position->data(), position->data() + position->size()), (Bytes{1, 2, 3}));
  EXPECT_EQ(run.values(w), (std::vector<float>{1, 2}));
  EXPECT_EQ(run.log.text, "so far");
  EXPECT_EQ(run.session.clock.now(), 5000U);
  EXPECT_EQ(run.session.grad_mode(), engine::GradMode::inference);
  RandomStream random(4, RandomStream::kRandom), insecure(4, RandomStream::kInsecure);
  random.next();
  insecure.next();
  EXPECT_EQ(run.session.random.next(), random.next());
  EXPECT_EQ(run.session.insecure.next(), insecure.next());
  // What the interrupted part let out counts on, and the position is told to the guest.
  const auto& egress = run.session.egress.by_kind();
  EXPECT_EQ(egress[static_cast<std::size_t>(EgressKind::output)], kSaved);
  EXPECT_EQ(egress[static_cast<std::size_t>(EgressKind::read)], 3U + 48 + 8);  // and the values above

  RunReport report;
  run.session.fill(report);
  EXPECT_EQ(report.imports.back().kind, "checkpoint");
  EXPECT_EQ(report.imports.back().name, "state");
}

TEST_F(CheckpointsTest, ASecondOneReplacesTheFirst) {
  interrupted();
  {
    Run run(*this, request_);
    ASSERT_TRUE(run.session.take_up_checkpoints());
    good(run.save({{"v", tensor(run.floats({9}))}}, {8}));
    // As in a run that was never interrupted, there is nothing to restore then.
    EXPECT_FALSE(good(run.restore({{"v", tensor(run.floats({0}))}})));
    RunReport report;
    run.session.fill(report);
    EXPECT_EQ(report.grants[0].checkpoints, 1U);
    EXPECT_FALSE(report.grants[0].used);
    EXPECT_TRUE(report.notes.empty());
  }
  const auto opened = CheckpointFile::open(file());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->record().number, 2U);
  EXPECT_EQ(*opened->text(kPosition), std::string(1, 8));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch_ / "checkpoints"), {}), 1);
}

TEST_F(CheckpointsTest, AnotherModelIsRefusedAndNothingIsWritten) {
  interrupted();
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const std::uint32_t w = run.floats({5, 6}), three = run.floats({5, 6, 7});
  const std::uint32_t whole =
      rep(good(make_interface<ml::ops::Host>(run.session)->to_dtype(tensor(w), ml::tensors::Dtype::int64)));
  const auto refuse = [&](const std::vector<NamedTensor>& tensors, std::string_view why) {
    const std::string sentence = refused<GuestError::BadData>(run.restore(tensors));
    EXPECT_NE(sentence.find(why), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find(scratch_.path().string()), std::string::npos) << sentence;
  };
  refuse({}, "'w'");
  refuse({{"v", tensor(w)}}, "no tensor 'v'");
  refuse({{"w", tensor(w)}, {"v", tensor(w)}}, "no tensor 'v'");
  refuse({{"w", tensor(three)}}, "float32 [2], where float32 [3]");
  refuse({{"w", tensor(whole)}}, "float32 [2], where int64 [2]");
  EXPECT_EQ(run.values(w), (std::vector<float>{5, 6}));
  EXPECT_EQ(run.log.text, "");
  // It can still be restored into what fits.
  EXPECT_TRUE(good(run.restore({{"w", tensor(w)}})));
}

TEST_F(CheckpointsTest, NamesAreGrantedAndUnique) {
  Run run(*this, request_);
  const std::uint32_t w = run.floats({1});
  refused<GuestError::NotGranted>(run.interface->save("other", {}, {}, {}));
  refused<GuestError::NotGranted>(run.interface->restore("../state", {}, {}));
  refused<GuestError::InvalidArgument>(run.save({{"w", tensor(w)}, {"w", tensor(w)}}));
  refused<GuestError::InvalidArgument>(run.save({{"", tensor(w)}}));
  const std::string longest(256, 'n'), longer(257, 'n');
  refused<GuestError::InvalidArgument>(run.save({{longer, tensor(w)}}));
  good(run.save({{longest, tensor(w)}, {"~sha256", tensor(w)}, {"position", tensor(w)}}));
  EXPECT_FALSE(run.save({{"w", tensor(9999)}}));  // a handle that is not open ends the run
}

TEST_F(CheckpointsTest, BeyondTheEgressLimitNothingIsSaved) {
  request_.limits.egress_bytes = 2 * (5 + 48 + (1 + 2 + 8 + 4) + 1);
  Run run(*this, request_);
  good(run.save({{"w", tensor(run.floats({1}))}}));
  const auto before = read_file(file().string(), 1 << 20);
  refused<GuestError::QuotaExceeded>(run.save({{"w", tensor(run.floats({1, 2}))}}));
  EXPECT_EQ(*read_file(file().string(), 1 << 20), *before);
}

TEST_F(CheckpointsTest, APositionThatMayNotLeaveChangesNothing) {
  {
    Run run(*this, request_);
    good(run.save({{"w", tensor(run.floats({1}))}}, Bytes(100)));
  }
  request_.resume = true;
  request_.limits.egress_bytes = 200;
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const std::uint32_t w = run.floats({5});
  refused<GuestError::QuotaExceeded>(run.restore({{"w", tensor(w)}}));
  EXPECT_EQ(run.values(w), std::vector<float>{5});
}

// What the run before had saved is told by the sentence about another model, and by there being nothing.
TEST_F(CheckpointsTest, WhatTheRunBeforeSavedIsCountedWhereItIsTold) {
  interrupted();
  request_.grants.outputs["other"] = scratch_ / "other-output";
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const auto& egress = run.session.egress.by_kind();
  const auto outcome = static_cast<std::size_t>(EgressKind::outcome), read = static_cast<std::size_t>(EgressKind::read);
  EXPECT_FALSE(good(run.interface->restore("other", {}, {})));
  EXPECT_EQ(egress[outcome], 1U);
  const std::string why = refused<GuestError::BadData>(run.restore({}));
  EXPECT_NE(why.find("'w'"), std::string::npos) << why;
  EXPECT_EQ(egress[outcome], 2U);
  EXPECT_EQ(egress[read], why.size());
}

TEST_F(CheckpointsTest, WhatTheRunBeforeSavedIsNotToldBeyondTheLimit) {
  interrupted();
  request_.limits.egress_bytes = 5 + 48 + (1 + 2 + 8 + 8) + 1 + 4;
  Run run(*this, request_);
  ASSERT_TRUE(run.session.take_up_checkpoints());
  const std::string why = refused<GuestError::QuotaExceeded>(run.restore({}));
  EXPECT_EQ(why.find("'w'"), std::string::npos) << why;
  EXPECT_NE(why.find("--limit egress="), std::string::npos) << why;
}

TEST_F(CheckpointsTest, ARunWithoutAFolderKeepsNone) {
  request_.checkpoints.clear();
  Run run(*this, request_);
  refused<GuestError::Unsupported>(run.save({}));
}

TEST_F(CheckpointsTest, AFolderThatCannotBeMadeIsTheHostsToKnow) {
  std::ofstream(scratch_ / "checkpoints") << "a file";
  Run run(*this, request_);
  const std::string why = refused<GuestError::Internal>(run.save({}));
  EXPECT_EQ(why.find(scratch_.path().string()), std::string::npos) << why;
}

TEST_F(CheckpointsTest, OnlyTheSameRunIsTakenUp) {
  interrupted();
  const RunRequest same = request_;
  place_.component = sha256(std::string_view("another"));
  EXPECT_NE(refusal().find("component"), std::string::npos);
  place_ = {};
  request_.arguments = {"--epochs", "4"};
  EXPECT_NE(refusal().find("other arguments"), std::string::npos);
  request_ = same;
  request_.name = "another";
  EXPECT_NE(refusal().find("another name"), std::string::npos);
  request_ = same;
  request_.seed = 5;
  EXPECT_NE(refusal().find("seed 4, not 5"), std::string::npos);
  request_ = same;
  place_.threads = 2;
  EXPECT_NE(refusal().find("with 1 threads"), std::string::npos);
  place_.threads = 1;
  place_.device = "cuda:0";
  EXPECT_NE(refusal().find("on cpu"), std::string::npos);
  place_ = {};
  Run run(*this, request_);
  EXPECT_TRUE(run.session.take_up_checkpoints());
}

TEST_F(CheckpointsTest, AFileThatIsDamagedIsRefused) {
  interrupted();
  const auto good_bytes = *read_file(file().string(), 1 << 20);
  const auto put = [&](std::vector<std::byte> bytes) { ASSERT_TRUE(write_file(file().string(), bytes)); };
  for (std::size_t at = 0; at < good_bytes.size(); at += 37) {
    auto bytes = good_bytes;
    bytes[at] ^= std::byte{4};
    put(bytes);
    EXPECT_NE(refusal().find(file().string()), std::string::npos) << at;
    put({good_bytes.begin(), good_bytes.begin() + static_cast<std::ptrdiff_t>(at)});
    EXPECT_NE(refusal().find(file().string()), std::string::npos) << at;
  }
  put(good_bytes);
  Run run(*this, request_);
  EXPECT_TRUE(run.session.take_up_checkpoints());
}

TEST_F(CheckpointsTest, AnOutputThatIsGoneIsMissed) {
  {
    Run run(*this, request_);
    good(make_interface<ml::outputs::Host>(run.session)->save_text("state", "written"));
    good(run.save({}));
  }
  request_.resume = true;
  {
    Run run(*this, request_);
    ASSERT_TRUE(run.session.take_up_checkpoints());
    RunReport report;
    run.session.fill(report);
    EXPECT_TRUE(report.grants[0].used);
    EXPECT_EQ(report.grants[0].digest, sha256(std::string_view("written")));
  }
  std::filesystem::remove(scratch_ / "state-output");
  EXPECT_NE(refusal().find("'state'"), std::string::npos);
}

TEST_F(CheckpointsTest, AModelThatChangedIsRefused) {
  const auto path = scratch_ / "m.safetensors";
  const auto put = [&](float value) {
    auto writer = data::SafetensorsWriter::create(path.string(), {{"w", Dtype::float32, {1}}});
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write(std::as_bytes(std::span(&value, 1))));
    ASSERT_TRUE(writer->commit());
  };
  put(1);
  request_.grants.models["m"] = path;
  {
    Run run(*this, request_);
    good(make_interface<ml::models::Host>(run.session)->model_open("m"));
    good(run.save({}));
  }
  request_.resume = true;
  {
    Run run(*this, request_);
    ASSERT_TRUE(run.session.take_up_checkpoints());
    RunReport report;
    run.session.fill(report);
    EXPECT_EQ(report.imports.back().kind, "model");
  }
  put(2);
  EXPECT_NE(refusal().find("the model 'm'"), std::string::npos);
  put(1);
  request_.grants.models.clear();
  EXPECT_NE(refusal().find("--grant model:m=PATH"), std::string::npos);
}

}  // namespace
}  // namespace cloister::host::test
