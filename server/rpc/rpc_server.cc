#include "server/rpc/rpc_server.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/os/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "server/rpc/listen.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/services.h"

namespace drill {
namespace {

struct Listener {
  std::string what;
  HostPort address;
  ClientCertificate client;
  int request_bytes_max;
  int streams_per_connection;
  std::vector<grpc::Service*> services;
};

absl::StatusOr<std::unique_ptr<grpc::Server>> Listen(const Listener& listener,
                                                     const RpcServerOptions& options,
                                                     int* bound_port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(
      FormatHostPort(listener.address.host, listener.address.port),
      ServerTls(options.ca_pem, options.server_key_pem, options.server_chain_pem, listener.client),
      bound_port);
  for (grpc::Service* service : listener.services) builder.RegisterService(service);
  builder.SetMaxReceiveMessageSize(listener.request_bytes_max);
  builder.SetMaxSendMessageSize(-1);  // each receiver has its own limit
  // On by default: a second drilld would get half of the agents.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, listener.streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // The default refuses the pings of a client whose stream only receives.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMinMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || *bound_port == 0) {
    return ExplainListenFailure(listener.what, listener.address);
  }
  return server;
}

// What others can dial: a wildcard is no address to them.
std::string Advertised(const std::string& wanted, const HostPort& listened, int port) {
  if (!wanted.empty()) return wanted;
  if (listened.host != "0.0.0.0" && listened.host != "::") {
    return FormatHostPort(listened.host, port);
  }
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return FormatHostPort("localhost", port);
  }
  return FormatHostPort(name.data(), port);
}

absl::Status CheckTls(const RpcServerOptions& options) {
  RETURN_IF_ERROR(Annotate(CertificateSha256(options.ca_pem).status(), "CA"));
  return Annotate(CheckCertificateOfKey(options.server_chain_pem, options.server_key_pem),
                  "server certificate");
}

}  // namespace

// Members in the order in which they must be made; destroyed in reverse: servers before the
// services that they call, services before the list of streams.
struct RpcServer::State {
  RpcServerOptions options;
  std::string ca_sha256;
  HostPort people_listen;
  HostPort agents_listen;
  OpenStreams streams;
  std::unique_ptr<grpc::Service> drill;
  std::unique_ptr<grpc::Service> enrolment;
  std::unique_ptr<grpc::Service> agent_link;
  // Atomic: a call may ask for the addresses while Start() still runs.
  std::atomic<int> people_port{0};
  std::atomic<int> agents_port{0};
  std::unique_ptr<grpc::Server> people;
  std::unique_ptr<grpc::Server> agents;
  bool stopped = false;

  std::string PeopleAddress() const {
    return Advertised(options.advertised_people_address, people_listen, people_port);
  }
  std::string AgentsAddress() const {
    return Advertised(options.advertised_agents_address, agents_listen, agents_port);
  }
};

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(RpcServerOptions options,
                                                            Backend* backend) {
  DRILL_CHECK(backend != nullptr && options.engine_clock != nullptr);
  RETURN_IF_ERROR(CheckTls(options));
  auto state = std::make_unique<State>();
  State* s = state.get();
  s->options = std::move(options);
  ASSIGN_OR_RETURN(s->people_listen, ParseHostPort(s->options.people_address));
  ASSIGN_OR_RETURN(s->agents_listen, ParseHostPort(s->options.agents_address));
  for (const std::string* address :
       {&s->options.advertised_people_address, &s->options.advertised_agents_address}) {
    if (!address->empty()) RETURN_IF_ERROR(ParseHostPort(*address).status());
  }
  ASSIGN_OR_RETURN(s->ca_sha256, CertificateSha256(s->options.ca_pem));
  s->drill = MakeDrillService(backend, &s->streams, [s] {
    return Contact{s->ca_sha256, s->PeopleAddress(), s->AgentsAddress()};
  });
  s->enrolment = MakeEnrolmentService(backend);
  s->agent_link = MakeAgentLinkService(backend, &s->streams, s->options.engine_clock);

  // From here on the destructor closes whatever was opened.
  std::unique_ptr<RpcServer> server(new RpcServer(std::move(state)));
  int port = 0;
  // Agents first: an offer made by the first caller must know their port.
  ASSIGN_OR_RETURN(s->agents, Listen({"agents",
                                      s->agents_listen,
                                      ClientCertificate::kRequired,
                                      kAgentFrameBytesMax,
                                      kAgentStreamsPerConnection,
                                      {s->agent_link.get()}},
                                     s->options, &port));
  s->agents_port = port;
  ASSIGN_OR_RETURN(s->people, Listen({"people",
                                      s->people_listen,
                                      ClientCertificate::kNotAsked,
                                      kRequestBytesMax,
                                      kPeopleStreamsPerConnection,
                                      {s->drill.get(), s->enrolment.get()}},
                                     s->options, &port));
  s->people_port = port;
  return server;
}

RpcServer::RpcServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

RpcServer::~RpcServer() { Shutdown(absl::ZeroDuration()); }

void RpcServer::Shutdown(absl::Duration grace) {
  if (state_->stopped) return;
  state_->stopped = true;
  state_->streams.CloseAll(
      absl::UnavailableError("the controller is stopping; connect again in a moment"));
  const std::chrono::system_clock::time_point deadline{
      std::chrono::microseconds(os::WallMicros() + absl::ToInt64Microseconds(grace))};
  // One deadline for both. Each returns only after the last OnDone() of its reactors.
  if (state_->people) state_->people->Shutdown(deadline);
  if (state_->agents) state_->agents->Shutdown(deadline);
}

int RpcServer::people_port() const { return state_->people_port; }
int RpcServer::agents_port() const { return state_->agents_port; }
std::string RpcServer::people_address() const { return state_->PeopleAddress(); }
std::string RpcServer::agents_address() const { return state_->AgentsAddress(); }
size_t RpcServer::open_streams() const { return state_->streams.size(); }

std::shared_ptr<grpc::Channel> RpcServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kReplyBytesMax);
  return state_->people->InProcessChannel(arguments);
}

}  // namespace drill
