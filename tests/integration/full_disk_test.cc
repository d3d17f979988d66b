// The controller's disk is full in the middle of a drill. Needs the right to mount; skipped
// visibly without it.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

class FullDiskTest : public DrillTest {
 protected:
  // Only this process and its children see it.
  bool MountSmallDisk() {
    return unshare(CLONE_NEWNS) == 0 &&
           mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("tmpfs", data_.c_str(), "tmpfs", 0, "size=48m,mode=0700") == 0;
  }
  // To the last byte.
  void FillDisk() {
    const int fd = open((data_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    for (std::string block(1 << 20, 'x'); !block.empty();) {
      if (write(fd, block.data(), block.size()) < 0) {
        ASSERT_EQ(errno, ENOSPC);
        block.resize(block.size() / 2);
      }
    }
    close(fd);
  }
  void TearDown() override {
    if (mounted_) umount2(data_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
};

TEST_F(FullDiskTest, StopStillReachesTheHostsAndIsWrittenDown) {
  mounted_ = MountSmallDisk();
  if (!mounted_) GTEST_SKIP() << "no right to mount a small disk: " << strerror(errno);
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  FillDisk();
  // Ordinary work is refused in the end, with a reason: the journal takes what its pages hold.
  std::string why;
  ASSERT_TRUE(Until([&] {
    const Output report = As("an", {"report", "detection", kExercise, "--host", "app-1", "--text",
                                    std::string(8000, 'x')});
    why = report.err;
    return report.code == 1;
  }));
  EXPECT_LT(why.size(), 2000u) << why;

  const Output stop = As("giam-doc", {"exercise", "stop", kExercise});
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_TRUE(Until([this] {
    return !Exists(HostPath("app-1", "docs/HoSo")) && !Exists(HostPath("app-2", "docs/HoSo"));
  }));
  ASSERT_EQ(unlink((data_ + "/ballast").c_str()), 0);
  EXPECT_TRUE(Clean());
  const auto events = Records();
  EXPECT_EQ(Count(events, ExerciseEnded), 1);
  EXPECT_THAT(Get<v1::VerifyReport>("giam-khao", {"journal", "verify"}).faults(),
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace drill::testing
