#include "cloister/base/dtype.h"

#include <gtest/gtest.h>

namespace cloister {
namespace {

TEST(Dtype, NamesAndSizesAreThoseOfPyTorch) {
  EXPECT_EQ(dtype_name(Dtype::bool_), "bool");
  EXPECT_EQ(dtype_name(Dtype::bfloat16), "bfloat16");
  EXPECT_EQ(element_size(Dtype::bool_), 1u);
  EXPECT_EQ(element_size(Dtype::float16), 2u);
  EXPECT_EQ(element_size(Dtype::float64), 8u);
}

TEST(Dtype, EveryNameParsesBackAndOthersDoNot) {
  for (std::uint64_t i = 0; i < kDtypeCount; ++i) {
    const auto dtype = dtype_from_index(i);
    ASSERT_TRUE(dtype.has_value());
    EXPECT_EQ(parse_dtype(dtype_name(*dtype)), dtype);
  }
  EXPECT_FALSE(dtype_from_index(kDtypeCount).has_value());
  EXPECT_FALSE(parse_dtype("uint16").has_value());
  EXPECT_FALSE(parse_dtype("").has_value());
}

TEST(Dtype, FloatingPoint) {
  EXPECT_FALSE(is_floating_point(Dtype::int64));
  EXPECT_TRUE(is_floating_point(Dtype::float16));
  EXPECT_TRUE(is_floating_point(Dtype::float64));
}

}  // namespace
}  // namespace cloister
