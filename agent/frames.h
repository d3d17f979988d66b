#ifndef DRILL_AGENT_FRAMES_H_
#define DRILL_AGENT_FRAMES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/file.h"

// Frames of the agent's local files: length (u32, little endian), CRC-32C of the payload (u32),
// payload.
namespace drill::agent {

inline constexpr size_t kFramePayloadMax = 8 << 20;

// REQUIRES: 0 < payload.size() <= kFramePayloadMax.
void AddFrame(absl::string_view payload, std::string* out);

struct FrameScan {
  std::vector<std::string> payloads;
  // Up to the end of the last frame that reads well. What follows is a torn write.
  size_t good_bytes = 0;
  // Unreadable bytes stand between frames that read well: not a torn write, the file was damaged.
  bool damaged = false;
};
FrameScan ScanFrames(absl::string_view file);

// A file of frames that grows by durable appends.
//
// One owner, one thread. A failed append leaves the file as it was; where even that fails, or a
// sync fails (the kernel may then have dropped what it held), every later append fails too.
class FrameFile {
 public:
  // Opens or creates it (then the directory is synced), reads it, cuts off a torn end. A damaged
  // file is left as it is.
  static absl::StatusOr<FrameFile> Open(const std::string& path, FrameScan* found);

  FrameFile() = default;
  // Writes whole frames at the end and syncs. ResourceExhausted: disk full; nothing was added.
  absl::Status Append(absl::string_view frames, bool sync = true);
  size_t size() const { return size_; }
  bool broken() const { return broken_; }

 private:
  std::string path_;
  os::Fd fd_;
  size_t size_ = 0;
  bool broken_ = false;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_FRAMES_H_
