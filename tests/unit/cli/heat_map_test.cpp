#include "cloister/cli/heat_map.h"

#include <gtest/gtest.h>

#include <limits>

#include "occurrences.h"

namespace cloister::cli {
namespace {

Matrix matrix_of(std::vector<std::string> rows, std::vector<std::string> columns, std::vector<double> values) {
  Matrix matrix;
  matrix.rows = std::move(rows);
  matrix.columns = std::move(columns);
  matrix.values = std::move(values);
  return matrix;
}

TEST(HeatMap, DrawsACellAValueWithItsNumberAndLabels) {
  const std::string svg = render_heat_map("confusion", matrix_of({"cat", "dog"}, {"as cat", "as dog"}, {5, 1, 0, 10}));
  EXPECT_EQ(svg.rfind("<svg xmlns=", 0), 0U);
  EXPECT_NE(svg.find("role=\"img\" aria-labelledby=\"t d\""), std::string::npos);
  EXPECT_NE(svg.find("<title id=\"t\">confusion</title>"), std::string::npos);
  EXPECT_NE(svg.find("2 rows, 2 columns"), std::string::npos);
  EXPECT_EQ(occurrences(svg, "</title></rect>"), 4U);
  EXPECT_NE(svg.find("<title>dog, as dog: 10</title>"), std::string::npos);
  EXPECT_NE(svg.find(">10</text>"), std::string::npos);
  EXPECT_NE(svg.find(">as cat</text>"), std::string::npos);
  // The largest value is the darkest, with light digits on it; nothing is white.
  EXPECT_NE(svg.find("fill=\"#084594\"><title>dog, as dog"), std::string::npos);
  EXPECT_NE(svg.find("fill=\"#ffffff\"><title>dog, as cat"), std::string::npos);
  EXPECT_NE(svg.find("class=\"middle light\""), std::string::npos);
}

TEST(HeatMap, TurnsLongLabelsOfColumns) {
  EXPECT_EQ(render_heat_map("m", matrix_of({"a"}, {"b"}, {1})).find("rotate("), std::string::npos);
  EXPECT_NE(render_heat_map("m", matrix_of({"a"}, {std::string(64, 'b')}, {1})).find("rotate(-90"), std::string::npos);
}

TEST(HeatMap, TellsNegativeFromPositive) {
  const std::string svg = render_heat_map("m", matrix_of({"a"}, {"b", "c"}, {-2, 2}));
  EXPECT_NE(svg.find("#a63603"), std::string::npos);
  EXPECT_NE(svg.find("#084594"), std::string::npos);
}

TEST(HeatMap, ShowsCountsInFullAndOtherNumbersBriefly) {
  const std::string svg =
      render_heat_map("m", matrix_of({"a"}, {"b", "c", "d", "e"}, {12345, 1.0 / 3, -0.0, 12345678901.0}));
  EXPECT_NE(svg.find("a, b: 12345<"), std::string::npos);
  EXPECT_NE(svg.find("a, c: 0.3333<"), std::string::npos);
  EXPECT_NE(svg.find("a, d: 0<"), std::string::npos);
  EXPECT_NE(svg.find("a, e: 1.235e+10<"), std::string::npos);
}

TEST(HeatMap, SurvivesAnyNumber) {
  constexpr double kMax = std::numeric_limits<double>::max(), kInfinity = std::numeric_limits<double>::infinity();
  const std::string svg = render_heat_map(
      "m", matrix_of({"a"}, {"b", "c", "d", "e", "f", "g"},
                     {kMax, -kMax, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN(), 5e-324}));
  EXPECT_EQ(occurrences(svg, "#bbb"), 3U);
  EXPECT_EQ(svg.find("=\"nan"), std::string::npos);
  EXPECT_NE(svg.find("a, f: nan<"), std::string::npos);
}

TEST(HeatMap, SurvivesEmptyAndLargestMatrices) {
  const std::string empty = render_heat_map("m", matrix_of({}, {}, {}));
  EXPECT_NE(empty.find("0 rows, 0 columns"), std::string::npos);
  EXPECT_NE(render_heat_map("m", matrix_of({"a", "b"}, {}, {})).find("2 rows, 0 columns"), std::string::npos);
  const std::vector<std::string> many(256, std::string(64, 'x'));
  const std::string largest = render_heat_map("m", matrix_of(many, many, std::vector<double>(256 * 256, 1.0)));
  EXPECT_EQ(occurrences(largest, "<rect "), 256U * 256U + 1);
  EXPECT_LT(largest.size(), std::size_t{8} << 20);
}

TEST(HeatMap, EscapesLabelsAndNamesOfGuests) {
  const std::string hostile = "<script>\x1b[31m&\"\xe2\x80\xae";  // an override of the direction of text
  const std::string svg = render_heat_map(hostile, matrix_of({hostile}, {"\xef\xbf\xbf\xef\xbf\xbe"}, {1}));
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_EQ(svg.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(svg.find("\xef\xbf\xbf"), std::string::npos);
  EXPECT_EQ(svg.find("\xef\xbf\xbe"), std::string::npos);
}

TEST(HeatMap, FilesHaveNamesOfTheirOwn) {
  MatrixSet set;
  for (const char* name : {"confusion", "test/confusion", "test_confusion", "..", "/"}) set.add(name, Matrix{});
  const auto files = heat_map_files(set);
  EXPECT_EQ(files.at("confusion"), "confusion.svg");
  EXPECT_EQ(files.at("test/confusion"), "test_confusion.svg");
  EXPECT_EQ(files.at("test_confusion"), "test_confusion-2.svg");
  EXPECT_EQ(files.at(".."), "...svg");
  EXPECT_EQ(files.at("/"), "_.svg");
}

TEST(MatrixSet, KeepsTheLastOfEachNameAndTheFirstNames) {
  MatrixSet set;
  EXPECT_TRUE(set.add("m", matrix_of({"a"}, {"b"}, {1})));
  EXPECT_TRUE(set.add("m", matrix_of({"a"}, {"b"}, {2})));
  EXPECT_EQ(set.all().at("m").values, std::vector<double>{2});
  for (std::size_t i = 1; i < MatrixSet::kMaxMatrices; ++i) EXPECT_TRUE(set.add(std::to_string(i), Matrix{}));
  EXPECT_TRUE(set.is_whole());
  EXPECT_FALSE(set.add("one more", Matrix{}));
  EXPECT_FALSE(set.is_whole());
  EXPECT_TRUE(set.add("m", Matrix{}));
  EXPECT_EQ(set.all().size(), MatrixSet::kMaxMatrices);
}

}  // namespace
}  // namespace cloister::cli
