// evaluator queue, link, reject.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/judging_text.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/status.h"
#include "core/exercise/effect.h"

namespace drill::cli {
namespace {

constexpr int kPermille = 1000;
// Of one candidate; what a judge needs to recognise it.
constexpr int kTracesShown = 5;

void PrintCandidate(Session& session, const v1::Candidate& candidate) {
  google::protobuf::RepeatedPtrField<v1::Artefact> artefacts;
  for (const v1::Trace& trace : candidate.traces()) {
    if (artefacts.size() < kTracesShown) *artefacts.Add() = trace.artefact();
  }
  const int more = candidate.traces_size() - artefacts.size();
  session.PrintLine(absl::StrCat("    ", Clean(candidate.inject()), " @ ", Clean(candidate.host()),
                                 "  ", Clean(session.Pick(candidate.title())), "  ",
                                 ArtefactText(session, artefacts),
                                 more > 0 ? session.Say(Msg::kAndMore, more) : ""));
}

void PrintItem(Session& session, const v1::QueueItem& item) {
  const v1::ObservationMade& o = item.observation();
  session.PrintLine(session.Painted(
      absl::StrCat(Clean(o.observation()), " · ", session.Word(o.kind()), " · ",
                   FormatTime(item.received_us()), " · ", Clean(o.team()), "/", Clean(o.person())),
      Colour::kBold));
  const auto line = [&](Msg title, const std::string& text) {
    if (!text.empty()) session.PrintLine(absl::StrCat("  ", session.Say(title), ": ", text));
  };
  line(Msg::kColHosts, Clean(absl::StrJoin(o.hosts(), ", ")));
  line(Msg::kColArtefacts, ArtefactText(session, o.artefacts()));
  line(Msg::kColText, CleanLines(o.text()));
  line(Msg::kColClaimed, o.claimed_us() == 0 ? "" : FormatTime(o.claimed_us()));
  line(Msg::kColAbout, Clean(absl::StrJoin(o.about(), ", ")));
  line(Msg::kColRecipients, Clean(absl::StrJoin(o.recipients(), ", ")));
  for (const v1::Field& f : o.fields()) {
    session.PrintLine(absl::StrCat("  ", Clean(f.name()), " = ", Clean(f.value())));
  }
  line(Msg::kColQuestion, Clean(o.question()));
  line(Msg::kColChoice, Clean(o.choice()));
  if (o.has_on_behalf()) {
    line(Msg::kColOnBehalf,
         absl::StrCat(Clean(o.on_behalf().channel()), ", ", FormatTime(o.on_behalf().received_us()),
                      ", ", Clean(o.on_behalf().confirmed_by())));
  }
  if (o.in_pause()) session.PrintLine(absl::StrCat("  ", session.Say(Msg::kInPause)));
  if (o.during_real_incident()) {
    session.PrintLine(absl::StrCat("  ", session.Say(Msg::kDuringIncident)));
  }
  for (const v1::EffectChecked& effect : item.effects()) {
    const v1::EffectReport& report = effect.report();
    const EffectCount count = CountEffect(report);
    session.PrintLine(absl::StrCat(
        "  ",
        session.Say(Msg::kEffectLine, Clean(report.order().host()), Clean(report.order().inject()),
                    session.Word(effect.verdict()), count.standing, count.told)));
    for (const v1::TraceState& trace : report.traces()) {
      session.PrintLine(absl::StrCat("    ", Clean(trace.artefact().value()), ": ",
                                     session.Word(trace.fate()), trace.why().empty() ? "" : ", ",
                                     Clean(trace.why())));
    }
  }
  if (!item.candidates().empty()) {
    session.PrintLine(absl::StrCat("  ", session.Say(Msg::kCandidates), ":"));
  }
  for (const v1::Candidate& candidate : item.candidates()) PrintCandidate(session, candidate);
  for (const v1::JudgeComment& comment : item.comments()) {
    session.PrintLine(
        absl::StrCat("  ", Say(session.language(), JudgeMsg::kComment, Clean(comment.person()),
                               FormatTime(comment.at_us()), CleanLines(comment.comment().text()))));
  }
}

absl::Status ShowQueue(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Queue queue, client->GetQueue(exercise));
  if (session.json()) {
    session.PrintJson(queue);
    return absl::OkStatus();
  }
  session.PrintLine(session.Say(Msg::kQueueHead, queue.items_size()));
  for (const v1::QueueItem& item : queue.items()) {
    session.PrintLine("");
    PrintItem(session, item);
  }
  return absl::OkStatus();
}

void AddLink(Command& evaluator) {
  Command& command = evaluator.Sub("link");
  v1::LinkObservation* link = command.Submits()->mutable_link_observation();
  v1::ObservationMatched* match = link->mutable_match();
  match->set_credit_permille(kPermille);
  command.Arg("EXERCISE", Into(link->mutable_exercise()))
      .Arg("OBSERVATION", Into(match->mutable_observation()))
      .Opt("--inject", "INJECT", Into(match->mutable_inject()), Need::kOne)
      .Opt("--host", "HOST", Into(match->mutable_hosts()), Need::kAny)
      .Opt("--credit", "PERMILLE",
           Number(
               0, kPermille,
               [match](int64_t value) { match->set_credit_permille(static_cast<int32_t>(value)); }))
      .Opt("--counts-from", "TIME", Moment([match](int64_t us) { match->set_counts_from_us(us); }))
      .Opt("--note", "TEXT", Into(match->mutable_note()));
}

void AddReject(Command& evaluator) {
  Command& command = evaluator.Sub("reject");
  v1::RejectObservation* reject = command.Submits()->mutable_reject_observation();
  v1::ObservationRejected* rejection = reject->mutable_rejection();
  command.Arg("EXERCISE", Into(reject->mutable_exercise()))
      .Arg("OBSERVATION", Into(rejection->mutable_observation()))
      .Opt("--as", "wrong|duplicate|true-not-ours",
           OneOf({{"wrong", v1::REJECTION_WRONG},
                  {"duplicate", v1::REJECTION_DUPLICATE},
                  {"true-not-ours", v1::REJECTION_TRUE_NOT_OURS}},
                 [rejection](int value) {
                   rejection->set_rejection(static_cast<v1::Rejection>(value));
                 }),
           Need::kOne)
      .Opt("--note", "TEXT", Into(rejection->mutable_note()));
}

}  // namespace

void AddEvaluator(Command& root) {
  Command& evaluator = root.Sub("evaluator");
  auto exercise = std::make_shared<std::string>();
  evaluator.Sub("queue").Arg("EXERCISE", Into(exercise.get())).Runs([exercise](Session& s) {
    return ShowQueue(s, *exercise);
  });
  AddLink(evaluator);
  AddReject(evaluator);
  AddMarking(evaluator);
}

}  // namespace drill::cli
