// Text and safetensors as datasets; how a format is told by a name.
#include <gtest/gtest.h>

#include "cloister/data/dataset.h"
#include "cloister/data/safetensors.h"
#include "passes.h"

namespace cloister::data {
namespace {

std::string safetensors(const std::string& header, std::size_t bytes) {
  std::string file;
  for (int shift = 0; shift < 64; shift += 8) file += static_cast<char>(header.size() >> shift);
  file += header;
  for (std::size_t i = 0; i < bytes; ++i) file += static_cast<char>(i);
  return file;
}

class FormatsTest : public testing::Test {
 protected:
  std::string refusal(const std::string& name, const std::string& contents) {
    const auto dataset = open_dataset(folder_.put(name, contents));
    EXPECT_FALSE(dataset) << contents;
    return dataset ? "" : dataset.error().message;
  }
  const TemporaryFolder folder_;
};

TEST_F(FormatsTest, TextIsASampleAByte) {
  const auto dataset = open_dataset(folder_.put("play.TXT", "To be"));
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->size(), 5u);
  EXPECT_EQ((*dataset)->columns()[0].name, "text");
  const Pass pass = run_pass(*dataset, {.size = 3});
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(pass.all<std::byte>(0), bytes_of("To be"));
  EXPECT_NE(refusal("empty.txt", "").find("is empty"), std::string::npos);
}

TEST_F(FormatsTest, TensorsWithOneFirstDimensionAreColumns) {
  const std::string header = R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[8,10]},)"
                             R"("a":{"dtype":"I16","shape":[2,2],"data_offsets":[0,8]}})";
  const auto dataset = open_dataset(folder_.put("t.safetensors", safetensors(header, 10)));
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->columns()[0].name, "a");
  EXPECT_EQ((*dataset)->columns()[0].shape, std::vector<std::int64_t>{2});
  const Pass pass = run_pass(*dataset, {.size = 2});
  EXPECT_EQ(pass.all<std::int16_t>(0), (std::vector<std::int16_t>{0x100, 0x302, 0x504, 0x706}));
  EXPECT_EQ(pass.all<std::uint8_t>(1), (std::vector<std::uint8_t>{8, 9}));
  EXPECT_TRUE((*dataset)->digest());
}

TEST_F(FormatsTest, TensorsThatAreNoDatasetAreRefused) {
  const auto one = [](const std::string& shape, const std::string& end) {
    return R"({"a":{"dtype":"U8","shape":)" + shape + R"(,"data_offsets":[0,)" + end + "]}}";
  };
  EXPECT_NE(refusal("t.safetensors", safetensors(one("[]", "1"), 1)).find("is a single number"), std::string::npos);
  EXPECT_NE(refusal("t.safetensors", safetensors(one("[0]", "0"), 0)).find("holds nothing"), std::string::npos);
  EXPECT_NE(refusal("t.safetensors", safetensors("{}", 0)).find("no arrays"), std::string::npos);
  EXPECT_NE(refusal("t.safetensors", safetensors(one("[3]", "4"), 4)).find("takes 3"), std::string::npos);
  EXPECT_NE(refusal("t.safetensors", safetensors(one("[9223372036854775807]", "4"), 4)).find("'a'"), std::string::npos);
  EXPECT_NE(refusal("t.safetensors", safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                                 R"("b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}})",
                                                 5))
                .find("'b' of '" + folder_.path("t.safetensors") + "' has 3 rows, but 'a' has 2"),
            std::string::npos);
}

TEST_F(FormatsTest, OtherNamesAreIdx) {
  const std::string why = refusal("notes.md", "hello");
  EXPECT_NE(why.find(".csv, .npy, .npz, .safetensors or .txt"), std::string::npos) << why;
  EXPECT_FALSE(labels_path_of("images.csv"));
  EXPECT_EQ(*labels_path_of("a/images.idx3"), "a/labels.idx1");
}

}  // namespace
}  // namespace cloister::data
