#include "agent/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr size_t kHeaderBytes = 8;
constexpr size_t kFileBytesMax = 256 << 20;

void AddU32(uint32_t value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xFFu));
  }
}

uint32_t ReadU32(absl::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

// The payload of the frame at the front; empty where no whole frame stands there. An empty payload
// is never a frame: else a run of zero bytes, as power loss leaves it, would read as many.
absl::string_view FrameAt(absl::string_view rest) {
  if (rest.size() <= kHeaderBytes) return {};
  const size_t length = ReadU32(rest);
  if (length == 0 || length > kFramePayloadMax || length > rest.size() - kHeaderBytes) return {};
  const absl::string_view payload = rest.substr(kHeaderBytes, length);
  return Crc32c(payload) == ReadU32(rest.substr(4)) ? payload : absl::string_view();
}

}  // namespace

void AddFrame(absl::string_view payload, std::string* out) {
  DRILL_CHECK(!payload.empty() && payload.size() <= kFramePayloadMax);
  AddU32(static_cast<uint32_t>(payload.size()), out);
  AddU32(Crc32c(payload), out);
  out->append(payload.data(), payload.size());
}

FrameScan ScanFrames(absl::string_view file) {
  FrameScan scan;
  bool gap = false;
  for (size_t at = 0; at < file.size();) {
    const absl::string_view payload = FrameAt(file.substr(at));
    if (payload.empty()) {
      gap = true;
      ++at;
      continue;
    }
    // Whatever was skipped before a good frame is damage; skipped to the end, it is a torn write.
    scan.damaged = scan.damaged || gap;
    scan.payloads.emplace_back(payload);
    at += kHeaderBytes + payload.size();
    scan.good_bytes = at;
  }
  return scan;
}

absl::StatusOr<FrameFile> FrameFile::Open(const std::string& path, FrameScan* found) {
  FrameFile file;
  file.path_ = path;
  file.fd_ = os::Fd(open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file.fd_ && errno == ENOENT) {
    file.fd_ =
        os::Fd(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.fd_) return os::ErrnoStatus(errno, "create", path);
    RETURN_IF_ERROR(os::SyncDirectory(path.substr(0, path.rfind('/'))));
  }
  if (!file.fd_) return os::ErrnoStatus(errno, "open", path);
  ASSIGN_OR_RETURN(const std::string content, os::ReadFile(path, kFileBytesMax));
  *found = ScanFrames(content);
  file.size_ = content.size();
  if (found->good_bytes < content.size()) {
    // Later frames must not come behind bytes that do not read.
    if (ftruncate(file.fd_.get(), static_cast<off_t>(found->good_bytes)) != 0 ||
        fsync(file.fd_.get()) != 0) {
      return os::ErrnoStatus(errno, "cut torn end of", path);
    }
    file.size_ = found->good_bytes;
  }
  return file;
}

absl::Status FrameFile::Append(absl::string_view frames, bool sync) {
  if (broken_) {
    return absl::UnavailableError(
        absl::StrCat("write ", path_, ": an earlier write to it could not be taken back"));
  }
  absl::Status status = os::WriteAll(fd_.get(), frames, path_);
  if (!status.ok()) {
    broken_ = ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0;
    return status;
  }
  if (sync && fdatasync(fd_.get()) != 0) {
    status = os::ErrnoStatus(errno, "sync", path_);
    broken_ = true;
    // What the disk holds is unknown now; at least do not let it be read as written.
    if (ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return status;
    return status;
  }
  size_ += frames.size();
  return absl::OkStatus();
}

}  // namespace drill::agent
