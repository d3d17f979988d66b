#ifndef DRILL_COMMON_KEYS_OPENSSL_H_
#define DRILL_COMMON_KEYS_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Owning pointers and PEM/DER reading over OpenSSL, for the .cc files of common/keys and
// server/pki. Any thread; nothing here throws or prompts.
namespace drill::ssl {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;

// InvalidArgument with OpenSSL's own reason behind `what`; empties this thread's error queue.
absl::Status Error(absl::string_view what);

// InvalidArgument: not a private key in PEM, encrypted, or not ECDSA P-256.
absl::StatusOr<Key> ReadKey(absl::string_view key_pem);
// The first certificate of the text. InvalidArgument: there is none.
absl::StatusOr<Certificate> ReadCertificate(absl::string_view pem);

bool IsP256(const EVP_PKEY* key);
Key GenerateKey();
std::string KeyPem(const EVP_PKEY* key);
std::string CertificatePem(const X509* certificate);
std::string CertificateDer(const X509* certificate);
// SHA-256 of the SubjectPublicKeyInfo in DER, the id by which the project names a key.
std::string KeyId(const EVP_PKEY* key);

// A BIO that reads `data`, which must outlive it.
Bio ReadBio(absl::string_view data);
// What has been written to a memory BIO.
std::string Contents(BIO* bio);

}  // namespace drill::ssl

#endif  // DRILL_COMMON_KEYS_OPENSSL_H_
