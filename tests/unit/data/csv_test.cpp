#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "csv_fields.h"
#include "csv_table.h"
#include "passes.h"

namespace cloister::data {
namespace {

using namespace std::string_literals;

class CsvTest : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::string& contents) {
    auto dataset = open_dataset(folder_.put("t.csv", contents));
    EXPECT_TRUE(dataset) << dataset.error().message;
    return dataset ? *dataset : nullptr;
  }
  Error refusal(const std::string& contents) {
    const auto dataset = open_dataset(folder_.put("t.csv", contents));
    if (!dataset) return dataset.error();
    ADD_FAILURE() << "opened: " << contents.substr(0, 100);
    return {};
  }
  const TemporaryFolder folder_;
};

TEST_F(CsvTest, ColumnsAreWholeNumbersRealOnesAndWords) {
  const auto dataset = open("id,height,species,gap\n1,1.5,ox,\n-2,2e1,ant,4\n3,7,ox,5\n");
  const auto columns = dataset->columns();
  ASSERT_EQ(columns.size(), 4u);
  EXPECT_EQ(columns[0].name, "id");
  EXPECT_EQ(columns[0].dtype, Dtype::int64);
  EXPECT_EQ(columns[1].dtype, Dtype::float32);
  EXPECT_EQ(columns[2].dtype, Dtype::int64);
  EXPECT_EQ(columns[2].classes, (std::vector<std::string>{"ant", "ox"}));
  EXPECT_TRUE(columns[2].classes_are_contents);
  EXPECT_EQ(columns[3].dtype, Dtype::float32);
  EXPECT_TRUE(columns[3].classes.empty());
  const Pass pass = run_pass(dataset, {.size = 2});
  ASSERT_EQ(pass.error, "");
  EXPECT_EQ(pass.all<std::int64_t>(0), (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(pass.all<float>(1), (std::vector<float>{1.5, 20, 7}));
  EXPECT_EQ(pass.all<std::int64_t>(2), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_TRUE(std::isnan(pass.all<float>(3)[0]));
  EXPECT_EQ(pass.all<float>(3)[2], 5);
}

TEST_F(CsvTest, QuotingFollowsRfc4180) {
  const auto dataset =
      open("\xef\xbb\xbf\"a \"\"word\"\"\",b\r\n\"x,y\",\"1\"\r\n\"line\nbreak\",\"2\"\r\n\"\"\"\",3\r\n\"\",4");
  const auto columns = dataset->columns();
  EXPECT_EQ(columns[0].name, "a \"word\"");
  EXPECT_EQ(columns[0].classes, (std::vector<std::string>{"", "\"", "line\nbreak", "x,y"}));
  EXPECT_EQ(columns[1].dtype, Dtype::int64);
  const Pass pass = run_pass(dataset, {.size = 8, .shuffle_seed = 1});
  const auto order = permutation(4, 1);
  const std::int64_t classes[] = {3, 2, 1, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(pass.all<std::int64_t>(0)[i], classes[order[i]]);
    EXPECT_EQ(pass.all<std::int64_t>(1)[i], order[i] + 1);
  }
}

TEST_F(CsvTest, ColumnsArePutSideBySide) {
  const auto dataset = open("a,b,c\n1,2,x\n3,4.5,y\n");
  const Pass mixed = run_pass(dataset, {.size = 2, .columns = {{"a", "b"}, {"c"}}});
  ASSERT_EQ(mixed.error, "");
  EXPECT_EQ(mixed.batches[0].tensors[0].shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(mixed.all<float>(0), (std::vector<float>{1, 2, 3, 4.5}));
  EXPECT_EQ(mixed.all<std::int64_t>(1), (std::vector<std::int64_t>{0, 1}));
  const Pass whole = run_pass(dataset, {.size = 2, .columns = {{"c", "a", "a"}}});
  EXPECT_EQ(whole.all<std::int64_t>(0), (std::vector<std::int64_t>{0, 1, 1, 1, 3, 3}));
  EXPECT_EQ(whole.batches[0].tensors.size(), 1u);
}

TEST_F(CsvTest, DamagedFilesNameTheLine) {
  const std::string wide(65537, ',');
  const std::pair<std::string, const char*> cases[] = {
      {"", "is empty"},
      {"a,b\n", "no rows"},
      {"a,b\n1,2\n3,4,5\n", "line 3 has 3 fields, but the header has 2"},
      {"a,b\n1,2\n3\n", "line 3 has 1 field, but the header has 2"},
      {"a,b\n1,2\n\n3,4\n", "line 3 has 1 field"},
      {"a,b\n\"x\ny\",2\n3\n", "line 4 has 1 field"},
      {"a,a\n1,2\n", "line 1 has two columns named 'a'"},
      {"a\xff,b\n1,2\n", "line 1 has a column name that is not UTF-8"},
      {"a,b\n1,\xff\n", "line 2 has a text that is not UTF-8"},
      {"a,b\n1,x\"y\n", "line 2 has a quote inside a field"},
      {"a,b\n1,\"x\"y\n", "line 2 has text after a closing quote"},
      {"a,b\n1,\"x\n", "line 2 has a quote that is never closed"},
      {"a,b\n1,2\n1,\"", "line 3 has a quote that is never closed"},
      {"a,b\n1,x\ry\n", "line 2 has a carriage return"},
      {"a,b\n1,x\r", "line 2 has a carriage return"},
      {"a,b\n1,x\0y\n"s, "line 2 has a NUL byte"},
      {"a,b\n1,\"x\0y\"\n"s, "line 2 has a NUL byte"},
      {"a\n\"" + std::string((4 << 20) + 300000, 'x'), "line 2 begins a row of more than 4194304 bytes"},
      {wide + "\n", "line 1 has more than 65536 fields"},
  };
  for (const auto& [contents, why] : cases) {
    const Error error = refusal(contents);
    EXPECT_EQ(error.code, ErrorCode::bad_data);
    EXPECT_NE(error.message.find(why), std::string::npos) << error.message << "\n wanted " << why;
    EXPECT_NE(error.message.find("t.csv"), std::string::npos) << error.message;
  }
}

TEST_F(CsvTest, ClassesAreBounded) {
  std::string contents = "word\n";
  for (int i = 0; i < 65536; ++i) contents += fmt::format("w{}\n", i);
  EXPECT_EQ(open(contents)->columns()[0].classes.size(), 65536u);
  const Error error = refusal(contents + "one more\n");
  EXPECT_NE(error.message.find("line 65538 has one more text for the column 'word'"), std::string::npos)
      << error.message;
  contents = "word\n";
  const std::string word(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) contents += fmt::format("{}{}\n", i, word);
  EXPECT_NE(refusal(contents).message.find("leave the column out"), std::string::npos);
}

TEST_F(CsvTest, RowsAreFoundInAnyOrder) {
  std::string contents = "n,text\n";
  for (int i = 0; i < 5000; ++i) contents += fmt::format("{},\"{}\n{}\"\n", i, std::string(i % 97, 'a'), i % 3);
  const auto dataset = open(contents);
  ASSERT_EQ(dataset->size(), 5000u);
  const Pass pass = run_pass(dataset, {.size = 64, .shuffle_seed = 3});
  ASSERT_EQ(pass.error, "");
  const auto order = permutation(5000, 3);
  const auto numbers = pass.all<std::int64_t>(0);
  EXPECT_TRUE(std::equal(order.begin(), order.end(), numbers.begin(), numbers.end()));
}

TEST_F(CsvTest, AFileThatChangesIsAnError) {
  const std::string before = "a,b\n1,2\n3,4\n";
  const auto dataset = open(before);
  folder_.put("t.csv", "a,b\n1,2\n3,5\n");
  const auto pass_says = [&](std::string_view why) {
    const Pass pass = run_pass(dataset, {.size = 1});
    EXPECT_EQ(pass.code, ErrorCode::bad_data);
    EXPECT_NE(pass.error.find(why), std::string::npos) << pass.error;
  };
  pass_says("changed");
  for (const char* other : {"a,b\n1,2\n3,\"\n", "a,b\n1,2\n3\n44", "a,b\n1,2\nx,4\n", "a,b\n1,2\n"}) {
    folder_.put("t.csv", other);
    pass_says("t.csv");
  }
}

TEST_F(CsvTest, OpeningCanBeStopped) {
  std::stop_source stop;
  stop.request_stop();
  const auto dataset = open_dataset(folder_.put("t.csv", "a\n1\n"), {.stop = stop.get_token()});
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().code, ErrorCode::interrupted);
}

TEST(CsvRowIndex, StaysSmallHoweverManyRows) {
  CsvRowIndex index;
  const std::uint64_t rows = 40'000'000;
  for (std::uint64_t row = 0; row < rows; ++row) index.add(10 * row);
  for (const std::uint64_t row : {std::uint64_t{0}, std::uint64_t{1}, rows / 3, rows - 1}) {
    const auto entry = index.before(row);
    EXPECT_EQ(entry.offset, 10 * entry.row);
    EXPECT_LE(entry.row, row);
    EXPECT_LT(row - entry.row, 64u);
  }
}

TEST(CsvFields, KindsAreTold) {
  for (const char* field : {"", " ", "\t "}) EXPECT_EQ(kind_of(field), CsvKind::empty) << field;
  for (const char* field : {"0", "-7", "+7", " 12\t", "007", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_EQ(kind_of(field), CsvKind::whole) << field;
  }
  for (const char* field : {"1.", ".5", "1e5", "-2.5E-3", "+1.5", "nan", "NaN", "inf", "-Infinity", "1e999", "1e-999",
                            "9223372036854775808"}) {
    EXPECT_EQ(kind_of(field), CsvKind::real) << field;
  }
  for (const char* field : {"x", "1,5", "1 2", "0x10", "--1", "+-1", "++1", "+", "-", ".", "e5", "nan(1)", "1_000",
                            "1e", "1.5f", "True", "2026-01-01"}) {
    EXPECT_EQ(kind_of(field), CsvKind::text) << field;
  }
}

TEST(CsvFields, NumbersAreRoundedOnce) {
  // Halfway between two float32 but for digits that float64 loses.
  EXPECT_EQ(*parse_real("1.00000005960464477539062500000000000001"), 1.00000011920928955078125F);
  EXPECT_EQ(*parse_real("1e-999"), 0.0F);
  EXPECT_EQ(*parse_real("-1e999"), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(*parse_real("1e39"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(*parse_real("1e-46"), 0.0F);
  EXPECT_EQ(*parse_real(std::string(400, '9')), std::numeric_limits<float>::infinity());
  EXPECT_EQ(*parse_real("0." + std::string(400, '0') + "1"), 0.0F);
  EXPECT_TRUE(std::isnan(*parse_real("")));
  EXPECT_EQ(*parse_whole(" -42 "), -42);
  EXPECT_FALSE(parse_whole("9223372036854775808"));
}

}  // namespace
}  // namespace cloister::data
