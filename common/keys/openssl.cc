#include "common/keys/openssl.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <climits>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"

namespace drill::ssl {
namespace {

// Given to the PEM reader so that an encrypted key is an error, not a prompt on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::Status Error(absl::string_view what) {
  std::array<char, 256> reason{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return absl::InvalidArgumentError(what);
  ERR_error_string_n(code, reason.data(), reason.size());
  return absl::InvalidArgumentError(absl::StrCat(what, " (", reason.data(), ")"));
}

Bio ReadBio(absl::string_view data) {
  DRILL_CHECK(data.size() <= INT_MAX);
  Bio bio(BIO_new_mem_buf(data.data(), static_cast<int>(data.size())));
  DRILL_CHECK(bio != nullptr);
  return bio;
}

std::string Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, size > 0 ? static_cast<size_t>(size) : 0);
}

bool IsP256(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  std::array<char, 32> group{};
  size_t length = 0;
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
         absl::string_view(group.data(), length) == "prime256v1";
}

absl::StatusOr<Key> ReadKey(absl::string_view key_pem) {
  const Bio bio = ReadBio(key_pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, nullptr));
  if (key == nullptr) {
    return Error("not a private key in unencrypted PEM (an encrypted one: openssl pkey -in FILE)");
  }
  if (!IsP256(key.get())) {
    return absl::InvalidArgumentError("the private key is not an ECDSA P-256 key");
  }
  return key;
}

absl::StatusOr<Certificate> ReadCertificate(absl::string_view pem) {
  const Bio bio = ReadBio(pem);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr));
  if (certificate == nullptr) return Error("not a certificate in PEM");
  return certificate;
}

Key GenerateKey() {
  Key key(EVP_EC_gen("P-256"));
  DRILL_CHECK(key != nullptr);
  return key;
}

std::string KeyPem(const EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  DRILL_CHECK(bio != nullptr);
  DRILL_CHECK(
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Contents(bio.get());
}

std::string CertificatePem(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr);
  DRILL_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Contents(bio.get());
}

std::string CertificateDer(const X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr);
  DRILL_CHECK(i2d_X509_bio(bio.get(), certificate) == 1);
  return Contents(bio.get());
}

std::string KeyId(const EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr);
  DRILL_CHECK(i2d_PUBKEY_bio(bio.get(), key) == 1);
  return Sha256(Contents(bio.get()));
}

}  // namespace drill::ssl
