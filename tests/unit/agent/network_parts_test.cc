// The pure parts of what talks to the network: pace, DNS packets, archives, the go pipe's text.

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/actions/decoy_main.h"
#include "agent/dns_packet.h"
#include "agent/pace.h"
#include "agent/tar.h"
#include "common/base/digest.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;

// ---- pace --------------------------------------------------------------------------------------

// How many get through in `micros`, asking again just when told to.
int Through(TokenBucket bucket, int64_t from_us, int64_t micros) {
  int through = 0;
  for (int64_t now = from_us; now < from_us + micros;) {
    const int64_t wait = bucket.Take(now);
    if (wait == 0) ++through;
    now += wait;
  }
  return through;
}

TEST(TokenBucket, LetsThroughItsRateAndNoMore) {
  for (const int rate : {1, 3, 20, 50, 2'000}) {
    EXPECT_EQ(Through(TokenBucket(rate, 1, 0), 0, 10'000'000), 10 * rate) << rate;
  }
}

TEST(TokenBucket, GivesABurstAtOnceAndThenWaits) {
  TokenBucket bucket(10, 3, 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.Take(0), 0);
  EXPECT_EQ(bucket.Take(0), 100'000);
  EXPECT_EQ(bucket.Take(99'999), 1);
  EXPECT_EQ(bucket.Take(100'000), 0);
}

TEST(TokenBucket, MakesUpForALongAbsenceByOneBurstOnly) {
  TokenBucket bucket(2'000, 5, 0);
  int at_once = 0;
  while (bucket.Take(int64_t{400} * 24 * 3'600 * 1'000'000) == 0) ++at_once;
  EXPECT_EQ(at_once, 5);
}

TEST(TokenBucket, AClockThatGoesBackGivesNothing) {
  TokenBucket bucket(10, 1, 1'000'000);
  EXPECT_EQ(bucket.Take(1'000'000), 0);
  EXPECT_GT(bucket.Take(500'000), 0);
  EXPECT_GT(bucket.Take(1'000'000), 0);
}

TEST(Jittered, StaysWithinItsShareAndReachesBothEnds) {
  EXPECT_EQ(Jittered(30'000'000, 200, 0), 24'000'000);
  EXPECT_EQ(Jittered(30'000'000, 200, 0x80000000), 30'000'000);
  EXPECT_NEAR(static_cast<double>(Jittered(30'000'000, 200, 0xFFFFFFFF)), 36e6, 1);
  EXPECT_EQ(Jittered(3'600'000'000, 0, 0x12345678), 3'600'000'000);
  EXPECT_GT(Jittered(1'000'000, 900, 0), 0);
}

// ---- DNS ---------------------------------------------------------------------------------------

TEST(DnsPacket, IsByteForByteAsTheStandardSays) {
  const auto query = EncodeDnsQuery(0x1234, "a.bc");
  ASSERT_OK(query);
  EXPECT_EQ(Hex(*query),
            "123401000001000000000000"
            "0161"
            "026263"
            "00"
            "0001"
            "0001");
}

TEST(DnsPacket, ReadsWhatItWrote) {
  const auto query = EncodeDnsQuery(7, "Abc.Drill.Invalid");
  ASSERT_OK(query);
  const auto message = DecodeDns(*query);
  ASSERT_OK(message);
  EXPECT_EQ(message->id, 7);
  EXPECT_FALSE(message->reply);
  EXPECT_EQ(message->name, "abc.drill.invalid");
}

TEST(DnsPacket, ReadsTheCodeOfAnAnswer) {
  std::string packet = *EncodeDnsQuery(7, "x.invalid");
  packet[2] = static_cast<char>(0x81);
  packet[3] = static_cast<char>(0x83);
  const auto message = DecodeDns(packet);
  ASSERT_OK(message);
  EXPECT_TRUE(message->reply);
  EXPECT_EQ(message->code, kDnsNameError);
}

TEST(DnsPacket, RefusesNamesThatDoNotFit) {
  EXPECT_OK(EncodeDnsQuery(1, std::string(63, 'a')));
  for (const std::string& name : {std::string(), std::string("a..b"), std::string(64, 'a'),
                                  absl::StrCat(std::string(63, 'a'), ".", std::string(63, 'b'), ".",
                                               std::string(63, 'c'), ".", std::string(62, 'd'))}) {
    EXPECT_THAT(EncodeDnsQuery(1, name), StatusIs(absl::StatusCode::kInvalidArgument)) << name;
  }
}

TEST(DnsPacket, NoPieceOfAPacketIsReadBeyondItsEnd) {
  const std::string packet = *EncodeDnsQuery(7, "abc.drill.invalid");
  for (size_t size = 0; size < packet.size(); ++size) {
    EXPECT_FALSE(DecodeDns(absl::string_view(packet).substr(0, size)).ok()) << size;
  }
  std::string pointer = packet;
  pointer[12] = static_cast<char>(0xC0);
  EXPECT_FALSE(DecodeDns(pointer).ok());
}

TEST(Base32, IsRfc4648InLowerCaseWithoutPadding) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "my");
  EXPECT_EQ(Base32("fo"), "mzxq");
  EXPECT_EQ(Base32("foo"), "mzxw6");
  EXPECT_EQ(Base32("foob"), "mzxw6yq");
  EXPECT_EQ(Base32("fooba"), "mzxw6ytb");
  EXPECT_EQ(Base32("foobar"), "mzxw6ytboi");
}

TEST(PayloadName, TheLargestPayloadStillMakesAName) {
  const std::string mark(32, 'f');
  for (const std::string& zone : {std::string("drill.invalid"), std::string(63, 'z')}) {
    const size_t bytes = PayloadBytesMax(mark, zone);
    ASSERT_GT(bytes, 50u);
    const std::string name = PayloadName(std::string(bytes, '\xFF'), "123456789", mark, zone);
    EXPECT_LE(name.size(), kDnsNameBytesMax);
    EXPECT_OK(EncodeDnsQuery(1, name));
  }
  EXPECT_EQ(PayloadBytesMax(mark, std::string(240, 'z')), 0u);
}

// ---- archives ----------------------------------------------------------------------------------

TEST(Tar, IsReadByTheSystemsOwnTar) {
  if (system("tar --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no tar here";
  std::string archive;
  const std::string long_name = absl::StrCat("HoSo/", std::string(kTarNameBytesMax - 5, 'd'));
  AppendTarFile("HoSo/Báo_cáo.docx", std::string(1'000, 'x'), 0644, 1'700'000'000, &archive);
  AppendTarFile(long_name, "", 0600, 0, &archive);
  AppendTarFile("HoSo/512", std::string(512, 'y'), 0644, 1'700'000'000, &archive);
  FinishTar(&archive);
  EXPECT_EQ(archive.size() % 10'240, 0u);

  const std::string directory = ::testing::TempDir() + "/drill-tar-" + std::to_string(getpid());
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/a.tar", std::ios::binary) << archive;
  EXPECT_EQ(system(absl::StrCat("tar -xf ", directory, "/a.tar -C ", directory).c_str()), 0);
  EXPECT_EQ(std::filesystem::file_size(directory + "/HoSo/Báo_cáo.docx"), 1'000u);
  EXPECT_EQ(std::filesystem::file_size(directory + "/" + long_name), 0u);
  EXPECT_EQ(std::filesystem::file_size(directory + "/HoSo/512"), 512u);
  std::filesystem::remove_all(directory);
}

// ---- go pipe -----------------------------------------------------------------------------------

TEST(DecoyGo, IsReadAsItWasWrittenOrNotAtAll) {
  DecoyGo go;
  go.task.set_cpu_permille(20);
  go.task.mutable_network()->set_mark("0123456789ab");
  go.file_sha256 = Sha256("x");
  const std::string bytes = EncodeDecoyGo(go);
  const auto read = DecodeDecoyGo(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->task.SerializeAsString(), go.task.SerializeAsString());
  EXPECT_EQ(read->file_sha256, go.file_sha256);
  // An agent that dies while it writes has given no task.
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeDecoyGo(absl::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace drill::agent
