#ifndef DRILL_SERVER_RPC_BACKEND_H_
#define DRILL_SERVER_RPC_BACKEND_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"
#include "drill/v1/api.pb.h"

// The seam between the network and the engine: server/rpc calls a Backend, server/app is one. What
// is on the wire stays on this side; who may do what, and what it means, on the other.
namespace drill {

// Numbers a stream (an agent's session, a person's watch) within this process; never used twice.
using StreamId = uint64_t;

// The reads of service Drill, and their answers in the same order.
using QueryRequest =
    std::variant<v1::WhoAmIRequest, v1::GetRegisterRequest, v1::ListAgentsRequest,
                 v1::ListScenariosRequest, v1::ListExercisesRequest, v1::GetExerciseRequest,
                 v1::GetScopeRequest, v1::GetInboxRequest, v1::GetQueueRequest, v1::GetScoreRequest,
                 v1::GetReportRequest, v1::GetDutyRequest, v1::VerifyJournalRequest,
                 v1::GetDeconflictionRequest, v1::GetMarksRequest, v1::GetAlertsRequest,
                 v1::GetSurveyRequest>;
using QueryReply =
    std::variant<v1::Identity, v1::Register, v1::AgentList, v1::ScenarioList, v1::ExerciseList,
                 v1::ExerciseView, v1::ScopeOffer, v1::Inbox, v1::Queue, v1::Scorecard,
                 v1::Document, v1::DutyTable, v1::VerifyReport, v1::Deconfliction, v1::MarkSheet,
                 v1::AlertList, v1::SurveySummary>;

// Called exactly once, on any thread, also long after the caller has gone.
template <typename Reply>
using Done = std::function<void(absl::StatusOr<Reply>)>;

// The engine's end of one person's watch. Any thread; never blocks; may be kept after the stream
// has ended and after the server is gone.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  // The same event may be pushed to many sinks. False: the stream is over, by the peer or because
  // this event found the queue full (kWatchQueueMessages, kWatchQueueBytes): the reader is told
  // ABORTED and calls again with its last cursor. Backend::StopWatch() follows.
  virtual bool Push(std::shared_ptr<const v1::WatchEvent> event) = 0;
  // Whether an event of this size would be taken now. False asks for one Backend::WatchRoom() when
  // the reader has caught up with half of the queue: how to send a long past without overflow.
  virtual bool HasRoom(size_t bytes) = 0;
  // OK: sends what is queued, then ends. An error drops what is queued.
  virtual void Close(const absl::Status& status) = 0;
};

// The engine's end of one agent's session; as WatchSink.
class AgentSink {
 public:
  virtual ~AgentSink() = default;
  // A desired set and an outbox acknowledgement replace an unsent older one of this session.
  // False: the session is over; an agent that stopped reading is told RESOURCE_EXHAUSTED and
  // connects again.
  virtual bool Push(std::shared_ptr<const v1::ControllerFrame> frame) = 0;
  virtual void Close(const absl::Status& status) = 0;
};

// Who is at the other end of an agent's session, from its verified client certificate.
struct AgentPeer {
  StreamId session = 0;
  std::string host;        // common name
  std::string key_sha256;  // KeyIdOfCertificatePem(): compare with AgentEnrolled.key_sha256
  std::string address;     // as gRPC prints it ("ipv4:10.0.0.7:51234"); for logs
};

// Called on gRPC's threads, many at a time: implementations are thread-safe and never block, as
// two threads serve every stream of the process. Calls about one stream come one after another,
// its StopWatch() or AgentGone() last. Must outlive the RpcServer.
class Backend {
 public:
  virtual ~Backend() = default;

  // The person whose token has this hash. Answers from the view's copy, at once.
  // Unauthenticated: unknown, revoked or expired token, or the person is not active.
  virtual absl::StatusOr<std::string> Authenticate(absl::string_view token_sha256) = 0;

  // `person` was authenticated; what it may do is decided behind this line. In the answer to
  // issue_enrolment, ca_sha256 and the addresses are filled in by server/rpc.
  virtual void Submit(std::string person, v1::SubmitRequest request,
                      Done<v1::SubmitResponse> done) = 0;
  // The reply holds the alternative at the request's index; another one is an Internal error.
  virtual void Query(std::string person, QueryRequest request, Done<QueryReply> done) = 0;

  // Refuse with sink->Close(PermissionDenied or NotFound).
  virtual void StartWatch(StreamId watch, std::string person, v1::WatchRequest request,
                          std::shared_ptr<WatchSink> sink) = 0;
  virtual void WatchRoom(StreamId watch) = 0;
  virtual void StopWatch(StreamId watch) = 0;

  // Nobody is authenticated here but by the one-time secret in the request.
  virtual void Enrol(v1::EnrolRequest request, Done<v1::EnrolResponse> done) = 0;

  // A session is over for the engine when this is refused, when a Push returns false, when it
  // calls Close, or when AgentGone() comes, whichever is first. AgentGone() comes once for every
  // session that was not refused here, and may be late: a peer that vanished without a word is
  // noticed by keepalive only.
  // PermissionDenied: the host is unknown or its certificate was replaced.
  virtual absl::Status AgentConnected(const AgentPeer& peer, std::shared_ptr<AgentSink> sink) = 0;
  // `received_us`: engine time at which the frame was read. False: no space for it; the session is
  // closed RESOURCE_EXHAUSTED and the agent sends it again in its next one.
  virtual bool AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us) = 0;
  virtual void AgentGone(StreamId session) = 0;
};

}  // namespace drill

#endif  // DRILL_SERVER_RPC_BACKEND_H_
