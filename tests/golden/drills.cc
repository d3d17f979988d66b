// The drills behind the golden journals: between them every kind of record.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "core/exercise/mark.h"
#include "tests/golden/golden.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill::testing {
namespace {

std::string PathText(absl::string_view path) {
  return absl::StrCat(" artefacts { kind: ARTEFACT_KIND_PATH value: '", path, "' } ");
}

void IssueCredentials(DrillRoom& room) {
  v1::Command command;
  command.mutable_issue_token()->set_person("blue");
  command.mutable_issue_token()->set_sha256(std::string(32, 'b'));
  command.mutable_issue_token()->set_valid_us(3600 * kSecond);
  const std::string token = room.Must("admin", command).response.id();
  room.Must("admin", absl::StrCat("revoke_token { token_id: '", token, "' }"));
  command.Clear();
  command.mutable_issue_enrolment()->set_host("w1");
  command.mutable_issue_enrolment()->set_secret_sha256(std::string(32, 'e'));
  room.Must("admin", command);
  EXPECT_OK(room.Handle(AgentEnrolment{std::string(32, 'e'), std::string(32, 'k')}));
  EXPECT_OK(room.Handle(ClockStep{-3 * kSecond}));
}

// A message added while it runs, one steered, one crossed and one skipped action.
void Steer(DrillRoom& room) {
  room.Must("controller",
            "add_inject { exercise: 'drill' inject { id: 'extra' "
            "title { vi: 'Thêm' en: 'More' } message { teams: 'soc' "
            "from { vi: 'a' en: 'a' } body { vi: 'b' en: 'b' } } "
            "at { seconds: 90 } } }");
  room.Must("controller",
            "hold_inject { exercise: 'drill' inject: 'rep' held: true note: 'wait' }");
  // Crossed its revocation on the wire: taken back.
  room.AgentSays("d1", "rep", v1::ORDER_EVENT_KIND_STARTED, "error_us: 1500");
  room.Undo("d1", "rep", v1::CLEANUP_RESULT_VERIFIED, 1);
  room.Must("controller", "skip_inject { exercise: 'drill' inject: 'rep#2' note: 'enough' }");
  room.Must("controller",
            "move_inject { exercise: 'drill' inject: 'later' "
            "planned_ex_us: 200000000 }");
  room.Must("controller", "fire_inject { exercise: 'drill' inject: 'spare' }");
  room.AgentSays("d1", "spare", v1::ORDER_EVENT_KIND_BLOCKED, "notes: 'SELinux'");
}

void Respond(DrillRoom& room) {
  room.Must("blue", "read_message { exercise: 'drill' inject: 'msg' }");
  room.Observe("blue", "kind: OBSERVATION_KIND_ANSWER question: 'ask' choice: 'a'");
  room.Must("controller", absl::StrCat("attest_manual { exercise: 'drill' played { "
                                       "inject: 'hand' host: 'w2' witnessed_by: 'evaluator' "
                                       "error_us: 1000000 at_us: ",
                                       room.e().start_us + 9 * kSecond, " } }"));
  room.Play("w1", "act");
  room.Play("w2", "act");
  room.ToEx(33);
  const std::string seen =
      room.Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: 'w1' hosts: 'w2'",
                                        PathText("/srv/act"), PathText("/srv/no")));
  room.Observe("blue2",
               "kind: OBSERVATION_KIND_DETECTION hosts: 'w2' text: 'a strange file' "
               "claimed_us: 5");
  room.Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_REPORT recipients: 'owner' fields { "
                                    "name: 'severity' value: 'cao' } about: '",
                                    seen, "'"));
  room.Advance(3);  // chase is released
  room.Play("d1", "chase");
  room.Observe("green", absl::StrCat("kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1'",
                                     PathText("/srv/act")));
  room.Observe("green",
               absl::StrCat("kind: OBSERVATION_KIND_RECOVERY hosts: 'w1'", PathText("/srv/act")));
  room.Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: 'd1'",
                                    PathText("/etc/passwd")));
  room.Must("controller", absl::StrCat("observe { exercise: 'drill' observation { person: 'green' "
                                       "kind: OBSERVATION_KIND_DETECTION hosts: 'w2' on_behalf { "
                                       "channel: 'phone' confirmed_by: 'evaluator' received_us: ",
                                       room.now_us - kSecond, " } ", PathText("/hand"), " } }"));
}

void Judge(DrillRoom& room) {
  room.Must("evaluator", "open_judging { exercise: 'drill' }");
  room.Must("evaluator",
            absl::StrCat("link_observation { exercise: 'drill' match { observation: 'soc-3' "
                         "inject: 'act' hosts: 'w2' credit_permille: 800 note: 'clear' "
                         "counts_from_us: ",
                         room.e().start_us + 30 * kSecond, " } }"));
  // All that still waits.
  for (const ObservationState& o : room.e().observations) {
    if (!o.matches.empty()) continue;
    room.Must("evaluator", absl::StrCat("reject_observation { exercise: 'drill' rejection { "
                                        "observation: '",
                                        o.made.observation(), "' rejection: REJECTION_WRONG } }"));
  }
  room.Must("evaluator",
            "rate_element { exercise: 'drill' rating { system: 'sys' "
            "element: ELEMENT_PROCESS rating: RATING_M note: 'x' } }");
  room.Must("evaluator",
            "rate_element { exercise: 'drill' rating { system: 'sys' "
            "element: ELEMENT_PROCESS rating: RATING_S } }");
  room.Must("evaluator", "finalise_score { exercise: 'drill' }");
}

// From draft to closed, with responders.
std::unique_ptr<DrillRoom> Whole() {
  auto room = std::make_unique<DrillRoom>();
  IssueCredentials(*room);
  room->Start();
  room->ToEx(25);
  Respond(*room);
  Steer(*room);
  room->Disconnect("w2");
  room->Advance(20);
  room->Connect("w2");
  room->ToEx(205);
  room->AgentSays("w1", "later", v1::ORDER_EVENT_KIND_REFUSED, "notes: 'policy'");
  room->AgentSays("w2", "later", v1::ORDER_EVENT_KIND_FAILED,
                  "cleanup: CLEANUP_RESULT_VERIFIED notes: 'no space'");
  room->AgentSays("d1", "rep#3", v1::ORDER_EVENT_KIND_STARTED, "late_us: 700");
  room->AgentSays("d1", "rep#3", v1::ORDER_EVENT_KIND_INTERRUPTED);
  room->Must("controller", "skip_inject { exercise: 'drill' inject: 'rep' }");
  room->ToEx(600);
  for (const char* host : {"w1", "w2"}) room->Undo(host, "act");
  room->Undo("d1", "chase", v1::CLEANUP_RESULT_DECLARED);
  room->AgentSays("d1", "rep", v1::ORDER_EVENT_KIND_MISSED, "order { attempt: 2 }");
  room->AgentSays("d1", "rep#2", v1::ORDER_EVENT_KIND_MISSED);
  Judge(*room);
  room->Must("director", "close_exercise { exercise: 'drill' note: 'xong' }");
  return room;
}

// Stopped in its midst; one host keeps residue, which its owner accepts, another never answers.
std::unique_ptr<DrillRoom> Stopped() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.level = 4});
  room->Start();
  room->ToEx(22);
  room->Play("w1", "act");
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_STARTED);
  room->Observe("blue", "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'x'");
  room->Must("owner", "stop_exercise { exercise: 'drill' abort: true note: 'dừng' }");
  room->Advance(4);
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_UNDONE,
                  "undo_reason: UNDO_REASON_STOPPED cleanup: CLEANUP_RESULT_RESIDUE "
                  "notes: '/srv/index.html'");
  room->Must("owner", room->AcceptCommand("act", "w1"));
  return room;
}

// A pause, a REAL INCIDENT, and a controller that was away, for a moment and for long.
std::unique_ptr<DrillRoom> Paused() {
  auto room = std::make_unique<DrillRoom>();
  room->Start();
  room->ToEx(15);
  room->Must("director", "pause_exercise { exercise: 'drill' note: 'nghỉ' }");
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_MISSED);
  room->Advance(120);
  room->Observe("blue", "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'in the pause'");
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(10);
  room->ToEx(22);
  room->Play("w1", "act");
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_STARTED, "order { attempt: 2 }");
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_APPLIED, "order { attempt: 2 }");
  room->Must("blue", "raise_real_incident { exercise: 'drill' note: 'thật' }");
  room->Advance(30);
  room->Observe("blue",
                absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: 'w1'", PathText("/srv/act")));
  room->Must("director", "clear_real_incident { exercise: 'drill' note: 'xong' }");
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(20);
  room->Restart(25);  // rep fell due: late
  room->AgentSays("d1", "rep", v1::ORDER_EVENT_KIND_MISSED);
  room->Observe("blue",
                absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: 'w1'", PathText("/srv/act")));
  room->Restart(90);  // comes back paused, what is overdue is held
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(12);
  room->Must("director", "fire_inject { exercise: 'drill' inject: 'rep#3' }");
  return room;
}

// Around a table: another speed, a jump, questions.
std::unique_ptr<DrillRoom> Tabletop() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.scenario = kTabletopScenario});
  room->Start();
  room->Must("director", "set_speed { exercise: 'drill' speed_permille: 2500 }");
  room->Advance(3);
  room->Must("green", "read_message { exercise: 'drill' inject: 'msg' }");
  room->Observe("blue", "kind: OBSERVATION_KIND_ANSWER question: 'ask' choice: 'b'");
  room->Must("director", "jump_clock { exercise: 'drill' to_ex_us: 590000000 }");
  room->Advance(5);
  room->Must("director", "open_judging { exercise: 'drill' }");
  room->Must("evaluator", "finalise_score { exercise: 'drill' }");
  room->Must("director", "close_exercise { exercise: 'drill' }");
  return room;
}

// What reached the drill's sink: twice in play, once before the clean-up and told only after it.
std::unique_ptr<DrillRoom> Sink() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.scenario = BeaconScenario()});
  room->Start();
  room->ToEx(22);
  room->Play("w1", "act");
  v1::OrderId order;
  order.set_exercise(DrillRoom::kId);
  order.set_inject("act");
  order.set_host("w1");
  order.set_attempt(1);
  SinkContact contact{OrderMark(order), v1::CHANNEL_HTTPS, "10.1.2.3", 3, 1500, "",
                      room->now_us,     room->now_us};
  EXPECT_OK(room->Handle(contact));
  room->Advance(10);
  contact.contacts = 1;
  contact.sha256 = std::string(32, 'a');
  contact.last_us = room->now_us;
  EXPECT_OK(room->Handle(contact));
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Advance(4);
  room->Undo("w1", "act");
  contact.channel = v1::CHANNEL_DNS;
  EXPECT_OK(room->Handle(contact));
  return room;
}

// Evaluators at work: merged, undone, commented, marked blind, settled, appealed; a hot wash; the
// final signed.
std::unique_ptr<DrillRoom> Judged() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.scenario = kJudgedScenario});
  room->Start();
  room->ToEx(20);
  room->Observe("blue", "kind: OBSERVATION_KIND_ANSWER question: 'ask' text: 'Vì cổng bị đổi'");
  room->Observe("blue2", "kind: OBSERVATION_KIND_ANSWER question: 'ask' text: 'Như trên'");
  room->Must("evaluator3",
             "take_note { exercise: 'drill' note { objective: 'see' team: 'soc' text: 'Nhanh' "
             "attachments { name: 'a.jpg' media_type: 'image/jpeg' size: 3 "
             "sha256: '01234567890123456789012345678901' } } }");
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Must("director", "open_judging { exercise: 'drill' }");
  room->Must("evaluator",
             "comment_observation { exercise: 'drill' comment { observation: 'soc-1' text: 'ok' } "
             "}");
  room->Must("evaluator",
             "merge_observation { exercise: 'drill' merge { observation: 'soc-1' into: 'soc-2' } "
             "}");
  room->Must("chair",
             "undo_judgement { exercise: 'drill' undo { observation: 'soc-1' note: 'ngược' } }");
  room->Must("evaluator",
             "merge_observation { exercise: 'drill' merge { observation: 'soc-2' into: 'soc-1' } "
             "}");
  room->Must("evaluator",
             "link_observation { exercise: 'drill' match { observation: 'soc-1' inject: 'ask' "
             "credit_permille: 1000 } }");
  const auto mark = [&](const char* who, const char* what, int permille) {
    room->Must(who, absl::StrCat("give_mark { exercise: 'drill' mark { subject { ", what,
                                 " } permille: ", permille, " note: 'x' } }"));
  };
  mark("evaluator", "inject: 'ask'", 800);
  mark("evaluator3", "inject: 'ask'", 900);
  mark("evaluator", "criterion: 'calm'", 1000);
  mark("evaluator", "criterion: 'calm'", 900);
  mark("evaluator3", "criterion: 'calm'", 300);
  room->Must("chair",
             "settle_mark { exercise: 'drill' mark { subject { criterion: 'calm' } permille: 600 "
             "note: 'giữa' } }");
  room->Must("blue",
             "file_appeal { exercise: 'drill' appeal { subject { criterion: 'calm' } "
             "text: 'Chúng tôi đã họp' } }");
  room->Must("chair",
             "answer_appeal { exercise: 'drill' answer { appeal: 'appeal-1' upheld: true "
             "note: 'đúng' } }");
  room->Must("chair",
             "settle_mark { exercise: 'drill' mark { subject { criterion: 'calm' } permille: 750 "
             "note: 'sau kháng nghị' } }");
  room->Must("evaluator",
             "rate_element { exercise: 'drill' rating { objective: 'see' "
             "element: ELEMENT_PEOPLE rating: RATING_P } }");
  for (const char* person : {"blue", "director", "blue"}) {
    room->Must(person,
               "answer_survey { exercise: 'drill' answers { replies { question: 'clear' scale: 4 } "
               "replies { question: 'more' text: 'Tốt' } } }");
  }
  room->Must("evaluator", "finalise_score { exercise: 'drill' }");
  v1::FinalStatement statement;
  statement.set_exercise(DrillRoom::kId);
  statement.set_scorecard_sha256(room->e().final_score.scorecard_sha256());
  FinalSignature signature{DrillRoom::kId, {}};
  signature.signature.set_statement(statement.SerializeAsString());
  EXPECT_OK(room->Handle(signature));
  room->Must("director", "close_exercise { exercise: 'drill' }");
  return room;
}

// A sensor's word before the host's own, once matched and acknowledged, once of nothing.
std::unique_ptr<DrillRoom> Alerts() {
  auto room = std::make_unique<DrillRoom>();
  v1::Command token = Cmd("issue_sensor_token { sensor: 'ids' }");
  token.mutable_issue_sensor_token()->set_sha256(std::string(32, 's'));
  room->Must("admin", "apply_register { sensors { id: 'ids' format: ALERT_FORMAT_FALCO } }");
  room->Must("admin", token);
  room->Start();
  room->ToEx(25);
  SensorAlert in{"ids", {}};
  in.alert.add_hosts("w1");
  in.alert.set_rule("7");
  in.alert.set_sensor_us(room->now_us - kSecond);
  v1::Artefact* artefact = in.alert.add_artefacts();
  artefact->set_kind(v1::ARTEFACT_KIND_PATH);
  artefact->set_value("/srv/act");
  EXPECT_OK(room->Handle(in));
  room->Play("w1", "act");
  room->Advance(2);
  room->Must("blue", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }");
  artefact->set_value("/srv/other");
  in.alert.set_repeats(12);
  EXPECT_OK(room->Handle(in));
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Advance(4);
  room->Undo("w1", "act");
  return room;
}

// Work that was claimed and looked at: in part at first, then whole.
std::unique_ptr<DrillRoom> Claimed() {
  auto room = std::make_unique<DrillRoom>();
  room->Start();
  for (const char* host : {"w1", "w2", "d1"}) room->Connect(host);
  room->ToEx(20);
  room->Play("w1", "act");
  room->ToEx(30);
  for (const char* found :
       {"traces { fate: TRACE_FATE_STANDING } traces { fate: TRACE_FATE_GONE }",
        "traces { fate: TRACE_FATE_GONE } traces { fate: TRACE_FATE_UNKNOWN }"}) {
    const std::string claim =
        room->Observe("blue",
                      "kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' artefacts { kind: "
                      "ARTEFACT_KIND_PATH value: '/srv/act' }");
    room->Advance(2);
    room->AgentLooks("w1", "act", claim, found);
    room->Advance(5);
  }
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Advance(4);
  room->Undo("w1", "act");
  return room;
}

// Free play: one action accepted, one refused; the red team's end.
std::unique_ptr<DrillRoom> FreePlay() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.scenario = RedScenario()});
  room->Start();
  room->ToEx(25);
  for (const char* accepted : {"true", "false"}) {
    room->Must("green",
               absl::StrCat("record_red_action { exercise: 'drill' action { title: 'Chiếm "
                            "tài khoản' host: 'd1' severity: RED_SEVERITY_HIGH effect: 'x' "
                            "techniques: 'T1078' artefacts { kind: ARTEFACT_KIND_ACCOUNT "
                            "value: 'backup' } error_us: 2000000 at_us: ",
                            room->now_us - 10 * kSecond,
                            " proof { name: 'shell.png' sha256: "
                            "'0123456789abcdef0123456789abcdef' sealed: true } } }"));
    const std::string action = room->e().red_actions.back().action.action();
    room->Must("controller", absl::StrCat("judge_red_action { exercise: 'drill' judged { action: '",
                                          action, "' accepted: ", accepted, " note: 'đã xem' } }"));
  }
  room->Observe("blue",
                "kind: OBSERVATION_KIND_DETECTION hosts: 'd1' artefacts { kind: "
                "ARTEFACT_KIND_ACCOUNT value: 'backup' }");
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Must("green",
             "close_red { exercise: 'drill' closed { report { name: 'r' sealed: true sha256: "
             "'0123456789abcdef0123456789abcdef' } data_deleted: true attestation: 'đã xóa' } }");
  return room;
}

}  // namespace

const std::vector<GoldenDrill>& GoldenDrills() {
  static const std::vector<GoldenDrill> kDrills = {
      {"whole", Whole},       {"stopped", Stopped}, {"paused", Paused},
      {"tabletop", Tabletop}, {"sink", Sink},       {"judged", Judged},
      {"alerts", Alerts},     {"claimed", Claimed}, {"free_play", FreePlay}};
  return kDrills;
}

}  // namespace drill::testing
