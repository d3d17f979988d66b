// Each phase × each command, and each phase × each thing that happens by itself (DESIGN §6).
//
// A cell is "=" for done, recorded, the phase stays; "-" for done without a record (it held
// already, or says nothing here); a phase for the phase that it leads to; or the code of the
// refusal. The last column is the first record that comes of it.

#include <functional>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/exercise/mark.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::AllPhases;
using testing::At;
using testing::Cmd;
using testing::CodeWord;
using testing::DrillRoom;
using testing::KindOf;
using testing::kSecond;
using testing::ParseTable;
using testing::PhaseWord;
using testing::Table;

constexpr absl::string_view kCommands = R"(
#                        draft        approved     ready        running      paused       ended        judging      final        closed       aborted      record
apply_register           =            =            =            =            =            =            =            =            =            =            register_changed
issue_token              =            =            =            =            =            =            =            =            =            =            token_issued
revoke_token             =            =            =            =            =            =            =            =            =            =            token_revoked
issue_enrolment          =            =            =            =            =            =            =            =            =            =            enrolment_issued
issue_sensor_token       =            =            =            =            =            =            =            =            =            =            sensor_token_issued
add_scenario             =            =            =            =            =            =            =            =            =            =            scenario_added

create_exercise          =            =            =            =            =            =            =            =            =            =            exercise_created
create_exercise:same     exists       exists       exists       exists       exists       exists       exists       exists       exists       exists       -
approve_exercise         approved     =            approved     precondition precondition precondition precondition precondition precondition precondition exercise_approved
check_exercise           precondition =            -            precondition precondition precondition precondition precondition precondition precondition host_checked
start_exercise           precondition precondition running      precondition precondition precondition precondition precondition precondition precondition exercise_started

pause_exercise           precondition precondition precondition paused       -            precondition precondition precondition precondition precondition exercise_paused
resume_exercise          precondition precondition precondition precondition running      precondition precondition precondition precondition precondition exercise_resumed
hold_inject              precondition precondition precondition =            =            precondition precondition precondition precondition precondition inject_held
hold_inject:released     precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
skip_inject              precondition precondition precondition =            =            precondition precondition precondition precondition precondition inject_revoked
skip_inject:released     precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
fire_inject              precondition precondition precondition =            precondition precondition precondition precondition precondition precondition inject_scheduled
fire_inject:released     precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
add_inject               precondition precondition precondition =            =            precondition precondition precondition precondition precondition inject_added
add_inject:action        precondition precondition precondition invalid      invalid      precondition precondition precondition precondition precondition -
move_inject              precondition precondition precondition =            =            precondition precondition precondition precondition precondition inject_scheduled
move_inject:released     precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
jump_clock               precondition precondition precondition =            =            precondition precondition precondition precondition precondition clock_jumped
jump_clock:back          precondition precondition precondition invalid      invalid      precondition precondition precondition precondition precondition -
set_speed:live           precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
set_speed:tabletop       precondition precondition precondition =            =            precondition precondition precondition precondition precondition speed_set
stop_exercise            precondition precondition precondition ended        ended        -            -            -            -            -            exercise_ended
stop_exercise:abort      aborted      aborted      aborted      aborted      aborted      -            -            -            -            -            exercise_ended
raise_real_incident      precondition precondition precondition paused       =            precondition precondition precondition precondition precondition real_incident_raised
clear_real_incident      precondition precondition precondition -            -            precondition precondition precondition precondition precondition -
attest_manual            precondition precondition precondition =            =            =            =            precondition precondition precondition manual_played
attest_manual:early      precondition precondition precondition invalid      invalid      invalid      invalid      precondition precondition precondition -

observe                  missing      missing      missing      =            =            precondition precondition precondition precondition precondition observation_made
observe:on-behalf        precondition precondition precondition =            =            =            =            precondition precondition precondition observation_made
link_observation         precondition precondition precondition =            =            =            =            precondition precondition precondition observation_matched
reject_observation       precondition precondition precondition =            =            =            =            precondition precondition precondition observation_rejected
read_message             missing      missing      missing      =            =            -            -            -            -            -            message_read
acknowledge_alert        missing      missing      missing      =            =            precondition precondition precondition precondition precondition alert_acknowledged
read_message:unreleased  missing      missing      missing      missing      missing      missing      missing      missing      missing      missing      -
record_red_action        missing      missing      missing      =            =            =            precondition precondition precondition precondition red_action_recorded
record_red_action:blue   missing      missing      missing      denied       denied       denied       denied       denied       denied       denied       -
judge_red_action         precondition precondition precondition =            =            =            missing      precondition precondition precondition red_action_judged
close_red                missing      missing      missing      =            =            =            =            =            precondition precondition red_closed

open_judging             precondition precondition precondition precondition precondition judging      -            precondition precondition precondition judging_opened
rate_element             precondition precondition precondition precondition precondition =            =            precondition precondition precondition element_rated
finalise_score           precondition precondition precondition precondition precondition precondition final        precondition precondition precondition score_finalised
accept_residue           precondition precondition precondition precondition precondition =            =            =            precondition =            residue_accepted
close_exercise           precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
close_exercise:clean     precondition precondition precondition precondition precondition precondition precondition closed       precondition precondition exercise_closed

merge_observation        precondition precondition precondition =            =            =            =            precondition precondition precondition observation_merged
merge_observation:circle precondition precondition precondition invalid      invalid      invalid      invalid      precondition precondition precondition -
undo_judgement           precondition precondition precondition =            =            =            =            precondition precondition precondition judgement_undone
undo_judgement:none      precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
comment_observation      precondition precondition precondition =            =            =            =            precondition precondition precondition judge_commented
give_mark                precondition precondition precondition precondition precondition =            =            precondition precondition precondition mark_given
give_mark:late           precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
settle_mark              precondition precondition precondition precondition precondition precondition =            precondition precondition precondition mark_settled
settle_mark:blind        precondition precondition precondition precondition precondition precondition precondition precondition precondition precondition -
file_appeal              missing      missing      missing      precondition precondition precondition =            precondition precondition precondition appeal_filed
file_appeal:blind        missing      missing      missing      precondition precondition precondition missing      precondition precondition precondition -
answer_appeal            precondition precondition precondition precondition precondition precondition =            precondition precondition precondition appeal_answered
take_note                precondition precondition precondition =            =            =            =            precondition precondition precondition note_taken
answer_survey            precondition precondition precondition precondition precondition =            =            =            precondition precondition survey_answered
answer_survey:unasked    precondition precondition precondition precondition precondition invalid      invalid      invalid      precondition precondition -
)";

constexpr absl::string_view kHappenings = R"(
#                        draft        approved     ready        running      paused       ended        judging      final        closed       aborted      record
planned-end              -            -            -            ended        -            -            -            -            -            -            inject_released
started                  -            -            -            =            =            =            =            =            -            =            order_reported
applied                  -            -            -            =            =            =            =            =            -            =            order_reported
blocked                  -            -            -            =            =            =            =            =            -            =            order_reported
failed                   -            -            -            =            =            =            =            =            -            =            order_reported
refused                  -            -            -            =            =            =            =            =            -            =            order_reported
missed                   -            -            -            =            =            =            =            =            -            =            order_reported
interrupted              -            -            -            =            =            =            =            =            -            =            order_reported
undone                   -            -            -            =            =            =            =            =            -            =            order_reported
agent-lost               -            -            -            =            =            -            -            -            -            -            agent_seen
agent-back               -            -            -            =            =            -            -            -            -            -            agent_seen
dry-run                  -            =            =            -            -            -            -            -            -            -            host_checked
restart-60s              -            -            -            =            -            -            -            -            -            -            inject_released
restart-61s              -            -            -            paused       -            -            -            -            -            -            inject_held
enrolment                -            -            -            -            -            -            -            -            -            -            -
clock-step               -            -            -            -            -            -            -            -            -            -            -
bootstrap                -            -            -            -            -            -            -            -            -            -            -
alert                    -            -            -            =            =            -            -            -            -            -            alert_received
sink-contact             -            -            -            =            =            =            =            =            -            =            sink_received
final-signature          -            -            -            -            -            -            -            =            =            -            final_signed
)";

constexpr char kMark[] =
    "give_mark { exercise: 'drill' mark { subject { criterion: 'calm' } permille: 900 } }";

struct Said {
  std::string person;
  v1::Command command;
};

void AddSensor(DrillRoom& room) {
  room.Must("admin", "apply_register { sensors { id: 'ids' format: ALERT_FORMAT_EVE } }");
}

// Of a host that exists; refused outside of a running exercise.
void Alert(DrillRoom& room) {
  SensorAlert in{"ids", {}};
  in.alert.add_hosts("w2");
  in.alert.set_rule("1");
  const absl::Status status = room.Handle(in).status();
  EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
}

// The command of a row, well-formed wherever the phase allows it at all.
Said CommandOf(const std::string& row, DrillRoom& room) {
  static const std::map<std::string, std::pair<const char*, const char*>> kTexts = {
      {"apply_register", {"admin", "apply_register { people { id: 'new' } }"}},
      {"revoke_token", {"admin", "revoke_token { token_id: 't0' }"}},
      {"create_exercise:same",
       {"director", "create_exercise { exercise: 'drill' scenario: 'standard' }"}},
      {"check_exercise", {"director", "check_exercise { exercise: 'drill' }"}},
      {"start_exercise", {"director", "start_exercise { exercise: 'drill' }"}},
      {"pause_exercise", {"director", "pause_exercise { exercise: 'drill' }"}},
      {"resume_exercise", {"director", "resume_exercise { exercise: 'drill' }"}},
      {"hold_inject", {"director", "hold_inject { exercise: 'drill' inject: 'later' held: true }"}},
      {"hold_inject:released",
       {"director", "hold_inject { exercise: 'drill' inject: 'act' held: true }"}},
      {"skip_inject", {"director", "skip_inject { exercise: 'drill' inject: 'later' }"}},
      {"skip_inject:released", {"director", "skip_inject { exercise: 'drill' inject: 'act' }"}},
      {"fire_inject", {"director", "fire_inject { exercise: 'drill' inject: 'spare' }"}},
      {"fire_inject:released", {"director", "fire_inject { exercise: 'drill' inject: 'act' }"}},
      {"add_inject",
       {"director",
        "add_inject { exercise: 'drill' inject { id: 'extra' title { vi: 'x' en: 'x' } "
        "message { teams: 'soc' from { vi: 'a' en: 'a' } body { vi: 'b' en: 'b' } } "
        "at { seconds: 500 } } }"}},
      {"add_inject:action",
       {"director",
        "add_inject { exercise: 'drill' inject { id: 'extra' title { vi: 'x' en: 'x' } "
        "action { web_deface { page: '/srv/x' } } targets { system: 'portal' } "
        "at { seconds: 500 } } }"}},
      {"move_inject",
       {"director", "move_inject { exercise: 'drill' inject: 'later' planned_ex_us: 400000000 }"}},
      {"move_inject:released",
       {"director", "move_inject { exercise: 'drill' inject: 'act' planned_ex_us: 400000000 }"}},
      {"jump_clock", {"director", "jump_clock { exercise: 'drill' to_ex_us: 200000000 }"}},
      {"jump_clock:back", {"director", "jump_clock { exercise: 'drill' to_ex_us: 10000000 }"}},
      {"set_speed:live", {"director", "set_speed { exercise: 'drill' speed_permille: 2000 }"}},
      {"set_speed:tabletop", {"director", "set_speed { exercise: 'drill' speed_permille: 2000 }"}},
      {"stop_exercise", {"director", "stop_exercise { exercise: 'drill' }"}},
      {"stop_exercise:abort", {"director", "stop_exercise { exercise: 'drill' abort: true }"}},
      {"raise_real_incident", {"observer", "raise_real_incident { exercise: 'drill' }"}},
      {"clear_real_incident", {"director", "clear_real_incident { exercise: 'drill' }"}},
      {"observe",
       {"blue",
        "observe { exercise: 'drill' observation { "
        "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'more' } }"}},
      {"link_observation",
       {"evaluator",
        "link_observation { exercise: 'drill' match { "
        "observation: 'soc-1' inject: 'act' hosts: 'w1' credit_permille: 500 } }"}},
      {"reject_observation",
       {"evaluator",
        "reject_observation { exercise: 'drill' rejection { "
        "observation: 'soc-1' rejection: REJECTION_WRONG } }"}},
      {"read_message", {"blue", "read_message { exercise: 'drill' inject: 'msg' }"}},
      {"read_message:unreleased", {"blue", "read_message { exercise: 'drill' inject: 'nag' }"}},
      {"close_red",
       {"green",
        "close_red { exercise: 'drill' closed { report { name: 'r' sealed: true sha256: "
        "'0123456789abcdef0123456789abcdef' } data_deleted: true attestation: 'x' } }"}},
      {"judge_red_action",
       {"controller",
        "judge_red_action { exercise: 'drill' judged { action: 'ops-action-1' note: 'no' } }"}},
      {"open_judging", {"director", "open_judging { exercise: 'drill' }"}},
      {"rate_element",
       {"evaluator",
        "rate_element { exercise: 'drill' rating { "
        "system: 'sys' element: ELEMENT_PEOPLE rating: RATING_S } }"}},
      {"finalise_score", {"evaluator", "finalise_score { exercise: 'drill' }"}},
      {"close_exercise", {"director", "close_exercise { exercise: 'drill' }"}},
      {"merge_observation",
       {"evaluator",
        "merge_observation { exercise: 'drill' merge { observation: 'soc-2' into: 'soc-1' } }"}},
      {"merge_observation:circle",
       {"chair",
        "merge_observation { exercise: 'drill' merge { observation: 'soc-2' into: 'soc-2' } }"}},
      {"undo_judgement",
       {"evaluator", "undo_judgement { exercise: 'drill' undo { observation: 'soc-1' } }"}},
      {"undo_judgement:none",
       {"evaluator", "undo_judgement { exercise: 'drill' undo { observation: 'soc-2' } }"}},
      {"comment_observation",
       {"chair",
        "comment_observation { exercise: 'drill' comment { observation: 'soc-1' text: 'x' } }"}},
      {"give_mark", {"evaluator", kMark}},
      {"give_mark:late", {"evaluator", kMark}},
      {"settle_mark",
       {"chair",
        "settle_mark { exercise: 'drill' mark { subject { criterion: 'calm' } permille: 500 "
        "note: 'x' } }"}},
      {"settle_mark:blind",
       {"chair",
        "settle_mark { exercise: 'drill' mark { subject { criterion: 'calm' } permille: 500 "
        "note: 'x' } }"}},
      {"file_appeal",
       {"blue",
        "file_appeal { exercise: 'drill' appeal { subject { criterion: 'calm' } text: 'x' } }"}},
      {"file_appeal:blind",
       {"blue",
        "file_appeal { exercise: 'drill' appeal { subject { criterion: 'calm' } text: 'x' } }"}},
      {"answer_appeal",
       {"chair",
        "answer_appeal { exercise: 'drill' answer { appeal: 'appeal-1' upheld: true note: 'x' } "
        "}"}},
      {"take_note",
       {"evaluator", "take_note { exercise: 'drill' note { objective: 'see' text: 'x' } }"}},
      {"answer_survey",
       {"director",
        "answer_survey { exercise: 'drill' answers { replies { question: 'clear' scale: 4 } } }"}},
      {"answer_survey:unasked",
       {"director",
        "answer_survey { exercise: 'drill' answers { replies { question: 'clear' scale: 6 } } }"}},
      {"close_exercise:clean", {"director", "close_exercise { exercise: 'drill' }"}},
  };
  if (auto it = kTexts.find(row); it != kTexts.end()) {
    return {it->second.first, Cmd(it->second.second)};
  }
  v1::Command command;
  if (row == "issue_sensor_token") {
    AddSensor(room);
    command.mutable_issue_sensor_token()->set_sensor("ids");
    command.mutable_issue_sensor_token()->set_sha256(std::string(32, 's'));
    return {"admin", command};
  }
  if (row == "acknowledge_alert") {
    AddSensor(room);
    Alert(room);
    return {"blue", Cmd("acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }")};
  }
  if (row == "issue_token") {
    command.mutable_issue_token()->set_person("blue");
    command.mutable_issue_token()->set_sha256(std::string(32, 'y'));
    return {"admin", command};
  }
  if (row == "issue_enrolment") {
    command.mutable_issue_enrolment()->set_host("w1");
    command.mutable_issue_enrolment()->set_secret_sha256(std::string(32, 'z'));
    return {"admin", command};
  }
  if (row == "add_scenario") {
    *command.mutable_add_scenario()->mutable_scenario() =
        room.engine->state().reg.scenarios.at("standard");
    return {"director", command};
  }
  if (row == "create_exercise") {
    return {"director", Cmd("create_exercise { exercise: 'other' scenario: 'standard' "
                            "systems { part: 'portal' id: 'sys' } teams { part: 'soc' id: 'soc' } "
                            "teams { part: 'ops' id: 'ops' } }")};
  }
  if (row == "approve_exercise") return {"owner", room.ApproveCommand()};
  if (row == "accept_residue") return {"owner", room.AcceptCommand("act", "w1")};
  const int64_t at = room.e().start_us + 8 * kSecond;
  if (row == "attest_manual" || row == "attest_manual:early") {
    return {"controller",
            Cmd(absl::StrCat("attest_manual { exercise: 'drill' played { inject: 'hand' host: 'w1' "
                             "witnessed_by: 'evaluator' at_us: ",
                             row == "attest_manual" ? at : room.e().start_us - 1, " } }"))};
  }
  if (row == "observe:on-behalf") {
    return {"controller",
            Cmd(absl::StrCat("observe { exercise: 'drill' observation { person: 'blue' "
                             "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'by phone' "
                             "on_behalf { channel: 'phone' confirmed_by: 'evaluator' received_us: ",
                             at, " } } }"))};
  }
  if (absl::StartsWith(row, "record_red_action")) {
    return {row == "record_red_action" ? "green" : "blue",
            Cmd(absl::StrCat("record_red_action { exercise: 'drill' action { title: 't' host: 'd1' "
                             "severity: RED_SEVERITY_LOW effect: 'e' artefacts { kind: "
                             "ARTEFACT_KIND_ACCOUNT value: 'a' } proof { name: 'p' sealed: true "
                             "sha256: '0123456789abcdef0123456789abcdef' } at_us: ",
                             at, " } }"))};
  }
  ADD_FAILURE() << "no command for row " << row;
  return {};
}

// What rows of judging need besides the phase; they have it where the phase allows it.
void Prepare(const std::string& row, v1::Phase phase, DrillRoom* room) {
  const bool queue = phase >= v1::PHASE_RUNNING && phase <= v1::PHASE_JUDGING;
  if (row.starts_with("merge_observation") && queue) {
    room->Must("controller",
               absl::StrCat("observe { exercise: 'drill' observation { person: 'blue' "
                            "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' on_behalf { "
                            "channel: 'phone' confirmed_by: 'evaluator' received_us: ",
                            room->e().start_us + 8 * kSecond, " } } }"));
  }
  if (row == "undo_judgement" && queue) {
    room->Must("evaluator",
               "reject_observation { exercise: 'drill' rejection { observation: 'soc-1' "
               "rejection: REJECTION_WRONG } }");
  }
  if (row == "undo_judgement:none" && queue) {
    room->Must("controller",
               absl::StrCat("observe { exercise: 'drill' observation { person: 'blue' "
                            "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' on_behalf { "
                            "channel: 'phone' confirmed_by: 'evaluator' received_us: ",
                            room->e().start_us + 8 * kSecond, " } } }"));
  }
  const bool marked = row == "give_mark:late" || row == "settle_mark" || row == "file_appeal" ||
                      row == "answer_appeal";
  if (marked && (phase == v1::PHASE_ENDED || phase == v1::PHASE_JUDGING)) {
    room->Must("evaluator", kMark);
    room->Must("evaluator3",
               "give_mark { exercise: 'drill' mark { subject { criterion: 'calm' } "
               "permille: 100 } }");
  }
  if (row == "answer_appeal" && phase == v1::PHASE_JUDGING) {
    room->Must("blue",
               "file_appeal { exercise: 'drill' appeal { subject { criterion: 'calm' } "
               "text: 'x' } }");
  }
}

std::unique_ptr<DrillRoom> RoomFor(const std::string& row, v1::Phase phase) {
  DrillRoom::Options options;
  if (row == "set_speed:tabletop") options.scenario = testing::kTabletopScenario;
  for (const char* judged :
       {"give_mark", "settle_mark", "file_appeal", "answer_appeal", "answer_survey"}) {
    if (row.starts_with(judged)) options.scenario = testing::kJudgedScenario;
  }
  const bool red =
      row.starts_with("record_red") || row.starts_with("judge_red") || row == "close_red";
  if (red) options.scenario = testing::RedScenario();
  auto room = At(phase, options);
  Prepare(row, phase, room.get());
  if (row == "judge_red_action" && (room->e().InPlay() || phase == v1::PHASE_ENDED)) {
    room->Must("green", CommandOf("record_red_action", *room).command);
  }
  if (row == "close_exercise:clean" && phase == v1::PHASE_FINAL) {
    room->Must("owner", room->AcceptCommand("act", "w1"));
  }
  EXPECT_EQ(room->e().phase, phase);
  return room;
}

// What came of it, as a cell.
std::string Cell(const DrillRoom& room, v1::Phase before, size_t records) {
  if (room.e().phase != before) return PhaseWord(room.e().phase);
  return records == 0 ? "-" : "=";
}

void ExpectPhases(const Table& table) {
  std::vector<std::string> columns;
  for (v1::Phase phase : AllPhases()) columns.push_back(PhaseWord(phase));
  columns.push_back("record");
  EXPECT_EQ(table.columns, columns) << "a phase is missing from the table";
}

TEST(LifecycleTable, NamesEveryCommandAndPhase) {
  const Table table = ParseTable(kCommands);
  ExpectPhases(table);
  std::set<std::string> named;
  for (const auto& [row, cells] : table.rows) {
    named.insert(std::vector<std::string>(absl::StrSplit(row, ':')).front());
  }
  const auto* commands = v1::Command::descriptor()->FindOneofByName("command");
  std::set<std::string> all;
  for (int i = 0; i < commands->field_count(); ++i) all.insert(commands->field(i)->name());
  EXPECT_EQ(named, all);
}

TEST(LifecycleTable, EveryCommandInEveryPhase) {
  for (const auto& [row, cells] : ParseTable(kCommands).rows) {
    const std::vector<v1::Phase> phases = AllPhases();
    for (size_t i = 0; i < phases.size(); ++i) {
      SCOPED_TRACE(absl::StrCat(row, " in ", PhaseWord(phases[i])));
      const auto room = RoomFor(row, phases[i]);
      const Said said = CommandOf(row, *room);
      const size_t before = room->journal.size();
      const absl::StatusOr<Decision> decision = room->Submit(said.person, said.command);
      const std::vector<v1::Record> records = room->Since(before);
      if (!decision.ok()) {
        EXPECT_EQ(CodeWord(decision.status().code()), cells[i]) << decision.status();
        EXPECT_TRUE(records.empty()) << "refused, and yet recorded";
      } else {
        EXPECT_EQ(Cell(*room, phases[i], records.size()), cells[i]);
        EXPECT_TRUE(records.empty() || KindOf(records.front()) == cells.back())
            << absl::StrCat(records.empty() ? "" : KindOf(records.front()));
      }
      if (!records.empty()) room->ExpectReplays();
    }
  }
}

constexpr size_t kNoInput = std::variant_npos;

template <typename T>
constexpr size_t IndexOf() {
  return Input(T{}).index();
}

struct Happening {
  size_t input;  // of Input; kNoInput: time alone
  std::function<void(DrillRoom&)> happens;
};

void Says(DrillRoom& room, v1::OrderEventKind kind) {
  room.AgentSays("w1", "later", kind,
                 kind == v1::ORDER_EVENT_KIND_UNDONE ? "cleanup: CLEANUP_RESULT_VERIFIED" : "");
}

std::map<std::string, Happening> Happenings() {
  std::map<std::string, Happening> all = {
      {"planned-end", {kNoInput, [](DrillRoom& room) { room.Advance(700); }}},
      {"agent-lost", {IndexOf<AgentPresence>(), [](DrillRoom& room) { room.Disconnect("w1"); }}},
      {"agent-back",
       {IndexOf<AgentPresence>(),
        [](DrillRoom& room) {
          room.Disconnect("w1");
          room.Connect("w1");
        }}},
      {"dry-run",
       {IndexOf<DryRunAnswer>(),
        [](DrillRoom& room) {
          DryRunAnswer answer{"w1", {}};
          answer.report.set_exercise(DrillRoom::kId);
          EXPECT_OK(room.Handle(answer));
        }}},
      {"restart-60s",
       {IndexOf<ControllerStart>(), [](DrillRoom& room) { room.Restart(60, false); }}},
      {"restart-61s",
       {IndexOf<ControllerStart>(), [](DrillRoom& room) { room.Restart(61, false); }}},
      {"enrolment",
       {IndexOf<AgentEnrolment>(),
        [](DrillRoom& room) {
          EXPECT_THAT(room.Handle(AgentEnrolment{"no", "key"}),
                      testing::StatusIs(absl::StatusCode::kUnauthenticated));
        }}},
      {"clock-step",
       {IndexOf<ClockStep>(),
        [](DrillRoom& room) { EXPECT_OK(room.Handle(ClockStep{2 * kSecond})); }}},
      {"alert",
       {IndexOf<SensorAlert>(),
        [](DrillRoom& room) {
          AddSensor(room);
          Alert(room);
        }}},
      {"sink-contact",
       {IndexOf<SinkContact>(),
        [](DrillRoom& room) {
          v1::OrderId order;
          order.set_exercise(DrillRoom::kId);
          order.set_inject("act");
          order.set_host("w2");
          order.set_attempt(1);
          (void)room.Handle(SinkContact{OrderMark(order), v1::CHANNEL_HTTP, "10.0.0.7", 1, 10, "",
                                        room.now_us, room.now_us});
        }}},
      {"final-signature",
       {IndexOf<FinalSignature>(),
        [](DrillRoom& room) {
          v1::FinalStatement statement;
          statement.set_exercise(DrillRoom::kId);
          statement.set_scorecard_sha256(room.e().final_score.scorecard_sha256());
          FinalSignature in{DrillRoom::kId, {}};
          in.signature.set_statement(statement.SerializeAsString());
          EXPECT_OK(room.Handle(in));
        }}},
      {"bootstrap",
       {IndexOf<Bootstrap>(),
        [](DrillRoom& room) { EXPECT_OK(room.Handle(Bootstrap{std::string(32, 'q')})); }}},
  };
  for (int kind = 1; kind < v1::OrderEventKind_ARRAYSIZE; ++kind) {
    const auto event = static_cast<v1::OrderEventKind>(kind);
    const std::string name = v1::OrderEventKind_Name(event).substr(17);
    all[absl::AsciiStrToLower(name)] = {IndexOf<AgentEvents>(),
                                        [event](DrillRoom& room) { Says(room, event); }};
  }
  return all;
}

TEST(LifecycleTable, NamesEveryHappeningAndPhase) {
  const Table table = ParseTable(kHappenings);
  ExpectPhases(table);
  std::set<std::string> named;
  for (const auto& [row, cells] : table.rows) named.insert(row);
  std::set<std::string> known;
  std::set<size_t> inputs = {IndexOf<PersonCommand>()};  // the other table
  for (const auto& [name, happening] : Happenings()) {
    known.insert(name);
    if (happening.input != kNoInput) inputs.insert(happening.input);
  }
  EXPECT_EQ(named, known);
  EXPECT_EQ(inputs.size(), std::variant_size_v<Input>) << "an input of the engine is missing";
}

TEST(LifecycleTable, EveryHappeningInEveryPhase) {
  const auto happenings = Happenings();
  for (const auto& [row, cells] : ParseTable(kHappenings).rows) {
    const std::vector<v1::Phase> phases = AllPhases();
    for (size_t i = 0; i < phases.size(); ++i) {
      SCOPED_TRACE(absl::StrCat(row, " in ", PhaseWord(phases[i])));
      DrillRoom::Options options;
      if (row == "sink-contact") options.scenario = testing::BeaconScenario();
      const auto room = At(phases[i], options);
      const size_t before = room->journal.size();
      happenings.at(row).happens(*room);
      std::vector<v1::Record> records = room->Since(before);
      std::erase_if(records, [](const v1::Record& r) { return r.stream() == "register"; });
      EXPECT_EQ(Cell(*room, phases[i], records.size()), cells[i]);
      EXPECT_TRUE(records.empty() || KindOf(records.front()) == cells.back())
          << absl::StrCat(records.empty() ? "" : KindOf(records.front()));
      if (!records.empty()) room->ExpectReplays();
    }
  }
}

// An exercise that acts on no host has nobody to ask.
TEST(Lifecycle, WithoutActionsApprovalMakesReady) {
  const auto room = At(v1::PHASE_APPROVED, {.scenario = testing::kTabletopScenario});
  EXPECT_EQ(room->Must("director", "check_exercise { exercise: 'drill' }").response.notes_size(), 1)
      << "the notice that is not acknowledged";
  room->Approve();
  EXPECT_EQ(room->e().phase, v1::PHASE_READY);
}

// Every abort is listed for ever: the record stays, with its note.
TEST(Lifecycle, AnAbortBeforeTheStartIsKept) {
  const auto room = At(v1::PHASE_DRAFT);
  room->Must("director", "stop_exercise { exercise: 'drill' abort: true note: 'no' }");
  EXPECT_TRUE(room->e().aborted);
  EXPECT_EQ(room->journal.back().record.exercise_ended().note(), "no");
  room->ExpectReplays();
}

}  // namespace
}  // namespace drill
