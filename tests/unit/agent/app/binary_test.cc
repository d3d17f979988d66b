// drill-agent as it is shipped: one static file, its commands, its signals, its death.

#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/app_config.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_controller.h"
#include "tests/support/status.h"
#include "tests/unit/agent/app/agent_process.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeController;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Seen = FakeController::Seen;

constexpr char kHost[] = "web-01";
// DESIGN §9: the agent's budget.
constexpr uintmax_t kFileBytesMax = 16'000'000;
constexpr int64_t kResidentBytesMax = 14 << 20;

class BinaryTest : public ::testing::Test {
 protected:
  BinaryTest() {
    EXPECT_OK(os::MakeDirectories(directory_.path()));
    EXPECT_OK(os::WriteFileDurably(directory_.Policy(), yaml::Dump(sandbox_.policy)));
    before_ = sandbox_.Manifest();
  }
  std::string EnrolOutput(const std::string& token, int expected_exit) {
    Process enrol(Binary(), {"enrol", "--token", token, "--dir", directory_.path()}, {});
    EXPECT_EQ(enrol.Wait(), expected_exit) << enrol.Output();
    return enrol.Output();
  }
  void Enrol() { EnrolOutput(controller_.TokenFor(kHost), 0); }
  std::unique_ptr<Process> Run(const std::string& program = Binary(),
                               std::map<std::string, std::string> environment = {}) {
    return std::make_unique<Process>(
        program, std::vector<std::string>{"run", "--dir", directory_.path()},
        Process::How{.root = "", .environment = std::move(environment)});
  }
  std::string Status() {
    Process status(Binary(), {"status", "--dir", directory_.path()}, {});
    EXPECT_EQ(status.Wait(), 0);
    return status.Output();
  }
  v1::Order Deface() { return controller_.Direct(kHost, "deface", sandbox_.Deface().action()); }
  bool AwaitKind(v1::OrderEventKind kind) {
    return controller_.Await([&](const Seen& seen) {
      return !seen.events.empty() && seen.events.back().kind() == kind;
    });
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  const AgentDirectory directory_{sandbox_.AgentPath("private")};
  std::map<std::string, std::string> before_;
};

TEST(BinaryFileTest, IsOneStaticFileWithinItsBudget) {
#ifdef DRILL_SANITIZED
  GTEST_SKIP() << "a sanitizer needs the dynamic loader";
#endif
  EXPECT_LE(std::filesystem::file_size(Binary()), kFileBytesMax);
  const auto content = os::ReadFile(Binary());
  ASSERT_OK(content);
  Elf64_Ehdr header;
  ASSERT_GT(content->size(), sizeof header);
  std::memcpy(&header, content->data(), sizeof header);
  ASSERT_EQ(std::memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  ASSERT_GT(header.e_phnum, 0);
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    const size_t at = header.e_phoff + static_cast<size_t>(i) * sizeof segment;
    ASSERT_LE(at + sizeof segment, content->size());
    std::memcpy(&segment, content->data() + at, sizeof segment);
    EXPECT_NE(segment.p_type, static_cast<Elf64_Word>(PT_INTERP)) << "needs a dynamic loader";
    EXPECT_NE(segment.p_type, static_cast<Elf64_Word>(PT_DYNAMIC)) << "needs shared libraries";
  }
}

TEST(BinaryFileTest, HasNoDoorForTests) {
  const auto shipped = os::ReadFile(Binary());
  ASSERT_OK(shipped);
  EXPECT_EQ(shipped->find("DRILL_AGENT_DIE_AT"), std::string::npos);
  const auto killable = os::ReadFile(Binary("drill-agent-killable"));
  ASSERT_OK(killable);
  EXPECT_NE(killable->find("DRILL_AGENT_DIE_AT"), std::string::npos) << "this test sees nothing";
}

TEST(BinaryFileTest, ExplainsItself) {
  Process help(Binary(), {"--help"}, {});
  EXPECT_EQ(help.Wait(), 0);
  EXPECT_THAT(help.Output(), HasSubstr("drill-agent enrol --token"));
  Process nothing(Binary(), {}, {});
  EXPECT_EQ(nothing.Wait(), 2);
  Process wrong(Binary(), {"run", "--fast", "--dir"}, {});
  EXPECT_EQ(wrong.Wait(), 2);
  EXPECT_THAT(wrong.Output(), HasSubstr("--fast is not understood here"));
  EXPECT_THAT(wrong.Output(), HasSubstr("--dir needs a value"));
}

TEST_F(BinaryTest, EnrolsAndShowsItsState) {
  EXPECT_THAT(EnrolOutput(controller_.TokenFor(kHost), 0), HasSubstr("enrolled as host web-01"));
  EXPECT_THAT(Status(), HasSubstr("host:        web-01"));
  EXPECT_THAT(Status(), HasSubstr("agent does not run"));
  EXPECT_THAT(EnrolOutput(controller_.TokenFor(kHost, FakeController::Offer::kExpired), 1),
              HasSubstr("token expired at 09:00"));
}

TEST_F(BinaryTest, TakesATokenFromStandardInputSoThatNobodySeesIt) {
  const std::string token = sandbox_.AgentPath("token");
  sandbox_.Write(token, controller_.TokenFor(kHost) + "\n");
  const os::Fd in(open(token.c_str(), O_RDONLY | O_CLOEXEC));
  const os::Fd kept(dup(STDIN_FILENO));
  dup2(in.get(), STDIN_FILENO);
  Process enrol(Binary(), {"enrol", "--token", "-", "--dir", directory_.path()}, {});
  dup2(kept.get(), STDIN_FILENO);
  EXPECT_EQ(enrol.Wait(), 0) << enrol.Output();
  EXPECT_THAT(enrol.Output(), HasSubstr("enrolled as host web-01"));
}

TEST_F(BinaryTest, SigtermUndoesEverythingAndEndsWithZero) {
  Enrol();
  const auto agent = Run();
  controller_.Want({Deface()});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
  EXPECT_NE(sandbox_.Manifest(), before_);
  EXPECT_THAT(Status(), HasSubstr("dt-2026/deface#1: applied"));
  EXPECT_THAT(Status(), HasSubstr("connected (since"));
  agent->Signal(SIGTERM);
  EXPECT_EQ(agent->Wait(), 0) << agent->Output();
  EXPECT_EQ(sandbox_.Manifest(), before_);
  EXPECT_EQ(controller_.seen().events.back().kind(), v1::ORDER_EVENT_KIND_UNDONE);
}

TEST_F(BinaryTest, KilledInTheMidstOfAnOrderTheNextRunUndoesAndTellsIt) {
  Enrol();
  {
    const auto agent =
        Run(Binary("drill-agent-killable"), {{"DRILL_AGENT_DIE_AT", "applied.before"}});
    controller_.Want({Deface()});
    EXPECT_EQ(agent->Wait(), -SIGKILL);
    EXPECT_NE(sandbox_.Manifest(), before_);
  }
  const auto agent = Run();
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_INTERRUPTED));
  EXPECT_EQ(sandbox_.Manifest(), before_);
  EXPECT_EQ(controller_.seen().gaps, 0);
  EXPECT_EQ(controller_.seen().events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
}

TEST_F(BinaryTest, KilledWithAnOrderInPlaceTheNextRunKeepsItWhileItIsWanted) {
  Enrol();
  const v1::Order order = Deface();
  {
    const auto agent = Run();
    controller_.Want({order});
    ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
    agent->Signal(SIGKILL);
    EXPECT_EQ(agent->Wait(), -SIGKILL);
  }
  const auto agent = Run();
  ASSERT_TRUE(controller_.Await([](const Seen& seen) {
    return seen.sessions == 2 && seen.heartbeat.generation() == 1 &&
           seen.heartbeat.active_orders() == 1;
  }));
  EXPECT_NE(sandbox_.Manifest(), before_);
  controller_.Want({});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_UNDONE));
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(BinaryTest, IsItsOwnDecoy) {
  Enrol();
  const auto agent = Run();
  controller_.Want({controller_.Direct(kHost, "decoy", sandbox_.RunDecoy().action())});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
  EXPECT_EQ(sandbox_.RunningDecoys().size(), 1u);
  agent->Signal(SIGINT);
  EXPECT_EQ(agent->Wait(), 0) << agent->Output();
  EXPECT_TRUE(sandbox_.RunningDecoys().empty());
}

TEST_F(BinaryTest, IsSmallInMemoryWhenConnected) {
#ifdef DRILL_SANITIZED
  GTEST_SKIP() << "a sanitizer needs memory of its own";
#endif
  Enrol();
  const auto agent = Run();
  ASSERT_TRUE(controller_.Await([](const Seen& seen) { return seen.heartbeat.number() > 3; }));
  const int64_t resident = agent->ResidentBytes();
  RecordProperty("resident_bytes", absl::StrCat(resident));
  EXPECT_GT(resident, 0);
  EXPECT_LE(resident, kResidentBytesMax);
}

TEST_F(BinaryTest, NeedsNothingOfTheHostButItself) {
#ifdef DRILL_SANITIZED
  GTEST_SKIP() << "a sanitizer needs the dynamic loader";
#endif
  if (geteuid() != 0) GTEST_SKIP() << "chroot needs root";
  const std::string root = sandbox_.AgentPath("root");
  ASSERT_OK(os::MakeDirectories(root));
  std::filesystem::copy_file(Binary(), root + "/drill-agent");
  const Process::How there{.root = root, .environment = {}};
  Process enrol("/drill-agent", {"enrol", "--token", controller_.TokenFor(kHost), "--dir", "/a"},
                there);
  ASSERT_EQ(enrol.Wait(), 0) << enrol.Output();
  Process agent("/drill-agent", {"run", "--dir", "/a"}, there);
  ASSERT_TRUE(controller_.Await([](const Seen& seen) { return seen.heartbeat.number() > 1; }))
      << agent.Output();
  agent.Signal(SIGTERM);
  EXPECT_EQ(agent.Wait(), 0) << agent.Output();
}

}  // namespace
}  // namespace drill::agent
