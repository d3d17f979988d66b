#ifndef DRILL_COMMON_KEYS_FINAL_PROOF_H_
#define DRILL_COMMON_KEYS_FINAL_PROOF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/exercise.pb.h"

// The controller's signature over a frozen final, and its check without any controller. Pure
// functions over OpenSSL, any thread.
namespace drill {

// The signature of the holder of `key_pem` over the head that the stored score_finalised record
// made. `chain_pem`: the controller's certificate first. InvalidArgument: the record is none, or
// key and certificate do not belong together.
absl::StatusOr<v1::FinalSigned> SignFinal(absl::string_view record, absl::string_view record_hash,
                                          absl::string_view key_pem, absl::string_view chain_pem);

// The proof as a file, and back. InvalidArgument: not a proof, byte for byte as it was written.
std::string WriteFinalProof(const v1::FinalProof& proof);
absl::StatusOr<v1::FinalProof> ReadFinalProof(absl::string_view bytes);

// What was signed, once all of it holds: the record's hash in its chain is the head, its scorecard
// has the stated hash, the signature is that of the certificate's key, and the certificate is a
// controller's, given by the CA whose SHA-256 is `ca_sha256` and valid when it signed.
// PermissionDenied: what does not hold, in English.
absl::StatusOr<v1::FinalStatement> CheckFinalProof(const v1::FinalProof& proof,
                                                   absl::string_view ca_sha256);

}  // namespace drill

#endif  // DRILL_COMMON_KEYS_FINAL_PROOF_H_
