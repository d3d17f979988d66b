#include "tests/support/fake_controller.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/agent.grpc.pb.h"
#include "server/pki/pki.h"

namespace drill::testing {
namespace {

using Stream = grpc::ServerReaderWriter<v1::ControllerFrame, v1::AgentFrame>;

constexpr std::chrono::seconds kPatience{30};
// Engine time is not the host's: a mistake of clocks must show.
constexpr int64_t kEngineAheadUs = 1'700'000'000'000'000;
constexpr int64_t kHourUs = 3'600'000'000;

template <typename T>
T Must(absl::StatusOr<T> value) {
  DRILL_CHECK(value.ok());
  return *std::move(value);
}

struct Offered {
  std::string host;
  FakeController::Offer offer;
  bool used = false;
};

}  // namespace

struct FakeController::State {
  State(const std::string& directory, Timing times)
      : timing(times), ca(Must(Ca::OpenOrCreate(directory))), server(Must(ca.IssueServer({}))) {}

  const Timing timing;
  Ca ca;
  const TlsIdentity server;
  const std::string owner_key = GenerateKey();

  std::unique_ptr<EnrolmentService> enrolment;
  std::unique_ptr<LinkService> link;
  std::unique_ptr<grpc::Server> people_server;
  std::unique_ptr<grpc::Server> link_server;
  int people_port = 0;
  int link_port = 0;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Offered> offers;  // by secret
  Seen seen;
  Stream* stream = nullptr;  // the session's, written under the mutex
  grpc::ServerContext* context = nullptr;
  absl::Status refusal;
  bool hold_acks = false;
  bool reading = true;
  std::map<std::string, uint64_t> outbox;  // id → last number
  v1::DesiredSet wanted;
  std::map<std::string, std::string> scope_entries;  // inject → SHA-256 of its action
  std::set<std::string> scope_hosts;
  BadScope bad;

  v1::SignedScope Sign() {
    v1::Scope scope;
    scope.set_exercise(kExercise);
    scope.set_system("httt-1");
    for (const std::string& host : scope_hosts) scope.add_hosts(host);
    for (const auto& [inject, sha256] : scope_entries) {
      v1::ScopeEntry* entry = scope.add_entries();
      entry->set_inject(inject);
      entry->set_action_sha256(sha256);
    }
    scope.set_not_before_us(EngineNow() - kHourUs);
    scope.set_not_after_us(EngineNow() + kHourUs);
    scope.set_orders_per_host_max(100);
    if (bad.before_signing) bad.before_signing(&scope);
    const std::string key = bad.strange_key ? GenerateKey() : owner_key;
    v1::SignedScope signed_scope;
    signed_scope.set_scope(scope.SerializeAsString());
    v1::Signature* signature = signed_scope.add_signatures();
    DRILL_CHECK(PublicKeyId(Must(PublicPem(key)), signature->mutable_key_sha256()).ok());
    signature->set_der(Must(SignBytes(key, signed_scope.scope())));
    if (bad.after_signing) bad.after_signing(&signed_scope);
    return signed_scope;
  }

  // With the mutex held.
  void SendWanted() {
    if (stream == nullptr || wanted.generation() == 0) return;
    v1::ControllerFrame frame;
    *frame.mutable_desired() = wanted;
    stream->Write(frame);
  }

  static int64_t EngineNow() { return os::BootMicros() + kEngineAheadUs; }
};

class FakeController::EnrolmentService : public v1::Enrolment::Service {
 public:
  explicit EnrolmentService(State* state) : s_(*state) {}

  grpc::Status Enrol(grpc::ServerContext*, const v1::EnrolRequest* request,
                     v1::EnrolResponse* response) override {
    std::lock_guard<std::mutex> lock(s_.mutex);
    const auto found = s_.offers.find(request->secret());
    if (found == s_.offers.end()) return Refusal("token unknown");
    if (found->second.offer == Offer::kExpired) return Refusal("token expired at 09:00");
    if (found->second.used) return Refusal("token already used");
    const auto certificate = s_.ca.SignAgent(request->csr_der(), found->second.host);
    if (!certificate.ok()) return ToGrpc(certificate.status());
    found->second.used = true;
    response->set_host(found->second.host);
    response->set_system("httt-1");
    response->set_certificate_pem(*certificate);
    response->set_ca_pem(s_.ca.CaPem());
    return grpc::Status::OK;
  }

 private:
  static grpc::Status Refusal(const std::string& why) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, why);
  }
  State& s_;
};

class FakeController::LinkService : public v1::AgentLink::Service {
 public:
  explicit LinkService(State* state) : s_(*state) {}

  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override {
    {
      std::lock_guard<std::mutex> lock(s_.mutex);
      if (!s_.refusal.ok()) {
        ++s_.seen.refusals;
        s_.changed.notify_all();
        return ToGrpc(s_.refusal);
      }
    }
    v1::AgentFrame first;
    if (!stream->Read(&first) || !first.has_hello()) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the first frame must be Hello");
    }
    {
      std::lock_guard<std::mutex> lock(s_.mutex);
      s_.stream = stream;
      s_.context = context;
      ++s_.seen.sessions;
      s_.seen.connected = true;
      s_.seen.hello = first.hello();
      Welcome();
      s_.SendWanted();
    }
    s_.changed.notify_all();
    v1::AgentFrame frame;
    while (stream->Read(&frame)) {
      const int64_t received_us = State::EngineNow();
      {
        std::unique_lock<std::mutex> lock(s_.mutex);
        Take(frame, received_us);
        s_.changed.notify_all();
        s_.changed.wait(lock, [&] { return s_.reading; });
      }
    }
    std::lock_guard<std::mutex> lock(s_.mutex);
    if (s_.stream == stream) {
      s_.stream = nullptr;
      s_.context = nullptr;
      s_.seen.connected = false;
    }
    s_.changed.notify_all();
    return ToGrpc(s_.refusal);
  }

 private:
  void Welcome() {
    v1::ControllerFrame frame;
    frame.mutable_welcome()->set_host("?");
    frame.mutable_welcome()->set_epoch(1);
    frame.mutable_welcome()->set_heartbeat_us(s_.timing.heartbeat_us);
    frame.mutable_welcome()->set_lease_us(s_.timing.lease_us);
    frame.mutable_welcome()->set_silence_us(s_.timing.silence_us);
    s_.stream->Write(frame);
  }

  void Take(const v1::AgentFrame& frame, int64_t received_us) {
    v1::ControllerFrame answer;
    if (frame.has_heartbeat()) {
      s_.seen.heartbeat = frame.heartbeat();
      v1::HeartbeatAck* ack = answer.mutable_heartbeat_ack();
      ack->set_number(frame.heartbeat().number());
      ack->set_t1_us(frame.heartbeat().t1_us());
      ack->set_t2_us(received_us);
      ack->set_t3_us(State::EngineNow());
    } else if (frame.has_outbox()) {
      uint64_t& last = s_.outbox[s_.seen.hello.outbox_id()];
      for (const v1::OutboxEntry& entry : frame.outbox().entries()) {
        if (entry.seq() <= last) {
          ++s_.seen.repeated;
          continue;
        }
        if (entry.seq() != last + 1) ++s_.seen.gaps;
        last = entry.seq();
        s_.seen.events.push_back(entry.event());
      }
      if (s_.hold_acks) return;
      answer.mutable_outbox_ack()->set_seq(last);
    } else if (frame.has_dry_run()) {
      s_.seen.dry_runs.push_back(frame.dry_run());
      return;
    }
    if (s_.stream != nullptr) s_.stream->Write(answer);
  }

  State& s_;
};

FakeController::FakeController(const std::string& directory, Timing timing)
    : state_(std::make_unique<State>(directory, timing)) {
  State& s = *state_;
  s.wanted.set_epoch(1);
  s.enrolment = std::make_unique<EnrolmentService>(&s);
  s.link = std::make_unique<LinkService>(&s);
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(
      "127.0.0.1:0",
      ServerTls(s.ca.CaPem(), s.server.key_pem, s.server.chain_pem, ClientCertificate::kNotAsked),
      &s.people_port);
  builder.RegisterService(s.enrolment.get());
  s.people_server = builder.BuildAndStart();
  DRILL_CHECK(s.people_server != nullptr);
  LinkUp();
}

FakeController::~FakeController() {
  LinkDown();
  state_->people_server->Shutdown(std::chrono::system_clock::now());
}

v1::EnrolmentToken FakeController::TokenMessageFor(absl::string_view host, Offer offer) {
  State& s = *state_;
  v1::EnrolmentToken token;
  token.set_secret(os::RandomBytes(32));
  token.set_ca_sha256(s.ca.CaSha256());
  token.set_people_address(people_address());
  token.set_agent_address(agent_address());
  token.add_owner_keys_pem(Must(PublicPem(s.owner_key)));
  token.set_signatures_required(1);
  std::lock_guard<std::mutex> lock(s.mutex);
  s.offers[token.secret()] = {std::string(host), offer, false};
  return token;
}

std::string FakeController::TokenFor(absl::string_view host, Offer offer) {
  return Base64UrlEncode(TokenMessageFor(host, offer).SerializeAsString());
}

std::string FakeController::people_address() const {
  return absl::StrCat("127.0.0.1:", state_->people_port);
}
std::string FakeController::agent_address() const {
  return absl::StrCat("127.0.0.1:", state_->link_port);
}

int FakeController::enrolled() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return static_cast<int>(std::count_if(state_->offers.begin(), state_->offers.end(),
                                        [](const auto& offer) { return offer.second.used; }));
}

void FakeController::LinkUp() {
  State& s = *state_;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMinMs);
  builder.AddListeningPort(
      absl::StrCat("127.0.0.1:", s.link_port),
      ServerTls(s.ca.CaPem(), s.server.key_pem, s.server.chain_pem, ClientCertificate::kRequired),
      &s.link_port);
  builder.RegisterService(s.link.get());
  s.link_server = builder.BuildAndStart();
  DRILL_CHECK(s.link_server != nullptr);
}

void FakeController::LinkDown() {
  State& s = *state_;
  if (s.link_server == nullptr) return;
  s.link_server->Shutdown(std::chrono::system_clock::now());
  s.link_server.reset();
}

void FakeController::Refuse(const absl::Status& status) {
  State& s = *state_;
  std::lock_guard<std::mutex> lock(s.mutex);
  s.refusal = status;
  if (!status.ok() && s.context != nullptr) s.context->TryCancel();
}

void FakeController::StopReading() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->reading = false;
}

void FakeController::GoOnReading() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->reading = true;
  }
  state_->changed.notify_all();
}

void FakeController::HoldOutboxAcks(bool hold) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->hold_acks = hold;
}

v1::Order FakeController::Plan(absl::string_view host, absl::string_view inject,
                               const std::string& action, int64_t in_us) {
  State& s = *state_;
  v1::Order order;
  order.mutable_id()->set_exercise(kExercise);
  order.mutable_id()->set_inject(std::string(inject));
  order.mutable_id()->set_host(std::string(host));
  order.mutable_id()->set_attempt(1);
  order.set_wanted(v1::WANTED_PLAY);
  order.set_action(action);
  order.set_scope_inject(std::string(inject));
  order.set_planned_us(Now() + in_us);
  std::lock_guard<std::mutex> lock(s.mutex);
  s.scope_entries[std::string(inject)] = Sha256(action);
  s.scope_hosts.insert(std::string(host));
  return order;
}

v1::Order FakeController::Direct(absl::string_view host, absl::string_view inject,
                                 const std::string& action) {
  v1::Order order = Plan(host, inject, action, 0);
  order.set_direct(true);
  return order;
}

void FakeController::SpoilScope(BadScope bad) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->bad = std::move(bad);
}

void FakeController::Want(std::vector<v1::Order> orders) {
  State& s = *state_;
  std::lock_guard<std::mutex> lock(s.mutex);
  s.wanted.set_generation(s.wanted.generation() + 1);
  *s.wanted.mutable_orders() = {orders.begin(), orders.end()};
  s.wanted.clear_scopes();
  if (!s.bad.left_out) *s.wanted.add_scopes() = s.Sign();
  s.SendWanted();
}

void FakeController::AskDryRun(const std::vector<v1::Order>& orders) {
  State& s = *state_;
  std::lock_guard<std::mutex> lock(s.mutex);
  v1::ControllerFrame frame;
  frame.mutable_dry_run()->set_exercise(kExercise);
  *frame.mutable_dry_run()->mutable_orders() = {orders.begin(), orders.end()};
  *frame.mutable_dry_run()->add_scopes() = s.Sign();
  DRILL_CHECK(s.stream != nullptr);
  s.stream->Write(frame);
}

int64_t FakeController::Now() const { return State::EngineNow(); }

uint64_t FakeController::generation() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->wanted.generation();
}

bool FakeController::Await(const std::function<bool(const Seen&)>& condition) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  return state_->changed.wait_for(lock, kPatience, [&] { return condition(state_->seen); });
}

FakeController::Seen FakeController::seen() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->seen;
}

std::vector<v1::OrderEventKind> FakeController::KindsOf(absl::string_view inject) const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  std::vector<v1::OrderEventKind> kinds;
  for (const v1::OrderEvent& event : state_->seen.events) {
    if (event.order().inject() == std::string(inject)) kinds.push_back(event.kind());
  }
  return kinds;
}

}  // namespace drill::testing
