#include "server/http/connect/bridge.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/os/clock.h"
#include "common/rpc/status.h"
#include "server/http/connect/codec.h"

namespace drill::connect {
namespace {

namespace pb = google::protobuf;

// An hour: whoever wants longer wants no limit.
constexpr int64_t kTimeoutMaxMs = 3'600'000;

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string out;
  if (!bytes.Dump(&slices).ok()) return out;
  for (const grpc::Slice& slice : slices) {
    out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return out;
}

// What a call is asked to be; constant.
struct Call {
  const pb::MethodDescriptor* method = nullptr;
  ContentType type;
  std::string authorization;
  int64_t timeout_ms = 0;  // 0: none

  std::string Path() const {
    return absl::StrCat("/", method->service()->full_name(), "/", method->name());
  }
  void Prepare(grpc::ClientContext* context) const {
    if (!authorization.empty()) context->AddMetadata("authorization", authorization);
    if (timeout_ms == 0) return;
    context->set_deadline(std::chrono::system_clock::time_point(
        std::chrono::microseconds(os::WallMicros() + timeout_ms * 1000)));
  }
  // The answer's bytes in the caller's format.
  std::string Reply(const grpc::ByteBuffer& bytes) const {
    if (type.format == Format::kProto) return Text(bytes);
    const auto message = NewMessage(method->output_type());
    const std::string text = Text(bytes);
    message->ParseFromString(text);
    return Encode(Format::kJson, *message);
  }
};

HttpResponse Failure(const absl::Status& status) {
  HttpResponse response;
  response.status = HttpStatusOf(status.code());
  response.content_type = "application/json";
  response.body = ErrorJson(status);
  return response;
}

// The body of a stream's answer: only its end.
class OnlyEnd final : public HttpBody {
 public:
  explicit OnlyEnd(const absl::Status& status) : end_(Envelope(EndOfStreamJson(status), true)) {}
  void Next(std::function<void(std::optional<std::string>)> ready) override {
    ready(std::exchange(end_, std::nullopt));
  }

 private:
  std::optional<std::string> end_;
};

HttpResponse StreamOf(const ContentType& type, std::shared_ptr<HttpBody> body) {
  HttpResponse response;
  response.content_type = ContentTypeOf(type);
  response.stream = std::move(body);
  return response;
}

// The calls under way of one bridge: gRPC's threads must be done with them before what they answer
// to is gone.
class OpenCalls {
 public:
  // Lives as long as a call's callbacks may run.
  class Entry {
   public:
    Entry(std::shared_ptr<OpenCalls> calls, grpc::ClientContext* context)
        : calls_(std::move(calls)), context_(context) {
      MutexLock lock(calls_->mutex_);
      calls_->open_.insert(context_);
    }
    ~Entry() {
      MutexLock lock(calls_->mutex_);
      calls_->open_.erase(context_);
      if (calls_->open_.empty()) calls_->empty_.notify_all();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    const std::shared_ptr<OpenCalls> calls_;
    grpc::ClientContext* const context_;
  };

  // Cancels all and waits for their ends. No call begins afterwards.
  void Close() {
    MutexLock lock(mutex_);
    for (grpc::ClientContext* context : open_) context->TryCancel();
    while (!open_.empty()) lock.Wait(empty_);
  }

 private:
  Mutex mutex_;
  std::condition_variable empty_;
  std::set<grpc::ClientContext*> open_ ABSL_GUARDED_BY(mutex_);
};

// A unary call under way; its callback keeps it.
struct Unary {
  explicit Unary(std::shared_ptr<OpenCalls> calls) : entry(std::move(calls), &context) {}

  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::function<void(HttpResponse)> reply;
  const OpenCalls::Entry entry;  // goes first: then nothing of it is under way
};

// A server-streaming call. gRPC keeps it until OnDone; the body that reads it may go earlier.
class StreamCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<StreamCall> {
 public:
  static std::shared_ptr<StreamCall> Start(std::shared_ptr<OpenCalls> calls,
                                           grpc::GenericStub* stub, Call call,
                                           const std::string& request) {
    std::shared_ptr<StreamCall> self(new StreamCall(std::move(calls), std::move(call)));
    self->self_ = self;
    self->request_ = Bytes(request);
    self->call_.Prepare(&self->context_);
    stub->PrepareBidiStreamingCall(&self->context_, self->call_.Path(), {}, self.get());
    self->StartWriteLast(&self->request_, {});
    self->StartRead(&self->response_);
    // The next read is started by whoever wants it: without this the call could end before.
    self->AddHold();
    self->StartCall();
    return self;
  }

  void Next(std::function<void(std::optional<std::string>)> ready) {
    std::function<void()> tell;
    {
      MutexLock lock(mutex_);
      wanted_ = std::move(ready);
      tell = Match();
    }
    if (tell) tell();
  }

  // Whoever waited has gone.
  void Cancel() {
    std::function<void(std::optional<std::string>)> dropped;
    {
      MutexLock lock(mutex_);
      dropped = std::exchange(wanted_, nullptr);
    }
    context_.TryCancel();
    ReleaseHold();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return ReleaseHold();
    std::function<void()> tell;
    {
      MutexLock lock(mutex_);
      piece_ = Envelope(call_.Reply(response_), false);
      tell = Match();
    }
    if (tell) tell();
  }

  void OnDone(const grpc::Status& status) override {
    std::function<void()> tell;
    {
      MutexLock lock(mutex_);
      end_ = Envelope(EndOfStreamJson(FromGrpc(status)), true);
      done_ = true;
      tell = Match();
    }
    if (tell) tell();
    tell = nullptr;
    const std::shared_ptr<StreamCall> self = std::move(self_);
    entry_.reset();
  }

 private:
  StreamCall(std::shared_ptr<OpenCalls> calls, Call call) : call_(std::move(call)) {
    entry_.emplace(std::move(calls), &context_);
  }

  void ReleaseHold() {
    {
      MutexLock lock(mutex_);
      if (!std::exchange(held_, false)) return;
    }
    RemoveHold();
  }

  // What there is for who waits: a message, the end, or that the end was given.
  std::function<void()> Match() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!wanted_) return nullptr;
    std::optional<std::string> out;
    bool read = false;
    if (piece_.has_value()) {
      out = std::exchange(piece_, std::nullopt);
      read = held_;
    } else if (!done_) {
      return nullptr;
    } else {
      out = std::exchange(end_, std::nullopt);
    }
    return [this, self = shared_from_this(), read, ready = std::exchange(wanted_, nullptr),
            out = std::move(out)]() mutable {
      if (read) StartRead(&response_);
      ready(std::move(out));
    };
  }

  const Call call_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::shared_ptr<StreamCall> self_;
  std::optional<OpenCalls::Entry> entry_;

  Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = true;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<std::string> piece_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::string> end_ ABSL_GUARDED_BY(mutex_);
  std::function<void(std::optional<std::string>)> wanted_ ABSL_GUARDED_BY(mutex_);
};

class StreamBody final : public HttpBody {
 public:
  explicit StreamBody(std::shared_ptr<StreamCall> call) : call_(std::move(call)) {}
  ~StreamBody() override { call_->Cancel(); }
  void Next(std::function<void(std::optional<std::string>)> ready) override {
    call_->Next(std::move(ready));
  }

 private:
  const std::shared_ptr<StreamCall> call_;
};

class Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<OpenCalls> calls, std::shared_ptr<grpc::GenericStub> stub, Call call)
      : calls_(std::move(calls)), stub_(std::move(stub)), call_(std::move(call)) {}

  void OnBody(absl::string_view piece) override { body_.append(piece.data(), piece.size()); }

  void Finish(std::function<void(HttpResponse)> reply) override {
    absl::StatusOr<std::string> request = Request();
    if (call_.type.stream) {
      std::shared_ptr<HttpBody> body;
      if (request.ok()) {
        body =
            std::make_shared<StreamBody>(StreamCall::Start(calls_, stub_.get(), call_, *request));
      } else {
        body = std::make_shared<OnlyEnd>(request.status());
      }
      return reply(StreamOf(call_.type, std::move(body)));
    }
    if (!request.ok()) return reply(Failure(request.status()));
    auto unary = std::make_shared<Unary>(calls_);
    unary->request = Bytes(*request);
    unary->reply = std::move(reply);
    call_.Prepare(&unary->context);
    stub_->UnaryCall(&unary->context, call_.Path(), {}, &unary->request, &unary->response,
                     [unary, call = call_](const grpc::Status& status) {
                       const auto answer = std::move(unary->reply);
                       if (!status.ok()) return answer(Failure(FromGrpc(status)));
                       HttpResponse response;
                       response.content_type = ContentTypeOf(call.type);
                       response.body = call.Reply(unary->response);
                       answer(std::move(response));
                     });
  }

 private:
  // The message as bytes of protobuf. Binary ones are passed on unread: the service decodes them.
  absl::StatusOr<std::string> Request() {
    std::string body = std::move(body_);
    if (call_.type.stream) {
      absl::StatusOr<std::string> only = OnlyEnvelope(body);
      if (!only.ok()) return only.status();
      body = *std::move(only);
    }
    if (call_.type.format == Format::kProto) return body;
    const auto message = NewMessage(call_.method->input_type());
    const absl::Status decoded = Decode(Format::kJson, body, message.get());
    if (!decoded.ok()) return decoded;
    return message->SerializeAsString();
  }

  const std::shared_ptr<OpenCalls> calls_;
  const std::shared_ptr<grpc::GenericStub> stub_;
  const Call call_;
  std::string body_;
};

class Bridge final : public HttpHandler {
 public:
  Bridge(const pb::ServiceDescriptor* service, std::shared_ptr<grpc::Channel> channel)
      : service_(service),
        stub_(std::make_shared<grpc::GenericStub>(
            std::shared_ptr<grpc::ChannelInterface>(std::move(channel)))) {}
  ~Bridge() override { calls_->Close(); }

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    absl::StatusOr<Call> call = CallOf(request);
    if (call.ok()) return std::make_unique<Exchange>(calls_, stub_, *std::move(call));
    *refusal = Failure(call.status());
    // The protocol's own for what is no call at all.
    if (!ParseContentType(request.Header("Content-Type")).has_value()) refusal->status = 415;
    return nullptr;
  }

 private:
  absl::StatusOr<Call> CallOf(const HttpRequest& request) const {
    Call call;
    call.method = service_->FindMethodByName(request.path.substr(BridgePath(service_).size()));
    if (call.method == nullptr) {
      return absl::NotFoundError(absl::StrCat("no method ", request.path));
    }
    const auto type = ParseContentType(request.Header("Content-Type"));
    if (!type.has_value()) {
      return absl::InvalidArgumentError(
          "Content-Type: expected application/json, application/proto, or for a stream "
          "application/connect+json or application/connect+proto");
    }
    call.type = *type;
    if (call.method->client_streaming()) {
      return absl::UnimplementedError("a stream of requests is not taken over HTTP/1.1");
    }
    if (call.method->server_streaming() != call.type.stream) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Content-Type: ", call.method->name(), " is ",
          call.method->server_streaming() ? "a stream: expected application/connect+json"
                                          : "no stream: expected application/json"));
    }
    for (const char* header : {"Content-Encoding", "Connect-Content-Encoding"}) {
      const std::string encoding = request.Header(header);
      if (!encoding.empty() && encoding != "identity") {
        return absl::UnimplementedError(absl::StrCat(header, ": '", encoding, "' is not taken"));
      }
    }
    const std::string timeout = request.Header("Connect-Timeout-Ms");
    call.timeout_ms = call.type.stream ? 0 : kTimeoutDefaultMs;
    if (!timeout.empty() && (!absl::SimpleAtoi(timeout, &call.timeout_ms) || call.timeout_ms <= 0 ||
                             call.timeout_ms > kTimeoutMaxMs)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Connect-Timeout-Ms: expected 1 to ", kTimeoutMaxMs));
    }
    call.authorization = request.Header("Authorization");
    // HTTP allows tabs and bytes above ASCII; gRPC ends the process that hands it one of them.
    if (!absl::c_all_of(call.authorization, absl::ascii_isprint)) {
      return absl::UnauthenticatedError("Authorization: expected Bearer and a token");
    }
    return call;
  }

  const pb::ServiceDescriptor* const service_;
  const std::shared_ptr<OpenCalls> calls_ = std::make_shared<OpenCalls>();
  const std::shared_ptr<grpc::GenericStub> stub_;
};

}  // namespace

std::string BridgePath(const pb::ServiceDescriptor* service) {
  return absl::StrCat("/", service->full_name(), "/");
}

std::shared_ptr<HttpHandler> MakeBridge(const pb::ServiceDescriptor* service,
                                        std::shared_ptr<grpc::Channel> channel) {
  return std::make_shared<Bridge>(service, std::move(channel));
}

}  // namespace drill::connect
