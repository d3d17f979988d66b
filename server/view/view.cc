#include "server/view/view.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/exercise/apply.h"
#include "server/view/visible.h"

namespace drill {
namespace {

constexpr size_t kPage = 1000;

}  // namespace

void View::Start(State state) {
  reader_ = journal_->NewReader();
  state_ = std::move(state);
  {
    MutexLock lock(tokens_mutex_);
    credentials_ = std::make_shared<const RegisterState>(state_.reg);
  }
  thread_ = std::thread([this] { Run(); });
}

void View::Stop() {
  mailbox_.Close();
  if (thread_.joinable()) thread_.join();
}

void View::Run() {
  while (!mailbox_.closed()) {
    for (Work& work : mailbox_.Take(64, std::chrono::steady_clock::time_point::max())) work();
  }
  for (auto& [id, watcher] : watchers_) {
    watcher.sink->Close(absl::UnavailableError("the controller is stopping; watch again"));
  }
  watchers_.clear();
}

void View::Publish(Batch batch) {
  // A batch left out would be a state that never was. False: the view has ended.
  (void)mailbox_.PostBeyondLimit(0, [this, batch = std::move(batch)] { Fold(batch); });
}

bool View::Read(std::function<void(const State&)> work) {
  return mailbox_.Post(0, [this, work = std::move(work)] { work(state_); });
}

void View::Fold(const Batch& batch) {
  bool credentials = false;
  absl::btree_set<std::string> streams;
  for (const Stamped& stamped : *batch) {
    // The loop has folded the same record before it became durable.
    DRILL_CHECK(Apply(stamped.record, &state_).ok());
    state_.streams[stamped.record.stream()].hash = stamped.hash;
    streams.insert(stamped.record.stream());
    credentials = credentials || stamped.record.has_register_changed() ||
                  stamped.record.has_token_issued() || stamped.record.has_token_revoked();
  }
  if (credentials) {
    auto fresh = std::make_shared<const RegisterState>(state_.reg);
    MutexLock lock(tokens_mutex_);
    credentials_ = std::move(fresh);
  }
  // Live watchers get the batch from memory, the others read on from the journal.
  std::vector<StreamId> gone;
  for (auto& [id, watcher] : watchers_) {
    if (!watcher.caught_up || !streams.contains(watcher.exercise)) continue;
    const Exercise* e = state_.FindExercise(watcher.exercise);
    for (const Stamped& stamped : *batch) {
      if (stamped.record.stream() != watcher.exercise) continue;
      if (!Send(&watcher, *e, stamped.record, stamped.payload.size())) break;
    }
    if (watcher.sink == nullptr) gone.push_back(id);
  }
  for (StreamId id : gone) watchers_.erase(id);
}

absl::StatusOr<std::string> View::Authenticate(absl::string_view token_sha256, int64_t now_us) {
  std::shared_ptr<const RegisterState> credentials;
  {
    MutexLock lock(tokens_mutex_);
    credentials = credentials_;
  }
  std::string person;
  RETURN_IF_ERROR(credentials->Authenticate(token_sha256, now_us, &person));
  return person;
}

void View::StartWatch(StreamId id, std::string person, v1::WatchRequest request,
                      std::shared_ptr<WatchSink> sink) {
  auto work = [this, id, person = std::move(person), request = std::move(request), sink] {
    const Exercise* e = state_.FindExercise(request.exercise());
    const Sight sight = e == nullptr ? Sight::kNone : SightOf(state_, *e, person);
    if (sight == Sight::kNone) {
      sink->Close(
          absl::NotFoundError(absl::StrCat("no exercise '", request.exercise(), "' for you here")));
      return;
    }
    Watcher watcher;
    watcher.person = person;
    watcher.exercise = request.exercise();
    watcher.team = sight == Sight::kTeam ? e->TeamOf(person) : "";
    watcher.skip_until = request.cursor();
    watcher.sink = sink;
    watchers_[id] = std::move(watcher);
    Feed(id);
  };
  if (mailbox_.Post(0, std::move(work))) return;
  sink->Close(mailbox_.closed() ? absl::UnavailableError("the controller is stopping; watch again")
                                : absl::ResourceExhaustedError(
                                      "the controller is busy; watch again in a moment"));
}

// At most one of each waits for a watch; lost, its reader or its memory would wait for ever.
void View::WatchRoom(StreamId id) {
  (void)mailbox_.PostBeyondLimit(0, [this, id] { Feed(id); });
}

void View::StopWatch(StreamId id) {
  (void)mailbox_.PostBeyondLimit(0, [this, id] { watchers_.erase(id); });
}

// The past, page by page, as far as the reader has room.
void View::Feed(StreamId id) {
  auto it = watchers_.find(id);
  if (it == watchers_.end() || it->second.caught_up) return;
  Watcher& watcher = it->second;
  const Exercise& e = *state_.FindExercise(watcher.exercise);
  while (watcher.next_stream_seq <= e.head_stream_seq) {
    const uint64_t from = watcher.next_stream_seq;
    bool full = false;
    v1::Record record;
    const absl::StatusOr<size_t> read = reader_->VisitStream(
        watcher.exercise, from, kPage, [&](const chain::RecordView& stored) -> absl::Status {
          // Durable, but not folded here yet: it comes with its batch.
          if (full || stored.stream_seq > e.head_stream_seq) return absl::OkStatus();
          if (!record.ParseFromArray(stored.payload.data(),
                                     static_cast<int>(stored.payload.size()))) {
            return absl::DataLossError(absl::StrCat("record ", stored.seq, " cannot be read"));
          }
          full = !Send(&watcher, e, record, stored.payload.size());
          return absl::OkStatus();
        });
    if (watcher.sink == nullptr) {  // hung up; whatever else the read met is nobody's
      watchers_.erase(it);
      return;
    }
    if (!read.ok() || *read == 0) {
      watcher.sink->Close(read.ok() ? absl::DataLossError("the journal has a gap") : read.status());
      watchers_.erase(it);
      return;
    }
    if (full) return;
  }
  auto marker = std::make_shared<v1::WatchEvent>();
  marker->set_caught_up(true);
  marker->set_cursor(watcher.cursor);
  marker->set_ex_us(-1);
  watcher.caught_up = true;
  if (!watcher.sink->Push(std::move(marker))) watchers_.erase(it);
}

bool View::Send(Watcher* watcher, const Exercise& e, const v1::Record& record, size_t bytes) {
  auto event = std::make_shared<v1::WatchEvent>();
  if (watcher->team.empty()) {
    *event->mutable_record() = ForControlSide(e, watcher->person, record);
  } else {
    std::optional<v1::Record> seen = ForTeam(e, watcher->team, record);
    if (!seen.has_value()) {
      watcher->next_stream_seq = record.stream_seq() + 1;
      return true;
    }
    *event->mutable_record() = *std::move(seen);
  }
  const bool known = watcher->cursor + 1 <= watcher->skip_until;
  if (!known && !watcher->caught_up && !watcher->sink->HasRoom(bytes + 64)) return false;
  watcher->next_stream_seq = record.stream_seq() + 1;
  event->set_cursor(++watcher->cursor);
  if (known) return true;
  event->set_ex_us(e.clock.started() ? e.clock.At(record.time_us()) : -1);
  if (watcher->sink->Push(std::move(event))) return true;
  watcher->sink = nullptr;
  return false;
}

}  // namespace drill
