// Real tests of Atomic Red Team through exec.atomic, in a namespace of their own: a private copy of
// the file system (an overlay in memory), processes and network. Prints a table; nothing may be
// left after undo. DRILL_ATOMIC_RESULTS: a file that gets the table too; docs/atomic-results.md is
// made so.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/host_player.h"
#include "common/base/digest.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "core/atomic/command_digest.h"
#include "core/atomic/import.h"
#include "tests/integration/atomic_results.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

namespace fs = std::filesystem;

// Empty homes and the like instead of this machine's own.
const char* const kFresh[] = {"/home", "/opt", "/root", "/srv", "/var/log", "/var/tmp"};
// What is looked at besides.
const char* const kWatched[] = {"/etc",
                                "/home",
                                "/opt",
                                "/root",
                                "/srv",
                                "/tmp",
                                "/var/log",
                                "/var/spool",
                                "/var/tmp",
                                "/run/lock",
                                "/usr/local/bin",
                                "/usr/local/sbin",
                                "/lib/systemd/system"};
const char* const kProtected[] = {"/etc",     "/home", "/opt",       "/root",   "/srv",
                                  "/var/log", "/tmp",  "/var/spool", "/var/tmp"};

void Note(const std::string& path, std::map<std::string, std::string>* found) {
  struct stat st {};
  if (lstat(path.c_str(), &st) != 0) return;
  std::string& line = (*found)[path];
  line = absl::StrCat(absl::Hex(st.st_mode), " ", st.st_uid, ":", st.st_gid);
  std::error_code error;
  if (S_ISREG(st.st_mode)) {
    const auto content = os::ReadFile(path);
    absl::StrAppend(&line, " ", st.st_size, " ", st.st_mtim.tv_sec, ".", st.st_mtim.tv_nsec, " ",
                    content.ok() ? Sha256Hex(*content) : "unread");
  } else if (S_ISLNK(st.st_mode)) {
    absl::StrAppend(&line, " ", fs::read_symlink(path, error).string());
  }
}

// An independent look: not the agent's manifests.
std::map<std::string, std::string> LookAround() {
  std::map<std::string, std::string> found;
  std::error_code error;
  for (const char* directory : kWatched) {
    for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      Note(it->path().string(), &found);
    }
  }
  // New names elsewhere.
  for (const char* directory : {"/", "/var", "/usr", "/usr/bin", "/usr/lib", "/var/lib"}) {
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      found.try_emplace(entry.path().string(), "");
    }
  }
  return found;
}

std::vector<std::string> Differences(const std::map<std::string, std::string>& a,
                                     const std::map<std::string, std::string>& b) {
  std::vector<std::string> paths;
  for (const auto& [path, line] : a) {
    const auto other = b.find(path);
    if (other == b.end() || other->second != line) paths.push_back(path);
  }
  for (const auto& [path, line] : b) {
    if (a.count(path) == 0) paths.push_back(path);
  }
  return paths;
}

std::set<std::string> Processes() {
  std::set<std::string> pids;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (int pid = 0; absl::SimpleAtoi(name, &pid)) pids.insert(name);
  }
  return pids;
}

bool Mounted(const char* from, const std::string& to, const char* type, unsigned long flags,
             const std::string& data = "") {
  return mount(from, to.c_str(), type, flags, data.c_str()) == 0;
}

// False: this machine does not let us.
bool EnterPrivateRoot() {
  const std::string base = "/mnt";
  if (!Mounted("none", "/", nullptr, MS_REC | MS_PRIVATE) ||
      !Mounted("drill", base, "tmpfs", 0, "size=1g")) {
    return false;
  }
  for (const char* name : {"/upper", "/work", "/root"}) mkdir((base + name).c_str(), 0755);
  const std::string root = base + "/root";
  if (!Mounted("drill", root, "overlay", 0,
               absl::StrCat("lowerdir=/,upperdir=", base, "/upper,workdir=", base, "/work"))) {
    return false;
  }
  if (!Mounted("/dev", root + "/dev", nullptr, MS_BIND | MS_REC) ||
      !Mounted("proc", root + "/proc", "proc", 0) ||
      !Mounted("drill", root + "/tmp", "tmpfs", 0, "mode=1777,size=256m")) {
    return false;
  }
  for (const char* fresh : kFresh) {
    if (!Mounted("drill", root + fresh, "tmpfs", 0, "mode=0755,size=64m")) return false;
  }
  std::error_code ignored;
  fs::copy("/etc/skel", root + "/root", ignored);
  mkdir((root + "/drill").c_str(), 0700);
  if (!Mounted("drill", root + "/drill", "tmpfs", 0, "mode=0700,size=1g")) return false;
  return chroot(root.c_str()) == 0 && chdir("/") == 0;
}

struct SafeTest {
  std::string id;
  std::string name;
  std::string technique;  // its file's text: read before the private root, which may not have it
  std::string setup;
  std::vector<std::pair<std::string, std::string>> overrides;
};

std::vector<SafeTest> ReadTests(const std::string& data) {
  std::vector<SafeTest> tests;
  google::protobuf::ListValue list;
  const auto text = os::ReadFile(data + "/art/safe_linux.json");
  EXPECT_OK(text.status());
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.value_or("[]"), &list).ok());
  for (const auto& value : list.values()) {
    const auto& fields = value.struct_value().fields();
    SafeTest test;
    test.id = fields.at("test").string_value();
    test.name = fields.at("name").string_value();
    test.technique =
        os::ReadFile(absl::StrCat(data, "/art/", test.id.substr(0, test.id.find('-')), ".yaml"))
            .value_or("");
    test.setup = fields.at("setup").string_value();
    for (const auto& [name, given] : fields.at("overrides").struct_value().fields()) {
      test.overrides.emplace_back(name, given.string_value());
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

// What a user had before: clean-ups of the set are known to take such lines away.
void FurnishHome() {
  const std::pair<const char*, const char*> files[] = {
      {"/root/.bash_profile", "export EDITOR=vi\n. ~/.bashrc\nalias ll='ls -l'\n"},
      {"/root/.bash_history", "ls -la\nsystemctl status nginx\ntail -f /var/log/syslog\n"},
      {"/root/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== quan-tri@co-quan\n"},
  };
  std::error_code ignored;
  fs::create_directories("/root/.ssh", ignored);
  fs::create_directories("/var/spool/cron/crontabs", ignored);
  for (const auto& [path, content] : files) EXPECT_OK(os::WriteFileDurably(path, content));
}

// T1056.001-5 asks in its prerequisite, which its file lets `sh` run, whether it is run by bash:
// that can never be. Its command is run by bash, so it is played without.
constexpr char kNeverReady[] = "T1056.001-5";

class FieldRun {
 public:
  FieldRun() {
    for (const char* path : kProtected) {
      if (fs::is_directory(path) && !fs::is_symlink(path)) policy_.add_protect(path);
    }
    policy_.add_actions("exec.atomic");
    HostPlayer::Options options;
    options.directory = "/drill/agent";
    options.policy = [this]() -> absl::StatusOr<LoadedPolicy> {
      return LoadedPolicy{policy_, "x"};
    };
    // The moment between the test's own clean-up and what the agent does besides.
    options.kill_point = [this](absl::string_view point) {
      if (absl::EndsWith(point, ".cleaned")) left_by_test_ = Differences(before_, LookAround());
    };
    auto player = HostPlayer::Open(std::move(options));
    EXPECT_OK(player.status());
    player_ = *std::move(player);
  }

  AtomicRow Row(const SafeTest& test) {
    AtomicRow row;
    row.id = test.id;
    row.name = test.name;
    // As for a user who lets nobody else read: what a test opens up is to be seen.
    if (!test.setup.empty() && std::system(("umask 077; " + test.setup).c_str()) != 0) {
      row.not_played = "its setup failed";
      return row;
    }
    v1::Inject inject;
    if (!Find(test, &inject, &row.not_played)) return row;
    v1::ExecAtomic& atomic = *inject.mutable_action()->mutable_exec_atomic();
    if (test.id == kNeverReady) atomic.clear_prerequisite();
    row.has_cleanup = !atomic.cleanup().empty();
    policy_.add_commands()->set_sha256(CommandDigest(atomic));
    v1::Order order;
    order.mutable_id()->set_exercise("field");
    order.mutable_id()->set_inject(inject.id());
    order.mutable_id()->set_attempt(1);
    order.set_action(inject.action().SerializeAsString());
    Play(order, &row);
    return row;
  }

 private:
  void Play(const v1::Order& order, AtomicRow* row) {
    before_ = LookAround();
    left_by_test_.clear();
    const auto processes = Processes();
    const Outcome started = player_->Start(order, [](int64_t) {});
    Outcome ended = started;
    if (started.kind == v1::ORDER_EVENT_KIND_APPLIED) {
      row->effects = Differences(before_, LookAround());
      row->printed = Printed();
      ended = player_->Undo(order.id(), v1::UNDO_REASON_ENDED);
    } else {
      row->not_played = started.notes.empty() ? "no reason given" : started.notes[0];
    }
    row->left_by_test = left_by_test_;
    row->cleanup = ended.cleanup;
    row->left = Differences(before_, LookAround());
    row->processes_left = Processes() != processes;
    player_->Forget(order.id());
  }

  // Whether the command said anything: the agent keeps its output beside the undo log.
  static bool Printed() {
    std::error_code error;
    for (const auto& log : fs::directory_iterator("/drill/agent/undo", error)) {
      if (fs::file_size(log.path() / "output", error) > 0 && !error) return true;
    }
    return false;
  }

  bool Find(const SafeTest& test, v1::Inject* inject, std::string* why) {
    v1::AtomicTechnique technique;
    if (!yaml::Load(test.technique, test.id, &technique).ok()) {
      *why = "not imported: no such file";
      return false;
    }
    ImportSettings settings;
    settings.get_prerequisites = true;
    for (const auto& [name, value] : test.overrides) settings.values[name] = value;
    for (Imported& one : ImportTechnique(technique, settings)) {
      if (one.id != test.id || one.kind != Imported::Kind::kAction) continue;
      *inject = std::move(one.inject);
      return true;
    }
    *why = "not imported: no action";
    return false;
  }

  v1::Policy policy_;
  std::unique_ptr<HostPlayer> player_;
  std::map<std::string, std::string> before_;
  std::vector<std::string> left_by_test_;
};

constexpr int kNotPermitted = 77;

// In the namespace, as its first process. Its exit code.
int RunAll(const std::string& data, int output) {
  const std::vector<SafeTest> tests = ReadTests(data);
  if (!EnterPrivateRoot()) return kNotPermitted;
  FurnishHome();
  FieldRun run;
  std::vector<AtomicRow> rows;
  for (const SafeTest& test : tests) {
    rows.push_back(run.Row(test));
    std::printf("%s\n", TextOf(rows.back()).c_str());
    std::fflush(stdout);
  }
  const AtomicTotals totals = TotalsOf(rows);
  if (!os::WriteAll(output, PageOf(rows), "the table").ok()) return 1;
  // A player that plays nothing, or sees nothing, leaves nothing either.
  const bool enough = totals.played * 4 >= rows.size() * 3 && totals.effects * 2 >= rows.size();
  return totals.clean == rows.size() && !rows.empty() && enough ? 0 : 1;
}

TEST(AtomicField, NothingIsLeftAfterUndo) {
  const char* set = std::getenv("DRILL_FIELD_DATA");
  const char* source = std::getenv("DRILL_SOURCE_DIR");
  const std::string data =
      set != nullptr ? set : absl::StrCat(source == nullptr ? "." : source, "/../shared/data");
  if (!fs::exists(data + "/art/safe_linux.json")) {
    GTEST_SKIP() << "no field data in " << data << "; set DRILL_FIELD_DATA";
  }
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
      _exit(kNotPermitted);
    }
    const pid_t first = fork();
    if (first == 0) _exit(RunAll(fs::absolute(data), fds[1]));
    int status = 0;
    waitpid(first, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  close(fds[1]);
  std::string table;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fds[0], buffer, sizeof(buffer))) > 0;) {
    table.append(buffer, static_cast<size_t>(size));
  }
  close(fds[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPermitted) {
    GTEST_SKIP() << "this machine lets nobody make namespaces with an overlay; run as root";
  }
  if (const char* file = std::getenv("DRILL_ATOMIC_RESULTS")) {
    EXPECT_OK(os::WriteFileDurably(file, table, 0644));
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << table;
}

}  // namespace
}  // namespace drill::agent
