// Granted files that are truncated, or replaced by links and devices, while a guest uses them: each is changed at a
// point that the guest tells of, never by a race.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "support.h"

namespace cloister::hazards {
namespace {

namespace fs = std::filesystem;

struct Change {
  const char* name;
  void (*make)(const fs::path& path);
};
void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

void replace(const fs::path& path, const fs::path& by) { fs::rename(by, path); }

void by_link_to(const fs::path& path, const char* target) {
  const fs::path link = path.string() + ".link";
  fs::create_symlink(target, link);
  replace(path, link);
}

void by_fifo(const fs::path& path) {
  const fs::path fifo = path.string() + ".fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  replace(path, fifo);
}

void by_folder(const fs::path& path) {
  fs::remove(path);
  fs::create_directory(path);
}

void truncated(const fs::path& path) { fs::resize_file(path, 20); }

void overwritten(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-1, std::ios::end);
  file.put('\x55');
}

// The file stays open where it was opened before; what counts is that nothing else is ever read in its place.
const Change kChanges[] = {
    {"truncated", truncated},
    {"overwritten", overwritten},
    {"removed", [](const fs::path& path) { fs::remove(path); }},
    {"link_to_itself", [](const fs::path& path) { by_link_to(path, path.filename().c_str()); }},
    {"link_to_secret", [](const fs::path& path) { by_link_to(path, "/etc/passwd"); }},
    {"link_to_endless_device", [](const fs::path& path) { by_link_to(path, "/dev/zero"); }},
    {"fifo", by_fifo},
    {"folder", by_folder},
};

void write_big_endian(std::ofstream& file, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(number >> shift));
}

// 256 images of 128 x 128: 4 MiB, far more than is read ahead.
void write_idx(const fs::path& images, const fs::path& labels) {
  constexpr std::uint32_t kCount = 256;
  constexpr std::uint32_t kSide = 128;
  std::ofstream file(images, std::ios::binary);
  for (const std::uint32_t number : {0x803U, kCount, kSide, kSide}) write_big_endian(file, number);
  file << std::string(std::size_t{kCount} * kSide * kSide, '\x11');
  std::ofstream label_file(labels, std::ios::binary);
  write_big_endian(label_file, 0x801);
  write_big_endian(label_file, kCount);
  label_file << std::string(kCount, '\1');
}

void write_model(const fs::path& path) {
  const std::string header = R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})";
  std::ofstream file(path, std::ios::binary);
  for (int shift = 0; shift < 64; shift += 8) file.put(static_cast<char>(header.size() >> shift));
  file << header;
  for (int i = 0; i < 4; ++i) file.write("\0\0\x80\x3f", 4);
}

class Files : public testing::TestWithParam<Change> {
 protected:
  // Runs, and calls `change` when the guest reports `metric` for the `nth` time.
  host::RunReport run(std::string_view guest, std::string_view metric, int nth, const std::function<void()>& change) {
    host::RunReport failed;
    int seen = 0;
    AtMetric observer([&](std::string_view name) {
      if (name == metric && ++seen == nth) change();
    });
    auto report = shared_host().run(workload(guest), request_, observer);
    EXPECT_TRUE(report) << report.error().message;
    EXPECT_GE(seen, nth);
    return report ? *std::move(report) : failed;
  }

  // It is told of as damaged data, in one sentence without the path, which is none of the guest's business.
  void expect_damaged(const host::RunReport& report) {
    EXPECT_EQ(report.status, host::RunStatus::failed) << report.error;
    EXPECT_EQ(report.error.find('\n'), std::string::npos);
    EXPECT_NE(report.error.find("'train'"), std::string::npos) << report.error;
    EXPECT_EQ(report.error.find(scratch_.path().string()), std::string::npos) << report.error;
  }

  Scratch scratch_;
  host::RunRequest request_;
};

TEST_P(Files, OfADatasetBetweenTwoBatches) {
  const fs::path images = scratch_ / "train-images-idx3-ubyte";
  write_idx(images, scratch_ / "train-labels-idx1-ubyte");
  request_.grants.datasets["train"] = images;
  expect_damaged(run("reads-dataset", "batch", 2, [&] { GetParam().make(images); }));
}

TEST_P(Files, OfADatasetBeforeTheFirstBatch) {
  const fs::path images = scratch_ / "train-images-idx3-ubyte";
  const fs::path labels = scratch_ / "train-labels-idx1-ubyte";
  write_idx(images, labels);
  request_.grants.datasets["train"] = images;
  expect_damaged(run("reads-dataset", "opened", 1, [&] { GetParam().make(images); }));
}

TEST_P(Files, OfAFolderThatIsRead) {
  for (int i = 0; i < 40; ++i) {
    const fs::path file = scratch_.path() / "train" / "cat" / fmt::format("{:02}.png", i);
    fs::create_directories(file.parent_path());
    fs::copy_file(fs::path(IMAGES) / "grey.png", file);
  }
  request_.grants.datasets["train"] = scratch_ / "train";
  const auto report =
      run("reads-dataset", "batch", 2, [&] { GetParam().make(scratch_.path() / "train" / "cat" / "39.png"); });
  // Other contents of a file that nobody has read yet are its contents.
  if (GetParam().make == overwritten && report.status == host::RunStatus::ok) return;
  expect_damaged(report);
}

TEST_P(Files, OfAModelThatIsOpen) {
  write_model(scratch_ / "net");
  request_.grants.models["net"] = scratch_ / "net";
  const auto report = run("reads-model", "opened", 1, [&] { GetParam().make(scratch_ / "net"); });
  // What was read when it was opened is whole; what is read later is whole or refused.
  if (report.status == host::RunStatus::ok) return;
  EXPECT_EQ(report.status, host::RunStatus::failed) << report.error;
  EXPECT_NE(report.error.find("'net'"), std::string::npos) << report.error;
}

INSTANTIATE_TEST_SUITE_P(Changed, Files, testing::ValuesIn(kChanges),
                         [](const auto& one) { return std::string(one.param.name); });

class Outputs : public Files {};

// A link in the output's place is replaced, never followed; what is no file is refused and left as it is.
TEST_P(Outputs, BetweenTwoWrites) {
  const fs::path result = scratch_ / "result";
  const fs::path victim = scratch_ / "victim";
  std::ofstream(victim) << "precious";
  request_.grants.outputs["result"] = result;
  const auto report = run("saves-twice", "saved", 1, [&] {
    EXPECT_EQ(contents(result), "the first");
    GetParam().make(result);
  });
  EXPECT_EQ(contents(victim), "precious");
  const auto is = fs::symlink_status(result).type();
  if (report.status == host::RunStatus::ok) {
    EXPECT_EQ(is, fs::file_type::regular);
    EXPECT_EQ(contents(result), "the second");
  } else {
    EXPECT_EQ(report.status, host::RunStatus::failed) << report.error;
    EXPECT_NE(report.error.find("'result'"), std::string::npos) << report.error;
    EXPECT_NE(is, fs::file_type::regular);
  }
}

const Change kOutputChanges[] = {
    {"truncated", [](const fs::path& path) { fs::resize_file(path, 0); }},
    {"removed", [](const fs::path& path) { fs::remove(path); }},
    {"link_to_a_file", [](const fs::path& path) { by_link_to(path, "victim"); }},
    {"link_to_a_device", [](const fs::path& path) { by_link_to(path, "/dev/full"); }},
    {"fifo", by_fifo},
    {"folder", by_folder},
};

INSTANTIATE_TEST_SUITE_P(Changed, Outputs, testing::ValuesIn(kOutputChanges),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace cloister::hazards
