#include "server/sink/dns.h"

#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/sink/dns_sink.h"
#include "tests/support/status.h"
#include "tests/unit/server/sink/dns_packets.h"

namespace drill {
namespace {

using testing::DnsQueryFor;
using ::testing::ElementsAre;
using testing::StatusIs;

const std::vector<std::string> kZone = {"drill", "invalid"};

class DnsTest : public ::testing::Test {
 protected:
  std::string Answer(const std::string& packet) {
    return AnswerDns(packet, kZone, "10.0.0.7", 1000, &hub_);
  }
  static int Code(const std::string& answer) { return answer.size() < 4 ? -1 : answer[3] & 0x0F; }
  static int Answers(const std::string& answer) { return answer.size() < 8 ? -1 : answer[7]; }

  std::vector<SinkContact> told_;
  SinkHub hub_{[this](SinkContact contact) { told_.push_back(std::move(contact)); }};
};

TEST_F(DnsTest, AnswersAnOrdersNameWithAnEmptyAddressThatIsNotKept) {
  const std::string query = DnsQueryFor("nbswy3dp.0.abc123.drill.invalid");
  const std::string answer = Answer(query);
  // Id and question are the caller's; one A record, TTL 0, 0.0.0.0.
  EXPECT_EQ(answer.substr(0, 2), query.substr(0, 2));
  EXPECT_EQ(absl::BytesToHexString(answer.substr(2, 10)), "85000001000100000000");
  EXPECT_EQ(answer.substr(12, query.size() - 12), query.substr(12));
  EXPECT_EQ(absl::BytesToHexString(answer.substr(query.size())),
            "c00c00010001000000000004"
            "00000000");
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].mark, "abc123");
  EXPECT_EQ(told_[0].bytes, 5);  // "hello"
  EXPECT_EQ(told_[0].channel, v1::CHANNEL_DNS);
  EXPECT_EQ(told_[0].from, "10.0.0.7");
}

TEST_F(DnsTest, SpeaksForItsZoneOnly) {
  const struct {
    const char* name;
    uint16_t type;
    int code;
    int answers;
    size_t contacts;
  } kTable[] = {
      {"7.abc.drill.invalid", 1, 0, 1, 1},            // a beacon
      {"NBSWY3DP.1.ABC.Drill.Invalid", 1, 0, 1, 1},   // resolvers mix the case
      {"7.abc.drill.invalid", 28, 0, 0, 0},           // AAAA: nothing, and no contact
      {"qzxv01.abc.drill.invalid", 1, 3, 0, 1},       // a generated name counts
      {"nbswy3dq9.0.abc.drill.invalid", 1, 3, 0, 1},  // no base32
      {"a.b.nomark.drill.invalid", 1, 3, 0, 0},       //
      {"abc.drill.invalid", 1, 3, 0, 0},              // a mark alone
      {"drill.invalid", 1, 3, 0, 0},                  //
      {"1000001.abc.drill.invalid", 1, 3, 0, 1},      // a number beyond the limit
      {"aa.end.abc.drill.invalid", 1, 3, 0, 1},       // an end without a digest
      {"7.abc.drill.invalid.example", 1, 5, 0, 0},    //
      {"xdrill.invalid", 1, 5, 0, 0},                 //
      {"www.gov.vn", 1, 5, 0, 0},
  };
  for (const auto& [name, type, code, answers, contacts] : kTable) {
    const int64_t before = hub_.counts().contacts;
    const std::string answer = Answer(DnsQueryFor(name, type));
    EXPECT_EQ(Code(answer), code) << name;
    EXPECT_EQ(Answers(answer), answers) << name;
    EXPECT_EQ(static_cast<size_t>(hub_.counts().contacts - before), contacts) << name;
  }
}

TEST_F(DnsTest, RefusesWhatIsNoQuestion) {
  const std::string good = DnsQueryFor("7.abc.drill.invalid");
  const auto with = [&](size_t at, char byte) {
    std::string packet = good;
    packet[at] = byte;
    return packet;
  };
  EXPECT_EQ(Answer(""), "");
  EXPECT_EQ(Answer(good.substr(0, 11)), "");
  EXPECT_EQ(Answer(with(2, '\x80')), "") << "an answer is never answered";
  EXPECT_EQ(Answer(good + std::string(kDnsPacketMax, 'x')), "");
  EXPECT_EQ(Code(Answer(with(2, '\x28'))), 4) << "an update";
  EXPECT_EQ(Code(Answer(with(5, '\x00'))), 1) << "no question";
  EXPECT_EQ(Code(Answer(with(5, '\x02'))), 1) << "two";
  EXPECT_EQ(Code(Answer(with(12, '\xC0'))), 1) << "compression";
  EXPECT_EQ(Code(Answer(with(12, '\x40'))), 1) << "a label of 64";
  EXPECT_EQ(Code(Answer(good.substr(0, good.size() - 1))), 1) << "cut off";
  std::string long_name = good.substr(0, 12);
  for (int i = 0; i < 5; ++i) long_name += "\x3F" + std::string(63, 'a');
  EXPECT_EQ(Code(Answer(long_name + std::string("\0\0\1\0\1", 5))), 1) << "a name of 320";
  EXPECT_EQ(hub_.counts().contacts, 0);
  EXPECT_EQ(hub_.counts().malformed, 11);
}

TEST_F(DnsTest, NeverReadsOutsideAPacket) {
  std::mt19937 random(3);
  const std::string good = DnsQueryFor("nbswy3dp.0.abc123.drill.invalid");
  for (int round = 0; round < 20'000; ++round) {
    std::string packet = good;
    for (int i = 0; i < 3; ++i) packet[random() % packet.size()] = static_cast<char>(random());
    packet.resize(random() % (packet.size() + 1));
    // A copy of its own on the heap, so that a sanitizer sees a read beyond it.
    const std::unique_ptr<char[]> exact(new char[packet.size()]);
    std::copy(packet.begin(), packet.end(), exact.get());
    const std::string answer =
        AnswerDns(absl::string_view(exact.get(), packet.size()), kZone, "10.0.0.7", 1000, &hub_);
    EXPECT_LE(answer.size(), packet.size() + 16);
  }
}

TEST(Base32Test, DecodesWhatTheRfcEncodes) {
  const std::pair<const char*, const char*> kTable[] = {{"", ""},
                                                        {"my", "f"},
                                                        {"mzxq", "fo"},
                                                        {"mzxw6", "foo"},
                                                        {"mzxw6yq", "foob"},
                                                        {"mzxw6ytb", "fooba"},
                                                        {"mzxw6ytboi", "foobar"}};
  for (const auto& [text, bytes] : kTable) {
    std::string out;
    EXPECT_OK(Base32Decode(text, &out)) << text;
    EXPECT_EQ(out, bytes);
  }
  for (const char* bad : {"m", "mzx", "mzxw6y", "mz", "MY", "m1", "my=", "m y"}) {
    std::string out;
    EXPECT_THAT(Base32Decode(bad, &out), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

TEST(ZoneTest, IsADomainNameInLowerCase) {
  std::vector<std::string> labels;
  EXPECT_OK(ParseZone("dien-tap.drill.invalid", &labels));
  EXPECT_THAT(labels, ElementsAre("dien-tap", "drill", "invalid"));
  for (const char* bad : {"", ".", "a..b", "Drill", "drill.", "-a", "a b", "a_b"}) {
    EXPECT_THAT(ParseZone(bad, &labels), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

}  // namespace
}  // namespace drill
