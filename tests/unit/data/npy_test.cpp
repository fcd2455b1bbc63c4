#include <gtest/gtest.h>

#include "array_files.h"
#include "cloister/data/dataset.h"
#include "passes.h"

namespace cloister::data {
namespace {

using namespace std::string_view_literals;

class NpyTest : public testing::Test {
 protected:
  // Opens a file of these contents, which must fail.
  Error refusal(const std::string& contents, const std::string& name = "a.npy") {
    const auto dataset = open_dataset(folder_.put(name, contents));
    if (!dataset) return dataset.error();
    ADD_FAILURE() << "opened";
    return {};
  }
  const TemporaryFolder folder_;
};

TEST_F(NpyTest, RowsAreSamples) {
  const auto dataset = open_dataset(folder_.put("a.npy", npy("<f4", "(3, 2)", little_all<float>({1, 2, 3, 4, 5, 6}))));
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->size(), 3u);
  ASSERT_EQ((*dataset)->columns().size(), 1u);
  EXPECT_EQ((*dataset)->columns()[0].name, "array");
  EXPECT_EQ((*dataset)->columns()[0].dtype, Dtype::float32);
  EXPECT_EQ((*dataset)->columns()[0].shape, std::vector<std::int64_t>{2});
  const Pass pass = run_pass(*dataset, {.size = 2});
  ASSERT_EQ(pass.error, "");
  EXPECT_EQ(pass.batches[0].tensors[0].shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(pass.all<float>(0), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST_F(NpyTest, AllTypesAndVersionsAreRead) {
  const std::pair<const char*, Dtype> types[] = {
      {"|b1", Dtype::bool_},   {"|u1", Dtype::uint8},   {"|i1", Dtype::int8},
      {"<i2", Dtype::int16},   {"<i4", Dtype::int32},   {"<i8", Dtype::int64},
      {"<f2", Dtype::float16}, {"<f4", Dtype::float32}, {"<f8", Dtype::float64}};
  for (int version = 1; version <= 3; ++version) {
    for (const auto& [descr, dtype] : types) {
      const std::string elements(2 * element_size(dtype), '\1');
      const auto dataset = open_dataset(folder_.put("a.npy", npy(descr, "(2,)", elements, version)));
      ASSERT_TRUE(dataset) << descr << ": " << dataset.error().message;
      EXPECT_EQ((*dataset)->columns()[0].dtype, dtype);
      const Pass pass = run_pass(*dataset, {.size = 2});
      ASSERT_EQ(pass.error, "") << descr;
      const auto bytes = pass.batches[0].tensors[0].bytes.bytes();
      EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), bytes_of(elements).begin()));
    }
  }
}

TEST_F(NpyTest, HeadersMayBeWrittenOtherwise) {
  for (const char* header : {"{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"<i4\"}",
                             "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2)}",
                             " { 'descr' : '=i4' , 'fortran_order' : False , 'shape' : ( 2 , 1 , ) , } "}) {
    const auto dataset = open_dataset(folder_.put("a.npy", npy_with_header(header, std::string(8, '\0'))));
    EXPECT_TRUE(dataset) << header << ": " << dataset.error().message;
  }
}

TEST_F(NpyTest, WhatIsNotReadNamesTheWayOut) {
  const std::string eight(8, '\0');
  const std::pair<std::string, const char*> cases[] = {
      {npy("|O", "(2,)", eight), "Python objects; save numbers: array.astype('float32')"},
      {npy(">f4", "(2,)", eight), "big-endian; convert it: array.astype('<f4')"},
      {npy("|V8", "(1,)", eight), "a structure; save each field"},
      {npy_with_header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", eight),
       "structures; save each field"},
      {npy_with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", eight + eight),
       "Fortran order; save numpy.ascontiguousarray(array)"},
      {npy("<u4", "(2,)", eight), "which no dtype of Cloister stands for"},
      {npy("<c8", "(1,)", eight), "which no dtype of Cloister stands for"},
      {npy("<U2", "(1,)", eight), "which no dtype of Cloister stands for"},
      {npy("|f4", "(2,)", eight), "no type of NumPy's"},
      {npy("", "(2,)", eight), "no dtype of Cloister"},
      {npy("<f4", "()", eight.substr(4)), "a first dimension, which counts the samples"},
      {npy("<f4", "(0, 3)", ""), "holds nothing"},
      {npy("<f4", "(3, 0)", ""), "holds nothing"},
  };
  for (const auto& [contents, why] : cases) {
    const Error error = refusal(contents);
    EXPECT_EQ(error.code, ErrorCode::bad_data);
    EXPECT_NE(error.message.find(why), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("a.npy"), std::string::npos) << error.message;
  }
}

TEST_F(NpyTest, FilesThatLieAreRefused) {
  const std::string eight(8, '\0');
  const std::string good = npy("<f4", "(2,)", eight);
  const auto with = [](const std::string& shape) {
    return npy_with_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}", "");
  };
  const std::pair<std::string, const char*> cases[] = {
      {"", "does not begin as"},
      {"PK\3\4 not an array", "does not begin as"},
      {good.substr(0, 7), "ends after"},
      {good.substr(0, 40), "ends after"},
      {good.substr(0, good.size() - 1), "truncated"},
      {good + "x", "damaged"},
      {npy("<f4", "(3,)", eight), "truncated"},
      {npy("<f4", "(2305843009213693952,)", eight), "cannot be read"},
      {npy("<f4", "(4611686018427387904, 2)", eight), "cannot be read"},
      {npy("<f4", "(9223372036854775807,)", eight), "cannot be read"},
      {npy("<f4", "(99999999999999999999,)", eight), "not the dictionary"},
      {npy("<f4", "(-2,)", eight), "not the dictionary"},
      {with("(3)"), "not the dictionary"},
      {with("(3,,)"), "not the dictionary"},
      {with("(3,"), "not the dictionary"},
      {with("[3]"), "not the dictionary"},
      {with("(2,), 'shape': (2,)"), "not the dictionary"},
      {with("(2,), 'more': 1"), "not the dictionary"},
      {npy_with_header("{'descr': '<f4', 'shape': (2,)}", eight), "not the dictionary"},
      {npy_with_header("{}", eight), "not the dictionary"},
      {npy_with_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", eight), "not the dictionary"},
      {npy_with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", eight), "not the dictionary"},
      {npy_with_header("{'de\\x73cr': '<f4', 'fortran_order': False, 'shape': (2,)}", eight), "not the dictionary"},
      {npy_with_header("__import__('os')", eight), "not the dictionary"},
      {std::string("\x93NUMPY\x04\x00\x10\x00", 10) + eight, "version 4.0"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12) + eight, "its header takes 4294967295 bytes"},
  };
  for (const auto& [contents, why] : cases) {
    const Error error = refusal(contents);
    EXPECT_EQ(error.code, ErrorCode::bad_data);
    EXPECT_NE(error.message.find(why), std::string::npos) << error.message;
  }
}

TEST_F(NpyTest, BoolsThatAreNoneAreNamed) {
  const Pass pass = run_pass(folder_.put("a.npy", npy("|b1", "(3,)", "\1\1\2")), {.size = 3});
  EXPECT_EQ(pass.code, ErrorCode::bad_data);
  EXPECT_NE(pass.error.find("has the byte 2"), std::string::npos) << pass.error;
}

TEST_F(NpyTest, ArchivesHaveAColumnAnArray) {
  const std::string x = npy("<f4", "(3, 2)", little_all<float>({1, 2, 3, 4, 5, 6}));
  const std::string y = npy("<i8", "(3,)", little_all<std::int64_t>({7, 8, 9}));
  for (const bool deflated : {false, true}) {
    for (const bool zip64 : {false, true}) {
      const std::string path =
          folder_.put("a.npz", zip({{"y.npy", y, deflated, zip64}, {"x.npy", x, false, zip64}}, "a comment"));
      const auto dataset = open_dataset(path);
      ASSERT_TRUE(dataset) << dataset.error().message;
      ASSERT_EQ((*dataset)->columns().size(), 2u);
      EXPECT_EQ((*dataset)->columns()[0].name, "x");
      EXPECT_EQ((*dataset)->columns()[1].name, "y");
      const Pass pass = run_pass(*dataset, {.size = 2, .shuffle_seed = 5});
      ASSERT_EQ(pass.error, "");
      const auto order = permutation(3, 5);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(pass.all<float>(0)[2 * i], static_cast<float>(2 * order[i] + 1));
        EXPECT_EQ(pass.all<std::int64_t>(1)[i], order[i] + 7);
      }
      EXPECT_TRUE((*dataset)->complete_digest());
    }
  }
}

TEST_F(NpyTest, ArchivesThatLieAreRefused) {
  const std::string x = npy("<i8", "(3,)", little_all<std::int64_t>({7, 8, 9}));
  const std::string good = zip({{"x.npy", x}});
  const std::string packed = zip({{"x.npy", x, true}});
  const std::string both = zip({{"y.npy", x, true}, {"x.npy", x, true}});
  const auto patched = [](std::string file, std::size_t from_end, std::string_view bytes) {
    return file.replace(file.size() - from_end, bytes.size(), bytes);
  };
  const auto flipped = [](std::string file, std::size_t at) {
    file[at] = static_cast<char>(file[at] ^ 1);
    return file;
  };
  const std::size_t entry = 22 + 46 + 5;  // of the last entry, from the end
  const std::pair<std::string, const char*> cases[] = {
      {"", "does not end with a ZIP directory"},
      {x, "does not end with a ZIP directory"},
      {good.substr(0, good.size() - 1), "does not end with a ZIP directory"},
      {good + "x", "does not end with a ZIP directory"},
      {zip({}), "has no arrays"},
      {zip({{"x.txt", "hello"}}), "is no array of NumPy's"},
      {zip({{"x.npy", "hello"}}), "does not begin as"},
      {zip({{"x.npy", x}, {"x.npy", x}}), "has the member 'x.npy' twice"},
      {zip({{"x.npy", x}, {"y.npy", npy("<f4", "(2,)", std::string(8, '\0'))}}), "has 2 rows, but 'x' has 3"},
      {zip({{"\xff.npy", x}}), "not UTF-8"},
      {patched(good, 22 - 8, "\2\0\2\0"sv), "ends after"},
      {patched(good, 22 - 8, "\2\0\1\0"sv), "several volumes"},
      {patched(good, 22 - 12, "\xff\0\0\0"sv), "does not lie before its end"},
      {patched(good, 22 - 16, "\xff\xff\xff\x7f"sv), "does not lie before its end"},
      {patched(good, 22 - 16, "\xff\xff\xff\xff"sv), "says that it is ZIP64"},
      {patched(good, entry - 8, "\1\0"sv), "is encrypted"},
      {patched(good, entry - 10, "\14\0"sv), "compressed by method 12"},
      {patched(good, entry - 20, "\0\0\0\0"sv), "is stored in 0 bytes"},
      {patched(good, entry - 20, "\xff\xff\xff\x7f\xff\xff\xff\x7f"sv), "before its directory"},
      {patched(good, entry - 24, "\xff\xff\xff\xff"sv), "lacks its 64-bit sizes"},
      {patched(good, entry - 42, "\xff\xff\0\0"sv), "before its directory"},
      {patched(good, entry - 42, "\1\0\0\0"sv), "is not where its directory says"},
      {flipped(packed, 40), "damaged"},
      {flipped(packed, packed.size() - entry + 16), "checksum"},
      {patched(packed, entry - 24, "\1\0\0\0"sv), "does not inflate"},
      {patched(packed, entry - 24, "\0\1\0\0"sv), "does not inflate"},
      {patched(packed, entry - 24, "\xff\xff\xff\x3f"sv), "which cannot be"},
      {patched(packed, entry - 24, "\xff\xff\xff\x7f"sv), "numpy.savez, which does not compress"},
      // The sizes are added up before anything is inflated, so the damage of the first is not met.
      {flipped(patched(both, entry - 24, "\xff\xff\xff\x7f"sv), 40), "numpy.savez, which does not compress"},
  };
  for (const auto& [contents, why] : cases) {
    const Error error = refusal(contents, "a.npz");
    EXPECT_EQ(error.code, ErrorCode::bad_data);
    EXPECT_NE(error.message.find(why), std::string::npos) << error.message << "\n wanted " << why;
  }
}

TEST_F(NpyTest, AStopEndsTheInflatingOfAnArchive) {
  const std::string x = npy("<i8", "(3,)", little_all<std::int64_t>({7, 8, 9}));
  std::stop_source stop;
  stop.request_stop();
  const auto dataset = open_dataset(folder_.put("a.npz", zip({{"x.npy", x, true}})), {.stop = stop.get_token()});
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace cloister::data
