#include "agent/enrol.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/app_config.h"
#include "agent/link_enrol.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/keys.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr size_t kSecretBytes = 32;

// The path itself, or the nearest directory above that is there.
std::string ExistingParent(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return path;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return std::string(1, '.');
  return slash == 0 ? std::string(1, '/') : ExistingParent(path.substr(0, slash));
}

// Before the token is used up: that what it buys can be written.
absl::Status CheckWritable(const AgentDirectory& directory) {
  if (access(directory.Lock().c_str(), F_OK) == 0) {
    RETURN_IF_ERROR(os::FileLock::Take(directory.Lock()).status());
  }
  const std::string path = ExistingParent(directory.path());
  if (access(path.c_str(), W_OK | X_OK) != 0) return os::ErrnoStatus(errno, "write to", path);
  return absl::OkStatus();
}

// A directory stays its host's: with another identity the policy there, and what its orders have
// left to undo, would come under another system's owner.
absl::Status CheckSameHost(const AgentDirectory& directory, absl::string_view host) {
  const absl::StatusOr<Identity> before = LoadIdentity(directory);
  if (!before.ok() || before->settings.host() == host) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory.path(), " belongs to host '", before->settings.host(), "', the token was for '",
      host, "' and is used up now; make a new one with 'drillctl agent token ", host,
      "' and give another --dir, or the token of '", before->settings.host(), "'"));
}

absl::Status CheckResponse(const v1::EnrolResponse& response, absl::string_view ca_sha256,
                           absl::string_view key_pem) {
  ASSIGN_OR_RETURN(const std::string ca, CertificateSha256(response.ca_pem()));
  if (ca != ca_sha256) {
    return absl::PermissionDeniedError(
        "the controller answered with another CA than the token names");
  }
  RETURN_IF_ERROR(CheckCertificateOfKey(response.certificate_pem(), key_pem));
  ASSIGN_OR_RETURN(const std::string name, CertificateCommonName(response.certificate_pem()));
  if (name.empty() || name != response.host()) {
    return absl::InternalError(absl::StrCat("the certificate is for host '", name,
                                            "', the answer says '", response.host(), "'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::EnrolmentToken> DecodeEnrolmentToken(absl::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError(
      "this is not a whole enrolment token: copy all that 'drillctl agent token' printed");
  std::string bytes;
  v1::EnrolmentToken token;
  if (!Base64UrlDecode(absl::StripAsciiWhitespace(text), &bytes).ok() ||
      !token.ParseFromString(bytes) || token.secret().size() != kSecretBytes ||
      token.ca_sha256().size() != kSha256Bytes || token.owner_keys_pem().empty() ||
      token.signatures_required() < 1) {
    return bad;
  }
  std::string id;
  for (const std::string& key : token.owner_keys_pem()) {
    RETURN_IF_ERROR(Annotate(PublicKeyId(key, &id), "owner's key in the token"));
  }
  return token;
}

absl::StatusOr<std::string> Enrol(const EnrolOptions& options) {
  ASSIGN_OR_RETURN(const v1::EnrolmentToken token, DecodeEnrolmentToken(options.token));
  const AgentDirectory directory(options.directory);
  RETURN_IF_ERROR(CheckWritable(directory));
  Identity identity;
  identity.key_pem = GenerateKey();
  v1::EnrolRequest request;
  request.set_secret(token.secret());
  ASSIGN_OR_RETURN(*request.mutable_csr_der(), MakeCsr(identity.key_pem, "drill-agent"));
  const std::string address =
      options.controller.empty() ? token.people_address() : options.controller;
  ASSIGN_OR_RETURN(const v1::EnrolResponse response,
                   CallEnrol(address, token.ca_sha256(), request));
  RETURN_IF_ERROR(Annotate(CheckResponse(response, token.ca_sha256(), identity.key_pem),
                           absl::StrCat("controller ", address)));
  RETURN_IF_ERROR(CheckSameHost(directory, response.host()));
  identity.certificate_pem = response.certificate_pem();
  identity.ca_pem = response.ca_pem();
  identity.settings.set_host(response.host());
  identity.settings.set_system(response.system());
  identity.settings.set_agent_address(options.agent_address.empty() ? token.agent_address()
                                                                    : options.agent_address);
  *identity.settings.mutable_owner_keys_pem() = token.owner_keys_pem();
  identity.settings.set_signatures_required(token.signatures_required());
  RETURN_IF_ERROR(SaveIdentity(directory, identity));
  return response.host();
}

}  // namespace drill::agent
