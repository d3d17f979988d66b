// The console, as a director and a responder see it in browsers, while a real agent plays. Skipped
// where Node.js, Chromium or the built console is missing.

#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/yaml/load.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

std::string FindProgram(std::initializer_list<const char*> names) {
  const char* path = getenv("PATH");
  for (const char* name : names) {
    for (absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
      std::string file = absl::StrCat(folder, "/", name);
      if (access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return "";
}

class ConsoleTest : public DrillTest {};

TEST_F(ConsoleTest, ADirectorStartsATeamDetectsTheBoardShowsIt) {
  const std::string web = absl::StrCat(getenv("DRILL_SOURCE_DIR"), "/web");
  const std::string node = FindProgram({"node"});
  const std::string chromium = FindProgram({"chromium", "chromium-browser", "google-chrome"});
  if (node.empty()) GTEST_SKIP() << "no node on this machine";
  if (chromium.empty()) GTEST_SKIP() << "no chromium on this machine";
  if (!Exists(web + "/dist/index.html")) GTEST_SKIP() << "the console is not built";
  if (!Exists(web + "/node_modules/playwright-core")) GTEST_SKIP() << "no playwright-core";

  // Long enough to be looked at.
  const size_t duration = scenario_.find("duration: 16s");
  ASSERT_NE(duration, std::string::npos);
  scenario_.replace(duration, 13, "duration: 5m");
  const size_t last = scenario_.find("at: 9s");
  ASSERT_NE(last, std::string::npos);
  scenario_.replace(last, 6, "at: 4m");
  ASSERT_OK(MakeReady());
  std::string tokens;
  for (const char* person : {"giam-doc", "an"}) {
    v1::Context context;
    const std::string file = absl::StrCat("people/", person, ".context");
    ASSERT_OK(yaml::Load(Read(Path(file)), "context", &context));
    absl::StrAppend(&tokens, context.token(), "\n");
  }
  Write(Path("token"), tokens);
  const std::string pictures = absl::StrCat(getenv("DRILL_BIN"), "/../console-pictures");
  mkdir(pictures.c_str(), 0755);

  // By a shell: tokens come on standard input, not in the list of processes.
  Process browser(
      {{"/bin/sh", "-c", "exec \"$0\" \"$@\" < \"$DRILL_TOKEN_FILE\"", node, web + "/e2e/board.mjs",
        absl::StrCat("https://127.0.0.1:", endpoint().https_port(), "/"), kExercise, pictures},
       {"DRILL_TOKEN_FILE=" + Path("token"), "DRILL_CHROMIUM=" + chromium},
       {},
       Path("browser.log")});
  const auto says = [&](absl::string_view word) {
    return browser.ReadLines([&](absl::string_view line) { return line == word; }, 2 * kPatienceUs);
  };
  ASSERT_TRUE(says("started")) << Read(Path("browser.log"));
  EXPECT_EQ(View().summary().phase(), v1::PHASE_RUNNING);
  ASSERT_TRUE(says("detected")) << Read(Path("browser.log"));
  EXPECT_EQ(Count(Records(),
                  [](const v1::Record& record) {
                    return record.observation_made().person() == "an" &&
                           record.observation_made().kind() == v1::OBSERVATION_KIND_DETECTION;
                  }),
            1);
  const auto ended = browser.Wait(2 * kPatienceUs);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code, 0) << Read(Path("browser.log"));
  const v1::ExerciseView view = View();
  EXPECT_TRUE(view.summary().real_incident());
  EXPECT_EQ(view.summary().phase(), v1::PHASE_PAUSED);
  for (const v1::HostRow& host : view.hosts()) EXPECT_GT(host.cleanup_waiting(), 0) << host.host();
}

}  // namespace
}  // namespace drill::testing
