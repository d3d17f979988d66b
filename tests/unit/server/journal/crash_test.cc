// Death of the process, and disks without room: in child processes.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/unit/server/journal/sandbox.h"

namespace drill::testing {
namespace {

using ::testing::IsEmpty;

constexpr char kCannot[] = "cannot";

class Crash : public Sandbox {
 protected:
  // What `work` says in a child process; a child that dies says so.
  std::string InChild(const std::function<std::string()>& work) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
      const std::string said = work();
      const bool told = write(ends[1], said.data(), said.size()) >= 0;
      _exit(told ? 0 : 3);
    }
    close(ends[1]);
    std::string said;
    char buffer[512];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
      said.append(buffer, static_cast<size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) said += "the child died";
    return said;
  }

  static std::string Say(const char* where, const absl::Status& status) {
    return absl::StrCat(where, ": ", status.ToString());
  }
};

TEST_F(Crash, WhatWasAppendedSurvivesAnExitWithoutClosing) {
  EXPECT_EQ(InChild([this]() -> std::string {
              auto journal = SqliteJournal::Open(dir_);
              if (!journal.ok()) return Say("open", journal.status());
              RecordMaker make;
              for (uint64_t i = 0; i < 5; ++i) {
                const absl::Status status = (*journal)->Append({make.Next("register")}, i, 0);
                if (!status.ok()) return Say("append", status);
              }
              (*journal)->TouchAlive(make.time_us() + 42);
              _exit(0);  // no destructor runs
            }),
            "");
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  EXPECT_EQ(journal->Head().seq, 5);
  EXPECT_EQ(journal->LastAliveUs(), 1'000'000 + 5 * 10 + 42);
  EXPECT_FALSE(journal->WitnessMissing());
  EXPECT_THAT(Faults(*journal), IsEmpty());
}

TEST_F(Crash, EveryAcknowledgedAppendSurvivesKill9) {
  for (int round = 1; round <= 3; ++round) {
    int acks[2];
    ASSERT_EQ(pipe2(acks, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto journal = SqliteJournal::Open(dir_);
      if (!journal.ok()) _exit(2);
      RecordMaker make(**journal);
      for (;;) {
        const std::vector<StoredRecord> batch = make.Many(3, "register", std::string(500, 'x'));
        if (!(*journal)->Append(batch, batch.front().seq - 1, 0).ok()) _exit(3);
        const uint64_t head = (*journal)->Head().seq;
        if (write(acks[1], &head, sizeof head) != sizeof head) _exit(4);
      }
    }
    close(acks[1]);
    uint64_t acknowledged = 0;
    for (int i = 0; i < 7 * round; ++i) {
      ASSERT_EQ(read(acks[0], &acknowledged, sizeof acknowledged),
                static_cast<ssize_t>(sizeof acknowledged));
    }
    // It is in the middle of a later append.
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    for (uint64_t more; read(acks[0], &more, sizeof more) == sizeof more;) acknowledged = more;
    close(acks[0]);

    std::unique_ptr<SqliteJournal> journal = MustOpen();
    EXPECT_GE(journal->Head().seq, acknowledged);
    EXPECT_EQ(journal->Head().seq % 3, 0) << "a batch is there whole or not at all";
    EXPECT_FALSE(journal->WitnessMissing());
    EXPECT_THAT(Faults(*journal), IsEmpty());
  }
}

// One append that finds no room, told step by step; `make_room` gives it room again.
std::string FullDiskStory(SqliteJournal& journal, RecordMaker& make,
                          const std::function<absl::Status()>& make_room) {
  const Position before = journal.Head();
  const std::vector<chain::StreamHead> heads = journal.Heads();
  const std::vector<StoredRecord> batch = make.Many(100, "register", std::string(4000, 'x'));
  for (int i = 0; i < 2; ++i) {
    const absl::Status full = journal.Append(batch, before.seq, 0);
    if (!absl::IsResourceExhausted(full)) return absl::StrCat("full disk: ", full.ToString());
    if (!(journal.Head() == before) || journal.Heads() != heads) return "the end moved";
    if (Everything(journal).size() != before.seq) return "records were added";
  }
  absl::Status status = make_room();
  if (!status.ok()) return absl::StrCat("make room: ", status.ToString());
  status = journal.Append(batch, before.seq, 0);
  if (!status.ok()) return absl::StrCat("with room: ", status.ToString());
  const absl::StatusOr<v1::VerifyReport> report = VerifyJournal(&journal);
  if (!report.ok()) return absl::StrCat("verify: ", report.status().ToString());
  if (report->records() != before.seq + 100) return "records are missing";
  return report->faults_size() == 0 ? "" : report->faults(0);
}

TEST_F(Crash, WithoutRoomNothingIsChangedAndLaterItGoesOn) {
  EXPECT_EQ(InChild([this]() -> std::string {
              signal(SIGXFSZ, SIG_IGN);
              auto journal = SqliteJournal::Open(dir_);
              if (!journal.ok()) return Say("open", journal.status());
              RecordMaker make;
              const absl::Status first = (*journal)->Append(make.Many(10, "register"), 0, 0);
              if (!first.ok()) return Say("append", first);
              rlimit limit{};
              getrlimit(RLIMIT_FSIZE, &limit);
              limit.rlim_cur = 64 << 10;
              setrlimit(RLIMIT_FSIZE, &limit);
              return FullDiskStory(**journal, make, [&] {
                limit.rlim_cur = limit.rlim_max;
                setrlimit(RLIMIT_FSIZE, &limit);
                return absl::OkStatus();
              });
            }),
            "");
  EXPECT_EQ(MustOpen()->Head().seq, 110);
}

// A real small file system: needs leave to mount one in a namespace of its own.
bool MountSmallDisk(const std::string& dir) {
  const int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
  return unshare(flags) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", dir.c_str(), "tmpfs", 0, "size=8m") == 0;
}

// Takes every block that is left.
absl::Status FillDisk(const std::string& path) {
  os::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const std::string block(4096, 'x');
  while (write(fd.get(), block.data(), block.size()) > 0) {
  }
  return errno == ENOSPC ? absl::OkStatus() : os::ErrnoStatus(errno, "fill", path);
}

TEST_F(Crash, TheReserveMakesRoomOnAFullDisk) {
  const std::string said = InChild([this]() -> std::string {
    if (!MountSmallDisk(dir_)) return kCannot;
    auto journal = SqliteJournal::Open(dir_);
    if (!journal.ok()) return Say("open", journal.status());
    if (!(*journal)->HasReserve()) return "no reserve";
    RecordMaker make;
    absl::Status status = (*journal)->Append(make.Many(10, "register"), 0, 0);
    if (!status.ok()) return Say("append", status);
    const std::string filler = dir_ + "/filler";
    status = FillDisk(filler);
    if (!status.ok()) return Say("fill", status);

    std::string story =
        FullDiskStory(**journal, make, [&] { return (*journal)->ReleaseReserve(); });
    if (!story.empty()) return story;
    if ((*journal)->HasReserve()) return "the reserve is still held";
    status = FillDisk(filler);
    if (!status.ok()) return Say("fill again", status);
    status = (*journal)->RestoreReserve();
    if (!absl::IsResourceExhausted(status)) return Say("restore on a full disk", status);

    // A controller starts on a full disk, without its reserve.
    journal->reset();
    journal = SqliteJournal::Open(dir_);
    if (!journal.ok()) return Say("open on a full disk", journal.status());
    if ((*journal)->HasReserve()) return "a reserve out of nothing";
    if (unlink(filler.c_str()) != 0) return "unlink";
    status = (*journal)->RestoreReserve();
    if (!status.ok() || !(*journal)->HasReserve()) return Say("restore", status);
    return "";
  });
  if (said == kCannot) GTEST_SKIP() << "no leave to mount a small file system here";
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace drill::testing
