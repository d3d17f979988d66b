// Journals that a released version wrote fold to what they folded to then. A test here that fails
// says: a record kind has changed its meaning. Make a new kind instead (DESIGN §3).

#include "tests/golden/golden.h"

#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using testing::GoldenDrills;
using testing::ReadJournal;

std::string Path(const std::string& name) {
  const char* root = std::getenv("DRILL_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/tests/golden/", name);
}

class Golden : public ::testing::TestWithParam<testing::GoldenDrill> {};

TEST_P(Golden, FoldsToWhatItDid) {
  const std::string expected = testing::ReadText(Path(GetParam().name + std::string(".expected")));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(testing::Expectation(ReadJournal(Path(GetParam().name + std::string(".journal")))),
            expected);
}

// The drill that was played then can be played today, and every step of it is allowed.
TEST_P(Golden, CanStillBePlayed) {
  const auto room = GetParam().play();
  room->ExpectReplays();
  std::vector<std::string> now;
  std::vector<std::string> then;
  for (const Stamped& stamped : room->journal) now.push_back(testing::KindOf(stamped.record));
  for (const std::string& payload : ReadJournal(Path(GetParam().name + std::string(".journal")))) {
    v1::Record record;
    ASSERT_TRUE(record.ParseFromString(payload));
    then.push_back(testing::KindOf(record));
  }
  EXPECT_EQ(now, then);
}

INSTANTIATE_TEST_SUITE_P(Journals, Golden, ::testing::ValuesIn(GoldenDrills()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(GoldenJournals, HoldEveryKindOfRecord) {
  std::set<std::string> held;
  for (const auto& drill : GoldenDrills()) {
    for (const std::string& payload : ReadJournal(Path(drill.name + std::string(".journal")))) {
      v1::Record record;
      ASSERT_TRUE(record.ParseFromString(payload));
      held.insert(testing::KindOf(record));
    }
  }
  const auto* body = v1::Record::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    EXPECT_TRUE(held.contains(body->field(i)->name()))
        << body->field(i)->name() << ": a kind needs a golden journal before it is released";
  }
}

}  // namespace
}  // namespace drill
