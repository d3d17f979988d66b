#include "server/pki/issue.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/random.h"

namespace drill::pki {
namespace {

constexpr absl::string_view kDns = "DNS:";
constexpr absl::string_view kIp = "IP:";
constexpr size_t kSerialBytes = 16;
constexpr size_t kCsrBytesMax = 16 << 10;
constexpr size_t kHostNameMax = 253;
constexpr size_t kLabelMax = 63;

bool IsHostName(absl::string_view name) {
  if (name.empty() || name.size() > kHostNameMax) return false;
  for (absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty() || label.size() > kLabelMax || label.front() == '-' || label.back() == '-') {
      return false;
    }
    for (char c : label) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') return false;
    }
  }
  return true;
}

// Raw bytes of an IPv4 or IPv6 address; empty: it is not one.
std::string AddressBytes(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return "";
}

// RFC 5280 wants positive serials of at most 20 bytes; 127 random bits need no counter on disk.
void SetSerial(X509* certificate) {
  std::string bytes = os::RandomBytes(kSerialBytes);
  bytes[0] = static_cast<char>((bytes[0] & 0x3F) | 0x40);
  const std::unique_ptr<BIGNUM, ssl::Deleter<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                static_cast<int>(bytes.size()), nullptr));
  DRILL_CHECK(number != nullptr);
  DRILL_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void AddExtension(X509* certificate, const X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, ssl::Deleter<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  DRILL_CHECK(extension != nullptr);
  DRILL_CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Built as names, not from a configuration string, in which a comma would begin another name.
void AddNames(X509* certificate, const Names& names) {
  const std::unique_ptr<GENERAL_NAMES, ssl::Deleter<GENERAL_NAMES_free>> list(GENERAL_NAMES_new());
  DRILL_CHECK(list != nullptr);
  for (absl::string_view name : names) {
    GENERAL_NAME* entry = GENERAL_NAME_new();
    DRILL_CHECK(entry != nullptr);
    const bool dns = absl::ConsumePrefix(&name, kDns);
    std::string value(name);
    if (!dns) value = absl::HexStringToBytes(absl::StripPrefix(name, kIp));
    ASN1_STRING* text = ASN1_STRING_type_new(dns ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
    DRILL_CHECK(text != nullptr);
    DRILL_CHECK(ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1);
    GENERAL_NAME_set0_value(entry, dns ? GEN_DNS : GEN_IPADD, text);
    DRILL_CHECK(sk_GENERAL_NAME_push(list.get(), entry) > 0);
  }
  DRILL_CHECK(
      X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1);
}

bool SetCommonName(X509* certificate, absl::string_view common_name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// Version, serial, key and times. A certificate never outlives its issuer.
ssl::Certificate Begin(EVP_PKEY* key, const X509* issuer, int64_t now_s, int64_t days) {
  ssl::Certificate certificate(X509_new());
  DRILL_CHECK(certificate != nullptr);
  X509* x = certificate.get();
  DRILL_CHECK(X509_set_version(x, X509_VERSION_3) == 1);
  SetSerial(x);
  DRILL_CHECK(X509_set_pubkey(x, key) == 1);
  const int64_t from = now_s - kBackdateDays * kSecondsPerDay;
  const int64_t until = now_s + days * kSecondsPerDay;
  DRILL_CHECK(ASN1_TIME_set(X509_getm_notBefore(x), from) != nullptr);
  DRILL_CHECK(ASN1_TIME_set(X509_getm_notAfter(x), until) != nullptr);
  if (issuer != nullptr &&
      ASN1_TIME_compare(X509_get0_notAfter(x), X509_get0_notAfter(issuer)) > 0) {
    DRILL_CHECK(X509_set1_notAfter(x, X509_get0_notAfter(issuer)) == 1);
  }
  return certificate;
}

ssl::Certificate End(ssl::Certificate certificate, const X509* issuer, EVP_PKEY* issuer_key) {
  X509* x = certificate.get();
  DRILL_CHECK(X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1);
  DRILL_CHECK(X509_sign(x, issuer_key, EVP_sha256()) > 0);
  return certificate;
}

void AddLeafExtensions(X509* x, const X509* ca, const char* usage) {
  AddExtension(x, ca, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(x, ca, NID_key_usage, "critical,digitalSignature");
  AddExtension(x, ca, NID_ext_key_usage, usage);
  AddExtension(x, ca, NID_subject_key_identifier, "hash");
  AddExtension(x, ca, NID_authority_key_identifier, "keyid:always");
}

}  // namespace

absl::StatusOr<Names> ParseNames(const std::vector<std::string>& names) {
  Names parsed;
  std::vector<std::string> wrong;
  for (const std::string& name : names) {
    const std::string address = AddressBytes(name);
    if (!address.empty()) {
      parsed.insert(absl::StrCat(kIp, absl::BytesToHexString(address)));
    } else if (IsHostName(name)) {
      parsed.insert(absl::StrCat(kDns, absl::AsciiStrToLower(name)));
    } else {
      wrong.push_back(absl::StrCat("\"", absl::CHexEscape(name), "\""));
    }
  }
  if (wrong.empty()) return parsed;
  return absl::InvalidArgumentError(
      absl::StrCat("neither a host name nor an address, cannot be in the server's certificate: ",
                   absl::StrJoin(wrong, ", ")));
}

Names NamesOf(const X509* certificate) {
  Names names;
  const std::unique_ptr<GENERAL_NAMES, ssl::Deleter<GENERAL_NAMES_free>> list(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list != nullptr && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list.get(), i), &type));
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const absl::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                  static_cast<size_t>(ASN1_STRING_length(value)));
    names.insert(type == GEN_DNS ? absl::StrCat(kDns, bytes)
                                 : absl::StrCat(kIp, absl::BytesToHexString(bytes)));
  }
  return names;
}

ssl::Certificate MakeCa(EVP_PKEY* key, absl::string_view common_name, int64_t now_s) {
  ssl::Certificate certificate = Begin(key, nullptr, now_s, kCaDays);
  X509* x = certificate.get();
  DRILL_CHECK(SetCommonName(x, common_name));
  AddExtension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(x, x, NID_subject_key_identifier, "hash");
  return End(std::move(certificate), x, key);
}

ssl::Certificate MakeServer(EVP_PKEY* key, const Names& names, const X509* ca, EVP_PKEY* ca_key,
                            int64_t now_s) {
  ssl::Certificate certificate = Begin(key, ca, now_s, kServerDays);
  DRILL_CHECK(SetCommonName(certificate.get(), "Cyberdrill controller"));
  AddLeafExtensions(certificate.get(), ca, "serverAuth");
  AddNames(certificate.get(), names);
  return End(std::move(certificate), ca, ca_key);
}

absl::StatusOr<ssl::Certificate> MakeAgent(EVP_PKEY* key, absl::string_view host_id, const X509* ca,
                                           EVP_PKEY* ca_key, int64_t now_s) {
  ssl::Certificate certificate = Begin(key, ca, now_s, kAgentDays);
  if (!SetCommonName(certificate.get(), host_id)) {
    return ssl::Error(absl::StrCat("host id \"", absl::CHexEscape(host_id),
                                   "\" cannot name a certificate (1 to 64 characters)"));
  }
  AddLeafExtensions(certificate.get(), ca, "clientAuth");
  return End(std::move(certificate), ca, ca_key);
}

absl::StatusOr<ssl::Key> KeyOfRequest(absl::string_view csr_der) {
  if (csr_der.size() > kCsrBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate request of ", csr_der.size(), " bytes; at most ", kCsrBytesMax));
  }
  const auto* at = reinterpret_cast<const unsigned char*>(csr_der.data());
  const auto* const end = at + csr_der.size();
  const ssl::Request request(d2i_X509_REQ(nullptr, &at, static_cast<long>(csr_der.size())));
  if (request == nullptr || at != end) return ssl::Error("not a certificate request in DER");
  ssl::Key key(X509_REQ_get_pubkey(request.get()));
  if (key == nullptr || !ssl::IsP256(key.get())) {
    return ssl::Error("the certificate request is not for an ECDSA P-256 key");
  }
  if (X509_REQ_verify(request.get(), key.get()) != 1) {
    return ssl::Error("the certificate request is not signed by its own key");
  }
  return key;
}

bool HoldsUntil(const X509* certificate, int64_t now_s, int64_t margin_s) {
  time_t now = now_s;
  time_t until = now_s + margin_s;
  return X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate), &until) > 0;
}

}  // namespace drill::pki
