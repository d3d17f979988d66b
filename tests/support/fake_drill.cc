#include "tests/support/fake_drill.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/keys/token.h"
#include "common/rpc/credentials.h"
#include "server/pki/pki.h"

namespace drill::testing {

FakeDrill::FakeDrill(const std::string& dir) : token_(TokenText(std::string(kTokenBytes, 't'))) {
  absl::StatusOr<Ca> ca = Ca::OpenOrCreate(dir);
  DRILL_CHECK(ca.ok());
  ca_pem_ = ca->CaPem();
  const absl::StatusOr<TlsIdentity> tls = ca->IssueServer({"127.0.0.1"});
  DRILL_CHECK(tls.ok());
  grpc::ServerBuilder builder;
  builder.AddListeningPort(
      "127.0.0.1:0", ServerTls(ca_pem_, tls->key_pem, tls->chain_pem, ClientCertificate::kNotAsked),
      &port_);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  DRILL_CHECK(server_ != nullptr && port_ != 0);
}

FakeDrill::~FakeDrill() {
  Release();
  server_->Shutdown();
  server_->Wait();
}

v1::Context FakeDrill::context() const {
  v1::Context context;
  context.set_address(absl::StrCat("127.0.0.1:", port_));
  context.set_ca_pem(ca_pem_);
  context.set_token(token_);
  return context;
}

void FakeDrill::Fail(grpc::StatusCode code, const std::string& message, int times) {
  MutexLock lock(mutex_);
  for (int i = 0; i < times; ++i) failures_.emplace_back(code, message);
}

void FakeDrill::Hang() {
  MutexLock lock(mutex_);
  hanging_ = true;
}

void FakeDrill::Release() {
  MutexLock lock(mutex_);
  hanging_ = false;
  released_.notify_all();
}

std::vector<v1::SubmitRequest> FakeDrill::submitted() const {
  MutexLock lock(mutex_);
  return submitted_;
}

std::vector<v1::WatchRequest> FakeDrill::watched() const {
  MutexLock lock(mutex_);
  return watched_;
}

std::string FakeDrill::language() const {
  MutexLock lock(mutex_);
  return language_;
}

grpc::Status FakeDrill::Enter(grpc::ServerContext* context) {
  MutexLock lock(mutex_);
  while (hanging_) lock.Wait(released_);
  const auto& metadata = context->client_metadata();
  const auto language = metadata.find("accept-language");
  language_ = language == metadata.end()
                  ? ""
                  : std::string(language->second.data(), language->second.size());
  if (!failures_.empty()) {
    const grpc::Status status = failures_.front();
    failures_.pop_front();
    return status;
  }
  const auto token = metadata.find("authorization");
  if (token == metadata.end() || token->second != absl::StrCat("Bearer ", token_)) {
    return {grpc::StatusCode::UNAUTHENTICATED, "no such token"};
  }
  return grpc::Status::OK;
}

template <typename Message>
grpc::Status FakeDrill::Answer(grpc::ServerContext* context, const Message& from, Message* to) {
  const grpc::Status status = Enter(context);
  if (status.ok()) *to = from;
  return status;
}

grpc::Status FakeDrill::Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                               v1::SubmitResponse* response) {
  {
    MutexLock lock(mutex_);
    submitted_.push_back(*request);
  }
  return Answer(context, submit_response, response);
}

grpc::Status FakeDrill::WhoAmI(grpc::ServerContext* c, const v1::WhoAmIRequest*, v1::Identity* r) {
  return Answer(c, identity, r);
}
grpc::Status FakeDrill::GetRegister(grpc::ServerContext* c, const v1::GetRegisterRequest*,
                                    v1::Register* r) {
  return Answer(c, reg, r);
}
grpc::Status FakeDrill::ListAgents(grpc::ServerContext* c, const v1::ListAgentsRequest*,
                                   v1::AgentList* r) {
  return Answer(c, agents, r);
}
grpc::Status FakeDrill::ListScenarios(grpc::ServerContext* c, const v1::ListScenariosRequest*,
                                      v1::ScenarioList* r) {
  return Answer(c, scenarios, r);
}
grpc::Status FakeDrill::ListExercises(grpc::ServerContext* c, const v1::ListExercisesRequest*,
                                      v1::ExerciseList* r) {
  return Answer(c, exercises, r);
}
grpc::Status FakeDrill::GetExercise(grpc::ServerContext* c, const v1::GetExerciseRequest*,
                                    v1::ExerciseView* r) {
  const grpc::Status status = Enter(c);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  if (views.empty()) return {grpc::StatusCode::NOT_FOUND, "no such exercise"};
  *r = views[std::min(views_given_++, views.size() - 1)];
  return grpc::Status::OK;
}
grpc::Status FakeDrill::GetScope(grpc::ServerContext* c, const v1::GetScopeRequest*,
                                 v1::ScopeOffer* r) {
  return Answer(c, scope, r);
}
grpc::Status FakeDrill::GetInbox(grpc::ServerContext* c, const v1::GetInboxRequest*, v1::Inbox* r) {
  return Answer(c, inbox, r);
}
grpc::Status FakeDrill::GetQueue(grpc::ServerContext* c, const v1::GetQueueRequest*, v1::Queue* r) {
  return Answer(c, queue, r);
}
grpc::Status FakeDrill::GetScore(grpc::ServerContext* c, const v1::GetScoreRequest*,
                                 v1::Scorecard* r) {
  return Answer(c, score, r);
}
grpc::Status FakeDrill::GetReport(grpc::ServerContext* c, const v1::GetReportRequest*,
                                  v1::Document* r) {
  return Answer(c, document, r);
}
grpc::Status FakeDrill::GetDuty(grpc::ServerContext* c, const v1::GetDutyRequest*,
                                v1::DutyTable* r) {
  return Answer(c, duty, r);
}
std::vector<v1::GetDeconflictionRequest> FakeDrill::deconflicted() const {
  MutexLock lock(mutex_);
  return deconflicted_;
}
grpc::Status FakeDrill::GetDeconfliction(grpc::ServerContext* c,
                                         const v1::GetDeconflictionRequest* request,
                                         v1::Deconfliction* to) {
  {
    MutexLock lock(mutex_);
    deconflicted_.push_back(*request);
  }
  return Answer(c, deconfliction, to);
}
grpc::Status FakeDrill::VerifyJournal(grpc::ServerContext* c, const v1::VerifyJournalRequest*,
                                      v1::VerifyReport* r) {
  return Answer(c, verify, r);
}

grpc::Status FakeDrill::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                              grpc::ServerWriter<v1::WatchEvent>* writer) {
  if (const grpc::Status status = Enter(context); !status.ok()) return status;
  WatchScript script;
  {
    MutexLock lock(mutex_);
    if (!watches.empty()) script = watches[std::min(watched_.size(), watches.size() - 1)];
    watched_.push_back(*request);
  }
  for (const v1::WatchEvent& event : script.events) {
    if (!writer->Write(event)) break;  // the client has seen enough
  }
  return script.status;
}

}  // namespace drill::testing
