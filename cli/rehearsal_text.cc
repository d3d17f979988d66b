#include "cli/rehearsal_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/scenario/words.h"

namespace drill::cli {
namespace {

// From so many injects at once on one person the director should look.
constexpr int kMany = 3;
constexpr int kTooMany = 5;

// "T+01:20", "T+01:20 (7)" where it did not happen in every run.
Cell TimeCell(const v1::Spread& spread, int32_t runs) {
  if (spread.n() == 0) return "";
  const std::string time = FormatExerciseTime(spread.median());
  return spread.n() == runs ? Cell(time) : Cell(absl::StrCat(time, " (", spread.n(), ")"));
}

void PrintTimes(Session& session, const v1::Rehearsal& r) {
  session.PrintLine("");
  session.PrintLine(session.Painted(session.Say(Msg::kRehearsalTimes), Colour::kBold));
  Table table({session.Say(Msg::kColInject), session.Say(Msg::kColPlanned),
               session.Say(Msg::kColReleased), session.Say(Msg::kColDetected),
               session.Say(Msg::kColReported), session.Say(Msg::kColContained),
               session.Say(Msg::kColRecovered), session.Say(Msg::kColAnswered),
               session.Say(Msg::kColTitle)});
  for (const v1::RehearsedInject& i : r.injects()) {
    table.Row({i.inject(), TimeCell(i.planned(), r.runs()), TimeCell(i.released(), r.runs()),
               TimeCell(i.detected(), r.runs()), TimeCell(i.reported(), r.runs()),
               TimeCell(i.contained(), r.runs()), TimeCell(i.recovered(), r.runs()),
               TimeCell(i.answered(), r.runs()), session.Pick(i.title())});
  }
  session.PrintTable(table);
}

Colour LoadColour(int32_t injects) {
  if (injects >= kTooMany) return Colour::kRed;
  return injects >= kMany ? Colour::kYellow : Colour::kNone;
}

void PrintLoad(Session& session, const v1::Rehearsal& r) {
  if (r.people().empty()) return;
  session.PrintLine("");
  session.PrintLine(
      session.Painted(session.Say(Msg::kRehearsalLoad, FormatSpan(r.window_us())), Colour::kBold));
  std::vector<std::string> titles = {session.Say(Msg::kColTeam), session.Say(Msg::kColRole),
                                     session.Say(Msg::kColPerson)};
  for (const v1::Load& load : r.people(0).load()) {
    titles.push_back(FormatExerciseTime(load.from_ex_us()));
  }
  Table table(std::move(titles));
  for (const v1::RehearsedPerson& person : r.people()) {
    std::vector<Cell> cells = {person.team(), person.role(), person.person()};
    for (const v1::Load& load : person.load()) {
      cells.emplace_back(load.injects_max() == 0
                             ? "."
                             : absl::StrCat(load.injects_median(), "/", load.injects_max()),
                         LoadColour(load.injects_max()));
    }
    table.Row(std::move(cells));
  }
  session.PrintTable(table);
  for (const v1::RehearsedPerson& person : r.people()) {
    if (person.injects_max() < kMany) continue;
    session.PrintLine(session.Painted(
        session.Say(Msg::kRehearsalWorst, Clean(person.person()), Clean(person.role()),
                    person.injects_max(), FormatExerciseTime(person.worst_ex_us()),
                    Clean(absl::StrJoin(person.worst_injects(), ", "))),
        LoadColour(person.injects_max())));
  }
}

Msg UnreachedText(v1::UnreachedWhy why) {
  switch (why) {
    case v1::UNREACHED_WHY_ANCHOR:
      return Msg::kRehearsalAnchor;
    case v1::UNREACHED_WHY_REVOKED:
      return Msg::kRehearsalRevoked;
    case v1::UNREACHED_WHY_UNLESS:
      return Msg::kRehearsalUnless;
    case v1::UNREACHED_WHY_BY_HAND:
      return Msg::kRehearsalByHand;
    default:
      return Msg::kRehearsalTooLate;
  }
}

void PrintUnreached(Session& session, const v1::Rehearsal& r) {
  if (r.unreached().empty()) return;
  session.PrintLine("");
  session.PrintLine(session.Painted(session.Say(Msg::kRehearsalUnreached), Colour::kBold));
  for (const v1::Unreached& u : r.unreached()) {
    session.PrintLine(absl::StrCat("  ", session.Say(UnreachedText(u.why()), Clean(u.inject()),
                                                     Clean(u.other()), AnchorName(u.anchor()))));
  }
}

std::vector<Cell> SpreadRow(const std::string& name, const v1::Spread& s) {
  std::vector<Cell> cells = {name};
  for (int64_t mp : {s.min(), s.p10(), s.median(), s.p90(), s.max()}) {
    cells.emplace_back(FormatPoints(s.n() == 0 ? -1 : mp));
    cells.back().right = true;
  }
  return cells;
}

void PrintScores(Session& session, const v1::Rehearsal& r) {
  session.PrintLine("");
  session.PrintLine(session.Painted(session.Say(Msg::kRehearsalScore), Colour::kBold));
  Table table({"", session.Say(Msg::kColLowest), "p10", session.Say(Msg::kColMedian), "p90",
               session.Say(Msg::kColHighest)});
  table.Row(SpreadRow(session.Say(Msg::kRehearsalTotal), r.score()));
  for (const auto* rows : {&r.by_objective(), &r.by_team()}) {
    for (const v1::NamedSpread& row : *rows) {
      table.Row(SpreadRow(absl::StrCat(row.key(), ": ", session.Pick(row.title())), row.spread()));
    }
  }
  session.PrintTable(table);
  session.PrintLine(session.Say(Msg::kRehearsalBounds, FormatPoints(r.perfect_mp()),
                                FormatPoints(r.absent_mp())));
  for (const v1::Unreachable& u : r.unreachable()) {
    session.PrintLine(session.Painted(
        session.Say(Msg::kRehearsalUnreachable, Clean(u.inject()), session.Word(u.kind()),
                    Clean(u.team()), FormatPoints(u.earned_mp()), FormatPoints(u.weight_mp()),
                    Clean(u.because())),
        Colour::kYellow));
  }
  for (const v1::Uncovered& u : r.uncovered()) {
    session.PrintLine(session.Painted(
        session.Say(Msg::kRehearsalUncovered, Clean(u.team()), session.Word(u.kind())),
        Colour::kYellow));
  }
}

}  // namespace

void PrintRehearsal(Session& session, const v1::Rehearsal& r) {
  session.PrintLine(session.Painted(
      session.Say(Msg::kRehearsalHead, Clean(session.Pick(r.title())), FormatSpan(r.duration_us()),
                  r.runs(), r.seed(), Clean(session.Pick(r.profile_title()))),
      Colour::kBold));
  if (r.register_made_up()) session.PrintLine(session.Say(Msg::kRehearsalMadeUp));
  for (const v1::RehearsedPart& part : r.cast()) {
    session.PrintLine(absl::StrCat(
        "  ", session.Say(part.team() ? Msg::kRehearsalCastTeam : Msg::kRehearsalCastSystem,
                          Clean(part.part()), Clean(part.id()),
                          part.team() ? part.people() : part.hosts())));
  }
  PrintTimes(session, r);
  PrintLoad(session, r);
  PrintUnreached(session, r);
  PrintScores(session, r);
}

}  // namespace drill::cli
