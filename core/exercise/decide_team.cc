// What teams say, and how evaluators judge it.

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/match.h"
#include "core/exercise/red.h"

namespace drill::decide {
namespace {

constexpr int kArtefactsMax = 10;
constexpr int kFieldsMax = 64;
constexpr int kRecipientsMax = 16;
constexpr int kAboutMax = 32;
constexpr int kHostsMax = 1000;
constexpr size_t kTextMax = 16 << 10;
constexpr size_t kValueMax = 4096;

void CheckLimits(const v1::ObservationMade& o, std::vector<std::string>* faults) {
  auto most = [&](absl::string_view field, int found, int limit) {
    if (found > limit) {
      faults->push_back(absl::StrCat(field, ": found ", found, ", at most ", limit));
    }
  };
  most("artefacts", o.artefacts_size(), kArtefactsMax);
  most("fields", o.fields_size(), kFieldsMax);
  most("recipients", o.recipients_size(), kRecipientsMax);
  most("about", o.about_size(), kAboutMax);
  most("hosts", o.hosts_size(), kHostsMax);
  if (o.text().size() > kTextMax) faults->push_back("text: larger than 16 KiB");
  for (const v1::Artefact& artefact : o.artefacts()) {
    if (artefact.kind() == v1::ARTEFACT_KIND_UNSPECIFIED ||
        !v1::ArtefactKind_IsValid(artefact.kind()) || artefact.value().empty() ||
        artefact.value().size() > kValueMax) {
      faults->push_back("artefacts: each needs a kind and a value of at most 4096 bytes");
    }
  }
  for (const v1::Field& field : o.fields()) {
    if (field.name().empty() || field.name().size() > kValueMax ||
        field.value().size() > kValueMax) {
      faults->push_back("fields: each needs a name and a value of at most 4096 bytes");
    }
  }
  for (const std::string& recipient : o.recipients()) {
    if (recipient.empty() || recipient.size() > kValueMax) {
      faults->push_back("recipients: each needs a name of at most 4096 bytes");
    }
  }
  if (o.on_behalf().channel().size() > kValueMax) faults->push_back("on_behalf: channel too long");
}

// References of the observation inside what its team may know; unknown ones are all named alike,
// so that nothing can be inferred from the answer.
void CheckReferences(const Context& c, const Exercise& e, const v1::ObservationMade& o,
                     std::vector<std::string>* faults) {
  for (const std::string& host : o.hosts()) {
    if (!c.state.reg.hosts.contains(host)) {
      faults->push_back(absl::StrCat("hosts: '", host, "' is not in the register"));
    }
  }
  for (const std::string& about : o.about()) {
    const int index = e.FindObservation(about);
    if (index < 0 || e.observations[static_cast<size_t>(index)].made.team() != o.team()) {
      faults->push_back(absl::StrCat("about: your team has no observation '", about, "'"));
    }
  }
  if (o.claimed_us() > c.now_us) faults->push_back("claimed_us: lies in the future");
  if (o.kind() == v1::OBSERVATION_KIND_ANSWER) {
    const int index = e.FindInject(o.question());
    const InjectState* inject = index < 0 ? nullptr : &e.injects[static_cast<size_t>(index)];
    const bool open = inject != nullptr && inject->inject.has_question() &&
                      inject->status == InjectState::Status::kReleased &&
                      std::find(inject->inject.question().teams().begin(),
                                inject->inject.question().teams().end(),
                                o.team()) != inject->inject.question().teams().end();
    if (!open) {
      faults->push_back(absl::StrCat("question: your team has no question '", o.question(), "'"));
      return;
    }
    const auto& choices = inject->inject.question().choices();
    if (!o.choice().empty() && std::none_of(choices.begin(), choices.end(), [&](const auto& ch) {
          return ch.id() == o.choice();
        })) {
      faults->push_back(absl::StrCat("choice: the question has no choice '", o.choice(), "'"));
    }
    if (o.choice().empty() && o.text().empty()) faults->push_back("choice or text: missing");
  }
}

void CheckShape(const v1::ObservationMade& o, std::vector<std::string>* faults) {
  switch (o.kind()) {
    case v1::OBSERVATION_KIND_DETECTION:
      if (o.hosts().empty()) faults->push_back("hosts: name the host on which you saw it");
      return;
    case v1::OBSERVATION_KIND_CONTAINMENT:
    case v1::OBSERVATION_KIND_RECOVERY:
      if (o.hosts().empty() && o.about().empty()) {
        faults->push_back("hosts or about: name the host, or the detection that it answers");
      }
      return;
    case v1::OBSERVATION_KIND_REPORT:
      if (o.recipients().empty()) faults->push_back("recipients: say to whom it is reported");
      return;
    case v1::OBSERVATION_KIND_ANSWER:
      return;
    default:
      faults->push_back("kind: missing or unknown");
  }
}

// Team and speaker: a member for the own team, or the control team on behalf of a member.
void SetSpeaker(const Context& c, const Exercise& e, v1::ObservationMade* o,
                std::vector<std::string>* faults) {
  const std::string own = e.TeamOf(c.person);
  if (!own.empty()) {
    if (o->has_on_behalf()) faults->push_back("on_behalf: only the control team may do this");
    o->set_team(own);
    o->set_person(c.person);
    return;
  }
  o->set_team(e.TeamOf(o->person()));
  if (o->team().empty()) {
    faults->push_back(absl::StrCat("person: '", o->person(), "' is in no team of this exercise"));
  }
  const v1::OnBehalf& behalf = o->on_behalf();
  if (behalf.channel().empty()) faults->push_back("on_behalf: channel missing (phone, paper...)");
  if (behalf.received_us() < e.start_us || behalf.received_us() > c.now_us ||
      (e.Over() && behalf.received_us() >= e.end_us)) {
    faults->push_back("on_behalf: received_us must lie between StartEx and now, before EndEx");
  }
  if (behalf.confirmed_by() == c.person || !c.state.reg.people.contains(behalf.confirmed_by()) ||
      !e.TeamOf(behalf.confirmed_by()).empty()) {
    faults->push_back("on_behalf: confirmed_by must be a second person, of the control side");
  }
}

absl::Status CheckJudging(const Exercise& e) {
  return InPhase(e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING},
                 "judging an observation");
}

}  // namespace

absl::Status Observe(Context& c, const v1::Observe& observe) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, observe.exercise()));
  // What reached the control team before EndEx, by telephone or on paper, may be written down
  // until the score is final.
  const bool on_behalf = e->TeamOf(c.person).empty();
  if (e->Over() && !on_behalf) {
    return absl::FailedPreconditionError(
        absl::StrCat("exercise '", e->id(), "' is over; give what you have to the evaluators"));
  }
  RETURN_IF_ERROR(InPhase(
      *e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING}, "a report"));
  v1::ObservationMade o = observe.observation();
  const std::string speaks_for = on_behalf ? e->TeamOf(o.person()) : e->TeamOf(c.person);
  if (IsRedPart(*e, speaks_for) && o.kind() != v1::OBSERVATION_KIND_ANSWER) {
    return absl::PermissionDeniedError(
        "a red team detects and reports nothing; it records its actions (record_red_action)");
  }
  std::vector<std::string> faults;
  SetSpeaker(c, *e, &o, &faults);
  CheckShape(o, &faults);
  CheckLimits(o, &faults);
  CheckReferences(c, *e, o, &faults);
  if (!faults.empty()) return Refused(faults);

  const auto said = e->said.find(o.team());
  o.set_observation(absl::StrCat(o.team(), "-", said == e->said.end() ? 1 : said->second + 1));
  // What counts is when it was said, not when it was written down.
  const int64_t said_us = on_behalf ? o.on_behalf().received_us() : c.now_us;
  o.set_at_ex_us(e->clock.At(said_us));
  o.set_in_pause(on_behalf ? e->clock.StoodAt(said_us) : e->phase == v1::PHASE_PAUSED);
  o.set_during_real_incident(on_behalf ? e->RealIncidentAt(said_us) : e->real_incident);
  *c.Emit(e->id())->mutable_observation_made() = o;
  c.out.response.set_id(o.observation());
  if (o.kind() == v1::OBSERVATION_KIND_ANSWER &&
      std::any_of(e->observations.begin(), e->observations.end(), [&](const auto& earlier) {
        return earlier.made.team() == o.team() && earlier.made.question() == o.question();
      })) {
    c.Note(
        "Đội đã trả lời câu hỏi này trước đó: câu trả lời đầu tiên được tính, câu này được ghi "
        "lại cho giám khảo.",
        "Your team had answered this question before: the first answer counts, this one is kept "
        "for the evaluators.");
  }
  // Whether it matched is not for the team: the answer is the same for right and wrong. The link
  // itself follows in Settle.
  return absl::OkStatus();
}

namespace {

// What was said before it happened cannot have been about it. Empty: it came late enough.
std::string TooEarly(const Exercise& e, const InjectState& inject,
                     const v1::ObservationMatched& match, int observation) {
  const int64_t said_us = match.counts_from_us() != 0
                              ? match.counts_from_us()
                              : e.observations[static_cast<size_t>(observation)].received_us;
  const auto ms = [](int64_t us) { return absl::StrCat((us + 999) / 1000, " ms"); };
  if (said_us < inject.released_us) {
    return absl::StrCat("observation: it counts from ", ms(inject.released_us - said_us),
                        " before the inject was released; it cannot be about it");
  }
  for (const std::string& id : match.hosts()) {
    const int position = inject.orders.empty() ? -1 : inject.PositionOf(e.FindHost(id));
    if (position < 0) continue;
    const OrderState& order = inject.orders[static_cast<size_t>(position)];
    const int64_t from_us = order.started_us - order.error_us;
    if (order.started_us != 0 && said_us < from_us) {
      return absl::StrCat("observation: it counts from ", ms(from_us - said_us),
                          " before the action began on '", id, "'; it cannot be about it");
    }
  }
  return "";
}

}  // namespace

absl::Status Link(Context& c, const v1::LinkObservation& link) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, link.exercise()));
  RETURN_IF_ERROR(CheckJudging(*e));
  const v1::ObservationMatched& match = link.match();
  std::vector<std::string> faults;
  const int observation = e->FindObservation(match.observation());
  if (observation < 0) {
    faults.push_back(absl::StrCat("observation: no '", match.observation(), "' here"));
  }
  const int inject = e->FindInject(match.inject());
  if (inject < 0) faults.push_back(absl::StrCat("inject: no '", match.inject(), "' here"));
  for (const std::string& id : match.hosts()) {
    const int host = e->FindHost(id);
    if (host < 0 || (inject >= 0 && e->injects[static_cast<size_t>(inject)].PositionOf(host) < 0)) {
      faults.push_back(absl::StrCat("hosts: '", id, "' is no target of this inject"));
    }
  }
  if (match.credit_permille() < 0 || match.credit_permille() > 1000) {
    faults.push_back("credit_permille: expected 0 to 1000");
  }
  if (match.counts_from_us() != 0 &&
      (match.counts_from_us() < e->start_us || match.counts_from_us() > c.now_us)) {
    faults.push_back("counts_from_us: expected a time between StartEx and now");
  }
  if (observation >= 0 && inject >= 0) {
    const v1::ObservationKind kind = e->observations[static_cast<size_t>(observation)].made.kind();
    const bool whole = kind == v1::OBSERVATION_KIND_REPORT || kind == v1::OBSERVATION_KIND_ANSWER;
    const InjectState& state = e->injects[static_cast<size_t>(inject)];
    if (!whole && match.hosts().empty() && !state.hosts.empty()) {
      faults.push_back("hosts: name the host(s) that the observation is right about");
    }
    if (state.status != InjectState::Status::kReleased) {
      faults.push_back("inject: it was not released");
    } else if (const std::string early = TooEarly(*e, state, match, observation); !early.empty()) {
      faults.push_back(early);
    }
  }
  if (!faults.empty()) return Refused(faults);
  v1::ObservationMatched* matched = c.Emit(e->id())->mutable_observation_matched();
  *matched = match;
  matched->clear_artefact();
  return absl::OkStatus();
}

absl::Status Reject(Context& c, const v1::RejectObservation& reject) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, reject.exercise()));
  RETURN_IF_ERROR(CheckJudging(*e));
  const v1::ObservationRejected& rejection = reject.rejection();
  if (e->FindObservation(rejection.observation()) < 0) {
    return absl::NotFoundError(absl::StrCat("no observation '", rejection.observation(), "' here"));
  }
  if (rejection.rejection() == v1::REJECTION_UNSPECIFIED ||
      !v1::Rejection_IsValid(rejection.rejection())) {
    return absl::InvalidArgumentError(
        "rejection: missing or unknown; expected wrong, duplicate or true_not_ours");
  }
  *c.Emit(e->id())->mutable_observation_rejected() = rejection;
  return absl::OkStatus();
}

absl::Status Read(Context& c, const v1::ReadMessage& read) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, read.exercise()));
  const std::string team = e->TeamOf(c.person);
  const int index = e->FindInject(read.inject());
  const InjectState* inject = index < 0 ? nullptr : &e->injects[static_cast<size_t>(index)];
  auto addressed = [&] {
    const auto& teams = inject->inject.has_message() ? inject->inject.message().teams()
                                                     : inject->inject.question().teams();
    return std::find(teams.begin(), teams.end(), team) != teams.end();
  };
  if (inject == nullptr || !inject->is_message() ||
      inject->status != InjectState::Status::kReleased || !addressed()) {
    return absl::NotFoundError(absl::StrCat("your team has no message '", read.inject(), "'"));
  }
  // After EndEx reading means nothing, and a final or closed stream stays as it is.
  if (!e->InPlay() || e->reads.contains({index, team})) return absl::OkStatus();
  v1::MessageRead* record = c.Emit(e->id())->mutable_message_read();
  record->set_inject(read.inject());
  record->set_team(team);
  return absl::OkStatus();
}

}  // namespace drill::decide
