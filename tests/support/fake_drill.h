#ifndef DRILL_TESTS_SUPPORT_FAKE_DRILL_H_
#define DRILL_TESTS_SUPPORT_FAKE_DRILL_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "drill/v1/api.grpc.pb.h"
#include "drill/v1/context.pb.h"

namespace drill::testing {

// Service Drill behind real TLS on a free port of 127.0.0.1, saying what a test has put into it.
//
// A call first takes the front of `fail`, if any; then checks the bearer token; then answers. Every
// Submit is kept. Answers are set before the first call and not changed after it.
class FakeDrill : private v1::Drill::Service {
 public:
  // One stream of a Watch: these events, then this status. The last script serves every later call.
  struct WatchScript {
    std::vector<v1::WatchEvent> events;
    grpc::Status status;
  };

  // `dir` is an empty directory for its certificates.
  explicit FakeDrill(const std::string& dir);
  ~FakeDrill() override;

  // What reaches it: address, CA, token.
  v1::Context context() const;

  void Fail(grpc::StatusCode code, const std::string& message, int times = 1);
  // From now on calls answer only after Release (or the destructor).
  void Hang();
  void Release();

  std::vector<v1::SubmitRequest> submitted() const;
  std::vector<v1::WatchRequest> watched() const;
  std::vector<v1::GetDeconflictionRequest> deconflicted() const;
  // Metadata "accept-language" of the last call.
  std::string language() const;

  v1::SubmitResponse submit_response;
  v1::Identity identity;
  v1::Register reg;
  v1::AgentList agents;
  v1::ScenarioList scenarios;
  v1::ExerciseList exercises;
  // One a call; the last serves every later call.
  std::vector<v1::ExerciseView> views;
  v1::ScopeOffer scope;
  v1::Inbox inbox;
  v1::Queue queue;
  v1::Scorecard score;
  v1::Document document;
  v1::DutyTable duty;
  v1::VerifyReport verify;
  v1::Deconfliction deconfliction;
  std::vector<WatchScript> watches;

 private:
  template <typename Message>
  grpc::Status Answer(grpc::ServerContext* context, const Message& from, Message* to);
  grpc::Status Enter(grpc::ServerContext* context);

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest*, v1::SubmitResponse*) override;
  grpc::Status WhoAmI(grpc::ServerContext*, const v1::WhoAmIRequest*, v1::Identity*) override;
  grpc::Status GetRegister(grpc::ServerContext*, const v1::GetRegisterRequest*,
                           v1::Register*) override;
  grpc::Status ListAgents(grpc::ServerContext*, const v1::ListAgentsRequest*,
                          v1::AgentList*) override;
  grpc::Status ListScenarios(grpc::ServerContext*, const v1::ListScenariosRequest*,
                             v1::ScenarioList*) override;
  grpc::Status ListExercises(grpc::ServerContext*, const v1::ListExercisesRequest*,
                             v1::ExerciseList*) override;
  grpc::Status GetExercise(grpc::ServerContext*, const v1::GetExerciseRequest*,
                           v1::ExerciseView*) override;
  grpc::Status GetScope(grpc::ServerContext*, const v1::GetScopeRequest*, v1::ScopeOffer*) override;
  grpc::Status GetInbox(grpc::ServerContext*, const v1::GetInboxRequest*, v1::Inbox*) override;
  grpc::Status GetQueue(grpc::ServerContext*, const v1::GetQueueRequest*, v1::Queue*) override;
  grpc::Status GetScore(grpc::ServerContext*, const v1::GetScoreRequest*, v1::Scorecard*) override;
  grpc::Status GetReport(grpc::ServerContext*, const v1::GetReportRequest*, v1::Document*) override;
  grpc::Status GetDuty(grpc::ServerContext*, const v1::GetDutyRequest*, v1::DutyTable*) override;
  grpc::Status GetDeconfliction(grpc::ServerContext*, const v1::GetDeconflictionRequest*,
                                v1::Deconfliction*) override;
  grpc::Status VerifyJournal(grpc::ServerContext*, const v1::VerifyJournalRequest*,
                             v1::VerifyReport*) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::WatchRequest*,
                     grpc::ServerWriter<v1::WatchEvent>*) override;

  const std::string token_;
  std::string ca_pem_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  mutable Mutex mutex_;
  std::condition_variable released_;
  bool hanging_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<grpc::Status> failures_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::SubmitRequest> submitted_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WatchRequest> watched_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::GetDeconflictionRequest> deconflicted_ ABSL_GUARDED_BY(mutex_);
  std::string language_ ABSL_GUARDED_BY(mutex_);
  size_t views_given_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_FAKE_DRILL_H_
