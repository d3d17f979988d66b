// An agent plays only what its own owner has signed, whoever asks: here its own controller, with a
// good certificate, asks for more.

#include <signal.h>
#include <stdlib.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/app_config.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_controller.h"
#include "tests/support/process.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHost[] = "web-01";
constexpr int64_t kPatienceUs = 60'000'000;
constexpr int64_t kDayUs = 86'400'000'000;

struct Case {
  const char* name;
  FakeController::BadScope scope;
  const char* why;  // in what the controller is told
};

class AgentScopeTest : public ::testing::TestWithParam<Case> {
 protected:
  AgentScopeTest() {
    EXPECT_OK(os::MakeDirectories(directory_.path()));
    EXPECT_OK(os::WriteFileDurably(directory_.Policy(), yaml::Dump(sandbox_.policy)));
    const auto enrolled =
        Agent({"enrol", "--token", controller_.TokenFor(kHost), "--dir", directory_.path()})
            ->Wait(kPatienceUs);
    EXPECT_TRUE(enrolled.has_value() && !enrolled->by_signal && enrolled->code == 0);
  }

  std::unique_ptr<Process> Agent(std::vector<std::string> words) {
    const char* bin = getenv("DRILL_BIN");
    words.insert(words.begin(), absl::StrCat(bin == nullptr ? "bin" : bin, "/drill-agent"));
    return std::make_unique<Process>(Process::Options{
        std::move(words), {}, sandbox_.AgentPath("out"), sandbox_.AgentPath("log")});
  }
  v1::Order Deface(const char* inject) {
    return controller_.Direct(kHost, inject, sandbox_.Deface().action());
  }
  bool AwaitEvents(size_t count) {
    return controller_.Await([&](const auto& seen) { return seen.events.size() >= count; });
  }

  agent::Sandbox sandbox_{agent::Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  const agent::AgentDirectory directory_{sandbox_.AgentPath("private")};
};

TEST_P(AgentScopeTest, OrderIsRefusedWithTheReasonAndTheHostIsUntouched) {
  const auto before = sandbox_.Manifest();
  const auto agent = Agent({"run", "--dir", directory_.path()});
  controller_.SpoilScope(GetParam().scope);
  const v1::Order bad = Deface("bad");
  controller_.Want({bad});
  ASSERT_TRUE(AwaitEvents(1)) << sandbox_.Read(sandbox_.AgentPath("log"));
  EXPECT_THAT(controller_.KindsOf("bad"), ElementsAre(v1::ORDER_EVENT_KIND_REFUSED));
  EXPECT_THAT(controller_.seen().events[0].notes(), ElementsAre(HasSubstr(GetParam().why)));
  EXPECT_EQ(sandbox_.Manifest(), before);

  // The same agent, the same action, a good scope: so the scope was what was wrong. What has been
  // refused stays refused.
  controller_.SpoilScope({});
  controller_.Want({bad, Deface("good")});
  ASSERT_TRUE(AwaitEvents(3));
  EXPECT_THAT(controller_.KindsOf("good"),
              ElementsAre(v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED));
  EXPECT_THAT(controller_.KindsOf("bad"), ElementsAre(v1::ORDER_EVENT_KIND_REFUSED));
  EXPECT_NE(sandbox_.Manifest(), before);

  agent->Signal(SIGTERM);
  const auto ended = agent->Wait(kPatienceUs);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code, 0);
  EXPECT_EQ(sandbox_.Manifest(), before);
}

const Case kCases[] = {
    {"ActionIsNotTheSignedOne",
     {.before_signing =
          [](v1::Scope* s) { s->mutable_entries(0)->set_action_sha256(std::string(32, 'x')); }},
     "is not the one that was signed"},
    {"InjectIsNotNamed",
     {.before_signing = [](v1::Scope* s) { s->clear_entries(); }},
     "does not name inject 'bad'"},
    {"HostIsNotNamed",
     {.before_signing = [](v1::Scope* s) { s->clear_hosts(); }},
     "does not name host 'web-01'"},
    {"ScopeIsForAnotherExercise",
     {.before_signing = [](v1::Scope* s) { s->set_exercise("dt-2025"); }},
     "no owner-signed scope"},
    {"WindowIsOver",
     {.before_signing =
          [](v1::Scope* s) {
            s->set_not_after_us(s->not_after_us() - kDayUs);
            s->set_not_before_us(s->not_before_us() - kDayUs);
          }},
     "window"},
    {"WindowHasNotBegun",
     {.before_signing =
          [](v1::Scope* s) {
            s->set_not_after_us(s->not_after_us() + kDayUs);
            s->set_not_before_us(s->not_before_us() + kDayUs);
          }},
     "window"},
    {"NoOrderIsAdmitted",
     {.before_signing = [](v1::Scope* s) { s->set_orders_per_host_max(0); }},
     "number of orders is used up"},
    {"SignedByAnotherKey", {.strange_key = true}, "0 valid signature(s)"},
    {"SignatureIsDamaged",
     {.after_signing =
          [](v1::SignedScope* s) { s->mutable_signatures(0)->mutable_der()->back() ^= 1; }},
     "0 valid signature(s)"},
    {"ChangedAfterSigning",
     {.after_signing =
          [](v1::SignedScope* s) {
            v1::Scope scope;
            ASSERT_TRUE(scope.ParseFromString(s->scope()));
            scope.set_not_after_us(scope.not_after_us() + kDayUs);
            s->set_scope(scope.SerializeAsString());
          }},
     "0 valid signature(s)"},
    {"SignedByNobody",
     {.after_signing = [](v1::SignedScope* s) { s->clear_signatures(); }},
     "0 valid signature(s)"},
    {"NoScopeAtAll", {.left_out = true}, "no owner-signed scope"},
};

INSTANTIATE_TEST_SUITE_P(Scopes, AgentScopeTest, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace drill::testing
