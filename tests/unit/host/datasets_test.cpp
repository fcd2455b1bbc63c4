#include <algorithm>
#include <fstream>
#include <thread>

#include "cloister/base/file.h"
#include "cloister/data/idx.h"
#include "support.h"

namespace cloister::host::test {
namespace {

using Batches = ml::datasets::Batches;
using Dataset = ml::datasets::Dataset;

class DatasetsTest : public SessionTest {
 protected:
  // `count` grey images of 2 x 2, image i full of i, with label i % 3.
  std::filesystem::path write_images(std::uint8_t count) {
    std::vector<std::byte> pixels;
    std::vector<std::byte> labels;
    for (std::uint8_t i = 0; i < count; ++i) {
      pixels.insert(pixels.end(), 4, std::byte{i});
      labels.push_back(std::byte{static_cast<std::uint8_t>(i % 3)});
    }
    write_idx(scratch / "x-images-idx3-ubyte", {count, 2, 2}, pixels);
    write_idx(scratch / "x-labels-idx1-ubyte", {count}, labels);
    return scratch / "x-images-idx3-ubyte";
  }
  static void write_idx(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
                        const std::vector<std::byte>& bytes) {
    auto writer = data::IdxWriter::create(path.string(), shape);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->write(bytes));
    ASSERT_TRUE(writer->commit());
  }

  std::uint32_t open(std::string_view name) { return rep(good(make<ml::datasets::Host>()->dataset_open(name))); }
  std::uint32_t pass(std::uint32_t dataset, const ml::datasets::BatchOptions& options) {
    return rep(good(make<ml::datasets::Host>()->dataset_batches(lend<Dataset>(dataset), options)));
  }
  std::vector<std::uint8_t> read_bytes(std::uint32_t handle) {
    const sandbox::Bytes bytes = good(make<ml::tensors::Host>()->tensor_read(tensor(handle)));
    return {bytes.data(), bytes.data() + bytes.size()};
  }
};

TEST_F(DatasetsTest, BatchesAreTensors) {
  request.grants.datasets["x"] = write_images(5);
  const std::uint32_t dataset = open("x");
  auto interface = make<ml::datasets::Host>();
  EXPECT_EQ(*interface->dataset_len(lend<Dataset>(dataset)), 5U);
  EXPECT_EQ(*interface->dataset_classes(lend<Dataset>(dataset)), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(backend.opened(), nullptr);

  const std::uint32_t batches = pass(dataset, {.size = 3});
  auto first = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(first);
  const std::uint32_t inputs = rep(std::move(first->inputs));
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(inputs)), (std::vector<std::int64_t>{3, 2, 2}));
  EXPECT_EQ(read_bytes(inputs), (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
  const std::uint32_t labels = rep(std::move(first->labels));
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_dtype(tensor(labels)), ml::tensors::Dtype::int64);
  auto second = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(second);
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(rep(std::move(second->labels)))),
            std::vector<std::int64_t>{2});
  EXPECT_FALSE(good(interface->batches_next(lend<Batches>(batches))));
}

TEST_F(DatasetsTest, BatchesOutliveTheirPass) {
  request.grants.datasets["x"] = write_images(2);
  const std::uint32_t batches = pass(open("x"), {.size = 2});
  auto interface = make<ml::datasets::Host>();
  auto batch = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(interface->drop_batches(own<Batches>(batches)));
  EXPECT_EQ(read_bytes(rep(std::move(batch->inputs))), (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 1, 1}));
}

TEST_F(DatasetsTest, OptionsAreChecked) {
  request.grants.datasets["x"] = write_images(5);
  const std::uint32_t dataset = open("x");
  auto interface = make<ml::datasets::Host>();
  const auto start = [&](const ml::datasets::BatchOptions& options) {
    return interface->dataset_batches(lend<Dataset>(dataset), options);
  };
  refused<GuestError::InvalidArgument>(start({.size = 0}));
  refused<GuestError::InvalidArgument>(start({.size = 1, .start = 6}));
  refused<GuestError::InvalidArgument>(start({.size = 1, .resize = std::tuple(0U, 0U)}));
}

TEST_F(DatasetsTest, PassesAreBounded) {
  request.grants.datasets["x"] = write_images(2);
  const std::uint32_t dataset = open("x");
  std::uint32_t last = 0;
  for (int i = 0; i < 16; ++i) last = pass(dataset, {.size = 1});
  auto interface = make<ml::datasets::Host>();
  refused<GuestError::InvalidArgument>(interface->dataset_batches(lend<Dataset>(dataset), {.size = 1}));
  ASSERT_TRUE(interface->drop_batches(own<Batches>(last)));
  pass(dataset, {.size = 1});
}

TEST_F(DatasetsTest, BatchesCountAsTensorMemory) {
  request.grants.datasets["x"] = write_images(200);
  request.limits.tensor_bytes = 256;
  const std::uint32_t batches = pass(open("x"), {.size = 200});
  const std::string why =
      refused<GuestError::QuotaExceeded>(make<ml::datasets::Host>()->batches_next(lend<Batches>(batches)));
  EXPECT_NE(why.find("--limit tensors="), std::string::npos) << why;
}

TEST_F(DatasetsTest, AFullTableLosesNoHandle) {
  request.grants.datasets["x"] = write_images(2);
  request.limits.handles = 3;  // the dataset, the pass, and one of a batch's two tensors
  const std::uint32_t batches = pass(open("x"), {.size = 1});
  refused<GuestError::QuotaExceeded>(make<ml::datasets::Host>()->batches_next(lend<Batches>(batches)));
  EXPECT_EQ(session().handles.used(), 2U);
}

TEST_F(DatasetsTest, WhatIsNotGrantedIsNamedWithItsFlag) {
  const std::string why = refused<GuestError::NotGranted>(make<ml::datasets::Host>()->dataset_open("x"));
  EXPECT_NE(why.find("--grant dataset:x=PATH"), std::string::npos) << why;
}

TEST_F(DatasetsTest, TruncatedFilesAreBadData) {
  const std::filesystem::path path = write_images(5);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  request.grants.datasets["x"] = path;
  const std::string why = refused<GuestError::BadData>(make<ml::datasets::Host>()->dataset_open("x"));
  EXPECT_EQ(why.find(scratch.path().string()), std::string::npos) << why;
  EXPECT_EQ(report(RunStatus::failed).notes.size(), 1U);
  EXPECT_EQ(egress(EgressKind::outcome), 1U);
}

TEST_F(DatasetsTest, WhatIsNoDatasetIsBadData) {
  std::filesystem::create_directories(scratch / "pictures" / "cat" / "a.png");
  request.grants.datasets["folder"] = scratch / "pictures";
  request.grants.datasets["device"] = "/dev/zero";
  auto interface = make<ml::datasets::Host>();
  refused<GuestError::BadData>(interface->dataset_open("folder"));
  refused<GuestError::BadData>(interface->dataset_open("device"));
  const RunReport filled = report(RunStatus::failed);
  ASSERT_EQ(filled.notes.size(), 2U);
  EXPECT_NE(filled.notes[0].find("the dataset 'folder'"), std::string::npos) << filled.notes[0];
  EXPECT_NE(filled.notes[0].find("cat/a.png"), std::string::npos) << filled.notes[0];
  EXPECT_NE(filled.notes[1].find("the dataset 'device'"), std::string::npos) << filled.notes[1];
}

TEST_F(DatasetsTest, FilesThatShrinkWhileTheyAreReadAreBadData) {
  const std::filesystem::path path = write_images(200);
  request.grants.datasets["x"] = path;
  const std::uint32_t dataset = open("x");
  std::filesystem::resize_file(path, 100);
  const std::uint32_t batches = pass(dataset, {.size = 200});
  refused<GuestError::BadData>(make<ml::datasets::Host>()->batches_next(lend<Batches>(batches)));
}

TEST_F(DatasetsTest, TheReportHasTheDigestOfAllContents) {
  request.grants.datasets["x"] = write_images(5);
  pass(open("x"), {.size = 1, .shuffle_seed = 4, .count = 1});
  const RunReport filled = report();
  ASSERT_EQ(filled.grants.size(), 1U);
  ASSERT_TRUE(filled.grants[0].digest);
  const auto pass_fact = std::find_if(filled.imports.begin(), filled.imports.end(),
                                      [](const ImportFact& fact) { return fact.kind == "pass"; });
  ASSERT_NE(pass_fact, filled.imports.end());
  EXPECT_EQ(pass_fact->detail, "size=1 shuffle-seed=4 start=0 count=1 resize=none rgb=false");
}

TEST_F(DatasetsTest, ARunThatWasStoppedDoesNotReadOn) {
  request.grants.datasets["x"] = write_images(5);
  open("x");
  const RunReport filled = report(RunStatus::interrupted);
  EXPECT_TRUE(filled.grants[0].used);
  EXPECT_FALSE(filled.grants[0].digest);
}

TEST_F(DatasetsTest, StoppedWaitingTraps) {
  request.grants.datasets["x"] = write_images(5);
  const std::uint32_t batches = pass(open("x"), {.size = 1});
  session().stop_waiting();
  EXPECT_FALSE(session().wait_was_stopped());
  EXPECT_FALSE(make<ml::datasets::Host>()->batches_next(lend<Batches>(batches)));
  EXPECT_TRUE(session().wait_was_stopped());
}

TEST_F(DatasetsTest, WaitingIsStoppedFromAnotherThread) {
  request.grants.datasets["x"] = write_images(5);
  const std::uint32_t dataset = open("x");
  std::thread stopper([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    session().stop_waiting();
  });
  auto interface = make<ml::datasets::Host>();
  bool stopped = false;
  while (!stopped) {
    const std::uint32_t batches = pass(dataset, {.size = 1});
    stopped = !interface->batches_next(lend<Batches>(batches)).has_value();
    ASSERT_TRUE(interface->drop_batches(own<Batches>(batches)));
  }
  stopper.join();
}

}  // namespace
}  // namespace cloister::host::test
