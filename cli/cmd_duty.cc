// duty status, why, calendar; obligation lint.
#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/duty_calendar.h"
#include "cli/duty_text.h"
#include "cli/files.h"
#include "cli/session.h"
#include "common/base/status.h"
#include "core/duty/duty.h"

namespace drill::cli {
namespace {

Colour DutyColour(v1::DutyState state) {
  if (state == v1::DUTY_STATE_MET) return Colour::kGreen;
  if (state == v1::DUTY_STATE_OVERDUE) return Colour::kRed;
  return state == v1::DUTY_STATE_PENDING ? Colour::kYellow : Colour::kNone;
}

void PrintObligations(Session& session, const v1::DutyTable& duty) {
  for (const v1::Obligation& o : duty.obligations()) {
    session.PrintLine("");
    session.PrintLine(absl::StrCat(Clean(o.id()), ": ", Clean(o.document()),
                                   o.article().empty() ? "" : ", ", Clean(o.article()), " — ",
                                   Clean(session.Pick(o.title()))));
    if (!o.quote().empty()) session.PrintLine(absl::StrCat("  ", Quote(o.quote())));
    if (o.has_reach()) {
      session.PrintLine(absl::StrCat("  ", Clean(session.Pick(o.reach()))));
    }
    if (!o.superseded_by().empty()) {
      session.PrintLine(session.Say(DutyMsg::kSuperseded, Clean(o.superseded_by())));
    }
    session.PrintLine(o.verified_by().empty()
                          ? session.Painted(session.Say(DutyMsg::kUnverified), Colour::kYellow)
                          : session.Say(DutyMsg::kVerified, Clean(o.verified_by())));
  }
}

void PrintDuty(Session& session, const v1::DutyTable& duty) {
  session.PrintLine(session.Painted(
      session.Say(DutyMsg::kHead, duty.year(), FormatTime(duty.as_of_us())), Colour::kBold));
  Table table(
      {session.Say(Msg::kColSystem), session.Say(Msg::kColLevel), session.Say(Msg::kColObligation),
       session.Say(Msg::kColState), session.Say(Msg::kColDue), session.Say(Msg::kColExercise),
       session.Say(Msg::kColHeld), session.Say(Msg::kColDepth), session.Say(Msg::kColMissing)});
  for (const v1::DutyRow& r : duty.rows()) {
    std::string level = r.level() == 0 ? "-" : absl::StrCat(r.level());
    if (r.level_missing()) absl::StrAppend(&level, " (", session.Say(Msg::kLevelMissing), ")");
    const std::string missing = absl::StrJoin(
        r.missing(), "; ",
        [&](std::string* out, const v1::Text& text) { out->append(session.Pick(text)); });
    table.Row({r.system(), level, r.obligation(),
               Cell(session.Word(r.state()), DutyColour(r.state())), FormatDate(r.due()),
               r.exercise(), FormatDate(r.held_on()), session.Pick(r.depth()), missing});
  }
  session.PrintTable(table);
  for (const v1::DutyRow& r : duty.rows()) {
    for (const v1::Text& note : r.notes()) {
      session.PrintLine(absl::StrCat("  ", Clean(r.system()), ", ", Clean(r.obligation()), ": ",
                                     Clean(session.Pick(note))));
    }
  }
  PrintObligations(session, duty);
}

// ---- status ------------------------------------------------------------------------------------

enum StatusFormat { kText, kCsv };

struct StatusOptions {
  int32_t year = 0;
  std::vector<std::string> systems, owners, obligations;
  bool by_owner = false;
  int format = kText;
  bool bom = false;
};

bool Wanted(const std::vector<std::string>& asked, const std::string& value) {
  return asked.empty() || std::find(asked.begin(), asked.end(), value) != asked.end();
}

// Only the rows asked for. NotFound: none is left, so that a misspelt id is not taken for a duty
// that nobody has.
absl::Status Select(const Session& session, const StatusOptions& o, v1::DutyTable* duty) {
  if (o.systems.empty() && o.owners.empty() && o.obligations.empty()) return absl::OkStatus();
  v1::DutyTable kept = *duty;
  kept.clear_rows();
  for (const v1::DutyRow& row : duty->rows()) {
    if (Wanted(o.systems, row.system()) && Wanted(o.owners, row.owner()) &&
        Wanted(o.obligations, row.obligation())) {
      *kept.add_rows() = row;
    }
  }
  if (kept.rows().empty()) return absl::NotFoundError(session.Say(DutyMsg::kNoRow, duty->year()));
  *duty = std::move(kept);
  return absl::OkStatus();
}

constexpr v1::DutyState kStates[] = {v1::DUTY_STATE_MET, v1::DUTY_STATE_PENDING, v1::DUTY_STATE_DUE,
                                     v1::DUTY_STATE_OVERDUE, v1::DUTY_STATE_NOT_APPLICABLE};

// Owners, and how many duties of their systems stand how.
void PrintByOwner(Session& session, const v1::DutyTable& duty) {
  absl::btree_map<std::string, absl::btree_map<int, int>> owners;
  for (const v1::DutyRow& row : duty.rows()) ++owners[row.owner()][row.state()];
  std::vector<std::string> titles = {session.Say(Msg::kColOwner)};
  for (v1::DutyState state : kStates) titles.push_back(session.Word(state));
  Table table(titles);
  for (auto& [owner, counts] : owners) {
    std::vector<Cell> row = {owner};
    for (v1::DutyState state : kStates) {
      const int n = counts[state];
      row.push_back(n == 0 ? Cell("") : Cell(absl::StrCat(n), DutyColour(state)));
    }
    table.Row(row);
  }
  session.PrintTable(table);
}

std::string CsvDay(const v1::Date& day) { return day.year() == 0 ? "" : FormatDate(day); }

std::string DutyCsv(const Session& session, const v1::DutyTable& duty, bool bom) {
  std::string out(bom ? kByteOrderMark : "");
  absl::StrAppend(
      &out,
      "year,system,name,owner,level,level_missing,obligation,state,due,exercise,held_on,"
      "bound_mid_year,depth,missing,started,aborted\r\n");
  const auto say = [&](std::string* to, const v1::Text& text) { to->append(session.Pick(text)); };
  for (const v1::DutyRow& r : duty.rows()) {
    absl::StrAppend(
        &out, CsvLine({absl::StrCat(duty.year()), r.system(), session.Pick(r.system_name()),
                       r.owner(), CsvNumber(r.level()), r.level_missing() ? "true" : "false",
                       r.obligation(), PlainName(r.state(), "DUTY_STATE_"), CsvDay(r.due()),
                       r.exercise(), CsvDay(r.held_on()), r.bound_mid_year() ? "true" : "false",
                       session.Pick(r.depth()), absl::StrJoin(r.missing(), "; ", say),
                       absl::StrJoin(r.started(), " "), absl::StrJoin(r.aborted(), " ")}));
  }
  return out;
}

absl::Status Status(Session& session, const StatusOptions& o) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(v1::DutyTable duty, client->GetDuty(o.year));
  RETURN_IF_ERROR(Select(session, o, &duty));
  if (session.json()) {
    session.PrintJson(duty);
  } else if (o.format == kCsv) {
    session.Print(DutyCsv(session, duty, o.bom));
  } else if (o.by_owner) {
    PrintByOwner(session, duty);
  } else {
    PrintDuty(session, duty);
  }
  return absl::OkStatus();
}

// ---- why ---------------------------------------------------------------------------------------

struct WhyOptions {
  int32_t year = 0;
  std::string system, obligation;
};

void PrintWhy(Session& session, const v1::DutyTable& duty, const v1::DutyRow& row) {
  session.PrintLine(session.Painted(
      session.Say(DutyMsg::kWhyHead, Clean(row.system()), Clean(session.Pick(row.system_name())),
                  Clean(row.obligation()), duty.year()),
      Colour::kBold));
  session.PrintLine(session.Painted(
      session.Say(DutyMsg::kWhyState, session.Word(row.state()), FormatDate(row.due())),
      DutyColour(row.state())));
  session.PrintLine(row.level() == 0
                        ? session.Say(DutyMsg::kWhyNoLevel)
                        : session.Say(DutyMsg::kWhyLevel, row.level(), Clean(row.owner())));
  if (row.level_missing()) session.PrintLine(session.Say(DutyMsg::kWhyLevelMissing));
  if (row.bound_mid_year()) session.PrintLine(session.Say(DutyMsg::kWhyMidYear));
  if (!row.exercise().empty()) {
    session.PrintLine(session.Say(DutyMsg::kWhyExercise, Clean(row.exercise()),
                                  FormatDate(row.held_on()), Clean(session.Pick(row.depth()))));
  }
  session.PrintLine(session.Say(
      DutyMsg::kWhyStarts, row.started().empty() ? "-" : Clean(absl::StrJoin(row.started(), ", ")),
      row.aborted().empty() ? "-" : Clean(absl::StrJoin(row.aborted(), ", "))));
  for (const v1::Text& missing : row.missing()) {
    session.PrintLine(session.Say(DutyMsg::kWhyMissing, Clean(session.Pick(missing))));
  }
  for (const v1::Text& note : row.notes()) {
    session.PrintLine(absl::StrCat("  ", Clean(session.Pick(note))));
  }
}

absl::Status Why(Session& session, const WhyOptions& o) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(v1::DutyTable duty, client->GetDuty(o.year));
  StatusOptions one;
  one.systems = {o.system};
  if (!o.obligation.empty()) one.obligations = {o.obligation};
  RETURN_IF_ERROR(Select(session, one, &duty));
  v1::DutyTable spoken = duty;
  spoken.clear_obligations();
  for (const v1::Obligation& obligation : duty.obligations()) {
    if (Wanted(one.obligations, obligation.id())) *spoken.add_obligations() = obligation;
  }
  if (session.json()) {
    session.PrintJson(spoken);
    return absl::OkStatus();
  }
  for (const v1::DutyRow& row : spoken.rows()) PrintWhy(session, spoken, row);
  PrintObligations(session, spoken);
  return absl::OkStatus();
}

// ---- calendar ----------------------------------------------------------------------------------

struct CalendarOptions {
  int32_t year = 0;
  std::string out;
};

absl::Status Calendar(Session& session, const CalendarOptions& o) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::DutyTable duty, client->GetDuty(o.year));
  return session.Deliver(o.out, "text/calendar", DutyCalendar(session.language(), duty));
}

// ---- obligation lint ---------------------------------------------------------------------------

absl::Status LintObligations(Session& session, const std::vector<std::string>& files) {
  size_t bad = 0;
  v1::Obligations all;
  for (const std::string& path : files) {
    v1::Obligations pack;
    const absl::Status read = LoadYaml(path, &pack);
    std::vector<std::string> faults;
    if (read.ok()) faults = CheckObligations(pack);
    if (!read.ok()) session.PrintLine(CleanLines(read.message()));
    for (const std::string& fault : faults) {
      session.PrintLine(absl::StrCat(Clean(path), ": ", Clean(fault)));
    }
    if (!read.ok() || !faults.empty()) {
      ++bad;
      continue;
    }
    int unread = 0, unverified = 0;
    for (const v1::Obligation& o : pack.obligations()) {
      unread += o.quote().empty() ? 1 : 0;
      unverified += o.verified_by().empty() ? 1 : 0;
    }
    session.PrintLine(session.Say(DutyMsg::kObligationsGood, Clean(path), pack.obligations_size(),
                                  unread, unverified));
    all.MergeFrom(pack);
  }
  // What only shows when the packs lie in one folder: the same id twice.
  if (bad == 0 && files.size() > 1) {
    const std::vector<std::string> faults = CheckObligations(all);
    for (const std::string& fault : faults) session.PrintLine(Clean(fault));
    if (!faults.empty()) bad = files.size();
  }
  if (bad == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(session.Say(Msg::kLintFailed, bad, files.size()));
}

Parser Year(int32_t* year) {
  return Number(2000, 2100, [year](int64_t value) { *year = static_cast<int32_t>(value); });
}

void AddStatus(Command& duty) {
  auto o = std::make_shared<StatusOptions>();
  duty.Sub("status")
      .Opt("--year", "YEAR", Year(&o->year))
      .Opt("--system", "SYSTEM", Into(&o->systems), Need::kAny)
      .Opt("--owner", "ORGANISATION", Into(&o->owners), Need::kAny)
      .Opt("--obligation", "OBLIGATION", Into(&o->obligations), Need::kAny)
      .Flag("--by-owner", [o] { o->by_owner = true; })
      .Opt("--format", "text|csv",
           OneOf({{"text", kText}, {"csv", kCsv}}, [o](int value) { o->format = value; }))
      .Flag("--bom", [o] { o->bom = true; })
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->bom && o->format != kCsv) faults->push_back(Say(language, Msg::kUsageBom));
        if (o->by_owner && o->format == kCsv)
          faults->push_back(Say(language, DutyMsg::kUsageByOwner));
      })
      .Runs([o](Session& s) { return Status(s, *o); });
}

}  // namespace

void AddDuty(Command& root) {
  Command& duty = root.Sub("duty");
  AddStatus(duty);
  auto why = std::make_shared<WhyOptions>();
  duty.Sub("why")
      .Arg("SYSTEM", Into(&why->system))
      .Arg("OBLIGATION", Into(&why->obligation), Need::kOptional)
      .Opt("--year", "YEAR", Year(&why->year))
      .Runs([why](Session& s) { return Why(s, *why); });
  auto calendar = std::make_shared<CalendarOptions>();
  duty.Sub("calendar")
      .Opt("--year", "YEAR", Year(&calendar->year))
      .Opt("--out", "FILE", Into(&calendar->out))
      .Runs([calendar](Session& s) { return Calendar(s, *calendar); });
  auto files = std::make_shared<std::vector<std::string>>();
  root.Sub("obligation")
      .Sub("lint")
      .Arg("FILE", Into(files.get()), Need::kMany)
      .Runs([files](Session& s) { return LintObligations(s, *files); });
}

}  // namespace drill::cli
