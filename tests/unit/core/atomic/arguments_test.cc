// `#{name}` in commands that others wrote.
#include "core/atomic/arguments.h"

#include <gmock/gmock.h>

namespace drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Substitute, PutsValuesIn) {
  const Substituted done =
      Substitute("cp #{from} #{to}; ls #{from}", {{"from", "/a"}, {"to", "/b"}});
  EXPECT_EQ(done.text, "cp /a /b; ls /a");
  EXPECT_THAT(done.unresolved, IsEmpty());
}

TEST(Substitute, ValuesMayHoldNames) {
  EXPECT_EQ(
      Substitute("run #{all}", {{"all", "#{dir}/x #{dir}"}, {"dir", "#{root}/d"}, {"root", ""}})
          .text,
      "run /d/x /d");
}

TEST(Substitute, LeavesTheShellsOwnWordsAlone) {
  const std::string shell = "echo ${#LIST[@]} $# ${a#b} #{\n} {#x}";
  const Substituted done = Substitute(shell, {{"x", "y"}});
  EXPECT_EQ(done.text, shell);
  EXPECT_THAT(done.unresolved, IsEmpty());
  EXPECT_EQ(Substitute("sed s##{path}##", {{"path", "/a"}}).text, "sed s#/a##");
}

TEST(Substitute, FiltersOfAFactAreNotPartOfItsName) {
  EXPECT_EQ(Substitute("cp #{host.file[filters(max=3)]} x", {{"host.file", "/f"}}).text, "cp /f x");
}

TEST(Substitute, TellsWhatHasNoValue) {
  const Substituted done =
      Substitute("a #{gone} #{empty} #{here}", {{"empty", std::nullopt}, {"here", "1"}});
  EXPECT_THAT(done.unresolved, ElementsAre("empty", "gone"));
}

TEST(Substitute, ACircleEnds) {
  EXPECT_THAT(Substitute("#{a}", {{"a", "#{b}"}, {"b", "x#{a}"}}).unresolved, ElementsAre("a"));
}

TEST(Substitute, ValuesThatMultiplyAreCutShort) {
  Arguments arguments;
  for (char c = 'a'; c < 'z'; ++c) {
    const std::string next = std::string("#{") + static_cast<char>(c + 1) + "}";
    arguments[std::string(1, c)] = next + next;
  }
  arguments["z"] = "0123456789";
  const Substituted done = Substitute("#{a}", arguments);
  EXPECT_TRUE(done.too_long);
  EXPECT_LE(done.text.size(), kSubstitutedBytesMax);
}

TEST(AtomicsFolder, WithAndWithoutADollar) {
  EXPECT_EQ(WithAtomicsFolder("$PathToAtomicsFolder/T1/a PathToAtomicsFolder/T2/b", "/opt/art"),
            "/opt/art/T1/a /opt/art/T2/b");
}

TEST(ArgumentNames, EachOnce) {
  absl::btree_set<std::string> names;
  AddArgumentNames("#{b} #{a}\n#{b}\n#{un\nclosed}", &names);
  EXPECT_THAT(names, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace drill
