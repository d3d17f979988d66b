// The disk under an agent is full: what cannot be undone for sure is not begun, and the controller
// is told why. Needs the right to mount; skipped visibly without it.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

class AgentFullDiskTest : public DrillTest {
 protected:
  // Mounted over a directory of app-1's agent, with what it held. Only this process and its
  // children see it. Empty: done; else why not.
  std::string MountUnderAgent(const std::string& directory, const std::string& size) {
    place_ = HostPath("app-1", directory);
    if (unshare(CLONE_NEWNS) != 0) return strerror(errno);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return strerror(errno);
    const std::string aside = Path("aside");
    std::filesystem::create_directories(place_);
    std::filesystem::copy(place_, aside, std::filesystem::copy_options::recursive);
    const std::string options = absl::StrCat("mode=0700,size=", size);
    if (mount("tmpfs", place_.c_str(), "tmpfs", 0, options.c_str()) != 0) return strerror(errno);
    mounted_ = true;
    std::filesystem::copy(aside, place_,
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    return "";
  }
  void TearDown() override {
    if (mounted_) {
      EndAgent("app-1", SIGTERM);
      umount2(place_.c_str(), MNT_DETACH);
    }
  }
  // Leaves so much free.
  void FillDisk(off_t leave) {
    const int fd = open(Ballast().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    off_t size = 0;
    for (std::string block(1 << 20, 'x'); !block.empty();) {
      const ssize_t put = write(fd, block.data(), block.size());
      if (put >= 0) {
        size += put;
      } else {
        ASSERT_EQ(errno, ENOSPC);
        block.resize(block.size() / 2);
      }
    }
    ASSERT_EQ(ftruncate(fd, size - leave), 0);
    close(fd);
  }
  std::string Ballast() const { return place_ + "/ballast"; }

  // All is ready, with app-1's agent on the small disk.
  void MakeReadyOn(const std::string& directory, const std::string& size) {
    ASSERT_OK(MakeReady());
    EndAgent("app-1", SIGTERM);
    const std::string why = MountUnderAgent(directory, size);
    if (!why.empty()) GTEST_SKIP() << "no right to mount a small disk: " << why;
    StartAgent("app-1");
    ASSERT_TRUE(Until([this] { return Connected("app-1"); }));
  }
  // What app-1 told of one inject, as "KIND: notes".
  std::vector<std::string> Told(const std::vector<v1::WatchEvent>& events,
                                const std::string& inject) {
    std::vector<std::string> told;
    for (const v1::WatchEvent& watched : events) {
      const v1::OrderEvent& event = watched.record().order_reported().event();
      if (event.order().inject() != inject || event.order().host() != "app-1") continue;
      std::string& line = told.emplace_back(v1::OrderEventKind_Name(event.kind()) + ":");
      for (const std::string& note : event.notes()) line += " " + note;
    }
    return told;
  }
  void HostIsUntouchedAndTheOtherPlayed(const std::vector<v1::WatchEvent>& events) {
    EXPECT_FALSE(Exists(HostPath("app-1", "docs/HoSo")));
    EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-2")), 1);
  }

  std::string place_;
  bool mounted_ = false;
};

// There is room for what the agent has to write down, not for an undo log with its reserve.
TEST_F(AgentFullDiskTest, WhatHasNoRoomForItsUndoLogIsToldBeforeTheStart) {
  MakeReadyOn("agent", "16m");
  if (IsSkipped() || HasFailure()) return;
  FillDisk(2 << 20);
  const Output check = As("giam-doc", {"exercise", "check", kExercise});
  EXPECT_THAT(check.out + check.err, HasSubstr("no room for the undo store"));
  const Output start = As("giam-doc", {"exercise", "start", kExercise});
  EXPECT_EQ(start.code, 1);
  EXPECT_THAT(start.err, ::testing::AllOf(HasSubstr("app-1"), HasSubstr("no room for the undo"),
                                          HasSubstr(place_)));
  EXPECT_EQ(Count(Records(), [](const v1::Record& r) { return r.has_exercise_started(); }), 0);
}

// The disk fills up after the start, when the order is armed.
TEST_F(AgentFullDiskTest, OrderForWhichTheUndoLogHasNoRoomIsNotStarted) {
  MakeReadyOn("agent", "16m");
  if (IsSkipped() || HasFailure()) return;
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  FillDisk(2 << 20);
  const auto events = WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  EXPECT_THAT(Told(events, "crypt"),
              ::testing::ElementsAre(::testing::AllOf(HasSubstr("ORDER_EVENT_KIND_FAILED"),
                                                      HasSubstr("no room for the undo store"),
                                                      HasSubstr(place_))));
  HostIsUntouchedAndTheOtherPlayed(events);
}

// The check was passed, the writing fails.
TEST_F(AgentFullDiskTest, OrderWhoseUndoLogCannotBeWrittenIsNotStarted) {
  MakeReadyOn("agent/undo", "1m");
  if (IsSkipped() || HasFailure()) return;
  FillDisk(0);
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const auto events = WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  EXPECT_THAT(Told(events, "crypt"),
              ::testing::ElementsAre(::testing::AllOf(HasSubstr("ORDER_EVENT_KIND_FAILED"),
                                                      HasSubstr("No space left on device"))));
  HostIsUntouchedAndTheOtherPlayed(events);
}

}  // namespace
}  // namespace drill::testing
