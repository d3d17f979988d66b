#include "tests/unit/core/exercise/phases.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/status.h"

namespace drill::testing {

const char kTabletopScenario[] = R"(
id: table
title: {vi: Trên bàn, en: Table}
type: tabletop
duration: 600s
cast:
  systems: [{id: portal, title: {vi: Cổng, en: Portal}, roles: [web]}]
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Phát hiện, en: Detect}}]
injects:
  - id: msg
    title: {vi: Thư, en: Letter}
    message: {teams: [soc, ops], from: {vi: Ai, en: Who}, body: {vi: Gì, en: What}}
    at: 5s
  - id: ask
    title: {vi: Hỏi, en: Ask}
    objective: see
    question:
      teams: [soc]
      body: {vi: Gì, en: What}
      choices:
        - {id: a, text: {vi: A, en: A}, credit_permille: 1000}
        - {id: b, text: {vi: B, en: B}}
    at: 6s
    expect: [{kind: answer, team: soc, limit: 60s}]
rubric: {}
)";

const char kJudgedScenario[] = R"(
id: judged
title: {vi: Chấm điểm, en: Judged}
type: tabletop
duration: 600s
cast:
  systems: [{id: portal, title: {vi: Cổng, en: Portal}, roles: [web]}]
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Phát hiện, en: Detect}}]
injects:
  - id: msg
    title: {vi: Thư, en: Letter}
    message: {teams: [soc, ops], from: {vi: Ai, en: Who}, body: {vi: Gì, en: What}}
    at: 5s
  - id: ask
    title: {vi: Hỏi, en: Ask}
    objective: see
    question: {teams: [soc], body: {vi: Vì sao, en: Why}}
    at: 6s
    expect: [{kind: answer, team: soc, weight: 3, limit: 60s}]
criteria:
  - id: calm
    title: {vi: Bình tĩnh, en: Calm}
    team: soc
    objective: see
    weight: 2
    levels:
      - {permille: 1000, text: {vi: Tốt, en: Good}}
      - {permille: 0, text: {vi: Kém, en: Bad}}
    guidance: {vi: Nhìn cách trao đổi, en: Look at how they talk}
survey:
  - {id: clear, text: {vi: Kịch bản rõ ràng, en: The scenario was clear}, scale: 5}
  - {id: more, text: {vi: Ý kiến khác, en: Anything else}}
rubric: {}
)";

namespace {

std::unique_ptr<DrillRoom> WayTo(v1::Phase phase, const DrillRoom::Options& options) {
  auto room = std::make_unique<DrillRoom>(options);
  if (phase == v1::PHASE_DRAFT) return room;
  if (phase == v1::PHASE_APPROVED) {
    v1::Command approve = room->ApproveCommand();
    // Without actions nobody has to be asked: something else must be missing.
    const bool ask = options.scenario == kTabletopScenario || options.scenario == kJudgedScenario;
    approve.mutable_approve_exercise()->mutable_approval()->mutable_notices(0)->set_acknowledged(
        !ask);
    room->Must("director", approve);
    return room;
  }
  if (phase == v1::PHASE_READY) {
    room->Ready();
    return room;
  }
  room->Start();
  room->ToEx(25);
  const bool acts = room->e().FindInject("act") >= 0;
  if (acts) {
    room->Play("w1", "act");
    room->Play("w2", "act");
  }
  room->Observe("blue", "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'strange'");
  if (phase == v1::PHASE_RUNNING) return room;
  if (phase == v1::PHASE_PAUSED) {
    room->Must("director", "pause_exercise { exercise: 'drill' }");
    return room;
  }
  room->Must("director", absl::StrCat("stop_exercise { exercise: 'drill' abort: ",
                                      phase == v1::PHASE_ABORTED ? "true" : "false", " }"));
  room->Advance(5);
  if (acts) {
    room->Undo("w1", "act", v1::CLEANUP_RESULT_RESIDUE);
    room->Undo("w2", "act");
    // Armed and within a lease of their time when it ended.
    for (const char* rep : {"rep", "rep#2", "rep#3"}) {
      room->AgentSays("d1", rep, v1::ORDER_EVENT_KIND_MISSED);
    }
  }
  if (phase == v1::PHASE_ENDED || phase == v1::PHASE_ABORTED) return room;
  room->Must("director", "open_judging { exercise: 'drill' }");
  room->Must("evaluator",
             "reject_observation { exercise: 'drill' "
             "rejection { observation: 'soc-1' rejection: REJECTION_DUPLICATE } }");
  if (phase == v1::PHASE_JUDGING) return room;
  if (options.scenario == kJudgedScenario) {
    for (const char* evaluator : {"evaluator", "evaluator3"}) {
      room->Must(evaluator,
                 "give_mark { exercise: 'drill' mark { subject { criterion: 'calm' } "
                 "permille: 700 } }");
    }
  }
  room->Must("evaluator", "finalise_score { exercise: 'drill' }");
  if (phase == v1::PHASE_FINAL) return room;
  if (acts) room->Must("owner", room->AcceptCommand("act", "w1"));
  if (options.scenario == RedScenario()) {
    room->Must("green",
               "close_red { exercise: 'drill' closed { report { name: 'r' sealed: true sha256: "
               "'0123456789abcdef0123456789abcdef' } data_deleted: true attestation: 'x' } }");
  }
  room->Must("director", "close_exercise { exercise: 'drill' }");
  return room;
}

}  // namespace

std::unique_ptr<DrillRoom> At(v1::Phase phase, const DrillRoom::Options& options) {
  // Each way is gone once.
  static auto& rooms =
      *new std::map<std::tuple<int, std::string, int, int64_t>, std::unique_ptr<DrillRoom>>();
  auto& room = rooms[{phase, options.scenario, options.level, options.now_us}];
  if (room == nullptr) room = WayTo(phase, options);
  return room->Copy();
}

std::vector<v1::Phase> AllPhases() {
  std::vector<v1::Phase> phases;
  const auto* descriptor = v1::Phase_descriptor();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto phase = static_cast<v1::Phase>(descriptor->value(i)->number());
    if (phase != v1::PHASE_UNSPECIFIED) phases.push_back(phase);
  }
  return phases;
}

std::string PhaseWord(v1::Phase phase) {
  return absl::AsciiStrToLower(v1::Phase_Name(phase).substr(6));
}

std::string CodeWord(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kFailedPrecondition:
      return "precondition";
    case absl::StatusCode::kInvalidArgument:
      return "invalid";
    case absl::StatusCode::kNotFound:
      return "missing";
    case absl::StatusCode::kPermissionDenied:
      return "denied";
    case absl::StatusCode::kAlreadyExists:
      return "exists";
    default:
      return absl::StatusCodeToString(code);
  }
}

Table ParseTable(absl::string_view text) {
  Table table;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty()) continue;
    const std::string name = words.front();
    words.erase(words.begin());
    if (name == "#") {
      if (table.columns.empty()) table.columns = words;
      continue;
    }
    EXPECT_EQ(words.size(), table.columns.size()) << name;
    words.resize(table.columns.size());
    table.rows.emplace_back(name, words);
  }
  return table;
}

}  // namespace drill::testing
