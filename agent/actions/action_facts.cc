#include "agent/actions/action_facts.h"

namespace drill::agent {
namespace {

constexpr absl::string_view kDenial = "Từ chối dịch vụ";
constexpr absl::string_view kPhishing = "Tấn công giả mạo";
constexpr absl::string_view kMalware = "Tấn công sử dụng mã độc";
constexpr absl::string_view kIntrusion = "Truy cập trái phép, chiếm quyền điều khiển";
constexpr absl::string_view kDefacement = "Thay đổi giao diện";
constexpr absl::string_view kEncryption = "Mã hóa phần mềm, dữ liệu, thiết bị";
constexpr absl::string_view kSabotage = "Phá hoại thông tin";
constexpr absl::string_view kEspionage = "Nghe trộm, gián điệp, lấy cắp";
constexpr absl::string_view kCombined = "Tấn công tổng hợp";
constexpr absl::string_view kOther = "Khác";

// Said of several kinds.
constexpr absl::string_view kNoRights = "none beyond starting a process";
constexpr absl::string_view kDirectoryAllowed =
    "a place, or `allow`, that holds the directory; cap `bytes_max`";
constexpr absl::string_view kWriteDirectory = "write in the directory";
constexpr absl::string_view kGiveBack =
    "write the file and its directory; root or CAP_CHOWN where the file belongs to somebody else";
constexpr absl::string_view kAtTargets =
    "A process; ended with its group at undo, or by itself. What the targets, and firewalls and "
    "sensors on the way, wrote down stays with them and is expected to.";

}  // namespace

const std::vector<ReportType>& ReportTypes() {
  static const std::vector<ReportType> types = {
      {kDenial, "Denial of service", ""},
      {kPhishing, "Phishing, impersonation",
       "no agent sends mail: a *message* inject, or a *manual* one by the red team"},
      {kMalware, "Attack with malware", ""},
      {kIntrusion, "Unauthorised access, control taken", ""},
      {kDefacement, "Defacement", ""},
      {kEncryption, "Encryption of software, data, devices", ""},
      {kSabotage, "Destruction of information", ""},
      {kEspionage, "Interception, espionage, theft", ""},
      {kCombined, "Combined attack", "a scenario that plays several of the kinds is one"},
      {kOther, "Other", ""},
  };
  return types;
}

absl::string_view SensorName(Sensor sensor) {
  switch (sensor) {
    case Sensor::kFile:
      return "file";
    case Sensor::kProcess:
      return "process";
    case Sensor::kLog:
      return "log";
    case Sensor::kNetwork:
      break;
  }
  return "network";
}

const std::vector<ActionFacts>& AllActionFacts() {
  using S = Sensor;
  static const std::vector<ActionFacts> all = {
      {v1::Action::kFilesEncrypt,
       kEncryption,
       {S::kFile},
       "A new directory with encrypted decoys and the note; removed at undo.",
       "a place, or `allow`, that holds the directory; caps `files_max`, `bytes_max`",
       kWriteDirectory},
      {v1::Action::kWebDeface,
       kDefacement,
       {S::kFile, S::kNetwork},
       "The other page; undo puts bytes, mode, owner and mtime back. What visitors and caches "
       "have seen stays seen.",
       "a place, or `allow`, that holds the page; cap `undo_store_bytes_max`",
       kGiveBack},
      {v1::Action::kProcessRunDecoy,
       kMalware,
       {S::kProcess},
       "A process; ended with its group at undo.",
       "cap `cpu_permille_max`",
       kNoRights},
      {v1::Action::kLogAppend,
       kIntrusion,
       {S::kLog},
       "Lines at the end of the log. They stay and are declared as residue, unless the policy says "
       "`remove_log_lines`, they are still the tail and nobody holds the file open.",
       "a place, or `allow`, that holds the log; cap `log_lines_max`; `remove_log_lines`",
       "append to the log; CAP_SYS_PTRACE to see who holds it open, if lines are to be removed"},
      {v1::Action::kFilesExfiltrate,
       kEspionage,
       {S::kFile, S::kProcess, S::kNetwork},
       "A new directory with decoys and the archive, and a process; removed and ended at undo. The "
       "sink keeps size and hash of what came, never the bytes.",
       "a place, or `allow`, that holds the directory; caps `files_max`, `bytes_max`, "
       "`sent_bytes_max`, by DNS `rate_max`. The sink needs no entry",
       kWriteDirectory},
      {v1::Action::kNetworkBeacon,
       kMalware,
       {S::kProcess, S::kNetwork},
       "A process; ended with its group at undo. The sink keeps time and address of each call.",
       "cap `sent_bytes_max`. The sink needs no entry",
       kNoRights},
      {v1::Action::kNetworkScan,
       kOther,
       {S::kNetwork, S::kProcess},
       kAtTargets,
       "`targets` with the ports, and a scope that the targets' owners signed; cap `rate_max`",
       kNoRights},
      {v1::Action::kNetworkFlood,
       kDenial,
       {S::kNetwork, S::kProcess, S::kLog},
       kAtTargets,
       "`targets` with the port, and a scope that the targets' owners signed; cap `rate_max`",
       kNoRights},
      {v1::Action::kNetworkListen,
       kIntrusion,
       {S::kNetwork, S::kProcess},
       "A process that holds an open port; ended with its group at undo, which closes the port.",
       "`ports`",
       kNoRights},
      {v1::Action::kDnsQuery,
       kMalware,
       {S::kNetwork, S::kLog, S::kProcess},
       "A process; ended with its group at undo, or by itself. What resolvers wrote down stays "
       "with "
       "them.",
       "`resolvers`, unless the sink is asked; cap `rate_max`",
       kNoRights},
      {v1::Action::kAccountCreate,
       kIntrusion,
       {S::kFile, S::kLog},
       "A line in each of `/etc/passwd`, `/etc/shadow`, `/etc/group` and `/etc/gshadow`, written "
       "under the lock that the system's own tools take; undo takes out these lines and no other. "
       "An "
       "account that the team has locked or changed is left as it is.",
       "`users` with its name",
       "root; write in `/etc`"},
      {v1::Action::kPersistenceCron,
       kIntrusion,
       {S::kFile, S::kLog},
       "A file; removed at undo. What cron logged when it read it stays.",
       "nothing else for the directory below; another one needs a place or `allow`",
       "write in the directory; for cron to heed it, root"},
      {v1::Action::kPersistenceSystemd,
       kIntrusion,
       {S::kFile},
       "A file; removed at undo. It was never enabled or started.",
       "`units` with its name",
       "write in the directory"},
      {v1::Action::kPersistenceSshKey,
       kIntrusion,
       {S::kFile},
       "A line; undo takes out that line wherever it is by then, and the file if it made it.",
       "a place, or `allow`, that holds the file",
       kGiveBack},
      {v1::Action::kServiceStop,
       kDenial,
       {S::kProcess, S::kLog, S::kNetwork},
       "A unit that does not run, and a timer of systemd's own that starts it again after `lasts`; "
       "at "
       "undo it is started and the timer removed. A unit that the team has started, masked or "
       "removed "
       "is left as it is. What was logged stays.",
       "`units`",
       "root, and systemd"},
      {v1::Action::kWebShell,
       kIntrusion,
       {S::kFile},
       "A file; removed at undo.",
       kDirectoryAllowed,
       kWriteDirectory},
      {v1::Action::kMalwareEicar,
       kMalware,
       {S::kFile},
       "A file; removed at undo. Where a scanner forbade it, that is told as *blocked*; what it "
       "moved to its quarantine is the scanner's.",
       kDirectoryAllowed,
       kWriteDirectory},
      {v1::Action::kAuthGuess,
       kIntrusion,
       {S::kLog, S::kNetwork, S::kProcess},
       kAtTargets,
       "`targets` with the port, and a scope that the targets' owners signed; cap `guesses_max`, "
       "which must lie below the targets' lock-out",
       "none; for SSH the host needs an ssh client"},
      {v1::Action::kDiskFill,
       kDenial,
       {S::kFile},
       "A file; removed at undo.",
       "a place, or `allow`, that holds the directory; caps `bytes_max`, `free_bytes_min`",
       kWriteDirectory},
      {v1::Action::kCpuBurn,
       kMalware,
       {S::kProcess},
       "A process; ended with its group at undo, or by itself.",
       "caps `cpu_permille_max` (its default is lower than this kind's), `duration_max`",
       kNoRights},
      {v1::Action::kLogClear,
       kSabotage,
       {S::kLog, S::kFile},
       "An empty log; undo puts the content back before what was written since.",
       "a place, or `allow`, that holds the log; cap `undo_store_bytes_max`",
       kGiveBack},
      {v1::Action::kConfigChange,
       kSabotage,
       {S::kFile},
       "Another value; undo puts the line back. No service is told to read its settings again.",
       "a place, or `allow`, that holds the file; cap `undo_store_bytes_max`",
       kGiveBack},
      {v1::Action::kDataCorrupt,
       kSabotage,
       {S::kFile},
       "A table of invented people; removed at undo.",
       kDirectoryAllowed,
       kWriteDirectory},
      {v1::Action::kExecAtomic,
       kOther,
       {S::kFile, S::kProcess, S::kLog, S::kNetwork},
       "What the test leaves. Its own clean-up runs first; then what it changed below the "
       "protected "
       "paths is put back from pre-images, its processes are ended, and what remains is listed in "
       "the residue ledger.",
       "`commands` with the digest of these very commands (`drill-agent policy allow`); `protect`; "
       "cap `command_max`",
       "those of the command"},
  };
  return all;
}

const ActionFacts* FindActionFacts(v1::Action::KindCase kind) {
  for (const ActionFacts& facts : AllActionFacts()) {
    if (facts.kind == kind) return &facts;
  }
  return nullptr;
}

}  // namespace drill::agent
