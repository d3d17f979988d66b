// The program itself, as a shell sees it: exit codes, and what goes to which stream.
#include <gmock/gmock.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ran {
  int exit = -1;
  std::string out;  // of the stream that the shell words chose
};

// Runs build/bin/drillctl through the shell, in a clean environment.
Ran Drillctl(const std::string& words) {
  const char* bin = std::getenv("DRILL_BIN");
  DRILL_CHECK(bin != nullptr);
  const std::string line =
      absl::StrCat("env -i HOME=/nonexistent LANG=en_US.UTF-8 ", bin, "/drillctl ", words);
  Ran ran;
  FILE* pipe = ::popen(line.c_str(), "r");
  DRILL_CHECK(pipe != nullptr);
  char buffer[4096];
  size_t n = 0;
  while ((n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0) ran.out.append(buffer, n);
  const int status = ::pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

TEST(Program, WrongUsageExitsWith2AndSaysSoOnStandardError) {
  EXPECT_EQ(Drillctl("2>/dev/null").exit, 2);
  EXPECT_EQ(Drillctl("exercise 2>/dev/null").exit, 2);
  EXPECT_EQ(Drillctl("nonsense 2>/dev/null").out, "");
  const Ran ran = Drillctl("exercise rate x --rating Z 2>&1 >/dev/null");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, AllOf(StartsWith("drillctl: exercise rate: "), HasSubstr("--element"),
                             HasSubstr("«Z»"), HasSubstr("--help")));
}

TEST(Program, AFailureExitsWith1) {
  const Ran ran = Drillctl("whoami 2>&1 >/dev/null");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("/nonexistent/.config/cyberdrill/context.yaml"));
}

TEST(Program, HelpAndVersionExitWith0) {
  EXPECT_EQ(Drillctl("version").exit, 0);
  EXPECT_THAT(Drillctl("version").out, StartsWith("drillctl "));
  const Ran help = Drillctl("exercise start --help");
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, HasSubstr("drillctl exercise start EXERCISE [--wait]"));
  EXPECT_THAT(Drillctl("exercise start --help --lang vi").out, HasSubstr("Bắt đầu"));
}

TEST(Program, AFullDiskIsNoticed) {
  EXPECT_EQ(Drillctl("exercise --help >/dev/full 2>/dev/null").exit, 1);
  EXPECT_EQ(Drillctl("version >/dev/full 2>/dev/null").exit, 1);
}

TEST(Program, EveryScenarioOfTheLibraryCanBePlayed) {
  const char* source = std::getenv("DRILL_SOURCE_DIR");
  DRILL_CHECK(source != nullptr);
  const std::string library = absl::StrCat(source, "/scenarios");
  if (!std::filesystem::exists(library)) GTEST_SKIP() << "there is no scenarios/ yet";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(library)) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const Ran ran = Drillctl(absl::StrCat("scenario lint '", entry.path().string(), "' 2>&1"));
    EXPECT_EQ(ran.exit, 0) << ran.out;
  }
  if (files == 0) GTEST_SKIP() << "scenarios/ has no file yet";
}

}  // namespace
}  // namespace drill::cli
