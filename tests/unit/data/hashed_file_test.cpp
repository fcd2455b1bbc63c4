#include "hashed_file.h"

#include <random>

#include "temporary_folder.h"

namespace cloister::data {
namespace {

constexpr std::uint64_t kChunk = HashedFile::kChunkBytes;

class HashedFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::mt19937 generator(1);
    for (std::byte& byte : contents_) byte = static_cast<std::byte>(generator());
    path_ = folder_.put("f", contents_);
    file_ = *HashedFile::open(path_);
    Sha256 hash;
    hash.update("cloister:file:1\n").update_u64(contents_.size()).update_u64(kChunk);
    for (std::size_t at = 0; at < contents_.size(); at += kChunk) {
      hash.update(sha256(std::span(contents_).subspan(at, std::min<std::size_t>(kChunk, contents_.size() - at))));
    }
    expected_ = hash.finish();
  }

  void expect_read(HashedReader& reader, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    const auto read = reader.read(offset, bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), contents_.begin() + static_cast<std::ptrdiff_t>(offset)))
        << offset << " " << size;
  }

  const TemporaryFolder folder_;
  Bytes contents_ = Bytes(10 * kChunk + 777);
  std::string path_;
  std::shared_ptr<HashedFile> file_;
  Digest expected_;
};

TEST_F(HashedFileTest, ASequentialPassInAnyPiecesGivesTheDigest) {
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{kChunk}, std::size_t{50000}, contents_.size()}) {
    const auto file = *HashedFile::open(path_);
    HashedReader reader(file);
    for (std::size_t at = 0; at < contents_.size(); at += piece) {
      EXPECT_FALSE(file->digest().has_value());
      expect_read(reader, at, std::min(piece, contents_.size() - at));
    }
    ASSERT_TRUE(reader.finish());
    EXPECT_EQ(file->digest(), expected_);
  }
}

TEST_F(HashedFileTest, RandomReadsGiveTheRightBytesAndDigest) {
  std::mt19937 generator(2);
  HashedReader reader(file_);
  for (int i = 0; i < 300; ++i) {
    const std::size_t offset = generator() % contents_.size();
    expect_read(reader, offset, 1 + generator() % std::min<std::size_t>(contents_.size() - offset, 3 * kChunk));
  }
  ASSERT_TRUE(reader.finish());
  EXPECT_EQ(*file_->complete_digest(), expected_);
}

TEST_F(HashedFileTest, CompletingReadsWhatWasNotMet) {
  HashedReader reader(file_);
  expect_read(reader, 5, 3 * kChunk);
  ASSERT_TRUE(reader.finish());
  EXPECT_FALSE(file_->digest().has_value());
  EXPECT_EQ(*file_->complete_digest(), expected_);
}

// However a chunk is read, contents that differ from those first met are an error. Here a first meeting with other
// contents is claimed, since a test cannot write without changing the file's times.
TEST_F(HashedFileTest, OtherContentsThanBeforeAreAnError) {
  struct Case {
    const char* name;
    std::uint64_t offset;
    std::size_t size;
  };
  for (const Case& c : {Case{"whole", 0, 2 * kChunk}, Case{"inside", kChunk + 5, 10}, Case{"head", kChunk, 10},
                        Case{"tail", 2 * kChunk - 5, 20}, Case{"across", 0, 3 * kChunk}}) {
    const auto file = *HashedFile::open(path_);
    ASSERT_TRUE(file->note(1, sha256("other contents")));
    HashedReader reader(file);
    Bytes bytes(c.size);
    auto result = reader.read(c.offset, bytes);
    if (result) result = reader.finish();
    ASSERT_FALSE(result) << c.name;
    EXPECT_EQ(result.error().code, ErrorCode::bad_data);
    EXPECT_NE(result.error().message.find("changed while it was being read"), std::string::npos);
  }
}

TEST_F(HashedFileTest, ReadsBeyondTheEndAreErrors) {
  for (const std::uint64_t offset :
       {contents_.size() - 1, contents_.size(), std::size_t{11} * kChunk, ~std::size_t{0} / 4}) {
    HashedReader reader(file_);
    Bytes bytes(2);
    const auto read = reader.read(offset, bytes);
    ASSERT_FALSE(read) << offset;
    EXPECT_EQ(read.error().code, ErrorCode::bad_data);
  }
}

TEST_F(HashedFileTest, AnEmptyFileHasADigest) {
  const auto empty = *HashedFile::open(folder_.put("empty", ""));
  EXPECT_EQ(empty->digest(), Sha256().update("cloister:file:1\n").update_u64(0).update_u64(kChunk).finish());
}

}  // namespace
}  // namespace cloister::data
