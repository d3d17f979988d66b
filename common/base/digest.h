#ifndef DRILL_COMMON_BASE_DIGEST_H_
#define DRILL_COMMON_BASE_DIGEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// Hashes and signature checks: pure functions over OpenSSL, safe on any thread.
namespace drill {

inline constexpr size_t kSha256Bytes = 32;

// SHA-256, 32 raw bytes.
std::string Sha256(absl::string_view data);
// Of `first` followed by `second`, without joining them.
std::string Sha256(absl::string_view first, absl::string_view second);
// The same as 64 lower-case hex digits.
std::string Sha256Hex(absl::string_view data);
std::string Hex(absl::string_view bytes);

// SHA-256 of pieces, without joining them first.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void Add(absl::string_view piece);
  // Ends the stream; call once.
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// CRC-32C (Castagnoli) of a frame in a local log; detects torn writes, not tampering.
uint32_t Crc32c(absl::string_view data);

// Base64url without padding (RFC 4648 §5).
std::string Base64UrlEncode(absl::string_view bytes);
// InvalidArgument: a character outside the alphabet.
absl::Status Base64UrlDecode(absl::string_view text, std::string* bytes);

// SHA-256 of a PEM public key's SubjectPublicKeyInfo DER; InvalidArgument: not a P-256 public key.
absl::Status PublicKeyId(absl::string_view public_key_pem, std::string* sha256);

// Checks an ECDSA P-256 signature (DER) over SHA-256 of `data`.
// InvalidArgument: the key is not P-256 PEM. PermissionDenied: the signature does not fit.
absl::Status VerifySignature(absl::string_view public_key_pem, absl::string_view data,
                             absl::string_view signature_der);

// Compares without leaking where they differ by time.
bool EqualConstantTime(absl::string_view a, absl::string_view b);

}  // namespace drill

#endif  // DRILL_COMMON_BASE_DIGEST_H_
