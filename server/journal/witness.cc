#include "server/journal/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill {
namespace {

// magic, seq, time_us, hash (zeros where there is no record), crc32c of what stands before it.
// Numbers little-endian.
constexpr absl::string_view kMagic("DRHW0001", 8);
constexpr size_t kCrcAt = 8 + 8 + 8 + kSha256Bytes;
constexpr size_t kFrameBytes = kCrcAt + 4;

template <typename T>
void Put(T value, std::string* out) {
  for (size_t i = 0; i < sizeof(T); ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

template <typename T>
T Get(absl::string_view in, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(in[at + i])) << (8 * i));
  }
  return value;
}

std::optional<Witness> Decode(absl::string_view frame) {
  if (frame.size() != kFrameBytes || frame.substr(0, 8) != kMagic ||
      Get<uint32_t>(frame, kCrcAt) != Crc32c(frame.substr(0, kCrcAt))) {
    return std::nullopt;
  }
  Witness witness;
  witness.seq = Get<uint64_t>(frame, 8);
  witness.time_us = static_cast<int64_t>(Get<uint64_t>(frame, 16));
  if (witness.seq > 0) witness.hash = std::string(frame.substr(24, kSha256Bytes));
  return witness;
}

}  // namespace

absl::StatusOr<std::optional<Witness>> WitnessFile::Read(const std::string& path) {
  absl::StatusOr<std::string> frame = os::ReadFile(path, 4096);
  if (absl::IsNotFound(frame.status())) return std::optional<Witness>();
  // Far too long is not ours either.
  if (absl::IsResourceExhausted(frame.status())) return std::optional<Witness>();
  RETURN_IF_ERROR(frame.status());
  return Decode(*frame);
}

absl::StatusOr<WitnessFile> WitnessFile::Open(const std::string& path) {
  os::Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return os::ErrnoStatus(errno, "open", path);
  return WitnessFile(std::move(fd), path);
}

absl::Status WitnessFile::Write(const Witness& witness) {
  DRILL_CHECK(witness.seq == 0 || witness.hash.size() == kSha256Bytes);
  std::string frame(kMagic);
  Put(witness.seq, &frame);
  Put(static_cast<uint64_t>(witness.time_us), &frame);
  frame += witness.seq == 0 ? std::string(kSha256Bytes, '\0') : witness.hash;
  Put(Crc32c(frame), &frame);
  ssize_t put = 0;
  do {
    put = pwrite(fd_.get(), frame.data(), frame.size(), 0);
  } while (put < 0 && errno == EINTR);
  if (put < 0) return os::ErrnoStatus(errno, "write", path_);
  if (static_cast<size_t>(put) != frame.size()) return os::ErrnoStatus(ENOSPC, "write", path_);
  return absl::OkStatus();
}

}  // namespace drill
