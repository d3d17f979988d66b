#ifndef DRILL_SERVER_SINK_ARCHIVE_HASH_H_
#define DRILL_SERVER_SINK_ARCHIVE_HASH_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace drill {

// SHA-256 of an archive that comes in several requests. Copyable: a request that breaks off must
// not spoil what came before it. Value type.
class ArchiveHash {
 public:
  ArchiveHash();
  ~ArchiveHash();
  ArchiveHash(const ArchiveHash& other);
  ArchiveHash& operator=(const ArchiveHash& other);

  void Add(absl::string_view piece);
  // Of what was added so far, 32 raw bytes.
  std::string Digest() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// 64 hex digits → 32 bytes; "" when the text is anything else.
std::string Sha256FromHex(absl::string_view hex);

}  // namespace drill

#endif  // DRILL_SERVER_SINK_ARCHIVE_HASH_H_
