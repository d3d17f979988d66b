// What the kinds that use the network do, seen by the other end and by /proc, not by asking the
// agent; what a control that stops them looks like; what the policy refuses; and that nothing of
// them is left after undo.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agent/dns_packet.h"
#include "agent/task_ssh.h"
#include "agent/undo_log.h"
#include "common/base/digest.h"
#include "tests/support/fake_sink.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeSink;
using ::drill::testing::FreePort;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kLoopback[] = "127.0.0.1";

bool Listens(int port) {
  // "  0: 00000000:1F90 00000000:0000 0A ...": state 0A is LISTEN.
  const std::string wanted = absl::StrFormat(":%04X 00000000:0000 0A", port);
  return absl::StrContains(Sandbox::Read("/proc/net/tcp"), wanted);
}

class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() : sink_(sandbox_.AgentPath("ca")) {
    sandbox_.sink.address = kLoopback;
    sandbox_.sink.ports.set_http(sink_.http_port());
    sandbox_.sink.ports.set_https(sink_.https_port());
    sandbox_.sink.ports.set_tcp(sink_.tcp_port());
    sandbox_.sink.ports.set_dns(sink_.dns_port());
    sandbox_.sink.ports.set_zone("drill.invalid");
    sandbox_.ca_pem = sink_.ca_pem();
  }

  Outcome Start(const v1::Order& order) {
    player_ = sandbox_.Player();
    return player_->Start(order, [](int64_t) {});
  }
  void ExpectApplied(const v1::Order& order) {
    const Outcome outcome = Start(order);
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
    EXPECT_EQ(sandbox_.RunningDecoys().size(), 1u);
  }
  // Neither process nor file is left; gives what undo had to say.
  std::vector<std::string> ExpectUndone(const v1::Order& order) {
    const Outcome outcome = player_->Undo(order.id(), v1::UNDO_REASON_ENDED);
    EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED)
        << ::testing::PrintToString(outcome.notes);
    ExpectNothingLeft();
    return outcome.notes;
  }
  void ExpectNothingLeft() {
    EXPECT_THAT(sandbox_.RunningDecoys(), IsEmpty());
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }
  void ExpectEnd(const v1::Order& order, v1::OrderEventKind kind, const std::string& why) {
    const Outcome outcome = Start(order);
    EXPECT_EQ(outcome.kind, kind) << ::testing::PrintToString(outcome.notes);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr(why)));
    ExpectNothingLeft();
  }
  void Target(const std::string& host, const std::vector<int>& ports) {
    v1::Target* target = sandbox_.policy.add_targets();
    target->set_host(host);
    target->set_address(kLoopback);
    for (const int port : ports) target->add_ports(port);
    sandbox_.against.push_back(host);
  }
  static std::string MarkOf(const v1::Order& order) { return OpaqueId(order.id()); }

  Sandbox sandbox_;
  FakeSink sink_;
  std::unique_ptr<HostPlayer> player_;
  const std::map<std::string, std::string> before_ = sandbox_.Manifest();
};

// ---- network.listen ----------------------------------------------------------------------------

class ListenTest : public NetworkTest {
 protected:
  ListenTest() : port_(FreePort()) { sandbox_.policy.add_ports(port_); }
  const int port_;
};

TEST_F(ListenTest, SaysItsBannerToWhoeverComesAndClosesWithUndo) {
  const v1::Order order = sandbox_.Listen();
  ExpectApplied(order);
  EXPECT_TRUE(Listens(port_));
  const os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  std::string said;
  char buffer[64];
  for (ssize_t got = 0; (got = read(fd.get(), buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_EQ(said, "220 ready\r\n");
  EXPECT_THAT(ExpectUndone(order), ElementsAre("contacts made: 1, bytes sent: 11"));
  EXPECT_FALSE(Listens(port_));
}

TEST_F(ListenTest, APortInUseIsNotTakenAndNoControl) {
  sandbox_.policy.set_ports(0, sink_.http_port());
  ExpectEnd(sandbox_.Listen(), v1::ORDER_EVENT_KIND_FAILED, "is in use by another program");
}

TEST_F(ListenTest, APortThatThePolicyDoesNotListIsRefused) {
  const v1::Order order = sandbox_.Listen();
  sandbox_.policy.clear_ports();
  ExpectEnd(order, v1::ORDER_EVENT_KIND_REFUSED, "the owner may add it to `ports`");
}

// ---- network.beacon ----------------------------------------------------------------------------

class BeaconTest : public NetworkTest {};

TEST_F(BeaconTest, CallsOverHttpAgainAndAgainUntilUndone) {
  const v1::Order order = sandbox_.Beacon(v1::CHANNEL_HTTP);
  ExpectApplied(order);
  const auto requests = sink_.AwaitRequests(2);
  ASSERT_GE(requests.size(), 2u);
  for (const auto& request : requests) {
    EXPECT_THAT(request.head,
                StartsWith(absl::StrCat("POST /s/", MarkOf(order), "/api/v2/check HTTP/1.1\r\n")));
    EXPECT_THAT(request.head, HasSubstr("User-Agent: UpdateSvc/"));
  }
  EXPECT_THAT(ExpectUndone(order), ElementsAre(StartsWith("contacts made: ")));
}

TEST_F(BeaconTest, OverHttpsBelievesTheControllersCa) {
  const v1::Order order = sandbox_.Beacon(v1::CHANNEL_HTTPS);
  ExpectApplied(order);
  const auto requests = sink_.AwaitRequests(1);
  ASSERT_GE(requests.size(), 1u);
  EXPECT_TRUE(requests[0].tls);
  ExpectUndone(order);
}

TEST_F(BeaconTest, OverHttpsBelievesNobodyElse) {
  const FakeSink other(sandbox_.AgentPath("other-ca"));
  sandbox_.sink.ports.set_https(other.https_port());
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTPS), v1::ORDER_EVENT_KIND_BLOCKED,
            "a certificate that is not the controller's");
}

TEST_F(BeaconTest, CallsOverTcp) {
  const v1::Order order = sandbox_.Beacon(v1::CHANNEL_TCP);
  ExpectApplied(order);
  ASSERT_GE(sink_.AwaitTransfers(1).size(), 1u);
  EXPECT_EQ(sink_.AwaitTransfers(1).at(0), absl::StrCat("DRILL ", MarkOf(order), " 0 -\n"));
  ExpectUndone(order);
}

TEST_F(BeaconTest, CallsByNamesBelowTheZone) {
  const v1::Order order = sandbox_.Beacon(v1::CHANNEL_DNS);
  ExpectApplied(order);
  ASSERT_GE(sink_.AwaitNames(1).size(), 1u);
  EXPECT_THAT(sink_.AwaitNames(1).at(0),
              EndsWith(absl::StrCat(".0.", MarkOf(order), ".drill.invalid")));
  ExpectUndone(order);
}

TEST_F(BeaconTest, IsBlockedWhereTheFirstCallDoesNotGetThrough) {
  sandbox_.sink.ports.set_http(FreePort());
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTP), v1::ORDER_EVENT_KIND_BLOCKED, "Connection refused");
  sandbox_.sink.ports.set_tcp(FreePort());
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_TCP), v1::ORDER_EVENT_KIND_BLOCKED, "Connection refused");
}

TEST_F(BeaconTest, IsBlockedByAProxyThatForbidsIt) {
  sink_.AnswerWith(403);
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTP), v1::ORDER_EVENT_KIND_BLOCKED, "HTTP status 403");
}

TEST_F(BeaconTest, NeedsAnOpenSink) {
  sandbox_.sink.ports.set_https(0);
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTPS), v1::ORDER_EVENT_KIND_FAILED,
            "the drill's sink is closed for https");
  sandbox_.sink = {};
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTP), v1::ORDER_EVENT_KIND_FAILED, "not known yet");
}

TEST_F(BeaconTest, SendsNoMoreThanThePolicyAllows) {
  sandbox_.policy.mutable_caps()->set_sent_bytes_max(1 << 20);
  ExpectEnd(sandbox_.Beacon(v1::CHANNEL_HTTP, 1), v1::ORDER_EVENT_KIND_REFUSED, "owner's cap");
}

// ---- files.exfiltrate --------------------------------------------------------------------------

class ExfiltrateTest : public NetworkTest {
 protected:
  v1::Order Exfiltrate(v1::Channel channel, int bytes_each = 700) const {
    v1::Action action;
    v1::FilesExfiltrate* exfiltrate = action.mutable_files_exfiltrate();
    exfiltrate->set_dir("@docs");
    exfiltrate->set_count(3);
    exfiltrate->set_bytes_each(bytes_each);
    exfiltrate->set_channel(channel);
    exfiltrate->set_process(sandbox_.decoy_name());
    return sandbox_.OrderFor(action, "exfiltrate");
  }
  std::string Archive() const {
    return Sandbox::Read(sandbox_.Path("docs/SaoLuu_CSDL/backup.tar"));
  }
};

TEST_F(ExfiltrateTest, SendsTheArchiveOverHttpAndHttps) {
  for (const bool tls : {false, true}) {
    const v1::Order order = Exfiltrate(tls ? v1::CHANNEL_HTTPS : v1::CHANNEL_HTTP, 20'000);
    ExpectApplied(order);
    EXPECT_EQ(NamesIn(sandbox_.Path("docs/SaoLuu_CSDL")).size(), 6u);
    const std::string archive = Archive();
    EXPECT_GT(archive.size(), 60'000u);
    EXPECT_THAT(archive, HasSubstr("-----BEGIN PRIVATE KEY-----"));
    const size_t first = tls ? 2 : 0;
    const auto requests = sink_.AwaitRequests(first + 2);
    ASSERT_EQ(requests.size(), first + 2);
    EXPECT_EQ(requests[first].body + requests[first + 1].body, archive);
    EXPECT_EQ(requests[first].tls, tls);
    EXPECT_THAT(requests[first].head, Not(HasSubstr("X-Archive-SHA256")));
    EXPECT_THAT(requests[first + 1].head,
                HasSubstr(absl::StrCat("X-Archive-SHA256: ", Sha256Hex(archive), "\r\n")));
    EXPECT_THAT(ExpectUndone(order), ElementsAre(StartsWith("contacts made: ")));
    player_->Forget(order.id());
  }
}

TEST_F(ExfiltrateTest, SendsTheArchiveOverTcp) {
  const v1::Order order = Exfiltrate(v1::CHANNEL_TCP);
  ExpectApplied(order);
  const std::string archive = Archive();
  ASSERT_GE(sink_.AwaitTransfers(1).size(), 1u);
  EXPECT_EQ(sink_.AwaitTransfers(1).at(0),
            absl::StrCat("DRILL ", MarkOf(order), " ", archive.size(), " ", Sha256Hex(archive),
                         "\n", archive));
  ExpectUndone(order);
}

TEST_F(ExfiltrateTest, SendsTheArchiveAsNames) {
  const v1::Order order = Exfiltrate(v1::CHANNEL_DNS, 10);
  ExpectApplied(order);
  const std::string archive = Archive();
  const size_t piece = PayloadBytesMax(MarkOf(order), "drill.invalid");
  const size_t pieces = (archive.size() + piece - 1) / piece;
  const auto names = sink_.AwaitNames(pieces + 1);
  // A late answer makes a name come twice.
  std::set<std::string> wanted;
  for (size_t i = 0; i < pieces; ++i) {
    wanted.insert(PayloadName(archive.substr(i * piece, piece), absl::StrCat(i), MarkOf(order),
                              "drill.invalid"));
  }
  wanted.insert(PayloadName(Sha256(archive), "end", MarkOf(order), "drill.invalid"));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), wanted);
  ExpectUndone(order);
}

TEST_F(ExfiltrateTest, WhatSomebodyPutsInTheArchivesPlaceIsNotSent) {
  const v1::Order order = Exfiltrate(v1::CHANNEL_TCP);
  const std::string archive = sandbox_.Path("docs/SaoLuu_CSDL/backup.tar");
  auto player = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.7.before") sandbox_.Write(archive, "bí mật của chủ sở hữu");
  });
  const Outcome outcome = player->Start(order, [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("was changed as soon as it was made")));
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(sink_.AwaitTransfers(0), IsEmpty());
  EXPECT_EQ(Sandbox::Read(archive), "bí mật của chủ sở hữu");
}

TEST_F(ExfiltrateTest, IsBlockedWithoutASinkAndLeavesNothing) {
  sandbox_.sink.ports.set_http(FreePort());
  ExpectEnd(Exfiltrate(v1::CHANNEL_HTTP), v1::ORDER_EVENT_KIND_BLOCKED, "Connection refused");
}

TEST_F(ExfiltrateTest, SendsNoMoreThanThePolicyAllows) {
  sandbox_.policy.mutable_caps()->set_sent_bytes_max(1'000);
  ExpectEnd(Exfiltrate(v1::CHANNEL_HTTP), v1::ORDER_EVENT_KIND_REFUSED, "owner's cap of 1000");
}

// ---- network.scan, network.flood ---------------------------------------------------------------

class TargetsTest : public NetworkTest {
 protected:
  v1::Order Scan(const std::vector<int>& ports) const {
    v1::Action action;
    for (const int port : ports) action.mutable_network_scan()->add_ports(port);
    action.mutable_network_scan()->set_rate(50);
    action.mutable_network_scan()->set_process(sandbox_.decoy_name());
    return sandbox_.OrderFor(action, "scan");
  }
  v1::Order Flood(v1::FloodKind kind, int port, int rate) const {
    v1::Action action;
    action.mutable_network_flood()->set_kind(kind);
    action.mutable_network_flood()->set_port(port);
    action.mutable_network_flood()->set_rate(rate);
    action.mutable_network_flood()->set_path("/tim-kiem");
    action.mutable_network_flood()->mutable_lasts()->set_seconds(30);
    action.mutable_network_flood()->set_process(sandbox_.decoy_name());
    return sandbox_.OrderFor(action, "flood");
  }
};

TEST_F(TargetsTest, AScanConnectsToEveryListedPort) {
  Target("may-2", {sink_.tcp_port(), FreePort()});
  const v1::Order order = Scan({});
  ExpectApplied(order);
  // Connected, and gone without a word.
  EXPECT_THAT(sink_.AwaitTransfers(1), ElementsAre(""));
  ExpectUndone(order);
}

TEST_F(TargetsTest, WhatThePolicyDoesNotListIsRefusedAllAtOnce) {
  Target("may-2", {4'001});
  sandbox_.against.push_back("may-3");
  const Outcome outcome = Start(Scan({4'001, 4'002}));
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_THAT(outcome.notes, Contains(AllOf(HasSubstr("port 4002 of host \"may-2\""),
                                            HasSubstr("host \"may-3\" is not among"))));
  sandbox_.against.clear();
  ExpectEnd(Scan({4'001}), v1::ORDER_EVENT_KIND_REFUSED, "names no host");
}

TEST_F(TargetsTest, AFloodAsksForPages) {
  Target("may-2", {sink_.http_port()});
  const v1::Order order = Flood(v1::FLOOD_KIND_HTTP, sink_.http_port(), 50);
  ExpectApplied(order);
  const auto requests = sink_.AwaitRequests(5);
  ASSERT_GE(requests.size(), 5u);
  EXPECT_THAT(requests[4].head, StartsWith("GET /tim-kiem HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
  ExpectUndone(order);
}

TEST_F(TargetsTest, AFloodThatIsTurnedAwayIsBlocked) {
  const int port = FreePort();
  Target("may-2", {port});
  ExpectEnd(Flood(v1::FLOOD_KIND_TCP, port, 50), v1::ORDER_EVENT_KIND_BLOCKED,
            "Connection refused");
}

TEST_F(TargetsTest, ARateAboveTheOwnersCapIsRefused) {
  Target("may-2", {sink_.http_port()});
  ExpectEnd(Flood(v1::FLOOD_KIND_HTTP, sink_.http_port(), 51), v1::ORDER_EVENT_KIND_REFUSED,
            "rate 51 is above the owner's cap of 50");
}

// ---- dns.query ---------------------------------------------------------------------------------

class DnsQueryTest : public NetworkTest {
 protected:
  v1::Order Query(const std::string& resolver = "") const {
    v1::Action action;
    action.mutable_dns_query()->set_count(3);
    action.mutable_dns_query()->set_rate(50);
    action.mutable_dns_query()->set_process(sandbox_.decoy_name());
    if (!resolver.empty()) action.mutable_dns_query()->set_resolver(resolver);
    return sandbox_.OrderFor(action, "dns");
  }
};

TEST_F(DnsQueryTest, AsksForNamesThatNobodyWouldInvent) {
  const v1::Order order = Query();
  ExpectApplied(order);
  const auto names = sink_.AwaitNames(3);
  EXPECT_THAT(names, Each(EndsWith(absl::StrCat(".", MarkOf(order), ".drill.invalid"))));
  EXPECT_GE(std::set<std::string>(names.begin(), names.end()).size(), 3u);
  ExpectUndone(order);
}

TEST_F(DnsQueryTest, OnlyListedResolversAreAsked) {
  ExpectEnd(Query("192.0.2.53"), v1::ORDER_EVENT_KIND_REFUSED, "`resolvers`");
}

// ---- auth.guess --------------------------------------------------------------------------------

class GuessTest : public NetworkTest {
 protected:
  v1::Order Guess(v1::GuessKind kind, int port, int tries) const {
    v1::Action action;
    action.mutable_auth_guess()->set_kind(kind);
    action.mutable_auth_guess()->set_port(port);
    action.mutable_auth_guess()->set_tries(tries);
    action.mutable_auth_guess()->mutable_every()->set_seconds(1);
    action.mutable_auth_guess()->set_process(sandbox_.decoy_name());
    return sandbox_.OrderFor(action, "guess");
  }
};

TEST_F(GuessTest, TriesPasswordsThatNobodyHas) {
  Target("may-2", {sink_.http_port()});
  sink_.AnswerWith(401);
  const v1::Order order = Guess(v1::GUESS_KIND_HTTP, sink_.http_port(), 2);
  ExpectApplied(order);
  const auto requests = sink_.AwaitRequests(2);
  ASSERT_EQ(requests.size(), 2u);
  std::set<std::string> tried;
  for (const auto& request : requests) {
    const size_t at = request.head.find("Authorization: Basic ");
    ASSERT_NE(at, std::string::npos) << request.head;
    const std::string coded = request.head.substr(at + 21, request.head.find('\r', at) - at - 21);
    std::string plain;
    ASSERT_TRUE(absl::Base64Unescape(coded, &plain));
    EXPECT_THAT(plain, StartsWith("quantri:"));
    tried.insert(plain);
  }
  EXPECT_EQ(tried.size(), 2u);
  ExpectUndone(order);
}

TEST_F(GuessTest, APageWithoutAPasswordIsNoTarget) {
  Target("may-2", {sink_.http_port()});
  ExpectEnd(Guess(v1::GUESS_KIND_HTTP, sink_.http_port(), 1), v1::ORDER_EVENT_KIND_FAILED,
            "asks for no password");
}

TEST_F(GuessTest, TriesAboveTheOwnersCapAreRefused) {
  Target("may-2", {sink_.http_port()});
  ExpectEnd(Guess(v1::GUESS_KIND_HTTP, sink_.http_port(), 6), v1::ORDER_EVENT_KIND_REFUSED,
            "tries 6 is above the owner's cap of 5");
}

TEST_F(GuessTest, OverSshTheHostsOwnClientCalls) {
  if (access(kSshClient, X_OK) != 0) GTEST_SKIP() << "no " << kSshClient << " here";
  Target("may-2", {sink_.tcp_port()});
  // It answers nothing that SSH understands, and hangs up: as an appliance in between would.
  ExpectEnd(Guess(v1::GUESS_KIND_SSH, sink_.tcp_port(), 1), v1::ORDER_EVENT_KIND_BLOCKED, "SSH ");
  ASSERT_GE(sink_.AwaitTransfers(1).size(), 1u);
  EXPECT_THAT(sink_.AwaitTransfers(1).at(0), StartsWith("SSH-2.0-OpenSSH_"));
}

TEST_F(GuessTest, ThisProgramTellsSshThePassword) {
  FILE* pipe =
      popen(("DRILL_AGENT_ASKPASS=khong-ai-biet " + DecoyProgram() + " 'password:'").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char line[64] = {};
  EXPECT_NE(fgets(line, sizeof line, pipe), nullptr);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_STREQ(line, "khong-ai-biet\n");
}

// ---- all of them -------------------------------------------------------------------------------

TEST_F(BeaconTest, PsShowsTheNameAlone) {
  const v1::Order order = sandbox_.Beacon(v1::CHANNEL_HTTP);
  ExpectApplied(order);
  const std::string proc = absl::StrCat("/proc/", sandbox_.RunningDecoys().at(0), "/");
  const std::string command = Sandbox::Read(proc + "cmdline");
  EXPECT_EQ(command.find_first_not_of('\0', command.find('\0')), std::string::npos) << command;
  EXPECT_EQ(Sandbox::Read(proc + "comm"), sandbox_.decoy_name() + "\n");
  ExpectUndone(order);
}

}  // namespace
}  // namespace drill::agent
