#ifndef DRILL_SERVER_APP_BACKEND_H_
#define DRILL_SERVER_APP_BACKEND_H_

#include <string>

#include "drill/v1/duty.pb.h"
#include "server/app/workers.h"
#include "server/journal/blobs.h"
#include "server/journal/journal.h"
#include "server/loop/loop.h"
#include "server/pki/pki.h"
#include "server/rpc/backend.h"
#include "server/view/view.h"

namespace drill {

// The controller behind the network: writes go to the loop, reads to the view, long work to the
// workers, certificates are signed here. Thread-safe; owns nothing but its members.
class ControllerBackend : public Backend {
 public:
  struct Parts {
    Loop* loop;
    View* view;
    Journal* journal;
    BlobStore* blobs;
    Workers* workers;
    EngineClock* clock;
    const Ca* ca;
    v1::Obligations obligations;
    std::string version;
  };
  explicit ControllerBackend(Parts parts) : p_(std::move(parts)) {}

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
  void QueryWithFleet(std::string person, QueryRequest request, Done<QueryReply> done);
  void Report(std::string person, v1::GetReportRequest request, Done<QueryReply> done);
  void ExportFinal(std::string person, std::string id, Done<QueryReply> done);
  void Verify(const std::string& person, Done<QueryReply> done);
  void Simple(std::string person, QueryRequest request, Done<QueryReply> done);

  const Parts p_;
};

}  // namespace drill

#endif  // DRILL_SERVER_APP_BACKEND_H_
