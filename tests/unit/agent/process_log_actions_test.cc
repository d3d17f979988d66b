// What process.run_decoy and log.append leave on a host, checked by reading the host and not by
// asking the agent; how it is taken back; and what happens when the team was there first. And the
// parameters of all actions.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/process.h"
#include "common/os/clock.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

// ---- process.run_decoy -------------------------------------------------------------------------

class RunDecoyTest : public ActionTest {};

TEST_F(RunDecoyTest, RunsUnderItsNameAloneAndHoldsNothing) {
  const Outcome outcome = Start(sandbox_.RunDecoy());
  ASSERT_EQ(outcome.traces.size(), 1u);
  EXPECT_EQ(outcome.traces[0].artefact().kind(), v1::ARTEFACT_KIND_PROCESS);
  EXPECT_EQ(outcome.traces[0].artefact().value(), sandbox_.decoy_name());
  const int pid = outcome.traces[0].pid();
  EXPECT_THAT(sandbox_.RunningDecoys(), ElementsAre(pid));
  const std::string proc = absl::StrCat("/proc/", pid, "/");
  EXPECT_EQ(Sandbox::Read(proc + "comm"), sandbox_.decoy_name() + "\n");
  const std::string command = Sandbox::Read(proc + "cmdline");
  EXPECT_EQ(command.find_first_not_of('\0', command.find('\0')), std::string::npos) << command;
  const auto look = LookAtProcess(pid);
  ASSERT_TRUE(look.has_value());
  EXPECT_EQ(look->session, pid);
  if (geteuid() == 0) {
    for (const char* fd : {"0", "1", "2"}) {
      EXPECT_EQ(std::filesystem::read_symlink(proc + "fd/" + fd), "/dev/null");
    }
    EXPECT_EQ(NamesIn(proc + "fd").size(), 3u);
    EXPECT_THAT(Sandbox::Read(proc + "status"), HasSubstr("\nNoNewPrivs:\t1\n"));
    EXPECT_THAT(Sandbox::Read(proc + "environ"), IsEmpty());
  }
}

TEST_F(RunDecoyTest, KeepsToItsShareOfACore) {
  sandbox_.policy.mutable_caps()->set_cpu_permille_max(200);
  const int pid = Start(sandbox_.RunDecoy(200)).traces[0].pid();
  const int64_t start = os::MonotonicMicros();
  const auto cpu_ns = [&] {
    int64_t ns = 0;
    const std::string text = Sandbox::Read(absl::StrCat("/proc/", pid, "/schedstat"));
    EXPECT_TRUE(absl::SimpleAtoi(text.substr(0, text.find(' ')), &ns)) << text;
    return ns;
  };
  if (!Sandbox::Exists("/proc/self/schedstat")) GTEST_SKIP() << "no schedstat in this kernel";
  const int64_t first = cpu_ns();
  // Several slices of 100 ms; on a busy machine it gets less than its share, never more.
  const auto elapsed_us = [&] { return os::MonotonicMicros() - start; };
  while (cpu_ns() - first < 70'000'000 && elapsed_us() < 2'000'000) os::SleepMicros(2'000);
  EXPECT_LE((cpu_ns() - first) / 1000, elapsed_us() / 5 + 30'000);
}

TEST_F(RunDecoyTest, UndoEndsIt) {
  const v1::Order order = sandbox_.RunDecoy();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(sandbox_.RunningDecoys(), IsEmpty());
}

TEST_F(RunDecoyTest, OutlivesARestartOfTheAgent) {
  const v1::Order order = sandbox_.RunDecoy();
  Start(order);
  player_ = sandbox_.Player();
  const auto found = player_->Recover();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].active);
  EXPECT_EQ(sandbox_.RunningDecoys().size(), 1u);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(sandbox_.RunningDecoys(), IsEmpty());
}

TEST_F(RunDecoyTest, EndedByTheTeamIsSuperseded) {
  const v1::Order order = sandbox_.RunDecoy();
  Start(order);
  sandbox_.KillDecoys();
  ASSERT_THAT(sandbox_.Decoys(), IsEmpty());
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
}

TEST_F(RunDecoyTest, FreezesAndGoesOnButNotIfTheTeamStoppedIt) {
  const v1::Order order = sandbox_.RunDecoy();
  const int pid = Start(order).traces[0].pid();
  const ProcessId id{pid, LookAtProcess(pid)->start_ticks};
  // Signals are delivered when the process next runs.
  const auto becomes_stopped = [&](bool stopped) {
    const int64_t give_up = os::MonotonicMicros() + 5'000'000;
    while (IsStopped(id) != stopped && os::MonotonicMicros() < give_up) os::SleepMicros(500);
    return IsStopped(id) == stopped;
  };
  player_->Freeze(true);
  EXPECT_TRUE(becomes_stopped(true));
  player_->Freeze(false);
  EXPECT_TRUE(becomes_stopped(false));
  kill(pid, SIGSTOP);
  ASSERT_TRUE(becomes_stopped(true));
  player_->Freeze(true);
  player_->Freeze(false);
  EXPECT_TRUE(IsStopped(id));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(sandbox_.RunningDecoys(), IsEmpty());
}

TEST_F(RunDecoyTest, AProgramThatTheHostDoesNotLetRunIsBlocked) {
  const auto start_with = [&](const std::string& program) {
    HostPlayer::Options options;
    options.directory = sandbox_.AgentPath("other");
    options.decoy_program = program;
    options.policy = [this] { return LoadedPolicy{sandbox_.policy, "hash"}; };
    auto player = HostPlayer::Open(options);
    EXPECT_OK(player);
    return (*player)->Start(sandbox_.OrderFor(
                                [&] {
                                  v1::Action action;
                                  action.mutable_process_run_decoy();
                                  return action;
                                }(),
                                program),
                            [](int64_t) {});
  };
  const Outcome not_executable = start_with(sandbox_.page());
  EXPECT_EQ(not_executable.kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_THAT(not_executable.notes, Contains(HasSubstr("Permission denied")));
  EXPECT_EQ(not_executable.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(start_with("/bin/true").kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(start_with("/no/such/program").kind, v1::ORDER_EVENT_KIND_FAILED);
}

// ---- log.append --------------------------------------------------------------------------------

class LogAppendTest : public ActionTest {
 protected:
  std::vector<std::string> AddedLines(const std::string& earlier) {
    const std::string text = Sandbox::Read(sandbox_.log_file());
    EXPECT_TRUE(absl::StartsWith(text, earlier));
    EXPECT_TRUE(absl::EndsWith(text, "\n"));
    return absl::StrSplit(text.substr(earlier.size()), '\n', absl::SkipEmpty());
  }
  const std::string original_ = Sandbox::Read(sandbox_.log_file());
};

TEST_F(LogAppendTest, WritesLinesAsSshdDoes) {
  const Outcome outcome = Start(sandbox_.AppendLog(3));
  const std::vector<std::string> lines = AddedLines(original_);
  ASSERT_EQ(lines.size(), 3u);
  for (const std::string& line : lines) {
    EXPECT_THAT(line,
                MatchesRegex("[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ mayphucvu sshd\\[[0-9]+\\]: "
                             "Failed password for invalid user quantri from 203.0.113.45 "
                             "port [0-9]+ ssh2"));
  }
  std::vector<std::pair<int, std::string>> traces;
  for (const v1::Trace& trace : outcome.traces) {
    traces.emplace_back(trace.artefact().kind(), trace.artefact().value());
    EXPECT_TRUE(trace.noticeable());
  }
  using Pair = std::pair<int, std::string>;
  EXPECT_THAT(traces,
              ::testing::UnorderedElementsAre(Pair(v1::ARTEFACT_KIND_ACCOUNT, "quantri"),
                                              Pair(v1::ARTEFACT_KIND_ADDRESS, "203.0.113.45"),
                                              Pair(v1::ARTEFACT_KIND_LOG_LINE, lines.front()),
                                              Pair(v1::ARTEFACT_KIND_LOG_LINE, lines.back())));
}

TEST_F(LogAppendTest, FollowsTheFormatOfTheFile) {
  const struct {
    const char* last_line;
    const char* expected;
  } cases[] = {
      {"2026-11-22T08:59:01.123456+07:00 may-chu sshd[1]: x\n",
       "2[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9][0-9][0-9][0-9]\\+07:00 may-chu sshd.*"},
      {"2026-11-22T08:59:01.123Z may-chu sshd[1]: x\n",
       "2[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9]Z may-chu sshd.*"},
      {"2026-11-22T08:59:01-03:30 may-chu sshd[1]: x\n", "2[0-9-]+T[0-9:]+-03:30 may-chu sshd.*"},
      {"Jan  2 08:59:01 may-chu CRON[1]: x\n",
       "[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ may-chu sshd.*"},
      {"[error] something else\n", "[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ [^ ]+ sshd.*"},
      {"", "[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ [^ ]+ sshd.*"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.last_line);
    sandbox_.Write(sandbox_.log_file(), c.last_line);
    const v1::Order order = sandbox_.AppendLog(2);
    Start(order);
    EXPECT_THAT(AddedLines(c.last_line),
                ElementsAre(MatchesRegex(c.expected), MatchesRegex(c.expected)));
    Undo(order);
    player_->Forget(order.id());
  }
}

TEST_F(LogAppendTest, ALineThatIsNotFinishedIsNotRunInto) {
  sandbox_.Write(sandbox_.log_file(), "Jan  2 08:59:01 may-chu app: chưa xong");
  Start(sandbox_.AppendLog(1));
  EXPECT_THAT(Sandbox::Read(sandbox_.log_file()), HasSubstr("app: chưa xong\n"));
}

TEST_F(LogAppendTest, LinesStayByDefaultAndAreDeclared) {
  const v1::Order order = sandbox_.AppendLog(3);
  Start(order);
  const auto with_lines = sandbox_.Manifest();
  const Outcome outcome = Undo(order);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_DECLARED);
  EXPECT_THAT(outcome.notes,
              ElementsAre(AllOf(HasSubstr("3 lines"), HasSubstr(sandbox_.log_file()))));
  EXPECT_EQ(sandbox_.Manifest(), with_lines);
}

TEST_F(LogAppendTest, AreCutOffWhereThePolicySaysSo) {
  sandbox_.policy.set_remove_log_lines(true);
  const v1::Order order = sandbox_.AppendLog();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  ExpectAsBefore();
}

TEST_F(LogAppendTest, AreNotCutOffWhileAProgramHasTheFileOpen) {
  sandbox_.policy.set_remove_log_lines(true);
  const v1::Order order = sandbox_.AppendLog();
  Start(order);
  const auto with_lines = sandbox_.Manifest();
  {
    std::ofstream logger(sandbox_.log_file(), std::ios::app);
    const Outcome outcome = Undo(order);
    EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_DECLARED);
    EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("a program has it open")));
  }
  EXPECT_EQ(sandbox_.Manifest(), with_lines);
}

TEST_F(LogAppendTest, AreNotCutOffOnceOthersHaveWrittenAfterThem) {
  sandbox_.policy.set_remove_log_lines(true);
  const v1::Order order = sandbox_.AppendLog();
  Start(order);
  std::ofstream(sandbox_.log_file(), std::ios::app) << "dòng thật\n";
  const auto with_lines = sandbox_.Manifest();
  ExpectUndone(order, v1::CLEANUP_RESULT_DECLARED);
  EXPECT_EQ(sandbox_.Manifest(), with_lines);
}

TEST_F(LogAppendTest, ARotatedFileIsSuperseded) {
  sandbox_.policy.set_remove_log_lines(true);
  const v1::Order order = sandbox_.AppendLog();
  Start(order);
  std::filesystem::rename(sandbox_.log_file(), sandbox_.log_file() + ".1");
  sandbox_.Write(sandbox_.log_file(), "dòng mới\n");
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()), "dòng mới\n");
}

TEST(IsOpenSomewhere, SeesAFileOpenInThisProcess) {
  Sandbox sandbox;
  struct stat st {};
  ASSERT_EQ(stat(sandbox.page().c_str(), &st), 0);
  const auto closed = IsOpenSomewhere(st.st_dev, st.st_ino, -1);
  if (!closed) GTEST_SKIP() << "not all of /proc can be seen here";
  EXPECT_FALSE(*closed);
  const std::ifstream open(sandbox.page());
  EXPECT_EQ(IsOpenSomewhere(st.st_dev, st.st_ino, -1), true);
}

// ---- parameters --------------------------------------------------------------------------------

TEST(ActionParameters, AllFaultsAreToldAtOnce) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  v1::Action encrypt;
  encrypt.mutable_files_encrypt()->set_folder("../x");
  encrypt.mutable_files_encrypt()->set_count(501);
  encrypt.mutable_files_encrypt()->set_bytes_each(0);
  encrypt.mutable_files_encrypt()->set_extension("locked");
  encrypt.mutable_files_encrypt()->set_note_name("a/b");
  EXPECT_THAT(player->DryRun(sandbox.OrderFor(encrypt)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("dir is missing"), HasSubstr("folder \"../x\""),
                             HasSubstr("count is 501"), HasSubstr("bytes_each is 0"),
                             HasSubstr("extension \"locked\""), HasSubstr("note_name \"a/b\""))));
  v1::Action log;
  log.mutable_log_append()->set_lines(1001);
  log.mutable_log_append()->set_account("root\nAccepted password");
  log.mutable_log_append()->set_source("8.8.8.8");
  EXPECT_THAT(player->DryRun(sandbox.OrderFor(log)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("file is missing"), HasSubstr("lines is 1001"),
                             HasSubstr("account"), HasSubstr("source \"8.8.8.8\""))));
  v1::Action decoy;
  decoy.mutable_process_run_decoy()->set_name("a name with / and far too long");
  decoy.mutable_process_run_decoy()->set_cpu_permille(201);
  EXPECT_THAT(player->DryRun(sandbox.OrderFor(decoy)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("name"), HasSubstr("cpu_permille is 201"))));
  v1::Action deface;
  deface.mutable_web_deface()->set_headline("hai\ndòng");
  EXPECT_THAT(player->DryRun(sandbox.OrderFor(deface)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("page is missing"), HasSubstr("headline"))));
}

TEST(ActionParameters, SourcesAreDocumentationAddressesOnly) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  for (const auto& [source, good] :
       std::vector<std::pair<std::string, bool>>{{"192.0.2.0", true},
                                                 {"198.51.100.255", true},
                                                 {"203.0.113.7", true},
                                                 {"203.0.113.256", false},
                                                 {"203.0.113.07", false},
                                                 {"203.0.113.7 port 1", false},
                                                 {"203.0.114.7", false},
                                                 {"10.0.0.1", false},
                                                 {"", false}}) {
    SCOPED_TRACE(source);
    v1::Action action;
    action.mutable_log_append()->set_file("@log/auth.log");
    action.mutable_log_append()->set_source(source);
    EXPECT_EQ(player->DryRun(sandbox.OrderFor(action)).ok(), good);
  }
}

}  // namespace
}  // namespace drill::agent
