// Each limit is a run's own: two sessions of one process, side by side, with the same small limits.
#include <array>
#include <atomic>
#include <thread>

#include "support.h"

namespace cloister::host::test {
namespace {

using namespace std::chrono_literals;
using QuotaExceeded = GuestError::QuotaExceeded;

// SessionTest has one session; this has another beside it, on a thread of its own as two runs would be.
class QuotasTest : public SessionTest {
 protected:
  // What `act` does in this session and then in the other: it must come to the limit in each, by itself.
  template <class Act>
  void in_both(const Act& act) {
    act(session());
    std::thread([&] {
      Session other(SessionSetting{request, observer, backend, models, declared});
      const Session::Inside inside(other);
      act(other);
    }).join();
  }

  static std::uint64_t used(Session& session, LimitKind kind) {
    RunReport report;
    report.status = RunStatus::interrupted;
    session.fill(report);
    return report.used[static_cast<std::size_t>(kind)];
  }
};

TEST_F(QuotasTest, Tensors) {
  request.limits.tensor_bytes = 1 << 12;
  in_both([](Session& session) {
    const auto tensors = make_interface<ml::tensors::Host>(session);
    const std::vector<std::uint8_t> bytes(3 << 10);
    const std::array<std::int64_t, 1> shape{3 << 10};
    const auto first = tensors->tensor_from_bytes(bytes, shape, ml::tensors::Dtype::uint8);
    ASSERT_TRUE(first && *first);
    const std::string why = refused<QuotaExceeded>(tensors->tensor_from_bytes(bytes, shape, ml::tensors::Dtype::uint8));
    EXPECT_NE(why.find("--limit tensors="), std::string::npos) << why;
    EXPECT_EQ(used(session, LimitKind::tensors), 3U << 10);
  });
}

TEST_F(QuotasTest, Output) {
  request.grants.outputs["text"] = scratch / "text";
  request.limits.output_bytes = 10;
  in_both([](Session& session) {
    const auto outputs = make_interface<ml::outputs::Host>(session);
    good(outputs->save_text("text", "seven b"));
    // A second writing of the same file counts again, and one that does not fit leaves the file as it is.
    EXPECT_EQ(refused<QuotaExceeded>(outputs->save_text("text", "four")),
              "writing the output 'text' would pass the bytes that the run may write; raise it with --limit "
              "output=SIZE (now 10)");
    good(outputs->save_text("text", "two"));
    EXPECT_EQ(used(session, LimitKind::output), 10U);
  });
}

TEST_F(QuotasTest, OutputCountsHeaders) {
  request.grants.outputs["t"] = scratch / "t";
  const std::uint32_t value = floats({1}, {1});
  good(make<ml::outputs::Host>()->save_tensor("t", tensor(value)));
  EXPECT_EQ(used(session(), LimitKind::output), std::filesystem::file_size(scratch / "t"));
}

TEST_F(QuotasTest, OutputThatDoesNotFitLeavesNoFile) {
  request.grants.outputs["t"] = scratch / "t";
  request.limits.output_bytes = 20;  // enough for the numbers, not for the header
  const std::uint32_t value = floats({1}, {1});
  const std::string why = refused<QuotaExceeded>(make<ml::outputs::Host>()->save_tensor("t", tensor(value)));
  EXPECT_NE(why.find("--limit output="), std::string::npos) << why;
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST_F(QuotasTest, Metrics) {
  request.limits.metrics_bytes = 40;  // a point has its name and two numbers
  in_both([](Session& session) {
    const auto outputs = make_interface<ml::outputs::Host>(session);
    good(outputs->scalar("loss", 1, 1.0));
    good(outputs->scalar("loss", 2, 1.0));
    const std::string why = refused<QuotaExceeded>(outputs->scalar("loss", 3, 1.0));
    EXPECT_NE(why.find("--limit metrics="), std::string::npos) << why;
    EXPECT_EQ(used(session, LimitKind::metrics), 40U);
  });
}

TEST_F(QuotasTest, Handles) {
  request.limits.handles = 1;
  in_both([](Session& session) {
    const auto tensors = make_interface<ml::tensors::Host>(session);
    const std::array<std::uint8_t, 1> byte{};
    const std::array<std::int64_t, 1> shape{1};
    const auto first = tensors->tensor_from_bytes(byte, shape, ml::tensors::Dtype::uint8);
    ASSERT_TRUE(first && *first);
    const std::string why = refused<QuotaExceeded>(tensors->tensor_from_bytes(byte, shape, ml::tensors::Dtype::uint8));
    EXPECT_NE(why.find("--limit handles="), std::string::npos) << why;
  });
}

TEST_F(QuotasTest, Dataset) {
  std::vector<std::byte> text(100);
  ASSERT_TRUE(write_file((scratch / "x.txt").string(), text));
  request.grants.datasets["x"] = scratch / "x.txt";
  request.limits.dataset_bytes = 250;  // two passes and a half
  in_both([](Session& session) {
    const auto datasets = make_interface<ml::datasets::Host>(session);
    const std::uint32_t dataset = rep(good(datasets->dataset_open("x")));
    const auto pass = [&] {
      return rep(good(datasets->dataset_batches(lend<ml::datasets::Dataset>(dataset), {.size = 100})));
    };
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(good(datasets->batches_next(lend<ml::datasets::Batches>(pass()))).has_value());
    }
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(refused<QuotaExceeded>(datasets->batches_next(lend<ml::datasets::Batches>(pass()))),
                "the run has read as much of its datasets as it may; raise it with --limit dataset=SIZE (now 250)");
    }
    EXPECT_EQ(used(session, LimitKind::dataset), 200U);
  });
}

// Until the meter says that the thread has worked for that long.
void work(const CpuMeter& meter, Nanoseconds time) {
  while (meter.used() < time) {
  }
}

TEST(CpuMeter, CountsThreadsThatWorkForIt) {
  CpuMeter meter, other;
  EXPECT_EQ(meter.used(), 0ns);
  meter.begin();
  work(meter, 1ms);
  meter.end();
  const Nanoseconds alone = meter.used();
  EXPECT_GE(alone, 1ms);
  EXPECT_EQ(other.used(), 0ns);
  // Work for the other is none for the first.
  std::thread([&] {
    other.begin();
    work(other, 1ms);
    other.end();
  }).join();
  EXPECT_EQ(meter.used(), alone);
  EXPECT_GE(other.used(), 1ms);
}

TEST(CpuMeter, SeesThreadsAtWork) {
  CpuMeter meter;
  std::atomic<bool> done = false;
  std::thread worker([&] {
    meter.begin();
    while (!done.load()) {
    }
    meter.end();
  });
  work(meter, 1ms);  // this thread has not begun: what passes is the worker's time
  done.store(true);
  worker.join();
  const Nanoseconds after = meter.used();
  EXPECT_GE(after, 1ms);
  EXPECT_EQ(meter.used(), after);
}

TEST_F(QuotasTest, CpuTimeIsThatOfWhoIsInside) {
  CpuMeter spent;
  Session other(SessionSetting{request, observer, backend, models, declared});
  {
    const Session::Inside inside(other);
    spent.begin();
    work(spent, 1ms);
    spent.end();
  }
  const Nanoseconds used_by_other = other.cpu_used();
  EXPECT_GE(used_by_other, 1ms);
  session();
  work(session().cpu, 1ms);
  EXPECT_EQ(other.cpu_used(), used_by_other);
}

TEST_F(QuotasTest, NothingIsAllocatedOnceTheCpuTimeIsOver) {
  const std::uint32_t before = floats({1}, {1});
  session().set_cpu_left(-1ns);
  session().context()->set_deadline(std::chrono::steady_clock::now() + 1h);
  const auto tensors = make<ml::tensors::Host>();
  const std::array<std::uint8_t, 1> byte{};
  const std::array<std::int64_t, 1> shape{1};
  EXPECT_EQ(refused<QuotaExceeded>(tensors->tensor_from_bytes(byte, shape, ml::tensors::Dtype::uint8)),
            "from_bytes: the run's CPU time is over; allow it more with --limit cpu=TIME");
  EXPECT_EQ(read_floats(before), std::vector<float>{1});
}

TEST_F(QuotasTest, NothingIsAllocatedThatCannotBeWrittenInTime) {
  request.limits.tensor_bytes = UINT64_MAX;
  ASSERT_TRUE(session().need_backend());
  session().context()->set_deadline(std::chrono::steady_clock::now() + 1s);
  const auto refused = session().backend().allocate(session().context(), std::size_t{1} << 42);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--limit time="), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace cloister::host::test
