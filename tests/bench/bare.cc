// The floor of every fan-out: bidi streams with the same credentials, heartbeats and as many bytes,
// and nothing behind them. A process of its own, so that its memory and CPU can be told from the
// agents'.

#include <grpcpp/grpcpp.h>

#include <deque>
#include <iostream>
#include <memory>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/os/clock.h"
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
    if (!ok) {
      {
        MutexLock lock(mutex_);
        closed_ = true;
      }
      return Finish(grpc::Status::OK);
    }
    if (in_.has_hello()) {
      // Answered, so that the other end knows the stream to be there.
      auto welcome = std::make_shared<v1::ControllerFrame>();
      welcome->mutable_welcome();
      Push(std::move(welcome));
    } else if (in_.has_heartbeat()) {
      auto ack = std::make_shared<v1::ControllerFrame>();
      ack->mutable_heartbeat_ack()->set_number(in_.heartbeat().number());
      ack->mutable_heartbeat_ack()->set_t1_us(in_.heartbeat().t1_us());
      ack->mutable_heartbeat_ack()->set_t2_us(os::BootMicros());
      ack->mutable_heartbeat_ack()->set_t3_us(os::BootMicros());
      Push(std::move(ack));
    }
    StartRead(&in_);
  }
  void Push(std::shared_ptr<const v1::ControllerFrame> frame) {
    MutexLock lock(mutex_);
    if (closed_) return;
    writes_.push_back(std::move(frame));
    if (writes_.size() == 1) StartWrite(writes_.front().get());
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writes_.pop_front();
    if (ok && !closed_ && !writes_.empty()) StartWrite(writes_.front().get());
    if (!ok) writes_.clear();
  }
  void OnDone() override;

 private:
  BareService* const service_;
  v1::AgentFrame in_;
  Mutex mutex_;
  std::deque<std::shared_ptr<const v1::ControllerFrame>> writes_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
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
  void Push(const std::shared_ptr<const v1::ControllerFrame>& frame) {
    MutexLock lock(mutex_);
    for (BareStream* stream : streams_) stream->Push(frame);
  }

 private:
  Mutex mutex_;
  std::set<BareStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

BareStream::BareStream(BareService* service) : service_(service) {
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
  for (std::string line; std::getline(std::cin, line);) {
    int64_t bytes = 0;
    if (!absl::SimpleAtoi(line, &bytes)) break;
    auto frame = std::make_shared<v1::ControllerFrame>();
    frame->mutable_desired()->add_orders()->set_action(
        std::string(static_cast<size_t>(bytes), 'x'));
    service.Push(frame);
    std::cout << "pushed" << std::endl;
  }
  server->Shutdown(std::chrono::system_clock::now());
  return absl::OkStatus();
}

}  // namespace drill::bench
