#include "support.h"

namespace cloister::host::test {
namespace {

namespace cli = bindings::wasi_cli;
namespace clocks = bindings::wasi_clocks;
namespace io = bindings::wasi_io;
namespace random = bindings::wasi_random;

class WasiTest : public SessionTest {
 protected:
  std::uint32_t standard_out() { return rep(*make<cli::stdout::Host>()->get_stdout()); }
  static std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }
};

TEST_F(WasiTest, ArgumentsAndNothingElseOfTheEnvironment) {
  request.name = "transfer";
  request.arguments = {"--epochs", "3"};
  auto environment = make<cli::environment::Host>();
  EXPECT_EQ(*environment->get_arguments(), (std::vector<std::string>{"transfer", "--epochs", "3"}));
  EXPECT_TRUE(environment->get_environment()->empty());
  EXPECT_FALSE(environment->initial_cwd()->has_value());
  EXPECT_TRUE(make<bindings::wasi_filesystem::preopens::Host>()->get_directories()->empty());
}

TEST_F(WasiTest, NoStreamIsATerminal) {
  EXPECT_FALSE(make<cli::terminal_stdin::Host>()->get_terminal_stdin()->has_value());
  EXPECT_FALSE(make<cli::terminal_stdout::Host>()->get_terminal_stdout()->has_value());
  EXPECT_FALSE(make<cli::terminal_stderr::Host>()->get_terminal_stderr()->has_value());
}

TEST_F(WasiTest, WhatIsPrintedGoesToTheObserverAndIsCounted) {
  auto streams = make<io::streams::Host>();
  const std::uint32_t out = standard_out();
  const std::uint32_t err = rep(*make<cli::stderr::Host>()->get_stderr());
  EXPECT_EQ(**streams->output_stream_check_write(lend<io::streams::OutputStream>(out)), 65536U);
  ASSERT_TRUE(streams->output_stream_write(lend<io::streams::OutputStream>(out), bytes("hello ")));
  ASSERT_TRUE(streams->output_stream_blocking_write_and_flush(lend<io::streams::OutputStream>(out), bytes("you")));
  ASSERT_TRUE(streams->output_stream_write(lend<io::streams::OutputStream>(err), bytes("oh")));
  ASSERT_TRUE(streams->output_stream_write_zeroes(lend<io::streams::OutputStream>(err), 2));
  EXPECT_EQ(observer.out, "hello you");
  EXPECT_EQ(observer.err, std::string("oh\0\0", 4));
  EXPECT_EQ(egress(EgressKind::stdout_), 13U + 4U);  // and one a write, for the stream
}

TEST_F(WasiTest, PrintingBeyondTheEgressLimitEndsTheRun) {
  request.limits.egress_bytes = 4;
  auto streams = make<io::streams::Host>();
  EXPECT_FALSE(streams->output_stream_write(lend<io::streams::OutputStream>(standard_out()), bytes("hello")));
  EXPECT_EQ(observer.out, "");
  ASSERT_TRUE(session().ending());
  EXPECT_EQ(session().ending()->status, RunStatus::limit);
  EXPECT_NE(session().ending()->sentence.find("--limit egress="), std::string::npos);
}

TEST_F(WasiTest, MoreThanWasPermittedTraps) {
  auto streams = make<io::streams::Host>();
  const auto out = lend<io::streams::OutputStream>(standard_out());
  EXPECT_FALSE(streams->output_stream_write(out, bytes(std::string(65537, 'x'))));
  EXPECT_FALSE(streams->output_stream_blocking_write_and_flush(out, bytes(std::string(4097, 'x'))));
  EXPECT_FALSE(streams->output_stream_write_zeroes(out, UINT64_MAX));
  EXPECT_FALSE(streams->output_stream_blocking_write_zeroes_and_flush(out, 4097));
  EXPECT_EQ(observer.out, "");
}

TEST_F(WasiTest, TheInputIsAtItsEnd) {
  auto streams = make<io::streams::Host>();
  const auto in = lend<io::streams::InputStream>(rep(*make<cli::stdin::Host>()->get_stdin()));
  const auto read = streams->input_stream_blocking_read(in, UINT64_MAX);
  ASSERT_TRUE(read);
  ASSERT_FALSE(*read);
  EXPECT_TRUE(std::holds_alternative<io::streams::StreamError::Closed>(read->error().value));
  const auto spliced = streams->output_stream_splice(lend<io::streams::OutputStream>(standard_out()), in, 5);
  ASSERT_TRUE(spliced);
  EXPECT_FALSE(*spliced);
}

TEST_F(WasiTest, DroppedStreamsAreGone) {
  auto streams = make<io::streams::Host>();
  const std::uint32_t out = standard_out();
  ASSERT_TRUE(streams->drop_output_stream(own<io::streams::OutputStream>(out)));
  EXPECT_FALSE(streams->output_stream_flush(lend<io::streams::OutputStream>(out)));
  EXPECT_EQ(session().handles.used(), 0U);
}

TEST_F(WasiTest, AFullQuotaOfHandlesEndsTheRun) {
  request.limits.handles = 1;
  standard_out();
  EXPECT_FALSE(make<cli::stdout::Host>()->get_stdout());
  ASSERT_TRUE(session().ending());
  EXPECT_EQ(session().ending()->status, RunStatus::limit);
}

TEST_F(WasiTest, ClocksAreVirtual) {
  auto monotonic = make<clocks::monotonic_clock::Host>();
  auto wall = make<clocks::wall_clock::Host>();
  EXPECT_EQ(*monotonic->now(), 1000U);
  EXPECT_EQ(*monotonic->now(), 2000U);
  EXPECT_EQ(*monotonic->resolution(), 1000U);
  const auto now = *wall->now();
  EXPECT_EQ(now.seconds, 1767225600U);
  EXPECT_EQ(now.nanoseconds, 3000U);
}

TEST_F(WasiTest, SleepingJumps) {
  auto monotonic = make<clocks::monotonic_clock::Host>();
  auto poll = make<io::poll::Host>();
  const std::uint32_t hour = rep(*monotonic->subscribe_duration(3'600'000'000'000));
  EXPECT_FALSE(*poll->pollable_ready(lend<io::poll::Pollable>(hour)));
  ASSERT_TRUE(poll->pollable_block(lend<io::poll::Pollable>(hour)));
  EXPECT_TRUE(*poll->pollable_ready(lend<io::poll::Pollable>(hour)));
  EXPECT_GE(*monotonic->now(), 3'600'000'000'000U);
  EXPECT_EQ(make<clocks::wall_clock::Host>()->now()->seconds, 1767225600U + 3600);
}

TEST_F(WasiTest, PollWaitsForTheFirst) {
  auto monotonic = make<clocks::monotonic_clock::Host>();
  auto poll = make<io::poll::Host>();
  const std::uint32_t late = rep(*monotonic->subscribe_duration(2'000'000));
  const std::uint32_t soon = rep(*monotonic->subscribe_duration(1'000'000));
  const std::vector<sandbox::Borrow<io::poll::Pollable>> two{lend<io::poll::Pollable>(late),
                                                             lend<io::poll::Pollable>(soon)};
  EXPECT_EQ(*poll->poll(two), std::vector<std::uint32_t>{1});
  const std::uint32_t never = rep(*monotonic->subscribe_duration(UINT64_MAX));
  const std::uint32_t ready =
      rep(*make<io::streams::Host>()->output_stream_subscribe(lend<io::streams::OutputStream>(standard_out())));
  const std::vector<sandbox::Borrow<io::poll::Pollable>> others{lend<io::poll::Pollable>(never),
                                                                lend<io::poll::Pollable>(ready)};
  EXPECT_EQ(*poll->poll(others), std::vector<std::uint32_t>{1});
  EXPECT_LT(*monotonic->now(), 2'000'000U);
  EXPECT_FALSE(poll->poll({}));
}

TEST_F(WasiTest, AnInstantBeyondTheClockIsReachedAllTheSame) {
  auto poll = make<io::poll::Host>();
  const std::uint32_t never = rep(*make<clocks::monotonic_clock::Host>()->subscribe_instant(UINT64_MAX));
  const std::vector<sandbox::Borrow<io::poll::Pollable>> list{lend<io::poll::Pollable>(never)};
  EXPECT_EQ(*poll->poll(list), std::vector<std::uint32_t>{0});
}

TEST_F(WasiTest, AGrantedClockIsTheMachines) {
  request.grants.clock = true;
  auto monotonic = make<clocks::monotonic_clock::Host>();
  auto poll = make<io::poll::Host>();
  EXPECT_GT(make<clocks::wall_clock::Host>()->now()->seconds, VirtualClock::kWallStartSeconds);
  const std::uint64_t before = *monotonic->now();
  const std::uint32_t soon = rep(*monotonic->subscribe_duration(2'000'000));
  ASSERT_TRUE(poll->pollable_block(lend<io::poll::Pollable>(soon)));
  EXPECT_GE(*monotonic->now(), before + 2'000'000);
  // A sleep of an hour ends when the run is to stop.
  const std::uint32_t hour = rep(*monotonic->subscribe_duration(3'600'000'000'000));
  session().stop_waiting();
  ASSERT_TRUE(poll->pollable_block(lend<io::poll::Pollable>(hour)));
  EXPECT_LT(*monotonic->now(), 3'600'000'000'000U);
}

TEST_F(WasiTest, GrantedRandomnessIsTheMachines) {
  request.grants.randomness = true;
  EXPECT_NE(*make<random::random::Host>()->get_random_u64(), *make<random::random::Host>()->get_random_u64());
  const auto bytes = *make<random::insecure::Host>()->get_insecure_random_bytes(64);
  EXPECT_TRUE(std::any_of(bytes.data(), bytes.data() + bytes.size(), [](std::uint8_t byte) { return byte != 0; }));
  EXPECT_NE(*make<random::insecure_seed::Host>()->insecure_seed(),
            *make<random::insecure_seed::Host>()->insecure_seed());
}

TEST_F(WasiTest, RandomnessComesFromTheSeed) {
  const auto draw = [this](std::uint64_t seed) {
    RunRequest asked;
    asked.seed = seed;
    Session own_session({asked, observer, backend, models});
    return *make_interface<random::random::Host>(own_session)->get_random_u64();
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST_F(WasiTest, RandomInterfacesDoNotShiftEachOther) {
  const std::uint64_t first = [this] {
    Session own_session({request, observer, backend, models});
    return *make_interface<random::random::Host>(own_session)->get_random_u64();
  }();
  auto weak = make<random::insecure::Host>();
  EXPECT_NE(*weak->get_insecure_random_u64(), first);
  EXPECT_EQ(*make<random::random::Host>()->get_random_u64(), first);
  auto seed = make<random::insecure_seed::Host>();
  EXPECT_EQ(*seed->insecure_seed(), *seed->insecure_seed());
}

TEST_F(WasiTest, RandomBytesAreBounded) {
  auto strong = make<random::random::Host>();
  EXPECT_EQ(strong->get_random_bytes(13)->size(), 13U);
  EXPECT_EQ(strong->get_random_bytes(0)->size(), 0U);
  EXPECT_FALSE(strong->get_random_bytes(UINT64_MAX));
  EXPECT_FALSE(make<random::insecure::Host>()->get_insecure_random_bytes((16 << 20) + 1));
}

}  // namespace
}  // namespace cloister::host::test
