#ifndef DRILL_SERVER_VIEW_VIEW_H_
#define DRILL_SERVER_VIEW_VIEW_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/btree_map.h"
#include "common/base/mailbox.h"
#include "common/base/mutex.h"
#include "core/exercise/engine.h"
#include "server/journal/journal.h"
#include "server/rpc/backend.h"

namespace drill {

// A durable batch, shared by everyone who reads it.
using Batch = std::shared_ptr<const std::vector<Stamped>>;

// The query thread: folds committed batches into a state of its own, answers reads from it and
// feeds watchers. Nothing that is not durable is ever seen here.
class View {
 public:
  // `journal` must outlive the view.
  explicit View(Journal* journal) : journal_(journal), mailbox_({kWorkMax}) {}
  ~View() { Stop(); }

  // Once, before the first batch, with the fold of all that is durable.
  void Start(State state);
  void Stop();

  // Any thread. Batches in journal order. A batch is never refused.
  void Publish(Batch batch);
  // Runs on the view thread with the state. False: too many reads wait.
  bool Read(std::function<void(const State&)> work);

  // Any thread, at once. Unauthenticated: no such token.
  absl::StatusOr<std::string> Authenticate(absl::string_view token_sha256, int64_t now_us);

  void StartWatch(StreamId watch, std::string person, v1::WatchRequest request,
                  std::shared_ptr<WatchSink> sink);
  void WatchRoom(StreamId watch);
  void StopWatch(StreamId watch);

 private:
  static constexpr size_t kWorkMax = 100'000;

  struct Watcher {
    std::string person;
    std::string exercise;
    std::string team;         // "": control side
    uint64_t cursor = 0;      // events this recipient was sent or had before
    uint64_t skip_until = 0;  // cursor that the reader already has
    uint64_t next_stream_seq = 1;
    bool caught_up = false;
    std::shared_ptr<WatchSink> sink;
  };
  using Work = std::function<void()>;

  void Run();
  void Fold(const Batch& batch);
  void Feed(StreamId id);
  // False: the watcher is gone, or has no room.
  bool Send(Watcher* watcher, const Exercise& exercise, const v1::Record& record, size_t bytes);

  Journal* const journal_;
  std::unique_ptr<JournalReader> reader_;        // view thread
  State state_;                                  // view thread
  absl::btree_map<StreamId, Watcher> watchers_;  // view thread
  Mailbox<Work, 1> mailbox_;
  std::thread thread_;

  Mutex tokens_mutex_;
  // Copy of what Authenticate needs, replaced when the register's people or tokens change.
  std::shared_ptr<const RegisterState> credentials_ ABSL_GUARDED_BY(tokens_mutex_);
};

}  // namespace drill

#endif  // DRILL_SERVER_VIEW_VIEW_H_
