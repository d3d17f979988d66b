// Ended → judging → final → closed.

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/judge_marks.h"
#include "core/exercise/red.h"
#include "core/exercise/scope.h"

namespace drill::decide {

absl::Status OpenJudging(Context& c, const v1::OpenJudging& open) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, open.exercise()));
  if (e->phase == v1::PHASE_JUDGING) return absl::OkStatus();
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_ENDED}, "judging"));
  c.Emit(e->id())->mutable_judging_opened();
  return absl::OkStatus();
}

absl::Status Rate(Context& c, const v1::RateElement& rate) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, rate.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_ENDED, v1::PHASE_JUDGING}, "a rating"));
  std::vector<std::string> faults;
  const v1::ElementRated& rating = rate.rating();
  const auto& cast = e->created.systems();
  const auto& objectives = e->created.scenario().objectives();
  if (rating.system().empty() == rating.objective().empty()) {
    faults.push_back("system, objective: name one of them");
  } else if (!rating.system().empty() && std::none_of(cast.begin(), cast.end(), [&](const auto& s) {
               return s.system() == rating.system();
             })) {
    faults.push_back(absl::StrCat("system: '", rating.system(), "' plays no part here"));
  } else if (!rating.objective().empty() &&
             std::none_of(objectives.begin(), objectives.end(),
                          [&](const auto& o) { return o.id() == rating.objective(); })) {
    faults.push_back(absl::StrCat("objective: no '", rating.objective(), "' here"));
  }
  if (rate.rating().element() == v1::ELEMENT_UNSPECIFIED ||
      !v1::Element_IsValid(rate.rating().element())) {
    faults.push_back("element: missing or unknown; expected process, technology or people");
  }
  if (rate.rating().rating() == v1::RATING_UNSPECIFIED ||
      !v1::Rating_IsValid(rate.rating().rating())) {
    faults.push_back("rating: missing or unknown; expected P, S, M or U");
  }
  if (!faults.empty()) return Refused(faults);
  *c.Emit(e->id())->mutable_element_rated() = rate.rating();
  return absl::OkStatus();
}

absl::Status Finalise(Context& c, const v1::FinaliseScore& finalise) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, finalise.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_JUDGING}, "the final score"));
  const StreamState& head = c.state.streams.at(e->id());
  const v1::Scorecard card = c.score(*e, head, c.now_us);
  std::vector<std::string> waiting;
  std::vector<std::string> claims;
  for (const v1::Claim& claim : card.claims()) {
    if (claim.state() == v1::CLAIM_STATE_WAITING) claims.push_back(claim.observation());
  }
  if (!claims.empty()) {
    waiting.push_back(absl::StrCat("observations wait for an evaluator: ",
                                   absl::StrJoin(claims, ", "), "; link or reject them first"));
  }
  for (const MarkKey& key : MarksWaiting(*e)) {
    waiting.push_back(
        absl::StrCat(Name(*e, key), " waits for ",
                     MarkWordOn(*e, key).Shown() ? "the chair" : "evaluators' marks"));
  }
  if (const std::vector<std::string> appeals = AppealsWaiting(*e); !appeals.empty()) {
    waiting.push_back(absl::StrCat("appeals wait for the chair: ", absl::StrJoin(appeals, ", ")));
  }
  if (const std::vector<std::string> red = RedActionsWaiting(*e); !red.empty()) {
    waiting.push_back(absl::StrCat("actions of the red team wait for the control team: ",
                                   absl::StrJoin(red, ", "), "; accept or refuse them first"));
  }
  if (!waiting.empty()) return absl::FailedPreconditionError(absl::StrJoin(waiting, "\n"));
  v1::ScoreFinalised* final_score = c.Emit(e->id())->mutable_score_finalised();
  final_score->set_scoring_version(card.scoring_version());
  final_score->set_scorecard(card.SerializeAsString());
  final_score->set_scorecard_sha256(Sha256(final_score->scorecard()));
  final_score->set_head_stream_seq(head.stream_seq);
  final_score->set_head_hash(head.hash);
  c.out.sign_final = e->id();
  return absl::OkStatus();
}

absl::Status AcceptResidue(Context& c, const v1::AcceptResidue& accept) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, accept.exercise()));
  if (!e->Over() || e->phase == v1::PHASE_CLOSED) {
    return absl::FailedPreconditionError("residue is accepted after EndEx and before closing");
  }
  const v1::ResidueAccepted& in = accept.acceptance();
  v1::ResidueAcceptance text;
  const int host = e->FindHost(in.host());
  const int inject = e->FindInject(in.inject());
  if (host < 0 || inject < 0 || !e->injects[static_cast<size_t>(inject)].is_action() ||
      e->injects[static_cast<size_t>(inject)].PositionOf(host) < 0) {
    return absl::NotFoundError("no such order (inject, host) in this exercise");
  }
  if (!text.ParseFromString(in.acceptance()) || text.exercise() != e->id() ||
      text.inject() != in.inject() || text.host() != in.host()) {
    return absl::InvalidArgumentError("the signed acceptance names another order");
  }
  const v1::System& system = c.state.reg.systems.at(e->hosts[static_cast<size_t>(host)].system);
  v1::SignedScope carrier;  // the same rule of signatures
  carrier.set_scope(in.acceptance());
  *carrier.mutable_signatures() = in.signatures();
  const std::vector<std::string> keys(system.owner_keys().begin(), system.owner_keys().end());
  RETURN_IF_ERROR(CheckScopeSignatures(carrier, keys, SignaturesRequired(system)));
  *c.Emit(e->id())->mutable_residue_accepted() = in;
  return absl::OkStatus();
}

std::vector<std::string> UncleanLines(const Exercise& e) {
  std::vector<std::string> lines;
  for (const auto& [inject_index, host_index] : e.UncleanOrders()) {
    const InjectState& inject = e.injects[static_cast<size_t>(inject_index)];
    const std::string& host = e.hosts[static_cast<size_t>(host_index)].host.id();
    const int position = inject.PositionOf(host_index);
    const OrderState& order = inject.orders[static_cast<size_t>(position)];
    const auto left = e.stale_residue.lower_bound({inject_index, host_index, 0});
    const bool residue =
        (order.cleanup == v1::CLEANUP_RESULT_RESIDUE && !order.residue_accepted) ||
        (left != e.stale_residue.end() && *left < std::tuple(inject_index, host_index, INT32_MAX));
    lines.push_back(absl::StrCat(
        "host '", host, "', inject '", inject.inject.id(),
        "': ", residue ? "something is left; the owner must accept it" : "clean-up not confirmed"));
  }
  return lines;
}

absl::Status Close(Context& c, const v1::CloseExercise& close) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, close.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_FINAL}, "closing"));
  if (std::vector<std::string> lines = UncleanLines(*e); !lines.empty()) {
    std::string all = "clean-up is not verified everywhere:";
    for (const std::string& line : lines) absl::StrAppend(&all, "\n", line);
    return absl::FailedPreconditionError(all);
  }
  if (const std::vector<std::string> red = RedPartsOpen(*e); !red.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "red team '", absl::StrJoin(red, "', '"),
        "' has not given its report and attested that target data is deleted (close_red)"));
  }
  c.Emit(e->id())->mutable_exercise_closed()->set_note(close.note());
  return absl::OkStatus();
}

}  // namespace drill::decide
