#include "common/keys/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <vector>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/openssl.h"

namespace drill {
namespace {

// A controller's chain is its certificate and the CA; more than this is not one of ours.
constexpr size_t kChainMax = 8;

std::vector<ssl::Certificate> ReadChain(absl::string_view chain_pem) {
  std::vector<ssl::Certificate> chain;
  const ssl::Bio bio = ssl::ReadBio(chain_pem);
  while (chain.size() < kChainMax) {
    ssl::Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    chain.push_back(std::move(next));
  }
  ERR_clear_error();  // the end of the text counts as an error
  return chain;
}

// From the bytes in the certificate: OpenSSL 3 takes a third of a millisecond to find out how to
// write a key anew.
absl::StatusOr<std::string> KeyIdOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size < 0 || X509_get0_pubkey(certificate) == nullptr) {
    return ssl::Error("the certificate's public key cannot be read");
  }
  std::string id =
      Sha256(absl::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
  OPENSSL_free(der);
  return id;
}

absl::StatusOr<std::string> CommonNameOf(X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) {
    return absl::InvalidArgumentError("the certificate does not have one common name");
  }
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return ssl::Error("the certificate's common name cannot be read");
  std::string name(reinterpret_cast<char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return name;
}

}  // namespace

absl::StatusOr<std::string> KeyIdOfCertificatePem(absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(certificate_pem));
  return KeyIdOf(certificate.get());
}

absl::StatusOr<std::string> CertificateSha256(absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(certificate_pem));
  return Sha256(ssl::CertificateDer(certificate.get()));
}

absl::StatusOr<std::string> CertificateCommonName(absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(certificate_pem));
  return CommonNameOf(certificate.get());
}

absl::StatusOr<CertificateIdentity> IdentityOfCertificatePem(absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(certificate_pem));
  CertificateIdentity identity;
  ASSIGN_OR_RETURN(identity.common_name, CommonNameOf(certificate.get()));
  ASSIGN_OR_RETURN(identity.key_sha256, KeyIdOf(certificate.get()));
  return identity;
}

absl::Status CheckCertificateOfKey(absl::string_view certificate_pem, absl::string_view key_pem) {
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(certificate_pem));
  ASSIGN_OR_RETURN(const ssl::Key key, ssl::ReadKey(key_pem));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return ssl::Error("the certificate is not for this private key");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> VerifyServerChain(absl::string_view chain_pem,
                                              absl::string_view ca_sha256) {
  const std::vector<ssl::Certificate> chain = ReadChain(chain_pem);
  X509* ca = nullptr;
  for (const ssl::Certificate& certificate : chain) {
    if (EqualConstantTime(Sha256(ssl::CertificateDer(certificate.get())), ca_sha256)) {
      ca = certificate.get();
    }
  }
  if (ca == nullptr) {
    return absl::PermissionDeniedError(
        absl::StrCat("the server's chain of ", chain.size(),
                     " certificate(s) does not hold the CA with SHA-256 ", Hex(ca_sha256),
                     ": wrong server, or somebody between"));
  }
  const std::unique_ptr<X509_STORE, ssl::Deleter<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, ssl::Deleter<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  DRILL_CHECK(store != nullptr && context != nullptr);
  DRILL_CHECK(X509_STORE_add_cert(store.get(), ca) == 1);
  DRILL_CHECK(X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), nullptr) == 1);
  // An agent's certificate comes from the same CA and must not pass for the controller's.
  DRILL_CHECK(X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) == 1);
  if (X509_verify_cert(context.get()) != 1) {
    ERR_clear_error();
    return absl::PermissionDeniedError(
        absl::StrCat("the server's certificate does not hold under the pinned CA: ",
                     X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
  }
  return ssl::CertificatePem(ca);
}

}  // namespace drill
