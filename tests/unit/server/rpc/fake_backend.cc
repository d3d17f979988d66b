#include "tests/unit/server/rpc/fake_backend.h"

#include <gtest/gtest.h>

#include <chrono>

#include "common/os/clock.h"

namespace drill::testing {

bool FakeBackend::WaitFor(const std::function<bool()>& met) {
  const std::chrono::steady_clock::time_point limit{
      std::chrono::microseconds(os::MonotonicMicros()) + std::chrono::seconds(30)};
  MutexLock lock(mutex_);
  while (!met()) {
    if (std::chrono::microseconds(os::MonotonicMicros()) >= limit.time_since_epoch()) return false;
    lock.WaitUntil(changed_, limit);
  }
  return true;
}

FakeBackend::Watching& FakeBackend::OnlyWatch() {
  EXPECT_EQ(watches.size(), 1u);
  return watches.begin()->second;
}

FakeBackend::Session& FakeBackend::OnlySession() {
  EXPECT_EQ(sessions.size(), 1u);
  return sessions.begin()->second;
}

absl::StatusOr<std::string> FakeBackend::Authenticate(absl::string_view token_sha256) {
  MutexLock lock(mutex_);
  const auto found = persons.find(std::string(token_sha256));
  if (found == persons.end()) return absl::UnauthenticatedError("no such token");
  return found->second;
}

void FakeBackend::Submit(std::string person, v1::SubmitRequest request,
                         Done<v1::SubmitResponse> done) {
  {
    MutexLock lock(mutex_);
    submitted.emplace_back(std::move(person), request);
    if (!on_submit) held.push_back(std::move(done));
    changed_.notify_all();
  }
  if (on_submit) done(on_submit(request));
}

void FakeBackend::Query(std::string person, QueryRequest request, Done<QueryReply> done) {
  {
    MutexLock lock(mutex_);
    querying.push_back(std::move(person));
    changed_.notify_all();
  }
  done(on_query(request));
}

void FakeBackend::StartWatch(StreamId watch, std::string person, v1::WatchRequest request,
                             std::shared_ptr<WatchSink> sink) {
  if (!on_watch.ok()) sink->Close(on_watch);
  MutexLock lock(mutex_);
  EXPECT_TRUE(
      watches.emplace(watch, Watching{std::move(person), std::move(request), std::move(sink)})
          .second);
  changed_.notify_all();
}

void FakeBackend::WatchRoom(StreamId watch) {
  if (on_room) on_room(watch);
  MutexLock lock(mutex_);
  Watching& watching = watches.at(watch);
  EXPECT_EQ(watching.stops, 0);
  ++watching.rooms;
  changed_.notify_all();
}

void FakeBackend::StopWatch(StreamId watch) {
  MutexLock lock(mutex_);
  ++watches.at(watch).stops;
  changed_.notify_all();
}

void FakeBackend::Enrol(v1::EnrolRequest request, Done<v1::EnrolResponse> done) {
  done(on_enrol(request));
}

absl::Status FakeBackend::AgentConnected(const AgentPeer& peer, std::shared_ptr<AgentSink> sink) {
  if (!on_agent.ok()) return on_agent;
  MutexLock lock(mutex_);
  EXPECT_TRUE(sessions.emplace(peer.session, Session{peer, std::move(sink), {}, {}}).second);
  changed_.notify_all();
  return absl::OkStatus();
}

bool FakeBackend::AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us) {
  std::shared_ptr<AgentSink> sink;
  {
    MutexLock lock(mutex_);
    Session& at = sessions.at(session);
    EXPECT_EQ(at.gone, 0);
    if (!takes_frames) return false;
    at.frames.push_back(frame);
    at.received_us.push_back(received_us);
    sink = at.sink;
    changed_.notify_all();
  }
  if (on_frame) on_frame(*sink, frame);
  return true;
}

void FakeBackend::AgentGone(StreamId session) {
  MutexLock lock(mutex_);
  ++sessions.at(session).gone;
  changed_.notify_all();
}

}  // namespace drill::testing
