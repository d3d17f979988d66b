#ifndef DRILL_TESTS_UNIT_AGENT_SANDBOX_H_
#define DRILL_TESTS_UNIT_AGENT_SANDBOX_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/host_player.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/agent.pb.h"
#include "tests/support/fake_systemd.h"

namespace drill::agent {

// One host of a test: a temporary directory with what its owner has (docs/, www/, log/) and the
// agent's private directory beside it. Everything is removed at the end, decoys included.
class Sandbox {
 public:
  // kMemory: the private directory is in memory where there is such a file system, for tests that
  // sync a great deal.
  enum class On { kDisk, kMemory };
  explicit Sandbox(On on = On::kDisk);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  std::string Path(absl::string_view rest) const;       // on the host
  std::string AgentPath(absl::string_view rest) const;  // private
  std::string page() const { return Path("www/index.html"); }
  std::string log_file() const { return Path("log/auth.log"); }
  // Unique to this sandbox.
  const std::string& decoy_name() const { return decoy_name_; }

  void Write(const std::string& path, absl::string_view content, unsigned mode = 0644) const;
  static std::string Read(const std::string& path);
  static bool Exists(const std::string& path);

  // /etc is this host's own, with an account or two, while the sandbox lives: in a mount namespace
  // that the whole test's process goes to. Empty: done; else why it may not.
  std::string MakePrivateEtc();
  // The host has a systemd, with this unit running.
  void RunUnit(const std::string& unit);
  // REQUIRES: RunUnit.
  const ::drill::testing::FakeSystemd& systemd() const { return *systemd_; }

  // Every name of the host with type, mode, owner, and for files time of change and content; its
  // units and their state.
  std::map<std::string, std::string> Manifest() const;
  // Decoys of this sandbox that run. Those that are about to end are waited for (30 s) first.
  std::vector<int> Decoys() const;
  std::vector<int> RunningDecoys() const;
  // As a response team would; returns when they are dead.
  void KillDecoys() const;
  // The same; returns when they stand still (30 s at most).
  void StopDecoys() const;

  // The owner's policy: places docs, www, log; all actions. Change it at will, it is read again
  // before every order.
  v1::Policy policy;
  // Not OK: the policy cannot be read.
  absl::Status policy_fault;

  // What the controller has told of its sink, and its CA.
  SinkEndpoint sink;
  std::string ca_pem;
  // Of every order.
  std::vector<std::string> against;

  std::unique_ptr<HostPlayer> Player(KillPoint kill_point = [](absl::string_view) {}) const;

  // Orders of this exercise; `inject` names them.
  v1::Order OrderFor(const v1::Action& action, absl::string_view inject = "x") const;
  v1::Order Encrypt(int count = 3) const;
  v1::Order Deface() const;
  v1::Order RunDecoy(int cpu_permille = 0) const;
  v1::Order AppendLog(int lines = 4) const;
  // On the policy's first port.
  v1::Order Listen() const;
  v1::Order Beacon(v1::Channel channel, int every_seconds = 1) const;

 private:
  std::shared_ptr<void> etc_;
  std::unique_ptr<::drill::testing::FakeSystemd> systemd_;
  std::string root_;
  std::string agent_;
  std::string decoy_name_;
};

// Runs `body` in a child process that is killed when it reaches `point`. False: it got to the end.
bool RunAndDieAt(absl::string_view point, const std::function<void(const KillPoint&)>& body);

std::string DecoyProgram();

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_SANDBOX_H_
