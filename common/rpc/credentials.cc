#include "common/rpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/keys/certificate.h"
#include "common/keys/openssl.h"
#include "common/rpc/status.h"

namespace drill {
namespace {

class PinVerifier : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit PinVerifier(std::string ca_sha256) : ca_sha256_(std::move(ca_sha256)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref chain = request->peer_cert_full_chain();
    *sync_status = ToGrpc(
        VerifyServerChain(absl::string_view(chain.data(), chain.size()), ca_sha256_).status());
    return true;  // decided here and now
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string ca_sha256_;
};

// A certificate that ended in 1970, whose key nobody has.
std::string NobodysCertificate() {
  const ssl::Key key = ssl::GenerateKey();
  const ssl::Certificate certificate(X509_new());
  X509* x = certificate.get();
  DRILL_CHECK(x != nullptr && X509_set_version(x, X509_VERSION_3) == 1 &&
              ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
              ASN1_TIME_set(X509_getm_notBefore(x), 0) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(x), 0) != nullptr &&
              X509_set_pubkey(x, key.get()) == 1 && X509_sign(x, key.get(), EVP_sha256()) > 0);
  return ssl::CertificatePem(x);
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerTls(const std::string& ca_pem,
                                                   const std::string& key_pem,
                                                   const std::string& chain_pem,
                                                   ClientCertificate client) {
  grpc::SslServerCredentialsOptions options(
      client == ClientCertificate::kRequired
          ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
          : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_root_certs = ca_pem;
  options.pem_key_cert_pairs.push_back({key_pem, chain_pem});
  return grpc::SslServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ClientTls(const std::string& ca_pem,
                                                    const std::string& key_pem,
                                                    const std::string& certificate_pem) {
  // Without this gRPC would silently trust the system's roots.
  DRILL_CHECK(!ca_pem.empty());
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ca_pem;
  options.pem_private_key = key_pem;
  options.pem_cert_chain = certificate_pem;
  return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> PinnedClientTls(absl::string_view ca_sha256) {
  DRILL_CHECK(ca_sha256.size() == kSha256Bytes);
  grpc::experimental::TlsChannelCredentialsOptions options;
  // gRPC's own check needs the CA, which this client does not have yet; the verifier makes the
  // whole check instead.
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  // Nor is it used for anything; but without one gRPC reads the system's roots, and fails where
  // there are none.
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(NobodysCertificate()));
  options.watch_root_certs();
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<PinVerifier>(std::string(ca_sha256)));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace drill
