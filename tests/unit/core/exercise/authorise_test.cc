// Each role and post × each command (DESIGN §6, §8). Roles come from the register, posts from the
// exercise; a role without a post here is a stranger to the exercise.
//
// "yes", "no" (PERMISSION_DENIED), "hidden" (NOT_FOUND, as if there were no such exercise).

#include <set>

#include "absl/strings/str_cat.h"
#include "core/exercise/decide_internal.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::At;
using testing::DrillRoom;
using testing::ParseTable;
using testing::Table;

// While it runs. Strangers: director2, evaluator2 and manager hold the role, not a post.
constexpr absl::string_view kRunning = R"(
#                     admin   director2 evaluator2 manager nobody  director controller evaluator owner  observer blue
apply_register        yes     no        no         no      no      no       no         no        no     no       no
issue_token           yes     no        no         no      no      no       no         no        no     no       no
revoke_token          yes     no        no         no      no      no       no         no        no     no       no
issue_enrolment       yes     no        no         no      no      no       no         no        no     no       no
issue_sensor_token    yes     no        no         no      no      no       no         no        no     no       no
add_scenario          yes     yes       no         no      no      yes      no         no        no     no       no
create_exercise       no      yes       no         no      no      yes      no         no        no     no       no

approve_exercise      no      hidden    hidden     hidden  hidden  yes      no         no        yes    no       no
check_exercise        no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
start_exercise        no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
pause_exercise        yes     hidden    hidden     hidden  hidden  yes      yes        no        yes    no       no
resume_exercise       no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
hold_inject           no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
skip_inject           no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
fire_inject           no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
add_inject            no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
move_inject           no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
jump_clock            no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
set_speed             no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
stop_exercise         yes     hidden    hidden     hidden  hidden  yes      yes        no        yes    no       no
raise_real_incident   yes     hidden    hidden     hidden  hidden  yes      yes        yes       yes    yes      yes
clear_real_incident   no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
attest_manual         no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no

observe               no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       yes
link_observation      no      hidden    hidden     hidden  hidden  no       no         yes       no     no       no
reject_observation    no      hidden    hidden     hidden  hidden  no       no         yes       no     no       no
read_message          no      hidden    hidden     hidden  hidden  no       no         no        no     no       yes
judge_red_action      no      hidden    hidden     hidden  hidden  yes      yes        no        no     no       no
record_red_action     no      hidden    hidden     hidden  hidden  no       no         no        no     no       yes
close_red             no      hidden    hidden     hidden  hidden  no       no         no        no     no       yes
acknowledge_alert     no      hidden    hidden     hidden  hidden  no       no         no        no     no       yes
open_judging          no      hidden    hidden     hidden  hidden  yes      no         yes       no     no       no
rate_element          no      hidden    hidden     hidden  hidden  no       no         yes       no     no       no
finalise_score        no      hidden    hidden     hidden  hidden  yes      no         yes       no     no       no
accept_residue        no      hidden    hidden     hidden  hidden  yes      no         no        yes    no       no
close_exercise        no      hidden    hidden     hidden  hidden  yes      no         no        no     no       no
)";

// A command of this kind for exercise `drill`.
v1::Command CommandOf(const std::string& name) {
  v1::Command command;
  const auto* field = v1::Command::descriptor()->FindFieldByName(name);
  EXPECT_NE(field, nullptr) << name;
  google::protobuf::Message* message =
      command.GetReflection()->MutableMessage(&command, field, nullptr);
  if (const auto* exercise = message->GetDescriptor()->FindFieldByName("exercise")) {
    message->GetReflection()->SetString(message, exercise, DrillRoom::kId);
  }
  return command;
}

std::string Word(const DrillRoom& room, const std::string& person, const std::string& command) {
  const absl::Status status = decide::Authorise(room.engine->state(), person, CommandOf(command));
  if (status.ok()) return "yes";
  if (status.code() == absl::StatusCode::kPermissionDenied) return "no";
  if (status.code() == absl::StatusCode::kNotFound) return "hidden";
  return status.ToString();
}

std::vector<std::string> AllCommands() {
  std::vector<std::string> all;
  const auto* commands = v1::Command::descriptor()->FindOneofByName("command");
  for (int i = 0; i < commands->field_count(); ++i) all.push_back(commands->field(i)->name());
  return all;
}

TEST(AuthoriseTable, NamesEveryCommandAndRole) {
  const Table table = ParseTable(kRunning);
  std::set<std::string> named;
  for (const auto& [row, cells] : table.rows) named.insert(row);
  const std::vector<std::string> all = AllCommands();
  EXPECT_EQ(named, std::set<std::string>(all.begin(), all.end()));

  // Each role has a column; a red team's member stands where a responder stands: in a cast team.
  std::set<v1::Role> roles = {v1::ROLE_UNSPECIFIED, v1::ROLE_RED};
  const auto room = At(v1::PHASE_DRAFT);
  for (const std::string& person : table.columns) {
    if (person == "nobody") continue;
    const auto& people = room->engine->state().reg.people;
    ASSERT_TRUE(people.contains(person)) << person;
    for (int role : people.at(person).roles()) roles.insert(static_cast<v1::Role>(role));
  }
  EXPECT_EQ(roles.size(), static_cast<size_t>(v1::Role_descriptor()->value_count()));
}

TEST(AuthoriseTable, EveryRoleAndPost) {
  const Table table = ParseTable(kRunning);
  const auto room = At(v1::PHASE_RUNNING);
  for (const auto& [row, cells] : table.rows) {
    for (size_t i = 0; i < cells.size(); ++i) {
      EXPECT_EQ(Word(*room, table.columns[i], row), cells[i]) << table.columns[i] << ": " << row;
    }
  }
}

// What a team may not know of, it cannot be denied either: the same answer as for what is not.
TEST(Authorise, ATeamLearnsOfAnExerciseOnlyAtStartEx) {
  for (v1::Phase phase : {v1::PHASE_DRAFT, v1::PHASE_APPROVED, v1::PHASE_READY}) {
    const auto room = At(phase);
    for (const std::string& command : AllCommands()) {
      if (decide::ExerciseOf(CommandOf(command)).empty() || command == "create_exercise") continue;
      EXPECT_EQ(Word(*room, "blue", command), "hidden") << command;
    }
    v1::Command ours = CommandOf("observe");
    v1::Command none = ours;
    none.mutable_observe()->set_exercise("xxxxx");
    const State& state = room->engine->state();
    std::string a = std::string(decide::Authorise(state, "blue", ours).message());
    std::string b = std::string(decide::Authorise(state, "blue", none).message());
    EXPECT_EQ(a.replace(a.find("drill"), 5, "xxxxx"), b);
  }
  // Aborted before it began: never known.
  const auto room = At(v1::PHASE_READY);
  room->Must("director", "stop_exercise { exercise: 'drill' abort: true }");
  EXPECT_EQ(Word(*room, "blue", "observe"), "hidden");
}

TEST(Authorise, AManagerKnowsAnExerciseThatIsOver) {
  EXPECT_EQ(Word(*At(v1::PHASE_PAUSED), "manager", "rate_element"), "hidden");
  for (v1::Phase phase : {v1::PHASE_ENDED, v1::PHASE_FINAL, v1::PHASE_CLOSED, v1::PHASE_ABORTED}) {
    const auto room = At(phase);
    EXPECT_EQ(Word(*room, "manager", "rate_element"), "no");
    EXPECT_EQ(Word(*room, "director2", "rate_element"), "hidden");
  }
}

TEST(Authorise, AnEmptyCommandIsNoCommand) {
  const auto room = At(v1::PHASE_DRAFT);
  EXPECT_THAT(room->Submit("admin", v1::Command()),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

// ---- who may be what in an exercise --------------------------------------------------------

absl::Status Create(DrillRoom& room, absl::string_view posts) {
  return room
      .Submit("director2",
              absl::StrCat("create_exercise { exercise: 'other' scenario: 'standard' "
                           "systems { part: 'portal' id: 'sys' } "
                           "teams { part: 'soc' id: 'soc' } teams { part: 'ops' id: 'ops' } ",
                           posts, " }"))
      .status();
}

TEST(Posts, NobodyIsResponderAndAlsoOnTheControlSide) {
  DrillRoom room;
  room.Must("admin", R"pb(apply_register {
                            people {
                              id: "blue"
                              roles: ROLE_DIRECTOR
                              roles: ROLE_CONTROLLER
                              roles: ROLE_EVALUATOR
                              roles: ROLE_OWNER
                              roles: ROLE_OBSERVER
                            }
                          })pb");
  for (const char* role : {"DIRECTOR", "CONTROLLER", "EVALUATOR", "OWNER", "OBSERVER"}) {
    EXPECT_THAT(Create(room, absl::StrCat("posts { person: 'blue' role: ROLE_", role, " }")),
                testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                  ::testing::HasSubstr("'blue' is in a team")))
        << role;
  }
}

TEST(Posts, NeedTheRoleInTheRegister) {
  DrillRoom room;
  EXPECT_THAT(Create(room, "posts { person: 'manager' role: ROLE_EVALUATOR }"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                ::testing::HasSubstr("'manager' lacks the role evaluator")));
  EXPECT_THAT(Create(room, "posts { person: 'ghost' role: ROLE_EVALUATOR }"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                ::testing::HasSubstr("'ghost' is not in the register")));
  EXPECT_THAT(Create(room, "posts { person: 'admin' role: ROLE_ADMIN }"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Create(room, "posts { person: 'evaluator2' role: ROLE_EVALUATOR }"));
}

}  // namespace
}  // namespace drill
