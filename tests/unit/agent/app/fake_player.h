#ifndef DRILL_TESTS_UNIT_AGENT_APP_FAKE_PLAYER_H_
#define DRILL_TESTS_UNIT_AGENT_APP_FAKE_PLAYER_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/player.h"
#include "common/os/clock.h"

namespace drill::agent {

// A player that touches nothing, writes down what was asked of it, and can be held in a call.
class FakePlayer : public Player {
 public:
  void SetSink(const SinkEndpoint& sink) override {
    std::lock_guard<std::mutex> lock(mutex_);
    sink_ = sink;
    changed_.notify_all();
  }
  std::vector<Found> Recover() override { return {}; }
  absl::Status Prepare(const v1::Order& order) override {
    Called("prepare", order.id());
    return prepare_result;
  }
  void Discard(const v1::OrderId& id) override { Called("discard", id); }
  Outcome Start(const v1::Order& order, const std::function<void(int64_t)>& on_starting) override {
    Called("start", order.id());
    on_starting(os::BootMicros());
    Outcome outcome;
    outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
    outcome.at_boot_us = os::BootMicros();
    return outcome;
  }
  // Lets go of what is held.
  void CallOff(const v1::OrderId& id) override {
    std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_back(absl::StrCat("call off ", id.inject()));
    hold_.clear();
    changed_.notify_all();
  }
  Outcome Undo(const v1::OrderId& id, v1::UndoReason) override {
    Called("undo", id);
    Outcome outcome;
    outcome.kind = v1::ORDER_EVENT_KIND_UNDONE;
    outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
    outcome.at_boot_us = os::BootMicros();
    return outcome;
  }
  v1::EffectReport Look(const v1::OrderId& id) override {
    Called("look", id);
    v1::EffectReport report;
    report.set_at_us(os::BootMicros());
    return report;
  }
  void Freeze(bool frozen) override { Note(frozen ? "freeze" : "unfreeze"); }
  void Forget(const v1::OrderId& id) override { Called("forget", id); }
  absl::Status DryRun(const v1::Order& order) override {
    Called("dry run", order.id());
    return dry_run_result;
  }
  uint64_t UndoFreeBytes() override { return 4096; }
  std::vector<std::string> Actions() override { return {"web.deface"}; }
  std::string PolicySha256() override { return "p"; }
  bool HarmsService(const v1::Order&) override { return true; }

  // The next call that is `call` ("prepare a") blocks until Release.
  void HoldAt(std::string call) {
    std::lock_guard<std::mutex> lock(mutex_);
    hold_ = std::move(call);
  }
  void AwaitHeld() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return held_; });
  }
  void Release() {
    std::lock_guard<std::mutex> lock(mutex_);
    hold_.clear();
    changed_.notify_all();
  }
  // In order: "prepare a", "start a", ...
  std::vector<std::string> calls() {
    std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }
  bool AwaitCall(const std::string& call) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return std::find(calls_.begin(), calls_.end(), call) != calls_.end();
    });
  }

  bool AwaitSink(const std::string& address, int http_port) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return sink_.address == address && sink_.ports.http() == http_port;
    });
  }

  // Set before it is used.
  absl::Status prepare_result;
  absl::Status dry_run_result;

 private:
  void Called(absl::string_view what, const v1::OrderId& id) {
    Note(absl::StrCat(what, " ", id.inject()));
  }
  void Note(const std::string& call) {
    std::unique_lock<std::mutex> lock(mutex_);
    calls_.push_back(call);
    held_ = call == hold_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return call != hold_; });
    held_ = false;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> calls_;
  std::string hold_;
  bool held_ = false;
  SinkEndpoint sink_;
};

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_APP_FAKE_PLAYER_H_
