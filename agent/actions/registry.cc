#include "agent/actions/action.h"
#include "common/base/digest.h"

namespace drill::agent {

const std::vector<ActionKind>& ActionKinds() {
  static const std::vector<ActionKind> kinds = {
      {v1::Action::kFilesEncrypt, "files.encrypt", "T1486", false,
       "files that no program opens, and a ransom note beside them", &MakeFilesEncrypt},
      {v1::Action::kWebDeface, "web.deface", "T1491.002", true,
       "another page than the owner's at a public address", &MakeWebDeface},
      {v1::Action::kProcessRunDecoy, "process.run_decoy", "T1036.005", false,
       "a process with a name that does not belong there, using the processor",
       &MakeProcessRunDecoy},
      {v1::Action::kLogAppend, "log.append", "T1110", false,
       "many failed log-ins of one account from one address", &MakeLogAppend},
      {v1::Action::kAccountCreate, "account.create", "T1136.001", false,
       "a local account that nobody of the owner's made", &MakeAccountCreate,
       OwnGround{"/etc", OwnGround::Names::kAccounts, ""}},
      {v1::Action::kPersistenceCron, "persistence.cron", "T1053.003", false,
       "a new file among cron's own", &MakePersistenceCron,
       OwnGround{"/etc/cron.d", OwnGround::Names::kAny, ""}},
      {v1::Action::kPersistenceSystemd, "persistence.systemd", "T1543.002", false,
       "a new unit file of systemd", &MakePersistenceSystemd,
       OwnGround{"/etc/systemd/system", OwnGround::Names::kUnits, ""}},
      // Users' own files are reached as every file is, through `allow` and the places. Root's is
      // closed to all, so it opens only to an owner who names that one file in `allow`: a wider
      // entry, such as /root, must not open it by accident. (The policy's `users` are accounts that
      // a drill makes, which have no home.)
      {v1::Action::kPersistenceSshKey, "persistence.ssh_key", "T1098.004", false,
       "a key in authorized_keys that nobody of the owner's added", &MakePersistenceSshKey,
       OwnGround{"/root/.ssh", OwnGround::Names::kListed, "authorized_keys"}},
      {v1::Action::kServiceStop, "service.stop", "T1489", true,
       "a service that does not answer, and a unit that is inactive", &MakeServiceStop},
      {v1::Action::kWebShell, "web.shell", "T1505.003", false,
       "a script that the owner did not put among the pages of the web server", &MakeWebShell},
      {v1::Action::kMalwareEicar, "malware.eicar", "T1204.002", false,
       "a file that every virus scanner knows", &MakeMalwareEicar},
      {v1::Action::kDiskFill, "disk.fill", "T1499.001", true,
       "a large file, and a file system that fills up", &MakeDiskFill},
      {v1::Action::kCpuBurn, "cpu.burn", "T1496", true,
       "a process that uses the processor all the time", &MakeCpuBurn},
      {v1::Action::kLogClear, "log.clear", "T1070.002", true,
       "a log that has become empty or shorter", &MakeLogClear},
      {v1::Action::kConfigChange, "config.change", "T1562.001", true,
       "a setting that the owner did not change", &MakeConfigChange},
      {v1::Action::kDataCorrupt, "data.corrupt", "T1565.001", false,
       "records that contradict themselves in a table that was changed", &MakeDataCorrupt},
      {v1::Action::kFilesExfiltrate, "files.exfiltrate", "T1041", false,
       "an archive of documents and keys, and a program that sends it out of the host",
       &MakeFilesExfiltrate},
      {v1::Action::kNetworkBeacon, "network.beacon", "T1071.001", false,
       "regular connections to one address by a program that has no business there",
       &MakeNetworkBeacon},
      {v1::Action::kNetworkScan, "network.scan", "T1046", false,
       "connections from one host to many ports of others within a short time", &MakeNetworkScan},
      {v1::Action::kNetworkFlood, "network.flood", "T1499.002", true,
       "far more requests from one host than usual, and a slower service", &MakeNetworkFlood},
      {v1::Action::kNetworkListen, "network.listen", "T1571", false,
       "an open port that no service of the host explains", &MakeNetworkListen},
      {v1::Action::kDnsQuery, "dns.query", "T1568.002", false,
       "look-ups of names without sense below one domain", &MakeDnsQuery},
      {v1::Action::kAuthGuess, "auth.guess", "T1110.001", false,
       "failed log-ins of one account from one host, in the target's own log", &MakeAuthGuess},
      {v1::Action::kExecAtomic, "exec.atomic", "T1059", true,
       "whatever the test does: the shell that runs it, and the files that it changes",
       &MakeExecAtomic},
  };
  return kinds;
}

const ActionKind* FindActionKind(v1::Action::KindCase kind) {
  for (const ActionKind& known : ActionKinds()) {
    if (known.kind == kind) return &known;
  }
  return nullptr;
}

std::vector<std::string> ActionNames() {
  std::vector<std::string> names;
  for (const ActionKind& kind : ActionKinds()) names.emplace_back(kind.name);
  return names;
}

std::vector<const Content*> ContentsToStore(const Change& change) {
  std::vector<const Content*> contents;
  if (change.content_before.make && !change.over_own) contents.push_back(&change.content_before);
  if (change.kind == v1::STEP_KIND_APPEND || change.kind == v1::STEP_KIND_ADD_LINES ||
      change.kind == v1::STEP_KIND_ACCOUNT) {
    contents.push_back(&change.content);
  }
  return contents;
}

Content ContentOf(std::string bytes) {
  Content content;
  content.size = static_cast<int64_t>(bytes.size());
  content.sha256 = Sha256(bytes);
  content.make = [bytes = std::move(bytes)] { return bytes; };
  return content;
}

}  // namespace drill::agent
