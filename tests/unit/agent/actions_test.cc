// What each action leaves on a host, checked by reading the host and not by asking the agent; how
// it is taken back; and what happens when the team was there first.

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/process.h"
#include "common/base/digest.h"
#include "common/os/clock.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

class ActionTest : public ::testing::Test {
 protected:
  ActionTest() : player_(sandbox_.Player()), before_(sandbox_.Manifest()) {}

  Outcome Start(const v1::Order& order) {
    Outcome outcome = player_->Start(order, [](int64_t) {});
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
    return outcome;
  }
  Outcome Undo(const v1::Order& order) { return player_->Undo(order.id(), v1::UNDO_REASON_ENDED); }
  void ExpectUndone(const v1::Order& order, v1::CleanupResult result) {
    const Outcome outcome = Undo(order);
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(outcome.cleanup, result) << ::testing::PrintToString(outcome.notes);
    // Said once, said again.
    const Outcome again = Undo(order);
    EXPECT_EQ(again.cleanup, outcome.cleanup);
    EXPECT_EQ(again.notes, outcome.notes);
  }
  void ExpectAsBefore() { EXPECT_EQ(sandbox_.Manifest(), before_); }

  Sandbox sandbox_;
  std::unique_ptr<HostPlayer> player_;
  const std::map<std::string, std::string> before_;
};

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

mode_t ModeOf(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(lstat(path.c_str(), &st), 0) << path;
  return st.st_mode & 07777;
}

// ---- files.encrypt -----------------------------------------------------------------------------

class FilesEncryptTest : public ActionTest {
 protected:
  std::string folder() const { return sandbox_.Path("docs/HoSo_LuuTru"); }
  std::string note() const { return folder() + "/DOC_TOI_DE_KHOI_PHUC.txt"; }
  std::vector<std::string> Locked() const {
    std::vector<std::string> paths;
    for (const std::string& name : NamesIn(folder())) {
      if (absl::EndsWith(name, ".locked")) paths.push_back(folder() + "/" + name);
    }
    return paths;
  }
};

TEST_F(FilesEncryptTest, LeavesOnlyLockedDocumentsAndANote) {
  const Outcome outcome = Start(sandbox_.Encrypt(12));
  const std::vector<std::string> locked = Locked();
  ASSERT_EQ(locked.size(), 12u);
  EXPECT_EQ(NamesIn(folder()).size(), 13u);
  std::set<std::string> contents;
  for (const std::string& path : locked) {
    const std::string bytes = Sandbox::Read(path);
    EXPECT_EQ(bytes.size(), 500u + 16u);
    EXPECT_THAT(bytes, Not(HasSubstr("CỘNG HÒA")));
    EXPECT_TRUE(contents.insert(bytes.substr(16)).second) << "two documents with one key stream";
    // Bytes that were encrypted use the whole range evenly; text does not.
    EXPECT_GT(std::set<char>(bytes.begin(), bytes.end()).size(), 180u);
    EXPECT_EQ(ModeOf(path), 0644u);
  }
  // Nothing that was there has been touched.
  for (const auto& [path, state] : before_) EXPECT_EQ(sandbox_.Manifest().at(path), state);
  EXPECT_EQ(outcome.traces_total, 14);
}

TEST_F(FilesEncryptTest, TheNoteIsVietnameseAndNamesNoDrill) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  const std::string text = Sandbox::Read(note());
  EXPECT_THAT(text, AllOf(HasSubstr("ĐÃ BỊ MÃ HÓA"), HasSubstr("3 tệp"),
                          HasSubstr("Mã định danh của quý vị: " + OpaqueId(order.id()))));
  for (const char* word : {"iễn tập", "IỄN TẬP", "drill", "exercise", "dt-2026", "may-1"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST_F(FilesEncryptTest, TracesAreWhatIsOnTheDisk) {
  const int64_t start = os::BootMicros();
  const Outcome outcome = Start(sandbox_.Encrypt(3));
  std::vector<std::string> noticeable;
  for (const v1::Trace& trace : outcome.traces) {
    ASSERT_EQ(trace.artefact().kind(), v1::ARTEFACT_KIND_PATH);
    EXPECT_GE(trace.at_us(), start);
    EXPECT_LE(trace.at_us(), outcome.at_boot_us);
    if (!trace.noticeable()) {
      EXPECT_EQ(trace.artefact().value(), folder());
      continue;
    }
    const std::string bytes = Sandbox::Read(trace.artefact().value());
    EXPECT_EQ(trace.size(), static_cast<int64_t>(bytes.size()));
    EXPECT_EQ(trace.sha256(), Sha256(bytes));
    noticeable.push_back(trace.artefact().value());
  }
  std::vector<std::string> there = Locked();
  there.push_back(note());
  EXPECT_THAT(noticeable, ::testing::UnorderedElementsAreArray(there));
}

TEST_F(FilesEncryptTest, OfManyTracesTheFirstAndTheNoteAreInline) {
  const Outcome outcome = Start(sandbox_.Encrypt(50));
  EXPECT_EQ(outcome.traces.size(), 32u);
  EXPECT_EQ(outcome.traces_total, 52);
  EXPECT_EQ(outcome.traces.back().artefact().value(), note());
}

TEST_F(FilesEncryptTest, UndoLeavesNothing) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  ExpectAsBefore();
}

TEST_F(FilesEncryptTest, WhatTheTeamChangedAddedAndRemovedIsLeftAlone) {
  const v1::Order order = sandbox_.Encrypt(4);
  Start(order);
  const std::vector<std::string> locked = Locked();
  unlink(locked[0].c_str());
  std::ofstream(locked[1], std::ios::app) << "x";
  std::ofstream(folder() + "/ghi chú điều tra.txt") << "của đội";
  const Outcome outcome = Undo(order);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(outcome.notes,
              ::testing::UnorderedElementsAre(HasSubstr(locked[0] + " had been removed"),
                                              HasSubstr(locked[1] + " is not what we made"),
                                              HasSubstr(folder() + " holds files that are not")));
  EXPECT_THAT(NamesIn(folder()),
              ::testing::UnorderedElementsAre(LeafOf(locked[1]), "ghi chú điều tra.txt"));
}

TEST_F(FilesEncryptTest, AFolderThatTheTeamMovedAwayIsSuperseded) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  std::filesystem::rename(folder(), sandbox_.Path("cách ly"));
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(NamesIn(sandbox_.Path("cách ly")).size(), 4u);
}

TEST_F(FilesEncryptTest, ALinkInPlaceOfTheFolderIsNotFollowed) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  std::filesystem::rename(folder(), sandbox_.Path("chỗ khác"));
  std::filesystem::create_symlink(sandbox_.Path("chỗ khác"), folder());
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(NamesIn(sandbox_.Path("chỗ khác")).size(), 4u);
  EXPECT_TRUE(std::filesystem::is_symlink(folder()));
}

TEST_F(FilesEncryptTest, AHardLinkThatTheTeamKeptStays) {
  // The team keeps a copy under another name: a hard link to our file is theirs.
  const v1::Order order = sandbox_.Encrypt(1);
  Start(order);
  std::filesystem::create_hard_link(Locked()[0], sandbox_.Path("chứng cứ"));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Sandbox::Read(sandbox_.Path("chứng cứ")).size(), 516u);
}

// ---- web.deface --------------------------------------------------------------------------------

class WebDefaceTest : public ActionTest {};

TEST_F(WebDefaceTest, ThePageSaysThatItIsADrillAndKeepsModeAndOwner) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(sandbox_.page().c_str(), 1234, 2345), 0);
  }
  struct stat before {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &before), 0);
  const Outcome outcome = Start(sandbox_.Deface());
  const std::string page = Sandbox::Read(sandbox_.page());
  EXPECT_THAT(page, AllOf(HasSubstr("DIỄN TẬP"), HasSubstr("TRANG NÀY ĐÃ BỊ CHIẾM QUYỀN")));
  struct stat after {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_GT(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
  ASSERT_EQ(outcome.traces.size(), 1u);
  EXPECT_EQ(outcome.traces[0].artefact().value(), sandbox_.page());
  EXPECT_EQ(outcome.traces[0].sha256(), Sha256(page));
  EXPECT_TRUE(outcome.traces[0].noticeable());
}

TEST_F(WebDefaceTest, UndoRestoresBytesModeOwnerAndTime) {
  const std::string bytes("\0\xff\r\n nhị phân", 16);
  sandbox_.Write(sandbox_.page(), bytes, 04751);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(sandbox_.page().c_str(), 1234, 2345), 0);
    ASSERT_EQ(chmod(sandbox_.page().c_str(), 04751), 0);
  }
  const timespec times[2] = {{1, 2}, {1'234'567'890, 123'456'789}};
  ASSERT_EQ(utimensat(AT_FDCWD, sandbox_.page().c_str(), times, 0), 0);
  const auto before = sandbox_.Manifest();
  const v1::Order order = sandbox_.Deface();
  Start(order);
  ASSERT_NE(sandbox_.Manifest(), before);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), bytes);
}

TEST_F(WebDefaceTest, ExtendedAttributesStay) {
  const std::string value = "nhãn";
  if (setxattr(sandbox_.page().c_str(), "user.label", value.data(), value.size(), 0) != 0) {
    GTEST_SKIP() << "the temporary directory has no extended attributes";
  }
  const auto label = [&] {
    std::string read(64, '\0');
    const ssize_t size = getxattr(sandbox_.page().c_str(), "user.label", read.data(), read.size());
    return size < 0 ? "none" : read.substr(0, static_cast<size_t>(size));
  };
  const v1::Order order = sandbox_.Deface();
  Start(order);
  EXPECT_EQ(label(), value);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(label(), value);
}

TEST_F(WebDefaceTest, AnEditBetweenArmingAndStartIsWhatIsRestored) {
  const v1::Order order = sandbox_.Deface();
  ASSERT_OK(player_->Prepare(order));
  sandbox_.Write(sandbox_.page(), "tin mới của cổng", 0644);
  const auto edited = sandbox_.Manifest();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), edited);
}

TEST_F(WebDefaceTest, AnEditAtTheLastMomentIsNotOverwritten) {
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.0.written") sandbox_.Write(sandbox_.page(), "tin mới", 0640);
  });
  const v1::Order order = sandbox_.Deface();
  const Outcome outcome = player_->Start(order, [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), "tin mới");
  EXPECT_THAT(NamesIn(sandbox_.Path("www")), ElementsAre("index.html"));
}

TEST_F(WebDefaceTest, ARestoreByTheTeamAtTheLastMomentIsNotOverwritten) {
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "undo.0.written") sandbox_.Write(sandbox_.page(), "khôi phục", 0640);
  });
  const v1::Order order = sandbox_.Deface();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), "khôi phục");
  EXPECT_THAT(NamesIn(sandbox_.Path("www")), ElementsAre("index.html"));
}

TEST_F(WebDefaceTest, APageThatTheTeamRestoredIsTheirs) {
  const std::string original = Sandbox::Read(sandbox_.page());
  const v1::Order order = sandbox_.Deface();
  Start(order);
  sandbox_.Write(sandbox_.page(), original, 0640);
  struct stat restored {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &restored), 0);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  struct stat after {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &after), 0);
  EXPECT_EQ(after.st_mtim.tv_sec, restored.st_mtim.tv_sec);
}

TEST_F(WebDefaceTest, WhereThePageCannotBePutBackThePreImageIsKept) {
  const std::string original = Sandbox::Read(sandbox_.page());
  const v1::Order order = sandbox_.Deface();
  Start(order);
  unlink(sandbox_.page().c_str());
  const Outcome outcome = Undo(order);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  player_->Forget(order.id());
  const std::string kept = sandbox_.AgentPath("kept/") + Sha256Hex(original);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr(kept)));
  EXPECT_EQ(Sandbox::Read(kept), original);
  EXPECT_FALSE(Sandbox::Exists(sandbox_.page()));
}

TEST_F(WebDefaceTest, TheHeadlineIsTextNotMarkup) {
  v1::Action action;
  action.mutable_web_deface()->set_page("@www/index.html");
  action.mutable_web_deface()->set_headline("<script>alert('x')</script> & \"y\"");
  Start(sandbox_.OrderFor(action));
  const std::string page = Sandbox::Read(sandbox_.page());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y"));
}

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
  // 70 ms at 200 permille are at least three whole slices of 100 ms; a busy machine makes it
  // longer, never shorter.
  while (cpu_ns() - first < 70'000'000) os::SleepMicros(2'000);
  EXPECT_GE(os::MonotonicMicros() - start, 250'000);
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
  ASSERT_EQ(kill(Start(order).traces[0].pid(), SIGKILL), 0);
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
