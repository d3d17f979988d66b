#ifndef DRILL_TESTS_UNIT_SERVER_LOOP_FAKE_AGENT_H_
#define DRILL_TESTS_UNIT_SERVER_LOOP_FAKE_AGENT_H_

#include <memory>
#include <optional>
#include <vector>

#include "common/base/mutex.h"
#include "server/rpc/backend.h"

namespace drill::testing {

// An agent's end of its session: keeps what it is sent. Thread-safe.
class FakeAgent : public AgentSink {
 public:
  bool Push(std::shared_ptr<const v1::ControllerFrame> frame) override {
    MutexLock lock(mutex_);
    if (closed_.has_value()) return false;
    frames_.push_back(std::move(frame));
    return true;
  }
  void Close(const absl::Status& status) override {
    MutexLock lock(mutex_);
    if (!closed_.has_value()) closed_ = status;
  }

  std::optional<absl::Status> closed() {
    MutexLock lock(mutex_);
    return closed_;
  }
  std::vector<v1::ControllerFrame> frames() {
    MutexLock lock(mutex_);
    std::vector<v1::ControllerFrame> out;
    for (const auto& frame : frames_) out.push_back(*frame);
    return out;
  }
  // As which host it was welcomed; "": not at all.
  std::string welcomed_as() {
    for (const v1::ControllerFrame& frame : frames()) {
      if (frame.has_welcome()) return frame.welcome().host();
    }
    return "";
  }

 private:
  Mutex mutex_;
  std::vector<std::shared_ptr<const v1::ControllerFrame>> frames_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_LOOP_FAKE_AGENT_H_
