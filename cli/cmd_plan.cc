// exercise create, scope, approve, check, show, list.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/check.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/scope_text.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill::cli {
namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

// part=id
Parser CastPairs(google::protobuf::RepeatedPtrField<v1::CastChoice>* choices) {
  return Pairs([choices](const std::string& part, const std::string& id, const ParseContext&) {
    v1::CastChoice* choice = choices->Add();
    choice->set_part(part);
    choice->set_id(id);
    return absl::OkStatus();
  });
}

// person=role
Parser PostPairs(google::protobuf::RepeatedPtrField<v1::Post>* posts) {
  static constexpr std::pair<const char*, v1::Role> kRoles[] = {
      {"director", v1::ROLE_DIRECTOR},   {"controller", v1::ROLE_CONTROLLER},
      {"evaluator", v1::ROLE_EVALUATOR}, {"owner", v1::ROLE_OWNER},
      {"observer", v1::ROLE_OBSERVER},   {"chair", v1::ROLE_CHAIR}};
  return Pairs(
      [posts](const std::string& person, const std::string& role, const ParseContext& context) {
        for (const auto& [word, value] : kRoles) {
          if (role != word) continue;
          v1::Post* post = posts->Add();
          post->set_person(person);
          post->set_role(value);
          return absl::OkStatus();
        }
        return absl::InvalidArgumentError(Say(context.language, Msg::kUsageOneOf, Quote(role),
                                              "director, controller, evaluator, owner, observer"));
      });
}

void AddCreate(Command& exercise) {
  Command& command = exercise.Sub("create");
  v1::CreateExercise* create = command.Submits()->mutable_create_exercise();
  command.Arg("EXERCISE", Into(create->mutable_exercise()))
      .Opt("--scenario", "ID", Into(create->mutable_scenario()), Need::kOne)
      .Opt("--system", "PART=ID", CastPairs(create->mutable_systems()), Need::kAny)
      .Opt("--team", "PART=ID", CastPairs(create->mutable_teams()), Need::kAny)
      .Opt("--post", "PERSON=ROLE", PostPairs(create->mutable_posts()), Need::kAny)
      .Opt("--title", "TEXT",
           [create](const std::vector<std::string>& words, const ParseContext&) {
             create->mutable_title()->set_vi(words[0]);
             return absl::OkStatus();
           })
      .Opt("--title-en", "TEXT",
           [create](const std::vector<std::string>& words, const ParseContext&) {
             create->mutable_title()->set_en(words[0]);
             return absl::OkStatus();
           });
}

// ---- approve -----------------------------------------------------------------------------------

struct ApproveOptions {
  std::string roe;
  std::vector<std::string> scopes;
};

// The authored half comes from YAML; a scope can only be the bytes that were signed.
absl::Status FillApproval(const ApproveOptions& o, v1::Command* request) {
  v1::ExerciseApproved* approval = request->mutable_approve_exercise()->mutable_approval();
  RETURN_IF_ERROR(LoadYaml(o.roe, approval));
  if (!approval->scopes().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        o.roe,
        ": scopes: signed scopes are binary files; take them out here and name the files "
        "with --scope"));
  }
  for (const std::string& path : o.scopes) {
    ASSIGN_OR_RETURN(*approval->add_scopes(), ReadScope(path));
  }
  return absl::OkStatus();
}

void AddApprove(Command& exercise) {
  Command& command = exercise.Sub("approve");
  auto o = std::make_shared<ApproveOptions>();
  v1::ApproveExercise* approve = command.Submits()->mutable_approve_exercise();
  command.Arg("EXERCISE", Into(approve->mutable_exercise()))
      .Opt("--roe", "FILE", Into(&o->roe), Need::kOne)
      .Opt("--scope", "FILE", Into(&o->scopes), Need::kAny)
      .Before([o](Session&, v1::Command* request) { return FillApproval(*o, request); });
}

// ---- scope -------------------------------------------------------------------------------------

struct ScopeOptions {
  v1::GetScopeRequest request;
  std::string out;
};

// Waits for the record that holds the exercise's frozen scenario: the first of its stream.
class ScenarioSeeker : public Watcher {
 public:
  bool OnEvent(const v1::WatchEvent& event) override {
    if (!event.record().has_exercise_created()) return !event.caught_up();
    scenario = event.record().exercise_created().scenario();
    found = true;
    return false;
  }
  v1::Scenario scenario;
  bool found = false;
};

absl::Status MakeScope(Session& session, ScopeOptions& o) {
  RETURN_IF_ERROR(MustNotExist(o.out));
  if (o.request.not_before_us() == 0) o.request.set_not_before_us(session.now_us());
  if (o.request.not_after_us() == 0) o.request.set_not_after_us(o.request.not_before_us() + kDay);
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::ScopeOffer offer, client->GetScope(o.request));
  v1::SignedScope file;
  file.set_scope(offer.scope());
  ASSIGN_OR_RETURN(const v1::Scope scope, ScopeOf(file));

  ScenarioSeeker seeker;
  RETURN_IF_ERROR(client->Watch(o.request.exercise(), 0, session.timeout_us(), seeker));
  if (session.json()) {
    session.PrintJson(scope);
  } else {
    RETURN_IF_ERROR(PrintScope(session, file, scope, seeker.found ? &seeker.scenario : nullptr));
  }
  RETURN_IF_ERROR(os::WriteFileDurably(o.out, file.SerializeAsString(), 0644));
  session.Remark(session.Say(Msg::kScopeMade, o.out, offer.signatures_required()));
  return absl::OkStatus();
}

void AddMakeScope(Command& exercise) {
  auto o = std::make_shared<ScopeOptions>();
  v1::GetScopeRequest* r = &o->request;
  Command& command = exercise.Sub("scope");
  command.Arg("EXERCISE", Into(r->mutable_exercise()))
      .Opt("--system", "SYSTEM", Into(r->mutable_system()), Need::kOne)
      .Opt("--from", "TIME", Moment([r](int64_t us) { r->set_not_before_us(us); }))
      .Opt("--until", "TIME", Moment([r](int64_t us) { r->set_not_after_us(us); }))
      .Opt("--decision-number", "NUMBER", Into(r->mutable_decision()->mutable_number()), Need::kOne)
      .Opt("--decision-date", "DATE", Day([r] { return r->mutable_decision()->mutable_date(); }),
           Need::kOne)
      .Opt("--decision-signed-by", "NAME",
           [r](const std::vector<std::string>& words, const ParseContext&) {
             r->mutable_decision()->set_signed_by(words[0]);
             return absl::OkStatus();
           })
      .Opt("--out", "FILE", Into(&o->out), Need::kOne)
      .Check([r](Language language, std::vector<std::string>* faults) {
        if (r->not_before_us() != 0 && r->not_after_us() != 0 &&
            r->not_after_us() <= r->not_before_us()) {
          faults->push_back(Say(language, Msg::kUsageWindow));
        }
      })
      .Runs([o](Session& s) { return MakeScope(s, *o); });
}

// ---- show, list --------------------------------------------------------------------------------

Cell InjectStateCell(const Session& session, const v1::InjectRow& row) {
  Colour colour = Colour::kNone;
  if (row.state() == v1::INJECT_STATE_RELEASED) colour = Colour::kGreen;
  if (row.state() == v1::INJECT_STATE_HELD) colour = Colour::kYellow;
  if (row.late_us() > 0) colour = Colour::kRed;
  return Cell(session.Word(row.state()), colour);
}

void PrintInjects(Session& session, const v1::ExerciseView& view) {
  Table table({session.Say(Msg::kColWhen), session.Say(Msg::kColInject), session.Say(Msg::kColKind),
               session.Say(Msg::kColState), session.Say(Msg::kColLate), session.Say(Msg::kColHosts),
               session.Say(Msg::kColStarted), session.Say(Msg::kColApplied),
               session.Say(Msg::kColNotPlayed), session.Say(Msg::kColCleaned),
               session.Say(Msg::kColCleanupWaiting), session.Say(Msg::kColTitle)});
  // By time; what no time is known of comes last, in the scenario's order.
  const auto waits = [](const v1::InjectRow& r) { return r.state() == v1::INJECT_STATE_WAITING; };
  std::vector<v1::InjectRow> rows(view.injects().begin(), view.injects().end());
  std::stable_sort(rows.begin(), rows.end(), [&](const v1::InjectRow& a, const v1::InjectRow& b) {
    if (waits(a) || waits(b)) return waits(a) < waits(b);
    return a.planned_ex_us() < b.planned_ex_us();
  });
  for (const v1::InjectRow& r : rows) {
    table.Row({waits(r) ? "?" : FormatExerciseTime(r.planned_ex_us()), r.inject(), r.kind(),
               InjectStateCell(session, r), r.late_us() == 0 ? "" : FormatSpan(r.late_us()),
               r.hosts(), r.started(), r.applied(), r.not_played(), r.cleaned(),
               r.cleanup_waiting(), session.Pick(r.title())});
  }
  if (!table.empty()) session.PrintTable(table);
}

void PrintHosts(Session& session, const v1::ExerciseView& view) {
  Table table({session.Say(Msg::kColHost), session.Say(Msg::kColSystem),
               session.Say(Msg::kColAgent), session.Say(Msg::kColChecked),
               session.Say(Msg::kColCleanupWaiting), session.Say(Msg::kColResidue)});
  for (const v1::HostRow& h : view.hosts()) {
    const Cell checked =
        !h.checked()
            ? Cell("-")
            : Cell(h.findings().empty() ? session.Say(Msg::kCheckedGood)
                                        : session.Say(Msg::kCheckedFindings, h.findings_size()),
                   h.findings().empty() ? Colour::kGreen : Colour::kRed);
    table.Row({h.host(), h.system(), AgentState(session, h.agent()), checked, h.cleanup_waiting(),
               absl::StrJoin(h.residue(), "; ")});
  }
  if (!table.empty()) session.PrintTable(table);
}

void PrintCast(Session& session, const v1::ExerciseView& view) {
  for (const v1::SystemCast& c : view.systems()) {
    session.PrintLine(
        session.Say(Msg::kCastSystem, Clean(c.part()), Clean(c.system()), c.hosts_size()));
  }
  for (const v1::TeamCast& c : view.teams()) {
    session.PrintLine(session.Say(Msg::kCastTeam, Clean(c.part()), Clean(c.team()),
                                  Clean(absl::StrJoin(c.members(), ", "))));
  }
  for (const v1::Post& p : view.posts()) {
    session.PrintLine(session.Say(Msg::kCastPost, session.Word(p.role()), Clean(p.person())));
  }
}

absl::Status Show(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::ExerciseView view, client->GetExercise(exercise));
  if (session.json()) {
    session.PrintJson(view);
    return absl::OkStatus();
  }
  const v1::ExerciseSummary& s = view.summary();
  session.PrintLine(session.Painted(
      absl::StrCat(Clean(s.exercise()), " · ", Clean(session.Pick(s.title()))), Colour::kBold));
  if (s.real_incident()) {
    session.PrintLine(session.Painted(session.Say(Msg::kRealIncident), Colour::kRed));
  }
  session.PrintLine(session.Say(Msg::kExerciseHead, session.Word(s.type()), session.Word(s.phase()),
                                FormatTime(s.start_us()), FormatTime(s.end_us()),
                                s.start_us() == 0 ? "-" : FormatExerciseTime(s.clock_ex_us())));
  PrintCast(session, view);
  session.PrintLine("");
  PrintInjects(session, view);
  session.PrintLine("");
  PrintHosts(session, view);
  PrintMissing(session, view);
  return absl::OkStatus();
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::ExerciseList list, client->ListExercises());
  if (session.json()) {
    session.PrintJson(list);
    return absl::OkStatus();
  }
  Table table({session.Say(Msg::kColExercise), session.Say(Msg::kColType),
               session.Say(Msg::kColPhase), session.Say(Msg::kColStart), session.Say(Msg::kColEnd),
               session.Say(Msg::kColTitle)});
  for (const v1::ExerciseSummary& s : list.exercises()) {
    table.Row({s.exercise(), session.Word(s.type()),
               s.real_incident() ? Cell(session.Say(Msg::kRealIncident), Colour::kRed)
                                 : PhaseCell(session, s.phase()),
               FormatTime(s.start_us()), FormatTime(s.end_us()), session.Pick(s.title())});
  }
  session.PrintTable(table);
  return absl::OkStatus();
}

}  // namespace

void AddPlanning(Command& exercise) {
  AddCreate(exercise);
  AddMakeScope(exercise);
  AddApprove(exercise);
  auto id = std::make_shared<std::string>();
  exercise.Sub("check").Arg("EXERCISE", Into(id.get())).Runs([id](Session& s) {
    return CheckAndWait(s, *id);
  });
  auto shown = std::make_shared<std::string>();
  exercise.Sub("show").Arg("EXERCISE", Into(shown.get())).Runs([shown](Session& s) {
    return Show(s, *shown);
  });
  exercise.Sub("list").Runs(List);
}

}  // namespace drill::cli
