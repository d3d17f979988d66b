// Free play: a red team records what it did; the control team takes it as ground truth, or not.

#include <algorithm>

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/red.h"
#include "core/scenario/words.h"

namespace drill {

bool IsRedPart(const Exercise& exercise, absl::string_view part) {
  const auto& parts = exercise.created.scenario().cast().teams();
  return std::any_of(parts.begin(), parts.end(),
                     [&](const v1::TeamPart& p) { return p.id() == part && p.red(); });
}

std::vector<std::string> RedPartsOpen(const Exercise& exercise) {
  std::vector<std::string> open;
  for (const v1::TeamCast& cast : exercise.created.teams()) {
    const auto& closed = exercise.red_closed;
    const bool done = std::any_of(closed.begin(), closed.end(),
                                  [&](const v1::RedClosed& c) { return c.team() == cast.part(); });
    if (!done && IsRedPart(exercise, cast.part())) open.push_back(cast.part());
  }
  return open;
}

std::vector<std::string> RedActionsWaiting(const Exercise& exercise) {
  std::vector<std::string> waiting;
  for (const RedActionState& red : exercise.red_actions) {
    if (!red.judged) waiting.push_back(red.action.action());
  }
  return waiting;
}

namespace decide {
namespace {

constexpr size_t kTitleMax = 512;
constexpr size_t kTextMax = 16 << 10;
constexpr size_t kValueMax = 4096;
constexpr size_t kNoteMax = 4096;
constexpr int kArtefactsMax = 10;
constexpr int kTechniquesMax = 16;
constexpr int kProofMax = 16;
constexpr size_t kNameMax = 255;
constexpr size_t kSha256Bytes = 32;
constexpr int64_t kErrorMaxUs = 3'600'000'000;

// Its own team, if that attacks.
absl::StatusOr<std::string> RedTeam(const Context& c, const Exercise& e) {
  const std::string team = e.TeamOf(c.person);
  if (IsRedPart(e, team)) return team;
  return absl::PermissionDeniedError("only a red team does this");
}

void CheckProof(absl::string_view field,
                const google::protobuf::RepeatedPtrField<v1::Attachment>& files,
                std::vector<std::string>* faults) {
  if (files.empty() || files.size() > kProofMax) {
    faults->push_back(
        absl::StrCat(field, ": found ", files.size(), " files, expected 1 to ", kProofMax));
  }
  for (const v1::Attachment& file : files) {
    if (file.name().empty() || file.name().size() > kNameMax ||
        file.sha256().size() != kSha256Bytes || !file.sealed()) {
      faults->push_back(absl::StrCat(field, ": '", file.name().substr(0, kNameMax),
                                     "' needs a name, a SHA-256, and to be sealed"));
    }
  }
}

void CheckText(absl::string_view field, const std::string& text, size_t max, bool needed,
               std::vector<std::string>* faults) {
  if (needed && text.empty()) faults->push_back(absl::StrCat(field, ": missing"));
  if (text.size() > max) {
    faults->push_back(absl::StrCat(field, ": ", text.size(), " bytes, at most ", max));
  }
}

void CheckAction(const Context& c, const Exercise& e, const v1::RedActionRecorded& action,
                 std::vector<std::string>* faults) {
  CheckText("title", action.title(), kTitleMax, true, faults);
  CheckText("effect", action.effect(), kTextMax, true, faults);
  CheckText("text", action.text(), kTextMax, false, faults);
  if (e.FindHost(action.host()) < 0) {
    faults->push_back(absl::StrCat("host: '", action.host(), "' plays no part here"));
  }
  if (action.at_us() < e.start_us || action.at_us() > c.now_us ||
      (e.Over() && action.at_us() >= e.end_us)) {
    faults->push_back("at_us: expected when it was done, between StartEx and EndEx or now");
  }
  if (action.error_us() < 0 || action.error_us() > kErrorMaxUs) {
    faults->push_back("error_us: expected 0 to 1 h");
  }
  if (action.severity() == v1::RED_SEVERITY_UNSPECIFIED ||
      !v1::RedSeverity_IsValid(action.severity())) {
    faults->push_back("severity: missing or unknown; expected low, medium, high or critical");
  }
  if (action.techniques_size() > kTechniquesMax ||
      !std::all_of(action.techniques().begin(), action.techniques().end(),
                   [](const std::string& id) { return IsTechnique(id); })) {
    faults->push_back("techniques: expected at most 16 of ATT&CK's ids, such as T1486");
  }
  if (action.artefacts().empty() || action.artefacts_size() > kArtefactsMax) {
    faults->push_back("artefacts: expected 1 to 10, which detections are compared with");
  }
  for (const v1::Artefact& artefact : action.artefacts()) {
    if (artefact.kind() == v1::ARTEFACT_KIND_UNSPECIFIED ||
        !v1::ArtefactKind_IsValid(artefact.kind()) || artefact.value().empty() ||
        artefact.value().size() > kValueMax) {
      faults->push_back("artefacts: each needs a kind and a value of at most 4096 bytes");
    }
  }
  CheckProof("proof", action.proof(), faults);
}

}  // namespace

absl::Status RecordRed(Context& c, const v1::RecordRedAction& record) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, record.exercise()));
  ASSIGN_OR_RETURN(const std::string team, RedTeam(c, *e));
  RETURN_IF_ERROR(
      InPhase(*e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED}, "recording an action"));
  const std::vector<std::string> open = RedPartsOpen(*e);
  if (std::find(open.begin(), open.end(), team) == open.end()) {
    return absl::FailedPreconditionError("your team has closed its part; nothing can be added");
  }
  std::vector<std::string> faults;
  CheckAction(c, *e, record.action(), &faults);
  if (!faults.empty()) return Refused(faults);
  v1::RedActionRecorded* action = c.Emit(e->id())->mutable_red_action_recorded();
  *action = record.action();
  // Numbered by team, so that the number tells nothing of another one.
  const auto own = std::count_if(e->red_actions.begin(), e->red_actions.end(),
                                 [&](const RedActionState& r) { return r.action.team() == team; });
  action->set_action(absl::StrCat(team, "-action-", own + 1));
  action->set_team(team);
  action->set_person(c.person);
  c.out.response.set_id(action->action());
  return absl::OkStatus();
}

absl::Status JudgeRed(Context& c, const v1::JudgeRedAction& judge) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, judge.exercise()));
  RETURN_IF_ERROR(InPhase(
      *e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING}, "judging it"));
  const v1::RedActionJudged& in = judge.judged();
  const auto red =
      std::find_if(e->red_actions.begin(), e->red_actions.end(),
                   [&](const RedActionState& r) { return r.action.action() == in.action(); });
  if (red == e->red_actions.end()) {
    return absl::NotFoundError(absl::StrCat("no red action '", in.action(), "' here"));
  }
  if (red->judged && red->judgement.accepted()) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", in.action(), "' is accepted already; it is ground truth and stays so"));
  }
  if (in.note().size() > kNoteMax) return absl::InvalidArgumentError("note: at most 4096 bytes");
  if (!in.accepted() && in.note().empty()) {
    return absl::InvalidArgumentError("note: say why it is refused; the red team reads it");
  }
  std::string inject = in.action();
  while (in.accepted() && e->FindInject(inject) >= 0) absl::StrAppend(&inject, "-red");
  v1::RedActionJudged* judged = c.Emit(e->id())->mutable_red_action_judged();
  judged->set_action(in.action());
  judged->set_accepted(in.accepted());
  judged->set_note(in.note());
  if (in.accepted()) judged->set_inject(inject);
  return absl::OkStatus();
}

absl::Status CloseRed(Context& c, const v1::CloseRed& close) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, close.exercise()));
  ASSIGN_OR_RETURN(const std::string team, RedTeam(c, *e));
  RETURN_IF_ERROR(InPhase(
      *e,
      {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING, v1::PHASE_FINAL},
      "closing the red team's part"));
  const std::vector<std::string> open = RedPartsOpen(*e);
  if (std::find(open.begin(), open.end(), team) == open.end()) return absl::OkStatus();
  const v1::RedClosed& in = close.closed();
  std::vector<std::string> faults;
  CheckProof("report", in.report(), &faults);
  CheckText("attestation", in.attestation(), kTextMax, true, &faults);
  if (!in.data_deleted()) {
    faults.push_back("data_deleted: delete the targets' data first, then say so");
  }
  if (!faults.empty()) return Refused(faults);
  v1::RedClosed* closed = c.Emit(e->id())->mutable_red_closed();
  *closed = in;
  closed->set_team(team);
  return absl::OkStatus();
}

}  // namespace decide
}  // namespace drill
