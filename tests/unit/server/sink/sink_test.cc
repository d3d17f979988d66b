// Every channel of the sink over real sockets.
#include "server/sink/sink.h"

#include <sys/un.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/mutex.h"
#include "server/pki/pki.h"
#include "server/sink/tcp_sink.h"
#include "tests/support/status.h"
#include "tests/unit/server/http/raw_client.h"
#include "tests/unit/server/sink/dns_packets.h"

namespace drill {
namespace {

using testing::DnsQueryFor;
using ::testing::HasSubstr;
using testing::RawClient;
using ::testing::StartsWith;
using testing::StatusIs;

constexpr int64_t kNowUs = 1'795'312'800'000'000;
constexpr char kMark[] = "0123456789ab";

class SinkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = ::testing::TempDir() + "/sink-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    auto ca = Ca::OpenOrCreate(directory_);
    ASSERT_OK(ca);
    ca_ = std::make_unique<Ca>(*std::move(ca));
    auto identity = ca_->IssueServer({});
    ASSERT_OK(identity);
    identity_ = *identity;
  }
  static void TearDownTestSuite() {
    ca_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Start(SinkLimits limits = {}) {
    SinkOptions options;
    options.http = options.https = options.tcp = options.dns = SinkAddress{"127.0.0.1", 0};
    options.tls = {identity_.key_pem, identity_.chain_pem};
    options.limits = limits;
    options.engine_clock = [] { return kNowUs; };
    options.deliver = [this](SinkContact contact, std::function<void(absl::Status)> done) {
      {
        MutexLock lock(mutex_);
        told_.push_back(contact);
      }
      came_.notify_all();
      done(contact.mark == kMark ? absl::OkStatus() : absl::NotFoundError("no order"));
    };
    auto sink = Sink::Start(&io_, std::move(options));
    ASSERT_OK(sink);
    sink_ = *std::move(sink);
  }

  // The contacts told so far, once there are so many.
  std::vector<SinkContact> Told(size_t count) {
    MutexLock lock(mutex_);
    while (told_.size() < count) lock.Wait(came_);
    return told_;
  }
  // Everything, with what was not told yet.
  SinkContact Sum() {
    sink_->Stop();
    MutexLock lock(mutex_);
    SinkContact sum;
    for (const SinkContact& one : told_) {
      sum.mark = one.mark;
      sum.channel = one.channel;
      sum.from = one.from;
      sum.contacts += one.contacts;
      sum.bytes += one.bytes;
      if (!one.sha256.empty()) sum.sha256 = one.sha256;
    }
    return sum;
  }

  static std::string Post(absl::string_view path, absl::string_view body,
                          absl::string_view header = "") {
    return absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: x\r\n", header,
                        "Content-Length: ", body.size(), "\r\n\r\n", body);
  }
  static std::string Digest(absl::string_view archive) {
    return absl::StrCat("X-Archive-SHA256: ", Sha256Hex(archive), "\r\n");
  }
  std::string AskDns(const std::string& packet) {
    const os::Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const timeval patience{30, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(sink_->ports().dns()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(fd.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
             sizeof(to));
    char buffer[1024];
    const ssize_t got = ::recv(fd.get(), buffer, sizeof(buffer), 0);
    return got < 0 ? "" : std::string(buffer, static_cast<size_t>(got));
  }

  static std::string directory_;
  static std::unique_ptr<Ca> ca_;
  static TlsIdentity identity_;

  Mutex mutex_;
  std::condition_variable came_;
  std::vector<SinkContact> told_;
  IoThread io_;
  std::unique_ptr<Sink> sink_;
};

std::string SinkTest::directory_;
std::unique_ptr<Ca> SinkTest::ca_;
TlsIdentity SinkTest::identity_;

TEST_F(SinkTest, CountsAndHashesAnArchiveOverHttp) {
  Start();
  const std::string archive(300'000, 'z');
  RawClient client(sink_->ports().http());
  client.Send(Post(absl::StrCat("/s/", kMark, "/upload"), archive, Digest(archive)));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  const SinkContact sum = Sum();
  EXPECT_EQ(sum.mark, kMark);
  EXPECT_EQ(sum.channel, v1::CHANNEL_HTTP);
  EXPECT_EQ(sum.from, "127.0.0.1");
  EXPECT_EQ(sum.contacts, 1);
  EXPECT_EQ(sum.bytes, 300'000);
  EXPECT_EQ(sum.sha256, Sha256(archive));
}

TEST_F(SinkTest, PutsAnArchiveTogetherOverSeveralRequests) {
  Start();
  RawClient client(sink_->ports().http());
  for (const char* part : {"one", "two"}) {
    client.Send(Post(absl::StrCat("/s/", kMark), part));
    EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  }
  // A request that breaks off in its middle is no part of it.
  RawClient broken(sink_->ports().http());
  broken.Send(absl::StrCat("POST /s/", kMark, " HTTP/1.1\r\nContent-Length: 9\r\n\r\nxyz"));
  client.Send(Post(absl::StrCat("/s/", kMark), "three", Digest("onetwothree")));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  const SinkContact sum = Sum();
  EXPECT_EQ(sum.contacts, 3);
  EXPECT_EQ(sum.sha256, Sha256("onetwothree"));
}

TEST_F(SinkTest, SpeaksHttpsWithTheControllersOwnCertificate) {
  Start();
  RawClient client(sink_->ports().https(), ca_->CaPem());
  ASSERT_TRUE(client.connected());
  client.Send(Post(absl::StrCat("/s/", kMark, "/api/v2/check"), "hi"));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  EXPECT_EQ(Told(1)[0].channel, v1::CHANNEL_HTTPS);
}

TEST_F(SinkTest, SaysNothingAboutMarks) {
  Start();
  RawClient client(sink_->ports().http());
  const std::string answers[] = {
      (client.Send(Post(absl::StrCat("/s/", kMark), "x")), client.ReadUntil("\r\n\r\n")),
      (client.Send(Post("/s/ffffffffffff", "x")), client.ReadUntil("\r\n\r\n")),
      (client.Send(Post(absl::StrCat("/s/", kMark), "x", Digest("y"))),
       client.ReadUntil("\r\n\r\n")),
  };
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
  Told(2);
  // The engine's word about the unknown one is on its way to the I/O thread, before this question.
  EXPECT_EQ(sink_->counts().unknown, 1);
  EXPECT_EQ(Sum().sha256, "");
}

TEST_F(SinkTest, RefusesOtherPathsMarksAndSizes) {
  SinkLimits limits;
  limits.contact_bytes = 1000;
  Start(limits);
  const std::pair<std::string, const char*> kTable[] = {
      {"GET /s/0123456789ab HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
      {Post("/", ""), "HTTP/1.1 404 "},
      {Post("/s/", ""), "HTTP/1.1 404 "},
      {Post("/s/../../etc/passwd", ""), "HTTP/1.1 404 "},
      {Post("/s/ABCDEF", ""), "HTTP/1.1 404 "},
      {Post(absl::StrCat("/s/", std::string(33, 'a')), ""), "HTTP/1.1 404 "},
      {Post("/s/abc", "", "X-Archive-SHA256: abc\r\n"), "HTTP/1.1 400 "},
      {Post("/s/abc", std::string(1001, 'x')), "HTTP/1.1 413 "},
  };
  for (const auto& [request, answer] : kTable) {
    RawClient client(sink_->ports().http());
    client.Send(request);
    EXPECT_THAT(client.ReadAll(), StartsWith(answer)) << request.substr(0, 60);
  }
  EXPECT_EQ(sink_->counts().contacts, 0);
}

TEST_F(SinkTest, TakesTransfersAndBeaconsOverTcp) {
  Start();
  const std::string archive(100'000, 'q');
  RawClient client(sink_->ports().tcp());
  client.Send(absl::StrCat("DRILL ", kMark, " 0 -\n"));
  EXPECT_EQ(client.ReadUntil("\n"), "OK\n");
  client.Send(
      absl::StrCat("DRILL ", kMark, " ", archive.size(), " ", Sha256Hex(archive), "\n", archive));
  EXPECT_EQ(client.ReadUntil("\n"), "OK\n");
  const SinkContact sum = Sum();
  EXPECT_EQ(sum.channel, v1::CHANNEL_TCP);
  EXPECT_EQ(sum.contacts, 2);
  EXPECT_EQ(sum.bytes, 100'000);
  EXPECT_EQ(sum.sha256, Sha256(archive));
}

TEST_F(SinkTest, TellsATransferWithAnotherDigest) {
  Start();
  RawClient client(sink_->ports().tcp());
  client.Send(absl::StrCat("DRILL ", kMark, " 3 ", Sha256Hex("other"), "\nabc"));
  EXPECT_EQ(client.ReadAll(), "BAD\n");
  const SinkContact sum = Sum();
  EXPECT_EQ(sum.bytes, 3);
  EXPECT_EQ(sum.sha256, "");
}

TEST_F(SinkTest, ClosesMalformedAndSlowTcpWithoutAWord) {
  SinkLimits limits;
  limits.tcp_line_time = absl::Milliseconds(50);
  limits.tcp_piece_time = absl::Milliseconds(50);
  Start(limits);
  for (const std::string& said :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("DRILL abc 0\n"), std::string(4096, 'x'),
        std::string("DRILL abc"), std::string(),
        absl::StrCat("DRILL abc 5 ", Sha256Hex("12345"), "\n123")}) {
    RawClient client(sink_->ports().tcp());
    client.Send(said);
    EXPECT_EQ(client.ReadAll(), "") << said.substr(0, 40);
  }
  EXPECT_EQ(sink_->counts().contacts, 0);
}

TEST_F(SinkTest, AnswersDnsAndCounts) {
  Start();
  const std::string answer =
      AskDns(DnsQueryFor(absl::StrCat("nbswy3dp.0.", kMark, ".drill.invalid")));
  EXPECT_EQ(absl::BytesToHexString(answer.substr(answer.size() - 6)), "000400000000");
  EXPECT_EQ(Told(1)[0].bytes, 5);
  EXPECT_EQ(Told(1)[0].channel, v1::CHANNEL_DNS);
}

TEST_F(SinkTest, OffersOnlyTheChannelsThatAreOpen) {
  SinkOptions options;
  options.tcp = SinkAddress{"127.0.0.1", 0};
  options.engine_clock = [] { return kNowUs; };
  auto sink = Sink::Start(&io_, options);
  ASSERT_OK(sink);
  const v1::SinkPorts ports = (*sink)->ports();
  EXPECT_EQ(ports.http() + ports.https() + ports.dns(), 0);
  EXPECT_EQ(ports.zone(), "");
  EXPECT_NE(ports.tcp(), 0);
  options.tcp->port = ports.tcp();
  EXPECT_THAT(Sink::Start(&io_, options),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("sink tcp")));
  options.zone = "No Zone";
  EXPECT_THAT(Sink::Start(&io_, options), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TcpLineTest, HasOneForm) {
  const std::string digest = Sha256Hex("x");
  const auto good = ParseTcpLine(absl::StrCat("DRILL abc 1000 ", digest), 1000);
  ASSERT_OK(good);
  EXPECT_EQ(good->mark, "abc");
  EXPECT_EQ(good->size, 1000);
  EXPECT_EQ(good->sha256, Sha256("x"));
  EXPECT_OK(ParseTcpLine("DRILL abc 0 -", 1000));
  for (const std::string& bad :
       {std::string(), std::string("DRILL"), std::string("DRILL abc 0 -\r"),
        std::string("drill abc 0 -"), std::string("DRILL ABC 0 -"), std::string("DRILL  0 -"),
        std::string("DRILL abc -1 -"), std::string("DRILL abc 5 -"), std::string("DRILL abc  -"),
        std::string("DRILL abc 0 - -"), std::string("DRILL abc 99999999999999999999 -"),
        absl::StrCat("DRILL abc 1001 ", digest), absl::StrCat("DRILL abc 10 ", digest, "0"),
        absl::StrCat("DRILL abc +1 ", digest)}) {
    EXPECT_THAT(ParseTcpLine(bad, 1000), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

}  // namespace
}  // namespace drill
