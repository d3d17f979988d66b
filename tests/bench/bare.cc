// The floor of every fan-out: bidi streams with the same credentials and as many bytes, and nothing
// behind them. A process of its own, so that its memory and CPU can be told from the agents'.

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <iostream>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "drill/v1/agent.grpc.pb.h"
#include "server/pki/pki.h"
#include "tests/bench/report.h"

namespace drill::bench {
namespace {

class BareService;

class BareStream final : public grpc::ServerBidiReactor<v1::AgentFrame, v1::ControllerFrame> {
 public:
  explicit BareStream(BareService* service);
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    // The first is answered, so that the other end knows the stream to be there.
    if (in_.has_hello()) StartWrite(&welcome_);
    StartRead(&in_);
  }
  // One push at a time: the caller waits for every answer before the next.
  void Push(const v1::ControllerFrame* frame) { StartWrite(frame); }
  void OnDone() override;

 private:
  BareService* const service_;
  v1::AgentFrame in_;
  v1::ControllerFrame welcome_;
};

class BareService final : public v1::AgentLink::CallbackService {
 public:
  grpc::ServerBidiReactor<v1::AgentFrame, v1::ControllerFrame>* Connect(
      grpc::CallbackServerContext*) override {
    return new BareStream(this);
  }
  void Add(BareStream* stream) {
    MutexLock lock(mutex_);
    streams_.insert(stream);
  }
  void Remove(BareStream* stream) {
    MutexLock lock(mutex_);
    streams_.erase(stream);
  }
  void Push(const v1::ControllerFrame& frame) {
    MutexLock lock(mutex_);
    for (BareStream* stream : streams_) stream->Push(&frame);
  }

 private:
  Mutex mutex_;
  std::set<BareStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

BareStream::BareStream(BareService* service) : service_(service) {
  welcome_.mutable_welcome();
  service_->Add(this);
  StartRead(&in_);
}

void BareStream::OnDone() {
  service_->Remove(this);
  delete this;
}

}  // namespace

absl::Status RunBareServer(const Arguments& arguments) {
  ASSIGN_OR_RETURN(Ca ca, Ca::OpenOrCreate(arguments.Text("data", "")));
  ASSIGN_OR_RETURN(TlsIdentity identity, ca.IssueServer({"127.0.0.1"}));
  BareService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(
      "127.0.0.1:0",
      ServerTls(ca.CaPem(), identity.key_pem, identity.chain_pem, ClientCertificate::kRequired),
      &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return absl::UnavailableError("the bare server does not start");
  std::cout << port << std::endl;
  v1::ControllerFrame frame;  // outlives the writes
  for (std::string line; std::getline(std::cin, line);) {
    int64_t bytes = 0;
    if (!absl::SimpleAtoi(line, &bytes)) break;
    frame.mutable_desired()->Clear();
    frame.mutable_desired()->add_orders()->set_action(std::string(static_cast<size_t>(bytes), 'x'));
    service.Push(frame);
    std::cout << "pushed" << std::endl;
  }
  server->Shutdown(std::chrono::system_clock::now());
  return absl::OkStatus();
}

}  // namespace drill::bench
