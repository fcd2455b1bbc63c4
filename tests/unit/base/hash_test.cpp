#include "cloister/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cloister {
namespace {

constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesTheStandardsVectors) {
  EXPECT_EQ(hex(sha256("")), kEmpty);
  EXPECT_EQ(hex(sha256("abc")), kAbc);
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesMakeTheSameDigestAndFinishStartsAfresh) {
  Sha256 hash;
  EXPECT_EQ(hex(hash.update("a").update("").update("bc").finish()), kAbc);
  EXPECT_EQ(hex(hash.finish()), kEmpty);
  EXPECT_EQ(hex(hash.update("abc").finish()), kAbc);
}

TEST(Sha256, NumbersAreLittleEndian) {
  EXPECT_EQ(Sha256().update_u64(0x0102).finish(), sha256(std::string_view("\x02\x01\0\0\0\0\0\0", 8)));
}

TEST(Digest, HexRoundTrips) {
  const Digest digest = sha256("abc");
  EXPECT_EQ(parse_digest(kAbc), digest);
  std::string upper = kAbc;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  EXPECT_EQ(parse_digest(upper), digest);
  EXPECT_FALSE(parse_digest("ba78").has_value());
  EXPECT_FALSE(parse_digest(std::string(64, 'g')).has_value());
}

}  // namespace
}  // namespace cloister
