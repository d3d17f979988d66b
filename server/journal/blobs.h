#ifndef DRILL_SERVER_JOURNAL_BLOBS_H_
#define DRILL_SERVER_JOURNAL_BLOBS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace drill {

struct BlobStoreOptions {
  size_t bytes_max = size_t{64} << 20;  // of one blob
};

// Files named by the SHA-256 of their content: scenario sources, attachments, long traces. Put one
// before the record that names it. In DIR/blobs/ab/<64 hex digits>.
//
// Any thread; calls block on the disk, so never the loop's. Errors of the disk: Unavailable,
// ResourceExhausted (full), PermissionDenied.
class BlobStore {
 public:
  // Makes DIR/blobs where there is none.
  static absl::StatusOr<std::unique_ptr<BlobStore>> Open(
      const std::string& dir, const BlobStoreOptions& options = BlobStoreOptions());

  // Returns the content's SHA-256 (32 bytes); then it survives a crash. Idempotent; a copy that
  // was damaged is replaced. InvalidArgument: larger than bytes_max.
  absl::StatusOr<std::string> Put(absl::string_view content);

  // NotFound: never put, or purged. DataLoss: the file is not what was put.
  // InvalidArgument: not 32 bytes.
  absl::StatusOr<std::string> Get(absl::string_view sha256) const;

  // Deletes by decision (personal data); the record that names it keeps the hash. Durable and
  // idempotent.
  absl::Status Purge(absl::string_view sha256);

 private:
  BlobStore(std::string root, const BlobStoreOptions& options);

  const std::string root_;
  const BlobStoreOptions options_;
  // Two writers of one blob would share its temporary file.
  Mutex writing_;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_BLOBS_H_
