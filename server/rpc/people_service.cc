#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/keys/token.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "common/rpc/write_queue.h"
#include "drill/v1/agent.grpc.pb.h"
#include "drill/v1/api.grpc.pb.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_call.h"

namespace drill {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Who calls, by the bearer token in the metadata.
absl::StatusOr<std::string> Person(const Context& context, Backend* backend) {
  const auto& metadata = context.client_metadata();
  if (metadata.count("authorization") != 1) {
    return absl::UnauthenticatedError(
        "one \"authorization: Bearer drl_...\" with your personal token is needed");
  }
  const grpc::string_ref header = metadata.find("authorization")->second;
  const absl::StatusOr<std::string> hash =
      BearerTokenSha256(absl::string_view(header.data(), header.size()));
  if (!hash.ok()) return absl::UnauthenticatedError(hash.status().message());
  return backend->Authenticate(*hash);
}

// One person's watch. Held by gRPC (self_) until OnDone(), and by the engine as its sink.
class WatchStream final : public grpc::ServerWriteReactor<v1::WatchEvent>,
                          public WatchSink,
                          public OpenStream,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(Backend* backend, OpenStreams* streams)
      : backend_(backend),
        streams_(streams),
        id_(streams->NextId()),
        queue_({kWatchQueueMessages, kWatchQueueBytes},
               {.start = [this](const v1::WatchEvent* event) { StartWrite(event); },
                .finish = [this](const absl::Status& status) { Finish(ToGrpc(status)); },
                .room = [this] { backend_->WatchRoom(id_); }}) {}

  void Begin(absl::StatusOr<std::string> person, const v1::WatchRequest& request) {
    self_ = shared_from_this();
    if (!person.ok()) {
      queue_.Close(person.status());
      return;
    }
    started_ = true;
    backend_->StartWatch(id_, *std::move(person), request, self_);
    streams_->Add(id_, self_);
  }

  bool Push(std::shared_ptr<const v1::WatchEvent> event) override {
    const size_t bytes = event->ByteSizeLong();
    return queue_.Push(std::move(event), bytes,
                       absl::AbortedError("this watch reads more slowly than the exercise goes; "
                                          "call again with the last cursor"));
  }
  bool HasRoom(size_t bytes) override { return queue_.HasRoom(bytes); }
  void Close(const absl::Status& status) override {
    status.ok() ? queue_.CloseAfterSending(status) : queue_.Close(status);
  }

  void OnWriteDone(bool ok) override { queue_.OnWriteDone(ok); }
  void OnCancel() override { queue_.Close(absl::CancelledError("the caller has gone")); }
  void OnDone() override {
    streams_->Remove(id_);
    if (started_) backend_->StopWatch(id_);
    std::shared_ptr<WatchStream>(std::move(self_)).reset();
  }

 private:
  Backend* const backend_;
  OpenStreams* const streams_;
  const StreamId id_;
  WriteQueue<v1::WatchEvent> queue_;
  bool started_ = false;  // set before gRPC knows the reactor
  std::shared_ptr<WatchStream> self_;
};

class DrillService final : public v1::Drill::CallbackService {
 public:
  DrillService(Backend* backend, OpenStreams* streams, std::function<Contact()> contact)
      : backend_(backend), streams_(streams), contact_(std::move(contact)) {}

  Reactor* Submit(Context* context, const v1::SubmitRequest* request,
                  v1::SubmitResponse* reply) override {
    auto call = UnaryCall<v1::SubmitResponse>::Begin(reply);
    absl::StatusOr<std::string> person = Person(*context, backend_);
    if (!person.ok()) {
      call->Answer(person.status());
      return call.get();
    }
    backend_->Submit(*std::move(person), *request,
                     [call, contact = contact_](absl::StatusOr<v1::SubmitResponse> answer) {
                       if (answer.ok() && answer->has_enrolment()) {
                         const Contact here = contact();
                         answer->mutable_enrolment()->set_ca_sha256(here.ca_sha256);
                         answer->mutable_enrolment()->set_people_address(here.people_address);
                         answer->mutable_enrolment()->set_agent_address(here.agent_address);
                       }
                       call->Answer(std::move(answer));
                     });
    return call.get();
  }

  Reactor* WhoAmI(Context* c, const v1::WhoAmIRequest* q, v1::Identity* a) override {
    return Read(c, q, a);
  }
  Reactor* GetRegister(Context* c, const v1::GetRegisterRequest* q, v1::Register* a) override {
    return Read(c, q, a);
  }
  Reactor* ListAgents(Context* c, const v1::ListAgentsRequest* q, v1::AgentList* a) override {
    return Read(c, q, a);
  }
  Reactor* ListScenarios(Context* c, const v1::ListScenariosRequest* q,
                         v1::ScenarioList* a) override {
    return Read(c, q, a);
  }
  Reactor* ListExercises(Context* c, const v1::ListExercisesRequest* q,
                         v1::ExerciseList* a) override {
    return Read(c, q, a);
  }
  Reactor* GetExercise(Context* c, const v1::GetExerciseRequest* q, v1::ExerciseView* a) override {
    return Read(c, q, a);
  }
  Reactor* GetScope(Context* c, const v1::GetScopeRequest* q, v1::ScopeOffer* a) override {
    return Read(c, q, a);
  }
  Reactor* GetInbox(Context* c, const v1::GetInboxRequest* q, v1::Inbox* a) override {
    return Read(c, q, a);
  }
  Reactor* GetQueue(Context* c, const v1::GetQueueRequest* q, v1::Queue* a) override {
    return Read(c, q, a);
  }
  Reactor* GetScore(Context* c, const v1::GetScoreRequest* q, v1::Scorecard* a) override {
    return Read(c, q, a);
  }
  Reactor* GetReport(Context* c, const v1::GetReportRequest* q, v1::Document* a) override {
    return Read(c, q, a);
  }
  Reactor* GetDuty(Context* c, const v1::GetDutyRequest* q, v1::DutyTable* a) override {
    return Read(c, q, a);
  }
  Reactor* GetDeconfliction(Context* c, const v1::GetDeconflictionRequest* q,
                            v1::Deconfliction* a) override {
    return Read(c, q, a);
  }
  Reactor* GetMarks(Context* c, const v1::GetMarksRequest* q, v1::MarkSheet* a) override {
    return Read(c, q, a);
  }
  Reactor* GetAlerts(Context* c, const v1::GetAlertsRequest* q, v1::AlertList* a) override {
    return Read(c, q, a);
  }
  Reactor* GetSurvey(Context* c, const v1::GetSurveyRequest* q, v1::SurveySummary* a) override {
    return Read(c, q, a);
  }
  Reactor* VerifyJournal(Context* c, const v1::VerifyJournalRequest* q,
                         v1::VerifyReport* a) override {
    return Read(c, q, a);
  }

  grpc::ServerWriteReactor<v1::WatchEvent>* Watch(Context* context,
                                                  const v1::WatchRequest* request) override {
    auto stream = std::make_shared<WatchStream>(backend_, streams_);
    stream->Begin(Person(*context, backend_), *request);
    return stream.get();
  }

 private:
  template <typename Request, typename Reply>
  Reactor* Read(Context* context, const Request* request, Reply* reply) {
    auto call = UnaryCall<Reply>::Begin(reply);
    absl::StatusOr<std::string> person = Person(*context, backend_);
    if (!person.ok()) {
      call->Answer(person.status());
      return call.get();
    }
    backend_->Query(*std::move(person), *request, [call](absl::StatusOr<QueryReply> answer) {
      if (!answer.ok()) return call->Answer(answer.status());
      Reply* typed = std::get_if<Reply>(&*answer);
      if (typed == nullptr) {
        return call->Answer(absl::InternalError("the answer is not of the question's kind"));
      }
      call->Answer(std::move(*typed));
    });
    return call.get();
  }

  Backend* const backend_;
  OpenStreams* const streams_;
  const std::function<Contact()> contact_;
};

class EnrolmentService final : public v1::Enrolment::CallbackService {
 public:
  explicit EnrolmentService(Backend* backend) : backend_(backend) {}

  Reactor* Enrol(Context*, const v1::EnrolRequest* request, v1::EnrolResponse* reply) override {
    auto call = UnaryCall<v1::EnrolResponse>::Begin(reply);
    backend_->Enrol(*request, [call](absl::StatusOr<v1::EnrolResponse> answer) {
      call->Answer(std::move(answer));
    });
    return call.get();
  }

 private:
  Backend* const backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDrillService(Backend* backend, OpenStreams* streams,
                                                std::function<Contact()> contact) {
  return std::make_unique<DrillService>(backend, streams, std::move(contact));
}

std::unique_ptr<grpc::Service> MakeEnrolmentService(Backend* backend) {
  return std::make_unique<EnrolmentService>(backend);
}

}  // namespace drill
