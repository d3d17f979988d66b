#include "common/base/digest.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

#include "absl/strings/escaping.h"
#include "common/base/check.h"

namespace drill {
namespace {

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

PublicKey ReadPublicKey(absl::string_view pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  PublicKey key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr,
                &EVP_PKEY_free);
  if (!key) return key;
  std::array<char, 32> group{};
  size_t length = 0;
  if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &length) != 1 ||
      absl::string_view(group.data(), length) != "prime256v1") {
    key.reset();
  }
  return key;
}

absl::Status NotP256() {
  return absl::InvalidArgumentError("the public key is not an ECDSA P-256 key in PEM");
}

std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0x82F63B78u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

// OpenSSL 3 looks an algorithm up by name at every use of EVP_sha256(), which costs as much as
// hashing a journal record; fetched once, kept for the life of the process.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  DRILL_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

struct Sha256Stream::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  DRILL_CHECK(EVP_DigestInit_ex(context_->md, Sha256Algorithm(), nullptr) == 1);
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(absl::string_view piece) {
  DRILL_CHECK(EVP_DigestUpdate(context_->md, piece.data(), piece.size()) == 1);
}

std::string Sha256Stream::Finish() {
  std::string out(kSha256Bytes, '\0');
  unsigned int length = 0;
  DRILL_CHECK(
      EVP_DigestFinal_ex(context_->md, reinterpret_cast<unsigned char*>(out.data()), &length) == 1);
  DRILL_CHECK(length == kSha256Bytes);
  return out;
}

std::string Sha256(absl::string_view data) { return Sha256(data, absl::string_view()); }

std::string Sha256(absl::string_view first, absl::string_view second) {
  // One context a thread: making one costs more than hashing a short message.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> md(EVP_MD_CTX_new(),
                                                                                &EVP_MD_CTX_free);
  std::string out(kSha256Bytes, '\0');
  unsigned int length = 0;
  DRILL_CHECK(EVP_DigestInit_ex(md.get(), Sha256Algorithm(), nullptr) == 1 &&
              EVP_DigestUpdate(md.get(), first.data(), first.size()) == 1 &&
              EVP_DigestUpdate(md.get(), second.data(), second.size()) == 1 &&
              EVP_DigestFinal_ex(md.get(), reinterpret_cast<unsigned char*>(out.data()), &length) ==
                  1);
  DRILL_CHECK(length == kSha256Bytes);
  return out;
}

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

std::string Sha256Hex(absl::string_view data) { return Hex(Sha256(data)); }

uint32_t Crc32c(absl::string_view data) {
  static const std::array<uint32_t, 256> table = MakeCrcTable();
  uint32_t crc = 0xFFFFFFFFu;
  for (char byte : data) {
    crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFu] ^ (crc >> 8);
  }
  return crc ^ 0xFFFFFFFFu;
}

std::string Base64UrlEncode(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

absl::Status Base64UrlDecode(absl::string_view text, std::string* bytes) {
  if (!absl::WebSafeBase64Unescape(text, bytes)) {
    return absl::InvalidArgumentError("not base64url text");
  }
  return absl::OkStatus();
}

absl::Status PublicKeyId(absl::string_view public_key_pem, std::string* sha256) {
  PublicKey key = ReadPublicKey(public_key_pem);
  if (!key) return NotP256();
  unsigned char* der = nullptr;
  int length = i2d_PUBKEY(key.get(), &der);
  if (length <= 0) return NotP256();
  *sha256 = Sha256(absl::string_view(reinterpret_cast<char*>(der), static_cast<size_t>(length)));
  OPENSSL_free(der);
  return absl::OkStatus();
}

absl::Status VerifySignature(absl::string_view public_key_pem, absl::string_view data,
                             absl::string_view signature_der) {
  PublicKey key = ReadPublicKey(public_key_pem);
  if (!key) return NotP256();
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free);
  if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature_der.data()),
                       signature_der.size(), reinterpret_cast<const unsigned char*>(data.data()),
                       data.size()) != 1) {
    return absl::PermissionDeniedError("the signature does not fit the signed bytes and this key");
  }
  return absl::OkStatus();
}

bool EqualConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace drill
