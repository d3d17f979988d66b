#include "cli/record_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/judging_text.h"
#include "cli/render.h"
#include "common/base/digest.h"
#include "core/exercise/effect.h"
#include "core/scenario/unfold.h"

namespace drill::cli {
namespace {

// Traces named on one line; the rest are counted.
constexpr int kTracesShown = 3;

std::string WithNote(std::string text, absl::string_view note) {
  if (!note.empty()) absl::StrAppend(&text, ": ", Clean(note));
  return text;
}

// Writes one record; a method for each group of kinds, the words from the catalogue.
class Writer {
 public:
  explicit Writer(Language language) : language_(language) {}

  std::string Write(const v1::Record& r) const {
    std::string text = Planning(r);
    if (text.empty()) text = Running(r);
    if (text.empty()) text = Injects(r);
    if (text.empty()) text = Teams(r);
    if (text.empty()) text = After(r);
    if (text.empty()) text = Judging(r);
    if (!text.empty()) return text;
    const auto* kind = Kind(r);
    return kind == nullptr ? "?" : kind->name();
  }

 private:
  static const google::protobuf::FieldDescriptor* Kind(const v1::Record& r) {
    return r.GetReflection()->GetOneofFieldDescriptor(
        r, v1::Record::descriptor()->FindOneofByName("body"));
  }

  template <typename... Args>
  std::string Say(Msg message, const Args&... args) const {
    return cli::Say(language_, message, args...);
  }
  template <typename Enum>
  std::string Word(Enum value) const {
    return EnumText(language_, value);
  }

  std::string Planning(const v1::Record& r) const {
    switch (r.body_case()) {
      case v1::Record::kExerciseCreated:
        return Say(Msg::kRecCreated, Clean(r.exercise_created().scenario().id()),
                   Clean(Pick(language_, r.exercise_created().title())));
      case v1::Record::kExerciseApproved:
        return Say(Msg::kRecApproved, Clean(r.exercise_approved().decision().number()),
                   r.exercise_approved().scopes_size());
      case v1::Record::kHostChecked:
        return r.host_checked().findings().empty()
                   ? Say(Msg::kRecCheckedGood, Clean(r.host_checked().host()))
                   : Say(Msg::kRecChecked, Clean(r.host_checked().host()),
                         r.host_checked().findings_size());
      case v1::Record::kExerciseReady:
        return Say(Msg::kRecReady);
      default:
        return "";
    }
  }

  std::string Running(const v1::Record& r) const {
    switch (r.body_case()) {
      case v1::Record::kExerciseStarted:
        // A team is not told how long the hosts were given to get ready.
        if (r.exercise_started().lead_us() == 0) {
          return Say(Msg::kRecStartedAt, FormatTime(r.exercise_started().start_us()));
        }
        return Say(Msg::kRecStarted, FormatTime(r.exercise_started().start_us()),
                   FormatSpan(r.exercise_started().lead_us()));
      case v1::Record::kExercisePaused:
        return WithNote(Say(Msg::kRecPaused, FormatExerciseTime(r.exercise_paused().at_ex_us()),
                            Word(r.exercise_paused().reason())),
                        r.exercise_paused().note());
      case v1::Record::kExerciseResumed:
        return Say(Msg::kRecResumed, FormatExerciseTime(r.exercise_resumed().at_ex_us()),
                   FormatTimeOfDay(r.exercise_resumed().resume_us()));
      case v1::Record::kClockJumped:
        return Say(Msg::kRecJumped, FormatExerciseTime(r.clock_jumped().from_ex_us()),
                   FormatExerciseTime(r.clock_jumped().to_ex_us()));
      case v1::Record::kSpeedSet:
        return Say(Msg::kRecSpeed, r.speed_set().speed_permille());
      case v1::Record::kAgentSeen:
        return Say(r.agent_seen().connected() ? Msg::kRecAgentBack : Msg::kRecAgentLost,
                   Clean(r.agent_seen().host()));
      case v1::Record::kRealIncidentRaised:
        return WithNote(Say(Msg::kRecIncident), r.real_incident_raised().note());
      case v1::Record::kRealIncidentCleared:
        return WithNote(Say(Msg::kRecIncidentCleared), r.real_incident_cleared().note());
      case v1::Record::kExerciseEnded:
        return WithNote(Say(r.exercise_ended().aborted() ? Msg::kRecAborted : Msg::kRecEnded,
                            FormatExerciseTime(r.exercise_ended().at_ex_us())),
                        r.exercise_ended().note());
      default:
        return "";
    }
  }

  std::string Injects(const v1::Record& r) const {
    switch (r.body_case()) {
      case v1::Record::kInjectScheduled:
        return Say(Msg::kRecScheduled, Clean(r.inject_scheduled().inject()),
                   FormatExerciseTime(r.inject_scheduled().planned_ex_us()),
                   Word(r.inject_scheduled().reason()));
      case v1::Record::kInjectReleased:
        return r.inject_released().late_us() > 0
                   ? Say(Msg::kRecReleasedLate, Clean(r.inject_released().inject()),
                         FormatSpan(r.inject_released().late_us()))
                   : Say(Msg::kRecReleased, Clean(r.inject_released().inject()));
      case v1::Record::kInjectRevoked:
        return WithNote(Say(Msg::kRecRevoked, Clean(r.inject_revoked().inject()),
                            Word(r.inject_revoked().reason())),
                        r.inject_revoked().note());
      case v1::Record::kInjectHeld:
        return WithNote(Say(r.inject_held().held() ? Msg::kRecHeld : Msg::kRecLetGo,
                            Clean(r.inject_held().inject())),
                        r.inject_held().note());
      case v1::Record::kInjectAdded:
        return Say(Msg::kRecAdded, std::string(KindName(r.inject_added().inject())),
                   Clean(r.inject_added().inject().id()),
                   Clean(Pick(language_, r.inject_added().inject().title())));
      case v1::Record::kManualPlayed:
        return Say(Msg::kRecManual, Clean(r.manual_played().inject()),
                   Clean(r.manual_played().host()), FormatTimeOfDay(r.manual_played().at_us()),
                   Clean(r.manual_played().played_by()), Clean(r.manual_played().witnessed_by()));
      case v1::Record::kRedActionRecorded: {
        const v1::RedActionRecorded& red = r.red_action_recorded();
        return Say(Msg::kRecRedRecorded, Clean(red.team()), Clean(red.person()),
                   Clean(red.action()), Clean(red.host()), FormatTimeOfDay(red.at_us()),
                   Clean(red.title()), Word(red.severity()));
      }
      case v1::Record::kRedActionJudged: {
        const v1::RedActionJudged& judged = r.red_action_judged();
        return WithNote(judged.accepted() ? Say(Msg::kRecRedAccepted, Clean(judged.action()),
                                                Clean(judged.inject()))
                                          : Say(Msg::kRecRedRefused, Clean(judged.action())),
                        judged.note());
      }
      case v1::Record::kRedClosed:
        return WithNote(Say(Msg::kRecRedClosed, Clean(r.red_closed().team())),
                        r.red_closed().attestation());
      case v1::Record::kEffectChecked:
        return Effect(r.effect_checked());
      case v1::Record::kSinkReceived:
        return Sink(r.sink_received());
      case v1::Record::kOrderReported:
        return Order(r.order_reported().event());
      case v1::Record::kOrderRetried:
        return Say(Msg::kRecRetried, Clean(r.order_retried().inject()),
                   Clean(r.order_retried().host()), r.order_retried().attempt());
      default:
        return "";
    }
  }

  std::string Effect(const v1::EffectChecked& e) const {
    const v1::EffectReport& report = e.report();
    const EffectCount count = CountEffect(report);
    return Say(Msg::kRecEffect, Clean(report.check()), Clean(report.order().inject()),
               Clean(report.order().host()), Word(e.verdict()), count.standing, count.told,
               FormatTimeOfDay(report.at_us()));
  }

  std::string Sink(const v1::SinkReceived& s) const {
    std::string text = Say(Msg::kRecSink, Clean(s.order().inject()), Clean(s.order().host()),
                           s.contacts(), s.bytes(), Word(s.channel()), Clean(s.from()));
    if (!s.sha256().empty()) absl::StrAppend(&text, Say(Msg::kRecSinkWhole, Hex(s.sha256())));
    return text;
  }

  std::string Order(const v1::OrderEvent& e) const {
    std::vector<std::string> parts;
    if (e.kind() == v1::ORDER_EVENT_KIND_UNDONE) parts.push_back(Word(e.cleanup()));
    if (e.late_us() > 0) parts.push_back(Say(Msg::kRecLate, FormatSpan(e.late_us())));
    for (int i = 0; i < e.traces_size() && i < kTracesShown; ++i) {
      parts.push_back(absl::StrCat(Word(e.traces(i).artefact().kind()), " ",
                                   Clean(e.traces(i).artefact().value())));
    }
    if (e.traces_total() > kTracesShown) {
      parts.push_back(Say(Msg::kAndMore, e.traces_total() - kTracesShown));
    }
    for (const std::string& note : e.notes()) parts.push_back(Clean(note));
    std::string text = Say(Msg::kRecOrder, Clean(e.order().inject()), Clean(e.order().host()),
                           Word(e.kind()), FormatTimeOfDay(e.at_us()), FormatSpan(e.error_us()));
    return WithNote(std::move(text), absl::StrJoin(parts, "; "));
  }

  std::string Teams(const v1::Record& r) const {
    switch (r.body_case()) {
      case v1::Record::kObservationMade:
        return Observation(r.observation_made());
      case v1::Record::kObservationMatched: {
        const v1::ObservationMatched& m = r.observation_matched();
        return WithNote(Say(Msg::kRecMatched, Clean(m.observation()), Clean(m.inject()),
                            Clean(absl::StrJoin(m.hosts(), ", ")), m.credit_permille()),
                        m.note());
      }
      case v1::Record::kObservationRejected:
        return WithNote(Say(Msg::kRecRejected, Clean(r.observation_rejected().observation()),
                            Word(r.observation_rejected().rejection())),
                        r.observation_rejected().note());
      case v1::Record::kMessageRead:
        return Say(Msg::kRecRead, Clean(r.message_read().inject()), Clean(r.message_read().team()));
      case v1::Record::kAlertReceived:
        return WithNote(Say(Msg::kRecAlert, Clean(r.alert_received().alert()),
                            Clean(r.alert_received().sensor()),
                            Clean(absl::StrJoin(r.alert_received().hosts(), ", "))),
                        r.alert_received().text());
      case v1::Record::kAlertMatched:
        return Say(Msg::kRecAlertMatched, Clean(r.alert_matched().alert()),
                   Clean(r.alert_matched().inject()),
                   Clean(absl::StrJoin(r.alert_matched().hosts(), ", ")));
      case v1::Record::kAlertAcknowledged:
        return Say(Msg::kRecAlertSeen, Clean(r.alert_acknowledged().alert()),
                   Clean(r.alert_acknowledged().team()));
      default:
        return "";
    }
  }

  std::string Observation(const v1::ObservationMade& o) const {
    std::vector<std::string> parts;
    if (!o.hosts().empty()) parts.push_back(Clean(absl::StrJoin(o.hosts(), ", ")));
    for (const v1::Artefact& a : o.artefacts()) {
      parts.push_back(absl::StrCat(Word(a.kind()), " ", Clean(a.value())));
    }
    if (!o.about().empty()) parts.push_back(Clean(absl::StrJoin(o.about(), ", ")));
    if (!o.recipients().empty()) {
      parts.push_back(absl::StrCat("→ ", Clean(absl::StrJoin(o.recipients(), ", "))));
    }
    if (!o.question().empty()) {
      parts.push_back(absl::StrCat(Clean(o.question()), " = ", Clean(o.choice())));
    }
    if (!o.text().empty()) parts.push_back(Clean(o.text()));
    if (o.in_pause()) parts.push_back(Say(Msg::kInPause));
    if (o.during_real_incident()) parts.push_back(Say(Msg::kDuringIncident));
    return WithNote(Say(Msg::kRecObservation, Clean(o.observation()), Word(o.kind()),
                        Clean(o.team()), Clean(o.person())),
                    absl::StrJoin(parts, "; "));
  }

  std::string After(const v1::Record& r) const {
    switch (r.body_case()) {
      case v1::Record::kJudgingOpened:
        return Say(Msg::kRecJudging);
      case v1::Record::kElementRated:
        return WithNote(Say(Msg::kRecRated,
                            Clean(r.element_rated().system().empty() ? r.element_rated().objective()
                                                                     : r.element_rated().system()),
                            Word(r.element_rated().element()), Word(r.element_rated().rating())),
                        r.element_rated().note());
      case v1::Record::kScoreFinalised:
        return Say(Msg::kRecFinal, r.score_finalised().head_stream_seq());
      case v1::Record::kResidueAccepted:
        return Say(Msg::kRecResidue, Clean(r.residue_accepted().inject()),
                   Clean(r.residue_accepted().host()));
      case v1::Record::kExerciseClosed:
        return WithNote(Say(Msg::kRecClosed), r.exercise_closed().note());
      default:
        return "";
    }
  }

  std::string Subject(const v1::MarkSubject& s) const {
    return s.criterion().empty()
               ? cli::Say(language_, JudgeMsg::kPart, Clean(s.inject()), s.expectation())
               : cli::Say(language_, JudgeMsg::kCriterion, Clean(s.criterion()));
  }

  std::string Judging(const v1::Record& r) const {
    const auto say = [this](JudgeMsg message, const auto&... args) {
      return cli::Say(language_, message, args...);
    };
    switch (r.body_case()) {
      case v1::Record::kObservationMerged:
        return WithNote(say(JudgeMsg::kRecMerged, Clean(r.observation_merged().observation()),
                            Clean(r.observation_merged().into())),
                        r.observation_merged().note());
      case v1::Record::kJudgementUndone:
        return WithNote(say(JudgeMsg::kRecUndone, Clean(r.judgement_undone().observation())),
                        r.judgement_undone().note());
      case v1::Record::kJudgeCommented:
        return say(JudgeMsg::kRecCommented, Clean(r.judge_commented().observation()),
                   Clean(r.judge_commented().text()));
      case v1::Record::kMarkGiven:
        return r.mark_given().has_subject()
                   ? WithNote(say(JudgeMsg::kRecMarked, r.mark_given().permille(),
                                  Subject(r.mark_given().subject())),
                              r.mark_given().note())
                   : say(JudgeMsg::kRecMarkedBlind);
      case v1::Record::kMarkSettled:
        return WithNote(say(JudgeMsg::kRecSettled, r.mark_settled().permille(),
                            Subject(r.mark_settled().subject())),
                        r.mark_settled().note());
      case v1::Record::kAppealFiled:
        return WithNote(say(JudgeMsg::kRecAppealed, Clean(r.appeal_filed().appeal()),
                            Clean(r.appeal_filed().team()), Subject(r.appeal_filed().subject())),
                        r.appeal_filed().text());
      case v1::Record::kAppealAnswered:
        return WithNote(
            say(r.appeal_answered().upheld() ? JudgeMsg::kRecUpheld : JudgeMsg::kRecRefused,
                Clean(r.appeal_answered().appeal())),
            r.appeal_answered().note());
      case v1::Record::kNoteTaken:
        return say(JudgeMsg::kRecNote, Clean(r.note_taken().note()),
                   FormatTimeOfDay(r.note_taken().at_us()), Clean(r.note_taken().text()));
      case v1::Record::kSurveyAnswered:
        return say(JudgeMsg::kRecSurvey);
      case v1::Record::kFinalSigned:
        return say(JudgeMsg::kRecSigned);
      default:
        return "";
    }
  }

  const Language language_;
};

}  // namespace

std::string RecordText(Language language, const v1::Record& record) {
  return Writer(language).Write(record);
}

std::string ActorText(Language language, const v1::Actor& actor) {
  switch (actor.who_case()) {
    case v1::Actor::kPerson:
      return Clean(actor.person());
    case v1::Actor::kHost:
      return Say(language, Msg::kActorHost, Clean(actor.host()));
    default:
      return Say(language, Msg::kActorEngine);
  }
}

}  // namespace drill::cli
