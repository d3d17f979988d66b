#ifndef DRILL_TESTS_UNIT_CORE_EXERCISE_DRILL_ROOM_H_
#define DRILL_TESTS_UNIT_CORE_EXERCISE_DRILL_ROOM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/exercise/engine.h"

namespace drill::testing {

inline constexpr int64_t kSecond = 1'000'000;
inline constexpr int64_t kLead = 10 * kSecond;  // of a small fleet

// A message from its text form; a fault of the text ends the test program.
v1::Command Cmd(absl::string_view text);
template <typename Message>
Message Text(absl::string_view text);

// injects of the standard scenario, 600 s long:
//   msg    5 s  message to soc          ask   6 s  question to soc, choices a (1000), b (0)
//   hand   7 s  manual on w1, w2        act  20 s  deface of w1, w2; expects detect, contain: 60 s
//   rep   40 s  log lines on d1, 3 × every 10 s    chase  decoy on d1, 2 s after act is detected
//   alarm 100 s cue, unless act is contained       nag    message to soc, once act is overdue
//   later 300 s decoy on w1, w2                    spare  decoy on d1, contingency
extern const char kStandardScenario[];
// The same, but `act` calls the sink.
std::string BeaconScenario();
// The same, but ops is a red team, and soc is expected to detect what it does.
std::string RedScenario();

// A controller without threads, disk or network: an Engine, a clock that only the test moves, and
// agents for whom the test speaks.
//
// The register: system sys (level 3 unless told otherwise) with hosts w1, w2 (role web) and d1
// (role db); system far with host f1. People are called by what they are: admin, director,
// controller, evaluator, owner, observer (posts of the same name in the exercise), blue and blue2
// (team soc), green (team ops), and with a role but no post here: manager, director2, evaluator2.
class DrillRoom {
 public:
  struct Options {
    std::string scenario = kStandardScenario;
    int level = 3;
    int64_t now_us = 1'795'312'800 * kSecond;  // 2026-11-22T02:00:00Z
  };
  explicit DrillRoom(const Options& options);
  DrillRoom() : DrillRoom(Options()) {}
  // Another one in the same state, folded from the journal: cheaper than the way there.
  std::unique_ptr<DrillRoom> Copy() const;

  static constexpr const char* kId = "drill";

  // ---- inputs ----
  absl::StatusOr<Decision> Handle(const Input& input);
  absl::StatusOr<Decision> Submit(absl::string_view person, const v1::Command& command);
  absl::StatusOr<Decision> Submit(absl::string_view person, absl::string_view command);
  // The same, and a refusal fails the test.
  Decision Must(absl::string_view person, absl::string_view command);
  Decision Must(absl::string_view person, const v1::Command& command);

  // Moves the clock; everything that falls due happens at its own time, as the loop would do it.
  void Advance(double seconds);
  // To this second of the running exercise clock.
  void ToEx(double ex_s);

  void Connect(const std::string& host);
  void Disconnect(const std::string& host);
  // The next entry of the host's outbox; `more`: fields of OrderEvent in text form.
  void AgentSays(const std::string& host, const std::string& inject, v1::OrderEventKind kind,
                 absl::string_view more = "");
  // What the host's agent has found of a claim; `more`: fields of EffectReport in text form.
  void AgentLooks(const std::string& host, const std::string& inject, const std::string& claim,
                  absl::string_view more);
  // Started and applied now, with one trace: path /srv/INJECT.
  void Play(const std::string& host, const std::string& inject);
  void Undo(const std::string& host, const std::string& inject,
            v1::CleanupResult cleanup = v1::CLEANUP_RESULT_VERIFIED, int attempt = 1);
  // The controller dies and another comes up from the journal after so long; agents come back,
  // unless told otherwise.
  void Restart(double down_s, bool agents_return = true);

  // ---- the way there ----
  v1::Command ApproveCommand(int signatures, int64_t not_before_us, int64_t not_after_us);
  v1::Command ApproveCommand() {
    return ApproveCommand(options_.level >= 4 ? 2 : 1, now_us - kSecond, now_us + 3600 * kSecond);
  }
  v1::Command AcceptCommand(const std::string& inject, const std::string& host);
  void Approve();
  void Ready();
  void Start();  // running, at StartEx
  // A claim by `person`; returns its id.
  std::string Observe(absl::string_view person, absl::string_view observation);
  std::string Detect(absl::string_view host, absl::string_view path);

  // ---- what is ----
  const Exercise& e() const { return *engine->state().FindExercise(kId); }
  const InjectState& Inject(absl::string_view id) const;
  const OrderState& Order(absl::string_view inject, absl::string_view host) const;
  v1::DesiredSet Desired(const std::string& host) const;
  // What the host is wanted to do with this inject; null: nothing.
  const v1::Order* Wanted(const std::string& host, const std::string& inject,
                          v1::DesiredSet* keep) const;
  double ExS() const { return static_cast<double>(e().clock.At(now_us)) / 1e6; }
  // "exercise_paused inject_held": kinds of the records since the call before.
  std::string News();
  std::vector<v1::Record> Since(size_t from) const;

  // The journal alone gives the state that the engine has.
  void ExpectReplays() const;

  int64_t now_us;
  std::unique_ptr<Engine> engine;
  std::vector<Stamped> journal;
  std::map<std::string, v1::DesiredSet> sent;  // last set sent to each host
  std::vector<std::string> keys;               // the owner's private keys
  std::vector<std::string> public_keys;

 private:
  struct Blank {};
  DrillRoom(const Options& options, Blank) : now_us(options.now_us), options_(options) {}
  void Drain();
  void FillRegister();
  void FillScenario();
  v1::Signature Sign(const std::string& key, const std::string& public_key,
                     const std::string& bytes) const;

  Options options_;
  int requests_ = 0;
  size_t told_ = 0;
  std::map<std::string, uint64_t> outbox_;
};

// "exercise_paused": the name of the record's kind.
std::string KindOf(const v1::Record& record);

// The whole fold in words, one line a fact: equal texts are equal states.
std::string Describe(const State& state);
std::string Describe(const Exercise& exercise);

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_CORE_EXERCISE_DRILL_ROOM_H_
