#include "cli/client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/api.grpc.pb.h"

namespace drill::cli {
namespace {

constexpr char kFromController[] = "drill.cli/from-controller";
// How often a watcher's OnTick is called.
constexpr int64_t kTickUs = 200'000;
// One connection may take this long, in gRPC the "minimal back-off": a controller to which ten
// thousand agents return at once is slow to shake hands, and giving up early makes it begin again.
constexpr int kConnectMs = 10'000;
// A watch's stream is made anew at the cursor after so long: no call is without a deadline.
constexpr int64_t kStreamLifeUs = int64_t{3600} * 1'000'000;

absl::Status ToStatus(const grpc::Status& status) {
  absl::Status result = FromGrpc(status);
  if (!result.ok()) result.SetPayload(kFromController, absl::Cord());
  return result;
}

gpr_timespec In(int64_t us) { return gpr_time_from_micros(us, GPR_TIMESPAN); }

}  // namespace

bool FromController(const absl::Status& status) {
  return status.GetPayload(kFromController).has_value();
}

struct Client::Wire {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Drill::Stub> stub;
  Client* client = nullptr;

  void Prepare(grpc::ClientContext* context, int64_t us) const {
    context->set_deadline(In(us));
    context->AddMetadata("authorization", client->authorization_);
    context->AddMetadata("accept-language", std::string(LanguageCode(client->options_.language)));
  }

  void Pause(int attempt, int64_t left_us) const {
    const int64_t pause = std::min(kPauseMaxUs, kFirstPauseUs << std::min(attempt, 10));
    const int64_t us = std::min(pause, left_us);
    client->options_.sleep ? client->options_.sleep(us) : os::SleepMicros(us);
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::Drill::Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                                const Request& request) const {
    const int64_t until = os::MonotonicMicros() + client->options_.timeout_us;
    absl::Status last;
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
      const int64_t left = until - os::MonotonicMicros();
      if (left <= 0) break;
      grpc::ClientContext context;
      Prepare(&context, left);
      Response response;
      last = ToStatus((stub.get()->*method)(&context, request, &response));
      if (last.ok()) return response;
      if (!absl::IsUnavailable(last)) return last;
      if (attempt + 1 < kAttemptsMax) Pause(attempt, until - os::MonotonicMicros());
    }
    return last;
  }

  // One stream. OK with *done: enough, or closed by the controller.
  absl::Status Follow(const v1::WatchRequest& request, int64_t until, Watcher& watcher,
                      uint64_t* cursor, bool* done) const;
};

Client::Client(const v1::Context& context, Options options)
    : options_(std::move(options)),
      authorization_(absl::StrCat("Bearer ", context.token())),
      wire_(std::make_unique<Wire>()) {
  grpc::ChannelArguments arguments = ClientArguments(kReplyBytesMax);
  // Our own retries ask again sooner than gRPC's channel would look again by itself.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // Nothing but the context file decides where the token goes.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  wire_->channel =
      grpc::CreateCustomChannel(context.address(), ClientTls(context.ca_pem()), arguments);
  wire_->stub = v1::Drill::NewStub(wire_->channel);
  wire_->client = this;
}

Client::~Client() = default;

absl::StatusOr<std::unique_ptr<Client>> Client::Make(const v1::Context& context, Options options) {
  std::vector<std::string> missing;
  if (context.address().empty()) missing.push_back("address");
  if (context.ca_pem().empty()) missing.push_back("ca_pem");
  if (context.token().empty()) missing.push_back("token");
  if (!missing.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("missing: ", absl::StrJoin(missing, ", ")));
  }
  return std::unique_ptr<Client>(new Client(context, std::move(options)));
}

absl::StatusOr<v1::SubmitResponse> Client::Submit(const v1::Command& command) {
  v1::SubmitRequest request;
  request_id_ = options_.request_id.empty() ? os::RandomId() : options_.request_id;
  request.set_request_id(request_id_);
  *request.mutable_command() = command;
  const size_t bytes = request.ByteSizeLong();
  if (bytes > kRequestBytesMax) {
    return absl::ResourceExhaustedError(
        Say(options_.language, Msg::kFailedTooLarge, bytes, kRequestBytesMax));
  }
  return wire_->Call(&v1::Drill::Stub::Submit, request);
}

absl::StatusOr<v1::Identity> Client::WhoAmI() {
  return wire_->Call(&v1::Drill::Stub::WhoAmI, v1::WhoAmIRequest());
}
absl::StatusOr<v1::Register> Client::GetRegister() {
  return wire_->Call(&v1::Drill::Stub::GetRegister, v1::GetRegisterRequest());
}
absl::StatusOr<v1::AgentList> Client::ListAgents() {
  return wire_->Call(&v1::Drill::Stub::ListAgents, v1::ListAgentsRequest());
}
absl::StatusOr<v1::ScenarioList> Client::ListScenarios() {
  return wire_->Call(&v1::Drill::Stub::ListScenarios, v1::ListScenariosRequest());
}
absl::StatusOr<v1::ExerciseList> Client::ListExercises() {
  return wire_->Call(&v1::Drill::Stub::ListExercises, v1::ListExercisesRequest());
}

namespace {
template <typename Request>
Request About(absl::string_view exercise) {
  Request request;
  request.set_exercise(std::string(exercise));
  return request;
}
}  // namespace

absl::StatusOr<v1::ExerciseView> Client::GetExercise(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetExercise, About<v1::GetExerciseRequest>(exercise));
}
absl::StatusOr<v1::ScopeOffer> Client::GetScope(const v1::GetScopeRequest& request) {
  return wire_->Call(&v1::Drill::Stub::GetScope, request);
}
absl::StatusOr<v1::Inbox> Client::GetInbox(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetInbox, About<v1::GetInboxRequest>(exercise));
}
absl::StatusOr<v1::Queue> Client::GetQueue(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetQueue, About<v1::GetQueueRequest>(exercise));
}
absl::StatusOr<v1::MarkSheet> Client::GetMarks(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetMarks, About<v1::GetMarksRequest>(exercise));
}
absl::StatusOr<v1::SurveySummary> Client::GetSurvey(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetSurvey, About<v1::GetSurveyRequest>(exercise));
}
absl::StatusOr<v1::Scorecard> Client::GetScore(absl::string_view exercise) {
  return wire_->Call(&v1::Drill::Stub::GetScore, About<v1::GetScoreRequest>(exercise));
}
absl::StatusOr<v1::Document> Client::GetReport(const v1::GetReportRequest& request) {
  return wire_->Call(&v1::Drill::Stub::GetReport, request);
}
absl::StatusOr<v1::Deconfliction> Client::GetDeconfliction(
    const v1::GetDeconflictionRequest& request) {
  return wire_->Call(&v1::Drill::Stub::GetDeconfliction, request);
}
absl::StatusOr<v1::DutyTable> Client::GetDuty(int32_t year) {
  v1::GetDutyRequest request;
  request.set_year(year);
  return wire_->Call(&v1::Drill::Stub::GetDuty, request);
}
absl::StatusOr<v1::VerifyReport> Client::VerifyJournal() {
  return wire_->Call(&v1::Drill::Stub::VerifyJournal, v1::VerifyJournalRequest());
}

// An asynchronous stream on its own queue, driven by this thread alone: the only way to be woken
// while nothing comes, so that a clock on the screen goes on.
absl::Status Client::Wire::Follow(const v1::WatchRequest& request, int64_t until, Watcher& watcher,
                                  uint64_t* cursor, bool* done) const {
  enum : intptr_t { kStart = 1, kRead, kFinish };
  const auto tag = [](intptr_t value) { return reinterpret_cast<void*>(value); };
  grpc::ClientContext context;
  Prepare(&context, std::min(kStreamLifeUs, until - os::MonotonicMicros()));
  grpc::CompletionQueue queue;
  v1::WatchEvent event;
  grpc::Status status;
  auto reader = stub->AsyncWatch(&context, request, &queue, tag(kStart));

  *done = false;
  bool over = false;
  while (!over) {
    void* what = nullptr;
    bool ok = false;
    const auto next = queue.AsyncNext(&what, &ok, In(kTickUs));
    DRILL_CHECK(next != grpc::CompletionQueue::SHUTDOWN);
    if (next == grpc::CompletionQueue::TIMEOUT) {
      if (!*done && !watcher.OnTick()) *done = true, context.TryCancel();
      continue;
    }
    if (what == tag(kFinish)) {
      over = true;
    } else if (!ok) {
      reader->Finish(&status, tag(kFinish));
    } else {
      if (what == tag(kRead) && !*done) {
        *cursor = std::max<uint64_t>(*cursor, event.cursor());
        if (!watcher.OnEvent(event)) *done = true, context.TryCancel();
      }
      reader->Read(&event, tag(kRead));
    }
  }
  queue.Shutdown();
  if (*done) return absl::OkStatus();
  *done = status.ok();
  return ToStatus(status);
}

absl::Status Client::Watch(absl::string_view exercise, uint64_t cursor, int64_t limit_us,
                           Watcher& watcher) {
  const int64_t until = limit_us == 0 ? INT64_MAX : os::MonotonicMicros() + limit_us;
  v1::WatchRequest request;
  request.set_exercise(std::string(exercise));
  int breaks = 0;
  while (true) {
    const uint64_t before = cursor;
    request.set_cursor(cursor);
    bool done = false;
    const absl::Status status = wire_->Follow(request, until, watcher, &cursor, &done);
    if (done) return absl::OkStatus();
    if (os::MonotonicMicros() >= until) {
      return absl::DeadlineExceededError("the watch's time is over");
    }
    const bool again =
        absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsDeadlineExceeded(status);
    if (!again) return status;
    breaks = cursor == before ? breaks + 1 : 0;
    if (breaks >= kWatchAttemptsMax) return status;
    if (absl::IsUnavailable(status)) watcher.OnLost(status);
    wire_->Pause(breaks, until - os::MonotonicMicros());
  }
}

}  // namespace drill::cli
