// The digest is in owners' policies: it may never change.
#include "core/atomic/command_digest.h"

#include <gtest/gtest.h>

#include "common/base/digest.h"

namespace drill {
namespace {

v1::ExecAtomic Sample() {
  v1::ExecAtomic atomic;
  atomic.set_prerequisite("test -f /a");
  atomic.set_command("cat /a");
  atomic.set_cleanup("rm /a");
  return atomic;
}

TEST(CommandDigest, IsOfTheDocumentedBytes) {
  std::string bytes("drill-command-v1\0", 17);
  for (const std::string field : {"sh", "test -f /a", "cat /a", "rm /a"}) {
    bytes += std::string(7, '\0') + static_cast<char>(field.size()) + field;
  }
  EXPECT_EQ(CommandDigest(Sample()), Sha256Hex(bytes));
}

TEST(CommandDigest, IsPinned) {
  EXPECT_EQ(CommandDigest(Sample()),
            "effdf29a133c8964e76edf0ab9ba12331f3b60c17a97eb3e7c3684a0774a56fd");
}

TEST(CommandDigest, DiffersWithWhateverIsRun) {
  const std::string sample = CommandDigest(Sample());
  v1::ExecAtomic other = Sample();
  other.set_executor(v1::EXECUTOR_BASH);
  EXPECT_NE(CommandDigest(other), sample);
  other = Sample();
  other.set_prerequisite("test -f /acat /a");
  other.set_command("");
  EXPECT_NE(CommandDigest(other), sample) << "text moved from one field to the next";
  other = Sample();
  other.clear_cleanup();
  EXPECT_NE(CommandDigest(other), sample);
}

TEST(CommandDigest, IsTheSameUnderAnotherName) {
  v1::ExecAtomic other = Sample();
  other.set_executor(v1::EXECUTOR_SH);
  other.set_name("another");
  other.set_technique("T1003");
  other.mutable_time_limit()->set_seconds(5);
  EXPECT_EQ(CommandDigest(other), CommandDigest(Sample()));
}

}  // namespace
}  // namespace drill
