// Each hazard beside a good neighbour: it ends as its row says, and nobody else notices.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include "support.h"

namespace cloister::hazards {
namespace {

struct Outcome {
  std::string status;
  std::string sentence;
};

// A hazard, compiled once where the host takes it.
struct Prepared {
  explicit Prepared(const Hazard& row) : hazard(row), bytes(component(row.name)) {
    if (hazard.status == "refused") return;
    auto loaded = shared_host().load(bytes, hazard.name);
    if (loaded) workload = *std::move(loaded);
  }
  Hazard hazard;
  std::vector<std::byte> bytes;
  std::optional<host::Workload> workload;
};

Outcome run(const Prepared& prepared, const std::filesystem::path& result, std::string_view time_limit = {}) {
  if (!prepared.workload) {
    const auto loaded = shared_host().load(prepared.bytes, prepared.hazard.name);
    return loaded ? Outcome{"loaded", "the host takes it"} : Outcome{"refused", loaded.error().message};
  }
  host::RunRequest request;
  request.grants.outputs["result"] = result;
  for (const std::string& limit : prepared.hazard.limits) {
    const bool of_time = limit.starts_with("time=") && !time_limit.empty();
    const auto set = set_limit(request.limits, of_time ? time_limit : limit);
    EXPECT_TRUE(set) << set.error().message;
  }
  host::RunObserver deaf;
  const auto report = shared_host().run(*prepared.workload, request, deaf);
  if (!report) return {"no report", report.error().message};
  return {std::string(run_status_name(report->status)), report->error};
}

void expect_as_told(const Hazard& hazard, const Outcome& outcome) {
  EXPECT_EQ(outcome.status, hazard.status) << outcome.sentence;
  EXPECT_NE(outcome.sentence.find(hazard.says), std::string::npos) << outcome.sentence;
  EXPECT_EQ(outcome.sentence.empty(), hazard.status == "ok") << outcome.sentence;
  // A name may hold anything; who prints it escapes it.
  if (hazard.status != "failed") {
    EXPECT_EQ(outcome.sentence.find('\n'), std::string::npos) << outcome.sentence;
  }
}

// Runs the good neighbour, and returns the bytes that it saved.
std::string run_good(const host::Workload& good, const std::filesystem::path& result) {
  host::RunRequest request;
  request.grants.outputs["result"] = result;
  host::RunObserver deaf;
  const auto report = shared_host().run(good, request, deaf);
  if (!report) return report.error().message;
  return report->status == host::RunStatus::ok ? contents(result) : report->error;
}

bool leaves_no_partial_file(const Scratch& scratch) {
  return std::ranges::none_of(std::filesystem::recursive_directory_iterator(scratch.path()), [](const auto& entry) {
    return entry.path().string().find(".partial") != std::string::npos;
  });
}

class Each : public testing::TestWithParam<Hazard> {};

TEST_P(Each, EndsAsToldAndDisturbsNobody) {
  const Scratch scratch;
  const host::Workload good = workload("good");
  const std::string expected = run_good(good, scratch / "before");
  ASSERT_NE(expected.find("tensor"), std::string::npos) << expected;

  std::string meanwhile;
  std::thread neighbour([&] { meanwhile = run_good(good, scratch / "meanwhile"); });
  const Outcome outcome = run(Prepared(GetParam()), scratch / "result");
  neighbour.join();

  expect_as_told(GetParam(), outcome);
  EXPECT_EQ(meanwhile, expected);
  EXPECT_EQ(run_good(good, scratch / "after"), expected);
  EXPECT_TRUE(leaves_no_partial_file(scratch));
}

INSTANTIATE_TEST_SUITE_P(Hazards, Each, testing::ValuesIn(hazards()), [](const auto& one) {
  std::string name = one.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Hazards, EachFileHasARowAndEachRowAFile) {
  const auto table = read_table(HAZARDS);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_GE(table->size(), 40U);
  std::vector<std::string> rows;
  for (const Hazard& hazard : *table) rows.push_back(hazard.name);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(HAZARDS)) {
    if (entry.path().extension() == ".wat") files.push_back(entry.path().stem());
  }
  // These are no hazards: the frame, the neighbour, and the guests of files_test.cpp.
  for (const char* other : {"frame", "good", "reads-dataset", "reads-model", "saves-twice"}) {
    EXPECT_EQ(std::erase(files, other), 1U) << other;
  }
  std::ranges::sort(rows);
  std::ranges::sort(files);
  EXPECT_EQ(rows, files);
}

TEST(Hazards, AThousandRunsLeaveNothingBehind) {
  constexpr int kRuns = 1000;
  const Scratch scratch;
  std::vector<Prepared> all;
  for (const Hazard& hazard : hazards()) {
    if (!hazard.once) all.emplace_back(hazard);
  }
  int runs = 0;
  const auto round = [&] {
    for (const Prepared& each : all) {
      if (runs++ >= kRuns) return;
      // Any time is enough to begin in; how soon it ends makes no difference here.
      const Outcome outcome = run(each, scratch / "result", "time=5ms");
      EXPECT_EQ(outcome.status, each.hazard.status) << each.hazard.name << ": " << outcome.sentence;
    }
  };
  // In two rounds caches fill, slots of the pool are used for the first time, and threads start.
  round();
  round();
  const Footprint before = Footprint::now();
  while (runs < kRuns) round();
  const Footprint after = Footprint::now();

  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_EQ(after.threads, before.threads);
  // Less than a KiB a run of the heap, and of all memory less than what a slot of the pool keeps, once for each slot.
  EXPECT_LE(after.heap_bytes, before.heap_bytes + (std::size_t{1} << 20));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LE(after.resident_bytes, before.resident_bytes + (std::size_t{16} << 20));
#endif
}

}  // namespace
}  // namespace cloister::hazards
