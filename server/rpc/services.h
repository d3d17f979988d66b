#ifndef DRILL_SERVER_RPC_SERVICES_H_
#define DRILL_SERVER_RPC_SERVICES_H_

#include <grpcpp/impl/service_type.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/rpc/backend.h"
#include "server/rpc/open_streams.h"

// The three services, each made in its own .cc: the generated headers cost seconds to compile.
// `backend` and `streams` outlive the service, and it the server that it is registered with.
namespace drill {

// What an enrolment offer says about this controller.
struct Contact {
  std::string ca_sha256;
  std::string people_address;
  std::string agent_address;
};

// `contact` is asked when an offer is made: with port 0 the addresses are known only after start.
std::unique_ptr<grpc::Service> MakeDrillService(Backend* backend, OpenStreams* streams,
                                                std::function<Contact()> contact);
std::unique_ptr<grpc::Service> MakeEnrolmentService(Backend* backend);
std::unique_ptr<grpc::Service> MakeAgentLinkService(Backend* backend, OpenStreams* streams,
                                                    std::function<int64_t()> engine_clock);

}  // namespace drill

#endif  // DRILL_SERVER_RPC_SERVICES_H_
