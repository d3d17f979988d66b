// auth.guess against the servers that the world runs: OpenSSH's sshd and nginx, each started for
// the test without rights, on a free port, from a folder of its own. What they wrote down counts:
// as many failed log-ins as were ordered, and not one more, which could lock an account out.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/task_ssh.h"
#include "common/os/clock.h"
#include "tests/support/fake_sink.h"
#include "tests/support/process.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FreePort;
using ::testing::IsEmpty;
using Server = ::drill::testing::Process;

constexpr char kSshd[] = "/usr/sbin/sshd";
constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr uid_t kNobody = 65534;
constexpr int kTries = 4;
constexpr int64_t kPatienceUs = 60'000'000;

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

class AuthGuessTest : public ::testing::Test {
 protected:
  AuthGuessTest() : folder_(::testing::TempDir() + "drill-server-XXXXXX"), port_(FreePort()) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    if (geteuid() == 0) {
      EXPECT_EQ(chown(folder_.c_str(), kNobody, kNobody), 0);
    }
    v1::Target* target = sandbox_.policy.add_targets();
    target->set_host("may-2");
    target->set_address("127.0.0.1");
    target->add_ports(port_);
    sandbox_.against.push_back("may-2");
  }
  ~AuthGuessTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string In(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }
  // Without rights, whoever runs the test.
  std::vector<std::string> Words(std::vector<std::string> words) const {
    if (geteuid() != 0) return words;
    std::vector<std::string> all = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534",
                                    "--clear-groups"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
  void RunToItsEnd(std::vector<std::string> words) {
    Server program({Words(std::move(words)), {}, In("out"), In("err")});
    const auto ended = program.Wait(kPatienceUs);
    ASSERT_TRUE(ended.has_value());
    ASSERT_EQ(ended->code, 0) << Sandbox::Read(In("err"));
  }
  static bool Until(const std::function<bool()>& condition) {
    const int64_t give_up = os::MonotonicMicros() + kPatienceUs;
    while (!condition()) {
      if (os::MonotonicMicros() > give_up) return false;
      poll(nullptr, 0, 20);
    }
    return true;
  }
  void StartServer(std::vector<std::string> words, const std::string& ready_file,
                   const std::string& ready) {
    server_ = std::make_unique<Server>(
        Server::Options{Words(std::move(words)), {}, In("out"), In("err")});
    ASSERT_TRUE(Until([&] { return Count(Sandbox::Read(ready_file), ready) > 0; }))
        << Sandbox::Read(In("err"));
  }
  // As ordered, then waits until the decoy process has come to its end by itself, and undoes.
  void Play(v1::GuessKind kind) {
    v1::Action action;
    action.mutable_auth_guess()->set_kind(kind);
    action.mutable_auth_guess()->set_port(port_);
    action.mutable_auth_guess()->set_tries(kTries);
    action.mutable_auth_guess()->mutable_every()->set_seconds(1);
    action.mutable_auth_guess()->set_process(sandbox_.decoy_name());
    const v1::Order order = sandbox_.OrderFor(action, "guess");
    const auto player = sandbox_.Player();
    const Outcome outcome = player->Start(order, [](int64_t) {});
    ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes) << Sandbox::Read(In("err"));
    EXPECT_TRUE(Until([&] { return sandbox_.RunningDecoys().empty() || AllTried(kind); }));
    const Outcome undone = player->Undo(order.id(), v1::UNDO_REASON_ENDED);
    EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED)
        << ::testing::PrintToString(undone.notes);
    EXPECT_THAT(sandbox_.RunningDecoys(), IsEmpty());
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }
  bool AllTried(v1::GuessKind kind) const {
    return kind == v1::GUESS_KIND_SSH ? Count(Sandbox::Read(In("err")), kFailed) >= kTries
                                      : Count(Sandbox::Read(In("access.log")), kRefused) >= kTries;
  }
  void StartSshd(const std::string& methods) {
    RunToItsEnd({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", In("key")});
    ASSERT_FALSE(HasFatalFailure());
    sandbox_.Write(
        In("sshd_config"),
        absl::StrCat("ListenAddress 127.0.0.1\nPort ", port_, "\nHostKey ", In("key"),
                     "\nPidFile none\nUsePAM no\nStrictModes no\nMaxAuthTries 6\n", methods),
        0644);
    StartServer({kSshd, "-D", "-e", "-f", In("sshd_config")}, In("err"), "Server listening on");
  }

  static constexpr char kRefused[] = "quantri 401\n";
  static constexpr char kFailed[] = "Failed password for invalid user quantri from 127.0.0.1 port ";

  std::string folder_;
  const int port_;
  Sandbox sandbox_;
  std::unique_ptr<Server> server_;
  const std::map<std::string, std::string> before_ = sandbox_.Manifest();
};

TEST_F(AuthGuessTest, SshdWritesDownEachTryOnce) {
  if (access(kSshd, X_OK) != 0) GTEST_SKIP() << "no " << kSshd << " here (openssh-server)";
  if (access(kSshClient, X_OK) != 0) GTEST_SKIP() << "no " << kSshClient << " here";
  // Both ways to ask for a password: only one of them may be used, or each try would count twice.
  StartSshd("PasswordAuthentication yes\nKbdInteractiveAuthentication yes\n");
  ASSERT_FALSE(HasFatalFailure());
  Play(v1::GUESS_KIND_SSH);
  const std::string log = Sandbox::Read(In("err"));
  EXPECT_EQ(Count(log, kFailed), static_cast<size_t>(kTries)) << log;
  EXPECT_EQ(Count(log, "Failed "), static_cast<size_t>(kTries)) << log;
  EXPECT_EQ(Count(log, "Accepted "), 0u) << log;
}

TEST_F(AuthGuessTest, NginxWritesDownEachTryOnce) {
  if (access(kNginx, X_OK) != 0) GTEST_SKIP() << "no " << kNginx << " here";
  sandbox_.Write(In("users"), "canbo:{PLAIN}khong-ai-biet\n", 0644);
  sandbox_.Write(
      In("nginx.conf"),
      absl::StrCat(
          "daemon off;\nmaster_process off;\npid ", In("pid"), ";\nerror_log ", In("error.log"),
          " info;\nevents {}\nhttp {\n", "log_format tries '$remote_user $status';\naccess_log ",
          In("access.log"), " tries;\nclient_body_temp_path ", In("body"), ";\nproxy_temp_path ",
          In("proxy"), ";\nfastcgi_temp_path ", In("fastcgi"), ";\nuwsgi_temp_path ", In("uwsgi"),
          ";\nscgi_temp_path ", In("scgi"), ";\nserver {\nlisten 127.0.0.1:", port_, ";\nroot ",
          folder_, ";\nauth_basic \"noi bo\";\nauth_basic_user_file ", In("users"), ";\n}\n}\n"),
      0644);
  StartServer({kNginx, "-p", folder_, "-c", In("nginx.conf"), "-e", In("error.log")},
              In("error.log"), "event method");
  ASSERT_FALSE(HasFatalFailure());
  Play(v1::GUESS_KIND_HTTP);
  const std::string log = Sandbox::Read(In("access.log"));
  EXPECT_EQ(Count(log, kRefused), static_cast<size_t>(kTries)) << log;
  EXPECT_EQ(Count(log, " 200\n"), 0u) << log;
  EXPECT_EQ(Count(Sandbox::Read(In("error.log")), "user \"quantri\" was not found"),
            static_cast<size_t>(kTries));
}

}  // namespace
}  // namespace drill::agent
