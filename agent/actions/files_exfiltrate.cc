#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/actions/host_file.h"
#include "agent/actions/network_plan.h"
#include "agent/actions/papers.h"
#include "agent/tar.h"
#include "agent/task.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

constexpr uint32_t kFolderMode = 0755;
constexpr uint32_t kFileMode = 0644;
constexpr int64_t kDnsArchiveBytesMax = 256 << 10;
// Of base 64, as PEM breaks lines.
constexpr size_t kPemLine = 64;

std::string Base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

// Looks like a private key; is nothing but chance, so there is nothing that it opens.
std::string PlantedKey() {
  const std::string body = Base64(os::RandomBytes(384));
  std::string text = "-----BEGIN PRIVATE KEY-----\n";
  for (size_t at = 0; at < body.size(); at += kPemLine) {
    absl::StrAppend(&text, body.substr(at, kPemLine), "\n");
  }
  return absl::StrCat(text, "-----END PRIVATE KEY-----\n");
}

// The same of passwords, for a host of a name that can never exist (RFC 2606).
std::string PlantedPasswords() {
  return absl::StrCat(
      "# Tài khoản kết nối CSDL một cửa\nDB_HOST=csdl.noibo.invalid\nDB_USER=motcua\n",
      "DB_PASSWORD=", Base64(os::RandomBytes(15)), "\nBACKUP_TOKEN=", Hex(os::RandomBytes(20)),
      "\n");
}

class FilesExfiltrate : public Action {
 public:
  explicit FilesExfiltrate(const v1::FilesExfiltrate& p) : exfiltrate_(p) {
    if (!p.has_folder()) exfiltrate_.set_folder("SaoLuu_CSDL");
    if (!p.has_count()) exfiltrate_.set_count(10);
    if (!p.has_bytes_each()) exfiltrate_.set_bytes_each(16'384);
    if (!p.has_archive()) exfiltrate_.set_archive("backup.tar");
    if (p.channel() == v1::CHANNEL_UNSPECIFIED) exfiltrate_.set_channel(v1::CHANNEL_HTTP);
    if (!p.has_process()) exfiltrate_.set_process("rsync");
  }

  absl::Status Check(const Limits& limits) const override;
  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override;

 private:
  void MakeFiles();
  absl::Status CheckSize(const Limits& limits) const;

  v1::FilesExfiltrate exfiltrate_;
  // Made once: what is planned again at the start has the same contents.
  std::vector<Paper> files_;
  Content archive_;
};

absl::Status FilesExfiltrate::Check(const Limits& limits) const {
  FaultList faults;
  faults.AddUnless(!exfiltrate_.dir().empty(), "dir is missing");
  for (const auto& [name, value] :
       {std::pair("folder", exfiltrate_.folder()), std::pair("archive", exfiltrate_.archive())}) {
    faults.AddUnless(IsPlainName(value),
                     absl::StrCat(name, " \"", value, "\" is not one plain name"));
  }
  CheckRange("count", exfiltrate_.count(), 1, 200, &faults);
  CheckRange("bytes_each", exfiltrate_.bytes_each(), 1, 1 << 20, &faults);
  CheckRange("channel", exfiltrate_.channel(), v1::CHANNEL_HTTP, v1::CHANNEL_DNS, &faults);
  CheckProcessName(exfiltrate_.process(), &faults);
  RETURN_IF_ERROR(faults.ToStatus("files.exfiltrate"));
  RETURN_IF_ERROR(
      CheckCap("files.exfiltrate", "documents:", exfiltrate_.count(), limits.files_max));
  if (exfiltrate_.channel() != v1::CHANNEL_DNS) return absl::OkStatus();
  return CheckCap("files.exfiltrate", "look-ups a second:", kDnsExfiltrationRate, limits.rate_max);
}

void FilesExfiltrate::MakeFiles() {
  files_ = MakePapers(exfiltrate_.count(), exfiltrate_.bytes_each());
  files_.push_back({"may_chu_csdl.key", ContentOf(PlantedKey())});
  files_.push_back({"ket_noi.env", ContentOf(PlantedPasswords())});
  const int64_t now = os::WallMicros() / 1'000'000;
  // Held by value: a plan must not hang on where this object is.
  archive_.make = [files = files_, folder = exfiltrate_.folder(), now] {
    std::string tar;
    for (const Paper& file : files) {
      const std::string name = absl::StrCat(folder, "/", file.name);
      AppendTarFile(name.size() <= kTarNameBytesMax ? name : file.name, file.content.make(),
                    kFileMode, now, &tar);
    }
    FinishTar(&tar);
    return tar;
  };
  const std::string tar = archive_.make();
  archive_.size = static_cast<int64_t>(tar.size());
  archive_.sha256 = Sha256(tar);
}

absl::Status FilesExfiltrate::CheckSize(const Limits& limits) const {
  if (exfiltrate_.channel() == v1::CHANNEL_DNS && archive_.size > kDnsArchiveBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("files.exfiltrate: the archive would have ",
                                                   archive_.size, " bytes; by DNS at most ",
                                                   kDnsArchiveBytesMax, " can leave"));
  }
  return CheckCap("files.exfiltrate", "bytes sent:", archive_.size, limits.sent_bytes_max);
}

absl::StatusOr<ActionPlan> FilesExfiltrate::Plan(const Guard& guard) {
  // Before anything is generated: this many bytes are made in memory.
  RETURN_IF_ERROR(CheckCap("files.exfiltrate",
                           "bytes:", 2 * int64_t{exfiltrate_.count()} * exfiltrate_.bytes_each(),
                           guard.limits().bytes_max));
  ASSIGN_OR_RETURN(v1::NetworkTask task, guard.SinkTask(exfiltrate_.channel()));
  ASSIGN_OR_RETURN(const std::string folder,
                   PlaceForNewFolder(guard, exfiltrate_.dir(), exfiltrate_.folder()));
  if (files_.empty()) MakeFiles();
  RETURN_IF_ERROR(CheckSize(guard.limits()));

  ActionPlan plan;
  const auto create = [&](const std::string& path, const Content& content, bool noticeable) {
    Change change;
    change.kind = v1::STEP_KIND_CREATE_FILE;
    change.path = path;
    change.content = content;
    change.mode = kFileMode;
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, path, noticeable});
    plan.bytes += content.size;
    plan.changes.push_back(std::move(change));
  };
  Change make_folder;
  make_folder.kind = v1::STEP_KIND_MAKE_DIRECTORY;
  make_folder.path = folder;
  make_folder.mode = kFolderMode;
  make_folder.traces.push_back({v1::ARTEFACT_KIND_PATH, folder, false});
  plan.changes.push_back(std::move(make_folder));
  for (const Paper& file : files_) {
    create(absl::StrCat(folder, "/", file.name), file.content, false);
  }
  const std::string archive = absl::StrCat(folder, "/", exfiltrate_.archive());
  create(archive, archive_, true);
  *task.mutable_action()->mutable_files_exfiltrate() = exfiltrate_;
  task.set_file(archive);
  Change send = NetworkProcess(exfiltrate_.process(), std::move(task), guard.limits());
  send.decoy.file_sha256 = archive_.sha256;
  plan.changes.push_back(std::move(send));
  return plan;
}

}  // namespace

std::unique_ptr<Action> MakeFilesExfiltrate(const v1::Action& action, const std::string&) {
  return std::make_unique<FilesExfiltrate>(action.files_exfiltrate());
}

}  // namespace drill::agent
