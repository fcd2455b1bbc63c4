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
  std::uint32_t pass(std::uint32_t dataset, const ml::datasets::BatchOptionsView& options) {
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
  const auto columns = good(interface->dataset_columns(lend<Dataset>(dataset)));
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[0].name, "image");
  EXPECT_EQ(columns[0].shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(columns[1].classes, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(egress(EgressKind::read), 0U);
  EXPECT_EQ(backend.opened(), nullptr);

  const std::uint32_t batches = pass(dataset, {.size = 3});
  auto first = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(first);
  const std::uint32_t inputs = rep(std::move(first->at(0)));
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(inputs)), (std::vector<std::int64_t>{3, 2, 2}));
  EXPECT_EQ(read_bytes(inputs), (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
  const std::uint32_t labels = rep(std::move(first->at(1)));
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_dtype(tensor(labels)), ml::tensors::Dtype::int64);
  auto second = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(second);
  EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(rep(std::move(second->at(1))))),
            std::vector<std::int64_t>{2});
  EXPECT_FALSE(good(interface->batches_next(lend<Batches>(batches))));
}

TEST_F(DatasetsTest, BatchesOutliveTheirPass) {
  request.grants.datasets["x"] = write_images(2);
  const std::uint32_t batches = pass(open("x"), {.size = 2});
  auto interface = make<ml::datasets::Host>();
  auto batch = good(interface->batches_next(lend<Batches>(batches)));
  ASSERT_TRUE(interface->drop_batches(own<Batches>(batches)));
  EXPECT_EQ(read_bytes(rep(std::move(batch->at(0)))), (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 1, 1}));
}

TEST_F(DatasetsTest, OptionsAreChecked) {
  request.grants.datasets["x"] = write_images(5);
  const std::uint32_t dataset = open("x");
  auto interface = make<ml::datasets::Host>();
  const auto start = [&](const ml::datasets::BatchOptionsView& options) {
    return interface->dataset_batches(lend<Dataset>(dataset), options);
  };
  refused<GuestError::InvalidArgument>(start({.size = 0}));
  refused<GuestError::InvalidArgument>(start({.size = 1, .start = 6}));
  refused<GuestError::InvalidArgument>(start({.size = 1, .resize = std::tuple(0U, 0U)}));
  // Before a text of them is made, which would have been counted.
  const std::uint64_t counted = session().egress.total();
  const std::vector<std::span<const std::string_view>> nothing(65'537);
  refused<GuestError::InvalidArgument>(start({.size = 1, .columns = nothing}));
  const std::vector<std::string_view> names(65'537);
  const std::vector<std::span<const std::string_view>> group{names};
  refused<GuestError::InvalidArgument>(start({.size = 1, .columns = group}));
  EXPECT_EQ(session().egress.total(), counted);
}

TEST_F(DatasetsTest, PartsAreDatasets) {
  request.grants.datasets["x"] = write_images(6);
  const std::uint32_t whole = open("x");
  auto interface = make<ml::datasets::Host>();
  const auto labels = [&](std::uint32_t dataset) {
    const std::vector<std::string_view> names{"label"};
    const std::vector<std::span<const std::string_view>> groups{names};
    const std::uint32_t batches = pass(dataset, {.size = 100, .columns = groups});
    auto batch = good(interface->batches_next(lend<Batches>(batches)));
    std::vector<std::uint8_t> low;
    const std::vector<std::uint8_t> bytes = read_bytes(rep(std::move(batch->at(0))));
    for (std::size_t i = 0; i < bytes.size(); i += 8) low.push_back(bytes[i]);
    return low;
  };
  EXPECT_EQ(labels(rep(good(interface->dataset_narrow(lend<Dataset>(whole), 1, 2)))),
            (std::vector<std::uint8_t>{1, 2}));
  const std::uint32_t shuffled = rep(good(interface->dataset_shuffle(lend<Dataset>(whole), 3)));
  ASSERT_TRUE(interface->drop_dataset(own<Dataset>(whole)));
  const auto order = data::permutation(6, 3);
  std::vector<std::uint8_t> expected;
  for (const std::uint32_t i : order) expected.push_back(static_cast<std::uint8_t>(i % 3));
  EXPECT_EQ(labels(shuffled), expected);
  const std::vector<std::uint64_t> lengths{4, 2};
  auto parts = good(interface->dataset_split(lend<Dataset>(shuffled), lengths));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(labels(rep(std::move(parts[1]))), (std::vector<std::uint8_t>{expected[4], expected[5]}));
  const std::vector<double> weights{0, 5, 0};
  const ml::datasets::SampleWeightsView by_class(ml::datasets::SampleWeightsView::Classes{weights});
  EXPECT_EQ(labels(rep(good(interface->dataset_sample(lend<Dataset>(shuffled), by_class, "label", 4, 1)))),
            std::vector<std::uint8_t>(4, 1));
  const std::vector<double> one_each{0, 0, 1, 0, 0, 0};
  const ml::datasets::SampleWeightsView by_sample(ml::datasets::SampleWeightsView::Samples{one_each});
  EXPECT_EQ(labels(rep(good(interface->dataset_sample(lend<Dataset>(shuffled), by_sample, "", 2, 1)))),
            std::vector<std::uint8_t>(2, expected[2]));
  refused<GuestError::Unsupported>(interface->dataset_windows(lend<Dataset>(shuffled), 2, 1));
  refused<GuestError::InvalidArgument>(interface->dataset_narrow(lend<Dataset>(shuffled), 5, 2));
  refused<GuestError::InvalidArgument>(interface->dataset_split(lend<Dataset>(shuffled), {}));
  // Whether a class has samples depends on contents.
  EXPECT_EQ(egress(EgressKind::outcome), 1U);
  const std::vector<double> too_few{1};
  refused<GuestError::InvalidArgument>(interface->dataset_sample(
      lend<Dataset>(shuffled), ml::datasets::SampleWeightsView::Classes{too_few}, "label", 4, 1));
  EXPECT_EQ(egress(EgressKind::outcome), 2U);
}

TEST_F(DatasetsTest, IndicesCountAsTensorMemory) {
  request.grants.datasets["x"] = write_images(200);
  request.limits.tensor_bytes = 799;
  const std::uint32_t dataset = open("x");
  auto interface = make<ml::datasets::Host>();
  refused<GuestError::QuotaExceeded>(interface->dataset_shuffle(lend<Dataset>(dataset), 1));
  refused<GuestError::QuotaExceeded>(
      interface->dataset_batches(lend<Dataset>(dataset), {.size = 1, .shuffle_seed = 1}));
  const auto half = rep(good(interface->dataset_narrow(lend<Dataset>(dataset), 0, 100)));
  const auto shuffled = rep(good(interface->dataset_shuffle(lend<Dataset>(half), 1)));
  ASSERT_TRUE(interface->drop_dataset(own<Dataset>(shuffled)));
  good(interface->dataset_shuffle(lend<Dataset>(half), 1));
}

TEST_F(DatasetsTest, PartsBeyondTheHandlesLoseNone) {
  request.grants.datasets["x"] = write_images(6);
  request.limits.handles = 3;
  const std::uint32_t dataset = open("x");
  auto interface = make<ml::datasets::Host>();
  const std::vector<std::uint64_t> ones(6, 1);
  refused<GuestError::QuotaExceeded>(interface->dataset_split(lend<Dataset>(dataset), ones));
  const std::vector<std::uint64_t> three{2, 2, 2};
  refused<GuestError::QuotaExceeded>(interface->dataset_split(lend<Dataset>(dataset), three));
  EXPECT_EQ(session().handles.used(), 1U);
}

TEST_F(DatasetsTest, WordsOfATableAreEgress) {
  const std::filesystem::path path = scratch / "t.csv";
  std::ofstream(path) << "size,species\n1,ox\n2,ant\n";
  request.grants.datasets["t"] = path;
  request.limits.egress_bytes = 9;
  const std::uint32_t dataset = open("t");
  auto interface = make<ml::datasets::Host>();
  const auto columns = good(interface->dataset_columns(lend<Dataset>(dataset)));
  EXPECT_EQ(columns[1].classes, (std::vector<std::string>{"ant", "ox"}));
  EXPECT_EQ(egress(EgressKind::read), 5U + 2U);
  EXPECT_EQ(egress(EgressKind::outcome), 1U);
  // How long the words are is not told either; that they do not fit is.
  const std::string why = refused<GuestError::QuotaExceeded>(interface->dataset_columns(lend<Dataset>(dataset)));
  EXPECT_EQ(why.find('7'), std::string::npos) << why;
  EXPECT_EQ(egress(EgressKind::read), 5U + 2U);
  EXPECT_EQ(egress(EgressKind::outcome), 2U);
}

TEST_F(DatasetsTest, BrokenImagesAreLeftOutCountedAndNamed) {
  const std::filesystem::path folder = scratch / "photos" / "cat";
  std::filesystem::create_directories(folder);
  // The smallest PNG there is: one grey pixel.
  const unsigned char png[] = {137, 80,  78,  71,  13, 10, 26, 10,  0,   0,  0,  13, 73,  72,  68,  82, 0,
                               0,   0,   1,   0,   0,  0,  1,  8,   0,   0,  0,  0,  58,  126, 155, 85, 0,
                               0,   0,   10,  73,  68, 65, 84, 120, 156, 99, 96, 0,  0,   0,   2,   0,  1,
                               72,  175, 164, 113, 0,  0,  0,  0,   73,  69, 78, 68, 174, 66,  96,  130};
  std::ofstream(folder / "good.png", std::ios::binary).write(reinterpret_cast<const char*>(png), sizeof(png));
  std::ofstream(folder / "broken.png") << "not an image";
  std::ofstream(folder / "more.jpg") << "nor this";
  request.grants.datasets["photos"] = scratch / "photos";
  request.skip_broken = true;
  const std::uint32_t dataset = open("photos");
  auto interface = make<ml::datasets::Host>();
  for (int epoch = 0; epoch < 2; ++epoch) {
    const std::uint32_t batches = pass(dataset, {.size = 2});
    auto batch = good(interface->batches_next(lend<Batches>(batches)));
    ASSERT_TRUE(batch);
    EXPECT_EQ(*make<ml::tensors::Host>()->tensor_shape(tensor(rep(std::move(batch->at(1))))),
              std::vector<std::int64_t>{1});
    EXPECT_EQ(egress(EgressKind::outcome), 8 * (2U * epoch + 1U));
    EXPECT_FALSE(good(interface->batches_next(lend<Batches>(batches))));
    EXPECT_EQ(egress(EgressKind::outcome), 8 * (2U * epoch + 2U));
  }
  const RunReport filled = report();
  ASSERT_EQ(filled.grants.size(), 1U);
  EXPECT_EQ(filled.grants[0].skipped, 2U);
  ASSERT_EQ(filled.grants[0].skipped_files.size(), 2U);
  EXPECT_EQ(filled.grants[0].skipped_files[0].file, "cat/broken.png");
  EXPECT_NE(filled.grants[0].skipped_files[1].why.find("cat/more.jpg"), std::string::npos);
  EXPECT_TRUE(filled.grants[0].digest);
  ASSERT_EQ(filled.notes.size(), 1U);
  EXPECT_EQ(filled.notes[0],
            "--skip-broken left out 2 image files of the dataset 'photos' that cannot be decoded: 'cat/broken.png', "
            "'cat/more.jpg'");
  EXPECT_TRUE(std::any_of(filled.imports.begin(), filled.imports.end(),
                          [](const ImportFact& fact) { return fact.kind == "skip-broken"; }));
}

TEST_F(DatasetsTest, BrokenImagesFailThePassOtherwise) {
  const std::filesystem::path folder = scratch / "photos" / "cat";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "broken.png") << "not an image";
  request.grants.datasets["photos"] = scratch / "photos";
  refused<GuestError::BadData>(make<ml::datasets::Host>()->dataset_open("photos"));
  EXPECT_NE(report(RunStatus::failed).notes.at(0).find("cat/broken.png"), std::string::npos);
}

TEST_F(DatasetsTest, ReadingOnTheGuestsThreadIsStopped) {
  const std::filesystem::path path = scratch / "t.csv";
  std::ofstream(path) << "a\n1\n";
  request.grants.datasets["t"] = path;
  session().stop_waiting();
  EXPECT_FALSE(make<ml::datasets::Host>()->dataset_open("t"));
  EXPECT_TRUE(session().wait_was_stopped());
}

TEST_F(DatasetsTest, ThePassRecordsWhatItWasAskedFor) {
  request.grants.datasets["x"] = write_images(2);
  const std::vector<std::string_view> names{"label"};
  const std::vector<std::span<const std::string_view>> groups{names};
  pass(open("x"), {.size = 1,
                   .drop_last = true,
                   .columns = groups,
                   .resize = std::tuple(4U, 4U),
                   .augment = ml::datasets::Augmentation{
                       .seed = 5, .random_resized_crop = std::tuple(0.5, 1.0), .crop_padding = 2, .rotation = 15}});
  const RunReport filled = report();
  const auto pass_fact = std::find_if(filled.imports.begin(), filled.imports.end(),
                                      [](const ImportFact& fact) { return fact.kind == "pass"; });
  ASSERT_NE(pass_fact, filled.imports.end());
  EXPECT_EQ(pass_fact->detail,
            "size=1 shuffle-seed=none start=0 count=none resize=4x4 rgb=false drop-last=true columns=label "
            "augment-seed=5 random-resized-crop=0.5..1 crop-padding=2 rotation=15");
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
  EXPECT_EQ(egress(EgressKind::outcome), 8U);
}

TEST_F(DatasetsTest, DamageThatMayNotBeToldEndsTheRun) {
  const std::filesystem::path path = write_images(5);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  request.grants.datasets["x"] = path;
  request.limits.egress_bytes = 7;
  EXPECT_FALSE(make<ml::datasets::Host>()->dataset_open("x"));
  ASSERT_TRUE(session().ending());
  EXPECT_EQ(session().ending()->status, RunStatus::limit);
  EXPECT_EQ(egress(EgressKind::outcome), 0U);
  EXPECT_EQ(report(RunStatus::limit).notes.size(), 1U);
}

TEST_F(DatasetsTest, DeniedContentsShowNeitherInDrawsNorInDamage) {
  request.deny_content_dependent = true;
  request.grants.datasets["x"] = write_images(5);
  request.grants.datasets["gone"] = scratch / "gone";
  auto interface = make<ml::datasets::Host>();
  const std::uint32_t dataset = open("x");
  const std::vector<double> weights{0, 5, 0};
  const std::string why = refused<GuestError::NotGranted>(interface->dataset_sample(
      lend<Dataset>(dataset), ml::datasets::SampleWeightsView::Classes{weights}, "label", 4, 1));
  EXPECT_NE(why.find("--deny content-dependent"), std::string::npos) << why;
  EXPECT_FALSE(interface->dataset_open("gone"));
  ASSERT_TRUE(session().ending());
  EXPECT_EQ(session().ending()->status, RunStatus::failed);
  EXPECT_EQ(egress(EgressKind::outcome), 0U);
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
