#ifndef DRILL_SERVER_PKI_ISSUE_H_
#define DRILL_SERVER_PKI_ISSUE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/keys/openssl.h"

// The certificates that the CA makes, without files or clock. Pure but for the random serial
// numbers; any thread.
namespace drill::pki {

inline constexpr int64_t kSecondsPerDay = 86400;
inline constexpr int64_t kCaDays = 3650;
inline constexpr int64_t kServerDays = 730;
inline constexpr int64_t kAgentDays = 730;
// Certificates hold from a day before they are made: an agent's clock may be behind ours, and an
// isolated host without NTP often is by hours. A drill should not fail on that.
inline constexpr int64_t kBackdateDays = 1;
// A server certificate that ends sooner is made anew at start.
inline constexpr int64_t kRenewDays = 30;

// Subject alternative names as "DNS:host" and "IP:hex", ordered.
using Names = std::set<std::string>;

// InvalidArgument: lists every name that is neither an IP address nor a host name.
absl::StatusOr<Names> ParseNames(const std::vector<std::string>& names);
// What the certificate carries; other kinds of names are left out.
Names NamesOf(const X509* certificate);

ssl::Certificate MakeCa(EVP_PKEY* key, absl::string_view common_name, int64_t now_s);
ssl::Certificate MakeServer(EVP_PKEY* key, const Names& names, const X509* ca, EVP_PKEY* ca_key,
                            int64_t now_s);
// InvalidArgument: `host_id` cannot be a common name.
absl::StatusOr<ssl::Certificate> MakeAgent(EVP_PKEY* key, absl::string_view host_id, const X509* ca,
                                           EVP_PKEY* ca_key, int64_t now_s);

// InvalidArgument: not one DER request, not P-256, or not signed by its key.
absl::StatusOr<ssl::Key> KeyOfRequest(absl::string_view csr_der);

// Whether it holds at this time and for `margin_s` more.
bool HoldsUntil(const X509* certificate, int64_t now_s, int64_t margin_s);

}  // namespace drill::pki

#endif  // DRILL_SERVER_PKI_ISSUE_H_
