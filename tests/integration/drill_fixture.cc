#include "tests/integration/drill_fixture.h"

#include <google/protobuf/struct.pb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::testing {
namespace {

constexpr char kScenarioHead[] = R"(
id: ngan
title: {vi: "Ngắn", en: "Short"}
summary: {vi: "Ngắn", en: "Short"}
type: live
duration: @DURATION@
cast:
  systems:
    - {id: records, title: {vi: "Một cửa", en: "Records"}, roles: [app]}
  teams:
    - {id: soc, title: {vi: "Đội giám sát", en: "Monitoring"}}
objectives:
  - {id: see, title: {vi: "Phát hiện", en: "Detect"}, capability: {vi: "Giám sát", en: "Monitoring"}}
moves:
  - {id: only, title: {vi: "Giai đoạn", en: "Move"}, at: 0s}
injects:
)";

constexpr char kInjects[] = R"(
  - id: crypt
    title: {vi: "Mã hóa", en: "Encrypt"}
    objective: see
    move: only
    at: 2s
    action:
      files.encrypt: {dir: "@docs", folder: HoSo, count: 4, bytes_each: 1024, extension: .locked}
    targets: [{system: records, role: app}]
    techniques: [T1486]
    expect:
      - {kind: detect, team: soc, hosts: {each: true}, target: 10s, limit: 14s, weight: 2}
  - id: decoy
    title: {vi: "Tiến trình lạ", en: "Strange process"}
    objective: see
    move: only
    at: 4s
    action:
      process.run_decoy: {name: kdevtmpfs.x, cpu_permille: 10}
    targets: [{system: records, role: app}]
    techniques: [T1036.005]
    expect:
      - {kind: detect, team: soc, target: 8s, limit: 10s}
  - id: lines
    title: {vi: "Dò mật khẩu", en: "Password guessing"}
    objective: see
    move: only
    at: 9s
    action:
      log.append: {file: "@logs/auth.log", lines: 12, account: quantri, source: 203.0.113.45}
    targets: [{system: records, role: app}]
    techniques: [T1110.001]
    expect:
      - {kind: detect, team: soc, target: 3s, limit: 5s}
)";

constexpr char kRegister[] = R"(
organisations:
  - {id: so, name: {vi: "Sở", en: "Department"}}
systems:
  - id: mot-cua
    name: {vi: "Một cửa", en: "Records"}
    owner: so
    level: 3
    level_decision: {number: "102/QĐ-UBND", date: 2025-03-10}
    owner_keys:
      - |
@KEY@
hosts:
@HOSTS@people:
  - {id: giam-doc, name: "Trần Minh Đức", organisation: so, roles: [director]}
  - {id: chu-quan, name: "Nguyễn Thị Hạnh", organisation: so, roles: [owner]}
  - {id: giam-khao, name: "Lê Quốc Bảo", organisation: so, roles: [evaluator]}
  - {id: an, name: "Phạm Văn An", organisation: so, roles: [responder]}
  - {id: lanh-dao, name: "Vũ Thị Lan", organisation: so, roles: [manager]}
teams:
  - {id: doi-giam-sat, name: {vi: "Đội giám sát", en: "Monitoring"}, kind: response, organisation: so, members: [an]}
)";

constexpr char kRoe[] = R"(
roe:
  objectives: {vi: "Đánh giá", en: "Assess"}
  participants: {vi: "Đội giám sát", en: "Monitoring"}
  tools: {vi: "Cyberdrill", en: "Cyberdrill"}
  depth: {vi: "Không khai thác", en: "No exploitation"}
  duration: {vi: "16 giây", en: "16 seconds"}
decision: {number: "15/QĐ-STTTT", date: 2026-01-05, signed_by: "Nguyễn Thị Hạnh"}
notices:
  - recipient: {vi: "SOC", en: "SOC"}
    contact: "24/7"
    notified_us: 1700000000000000
    acknowledged: true
teams_unaware_attested: true
)";

constexpr char kPolicy[] = R"(
places:
  - {name: docs, path: "@HOST@/docs"}
  - {name: logs, path: "@HOST@/logs"}
  - {name: www, path: "@HOST@/www"}
actions: [files.encrypt, web.deface, process.run_decoy, log.append, exec.atomic@MORE@]
)";

std::string FromEnvironment(const char* name) {
  const char* value = getenv(name);
  DRILL_CHECK(value != nullptr);
  return value;
}

std::string MakeRoot() {
  std::string pattern = ::testing::TempDir() + "drill-XXXXXX";
  DRILL_CHECK(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

// Names of files as an editor of messages would write them: indented for YAML's block.
std::string Indented(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) absl::StrAppend(&out, "        ", line, "\n");
  return out;
}

}  // namespace

std::string ScenarioOf(absl::string_view duration, absl::string_view injects) {
  return absl::StrCat(absl::StrReplaceAll(kScenarioHead, {{"@DURATION@", duration}}), injects);
}

DrillTest::DrillTest()
    : scenario_(ScenarioOf("16s", kInjects)),
      data_(MakeRoot() + "/data"),
      bin_(FromEnvironment("DRILL_BIN")) {
  root_ = data_.substr(0, data_.rfind('/'));
  for (const char* folder : {"/data", "/people", "/hosts", "/keys"}) {
    DRILL_CHECK(mkdir((root_ + folder).c_str(), 0700) == 0);
  }
}

DrillTest::~DrillTest() {
  // Politely, so that no decoy stays on the machine.
  for (auto& [host, agent] : agents_) agent->Signal(SIGTERM);
  for (auto& [host, agent] : agents_) agent->Wait(kPatienceUs / 4);
  agents_.clear();
  controller_.reset();
  if (HasFailure()) {
    for (const std::string& log : {Path("drilld.log"), HostPath("app-1", "log")}) {
      std::cerr << "---- " << log << "\n" << (Exists(log) ? Read(log) : "") << "\n";
    }
    return;  // what is there helps to understand it
  }
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void DrillTest::Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string DrillTest::Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool DrillTest::Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string DrillTest::NewName(const std::string& stem) {
  return Path(absl::StrCat(stem, ".", ++outputs_));
}

bool DrillTest::FromJson(absl::string_view text, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return google::protobuf::util::JsonStringToMessage(std::string(text), message, options).ok();
}

// ---- the controller ----------------------------------------------------------------------------

absl::Status DrillTest::StartController() {
  const int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  DRILL_CHECK(inotify_add_watch(notify, data_.c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
  unlink((data_ + "/endpoint.json").c_str());
  const auto door = [](int port) { return absl::StrCat("127.0.0.1:", port); };
  std::vector<std::string> arguments = {Binary("drilld"),
                                        "--data",
                                        data_,
                                        "--listen",
                                        door(last_.people_port()),
                                        "--agents",
                                        door(last_.agents_port()),
                                        "--https",
                                        "127.0.0.1:0",
                                        "--obligations",
                                        FromEnvironment("DRILL_SOURCE_DIR") + "/obligations"};
  arguments.insert(arguments.end(), controller_flags_.begin(), controller_flags_.end());
  controller_ = std::make_unique<Process>(
      Process::Options{arguments, {}, Path("drilld.out"), Path("drilld.log")});
  const int64_t deadline = os::MonotonicMicros() + kPatienceUs;
  while (!Exists(data_ + "/endpoint.json") && controller_->Running() &&
         os::MonotonicMicros() < deadline) {
    pollfd wanted[] = {{notify, POLLIN, 0}, {controller_->pidfd(), POLLIN, 0}};
    poll(wanted, 2, 1000);
    char events[4096];
    (void)!read(notify, events, sizeof events);
  }
  close(notify);
  if (!Exists(data_ + "/endpoint.json")) {
    return absl::UnavailableError("drilld did not start: " + Read(Path("drilld.log")));
  }
  last_ = endpoint();
  Write(Path("people/admin.context"), Read(data_ + "/admin.context"));
  chmod(Path("people/admin.context").c_str(), 0600);
  return absl::OkStatus();
}

Output DrillTest::RefusedController(const std::string& data, const std::string& listen) {
  return Program("drilld", {"--data", data, "--listen", listen, "--agents", "127.0.0.1:0",
                            "--obligations", FromEnvironment("DRILL_SOURCE_DIR") + "/obligations"});
}

std::optional<Ended> DrillTest::EndController(int signal) {
  controller_->Signal(signal);
  return controller_->Wait(kPatienceUs);
}

v1::Endpoint DrillTest::endpoint() const {
  v1::Endpoint found;
  if (Exists(data_ + "/endpoint.json")) FromJson(Read(data_ + "/endpoint.json"), &found);
  return found;
}

Output DrillTest::Program(const std::string& name, const std::vector<std::string>& arguments) {
  Process::Options options;
  options.arguments = {Binary(name)};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.out_path = NewName(name + ".out");
  options.err_path = NewName(name + ".err");
  Process process(options);
  const std::optional<Ended> ended = process.Wait(kPatienceUs);
  Output output;
  if (ended && !ended->by_signal) output.code = ended->code;
  output.out = Read(options.out_path);
  output.err = Read(options.err_path);
  return output;
}

Output DrillTest::As(const std::string& person, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"--lang", "en", "--context", Path("people/" + person + ".context")});
  return Program("drillctl", arguments);
}

absl::Status DrillTest::Do(const std::string& person, const std::vector<std::string>& arguments) {
  const Output output = As(person, arguments);
  if (output.code == 0) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat("drillctl ", absl::StrJoin(arguments, " "), ": exit ",
                                         output.code, "\n", output.out, output.err));
}

// ---- hosts -------------------------------------------------------------------------------------

absl::Status DrillTest::Enrol(const std::string& host) {
  for (const char* folder : {"docs", "logs", "www"}) {
    std::filesystem::create_directories(HostPath(host, folder));
  }
  Write(HostPath(host, "docs/ho-so.txt"), "Hồ sơ thật.\n");
  Write(HostPath(host, "www/index.html"), "<html><body>Cổng thông tin điện tử</body></html>\n");
  Write(
      HostPath(host, "logs/auth.log"),
      "Nov 22 05:00:00 app sshd[901]: Accepted publickey for vanhanh from 10.0.0.5 port 1 ssh2\n");
  const Output token = As("admin", {"agent", "token", host, "--json"});
  google::protobuf::Struct fields;
  if (token.code != 0 || !FromJson(token.out, &fields)) return absl::UnknownError(token.err);
  const Output enrolled =
      Program("drill-agent", {"enrol", "--token", fields.fields().at("token").string_value(),
                              "--dir", HostPath(host, "agent")});
  if (enrolled.code != 0) return absl::UnknownError(enrolled.err);
  std::string more;
  for (const std::string& action : more_actions_) absl::StrAppend(&more, ", ", action);
  Write(HostPath(host, "agent/policy.yaml"),
        absl::StrReplaceAll(kPolicy + more_policy_,
                            {{"@HOST@", Path("hosts/" + host)}, {"@MORE@", more}}));
  return absl::OkStatus();
}

void DrillTest::StartAgent(const std::string& host, const std::string& dies_at) {
  const bool killable = !dies_at.empty();
  Process::Options options;
  options.arguments = {Binary(killable ? "drill-agent-killable" : "drill-agent"), "run", "--dir",
                       HostPath(host, "agent")};
  if (killable) options.environment = {"DRILL_AGENT_DIE_AT=" + dies_at};
  options.out_path = HostPath(host, "out");
  options.err_path = HostPath(host, "log");
  agents_[host] = std::make_unique<Process>(options);
}

std::optional<Ended> DrillTest::EndAgent(const std::string& host, int signal) {
  agents_.at(host)->Signal(signal);
  return agents_.at(host)->Wait(kPatienceUs);
}

// ---- a drill -----------------------------------------------------------------------------------

absl::Status DrillTest::Register() {
  const Output key = Program("drillctl", {"key", "new", "--out", Path("keys/owner.key")});
  if (key.code != 0) return absl::UnknownError(key.err);
  std::string hosts;
  for (const std::string& host : hosts_) {
    absl::StrAppend(&hosts, "  - {id: ", host, ", system: mot-cua, role: app}\n");
  }
  Write(Path("register.yaml"),
        absl::StrReplaceAll(kRegister, {{"@KEY@\n", Indented(key.out)}, {"@HOSTS@", hosts}}));
  RETURN_IF_ERROR(Do("admin", {"register", "apply", Path("register.yaml")}));
  for (const char* person : {"giam-doc", "chu-quan", "giam-khao", "an", "lanh-dao"}) {
    const std::string context = absl::StrCat("people/", person, ".context");
    RETURN_IF_ERROR(Do("admin", {"person", "token", person, "--out", Path(context)}));
  }
  return absl::OkStatus();
}

absl::Status DrillTest::Prepare() {
  RETURN_IF_ERROR(StartController());
  RETURN_IF_ERROR(Register());
  for (const std::string& host : hosts_) {
    RETURN_IF_ERROR(Enrol(host));
    StartAgent(host, dies_at_[host]);
  }
  return absl::OkStatus();
}

absl::Status DrillTest::Plan() {
  Write(Path("ngan.yaml"), scenario_);
  RETURN_IF_ERROR(Do("giam-doc", {"scenario", "add", Path("ngan.yaml")}));
  RETURN_IF_ERROR(Do("giam-doc", {"exercise", "create", kExercise, "--scenario", "ngan", "--system",
                                  "records=mot-cua", "--team", "soc=doi-giam-sat", "--post",
                                  "giam-khao=evaluator", "--post", "chu-quan=owner"}));
  RETURN_IF_ERROR(
      Do("giam-doc", {"exercise", "scope", kExercise, "--system", "mot-cua", "--decision-number",
                      "15/QĐ-STTTT", "--decision-date", "2026-01-05", "--out", Path("scope")}));
  const Output signed_scope = SignScope("owner");
  return signed_scope.code == 0 ? absl::OkStatus() : absl::UnknownError(signed_scope.err);
}

Output DrillTest::SignScope(const std::string& key) {
  return As("admin", {"scope", "sign", Path("scope"), "--key", Path("keys/" + key + ".key")});
}

absl::Status DrillTest::Approve() {
  Write(Path("roe.yaml"), kRoe);
  return Do("giam-doc", {"exercise", "approve", kExercise, "--roe", Path("roe.yaml"), "--scope",
                         Path("scope")});
}

absl::Status DrillTest::MakeReady() {
  RETURN_IF_ERROR(Prepare());
  RETURN_IF_ERROR(Plan());
  RETURN_IF_ERROR(Approve());
  const bool connected = Until([this] {
    size_t measured = 0;
    const auto list = Get<v1::AgentList>("admin", {"agent", "list"});
    for (const v1::AgentStatus& status : list.agents()) {
      measured += status.connected() && status.clock_error_us() != 0;
    }
    return measured == hosts_.size();
  });
  if (!connected) return absl::DeadlineExceededError("the agents do not connect");
  return Do("giam-doc", {"exercise", "check", kExercise});
}

// ---- waiting -----------------------------------------------------------------------------------

bool DrillTest::Until(const std::function<bool()>& condition, int64_t patience_us) {
  const int64_t deadline = os::MonotonicMicros() + patience_us;
  while (!condition()) {
    if (os::MonotonicMicros() > deadline) return false;
    poll(nullptr, 0, 100);  // nothing tells of it; asked politely
  }
  return true;
}

std::vector<v1::WatchEvent> DrillTest::WatchUntil(
    const std::function<bool(const v1::Record&)>& last) {
  Process watch(Process::Options{{Binary("drillctl"), "--context", Path("people/giam-doc.context"),
                                  "exercise", "watch", kExercise, "--json"},
                                 {},
                                 "",
                                 NewName("watch.err")});
  std::vector<v1::WatchEvent> events;
  const bool came = watch.ReadLines(
      [&](absl::string_view line) {
        v1::WatchEvent event;
        EXPECT_TRUE(FromJson(line, &event)) << line;
        if (event.has_record()) events.push_back(event);
        return last == nullptr ? event.caught_up() : event.has_record() && last(event.record());
      },
      kPatienceUs);
  EXPECT_TRUE(came) << "what was waited for did not come; " << events.size() << " records";
  return events;
}

std::vector<v1::WatchEvent> DrillTest::Records() { return WatchUntil(nullptr); }

bool DrillTest::Connected(const std::string& host) {
  const auto list = Get<v1::AgentList>("admin", {"agent", "list"});
  for (const v1::AgentStatus& status : list.agents()) {
    if (status.host() == host) return status.connected() && status.clock_error_us() != 0;
  }
  return false;
}

bool DrillTest::Clean() {
  return Until([this] {
    int waiting = 0;
    const v1::ExerciseView view = View();
    for (const v1::HostRow& host : view.hosts()) waiting += host.cleanup_waiting();
    return waiting == 0;
  });
}

std::function<bool(const v1::Record&)> OrderIs(v1::OrderEventKind kind, const std::string& inject,
                                               const std::string& host) {
  return [=](const v1::Record& record) {
    const v1::OrderEvent& event = record.order_reported().event();
    return record.has_order_reported() && event.kind() == kind &&
           event.order().inject() == inject && event.order().host() == host;
  };
}

int Count(const std::vector<v1::WatchEvent>& events,
          const std::function<bool(const v1::Record&)>& which) {
  int count = 0;
  for (const v1::WatchEvent& event : events) count += which(event.record());
  return count;
}

}  // namespace drill::testing
