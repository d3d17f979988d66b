// The agent's durable queue to the controller, and the frames that it and the undo log are made of.

#include "agent/outbox.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::OutboxEntry EventOf(absl::string_view inject) {
  v1::OutboxEntry entry;
  entry.mutable_event()->mutable_order()->set_inject(std::string(inject));
  return entry;
}

std::vector<std::string> Described(const std::vector<v1::OutboxEntry>& entries) {
  std::vector<std::string> text;
  for (const v1::OutboxEntry& entry : entries) {
    text.push_back(absl::StrCat(entry.seq(), ":", entry.event().order().inject()));
  }
  return text;
}

class OutboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "drill-outbox-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Outbox Open() {
    auto outbox = Outbox::Open(directory_);
    EXPECT_OK(outbox);
    return *std::move(outbox);
  }
  std::string queue() const { return directory_ + "/queue"; }
  std::string ReadQueue() const {
    std::ostringstream text;
    text << std::ifstream(queue(), std::ios::binary).rdbuf();
    return text.str();
  }
  void WriteQueue(const std::string& bytes) const {
    std::ofstream(queue(), std::ios::binary | std::ios::trunc) << bytes;
  }

  std::string directory_;
};

TEST_F(OutboxTest, KeepsEverythingInOrderAcrossARestart) {
  std::string id;
  {
    Outbox outbox = Open();
    id = outbox.id();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(*outbox.Append({EventOf("a")}), 1u);
    EXPECT_EQ(*outbox.Append({EventOf("b"), EventOf("c")}), 2u);
  }
  Outbox outbox = Open();
  EXPECT_EQ(outbox.id(), id);
  EXPECT_EQ(outbox.last_seq(), 3u);
  EXPECT_THAT(Described(outbox.Pending(0, 1 << 20)), ElementsAre("1:a", "2:b", "3:c"));
  EXPECT_THAT(outbox.damage(), IsEmpty());
}

TEST_F(OutboxTest, PendingStartsAfterANumberAndKeepsToALimitButGivesAtLeastOne) {
  Outbox outbox = Open();
  ASSERT_OK(outbox.Append({EventOf("a"), EventOf("b"), EventOf("c")}));
  EXPECT_THAT(Described(outbox.Pending(1, 1 << 20)), ElementsAre("2:b", "3:c"));
  EXPECT_THAT(Described(outbox.Pending(0, 1)), ElementsAre("1:a"));
  EXPECT_THAT(outbox.Pending(3, 1 << 20), IsEmpty());
  EXPECT_THAT(outbox.Pending(99, 1 << 20), IsEmpty());
}

TEST_F(OutboxTest, NumbersAreNeverUsedTwiceThoughAllIsAcknowledged) {
  std::string id;
  {
    Outbox outbox = Open();
    id = outbox.id();
    ASSERT_OK(outbox.Append({EventOf("a"), EventOf("b")}));
    ASSERT_OK(outbox.Ack(2));
    EXPECT_TRUE(outbox.empty());
  }
  {
    Outbox outbox = Open();
    EXPECT_EQ(outbox.id(), id);
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.acknowledged(), 2u);
    EXPECT_EQ(*outbox.Append({EventOf("c")}), 3u);
  }
  EXPECT_THAT(Described(Open().Pending(0, 1 << 20)), ElementsAre("3:c"));
}

TEST_F(OutboxTest, AcknowledgementsAreCheckedAndMayRepeat) {
  Outbox outbox = Open();
  ASSERT_OK(outbox.Append({EventOf("a"), EventOf("b")}));
  EXPECT_THAT(outbox.Ack(3), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK(outbox.Ack(1));
  ASSERT_OK(outbox.Ack(1));
  ASSERT_OK(outbox.Ack(0));
  EXPECT_THAT(Described(outbox.Pending(0, 1 << 20)), ElementsAre("2:b"));
}

TEST_F(OutboxTest, TheFileDoesNotGrowWithWhatIsAcknowledged) {
  v1::OutboxEntry large = EventOf("a");
  large.mutable_event()->add_notes(std::string(10'000, 'n'));
  Outbox outbox = Open();
  uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    auto seq = outbox.Append({large});
    ASSERT_OK(seq);
    last = *seq;
    ASSERT_OK(outbox.Ack(last));
    ASSERT_LT(std::filesystem::file_size(queue()), Outbox::kCompactBytes + 30'000);
  }
  EXPECT_EQ(*Open().Append({EventOf("b")}), last + 1);
}

TEST_F(OutboxTest, WhatWasSeenForAClaimIsKeptAsEventsAre) {
  {
    Outbox outbox = Open();
    v1::OutboxEntry looked;
    looked.mutable_effect()->set_check("soc-1");
    ASSERT_OK(outbox.Append({EventOf("a"), looked, EventOf("b")}));
    ASSERT_OK(outbox.Ack(1));
  }
  const Outbox outbox = Open();
  const std::vector<v1::OutboxEntry> pending = outbox.Pending(0, 1 << 20);
  EXPECT_THAT(Described(pending), ElementsAre("2:", "3:b"));
  EXPECT_EQ(pending[0].effect().check(), "soc-1");
}

TEST_F(OutboxTest, ATornEndIsCutOffWhereverItIsTorn) {
  {
    Outbox outbox = Open();
    ASSERT_OK(outbox.Append({EventOf("a")}));
  }
  const std::string whole = ReadQueue();
  {
    Outbox outbox = Open();
    ASSERT_OK(outbox.Append({EventOf("bbbb")}));
  }
  const std::string longer = ReadQueue();
  for (size_t size = whole.size(); size < longer.size(); ++size) {
    SCOPED_TRACE(size);
    WriteQueue(longer.substr(0, size));
    Outbox outbox = Open();
    EXPECT_THAT(outbox.damage(), IsEmpty());
    EXPECT_THAT(Described(outbox.Pending(0, 1 << 20)), ElementsAre("1:a"));
    EXPECT_EQ(*outbox.Append({EventOf("c")}), 2u);
    EXPECT_THAT(Described(Open().Pending(0, 1 << 20)), ElementsAre("1:a", "2:c"));
  }
  // As power loss leaves a file that had been made longer but not filled.
  WriteQueue(whole + std::string(5'000, '\0'));
  EXPECT_THAT(Described(Open().Pending(0, 1 << 20)), ElementsAre("1:a"));
  EXPECT_EQ(ReadQueue(), whole);
}

TEST_F(OutboxTest, ADamagedFileIsSetAsideAndWhatReadsIsSentUnderANewId) {
  std::string id;
  {
    Outbox outbox = Open();
    id = outbox.id();
    ASSERT_OK(outbox.Append({EventOf("aaaa")}));
    ASSERT_OK(outbox.Append({EventOf("bbbb")}));
    ASSERT_OK(outbox.Append({EventOf("cccc")}));
  }
  std::string bytes = ReadQueue();
  bytes[bytes.find("bbbb")] ^= 1;
  WriteQueue(bytes);
  {
    Outbox outbox = Open();
    EXPECT_NE(outbox.id(), id);
    EXPECT_THAT(outbox.damage(), HasSubstr(queue() + ".damaged-"));
    EXPECT_THAT(Described(outbox.Pending(0, 1 << 20)), ElementsAre("1:aaaa", "2:cccc"));
  }
  Outbox outbox = Open();
  EXPECT_THAT(outbox.damage(), IsEmpty());
  EXPECT_THAT(Described(outbox.Pending(0, 1 << 20)), ElementsAre("1:aaaa", "2:cccc"));
}

TEST_F(OutboxTest, RefusesMoreThanItsLimit) {
  Outbox outbox = Open();
  v1::OutboxEntry large = EventOf("a");
  large.mutable_event()->add_notes(std::string(7 << 20, 'n'));
  absl::Status status;
  int taken = 0;
  while ((status = outbox.Append({large}).status()).ok()) ++taken;
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(taken, 9);
  EXPECT_EQ(outbox.last_seq(), 9u);
}

TEST_F(OutboxTest, AFullDiskAddsNothingAndLosesNothing) {
  Outbox outbox = Open();
  ASSERT_OK(outbox.Append({EventOf("a")}));
  const rlim_t limit = std::filesystem::file_size(queue()) + 20;
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit small{limit, limit};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto seq = outbox.Append({EventOf(std::string(100, 'x'))});
    // What still fits goes in afterwards, with the number that was not used.
    const auto next = outbox.Append({EventOf("")});
    _exit(absl::IsResourceExhausted(seq.status()) && next.ok() && *next == 2 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(Described(Open().Pending(0, 1 << 20)), ElementsAre("1:a", "2:"));
}

TEST(Frames, ARunOfZeroBytesIsNoFrame) {
  const FrameScan scan = ScanFrames(std::string(64, '\0'));
  EXPECT_THAT(scan.payloads, IsEmpty());
  EXPECT_FALSE(scan.damaged);
  EXPECT_EQ(scan.good_bytes, 0u);
}

TEST(Frames, EveryFlippedBitIsSeen) {
  std::string file;
  AddFrame("một", &file);
  const size_t first = file.size();
  AddFrame("hai", &file);
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    SCOPED_TRACE(bit);
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const FrameScan scan = ScanFrames(damaged);
    if (bit / 8 < first) {
      EXPECT_THAT(scan.payloads, ElementsAre("hai"));
      EXPECT_TRUE(scan.damaged);
    } else {
      EXPECT_THAT(scan.payloads, ElementsAre("một"));
      EXPECT_FALSE(scan.damaged);
      EXPECT_EQ(scan.good_bytes, first);
    }
  }
}

}  // namespace
}  // namespace drill::agent
