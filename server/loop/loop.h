#ifndef DRILL_SERVER_LOOP_LOOP_H_
#define DRILL_SERVER_LOOP_LOOP_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "common/base/mailbox.h"
#include "core/exercise/engine.h"
#include "server/journal/journal.h"
#include "server/loop/engine_clock.h"
#include "server/rpc/backend.h"
#include "server/view/view.h"

namespace drill {

// Priority of what waits for the loop: control > agents > people > sensors.
enum class Lane : size_t { kControl, kAgents, kPeople, kSensors };

struct LoopOptions {
  std::string version;
  ScoreFunction score = nullptr;
  size_t control_max = 1'000;
  size_t agents_max = 100'000;
  size_t people_max = 10'000;
  size_t sensors_max = 10'000;
  size_t batch_max = 1'000;  // inputs a transaction
};

// The engine thread: the one owner of the engine. Takes inputs from the mailbox, decides, makes
// each batch durable in one transaction, and only then answers, publishes and sends.
//
// A batch that cannot be made durable is thrown away with the state, which is read again from the
// journal; those inputs are answered Unavailable. Stops and pauses are sent to the hosts all the
// same and journalled as soon as there is room.
class Loop {
 public:
  Loop(LoopOptions options, Journal* journal, View* view, EngineClock* clock);
  ~Loop() { Stop(); }

  // Folds the journal, starts the view with it and records that this run began; the thread then
  // runs.
  // DataLoss: the journal does not fold.
  absl::Status Start();
  // Answers what was taken, then ends.
  void Stop();

  // Any thread; never blocks. Every `done` is called exactly once, on the loop thread, or at once
  // with ResourceExhausted when the lane is full.
  void Submit(PersonCommand command, Done<v1::SubmitResponse> done);
  void Enrol(AgentEnrolment enrolment, Done<v1::EnrolResponse> done);
  void Boot(Bootstrap bootstrap, std::function<void(absl::Status)> done);
  // What the sink received. NotFound, FailedPrecondition: of no order in play; not recorded.
  void Received(SinkContact contact, std::function<void(absl::Status)> done);
  // The controller's signature over a final. Fire and forget: without it the next start signs.
  void Signed(FinalSignature signature);
  // Called on the loop thread once a final is durable. Before the first command can come.
  void SignFinalsWith(std::function<void(const std::string& exercise, uint64_t stream_seq)> sign) {
    sign_final_ = std::move(sign);
  }
  // What agents are told about the sink. Before the first one can connect.
  void OfferSink(v1::SinkPorts ports) { sink_ = std::move(ports); }
  // Runs on the loop thread, between batches.
  bool Read(std::function<void(const Engine&, int64_t now_us)> work);

  absl::Status AgentConnected(const AgentPeer& peer, std::shared_ptr<AgentSink> sink);
  bool AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us);
  void AgentGone(StreamId session);

 private:
  struct Connect {
    AgentPeer peer;
    std::shared_ptr<AgentSink> sink;
  };
  struct Frame {
    StreamId session;
    v1::AgentFrame frame;
    int64_t received_us;
  };
  struct Gone {
    StreamId session;
  };
  struct Command {
    PersonCommand command;
    Done<v1::SubmitResponse> done;
  };
  struct Other {
    Input input;
    std::function<void(absl::StatusOr<Decision>)> done;
  };
  using ReadWork = std::function<void(const Engine&, int64_t)>;
  using Item = std::variant<Connect, Frame, Gone, Command, Other, ReadWork>;

  struct Session {
    std::string host;
    std::shared_ptr<AgentSink> sink;
    std::string outbox_id;
    uint64_t outbox_seq = 0;  // last received in this session
    bool hello = false;
  };
  // What waits for the batch to be durable.
  struct Waiting {
    std::function<void(const absl::Status&)> settle;
    std::optional<PersonCommand> urgent;  // stop, pause, REAL INCIDENT
  };

  absl::StatusOr<std::unique_ptr<Engine>> Replay();
  void Run();
  void RunBatch(std::vector<Item> items);
  void Take(Item& item, int64_t now_us);
  void TakeConnect(Connect& connect, int64_t now_us);
  void TakeFrame(Frame& frame, int64_t now_us);
  void TakeHello(StreamId id, const v1::Hello& hello, int64_t now_us);
  void TakeGone(StreamId session, int64_t now_us);
  void TakeCommand(Command& command, int64_t now_us);
  void TakeOther(Other& other, int64_t now_us);
  void HandleEvents(StreamId id, const v1::OutboxBatch& batch, int64_t now_us);
  void AskDryRuns(const Decision& decision);
  absl::Status Commit(int64_t now_us);
  absl::Status Append(const std::vector<Stamped>& batch);
  void Reload();
  void SendDesired(int64_t now_us);
  void Push(StreamId session, v1::ControllerFrame frame);
  void RetryUnrecorded(int64_t now_us);
  void CheckClock(int64_t now_us);

  const LoopOptions options_;
  Journal* const journal_;
  View* const view_;
  EngineClock* const clock_;
  Mailbox<Item, 4> mailbox_;
  std::thread thread_;
  v1::SinkPorts sink_;  // constant once agents may connect
  std::function<void(const std::string&, uint64_t)> sign_final_;  // the same

  // Loop thread only.
  std::unique_ptr<Engine> engine_;
  absl::btree_map<StreamId, Session> sessions_;
  std::vector<Waiting> pending_;
  std::vector<PersonCommand> unrecorded_;  // urgent commands to be journalled once there is room
  int64_t next_second_us_ = 0;

  Mutex keys_mutex_;
  // host → key id, for refusing replaced certificates on gRPC's threads.
  absl::btree_map<std::string, std::string> agent_keys_ ABSL_GUARDED_BY(keys_mutex_);
};

}  // namespace drill

#endif  // DRILL_SERVER_LOOP_LOOP_H_
