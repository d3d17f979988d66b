#include "agent/undo_log.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "core/exercise/mark.h"

namespace drill::agent {
namespace {


std::string StoreOf(const std::string& directory) { return directory + "/store"; }

// Names in a directory; empty where there is none.
absl::StatusOr<std::vector<std::string>> ListNames(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error && error.value() != ENOENT) return os::ErrnoStatus(error.value(), "list", directory);
  return names;
}

}  // namespace

std::string OpaqueId(const v1::OrderId& id) {
  return OrderMark(id);
}

absl::StatusOr<UndoLog> UndoLog::Open(const std::string& directory) {
  RETURN_IF_ERROR(os::MakeDirectories(StoreOf(directory)));
  RETURN_IF_ERROR(os::SyncDirectory(directory.substr(0, directory.rfind('/'))));
  UndoLog log;
  log.directory_ = directory;
  FrameScan found;
  ASSIGN_OR_RETURN(log.file_, FrameFile::Open(directory + "/log", &found));
  log.damaged_ = found.damaged;
  for (const std::string& payload : found.payloads) {
    v1::UndoEntry entry;
    const bool readable =
        entry.ParseFromString(payload) && entry.entry_case() != v1::UndoEntry::ENTRY_NOT_SET;
    if (!readable || (log.entries_ == 0 && !entry.has_opened())) log.damaged_ = true;
    if (readable) log.Take(entry);
  }
  return log;
}

void UndoLog::Take(const v1::UndoEntry& entry) {
  ++entries_;
  if (entry.has_opened()) opened_ = entry.opened();
  if (entry.has_step()) steps_.push_back(entry.step());
  if (entry.has_mark()) {
    marks_.push_back(entry.mark());
    marked_at_.push_back(entry.boot_us());
  }
}

absl::Status UndoLog::Append(absl::Span<const v1::UndoEntry> entries) {
  std::string frames;
  for (const v1::UndoEntry& entry : entries) AddFrame(entry.SerializeAsString(), &frames);
  RETURN_IF_ERROR(file_.Append(frames));
  for (const v1::UndoEntry& entry : entries) Take(entry);
  return absl::OkStatus();
}

absl::Status UndoLog::Store(absl::string_view sha256, absl::string_view content) {
  DRILL_CHECK(Sha256(content) == sha256);
  if (Load(sha256).ok()) return absl::OkStatus();
  return os::WriteFileDurably(absl::StrCat(StoreOf(directory_), "/", Hex(sha256)), content);
}

absl::StatusOr<std::string> UndoLog::Load(absl::string_view sha256) const {
  const std::string path = absl::StrCat(StoreOf(directory_), "/", Hex(sha256));
  auto content = os::ReadFile(path);
  if (!content.ok()) return absl::DataLossError(std::string(content.status().message()));
  if (Sha256(*content) != sha256) {
    return absl::DataLossError(absl::StrCat(path, " is damaged: its hash is not its name"));
  }
  return content;
}

v1::UndoState UndoLog::state() const {
  return marks_.empty() ? v1::UNDO_STATE_UNSPECIFIED : marks_.back().state();
}

const v1::UndoMark* UndoLog::FindMark(v1::UndoState state) const {
  for (const v1::UndoMark& mark : marks_) {
    if (mark.state() == state) return &mark;
  }
  return nullptr;
}

int64_t UndoLog::MarkedAt(v1::UndoState state) const {
  for (size_t i = 0; i < marks_.size(); ++i) {
    if (marks_[i].state() == state) return marked_at_[i];
  }
  return 0;
}

absl::StatusOr<int64_t> StoredBytes(const std::string& directory) {
  int64_t total = 0;
  for (const std::string& place : {directory, StoreOf(directory)}) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, ListNames(place));
    for (const std::string& name : names) {
      struct stat st {};
      if (lstat(absl::StrCat(place, "/", name).c_str(), &st) == 0 && S_ISREG(st.st_mode)) {
        total += st.st_size;
      }
    }
  }
  return total;
}

absl::Status RemoveLog(const std::string& directory) {
  const std::string log = directory + "/log";
  if (unlink(log.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return os::ErrnoStatus(errno, "remove", log);
  }
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (error) return os::ErrnoStatus(error.value(), "remove", directory);
  return os::SyncDirectory(directory.substr(0, directory.rfind('/')));
}

absl::Status KeepStored(const std::string& directory, const std::string& kept) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListNames(StoreOf(directory)));
  if (names.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(os::MakeDirectories(kept));
  for (const std::string& name : names) {
    const std::string from = absl::StrCat(StoreOf(directory), "/", name);
    const std::string to = absl::StrCat(kept, "/", name);
    if (rename(from.c_str(), to.c_str()) != 0) return os::ErrnoStatus(errno, "keep", to);
  }
  return os::SyncDirectory(kept);
}

}  // namespace drill::agent
