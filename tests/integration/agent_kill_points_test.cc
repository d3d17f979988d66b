// kill -9 of drill-agent at every step of every action, of its undo, and of the recovery from that,
// in a drill of a real controller: each host dies at another step, and is started again at once.

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/digest.h"
#include "common/os/clock.h"
#include "tests/integration/drill_fixture.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::testing {
namespace {

using agent::KillPoint;
using agent::Sandbox;
using Points = std::vector<std::string>;

// Ended by the director, when every host has died its death: so that no machine is too slow.
constexpr char kOneInject[] = R"(
  - id: hit
    title: {vi: "Sự cố", en: "Incident"}
    objective: see
    move: only
    at: 1s
    action:
      @ACTION@
    targets: [{system: records, role: app}]
    techniques: [T1486]
    expect:
      - {kind: detect, team: soc, hosts: {each: true}, target: 10s, limit: 14s}
)";

struct Case {
  const char* name;
  const char* action;                  // YAML; @NAME@: a name of processes that nobody else has
  v1::Order (*order)(const Sandbox&);  // of the same steps
};

const Case kCases[] = {
    {"FilesEncrypt", R"(files.encrypt: {dir: "@docs", folder: HoSo, count: 2, bytes_each: 500})",
     [](const Sandbox& s) { return s.Encrypt(2); }},
    {"WebDeface", R"(web.deface: {page: "@www/index.html"})",
     [](const Sandbox& s) { return s.Deface(); }},
    {"ProcessRunDecoy", R"(process.run_decoy: {name: "@NAME@", cpu_permille: 0})",
     [](const Sandbox& s) { return s.RunDecoy(); }},
    {"LogAppend", R"(log.append: {file: "@logs/auth.log", lines: 4, account: quantri})",
     [](const Sandbox& s) { return s.AppendLog(4); }},
};

constexpr v1::OrderEventKind kEnds[] = {
    v1::ORDER_EVENT_KIND_APPLIED, v1::ORDER_EVENT_KIND_UNDONE,  v1::ORDER_EVENT_KIND_INTERRUPTED,
    v1::ORDER_EVENT_KIND_MISSED,  v1::ORDER_EVENT_KIND_REFUSED, v1::ORDER_EVENT_KIND_BLOCKED,
    v1::ORDER_EVENT_KIND_FAILED,
};

// How one host's agent is to die, and what the controller must be told of it.
struct Fate {
  Points deaths;
  bool in_undo = false;  // the first death comes when the order is undone
  enum class Told {
    kPlayedOrMissed,  // nothing was durable: played by the next run, if that is in time
    kInterrupted,
    kAppliedAndUndone,
  } told = Told::kInterrupted;
};

void Live(const Sandbox& sandbox, const v1::Order& order, const KillPoint& kill_point) {
  const auto player = sandbox.Player(kill_point);
  EXPECT_OK(player->Prepare(order));
  player->Start(order, [](int64_t) {});
  player->Undo(order.id(), v1::UNDO_REASON_ENDED);
}

Points PointsOf(const std::function<void(const KillPoint&)>& body) {
  Points points;
  body([&](absl::string_view point) { points.emplace_back(point); });
  return points;
}

// Each step at which an agent can die, and after one of them each step of the recovery.
std::vector<Fate> FatesOf(const Case& tested) {
  Sandbox sandbox(Sandbox::On::kMemory);
  sandbox.policy.set_remove_log_lines(true);
  const v1::Order order = tested.order(sandbox);
  const Points points = PointsOf([&](const KillPoint& k) { Live(sandbox, order, k); });
  const auto index_of = [&](const char* point) {
    return std::find(points.begin(), points.end(), point) - points.begin();
  };
  const auto started = index_of("starting.after");
  const auto applied = index_of("applied.after");
  std::vector<Fate> fates;
  for (std::ptrdiff_t i = 0; i < std::ssize(points); ++i) {
    Fate fate{{points[static_cast<size_t>(i)]}, i > applied};
    if (i < started) fate.told = Fate::Told::kPlayedOrMissed;
    if (i >= applied) fate.told = Fate::Told::kAppliedAndUndone;
    fates.push_back(fate);
  }
  Sandbox second(Sandbox::On::kMemory);
  second.policy.set_remove_log_lines(true);
  const v1::Order again = tested.order(second);
  EXPECT_TRUE(
      agent::RunAndDieAt("applied.before", [&](const KillPoint& k) { Live(second, again, k); }));
  for (const std::string& point :
       PointsOf([&](const KillPoint& k) { second.Player(k)->Recover(); })) {
    fates.push_back({{"applied.before", point}});
  }
  return fates;
}

class AgentKillPointsTest : public DrillTest, public ::testing::WithParamInterface<Case> {
 protected:
  using Manifest = std::map<std::string, std::string>;

  // What the host's owner has on it.
  Manifest ManifestOf(const std::string& host) {
    Manifest manifest;
    for (const char* folder : {"docs", "logs", "www"}) {
      for (const auto& entry :
           std::filesystem::recursive_directory_iterator(HostPath(host, folder))) {
        struct stat st {};
        EXPECT_EQ(lstat(entry.path().c_str(), &st), 0);
        std::string& line = manifest[entry.path().string()];
        line = absl::StrCat("mode ", absl::Hex(st.st_mode), " owner ", st.st_uid, ":", st.st_gid);
        if (!S_ISREG(st.st_mode)) continue;
        absl::StrAppend(&line, " links ", st.st_nlink, " time ", st.st_mtim.tv_sec, ".",
                        st.st_mtim.tv_nsec, " sha256 ", Sha256Hex(Read(entry.path())));
      }
    }
    return manifest;
  }

  // One host for each fate, one that lives.
  void SetFates(const std::vector<Fate>& fates) {
    hosts_ = {"lives"};
    fates_["lives"] = {{}, false, Fate::Told::kAppliedAndUndone};
    for (size_t i = 0; i < fates.size(); ++i) {
      hosts_.push_back(absl::StrCat("h-", i));
      fates_[hosts_.back()] = fates[i];
      dies_at_[hosts_.back()] = fates[i].deaths[0];
    }
  }

  // Until each of them has died all its deaths; it is started again as soon as it is dead.
  void LetDie(std::set<std::string> hosts) {
    const int64_t deadline = os::MonotonicMicros() + kDeathsPatienceUs;
    while (!hosts.empty() && os::MonotonicMicros() < deadline) {
      std::vector<pollfd> wanted;
      for (const std::string& host : hosts) wanted.push_back({agent(host).pidfd(), POLLIN, 0});
      poll(wanted.data(), wanted.size(), 1000);
      const std::set<std::string> waiting = hosts;
      for (const std::string& host : waiting) {
        const std::optional<Ended> ended = agent(host).Wait(0);
        if (!ended) continue;
        EXPECT_TRUE(ended->by_signal && ended->code == SIGKILL) << host << AgentLog(host);
        const Points& deaths = fates_[host].deaths;
        const size_t died = ++died_[host];
        StartAgent(host, died < deaths.size() ? deaths[died] : "");
        if (died == deaths.size()) hosts.erase(host);
      }
    }
    for (const std::string& host : hosts) {
      ADD_FAILURE() << host << " did not get to " << fates_[host].deaths[died_[host]] << "\n"
                    << AgentLog(host);
    }
  }

  std::set<std::string> HostsThatDie(bool in_undo) {
    std::set<std::string> hosts;
    for (const auto& [host, fate] : fates_) {
      if (!fate.deaths.empty() && fate.in_undo == in_undo) hosts.insert(host);
    }
    return hosts;
  }

  // What the controller was told of the host's order, but for its start.
  void WasToldOnce(const std::vector<v1::WatchEvent>& events, const std::string& host) {
    std::vector<v1::OrderEventKind> ends;
    int started = 0;
    for (const v1::WatchEvent& watched : events) {
      const v1::OrderEvent& event = watched.record().order_reported().event();
      if (!watched.record().has_order_reported() || event.order().host() != host) continue;
      EXPECT_EQ(event.order().attempt(), 1);
      if (event.kind() == v1::ORDER_EVENT_KIND_STARTED) ++started;
      if (std::count(std::begin(kEnds), std::end(kEnds), event.kind()) == 0) continue;
      ends.push_back(event.kind());
      if (event.kind() == v1::ORDER_EVENT_KIND_APPLIED) continue;
      EXPECT_EQ(event.cleanup(), v1::CLEANUP_RESULT_VERIFIED);
      if (event.kind() != v1::ORDER_EVENT_KIND_MISSED) {
        EXPECT_EQ(event.notes_size(), 0) << event.ShortDebugString();
      }
    }
    using ::testing::ElementsAre;
    const auto played = ElementsAre(v1::ORDER_EVENT_KIND_APPLIED, v1::ORDER_EVENT_KIND_UNDONE);
    switch (fates_[host].told) {
      case Fate::Told::kInterrupted:
        EXPECT_THAT(ends, ElementsAre(v1::ORDER_EVENT_KIND_INTERRUPTED));
        EXPECT_LE(started, 1);
        return;
      case Fate::Told::kAppliedAndUndone:
        EXPECT_THAT(ends, played);
        EXPECT_EQ(started, 1);
        return;
      case Fate::Told::kPlayedOrMissed:
        EXPECT_THAT(ends, ::testing::AnyOf(played, ElementsAre(v1::ORDER_EVENT_KIND_MISSED)));
        EXPECT_EQ(started, ends.size() == 2 ? 1 : 0);
        return;
    }
  }

  std::map<std::string, Fate> fates_;
  std::map<std::string, size_t> died_;

 private:
  static constexpr int64_t kDeathsPatienceUs = 4 * kPatienceUs;
};

TEST_P(AgentKillPointsTest, HostIsAsBeforeAndTheControllerKnowsWhatHappened) {
  const Sandbox names;  // of the processes
  scenario_ = absl::StrReplaceAll(
      absl::StrReplaceAll(ScenarioOf("1h", kOneInject), {{"@ACTION@", GetParam().action}}),
      {{"@NAME@", names.decoy_name()}});
  more_policy_ = "remove_log_lines: true\n";
  SetFates(FatesOf(GetParam()));
  ASSERT_GE(hosts_.size(), 15u);
  ASSERT_OK(MakeReady());
  std::map<std::string, Manifest> before;
  for (const std::string& host : hosts_) before[host] = ManifestOf(host);

  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  LetDie(HostsThatDie(false));
  ASSERT_FALSE(HasFailure());
  std::set<std::string> settled;
  WatchUntil([&](const v1::Record& record) {
    const v1::OrderEvent& event = record.order_reported().event();
    if (std::count(std::begin(kEnds), std::end(kEnds), event.kind()) != 0) {
      settled.insert(event.order().host());
    }
    return settled.size() == hosts_.size();
  });
  EXPECT_NE(ManifestOf("lives") == before["lives"],
            GetParam().name != std::string("ProcessRunDecoy"));
  ASSERT_OK(Do("giam-doc", {"exercise", "stop", kExercise}));
  LetDie(HostsThatDie(true));
  ASSERT_TRUE(Clean());

  const auto events = Records();
  EXPECT_EQ(Count(events, [](const v1::Record& r) { return r.has_order_retried(); }), 0);
  for (const std::string& host : hosts_) {
    std::string trace = host;
    for (const std::string& point : fates_[host].deaths) absl::StrAppend(&trace, ", ", point);
    SCOPED_TRACE(trace);
    WasToldOnce(events, host);
    EXPECT_EQ(ManifestOf(host), before[host]);
  }
  EXPECT_THAT(names.Decoys(), ::testing::IsEmpty());
  EXPECT_THAT(Get<v1::VerifyReport>("giam-khao", {"journal", "verify"}).faults(),
              ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Actions, AgentKillPointsTest, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace drill::testing
