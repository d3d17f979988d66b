#include "server/journal/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "server/journal/sqlite.h"

namespace drill::sqlite {
namespace {

// SQLite's database header (fileformat2.html §1.3); numbers big-endian.
constexpr absl::string_view kMagic("SQLite format 3\0", 16);
constexpr size_t kHeaderBytes = 100;
constexpr size_t kUserVersionAt = 60;
constexpr size_t kApplicationIdAt = 68;

// application_id and user_version stand in the header; kind finds ControllerStarted (16) at
// opening without reading everything.
constexpr char kSchema[] = R"sql(
  PRAGMA application_id = 0x43594452;
  PRAGMA user_version = 1;
  CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    stream_seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    payload BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX record_by_stream ON record (stream, stream_seq);
  CREATE INDEX record_epochs ON record (seq) WHERE kind = 16;
)sql";
static_assert(kApplicationId == 0x43594452 && kSchemaVersion == 1, "kSchema says it too");

uint32_t BigEndian(absl::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

absl::StatusOr<std::string> ReadHeader(int fd, const std::string& path) {
  std::string header(kHeaderBytes, '\0');
  size_t have = 0;
  while (have < header.size()) {
    const ssize_t got =
        pread(fd, header.data() + have, header.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os::ErrnoStatus(errno, "read", path);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  header.resize(have);
  return header;
}

absl::Status Fill(const std::string& path) {
  ASSIGN_OR_RETURN(Connection db, Connection::Open(path, Connection::Mode::kReadWrite, 0));
  RETURN_IF_ERROR(db.Execute("PRAGMA synchronous = FULL"));
  RETURN_IF_ERROR(db.Execute("BEGIN"));
  RETURN_IF_ERROR(db.Execute(kSchema));
  RETURN_IF_ERROR(db.Execute("COMMIT"));
  // Kept in the file. Last, so that the marks above are in the file itself and not in its log.
  return db.Execute("PRAGMA journal_mode = WAL");
}

}  // namespace

absl::StatusOr<bool> InspectFile(const std::string& path) {
  os::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return false;
  if (!fd) return os::ErrnoStatus(errno, "open", path);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return os::ErrnoStatus(errno, "look at", path);
  if (!S_ISREG(st.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a regular file"));
  }
  ASSIGN_OR_RETURN(const std::string header, ReadHeader(fd.get(), path));
  if (header.size() < kHeaderBytes || header.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError(absl::StrCat(
        path,
        " is not an SQLite database: it is damaged or another program's; nothing was changed: "
        "keep it aside and restore the data folder from the last back-up, or choose another "
        "folder"));
  }
  const uint32_t application = BigEndian(header, kApplicationIdAt);
  if (application != kApplicationId) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " is another program's database (application id 0x", absl::Hex(application),
        ", not 0x", absl::Hex(kApplicationId), "); nothing was changed: choose another folder"));
  }
  const uint32_t version = BigEndian(header, kUserVersionAt);
  if (version != kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has schema version ", version, ", this program knows ", kSchemaVersion,
                     "; nothing was changed: use the drilld that made it, or a newer one"));
  }
  return true;
}

absl::Status CreateFile(const std::string& path) {
  const std::string beside = path + ".new";
  // Left by a crash here; it never held a record.
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((beside + suffix).c_str());
  {
    // SQLite gives the log files the mode of the database.
    os::Fd fd(open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return os::ErrnoStatus(errno, "create", beside);
    RETURN_IF_ERROR(Fill(beside));
    if (fsync(fd.get()) != 0) return os::ErrnoStatus(errno, "sync", beside);
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return os::ErrnoStatus(errno, "rename to", path);
  return os::SyncDirectory(path.substr(0, path.rfind('/')));
}

}  // namespace drill::sqlite
