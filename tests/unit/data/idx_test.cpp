#include "cloister/data/idx.h"

#include "temporary_folder.h"

namespace cloister::data {
namespace {

using namespace std::string_view_literals;
using namespace std::string_literals;

Result<IdxHeader> parse(std::string_view bytes, std::uint64_t file_size) {
  return parse_idx_header(std::as_bytes(std::span(bytes)), file_size, "x.idx");
}

TEST(IdxHeader, ReadsTypesAndSizes) {
  const auto header = parse("\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x04"sv, 16 + 24);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->dtype, Dtype::uint8);
  EXPECT_EQ(header->shape, (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_EQ(header->data_offset, 16u);
  EXPECT_EQ(header->data_size, 24u);
}

TEST(IdxHeader, RefusesWhatLies) {
  struct Case {
    std::string_view bytes;
    std::uint64_t file_size;
    std::string_view why;
  };
  const Case cases[] = {
      {""sv, 0, "ends after 0 bytes"},
      {"\0\0\x08"sv, 3, "ends after 3 bytes"},
      {"\0\0\x08\x02\0\0\0\x01"sv, 8, "ends after 8 bytes"},
      {"\x1f\x8b\x08\0"sv, 4, "gzip"},
      {"\0\x01\x08\x01\0\0\0\0"sv, 8, "not an IDX file"},
      {"\0\0\x0a\x01\0\0\0\0"sv, 8, "not an IDX file"},
      {"\0\0\x08\0"sv, 4, "0 dimensions"},
      {"\0\0\x08\x09"sv, 4, "9 dimensions"},
      {"\0\0\x08\x01\0\0\0\x05"sv, 12, "truncated"},
      {"\0\0\x08\x01\0\0\0\x05"sv, 14, "damaged"},
      {"\0\0\x0e\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, 16, "63 bits"},
      {"\0\0\x08\x02\xff\xff\xff\xff\x7f\xff\xff\xff"sv, 12, "truncated"},
      {"\0\0\x08\x04\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, 20, "63 bits"},
  };
  for (const Case& c : cases) {
    const auto header = parse(c.bytes, c.file_size);
    ASSERT_FALSE(header) << c.why;
    EXPECT_EQ(header.error().code, ErrorCode::bad_data);
    EXPECT_NE(header.error().message.find(c.why), std::string::npos) << header.error().message;
    EXPECT_NE(header.error().message.find("x.idx"), std::string::npos);
  }
}

TEST(IdxArray, ComesLittleEndianInEveryType) {
  const TemporaryFolder folder;
  struct Case {
    char code;
    Dtype dtype;
  };
  for (const Case& c : {Case{0x08, Dtype::uint8}, Case{0x09, Dtype::int8}, Case{0x0b, Dtype::int16},
                        Case{0x0c, Dtype::int32}, Case{0x0d, Dtype::float32}, Case{0x0e, Dtype::float64}}) {
    const std::size_t size = element_size(c.dtype);
    std::string file = "\0\0"s + c.code + "\x01\0\0\0\x02"s;
    for (std::size_t i = 0; i < 2 * size; ++i) file.push_back(static_cast<char>(i + 1));
    const auto array = read_idx(folder.put("a.idx", file), 100);
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->dtype, c.dtype);
    ASSERT_EQ(array->bytes.size(), 2 * size);
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_EQ(std::to_integer<int>(array->bytes[i]), static_cast<int>(size - i));
      EXPECT_EQ(std::to_integer<int>(array->bytes[size + i]), static_cast<int>(2 * size - i));
    }
  }
}

TEST(IdxArray, HasALimit) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a.idx", "\0\0\x08\x01\0\0\0\x03"s + "abc");
  EXPECT_TRUE(read_idx(path, 3));
  const auto refused = read_idx(path, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::bad_data);
}

TEST(IdxWriter, WritesWhatTheReaderReads) {
  const TemporaryFolder folder;
  const std::vector<std::int64_t> shape{2, 1, 1, 3};
  auto writer = IdxWriter::create(folder.path("a.idx"), shape);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->write(bytes_of("abcd")));
  const auto early = writer->commit();
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(writer->write(bytes_of("efg")));
  ASSERT_TRUE(writer->write(bytes_of("ef")));
  ASSERT_TRUE(writer->commit());
  const auto array = read_idx(folder.path("a.idx"), 100);
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->shape, shape);
  EXPECT_EQ(array->bytes, bytes_of("abcdef"));
}

TEST(IdxWriter, RefusesShapesThatIdxCannotSay) {
  const TemporaryFolder folder;
  using Shape = std::vector<std::int64_t>;
  for (const Shape& shape : {Shape{}, Shape(9, 1), Shape{-1}, Shape{std::int64_t{1} << 32}}) {
    const auto writer = IdxWriter::create(folder.path("a.idx"), shape);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(make_idx_header(Dtype::int64, Shape{1}));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace cloister::data
