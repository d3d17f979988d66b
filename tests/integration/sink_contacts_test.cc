// What real agents send arrives at the real controller's sink, under the right host and inject, and
// nothing of it stays. The actions of scenarios/gian-diep-lay-cap.yaml and dns.query, in seconds.

#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

// By DNS twenty look-ups a second go out, so that archive is small.
constexpr char kInjects[] = R"(
  - id: call-back
    at: 1s
    action:
      network.beacon: {channel: http, every: 1s, jitter_permille: 300, process: "upd@PID@"}
    techniques: [T1071.001]
@REST@
  - id: leak-http
    at: 2s
    action:
      files.exfiltrate: {dir: "@docs", folder: LeakHttp, count: 12, bytes_each: 8192, archive: backup.tar, channel: http, process: "rsh@PID@"}
    techniques: [T1041]
@REST@
  - id: leak-tcp
    at: 3s
    action:
      files.exfiltrate: {dir: "@docs", folder: LeakTcp, count: 12, bytes_each: 8192, archive: backup.tar, channel: tcp, process: "rst@PID@"}
    techniques: [T1041]
@REST@
  - id: leak-dns
    at: 4s
    action:
      files.exfiltrate: {dir: "@docs", folder: LeakDns, count: 2, bytes_each: 256, archive: backup.tar, channel: dns, process: "rsd@PID@"}
    techniques: [T1048.003]
@REST@
  - id: odd-names
    at: 5s
    action:
      dns.query: {count: 30, rate: 10, process: "res@PID@"}
    techniques: [T1568.002]
@REST@
)";

constexpr char kRest[] = R"(    title: {vi: "Gửi đi", en: "Sends"}
    objective: see
    move: only
    targets: [{system: records, role: app}]
    expect:
      - {kind: detect, team: soc, target: 8s, limit: 12s})";

using Place = std::tuple<std::string, std::string>;  // inject, host

Place PlaceOf(const v1::OrderId& order) { return {order.inject(), order.host()}; }

class SinkTest : public DrillTest {
 protected:
  SinkTest() {
    pid_ = absl::StrCat(getpid());
    scenario_ = absl::StrReplaceAll(
        absl::StrReplaceAll(ScenarioOf("25s", kInjects), {{"@REST@", kRest}}), {{"@PID@", pid_}});
    more_actions_ = {"files.exfiltrate", "network.beacon", "dns.query"};
    controller_flags_ = {"--sink-http", "127.0.0.1:0", "--sink-tcp",
                         "127.0.0.1:0", "--sink-dns",  "127.0.0.1:0"};
  }

  // Names of this test's processes that run on this machine.
  std::set<std::string> Senders() const {
    std::set<std::string> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
      // "PID (NAME) STATE ...". Z has ended; whoever inherited it has not asked for its exit yet.
      const std::string stat = Read(entry.path().string() + "/stat");
      const size_t open = stat.find('(');
      const size_t close = stat.rfind(") ");
      if (open == std::string::npos || close == std::string::npos || stat[close + 2] == 'Z')
        continue;
      const std::string name = stat.substr(open + 1, close - open - 1);
      if (name.size() == pid_.size() + 3 && absl::EndsWith(name, pid_)) found.insert(name);
    }
    return found;
  }

  std::string pid_;
  const std::map<std::string, v1::Channel> channels_ = {{"call-back", v1::CHANNEL_HTTP},
                                                        {"leak-http", v1::CHANNEL_HTTP},
                                                        {"leak-tcp", v1::CHANNEL_TCP},
                                                        {"leak-dns", v1::CHANNEL_DNS},
                                                        {"odd-names", v1::CHANNEL_DNS}};
};

TEST_F(SinkTest, ReceivesWhatEveryHostSendsAndNothingStays) {
  ASSERT_OK(MakeReady());
  const std::string paper = Read(HostPath("app-1", "docs/ho-so.txt"));
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "call-back", "app-2"));
  EXPECT_EQ(Senders().count("upd" + pid_), 1u);
  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());

  std::map<Place, v1::SinkReceived> received;  // the latest replaces the earlier ones
  std::map<Place, v1::Trace> archives;
  std::map<Place, v1::CleanupResult> undone;
  for (const v1::WatchEvent& event : Records()) {
    if (event.record().has_sink_received()) {
      const v1::SinkReceived& r = event.record().sink_received();
      received[PlaceOf(r.order())] = r;
    }
    const v1::OrderEvent& order = event.record().order_reported().event();
    for (const v1::Trace& trace : order.traces()) {
      if (absl::EndsWith(trace.artefact().value(), "/backup.tar")) {
        archives[PlaceOf(order.order())] = trace;
      }
    }
    if (order.kind() == v1::ORDER_EVENT_KIND_UNDONE) {
      undone[PlaceOf(order.order())] = order.cleanup();
    }
  }

  EXPECT_EQ(received.size(), channels_.size() * hosts_.size());
  std::set<std::string> contents;
  for (const std::string& host : hosts_) {
    for (const auto& [inject, channel] : channels_) {
      SCOPED_TRACE(inject + " on " + host);
      const Place place = {inject, host};
      const v1::SinkReceived& r = received[place];
      EXPECT_EQ(r.channel(), channel);
      EXPECT_EQ(r.from(), "127.0.0.1");
      EXPECT_GT(r.contacts(), 0);
      EXPECT_GT(r.first_us(), 0);
      EXPECT_GE(r.last_us(), r.first_us());
      EXPECT_EQ(undone[place], v1::CLEANUP_RESULT_VERIFIED);
      if (!absl::StartsWith(inject, "leak-")) {
        EXPECT_EQ(r.sha256(), "");
        continue;
      }
      // Each archive is of its own contents: it came from this host, for this inject.
      ASSERT_EQ(archives.count(place), 1u);
      EXPECT_EQ(r.sha256().size(), 32u);
      EXPECT_EQ(r.sha256(), archives[place].sha256());
      EXPECT_GE(r.bytes(), archives[place].size());
      contents.insert(r.sha256());
    }
    EXPECT_GT((received[{"call-back", host}].contacts()), 1) << "it calls again and again";
    EXPECT_EQ((received[{"odd-names", host}].contacts()), 30);
    for (const char* folder : {"LeakHttp", "LeakTcp", "LeakDns"}) {
      EXPECT_FALSE(Exists(HostPath(host, absl::StrCat("docs/", folder)))) << folder;
    }
  }
  EXPECT_EQ(contents.size(), 6u);
  EXPECT_EQ(Read(HostPath("app-1", "docs/ho-so.txt")), paper);
  EXPECT_THAT(Senders(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace drill::testing
