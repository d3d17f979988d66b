// What people send by mistake is refused by name, and the controller goes on serving.

#include <sys/stat.h>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class BadInputTest : public DrillTest {};

TEST_F(BadInputTest, IsRefusedWithAReasonAndHarmsNothing) {
  ASSERT_OK(StartController());
  ASSERT_OK(Register());

  Write(Path("broken.yaml"), "id: broken\ntitle: {vi: [\n");
  const Output broken = As("giam-doc", {"scenario", "add", Path("broken.yaml")});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err + broken.out, HasSubstr("broken.yaml"));

  Write(Path("faults.yaml"), "id: faults\nduration: tomorrow\ncolour: blue\n");
  const Output faults = As("giam-doc", {"scenario", "lint", Path("faults.yaml")});
  EXPECT_EQ(faults.code, 1);
  EXPECT_THAT(faults.err + faults.out,
              AllOf(HasSubstr("duration"), HasSubstr("colour")));  // all at once

  ASSERT_OK(Plan());
  const Output unknown =
      As("giam-doc", {"exercise", "create", "dt-2", "--scenario", "ngan", "--system",
                      "records=khong-co", "--team", "soc=doi-giam-sat"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("khong-co"));
  const Output twice =
      As("giam-doc", {"exercise", "create", kExercise, "--scenario", "ngan", "--system",
                      "records=mot-cua", "--team", "soc=doi-giam-sat"});
  EXPECT_EQ(twice.code, 1);
  EXPECT_THAT(twice.err, HasSubstr(kExercise));

  EXPECT_EQ(As("giam-doc", {"exercise", "start", kExercise}).code, 1);  // not ready
  EXPECT_EQ(As("giam-doc", {"exercise", "start", "khong-co"}).code, 1);
  EXPECT_EQ(As("an", {"exercise", "abort", kExercise}).code, 1);  // not a director
  EXPECT_EQ(As("an", {"score", kExercise, "--unheard-of"}).code, 2);
  EXPECT_EQ(As("an", {"no-such-command"}).code, 2);
  EXPECT_EQ(As("an", {"exercise", "start"}).code, 2);

  Write(Path("huge.yaml"), "id: huge\nsummary: {vi: \"" + std::string(6 << 20, 'x') + "\"}\n");
  const Output huge = As("giam-doc", {"scenario", "add", Path("huge.yaml")});
  EXPECT_EQ(huge.code, 1);
  EXPECT_LT(huge.err.size(), 4096u);  // the reason, not the input

  ASSERT_OK(Do("giam-doc", {"exercise", "abort", kExercise}));
  const Output over =
      As("an", {"report", "detection", kExercise, "--host", "app-1", "--text", "x"});
  EXPECT_EQ(over.code, 1);
  EXPECT_THAT(over.err, HasSubstr(kExercise));

  EXPECT_EQ(As("giam-doc", {"whoami"}).code, 0);
  EXPECT_THAT(Get<v1::VerifyReport>("giam-khao", {"journal", "verify"}).faults(),
              ::testing::IsEmpty());
}

TEST_F(BadInputTest, PersonWithoutOrWithAWrongTokenLearnsNothing) {
  ASSERT_OK(StartController());
  ASSERT_OK(Register());
  std::string context = Read(Path("people/an.context"));
  const size_t at = context.find("drl_");
  ASSERT_NE(at, std::string::npos);
  context[at + 10] = context[at + 10] == 'A' ? 'B' : 'A';
  Write(Path("people/forged.context"), context);
  chmod(Path("people/forged.context").c_str(), 0600);
  const Output forged = As("forged", {"agent", "list"});
  EXPECT_EQ(forged.code, 1);
  EXPECT_THAT(forged.out, ::testing::IsEmpty());
  // No context at all.
  EXPECT_EQ(As("nobody", {"whoami"}).code, 1);
}

}  // namespace
}  // namespace drill::testing
