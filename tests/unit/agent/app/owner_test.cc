// What the owner of a host does with drill-agent: check the policy, stop everything, install,
// uninstall. The shipped program, no controller needed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "agent/app_config.h"
#include "agent/systemd_unit.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_controller.h"
#include "tests/support/status.h"
#include "tests/unit/agent/app/agent_process.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeController;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Seen = FakeController::Seen;

constexpr char kHost[] = "web-01";

class OwnerTest : public ::testing::Test {
 protected:
  OwnerTest() {
    EXPECT_OK(os::MakeDirectories(directory_.path()));
    EXPECT_OK(os::WriteFileDurably(directory_.Policy(), yaml::Dump(sandbox_.policy)));
    before_ = sandbox_.Manifest();
  }

  // Runs a command to its end; `exit` is its exit code.
  std::string Do(std::vector<std::string> words, int exit = 0) {
    words.push_back("--dir");
    words.push_back(directory_.path());
    Process process(Binary(), words, {});
    EXPECT_EQ(process.Wait(), exit) << process.Output();
    return process.Output();
  }
  void Enrol() { Do({"enrol", "--token", controller_.TokenFor(kHost)}); }
  std::unique_ptr<Process> Run() {
    return std::make_unique<Process>(
        Binary(), std::vector<std::string>{"run", "--dir", directory_.path()}, Process::How{});
  }
  bool AwaitKind(v1::OrderEventKind kind) {
    return controller_.Await([&](const Seen& seen) {
      return !seen.events.empty() && seen.events.back().kind() == kind;
    });
  }
  // An agent that has put its page over the owner's.
  std::unique_ptr<Process> RunAndDeface() {
    Enrol();
    auto agent = Run();
    controller_.Want({controller_.Direct(kHost, "deface", sandbox_.Deface().action())});
    EXPECT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
    EXPECT_NE(sandbox_.Manifest(), before_);
    return agent;
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  const AgentDirectory directory_{sandbox_.AgentPath("private")};
  std::map<std::string, std::string> before_;
};

// ---- policy check ------------------------------------------------------------------------------

TEST_F(OwnerTest, PolicyCheckSaysWhatWouldBeRefusedAndChangesNothing) {
  v1::Scenario scenario;
  v1::Inject* fine = scenario.add_injects();
  fine->set_id("doi-trang");
  ASSERT_TRUE(fine->mutable_action()->ParseFromString(sandbox_.Deface().action()));
  v1::Inject* outside = scenario.add_injects();
  outside->set_id("ngoai-pham-vi");
  outside->mutable_action()->mutable_web_deface()->set_page("/etc/hostname");
  scenario.add_injects()->mutable_message();
  const std::string file = sandbox_.AgentPath("scenario.yaml");
  sandbox_.Write(file, yaml::Dump(scenario));

  const std::string said = Do({"policy", "check", "--scenario", file}, 1);
  EXPECT_THAT(said, HasSubstr("doi-trang                would be played"));
  EXPECT_THAT(said, HasSubstr("ngoai-pham-vi            REFUSED: /etc/hostname is outside"));
  EXPECT_THAT(said, HasSubstr("1 of 2 actions would be played"));
  EXPECT_EQ(sandbox_.Manifest(), before_);

  scenario.mutable_injects()->DeleteSubrange(1, 1);
  sandbox_.Write(file, yaml::Dump(scenario));
  EXPECT_THAT(Do({"policy", "check", "--scenario", file}), HasSubstr("1 of 1 actions"));
}

TEST_F(OwnerTest, PolicyCheckNamesTheFaultOfThePolicyOrTheScenario) {
  const std::string file = sandbox_.AgentPath("scenario.yaml");
  sandbox_.Write(file, "injects:\n  - idd: x\n");
  EXPECT_THAT(Do({"policy", "check", "--scenario", file}, 1), HasSubstr("scenario.yaml:2:5"));
  sandbox_.Write(file, "injects: []\n");
  sandbox_.Write(directory_.Policy(), "actions: [web.defaced]\n");
  EXPECT_THAT(Do({"policy", "check", "--scenario", file}, 1), HasSubstr("web.defaced"));
  EXPECT_THAT(Do({"policy", "check"}, 1), HasSubstr("web.defaced"));
  sandbox_.Write(directory_.Policy(),
                 "actions: []\n"
                 "probes:\n"
                 "  - {url: \"https://portal.example/\"}\n"
                 "  - {command: [true], every: 0s}\n"
                 "  - {unit: nginx, command: [/bin/true]}\n");
  EXPECT_THAT(
      Do({"policy", "check"}, 1),
      AllOf(HasSubstr("probe 1: url"), HasSubstr("probe 2: the program must be an absolute"),
            HasSubstr("probe 2: every is a number of whole seconds, 1 to 3600"),
            HasSubstr("probe 3: exactly one of"), HasSubstr("unit \"nginx\" is no full")));
}

TEST_F(OwnerTest, PolicyCheckAsksEachProbeOnce) {
  sandbox_.Write(directory_.Policy(),
                 "probes:\n  - {command: [/bin/true]}\n  - {command: [/bin/false]}\n");
  EXPECT_THAT(Do({"policy", "check"}, 1),
              AllOf(HasSubstr("command /bin/true        is well"),
                    HasSubstr("command /bin/false       FAILS: exit code 1"),
                    HasSubstr("1 checks of this host fail")));
  sandbox_.Write(directory_.Policy(), "probes:\n  - {command: [/bin/true]}\n");
  EXPECT_THAT(Do({"policy", "check"}), HasSubstr("the policy is sound"));
}

// ---- stop --------------------------------------------------------------------------------------

TEST_F(OwnerTest, StopEndsARunningAgentWithEverythingUndone) {
  auto agent = RunAndDeface();
  EXPECT_THAT(Do({"stop"}), HasSubstr("nothing of a drill is in place on this host"));
  EXPECT_EQ(sandbox_.Manifest(), before_);
  EXPECT_EQ(agent->Wait(), 0) << agent->Output();
  EXPECT_EQ(controller_.seen().events.back().kind(), v1::ORDER_EVENT_KIND_UNDONE);
}

TEST_F(OwnerTest, StopUndoesByItselfWhereTheAgentIsDeadAndTheNextRunTells) {
  auto agent = RunAndDeface();
  agent->Signal(SIGKILL);
  agent->Wait();
  EXPECT_THAT(Do({"stop"}), HasSubstr("deface#1: CLEANUP_RESULT_VERIFIED"));
  EXPECT_EQ(sandbox_.Manifest(), before_);
  EXPECT_THAT(Do({"status"}), HasSubstr("STOP is there"));

  std::filesystem::remove(directory_.Stop());
  auto again = Run();
  EXPECT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_UNDONE));
  EXPECT_EQ(controller_.seen().events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
}

TEST_F(OwnerTest, RecoverLeavesWhatIsInPlaceToTheController) {
  auto agent = RunAndDeface();
  agent->Signal(SIGKILL);
  agent->Wait();
  EXPECT_THAT(Do({"recover"}), HasSubstr("deface#1: still in place"));
  EXPECT_NE(sandbox_.Manifest(), before_);
}

// ---- install -----------------------------------------------------------------------------------

std::set<std::string> FilesBelow(const std::string& root) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_directory()) files.insert(entry.path().string().substr(root.size()));
  }
  return files;
}

TEST_F(OwnerTest, UninstallLeavesNothingOfWhatInstallWrote) {
  const std::string root = sandbox_.AgentPath("root");
  ASSERT_OK(os::MakeDirectories(root));
  const std::vector<std::string> where = {"--dir", "/var/lib/drill-agent", "--root", root};
  const auto run = [&](std::string command) {
    std::vector<std::string> words = where;
    words.insert(words.begin(), std::move(command));
    Process process(Binary(), words, {});
    EXPECT_EQ(process.Wait(), 0) << process.Output();
  };
  run("install");
  EXPECT_THAT(FilesBelow(root), ::testing::IsSupersetOf({"/etc/systemd/system/drill-agent.service",
                                                         "/usr/local/sbin/drill-agent",
                                                         "/var/lib/drill-agent/policy.yaml"}));
  struct stat st {};
  ASSERT_EQ(stat((root + "/var/lib/drill-agent").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0700u);
  Process installed(root + "/usr/local/sbin/drill-agent", {"version"}, {});
  EXPECT_EQ(installed.Wait(), 0);
  run("uninstall");
  EXPECT_THAT(FilesBelow(root), IsEmpty());
}

TEST_F(OwnerTest, UninstallKeepsTheOwnersPagesThatCouldNotBePutBack) {
  ASSERT_OK(os::MakeDirectories(directory_.path() + "/kept"));
  sandbox_.Write(directory_.path() + "/kept/0123", "the owner's page");
  EXPECT_THAT(Do({"uninstall", "--root", ""}, 1), HasSubstr("could not be put back"));
  EXPECT_EQ(Sandbox::Read(directory_.path() + "/kept/0123"), "the owner's page");
}

// ---- the unit ----------------------------------------------------------------------------------

v1::Policy PolicyOf(const std::vector<std::string>& actions, const std::string& place) {
  v1::Policy policy;
  for (const std::string& action : actions) policy.add_actions(action);
  policy.add_places()->set_name("docs");
  policy.mutable_places(0)->set_path(place);
  return policy;
}

constexpr char kAgentProgram[] = "/usr/local/sbin/drill-agent";

TEST(SystemdUnitTest, MayWriteOnlyWhereThePolicyLetsOrdersWrite) {
  const std::string unit = SystemdUnit({kAgentProgram, "/var/lib/drill-agent"},
                                       PolicyOf({"files.encrypt"}, "/srv/hồ sơ 100%"));
  EXPECT_THAT(unit, HasSubstr("ProtectSystem=strict"));
  EXPECT_THAT(unit, HasSubstr("ReadWritePaths=\"-/srv/hồ sơ 100%%\" \"-/var/lib/drill-agent\"\n"));
  EXPECT_THAT(unit, AllOf(HasSubstr("ProtectHome=yes"), HasSubstr("PrivateTmp=yes"),
                          Not(HasSubstr("CAP_SYS_PTRACE")), Not(HasSubstr("CAP_AUDIT_WRITE"))));
}

TEST(SystemdUnitTest, OpensHomesOnlyForAPlaceThere) {
  const UnitPaths paths = {kAgentProgram, "/var/lib/drill-agent"};
  EXPECT_THAT(SystemdUnit(paths, PolicyOf({"files.encrypt"}, "/home/canbo/docs")),
              HasSubstr("ProtectHome=no"));
  EXPECT_THAT(SystemdUnit(paths, PolicyOf({"files.encrypt"}, "/homes/docs")),
              HasSubstr("ProtectHome=yes"));
}

TEST(SystemdUnitTest, SaysThatAnyCommandCannotBeFenced) {
  const std::string unit =
      SystemdUnit({kAgentProgram, "/var/lib/drill-agent"}, PolicyOf({"exec.atomic"}, "/srv"));
  EXPECT_THAT(unit, HasSubstr("# exec.atomic is allowed"));
  EXPECT_THAT(unit, Not(HasSubstr("SystemCallFilter")));
}

// The budget of exposure is below 4.0; systemd's own judge says.
TEST(SystemdUnitTest, IsLittleExposedInTheEyesOfSystemd) {
  if (access("/usr/bin/systemd-analyze", X_OK) != 0) GTEST_SKIP() << "no systemd-analyze here";
  Sandbox sandbox;
  const std::string file = sandbox.Path("drill-agent.service");
  sandbox.Write(file,
                SystemdUnit({"/bin/true", "/var/lib/drill-agent"},
                            PolicyOf({"files.encrypt", "web.deface", "process.run_decoy",
                                      "account.create", "service.stop", "network.listen"},
                                     "/home/canbo/docs")),
                0644);
  Process judge("/usr/bin/systemd-analyze",
                {"security", "--offline=true", "--no-pager", "--threshold=40", file}, {});
  EXPECT_EQ(judge.Wait(), 0) << judge.Output();
  EXPECT_THAT(judge.Output(), HasSubstr("Overall exposure level"));
}

}  // namespace
}  // namespace drill::agent
