#ifndef DRILL_COMMON_KEYS_CERTIFICATE_H_
#define DRILL_COMMON_KEYS_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What the controller, an agent and a person's client need to know of a certificate. Pure
// functions over OpenSSL, any thread.
namespace drill {

// A name in every certificate of a controller's listeners. Clients expect it instead of the name
// or address that they dialled: the CA signs no other server, and so an agent may reach its
// controller through any address, NAT included.
inline constexpr absl::string_view kControllerName = "controller.cyberdrill.internal";

// SHA-256 of the certificate's public key (SubjectPublicKeyInfo, DER): AgentEnrolled.key_sha256,
// and the same id as PublicKeyId() gives for a bare public key. InvalidArgument: not PEM.
absl::StatusOr<std::string> KeyIdOfCertificatePem(absl::string_view certificate_pem);

// SHA-256 of the certificate itself in DER: what an enrolment token pins a CA by.
absl::StatusOr<std::string> CertificateSha256(absl::string_view certificate_pem);

// The common name: an agent's host id. InvalidArgument: not PEM, or it has no single common name.
absl::StatusOr<std::string> CertificateCommonName(absl::string_view certificate_pem);

// Both at the cost of one: most of it is reading the certificate. Errors are theirs.
struct CertificateIdentity {
  std::string common_name;
  std::string key_sha256;
};
absl::StatusOr<CertificateIdentity> IdentityOfCertificatePem(absl::string_view certificate_pem);

// Whether the certificate is for this private key. InvalidArgument: either cannot be read, or
// they do not belong together.
absl::Status CheckCertificateOfKey(absl::string_view certificate_pem, absl::string_view key_pem);

// Checks what a server sent in its handshake, own certificate first, against a pinned CA: one
// certificate of the chain has this SHA-256, and the first is a server certificate that it signed
// and that is valid now. Returns the CA's certificate in PEM, to be kept.
// PermissionDenied: the chain does not lead to the pinned CA.
absl::StatusOr<std::string> VerifyServerChain(absl::string_view chain_pem,
                                              absl::string_view ca_sha256);

}  // namespace drill

#endif  // DRILL_COMMON_KEYS_CERTIFICATE_H_
