#include "server/sink/archive_hash.h"

#include <openssl/evp.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/base/check.h"
#include "common/base/digest.h"

namespace drill {

struct ArchiveHash::Context {
  Context() : md(EVP_MD_CTX_new()) { DRILL_CHECK(md != nullptr); }
  ~Context() { EVP_MD_CTX_free(md); }
  EVP_MD_CTX* md;
};

ArchiveHash::ArchiveHash() : context_(std::make_unique<Context>()) {
  DRILL_CHECK(EVP_DigestInit_ex(context_->md, EVP_sha256(), nullptr) == 1);
}
ArchiveHash::~ArchiveHash() = default;
ArchiveHash::ArchiveHash(const ArchiveHash& other) : context_(std::make_unique<Context>()) {
  DRILL_CHECK(EVP_MD_CTX_copy_ex(context_->md, other.context_->md) == 1);
}
ArchiveHash& ArchiveHash::operator=(const ArchiveHash& other) {
  if (this != &other) DRILL_CHECK(EVP_MD_CTX_copy_ex(context_->md, other.context_->md) == 1);
  return *this;
}

void ArchiveHash::Add(absl::string_view piece) {
  DRILL_CHECK(EVP_DigestUpdate(context_->md, piece.data(), piece.size()) == 1);
}

std::string ArchiveHash::Digest() const {
  const ArchiveHash copy(*this);  // finishing ends a context
  std::string digest(kSha256Bytes, '\0');
  DRILL_CHECK(EVP_DigestFinal_ex(copy.context_->md, reinterpret_cast<unsigned char*>(digest.data()),
                                 nullptr) == 1);
  return digest;
}

std::string Sha256FromHex(absl::string_view hex) {
  const auto digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  if (hex.size() != 2 * kSha256Bytes || !std::all_of(hex.begin(), hex.end(), digit)) return "";
  return absl::HexStringToBytes(hex);
}

}  // namespace drill
