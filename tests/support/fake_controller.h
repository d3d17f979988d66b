#ifndef DRILL_TESTS_SUPPORT_FAKE_CONTROLLER_H_
#define DRILL_TESTS_SUPPORT_FAKE_CONTROLLER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"

namespace drill::testing {

// What an agent sees of a controller: Enrolment and AgentLink over real TLS on 127.0.0.1, with its
// own CA and a system owner who signs. Keeps its side of the protocol as DESIGN §5 says (welcome,
// heartbeat answers, generations, exactly-once outbox) and nothing else.
//
// Methods on the test's thread.
class FakeController {
 public:
  struct Timing {
    int64_t heartbeat_us = 100'000;
    int64_t lease_us = 5'000'000;
    int64_t silence_us = 180'000'000;
  };

  // What has been seen, all sessions together.
  struct Seen {
    int sessions = 0;
    int refusals = 0;
    bool connected = false;
    v1::Hello hello;
    v1::Heartbeat heartbeat;  // the last one
    // Each once, in the order of their numbers.
    std::vector<v1::OrderEvent> events;
    int repeated = 0;  // entries sent again
    int gaps = 0;      // numbers left out: never
    std::vector<v1::DryRunReport> dry_runs;
  };

  // Keeps its keys in `directory`.
  explicit FakeController(const std::string& directory, Timing timing);
  explicit FakeController(const std::string& directory) : FakeController(directory, Timing()) {}
  ~FakeController();
  FakeController(const FakeController&) = delete;
  FakeController& operator=(const FakeController&) = delete;

  // ---- enrolment
  enum class Offer { kValid, kExpired };
  // What `drillctl agent token` would print.
  std::string TokenFor(absl::string_view host, Offer offer = Offer::kValid);
  v1::EnrolmentToken TokenMessageFor(absl::string_view host, Offer offer = Offer::kValid);
  std::string people_address() const;
  std::string agent_address() const;
  int enrolled() const;

  // ---- the link
  // Ends every session and takes no connection, until the second, on the same port.
  void LinkDown();
  void LinkUp();
  // Ends every stream at once with this; OK: takes them again.
  void Refuse(const absl::Status& status);
  // The session is neither ended nor read, until the second.
  void StopReading();
  void GoOnReading();
  // Takes what the outbox holds and does not say so.
  void HoldOutboxAcks(bool hold);

  // An order for the host, planned `in_us` from now, in the owner's scope from now on.
  v1::Order Plan(absl::string_view host, absl::string_view inject, const std::string& action,
                 int64_t in_us);
  // The same, to be started on receipt.
  v1::Order Direct(absl::string_view host, absl::string_view inject, const std::string& action);
  // What is wrong with the scope that goes along with orders from now on; {}: nothing.
  struct BadScope {
    std::function<void(v1::Scope*)> before_signing = nullptr;
    std::function<void(v1::SignedScope*)> after_signing = nullptr;
    bool strange_key = false;  // signed by somebody who is not the owner
    bool left_out = false;
  };
  void SpoilScope(BadScope bad);
  // Orders that the host should hold; sent at once and on every connection.
  void Want(std::vector<v1::Order> orders);
  void AskDryRun(const std::vector<v1::Order>& orders);
  // Engine time.
  int64_t Now() const;
  // Generation of the newest set.
  uint64_t generation() const;

  // Waits (30 s) until what has been seen fulfils it; false: it never did.
  bool Await(const std::function<bool(const Seen&)>& condition);
  Seen seen() const;
  // Kinds of the events of one inject, in order.
  std::vector<v1::OrderEventKind> KindsOf(absl::string_view inject) const;

  static constexpr char kExercise[] = "dt-2026";

 private:
  struct State;
  class EnrolmentService;
  class LinkService;
  const std::unique_ptr<State> state_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_FAKE_CONTROLLER_H_
