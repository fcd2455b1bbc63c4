// Values of every WIT type, guest to host and back.
#include "fixture.h"

namespace wit_test {
namespace {

TEST_F(WitTest, IntegersAtTheirLimits) {
  ASSERT_EQ("", run("integers"));
  EXPECT_EQ("(255,-128,65535,-32768,4294967295,-2147483648,18446744073709551615,-9223372036854775808)", host_got());
  EXPECT_EQ("(1,-1,2,-2,3,-3,4,-4)", guest_got());
}

TEST_F(WitTest, FloatsBoolsCharsStringsEnums) {
  ASSERT_EQ("", run("scalars"));
  EXPECT_EQ("(1.5,-2.25)\"Grüße, 世界 🌍\"\"\"true2333", host_got());
  EXPECT_EQ("(-0.125,1e+300)false127757\"zurück ✓\"\"\"1", guest_got());
}

TEST_F(WitTest, FlagsOfEachWidth) {
  ASSERT_EQ("", run("flags"));
  EXPECT_EQ("(4,256,2147483649)", host_got());
  EXPECT_EQ("(3,257,2147516417)", guest_got());
}

TEST_F(WitTest, RecordsPlainAndWithLists) {
  ASSERT_EQ("", run("records"));
  EXPECT_EQ(
      "point(-7,0.5,true,2)"
      "person(\"Zoë\",41,[\"a\",\"\",\"日本\"],some(point(-7,0.5,true,2)))"
      "(9,\"pair\")",
      host_got());
  EXPECT_EQ(
      "point(1000,-1,false,1)"
      "person(\"Åsa\",200,[\"über\",\"\"],some(point(3,4.5,false,3)))"
      "(8,\"paar\")",
      guest_got());
}

TEST_F(WitTest, VariantsOfEachCase) {
  ASSERT_EQ("", run("variants"));
  EXPECT_EQ(
      "nothing;circle(2.5);polygon([point(0,0,true,0),point(1,2,false,1)]);label(\"etikett ä\");tagged((77,129408));"
      "yes",
      host_got());
  EXPECT_EQ("tagged((7,223));label(\"nächste\");polygon([point(1,2,true,0)]);circle(-0.5);nothing;no", guest_got());
}

TEST_F(WitTest, OptionsAndOptionsOfOptions) {
  ASSERT_EQ("", run("options"));
  EXPECT_EQ("some(5)some(some(\"in\"))nonenonenonesome(none)", host_got());
  EXPECT_EQ("(none,some(none))(some(6),some(some(\"from none\")))(some(6),none)", guest_got());
}

TEST_F(WitTest, ResultsWithAndWithoutPayload) {
  ASSERT_EQ("", run("results"));
  EXPECT_EQ("error(\"wrong\")error(1)ok(\"fine\")errorok(ok([1,2,3]))error(some(2))", host_got());
  EXPECT_EQ("(ok(12),ok,error,ok)ok(error(\"inner\"))ok(ok([65,66]))", guest_got());
}

TEST_F(WitTest, ListsOfNumbers) {
  ASSERT_EQ("", run("number-lists"));
  EXPECT_EQ(
      "[-1,127][1,65535][-32768][4294967295,0][-5,6,-7][18446744073709551615][]"
      "[0.25,-1][1e+100]"
      "[0,128,255][]",
      host_got());
  EXPECT_EQ(
      "([-1],[],[-2,2],[3],[-4],[5,6],[-9223372036854775808,9223372036854775807])"
      "([1.5],[0.5,-0.5])"
      "[6,7][]",
      guest_got());
}

TEST_F(WitTest, ListsOfEverythingElse) {
  ASSERT_EQ("", run("lists"));
  EXPECT_EQ(
      "[true,false,true]"
      "[97,223,129408]"
      "[\"één\",\"\",\"three\"]"
      "[3,0]"
      "[point(1,1.5,true,0),point(2,2.5,false,3)]"
      "[person(\"A\",1,[],none),person(\"B\",2,[\"één\",\"\",\"three\"],some(point(2,2.5,false,3)))]"
      "[nothing,circle(2.5),polygon([point(0,0,true,0),point(1,2,false,1)]),label(\"etikett ä\"),tagged((77,129408))]",
      host_got());
  EXPECT_EQ(
      "[false,true]"
      "[122,127757]"
      "[\"\",\"två\",\"a string long enough to lie on the heap of the host, and not in the object\"]"
      "[2,3,0]"
      "[point(9,9.5,true,2)]"
      "[person(\"Ä\",200,[\"über\",\"\"],some(point(3,4.5,false,3))),person(\"\",200,[\"über\",\"\"],some(point(3,4.5,"
      "false,3)))]"
      "[tagged((7,223)),label(\"nächste\"),polygon([point(1,2,true,0)]),circle(-0.5),nothing]",
      guest_got());
}

TEST_F(WitTest, ListsOfListsAndTuples) {
  ASSERT_EQ("", run("nested-lists"));
  EXPECT_EQ("[[9,8],[]][[],[-1,2,-3]][(\"x\",1,some(0.5)),(\"y\",2,none)][]", host_got());
  EXPECT_EQ("([[],[120,121,122]],[[1],[],[-2,3]])[(\"q\",3,none),(\"\",4,some(2.5))][]", guest_got());
}

TEST_F(WitTest, ManyParametersAndKeywords) {
  ASSERT_EQ("", run("names-and-many"));
  // 1*1 + 2*2 + .. + 17*17, and 100 + 20 - 3.
  EXPECT_EQ("1785,117", guest_got());
}

TEST_F(WitTest, BulkBytes) {
  ASSERT_EQ("", run("bulk"));
  EXPECT_EQ(7U << 20, host_->types.bytes_swallowed);
  EXPECT_EQ("1048576,0", guest_got());
}

TEST_F(WitTest, HandlesOwnedAndBorrowed) {
  ASSERT_EQ("", run("handles"));
  // parse: true, then false with the reason; 1 + 40; same; not same; 41 + 1, of which two remain; then one; then none.
  EXPECT_EQ("truefalse\"'vierzig' is no number\"41truefalse,42,2,1,0", guest_got());
}

TEST_F(WitTest, HandlesInListsOptionsAndRecords) {
  ASSERT_EQ("", run("handle-lists"));
  EXPECT_EQ("10[\"drei=3\",\"vier=4\"]true4falsetrue7false71\"<halter>\"2,0", guest_got());
}

TEST_F(WitTest, TypesOfAnotherInterface) {
  ASSERT_EQ("", run("foreign-types"));
  EXPECT_EQ("true5falselabel(\"no area\"),40", guest_got());
}

}  // namespace
}  // namespace wit_test
