// A command of exec.atomic that would go on for minutes is ended in its midst: by the director, by
// the owner's `drill-agent stop`, by SIGTERM. Its clean-up runs, the owner's files are as before,
// and the controller knows.

#include <signal.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/atomic/command_digest.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

constexpr char kInjects[] = R"(
  - id: hit
    title: {vi: "Lệnh lạ", en: "Strange command"}
    objective: see
    move: only
    at: 1s
    action:
      exec.atomic:
        guid: T1059.004-1
        executor: sh
        time_limit: 4m
        command: "@COMMAND@"
        cleanup: "@CLEANUP@"
    targets: [{system: records, role: app}]
    techniques: [T1059.004]
    expect:
      - {kind: detect, team: soc, hosts: {each: true}, target: 10s, limit: 14s}
)";

class AgentStopCommandTest : public DrillTest {
 protected:
  std::string Docs(const std::string& name) const { return HostPath("app-1", "docs/" + name); }

  // The command runs.
  void StartCommand() {
    hosts_ = {"app-1"};
    v1::ExecAtomic atomic;
    atomic.set_guid("T1059.004-1");
    atomic.set_executor(v1::EXECUTOR_SH);
    atomic.mutable_time_limit()->set_seconds(240);
    atomic.set_command(absl::StrCat("cd ", HostPath("app-1", "docs"),
                                    "; echo x > made; echo $$ > pid; sleep 200 & sleep 200"));
    atomic.set_cleanup(absl::StrCat("rm -f ", Docs("made")));
    scenario_ = absl::StrReplaceAll(ScenarioOf("1h", kInjects), {{"@COMMAND@", atomic.command()},
                                                                 {"@CLEANUP@", atomic.cleanup()}});
    more_policy_ = absl::StrCat("commands: [{sha256: ", CommandDigest(atomic),
                                ", name: lenh}]\nprotect: [\"@HOST@/docs\"]\n");
    ASSERT_OK(MakeReady());
    ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
    ASSERT_TRUE(Until([this] { return Exists(Docs("pid")) && !Read(Docs("pid")).empty(); }))
        << AgentLog("app-1");
    shell_ = absl::StrCat("/proc/", absl::StripAsciiWhitespace(Read(Docs("pid"))));
    ASSERT_TRUE(Exists(shell_));
  }
  void ExpectHostAsBefore() {
    EXPECT_FALSE(Exists(shell_));
    EXPECT_FALSE(Exists(Docs("made")));
    EXPECT_FALSE(Exists(Docs("pid"))) << "what the command's own clean-up forgot";
  }
  void ExpectToldAsStopped() {
    const auto told = [this](v1::OrderEventKind kind) {
      return Count(Records(), OrderIs(kind, "hit", "app-1"));
    };
    EXPECT_TRUE(Until([&] { return told(v1::ORDER_EVENT_KIND_UNDONE) == 1; }));
    EXPECT_EQ(told(v1::ORDER_EVENT_KIND_APPLIED), 1);
    for (const v1::WatchEvent& watched : Records()) {
      const v1::OrderEvent& event = watched.record().order_reported().event();
      if (event.kind() != v1::ORDER_EVENT_KIND_UNDONE) continue;
      EXPECT_EQ(event.cleanup(), v1::CLEANUP_RESULT_VERIFIED);
    }
  }

  std::string shell_;  // /proc/PID
};

TEST_F(AgentStopCommandTest, ByTheDirector) {
  StartCommand();
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_OK(Do("giam-doc", {"exercise", "stop", kExercise}));
  ASSERT_TRUE(Clean());
  ExpectHostAsBefore();
  ExpectToldAsStopped();
}

TEST_F(AgentStopCommandTest, ByTheOwner) {
  StartCommand();
  ASSERT_FALSE(HasFatalFailure());
  const Output stop = Program("drill-agent", {"stop", "--dir", HostPath("app-1", "agent")});
  EXPECT_EQ(stop.code, 0) << stop.err;
  ExpectHostAsBefore();
  ExpectToldAsStopped();
}

TEST_F(AgentStopCommandTest, BySigterm) {
  StartCommand();
  ASSERT_FALSE(HasFatalFailure());
  const std::optional<Ended> ended = EndAgent("app-1", SIGTERM);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code, 0) << AgentLog("app-1");
  ExpectHostAsBefore();
  ExpectToldAsStopped();
}

}  // namespace
}  // namespace drill::testing
