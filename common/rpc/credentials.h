#ifndef DRILL_COMMON_RPC_CREDENTIALS_H_
#define DRILL_COMMON_RPC_CREDENTIALS_H_

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

// TLS at both ends, always with the controller's own CA and never with the system's roots. Bad PEM
// shows when a server starts or a channel connects. Any thread.
namespace drill {

enum class ClientCertificate { kNotAsked, kRequired };

// `chain_pem`: own certificate first, CA last. With kRequired only holders of a client
// certificate of `ca_pem` get past the handshake.
std::shared_ptr<grpc::ServerCredentials> ServerTls(const std::string& ca_pem,
                                                   const std::string& key_pem,
                                                   const std::string& chain_pem,
                                                   ClientCertificate client);

// A client that knows the CA. Use with ClientArguments(), which names the expected server.
// `key_pem` and `certificate_pem` are an agent's identity, or both empty.
std::shared_ptr<grpc::ChannelCredentials> ClientTls(const std::string& ca_pem,
                                                    const std::string& key_pem = "",
                                                    const std::string& certificate_pem = "");

// A client that knows only SHA-256 of the CA's certificate, from an enrolment token or from a
// person: the handshake fails unless the server's chain holds that CA and is valid under it, so
// that no secret is ever sent to somebody between.
// REQUIRES: `ca_sha256` is 32 bytes.
std::shared_ptr<grpc::ChannelCredentials> PinnedClientTls(absl::string_view ca_sha256);

}  // namespace drill

#endif  // DRILL_COMMON_RPC_CREDENTIALS_H_
