// report detection|initial|contained|recovered|answer, inbox, read: what a team says and sees.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/artefact_options.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/status.h"

namespace drill::cli {
namespace {

constexpr int kArtefactsMax = 10;  // of one claim, see ObservationMade

// What a controller adds when he enters for a speaker: all of it or none.
void AddOnBehalf(Command& command, v1::ObservationMade* o) {
  const auto text = [o](std::string* (v1::OnBehalf::*field)()) -> Parser {
    return [o, field](const std::vector<std::string>& words, const ParseContext&) {
      *(o->mutable_on_behalf()->*field)() = words[0];
      return absl::OkStatus();
    };
  };
  command.Opt("--team", "PART", Into(o->mutable_team()))
      .Opt("--on-behalf", "PERSON", Into(o->mutable_person()))
      .Opt("--channel", "CHANNEL", text(&v1::OnBehalf::mutable_channel))
      .Opt("--received", "TIME",
           Moment([o](int64_t us) { o->mutable_on_behalf()->set_received_us(us); }))
      .Opt("--confirmed-by", "PERSON", text(&v1::OnBehalf::mutable_confirmed_by))
      .Check([o](Language language, std::vector<std::string>* faults) {
        const v1::OnBehalf& b = o->on_behalf();
        const bool none = o->person().empty() && !o->has_on_behalf();
        const bool all = !o->person().empty() && !b.channel().empty() && b.received_us() != 0 &&
                         !b.confirmed_by().empty();
        if (!none && !all) faults->push_back(Say(language, Msg::kUsageOnBehalf));
        if (all && o->person() == b.confirmed_by()) {
          faults->push_back(Say(language, Msg::kUsageSameConfirmer));
        }
      });
}

v1::ObservationMade* Observation(Command& command, v1::ObservationKind kind) {
  v1::Observe* observe = command.Submits()->mutable_observe();
  v1::ObservationMade* o = observe->mutable_observation();
  o->set_kind(kind);
  command.Arg("EXERCISE", Into(observe->mutable_exercise()));
  return o;
}

void AddDetection(Command& report) {
  Command& command = report.Sub("detection");
  v1::ObservationMade* o = Observation(command, v1::OBSERVATION_KIND_DETECTION);
  command.Opt("--host", "HOST", Into(o->mutable_hosts()), Need::kMany);
  AddArtefactOptions(command, o->mutable_artefacts());
  command.Opt("--text", "TEXT", Into(o->mutable_text()))
      .Opt("--seen", "TIME", Moment([o](int64_t us) { o->set_claimed_us(us); }))
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->artefacts().empty() && o->text().empty()) {
          faults->push_back(Say(language, Msg::kUsageEmptyDetection));
        }
        if (o->artefacts_size() > kArtefactsMax) {
          faults->push_back(
              Say(language, Msg::kUsageArtefacts, o->artefacts_size(), kArtefactsMax));
        }
      });
  AddOnBehalf(command, o);
}

void AddInitial(Command& report) {
  Command& command = report.Sub("initial");
  v1::ObservationMade* o = Observation(command, v1::OBSERVATION_KIND_REPORT);
  command.Opt("--about", "OBSERVATION", Into(o->mutable_about()), Need::kMany)
      .Opt("--to", "RECIPIENT", Into(o->mutable_recipients()), Need::kMany)
      .Opt("--field", "NAME=VALUE",
           Pairs([o](const std::string& name, const std::string& value, const ParseContext&) {
             v1::Field* field = o->add_fields();
             field->set_name(name);
             field->set_value(value);
             return absl::OkStatus();
           }),
           Need::kAny)
      .Opt("--host", "HOST", Into(o->mutable_hosts()), Need::kAny)
      .Opt("--text", "TEXT", Into(o->mutable_text()));
  AddOnBehalf(command, o);
}

void AddAction(Command& report, absl::string_view name, v1::ObservationKind kind) {
  Command& command = report.Sub(name);
  v1::ObservationMade* o = Observation(command, kind);
  command.Opt("--about", "OBSERVATION", Into(o->mutable_about()), Need::kMany)
      .Opt("--host", "HOST", Into(o->mutable_hosts()), Need::kMany)
      .Opt("--text", "TEXT", Into(o->mutable_text()))
      .Opt("--at", "TIME", Moment([o](int64_t us) { o->set_claimed_us(us); }));
  AddOnBehalf(command, o);
}

void AddAnswer(Command& report) {
  Command& command = report.Sub("answer");
  v1::ObservationMade* o = Observation(command, v1::OBSERVATION_KIND_ANSWER);
  command.Arg("QUESTION", Into(o->mutable_question()))
      .Opt("--choice", "CHOICE", Into(o->mutable_choice()))
      .Opt("--text", "TEXT", Into(o->mutable_text()))
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->choice().empty() && o->text().empty()) {
          faults->push_back(Say(language, Msg::kUsageEmptyAnswer));
        }
      });
  AddOnBehalf(command, o);
}

void PrintItem(Session& session, const v1::InboxItem& item) {
  session.PrintLine(
      session.Painted(absl::StrCat(Clean(item.id()), " · ", FormatTime(item.released_us()), " · ",
                                   Clean(session.Pick(item.title()))),
                      Colour::kBold));
  if (item.has_from()) {
    session.PrintLine(session.Say(Msg::kInboxFrom, Clean(session.Pick(item.from()))));
  }
  session.PrintLine(CleanLines(session.Pick(item.body())));
  for (const v1::Choice& choice : item.choices()) {
    session.PrintLine(
        absl::StrCat("  ", Clean(choice.id()), ") ", Clean(session.Pick(choice.text()))));
  }
  if (item.question()) session.PrintLine(session.Say(Msg::kInboxQuestion));
}

absl::Status ShowInbox(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Inbox inbox, client->GetInbox(exercise));
  if (session.json()) {
    session.PrintJson(inbox);
    return absl::OkStatus();
  }
  session.PrintLine(session.Say(Msg::kInboxHead, exercise, session.Word(inbox.phase())));
  if (inbox.real_incident()) {
    session.PrintLine(session.Painted(session.Say(Msg::kRealIncident), Colour::kRed));
  }
  for (const v1::InboxItem& item : inbox.items()) {
    session.PrintLine("");
    PrintItem(session, item);
  }
  if (inbox.claims().empty()) return absl::OkStatus();
  session.PrintLine("");
  Table table({session.Say(Msg::kColObservation), session.Say(Msg::kColKind),
               session.Say(Msg::kColReceived), session.Say(Msg::kColPerson),
               session.Say(Msg::kColHosts), session.Say(Msg::kColText)});
  for (const v1::Claim& c : inbox.claims()) {
    table.Row({c.observation(), session.Word(c.kind()), FormatTime(c.received_us()), c.person(),
               absl::StrJoin(c.hosts(), ", "), c.text()});
  }
  session.PrintTable(table);
  return absl::OkStatus();
}

absl::Status Read(Session& session, const std::string& exercise, const std::string& inject) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Inbox inbox, client->GetInbox(exercise));
  for (const v1::InboxItem& item : inbox.items()) {
    if (item.id() != inject) continue;
    v1::Command command;
    command.mutable_read_message()->set_exercise(exercise);
    command.mutable_read_message()->set_inject(inject);
    RETURN_IF_ERROR(client->Submit(command).status());
    if (session.json()) {
      session.PrintJson(item);
    } else {
      PrintItem(session, item);
    }
    return absl::OkStatus();
  }
  return absl::NotFoundError(session.Say(Msg::kNoSuchMessage, Clean(inject), Clean(exercise)));
}

}  // namespace

void AddReport(Command& root) {
  Command& report = root.Sub("report");
  AddDetection(report);
  AddInitial(report);
  AddAction(report, "contained", v1::OBSERVATION_KIND_CONTAINMENT);
  AddAction(report, "recovered", v1::OBSERVATION_KIND_RECOVERY);
  AddAnswer(report);
  auto exercise = std::make_shared<std::string>();
  root.Sub("inbox").Arg("EXERCISE", Into(exercise.get())).Runs([exercise](Session& s) {
    return ShowInbox(s, *exercise);
  });
  auto message = std::make_shared<std::pair<std::string, std::string>>();
  root.Sub("read")
      .Arg("EXERCISE", Into(&message->first))
      .Arg("INJECT", Into(&message->second))
      .Runs([message](Session& s) { return Read(s, message->first, message->second); });
}

}  // namespace drill::cli
