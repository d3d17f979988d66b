#include "tests/unit/agent/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/process.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr absl::string_view kPage = "<html><body>Cổng thông tin điện tử</body></html>\n";
constexpr absl::string_view kLog =
    "Nov 22 08:59:01 mayphucvu sshd[811]: Server listening on 0.0.0.0 port 22.\n";
constexpr absl::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/bash\ncanbo:x:1000:1000:Cán bộ một cửa:/home/canbo:/bin/bash\n";
constexpr absl::string_view kGroup = "root:x:0:\nsudo:x:27:canbo\ncanbo:x:1000:\n";
constexpr absl::string_view kShadow =
    "root:*:19700:0:99999:7:::\ncanbo:$y$j9T$mau$khong:19700:0:99999:7:::\n";
constexpr absl::string_view kGshadow = "root:*::\nsudo:*::canbo\ncanbo:!::\n";
constexpr int64_t kDeathPatienceUs = 30'000'000;
constexpr int64_t kOld = 1'600'000'000;  // some time ago

void SetOld(const std::string& path) {
  const timespec times[2] = {{kOld, 123'456'789}, {kOld, 987'654'321}};
  DRILL_CHECK(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

std::string MakeTemporary(const std::string& where) {
  std::string pattern = where + "drill-agent-XXXXXX";
  DRILL_CHECK(mkdtemp(pattern.data()) != nullptr);
  return std::filesystem::canonical(pattern).string();
}

}  // namespace

Sandbox::Sandbox(On on) {
  root_ = MakeTemporary(::testing::TempDir());
  const bool memory = on == On::kMemory && access("/dev/shm", W_OK | X_OK) == 0;
  agent_ = memory ? MakeTemporary("/dev/shm/") : root_ + "/agent";
  decoy_name_ = "kw." + root_.substr(root_.size() - 6);
  for (const char* directory : {"host", "host/docs", "host/www", "host/log"}) {
    DRILL_CHECK(mkdir(absl::StrCat(root_, "/", directory).c_str(), 0755) == 0);
  }
  Write(Path("docs/của tôi.txt"), "tài liệu thật\n", 0600);
  Write(page(), kPage, 0640);
  Write(log_file(), kLog, 0640);
  SetOld(Path("docs/của tôi.txt"));
  SetOld(page());
  SetOld(log_file());
  for (const char* name : {"docs", "www", "log"}) {
    v1::Place* place = policy.add_places();
    place->set_name(name);
    place->set_path(Path(name));
  }
  for (const std::string& name : ActionNames()) policy.add_actions(name);
}

Sandbox::~Sandbox() {
  KillDecoys();
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
  std::filesystem::remove_all(agent_, ignored);
}

namespace {

// As root, or as root of a user namespace of its own where the kernel lets everybody have one.
std::string LeaveMountNamespace() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return strerror(errno);
  if (user != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? "" : strerror(errno);
}

}  // namespace

std::string Sandbox::MakePrivateEtc() {
  static const std::string why = LeaveMountNamespace();
  if (!why.empty()) return why;
  const std::string etc = Path("etc");
  DRILL_CHECK(mkdir(etc.c_str(), 0755) == 0);
  Write(etc + "/passwd", kPasswd, 0644);
  Write(etc + "/group", kGroup, 0644);
  Write(etc + "/shadow", kShadow, 0640);
  Write(etc + "/gshadow", kGshadow, 0640);
  Write(etc + "/.pwd.lock", "", 0600);
  for (const char* name : {"/passwd", "/group", "/shadow", "/gshadow"}) SetOld(etc + name);
  if (mount(etc.c_str(), "/etc", nullptr, MS_BIND, nullptr) != 0) return strerror(errno);
  etc_ = std::shared_ptr<void>(nullptr, [](void*) { umount2("/etc", MNT_DETACH); });
  return "";
}

void Sandbox::RunUnit(const std::string& unit) {
  systemd_ = std::make_unique<::drill::testing::FakeSystemd>(root_ + "/systemd");
  systemd_->Add(unit);
}

std::string Sandbox::Path(absl::string_view rest) const {
  return absl::StrCat(root_, "/host/", rest);
}

std::string Sandbox::AgentPath(absl::string_view rest) const {
  return absl::StrCat(agent_, "/", rest);
}

void Sandbox::Write(const std::string& path, absl::string_view content, unsigned mode) const {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  DRILL_CHECK(chmod(path.c_str(), mode) == 0);
}

std::string Sandbox::Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool Sandbox::Exists(const std::string& path) {
  struct stat st {};
  return lstat(path.c_str(), &st) == 0;
}

std::map<std::string, std::string> Sandbox::Manifest() const {
  std::map<std::string, std::string> manifest;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ + "/host")) {
    struct stat st {};
    DRILL_CHECK(lstat(entry.path().c_str(), &st) == 0);
    std::string line =
        absl::StrCat("mode ", absl::Hex(st.st_mode), " owner ", st.st_uid, ":", st.st_gid);
    if (S_ISREG(st.st_mode)) {
      absl::StrAppend(&line, " links ", st.st_nlink, " time ", st.st_mtim.tv_sec, ".",
                      st.st_mtim.tv_nsec, " sha256 ", Sha256Hex(Read(entry.path())));
    } else if (S_ISLNK(st.st_mode)) {
      absl::StrAppend(&line, " to ", std::filesystem::read_symlink(entry.path()).string());
    }
    manifest[entry.path().string().substr(root_.size())] = line;
  }
  if (systemd_) manifest.merge(systemd_->Manifest());
  return manifest;
}

namespace {

void WaitForDeath(int pid) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  pollfd wait{handle, POLLIN, 0};
  if (handle >= 0) poll(&wait, 1, kDeathPatienceUs / 1'000);
  close(handle);
}

}  // namespace

std::vector<int> Sandbox::RunningDecoys() const {
  std::vector<int> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    int pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    const std::string command = Read(entry.path() / "cmdline");
    const auto look = LookAtProcess(pid);
    if (!look || look->state == 'Z') continue;
    // One on its way out has lost its command line, but not yet its name.
    const std::string name = command.empty() ? look->name : command.substr(0, command.find('\0'));
    if (name == decoy_name_) pids.push_back(pid);
  }
  return pids;
}

std::vector<int> Sandbox::Decoys() const {
  // Again and again: one that was forked just before the agent's death gets its name only with its
  // exec, which may come between two looks; it then ends by itself.
  const int64_t deadline = os::MonotonicMicros() + kDeathPatienceUs;
  for (;;) {
    std::vector<int> pids = RunningDecoys();
    if (pids.empty() || os::MonotonicMicros() >= deadline) return pids;
    for (int pid : pids) WaitForDeath(pid);
  }
}

void Sandbox::KillDecoys() const {
  for (int pid : RunningDecoys()) {
    kill(pid, SIGKILL);
    // By number: a process on its way out has no command line any more, but is not dead yet.
    WaitForDeath(pid);
  }
}

void Sandbox::StopDecoys() const {
  const int64_t deadline = os::MonotonicMicros() + kDeathPatienceUs;
  for (int pid : RunningDecoys()) {
    kill(pid, SIGSTOP);
    // The signal is on its way; the kernel tells nobody but a parent when it has arrived.
    const auto moves = [pid] {
      const auto look = LookAtProcess(pid);
      return look && look->state != 'T';
    };
    while (moves() && os::MonotonicMicros() < deadline) sched_yield();
  }
}

std::unique_ptr<HostPlayer> Sandbox::Player(KillPoint kill_point) const {
  HostPlayer::Options options;
  options.directory = agent_;
  options.decoy_program = DecoyProgram();
  options.kill_point = std::move(kill_point);
  options.ca_pem = ca_pem;
  // Never this machine's own.
  options.systemd = Systemd({systemd_ ? systemd_->directory() : "/nonexistent"});
  options.policy = [this]() -> absl::StatusOr<LoadedPolicy> {
    if (!policy_fault.ok()) return policy_fault;
    return LoadedPolicy{policy, Sha256(policy.SerializeAsString())};
  };
  auto player = HostPlayer::Open(std::move(options));
  DRILL_CHECK(player.ok());
  (*player)->SetSink(sink);
  return *std::move(player);
}

v1::Order Sandbox::OrderFor(const v1::Action& action, absl::string_view inject) const {
  v1::Order order;
  order.mutable_id()->set_exercise("dt-2026");
  order.mutable_id()->set_inject(std::string(inject));
  order.mutable_id()->set_host("may-1");
  order.mutable_id()->set_attempt(1);
  order.set_wanted(v1::WANTED_PLAY);
  order.set_action(action.SerializeAsString());
  for (const std::string& host : against) order.add_against(host);
  return order;
}

v1::Order Sandbox::Encrypt(int count) const {
  v1::Action action;
  action.mutable_files_encrypt()->set_dir("@docs");
  action.mutable_files_encrypt()->set_count(count);
  action.mutable_files_encrypt()->set_bytes_each(500);
  return OrderFor(action, "encrypt");
}

v1::Order Sandbox::Deface() const {
  v1::Action action;
  action.mutable_web_deface()->set_page("@www/index.html");
  return OrderFor(action, "deface");
}

v1::Order Sandbox::RunDecoy(int cpu_permille) const {
  v1::Action action;
  action.mutable_process_run_decoy()->set_name(decoy_name_);
  action.mutable_process_run_decoy()->set_cpu_permille(cpu_permille);
  return OrderFor(action, "decoy");
}

v1::Order Sandbox::AppendLog(int lines) const {
  v1::Action action;
  action.mutable_log_append()->set_file("@log/auth.log");
  action.mutable_log_append()->set_lines(lines);
  return OrderFor(action, "log");
}

v1::Order Sandbox::Listen() const {
  v1::Action action;
  action.mutable_network_listen()->set_port(policy.ports(0));
  action.mutable_network_listen()->set_process(decoy_name_);
  return OrderFor(action, "listen");
}

v1::Order Sandbox::Beacon(v1::Channel channel, int every_seconds) const {
  v1::Action action;
  action.mutable_network_beacon()->set_channel(channel);
  action.mutable_network_beacon()->mutable_every()->set_seconds(every_seconds);
  action.mutable_network_beacon()->set_process(decoy_name_);
  return OrderFor(action, "beacon");
}

bool RunAndDieAt(absl::string_view point, const std::function<void(const KillPoint&)>& body) {
  const pid_t child = fork();
  DRILL_CHECK(child >= 0);
  if (child == 0) {
    body([point](absl::string_view reached) {
      if (reached == point) kill(getpid(), SIGKILL);
    });
    _exit(0);
  }
  int status = 0;
  DRILL_CHECK(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

std::string DecoyProgram() {
  // ctest says where programs are; started by hand, a test lies in build/tests beside build/bin.
  const char* bin = getenv("DRILL_BIN");
  if (bin != nullptr) return absl::StrCat(bin, "/agent_decoy_program");
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path().parent_path() / "bin" / "agent_decoy_program").string();
}

}  // namespace drill::agent
