#include <grpc/grpc_security_constants.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "common/rpc/write_queue.h"
#include "drill/v1/agent.grpc.pb.h"
#include "server/rpc/services.h"

namespace drill {
namespace {

// Host and key of the client certificate. The handshake has already required one of our CA.
absl::StatusOr<AgentPeer> Peer(const grpc::CallbackServerContext& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  const std::vector<grpc::string_ref> certificates =
      auth == nullptr || !auth->IsPeerAuthenticated()
          ? std::vector<grpc::string_ref>()
          : auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (certificates.size() != 1) {
    return absl::UnauthenticatedError("an agent connects with its client certificate");
  }
  const absl::string_view pem(certificates[0].data(), certificates[0].size());
  AgentPeer peer;
  ASSIGN_OR_RETURN(CertificateIdentity identity, IdentityOfCertificatePem(pem));
  peer.host = std::move(identity.common_name);
  peer.key_sha256 = std::move(identity.key_sha256);
  peer.address = context.peer();
  return peer;
}

// Of these only the latest matters: each replaces what earlier ones said.
int LatestWinsKey(const v1::ControllerFrame& frame) {
  switch (frame.frame_case()) {
    case v1::ControllerFrame::kDesired:
    case v1::ControllerFrame::kOutboxAck:
      return frame.frame_case();
    default:
      return 0;
  }
}

// One agent's session. Held by gRPC (self_) until OnDone(), and by the engine as its sink.
class AgentStream final : public grpc::ServerBidiReactor<v1::AgentFrame, v1::ControllerFrame>,
                          public AgentSink,
                          public OpenStream,
                          public std::enable_shared_from_this<AgentStream> {
 public:
  AgentStream(Backend* backend, OpenStreams* streams, const std::function<int64_t()>& engine_clock)
      : backend_(backend),
        streams_(streams),
        engine_clock_(engine_clock),
        id_(streams->NextId()),
        queue_({kAgentQueueMessages, kAgentQueueBytes},
               {.start = [this](const v1::ControllerFrame* frame) { StartWrite(frame); },
                .finish = [this](const absl::Status& status) { Finish(ToGrpc(status)); },
                .room = nullptr}) {}

  void Begin(absl::StatusOr<AgentPeer> peer) {
    self_ = shared_from_this();
    absl::Status status = peer.status();
    if (status.ok()) {
      peer->session = id_;
      status = backend_->AgentConnected(*peer, self_);
    }
    if (!status.ok()) {
      queue_.Close(status);
      return;
    }
    connected_ = true;
    streams_->Add(id_, self_);
    StartRead(&frame_);
  }

  bool Push(std::shared_ptr<const v1::ControllerFrame> frame) override {
    const size_t bytes = frame->ByteSizeLong();
    const int key = LatestWinsKey(*frame);
    return queue_.Push(std::move(frame), bytes,
                       absl::ResourceExhaustedError("this session does not read; connect again"),
                       key);
  }
  void Close(const absl::Status& status) override {
    status.ok() ? queue_.CloseAfterSending(status) : queue_.Close(status);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {  // the agent has said all it will; what we would still send is of no use to it
      queue_.Close(absl::OkStatus());
      return;
    }
    if (queue_.closed()) return;
    const int64_t received_us = engine_clock_();
    if (!backend_->AgentFrame(id_, std::move(frame_), received_us)) {
      queue_.Close(absl::ResourceExhaustedError(
          "the controller has no room for this frame; connect again and send it again"));
      return;
    }
    // The next frame is read only now: what the engine cannot take waits in the agent's outbox.
    frame_.Clear();
    StartRead(&frame_);
  }
  void OnWriteDone(bool ok) override { queue_.OnWriteDone(ok); }
  void OnCancel() override { queue_.Close(absl::CancelledError("the agent has gone")); }
  void OnDone() override {
    streams_->Remove(id_);
    if (connected_) backend_->AgentGone(id_);
    std::shared_ptr<AgentStream>(std::move(self_)).reset();
  }

 private:
  Backend* const backend_;
  OpenStreams* const streams_;
  const std::function<int64_t()>& engine_clock_;  // the service's
  const StreamId id_;
  WriteQueue<v1::ControllerFrame> queue_;
  v1::AgentFrame frame_;    // being read
  bool connected_ = false;  // set before gRPC knows the reactor
  std::shared_ptr<AgentStream> self_;
};

class AgentLinkService final : public v1::AgentLink::CallbackService {
 public:
  AgentLinkService(Backend* backend, OpenStreams* streams, std::function<int64_t()> engine_clock)
      : backend_(backend), streams_(streams), engine_clock_(std::move(engine_clock)) {}

  grpc::ServerBidiReactor<v1::AgentFrame, v1::ControllerFrame>* Connect(
      grpc::CallbackServerContext* context) override {
    auto stream = std::make_shared<AgentStream>(backend_, streams_, engine_clock_);
    stream->Begin(Peer(*context));
    return stream.get();
  }

 private:
  Backend* const backend_;
  OpenStreams* const streams_;
  const std::function<int64_t()> engine_clock_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAgentLinkService(Backend* backend, OpenStreams* streams,
                                                    std::function<int64_t()> engine_clock) {
  return std::make_unique<AgentLinkService>(backend, streams, std::move(engine_clock));
}

}  // namespace drill
