// Every call of the host is a line of a trace that tools can read.
#include "trace.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "support.h"

namespace cloister::host::test {
namespace {

using ml::tensors::Scalar;
using Shape = std::vector<std::int64_t>;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class TraceTest : public SessionTest {
 protected:
  std::filesystem::path path = scratch / "trace.json";

  void start(std::uint64_t max_file = CallTrace::kMaxFile) {
    auto trace = CallTrace::create(path, "a \"job\"", max_file);
    ASSERT_TRUE(trace) << trace.error().message;
    session().calls.start_trace(*std::move(trace));
  }
  std::optional<std::string> finish() { return session().calls.trace()->finish(); }
  // The lines whose event has this name.
  std::vector<std::string> events(const std::string& name) {
    std::vector<std::string> found;
    for (const std::string& line : lines_of(path)) {
      if (line.rfind("{\"name\":\"" + name + "\"", 0) == 0) found.push_back(line);
    }
    return found;
  }
};

TEST_F(TraceTest, ACallHasShapesAndDtypesOfWhatItTookAndGave) {
  start();
  auto ops = make<ml::ops::Host>();
  const std::uint32_t a = floats({1, 2, 3, 4, 5, 6}, {2, 3});
  (void)rep(good(ops->add(tensor(a), tensor(a), Scalar::Int{2})));
  (void)make<ml::tensors::Host>()->tensor_numel(tensor(a));
  EXPECT_EQ(finish(), std::nullopt);

  ASSERT_EQ(events("ops.add").size(), 1U);
  const std::string add = events("ops.add").front();
  EXPECT_TRUE(has(add, R"("ph":"X","ts":)")) << add;
  EXPECT_TRUE(has(add, R"("args":{"in":"float32[2,3], float32[2,3], 2","out":"float32[2,3]"}})")) << add;
  ASSERT_EQ(events("tensors.tensor.from-bytes").size(), 1U);
  EXPECT_TRUE(has(events("tensors.tensor.from-bytes").front(), R"("in":"[2,3], float32","out":"float32[2,3]")"))
      << events("tensors.tensor.from-bytes").front();
  ASSERT_EQ(events("tensors.tensor.numel").size(), 1U);
  EXPECT_TRUE(has(events("tensors.tensor.numel").front(), R"("args":{"in":"float32[2,3]"}})"))
      << events("tensors.tensor.numel").front();

  const auto lines = lines_of(path);
  EXPECT_EQ(lines.front(), R"([{"name":"process_name","ph":"M","pid":1,"args":{"name":"a \"job\""}},)");
  EXPECT_EQ(lines.back(), "]");
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) EXPECT_EQ(lines[i].back(), ',') << lines[i];
  EXPECT_EQ(lines[lines.size() - 2].back(), '}') << "no comma before the end";
}

TEST_F(TraceTest, ARefusedCallHasTheSentence) {
  start();
  const std::uint32_t a = floats({1, 2}, {2}), b = floats({1, 2, 3}, {3});
  refused<GuestError::ShapeMismatch>(make<ml::ops::Host>()->add(tensor(a), tensor(b), Scalar::Int{1}));
  EXPECT_EQ(finish(), std::nullopt);
  ASSERT_EQ(events("ops.add").size(), 1U);
  EXPECT_TRUE(has(events("ops.add").front(), R"("in":"float32[2], float32[3], 1","error":")"))
      << events("ops.add").front();
  EXPECT_FALSE(has(events("ops.add").front(), "\"out\"")) << events("ops.add").front();
}

TEST_F(TraceTest, ALineIsShortWhateverTheCallIs) {
  start();
  const std::uint32_t a = floats({1}, {1});
  const std::vector<sandbox::Borrow<Tensor>> many(2000, tensor(a));
  (void)make<ml::ops::Host>()->cat(many, 0);
  EXPECT_EQ(finish(), std::nullopt);
  ASSERT_EQ(events("ops.cat").size(), 1U);
  EXPECT_LT(events("ops.cat").front().size(), 2 * CallTrace::kMaxText);
  EXPECT_TRUE(has(events("ops.cat").front(), ", 1984 more]")) << events("ops.cat").front();
}

TEST_F(TraceTest, NamesAndSentencesOfTheGuestStayWithinTheirQuotes) {
  start();
  session().calls.trace()->begin();
  session().calls.trace()->argument(std::string_view("\"},\n\\\x01\xff"));
  session().calls.trace()->failed(std::string(5000, 'x') + "end");
  session().calls.trace()->end("ops.add", CallTrace::Clock::now(), CallTrace::Clock::duration(1500));
  EXPECT_EQ(finish(), std::nullopt);
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(has(lines[1], R"("dur":1.500,)")) << lines[1];
  EXPECT_TRUE(has(lines[1], R"("in":"'\"},\u000a\\\u0001?'")")) << lines[1];
  EXPECT_FALSE(has(lines[1], "end")) << lines[1];
}

TEST_F(TraceTest, TheFileEndsBeforeItsBoundAndStaysWhole) {
  start(4096);
  const std::uint32_t a = floats({1}, {1});
  for (int i = 0; i < 200; ++i) (void)make<ml::tensors::Host>()->tensor_numel(tensor(a));
  const auto told = finish();
  ASSERT_TRUE(told);
  EXPECT_TRUE(has(*told, "4096 bytes")) << *told;
  EXPECT_LE(std::filesystem::file_size(path), 4096U);
  EXPECT_GT(events("tensors.tensor.numel").size(), 10U);
  EXPECT_EQ(lines_of(path).back(), "]");
  EXPECT_TRUE(has(*told, fmt::format("the first {} calls and not the last {},", lines_of(path).size() - 2,
                                     201 - (lines_of(path).size() - 2))))
      << *told;
}

TEST_F(TraceTest, AFullDiskIsToldAndEndsNothing) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  path = "/dev/full";
  start();
  const std::uint32_t a = floats({1}, {1});
  for (int i = 0; i < 2000; ++i) EXPECT_TRUE(make<ml::tensors::Host>()->tensor_numel(tensor(a)));
  const auto told = finish();
  ASSERT_TRUE(told);
  EXPECT_TRUE(has(*told, "the trace is not whole")) << *told;
}

TEST_F(TraceTest, AFileThatCannotBeMadeIsAnError) {
  const auto trace = CallTrace::create(scratch / "absent" / "trace.json", "job");
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error().code, ErrorCode::io);
}

TEST_F(SessionTest, WithoutATraceThereIsNone) { EXPECT_EQ(session().calls.trace(), nullptr); }

}  // namespace
}  // namespace cloister::host::test
