#include "server/journal/blobs.h"

#include <errno.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill {
namespace {

// Above every bytes_max: what was stored under a larger limit stays readable.
constexpr size_t kReadMax = size_t{1} << 30;

struct Place {
  std::string shard;
  std::string path;
};

Place PlaceOf(const std::string& root, absl::string_view sha256) {
  const std::string name = Hex(sha256);
  const std::string shard = absl::StrCat(root, "/", name.substr(0, 2));
  return {shard, absl::StrCat(shard, "/", name)};
}

absl::Status CheckName(absl::string_view sha256) {
  if (sha256.size() == kSha256Bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a blob is named by ", kSha256Bytes,
                                                 " bytes of SHA-256, not by ", sha256.size()));
}

}  // namespace

BlobStore::BlobStore(std::string root, const BlobStoreOptions& options)
    : root_(std::move(root)), options_(options) {}

absl::StatusOr<std::unique_ptr<BlobStore>> BlobStore::Open(const std::string& dir,
                                                           const BlobStoreOptions& options) {
  const std::string root = dir + "/blobs";
  RETURN_IF_ERROR(os::MakeDirectories(root));
  RETURN_IF_ERROR(os::SyncDirectory(dir));
  return std::unique_ptr<BlobStore>(new BlobStore(root, options));
}

absl::StatusOr<std::string> BlobStore::Put(absl::string_view content) {
  if (content.size() > options_.bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the content has ", content.size(), " bytes, above the limit of ", options_.bytes_max));
  }
  std::string sha256 = Sha256(content);
  const Place place = PlaceOf(root_, sha256);
  MutexLock lock(writing_);
  if (access(place.shard.c_str(), F_OK) != 0) {
    RETURN_IF_ERROR(os::MakeDirectories(place.shard));
    RETURN_IF_ERROR(os::SyncDirectory(root_));
  }
  if (Get(sha256).ok()) {
    // A crash may have come between its rename and the sync of the folder.
    RETURN_IF_ERROR(os::SyncDirectory(place.shard));
    return sha256;
  }
  RETURN_IF_ERROR(os::WriteFileDurably(place.path, content));
  return sha256;
}

absl::StatusOr<std::string> BlobStore::Get(absl::string_view sha256) const {
  RETURN_IF_ERROR(CheckName(sha256));
  const Place place = PlaceOf(root_, sha256);
  absl::StatusOr<std::string> content = os::ReadFile(place.path, kReadMax);
  if (absl::IsNotFound(content.status())) {
    return absl::NotFoundError(
        absl::StrCat("blob ", Hex(sha256), " is not there: never stored, or purged"));
  }
  RETURN_IF_ERROR(content.status());
  if (Sha256(*content) != sha256) {
    return absl::DataLossError(absl::StrCat(place.path,
                                            ": the file was changed after it was written; restore "
                                            "it from the last back-up"));
  }
  return content;
}

absl::Status BlobStore::Purge(absl::string_view sha256) {
  RETURN_IF_ERROR(CheckName(sha256));
  const Place place = PlaceOf(root_, sha256);
  MutexLock lock(writing_);
  if (unlink(place.path.c_str()) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return os::ErrnoStatus(errno, "purge", place.path);
  }
  return os::SyncDirectory(place.shard);
}

}  // namespace drill
