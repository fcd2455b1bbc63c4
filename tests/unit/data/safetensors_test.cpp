#include "cloister/data/safetensors.h"

#include <fmt/format.h>

#include "cloister/base/hash.h"
#include "temporary_folder.h"

namespace cloister::data {
namespace {

// A file with this header, its length before it, and this many bytes of data.
std::string file_of(std::string header, std::size_t data_bytes) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i)));
  file += header;
  for (std::size_t i = 0; i < data_bytes; ++i) file.push_back(static_cast<char>(i));
  return file;
}

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const TemporaryFolder folder;
  const auto file = SafetensorsFile::open(folder.put(
      "m.safetensors",
      file_of(
          R"({"b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]},"__metadata__":{"format":"pt"},)"
          R"("a":{"shape":[1,1],"data_offsets":[0,4],"dtype":"F32"},"e":{"dtype":"U8","shape":[0,7],"data_offsets":[4,4]}}  )",
          8)));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->tensors().size(), 3u);
  EXPECT_EQ(file->tensors()[0].name, "a");
  EXPECT_EQ(file->tensors()[1].name, "b");
  EXPECT_EQ(file->metadata().at("format"), "pt");
  const StoredTensor* b = file->find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->dtype, Dtype::int16);
  EXPECT_EQ(b->shape, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(file->find("c"), nullptr);
  Bytes bytes(4);
  ASSERT_TRUE(file->read(*b, bytes));
  EXPECT_EQ(bytes, (Bytes{std::byte{4}, std::byte{5}, std::byte{6}, std::byte{7}}));
  ASSERT_TRUE(file->read(*file->find("e"), {}));
  EXPECT_FALSE(file->read(*b, std::span(bytes).first(3)));
}

TEST(Safetensors, RefusesWhatLies) {
  struct Case {
    std::string file;
    std::string_view why;
  };
  const auto one = [](std::string_view body, std::size_t data = 4) {
    return file_of(fmt::format(R"({{"t":{{{}}}}})", body), data);
  };
  const std::string good = R"("dtype":"F32","shape":[1],"data_offsets":[0,4])";
  const std::string entry = "{" + good + "}";
  const Case cases[] = {
      {"", "0 bytes only"},
      {"1234567", "7 bytes only"},
      {std::string("\x05\0\0\0\0\0\0\0{}", 10), "truncated"},
      {std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10), "truncated"},
      {file_of("", 0), "begin with {"},
      {file_of(" {}", 0), "begin with {"},
      {file_of("{", 0), "no JSON at byte"},
      {file_of("{}x", 0), "no JSON at byte"},
      {file_of("[]", 0), "begin with {"},
      {file_of("{\"t\":1}", 0), "no place"},
      {file_of("{\"\xff\":{}}", 0), "no JSON"},
      {file_of("{\"t\":" + std::string(100000, '[') + "}", 0), "no place"},
      {file_of("{\"t\":" + std::string(100000, '{') + "}", 0), "no JSON"},
      {one(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])"), "no place"},
      {one(R"("dtype":{},"shape":[1],"data_offsets":[0,4])"), "no place"},
      {one(R"("dtype":"F32","shape":[1.5],"data_offsets":[0,4])"), "no place"},
      {one(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), "no place"},
      {one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"more":null)"), "no place"},
      {one(R"("dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4])"), "18446744073709551615"},
      {one(R"("dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4])"), "63 bits"},
      {one(R"("dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4])"), "63 bits"},
      {one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), "takes 8"},
      {one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), "data offsets [4, 0]"},
      {one(R"("dtype":"F32","shape":[1],"data_offsets":[0,5])"), "data offsets [0, 5]"},
      {one(R"("dtype":"F32","shape":[1],"data_offsets":[0])"), "data offsets [0]"},
      {one(R"("dtype":"F32","shape":[1])"), "lacks"},
      {one(""), "lacks"},
      {one(good + R"(,"shape":[1])"), "'shape' twice"},
      {one(good + R"(,"dtype":"F32")"), "'dtype' twice"},
      {one(good, 5), "belong to no tensor"},
      {file_of("{}", 1), "belong to no tensor"},
      {one(R"("dtype":"F32","shape":[1],"data_offsets":[1,5])", 5), "leave a hole"},
      {file_of(fmt::format(R"({{"a":{0},"b":{0}}})", entry), 4), "overlap"},
      {file_of(
           R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
           4),
       "overlap"},
      {file_of(
           R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
           2),
       "'a' twice"},
      {file_of(R"({"__metadata__":{"k":"v","k":"w"}})", 0), "'k' twice"},
      {file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "metadata twice"},
      {file_of(R"({"__metadata__":{"k":1}})", 0), "no place"},
      {one(R"("dtype":"U16","shape":[2],"data_offsets":[0,4])"), "U16"},
      {one(R"("dtype":"F32","shape":[)" + std::string(200, '1') + R"(],"data_offsets":[0,4])"), "no place"},
      {one(R"("dtype":"F32","shape":[1)" +
           [] {
             std::string ones;
             for (int i = 0; i < 64; ++i) ones += ",1";
             return ones;
           }() +
           R"(],"data_offsets":[0,4])"),
       "64 dimensions"},
  };
  const TemporaryFolder folder;
  for (const Case& c : cases) {
    const std::string path = folder.put("lying.safetensors", c.file);
    const auto file = SafetensorsFile::open(path);
    ASSERT_FALSE(file) << c.file.substr(0, 200);
    EXPECT_EQ(file.error().code, ErrorCode::bad_data) << file.error().message;
    EXPECT_NE(file.error().message.find(c.why), std::string::npos) << file.error().message << " for " << c.why;
    EXPECT_NE(file.error().message.find("lying.safetensors"), std::string::npos) << file.error().message;
    EXPECT_LT(file.error().message.size(), 500u);
  }
}

TEST(Safetensors, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(SafetensorsFile::open(folder.path()).error().code, ErrorCode::bad_data);
  EXPECT_EQ(SafetensorsFile::open("/dev/zero").error().code, ErrorCode::bad_data);
  EXPECT_EQ(SafetensorsFile::open(folder.path("absent")).error().code, ErrorCode::io);
}

TEST(Safetensors, NoticesThatAFileChanged) {
  const TemporaryFolder folder;
  const std::string path = folder.put("m", file_of(R"({"t":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 8));
  const auto file = SafetensorsFile::open(path);
  ASSERT_TRUE(file);
  std::filesystem::resize_file(path, 60);
  Bytes bytes(8);
  const auto read = file->read(file->tensors()[0], bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::bad_data);
}

std::vector<TensorSpec> some_specs() {
  return {{"z.u8", Dtype::uint8, {3}},
          {"b", Dtype::float32, {2}},
          {"a", Dtype::float32, {1}},
          {"long", Dtype::int64, {}},
          {"none", Dtype::bool_, {0}}};
}

void write_some(const std::string& path, std::vector<TensorSpec> specs) {
  auto writer = SafetensorsWriter::create(path, std::move(specs), {{"made", "by \"test\""}});
  ASSERT_TRUE(writer) << writer.error().message;
  for (const TensorSpec& spec : writer->order()) {
    const Bytes bytes(static_cast<std::size_t>(spec.shape.empty() ? 1 : spec.shape[0]) * element_size(spec.dtype),
                      static_cast<std::byte>(spec.name[0]));
    ASSERT_TRUE(writer->write(bytes));
  }
  ASSERT_TRUE(writer->commit());
}

TEST(SafetensorsWriter, WritesWhatTheReaderReads) {
  const TemporaryFolder folder;
  write_some(folder.path("m"), some_specs());
  const auto file = SafetensorsFile::open(folder.path("m"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->metadata().at("made"), "by \"test\"");
  ASSERT_EQ(file->tensors().size(), 5u);
  for (const StoredTensor& tensor : file->tensors()) {
    EXPECT_EQ(tensor.offset % element_size(tensor.dtype), 0u) << tensor.name;
    Bytes bytes(tensor.size);
    ASSERT_TRUE(file->read(tensor, bytes));
    EXPECT_EQ(bytes, Bytes(tensor.size, static_cast<std::byte>(tensor.name[0])));
  }
  EXPECT_EQ(file->find("long")->size, 8u);
}

TEST(SafetensorsWriter, TheOrderGivenDoesNotMatter) {
  const TemporaryFolder folder;
  auto reversed = some_specs();
  std::reverse(reversed.begin(), reversed.end());
  write_some(folder.path("a"), some_specs());
  write_some(folder.path("b"), reversed);
  EXPECT_EQ(*read_file(folder.path("a"), 10000), *read_file(folder.path("b"), 10000));
}

TEST(SafetensorsWriter, RefusesWhatNoReaderWouldTake) {
  const TemporaryFolder folder;
  const auto refused = [&](std::vector<TensorSpec> specs) {
    const auto writer = SafetensorsWriter::create(folder.path("m"), std::move(specs));
    return !writer && writer.error().code == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refused({{"a", Dtype::uint8, {1}}, {"a", Dtype::uint8, {1}}}));
  EXPECT_TRUE(refused({{"__metadata__", Dtype::uint8, {1}}}));
  EXPECT_TRUE(refused({{"\xff", Dtype::uint8, {1}}}));
  EXPECT_TRUE(refused({{"a", Dtype::uint8, {-1}}}));
  EXPECT_TRUE(refused({{"a", Dtype::float64, {std::int64_t{1} << 61}}}));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SafetensorsWriter, AnIncompleteFileNeverAppears) {
  const TemporaryFolder folder;
  {
    auto writer = SafetensorsWriter::create(folder.path("m"), some_specs());
    ASSERT_TRUE(writer);
    EXPECT_FALSE(writer->write(Bytes(3)));
    EXPECT_FALSE(writer->commit());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, DigestFollowsTheDocumentedScheme) {
  const TemporaryFolder folder;
  const std::string header = R"({"t":{"dtype":"U8","shape":[40000],"data_offsets":[0,40000]}})";
  const std::string contents = file_of(header, 40000);
  const auto file = SafetensorsFile::open(folder.put("m", contents));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->digest().has_value());
  Bytes bytes(40000);
  ASSERT_TRUE(file->read(file->tensors()[0], bytes));
  Sha256 expected;
  expected.update("cloister:file:1\n").update_u64(contents.size()).update_u64(16384);
  for (std::size_t at = 0; at < contents.size(); at += 16384) {
    expected.update(sha256(std::string_view(contents).substr(at, 16384)));
  }
  const Digest digest = expected.finish();
  EXPECT_EQ(file->digest(), digest);
  EXPECT_EQ(*file->complete_digest(), digest);
  EXPECT_EQ(*SafetensorsFile::open(folder.path("m"))->complete_digest(), digest);
}

}  // namespace
}  // namespace cloister::data
