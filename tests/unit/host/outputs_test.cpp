#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "cloister/base/bytes.h"
#include "cloister/base/file.h"
#include "cloister/data/safetensors.h"
#include "support.h"

namespace cloister::host::test {
namespace {

using Named = std::tuple<std::string_view, sandbox::Borrow<Tensor>>;

class OutputsTest : public SessionTest {
 protected:
  std::string text_of(std::string_view file) {
    auto text = read_text_file((scratch / file).string(), 1 << 20);
    return text ? *text : "(none)";
  }
  std::size_t files() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch.path()), {}));
  }
};

TEST_F(OutputsTest, TensorsBecomeSafetensors) {
  request.grants.outputs["model"] = scratch / "m.safetensors";
  const std::vector<Named> values{{"b", tensor(floats({3}, {1}))}, {"a", tensor(floats({1, 2}, {2}))}};
  good(make<ml::outputs::Host>()->save_tensors("model", values));
  const auto file = data::SafetensorsFile::open((scratch / "m.safetensors").string());
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->tensors().size(), 2U);
  EXPECT_EQ(file->tensors()[0].shape, std::vector<std::int64_t>{2});
  // Each its name, a header, a dimension and its floats; and the name of the output.
  EXPECT_EQ(egress(EgressKind::output), 5U + (1 + 2 + 8 + 8) + (1 + 2 + 8 + 4));

  const RunReport filled = report();
  ASSERT_EQ(filled.grants.size(), 1U);
  EXPECT_EQ(filled.grants[0].bytes, std::filesystem::file_size(scratch / "m.safetensors"));
  EXPECT_EQ(filled.grants[0].digest, sha256(std::string_view(text_of("m.safetensors"))));
  EXPECT_TRUE(filled.notes.empty());
}

TEST_F(OutputsTest, OneTensorHasTheKeyTensor) {
  request.grants.outputs["t"] = scratch / "t";
  good(make<ml::outputs::Host>()->save_tensor("t", tensor(floats({1}, {1}))));
  const auto file = data::SafetensorsFile::open((scratch / "t").string());
  ASSERT_TRUE(file);
  EXPECT_NE(file->find("tensor"), nullptr);
}

TEST_F(OutputsTest, TheLastWriteWins) {
  request.grants.outputs["t"] = scratch / "t";
  auto outputs = make<ml::outputs::Host>();
  good(outputs->save_text("t", "first"));
  good(outputs->save_text("t", "second"));
  EXPECT_EQ(text_of("t"), "second");
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(egress(EgressKind::output), (1U + 5U) + (1U + 6U));
  EXPECT_EQ(report().grants[0].digest, sha256(std::string_view("second")));
}

// A shape is of the workload's choice, also where there is nothing in it.
TEST_F(OutputsTest, ShapesOfEmptyTensorsAreCounted) {
  request.grants.outputs["t"] = scratch / "t";
  const std::vector<std::int64_t> secret{0, 0x5ec2e7};
  good(make<ml::outputs::Host>()->save_tensor("t", tensor(floats({}, secret))));
  EXPECT_EQ(egress(EgressKind::output), 1U + 6 + 2 + 2 * 8);
}

TEST_F(OutputsTest, OnlyGrantedNamesAreWritten) {
  auto outputs = make<ml::outputs::Host>();
  const std::string why = refused<GuestError::NotGranted>(outputs->save_text("t", "x"));
  EXPECT_NE(why.find("--out t=PATH"), std::string::npos) << why;
  refused<GuestError::NotGranted>(outputs->save_tensor("../t", tensor(floats({1}, {1}))));
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(egress(EgressKind::output), 0U);
}

TEST_F(OutputsTest, BeyondTheEgressLimitNothingIsWritten) {
  request.grants.outputs["t"] = scratch / "t";
  request.limits.egress_bytes = 10;
  auto outputs = make<ml::outputs::Host>();
  good(outputs->save_text("t", "kept"));
  refused<GuestError::QuotaExceeded>(outputs->save_text("t", "too long"));
  const std::string why = refused<GuestError::QuotaExceeded>(outputs->save_tensor("t", tensor(floats({1, 2}, {2}))));
  EXPECT_NE(why.find("--limit egress="), std::string::npos) << why;
  EXPECT_EQ(text_of("t"), "kept");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputsTest, TwoTensorsOfOneNameAreRefused) {
  request.grants.outputs["t"] = scratch / "t";
  const std::uint32_t one = floats({1}, {1});
  const std::vector<Named> values{{"a", tensor(one)}, {"a", tensor(one)}};
  refused<GuestError::InvalidArgument>(make<ml::outputs::Host>()->save_tensors("t", values));
  EXPECT_EQ(files(), 0U);
}

TEST_F(OutputsTest, ANameThatTheFormatReservesIsRefused) {
  request.grants.outputs["t"] = scratch / "t";
  const std::vector<Named> values{{"__metadata__", tensor(floats({1}, {1}))}};
  refused<GuestError::InvalidArgument>(make<ml::outputs::Host>()->save_tensors("t", values));
  EXPECT_EQ(files(), 0U);
}

TEST_F(OutputsTest, AnUnwritableOutputIsAnErrorWithoutItsPath) {
  request.grants.outputs["t"] = scratch / "missing" / "t";
  const std::string why = refused<GuestError::Internal>(make<ml::outputs::Host>()->save_text("t", "x"));
  EXPECT_EQ(why.find("missing"), std::string::npos) << why;
  const RunReport filled = report();
  ASSERT_EQ(filled.notes.size(), 2U);
  EXPECT_NE(filled.notes[0].find("missing"), std::string::npos);
  EXPECT_FALSE(filled.grants[0].used);
}

TEST_F(OutputsTest, AFullDiskLeavesNothingHalfWritten) {
  // The kernel's own full device cannot be renamed to, so the file's folder is limited by the size a file may have.
  request.grants.outputs["t"] = scratch / "t";
  auto outputs = make<ml::outputs::Host>();
  good(outputs->save_text("t", "kept"));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 16;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string why = refused<GuestError::Internal>(outputs->save_text("t", std::string(1000, 'x')));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(why.find("'t' could not be written"), std::string::npos) << why;
  EXPECT_EQ(text_of("t"), "kept");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputsTest, MetricsAreToldAndCounted) {
  auto outputs = make<ml::outputs::Host>();
  session().phases.start();
  good(outputs->phase("train", 10));
  good(outputs->scalar("loss/all", 3, 0.5));
  good(outputs->progress(3, 32));
  good(outputs->phase("test", std::nullopt));
  EXPECT_EQ(observer.phases.size(), 2U);
  EXPECT_EQ(observer.phases[0], (std::pair<std::string, std::optional<std::uint64_t>>("train", 10)));
  EXPECT_EQ(observer.scalars[0], (std::tuple<std::string, std::uint64_t, double>("loss/all", 3, 0.5)));
  EXPECT_EQ(observer.progresses[0], (std::pair<std::uint64_t, std::uint64_t>(3, 32)));
  EXPECT_EQ(egress(EgressKind::metrics), (5U + 8U) + (8U + 16U) + 16U + 4U);
  const RunReport filled = report();
  ASSERT_EQ(filled.phases.size(), 3U);
  EXPECT_EQ(filled.phases[1].name, "train");
  EXPECT_EQ(filled.phases[1].done, 3U);
}

TEST_F(OutputsTest, MetricsStopAtTheEgressLimitUntold) {
  request.limits.egress_bytes = 20;
  auto outputs = make<ml::outputs::Host>();
  good(outputs->scalar("abcd", 0, 1));
  refused<GuestError::QuotaExceeded>(outputs->scalar("abcd", 1, 1));
  refused<GuestError::QuotaExceeded>(outputs->phase("p", std::nullopt));
  refused<GuestError::QuotaExceeded>(outputs->progress(1, 1));
  EXPECT_EQ(observer.scalars.size(), 1U);
  EXPECT_TRUE(observer.phases.empty() && observer.progresses.empty());
}

using Labels = std::vector<std::string_view>;

TEST_F(OutputsTest, MatricesAreToldAndCounted) {
  const Labels rows{"cat", "d\u00f6g"}, columns{"a", "", "c"};
  const std::vector<double> values{1, 2, 3, 4, 5, 6};
  good(make<ml::outputs::Host>()->matrix("test/confusion", rows, columns, values));
  ASSERT_EQ(observer.matrices.size(), 1U);
  EXPECT_EQ(observer.matrices[0].name, "test/confusion");
  EXPECT_EQ(observer.matrices[0].rows, (std::vector<std::string>{"cat", "d\u00f6g"}));
  EXPECT_EQ(observer.matrices[0].columns, (std::vector<std::string>{"a", "", "c"}));
  EXPECT_EQ(observer.matrices[0].values, values);
  EXPECT_EQ(egress(EgressKind::metrics), 14U + (3U + 1U + 4U + 1U + 1U) + (2U + 3U + 1U) + 6U * 8U);
}

TEST_F(OutputsTest, MatricesOfTheLargestSizeAndOfNone) {
  const std::string longest(64, 'x');
  const Labels many(256, longest);
  const std::vector<double> values(256 * 256, 0.5);
  auto outputs = make<ml::outputs::Host>();
  good(outputs->matrix("largest", many, many, values));
  good(outputs->matrix("empty", {}, {}, {}));
  EXPECT_EQ(observer.matrices.size(), 2U);
}

TEST_F(OutputsTest, MatricesOfAnotherFormAreRefused) {
  auto outputs = make<ml::outputs::Host>();
  const Labels two{"a", "b"};
  const std::vector<double> four(4), many(257);
  EXPECT_NE(refused<GuestError::InvalidArgument>(outputs->matrix("m", two, two, std::span(four).first(3)))
                .find("2 x 2 labels has 3 values"),
            std::string::npos);
  EXPECT_NE(
      refused<GuestError::InvalidArgument>(outputs->matrix("m", Labels(257, "a"), Labels{"b"}, many)).find("257 rows"),
      std::string::npos);
  refused<GuestError::InvalidArgument>(outputs->matrix("m", Labels{"b"}, Labels(257, "a"), many));
  refused<GuestError::InvalidArgument>(outputs->matrix("a b", two, two, four));
  EXPECT_EQ(egress(EgressKind::metrics), 0U);
  EXPECT_TRUE(observer.matrices.empty());
}

TEST_F(OutputsTest, HostileLabelsOfMatricesAreRefused) {
  auto outputs = make<ml::outputs::Host>();
  const std::vector<double> one{1};
  const std::string too_long(65, 'x');
  for (const std::string_view label :
       {std::string_view(too_long), std::string_view("\x1b[31m"), std::string_view("a\nb"), std::string_view("\0", 1),
        std::string_view("\x7f"), std::string_view("\xc2\x9b"), std::string_view("\xff"),
        std::string_view("\xed\xa0\x80"), std::string_view("half \xc3")}) {
    refused<GuestError::InvalidArgument>(outputs->matrix("m", Labels{label}, Labels{"a"}, one));
    const std::string why = refused<GuestError::InvalidArgument>(outputs->matrix("m", Labels{"a"}, Labels{label}, one));
    EXPECT_NE(why.find("label 0 of the columns"), std::string::npos) << why;
    EXPECT_TRUE(is_utf8(why));
  }
  EXPECT_TRUE(observer.matrices.empty());
}

TEST_F(OutputsTest, MatricesStopAtTheEgressLimitUntold) {
  request.limits.egress_bytes = 10;
  refused<GuestError::QuotaExceeded>(
      make<ml::outputs::Host>()->matrix("m", Labels{"a"}, Labels{"b"}, std::vector<double>{1}));
  EXPECT_TRUE(observer.matrices.empty());
}

TEST_F(OutputsTest, NamesOfMetricsAreChecked) {
  auto outputs = make<ml::outputs::Host>();
  for (const std::string& name : {std::string(), std::string("a b"), std::string("\x1b[31m"), std::string(65, 'x')}) {
    refused<GuestError::InvalidArgument>(outputs->scalar(name, 0, 0));
    refused<GuestError::InvalidArgument>(outputs->phase(name, std::nullopt));
  }
  EXPECT_EQ(egress(EgressKind::metrics), 0U);
}

}  // namespace
}  // namespace cloister::host::test
