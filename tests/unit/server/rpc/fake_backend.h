#ifndef DRILL_TESTS_UNIT_SERVER_RPC_FAKE_BACKEND_H_
#define DRILL_TESTS_UNIT_SERVER_RPC_FAKE_BACKEND_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "server/rpc/backend.h"

namespace drill::testing {

// A Backend that notes what it is told and answers as it is set. Set members before the call that
// they answer; read them through WaitFor() or after the call has returned.
class FakeBackend : public Backend {
 public:
  struct Watching {
    std::string person;
    v1::WatchRequest request;
    std::shared_ptr<WatchSink> sink;
    int rooms = 0;
    int stops = 0;
  };
  struct Session {
    AgentPeer peer;
    std::shared_ptr<AgentSink> sink;
    std::vector<v1::AgentFrame> frames;
    std::vector<int64_t> received_us;
    int gone = 0;
  };

  // Waits until `met` holds, looking again after every call; false after half a minute.
  bool WaitFor(const std::function<bool()>& met);

  std::map<std::string, std::string> persons;  // by SHA-256 of the token
  // Left empty, the answer is held back in `held`.
  std::function<absl::StatusOr<v1::SubmitResponse>(const v1::SubmitRequest&)> on_submit;
  std::function<absl::StatusOr<QueryReply>(const QueryRequest&)> on_query;
  std::function<absl::StatusOr<v1::EnrolResponse>(const v1::EnrolRequest&)> on_enrol;
  absl::Status on_watch;  // not OK: watches are refused with it
  std::function<void(StreamId)> on_room;
  absl::Status on_agent;  // not OK: agents are refused with it
  bool takes_frames = true;
  // Called for each frame taken, with its session's sink.
  std::function<void(AgentSink&, const v1::AgentFrame&)> on_frame;

  std::vector<std::pair<std::string, v1::SubmitRequest>> submitted;
  std::vector<Done<v1::SubmitResponse>> held;
  std::vector<std::string> querying;  // persons
  std::map<StreamId, Watching> watches;
  std::map<StreamId, Session> sessions;

  // The only watch or session; the test fails unless there is exactly one.
  Watching& OnlyWatch();
  Session& OnlySession();

  absl::StatusOr<std::string> Authenticate(absl::string_view token_sha256) override;
  void Submit(std::string person, v1::SubmitRequest request,
              Done<v1::SubmitResponse> done) override;
  void Query(std::string person, QueryRequest request, Done<QueryReply> done) override;
  void StartWatch(StreamId watch, std::string person, v1::WatchRequest request,
                  std::shared_ptr<WatchSink> sink) override;
  void WatchRoom(StreamId watch) override;
  void StopWatch(StreamId watch) override;
  void Enrol(v1::EnrolRequest request, Done<v1::EnrolResponse> done) override;
  absl::Status AgentConnected(const AgentPeer& peer, std::shared_ptr<AgentSink> sink) override;
  bool AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us) override;
  void AgentGone(StreamId session) override;

 private:
  Mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_RPC_FAKE_BACKEND_H_
