#ifndef DRILL_SERVER_APP_WORKERS_H_
#define DRILL_SERVER_APP_WORKERS_H_

#include <chrono>
#include <functional>
#include <thread>

#include "common/base/mailbox.h"

namespace drill {

// One thread for long work (reports, verification, certificates, blobs), so that neither the
// network nor the engine waits for it. Thread-safe.
class Workers {
 public:
  Workers() : mailbox_({kWorkMax}), thread_([this] { Run(); }) {}
  ~Workers() { Stop(); }
  // False: too much waits already.
  bool Post(std::function<void()> work) { return mailbox_.Post(0, std::move(work)); }
  void Stop() {
    mailbox_.Close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  static constexpr size_t kWorkMax = 20'000;
  void Run() {
    while (!mailbox_.closed()) {
      for (auto& work : mailbox_.Take(16, std::chrono::steady_clock::time_point::max())) work();
    }
  }

  Mailbox<std::function<void()>, 1> mailbox_;
  std::thread thread_;
};

}  // namespace drill

#endif  // DRILL_SERVER_APP_WORKERS_H_
