#include "agent/link_enrol.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/agent.grpc.pb.h"

namespace drill::agent {
namespace {

constexpr std::chrono::seconds kPatience{30};
// How gRPC words what our verifier said, inside an UNAVAILABLE.
constexpr absl::string_view kRefusedServer =
    "Custom verification check failed with error: PERMISSION_DENIED: ";

// That the server is not the pinned one is no matter of trying again.
absl::Status Reached(const absl::Status& status) {
  const absl::string_view text = status.message();
  const size_t at = text.find(kRefusedServer);
  if (!absl::IsUnavailable(status) || at == absl::string_view::npos) return status;
  return absl::PermissionDeniedError(text.substr(at + kRefusedServer.size()));
}

}  // namespace

absl::StatusOr<v1::EnrolResponse> CallEnrol(const std::string& address, absl::string_view ca_sha256,
                                            const v1::EnrolRequest& request) {
  const std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(
      address, PinnedClientTls(ca_sha256), ClientArguments(kReplyBytesMax));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::EnrolResponse response;
  const absl::Status status =
      FromGrpc(v1::Enrolment::NewStub(channel)->Enrol(&context, request, &response));
  if (!status.ok()) return Annotate(Reached(status), absl::StrCat("controller ", address));
  return response;
}

}  // namespace drill::agent
