#ifndef DRILL_COMMON_KEYS_KEYS_H_
#define DRILL_COMMON_KEYS_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// ECDSA P-256 private keys: an agent's identity, a system owner's signature. Pure functions over
// OpenSSL, any thread. The check of a signature is VerifySignature() in common/base/digest.h.
namespace drill {

// A new private key, PKCS#8 in PEM, unencrypted: write it with mode 0600.
std::string GenerateKey();

// The public half in PEM, as a register lists it under `owner_keys`.
// InvalidArgument, here and below: not an unencrypted ECDSA P-256 private key in PEM.
absl::StatusOr<std::string> PublicPem(absl::string_view key_pem);

// A certificate request in DER that proves possession of the key.
// InvalidArgument: also when `common_name` is longer than the 64 characters X.509 allows.
absl::StatusOr<std::string> MakeCsr(absl::string_view key_pem, absl::string_view common_name);

// ECDSA over SHA-256 of `data`, in DER.
absl::StatusOr<std::string> SignBytes(absl::string_view key_pem, absl::string_view data);

}  // namespace drill

#endif  // DRILL_COMMON_KEYS_KEYS_H_
