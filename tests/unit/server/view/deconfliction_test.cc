// Who may ask what the drill made, and what it is told.
#include <gmock/gmock.h>

#include "common/base/digest.h"
#include "core/exercise/mark.h"
#include "server/view/queries.h"
#include "tests/support/status.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill {
namespace {

using testing::DrillScript;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kScenario[] = R"(
objectives: [{id: o1, title: {vi: Phát hiện}}]
injects:
  - id: deface
    objective: o1
    action: {web_deface: {page: /srv/index.html}}
    at: 0s
    targets: [{system: portal, role: web}]
    techniques: [T1491.002]
)";

class DeconflictionTest : public ::testing::Test {
 protected:
  DeconflictionTest() {
    Exercise* e = drill_.mutable_state().FindExercise("drill-1");
    const std::pair<const char*, v1::Role> posts[] = {{"director", v1::ROLE_DIRECTOR},
                                                      {"controller", v1::ROLE_CONTROLLER},
                                                      {"owner", v1::ROLE_OWNER},
                                                      {"judge", v1::ROLE_EVALUATOR},
                                                      {"watcher", v1::ROLE_OBSERVER}};
    for (const auto& [person, role] : posts) {
      v1::Post* post = e->created.add_posts();
      post->set_person(person);
      post->set_role(role);
    }
    e->created.mutable_teams(0)->add_members("responder");
    e->created.mutable_teams(0)->add_members("admin-who-plays");
    AddPerson("admin", v1::ROLE_ADMIN);
    AddPerson("admin-who-plays", v1::ROLE_ADMIN);
    AddPerson("manager", v1::ROLE_MANAGER);
    drill_.Start().Release("deface");
  }

  void AddPerson(const std::string& id, v1::Role role) {
    v1::Person& person = drill_.mutable_state().reg.people[id];
    person.set_id(id);
    person.set_active(true);
    person.add_roles(role);
  }

  // The order was played with these traces.
  void Play(const std::string& host, std::vector<v1::Trace> traces, int attempt = 1) {
    for (const v1::OrderEventKind kind :
         {v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED}) {
      v1::Record record;
      v1::OrderEvent* event = record.mutable_order_reported()->mutable_event();
      SetOrder(host, attempt, event->mutable_order());
      event->set_kind(kind);
      event->set_at_us(drill_.now_us());
      if (kind == v1::ORDER_EVENT_KIND_APPLIED) {
        for (const v1::Trace& trace : traces) *event->add_traces() = trace;
      }
      drill_.Append(record);
    }
  }
  static void SetOrder(const std::string& host, int attempt, v1::OrderId* order) {
    order->set_exercise("drill-1");
    order->set_inject("deface");
    order->set_host(host);
    order->set_attempt(attempt);
  }
  static std::string Mark(const std::string& host, int attempt = 1) {
    v1::OrderId order;
    SetOrder(host, attempt, &order);
    return OrderMark(order);
  }
  v1::Trace Left(v1::ArtefactKind kind, const std::string& value, const std::string& sha256 = "") {
    v1::Trace trace;
    trace.mutable_artefact()->set_kind(kind);
    trace.mutable_artefact()->set_value(value);
    trace.set_sha256(sha256);
    trace.set_at_us(drill_.now_us());
    return trace;
  }
  absl::StatusOr<v1::Deconfliction> Ask(const std::string& person, const std::string& exercise,
                                        const std::string& value = "") {
    v1::GetDeconflictionRequest request;
    request.set_exercise(exercise);
    request.set_value(value);
    return ReadDeconfliction({drill_.state(), person, drill_.now_us()}, request);
  }

  DrillScript drill_{kScenario};
};

TEST_F(DeconflictionTest, IsForThoseWhoAnswerForTheDrill) {
  for (const char* person : {"admin", "director", "controller", "owner"}) {
    EXPECT_OK(Ask(person, "drill-1")) << person;
    EXPECT_OK(Ask(person, "", "/x")) << person;
  }
  const auto kDenied = absl::StatusCode::kPermissionDenied;
  for (const char* person : {"responder", "admin-who-plays", "judge", "watcher"}) {
    EXPECT_THAT(Ask(person, "drill-1"), StatusIs(kDenied)) << person;
    EXPECT_THAT(Ask(person, "", "/x"), StatusIs(kDenied)) << person;
  }
  EXPECT_THAT(Ask("manager", "", "/x"), StatusIs(kDenied));
  EXPECT_THAT(Ask("stranger", "drill-1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Ask("director", "other"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DeconflictionTest, FindsAnArtefactByWhateverNamesIt) {
  drill_.At(10);
  const std::string digest = Sha256("page");
  Play("web-1", {Left(v1::ARTEFACT_KIND_PATH, "/srv/index.html", digest),
                 Left(v1::ARTEFACT_KIND_PROCESS, "updatesvc"),
                 Left(v1::ARTEFACT_KIND_ADDRESS, "10.0.0.9:8080"),
                 Left(v1::ARTEFACT_KIND_LOG_LINE, "Failed password for quantri")});
  const std::pair<std::string, size_t> kTable[] = {
      {"/srv/index.html", 1}, {Hex(digest), 1}, {"updatesvc", 1},
      {"10.0.0.9:8080", 1},   {"10.0.0.9", 1},  {"Failed password for quantri", 1},
      {Mark("web-1"), 4},     {"/srv", 0},      {"10.0.0.90", 0},
      {Mark("web-2"), 0}};
  for (const auto& [value, count] : kTable) {
    const auto found = Ask("director", "", value);
    ASSERT_OK(found);
    EXPECT_THAT(found->entries(), SizeIs(count)) << value;
  }
}

TEST_F(DeconflictionTest, SaysWhatIsStillThere) {
  drill_.At(10);
  Play("web-1", {Left(v1::ARTEFACT_KIND_PATH, "/a")});
  v1::DeconflictionEntry entry = Ask("owner", "drill-1", "/a")->entries(0);
  EXPECT_EQ(entry.order().host(), "web-1");
  EXPECT_EQ(entry.mark(), Mark("web-1"));
  EXPECT_EQ(entry.started_us(), drill_.now_us());
  EXPECT_EQ(entry.undone_us(), 0);
  drill_.At(60).Undo("deface", {"web-1"}, v1::UNDO_REASON_ENDED, v1::CLEANUP_RESULT_SUPERSEDED);
  entry = Ask("owner", "drill-1", "/a")->entries(0);
  EXPECT_EQ(entry.undone_us(), drill_.now_us());
  EXPECT_EQ(entry.cleanup(), v1::CLEANUP_RESULT_SUPERSEDED);
}

TEST_F(DeconflictionTest, KeepsEarlierAttemptsApart) {
  drill_.At(10);
  Play("web-1", {Left(v1::ARTEFACT_KIND_PATH, "/first")});
  v1::Record retried;
  retried.mutable_order_retried()->set_inject("deface");
  retried.mutable_order_retried()->set_host("web-1");
  retried.mutable_order_retried()->set_attempt(2);
  drill_.At(20).Append(retried);
  drill_.At(30);
  Play("web-1", {Left(v1::ARTEFACT_KIND_PATH, "/second")}, 2);
  const v1::Deconfliction all = *Ask("director", "drill-1");
  ASSERT_THAT(all.entries(), SizeIs(2));
  EXPECT_EQ(all.entries(0).trace().artefact().value(), "/first");
  EXPECT_EQ(all.entries(0).mark(), Mark("web-1", 1));
  EXPECT_EQ(all.entries(0).undone_us(), 0);
  EXPECT_EQ(all.entries(1).trace().artefact().value(), "/second");
  EXPECT_EQ(all.entries(1).mark(), Mark("web-1", 2));
  v1::Record undone;
  v1::OrderEvent* event = undone.mutable_order_reported()->mutable_event();
  SetOrder("web-1", 1, event->mutable_order());
  event->set_kind(v1::ORDER_EVENT_KIND_UNDONE);
  event->set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
  event->set_at_us(drill_.now_us());
  drill_.Append(undone);
  EXPECT_EQ(Ask("director", "drill-1", "/first")->entries(0).undone_us(), drill_.now_us());
  EXPECT_EQ(Ask("director", "drill-1", "/second")->entries(0).undone_us(), 0);
}

TEST_F(DeconflictionTest, KnowsAnOrderThatToldOfNothing) {
  drill_.At(10).Order("deface", "web-2", v1::ORDER_EVENT_KIND_STARTED);
  const v1::Deconfliction found = *Ask("director", "", Mark("web-2"));
  ASSERT_THAT(found.entries(), SizeIs(1));
  EXPECT_FALSE(found.entries(0).has_trace());
  EXPECT_THAT(Ask("director", "", Mark("web-3"))->entries(), IsEmpty()) << "never started";
}

}  // namespace
}  // namespace drill
