#ifndef DRILL_SERVER_PKI_PKI_H_
#define DRILL_SERVER_PKI_PKI_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/clock.h"

namespace drill {

// A private key and the certificates that go with it, own first, CA last.
struct TlsIdentity {
  std::string key_pem;
  std::string chain_pem;
};

// The controller's own certificate authority: ECDSA P-256, one level, no other trust anchor. It
// signs the certificate of both listeners and those of enrolled agents, and nothing else.
//
// Lives in DIR/pki: ca.key and server.key (mode 0600), ca.crt and server.crt. Whoever copies
// ca.key can be any agent: it belongs in the backup, and nowhere else.
//
// Constant after OpenOrCreate(); SignAgent(), CaPem() and CaSha256() may be called on any thread.
class Ca {
 public:
  using Clock = std::function<int64_t()>;  // microseconds since 1970, UTC

  // Opens DIR/pki, or makes it on a first start.
  // FailedPrecondition: only one of ca.key and ca.crt is there, they do not belong together, the
  // CA has expired, or others may read ca.key; the message says what to do. Also the errors of
  // common/os/file.h.
  static absl::StatusOr<Ca> OpenOrCreate(const std::string& data_dir,
                                         Clock clock = &os::WallMicros);

  Ca(Ca&&) noexcept;
  Ca& operator=(Ca&&) noexcept;
  ~Ca();

  // The listeners' certificate, valid for each of `names` (host names or addresses), for
  // localhost, 127.0.0.1, ::1, this machine's host name, and kControllerName (common/keys). The
  // stored one is used again, unless it ends within 30 days, misses a name, or is not of this CA.
  // InvalidArgument: a name is neither an address nor a host name; all such names are listed.
  // Call at start, on one thread.
  absl::StatusOr<TlsIdentity> IssueServer(const std::vector<std::string>& names);

  // The certificate (PEM) of the agent on a host: CN = host id, client authentication, 2 years.
  // InvalidArgument: not a DER request for an ECDSA P-256 key signed by that key, or the host id
  // cannot be a common name. What else the request asks for is ignored.
  absl::StatusOr<std::string> SignAgent(absl::string_view csr_der, absl::string_view host_id) const;

  const std::string& CaPem() const;
  // SHA-256 of the certificate in DER, 32 raw bytes: what enrolment tokens pin.
  const std::string& CaSha256() const;

 private:
  struct State;
  explicit Ca(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_PKI_PKI_H_
