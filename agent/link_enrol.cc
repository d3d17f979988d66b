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
  if (!status.ok()) return Annotate(status, absl::StrCat("controller ", address));
  return response;
}

}  // namespace drill::agent
