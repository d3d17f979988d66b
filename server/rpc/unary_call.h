#ifndef DRILL_SERVER_RPC_UNARY_CALL_H_
#define DRILL_SERVER_RPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/status.h"

namespace drill {

// One unary call that the backend answers later, from any thread. Held by gRPC until OnDone(), and
// by the backend's `done` until it is called or dropped: an answer may come after the caller hung
// up and gRPC has freed the reply, so only the first of answer and cancellation touches it.
template <typename Reply>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  static std::shared_ptr<UnaryCall> Begin(Reply* reply) {
    std::shared_ptr<UnaryCall> call(new UnaryCall(reply));
    call->self_ = call;
    return call;
  }

  void Answer(absl::StatusOr<Reply> answer) {
    if (answered_.exchange(true)) return;
    if (answer.ok()) *reply_ = *std::move(answer);
    Finish(ToGrpc(answer.status()));
  }

  void OnCancel() override { Answer(absl::CancelledError("the caller has gone")); }
  // The only place where gRPC's hold ends.
  void OnDone() override { std::shared_ptr<UnaryCall>(std::move(self_)).reset(); }

 private:
  explicit UnaryCall(Reply* reply) : reply_(reply) {}

  Reply* const reply_;  // gRPC's; valid until the call is finished
  std::atomic<bool> answered_{false};
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace drill

#endif  // DRILL_SERVER_RPC_UNARY_CALL_H_
