#include "common/keys/keys.h"

#include <openssl/pem.h>

#include "common/base/check.h"
#include "common/base/status.h"
#include "common/keys/openssl.h"

namespace drill {
std::string GenerateKey() { return ssl::KeyPem(ssl::GenerateKey().get()); }

absl::StatusOr<std::string> PublicPem(absl::string_view key_pem) {
  ASSIGN_OR_RETURN(const ssl::Key key, ssl::ReadKey(key_pem));
  const ssl::Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1);
  return ssl::Contents(bio.get());
}

absl::StatusOr<std::string> MakeCsr(absl::string_view key_pem, absl::string_view common_name) {
  ASSIGN_OR_RETURN(const ssl::Key key, ssl::ReadKey(key_pem));
  const ssl::Request request(X509_REQ_new());
  DRILL_CHECK(request != nullptr);
  DRILL_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.data()),
                                 static_cast<int>(common_name.size()), -1, 0) != 1) {
    return ssl::Error(
        absl::StrCat("\"", common_name, "\" cannot name a certificate (1 to 64 characters)"));
  }
  DRILL_CHECK(X509_REQ_set_pubkey(request.get(), key.get()) == 1);
  DRILL_CHECK(X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0);
  const ssl::Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr && i2d_X509_REQ_bio(bio.get(), request.get()) == 1);
  return ssl::Contents(bio.get());
}

absl::StatusOr<std::string> SignBytes(absl::string_view key_pem, absl::string_view data) {
  ASSIGN_OR_RETURN(const ssl::Key key, ssl::ReadKey(key_pem));
  const std::unique_ptr<EVP_MD_CTX, ssl::Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  DRILL_CHECK(context != nullptr);
  DRILL_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1);
  size_t size = 0;
  DRILL_CHECK(EVP_DigestSign(context.get(), nullptr, &size, bytes, data.size()) == 1);
  std::string signature(size, '\0');
  DRILL_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                             &size, bytes, data.size()) == 1);
  signature.resize(
      size);  // an ECDSA signature in DER is often a byte or two shorter than its bound
  return signature;
}

}  // namespace drill
