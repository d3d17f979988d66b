#include "cli/score_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"

namespace drill::cli {
namespace {

using RollUps = google::protobuf::RepeatedPtrField<v1::RollUp>;

Colour LineColour(v1::LineState state) {
  switch (state) {
    case v1::LINE_STATE_MET:
    case v1::LINE_STATE_PREVENTED:
      return Colour::kGreen;
    case v1::LINE_STATE_UNMET:
      return Colour::kRed;
    case v1::LINE_STATE_OPEN:
      return Colour::kYellow;
    default:
      return Colour::kNone;
  }
}

// Numbers are compared down a column, so they stand at its right.
Cell Points(int64_t mp) {
  Cell cell(FormatPoints(mp));
  cell.right = true;
  return cell;
}

std::string Permille(int32_t value) {
  return absl::StrFormat("%d.%03d", value / 1000, value % 1000);
}

void PrintHead(Session& session, const v1::Scorecard& card) {
  session.PrintLine(session.Painted(
      absl::StrCat(Clean(card.exercise()), " · ", Clean(session.Pick(card.title()))),
      Colour::kBold));
  const bool final = card.phase() == v1::PHASE_FINAL || card.phase() == v1::PHASE_CLOSED;
  session.PrintLine(session.Say(final ? Msg::kScoreFinal : Msg::kScoreProvisional,
                                session.Word(card.type()), session.Word(card.phase()),
                                FormatTime(card.start_us()), FormatTime(card.end_us())));
  session.PrintLine(session.Painted(
      session.Say(Msg::kScoreTotal, FormatPoints(card.score_mp()), FormatPoints(card.earned_mp()),
                  FormatPoints(card.penalty_mp()), FormatPoints(card.possible_mp())),
      Colour::kBold));
  session.PrintLine(session.Say(Msg::kScoreRests, card.head_stream_seq(), Hex(card.head_hash()),
                                card.scoring_version()));
}

void PrintRollUps(Session& session, Msg title, const RollUps& rows) {
  if (rows.empty()) return;
  session.PrintLine("");
  Table table({session.Say(title), session.Say(Msg::kColScore), session.Say(Msg::kColEarned),
               session.Say(Msg::kColPossible)});
  for (const v1::RollUp& r : rows) {
    table.Row({r.key(), Points(r.score_mp()), Points(r.earned_mp()), Points(r.possible_mp())});
  }
  session.PrintTable(table);
}

void PrintMetrics(Session& session, const v1::Scorecard& card) {
  if (card.metrics().empty()) return;
  session.PrintLine("");
  Table table({session.Say(Msg::kColMetric), "n", session.Say(Msg::kColCensored),
               session.Say(Msg::kColMean), session.Say(Msg::kColMedian), "p90"});
  for (const v1::TimeMetric& m : card.metrics()) {
    const auto span = [&m](int64_t us) { return m.n() == 0 ? std::string("-") : FormatSpan(us); };
    table.Row({session.Word(m.metric()), m.n(), m.censored(), span(m.mean_us()),
               span(m.median_us()), span(m.p90_us())});
  }
  session.PrintTable(table);
}

void PrintHostLine(Session& session, const v1::HostLine& h) {
  std::vector<std::string> parts = {
      session.Painted(session.Word(h.state()), LineColour(h.state()))};
  if (h.from_us() != 0 && h.done_us() != 0) {
    parts.push_back(session.Say(Msg::kLineTimes, FormatTimeOfDay(h.from_us()),
                                FormatTimeOfDay(h.done_us()), FormatSpan(h.done_us() - h.from_us()),
                                FormatSpan(h.error_us())));
  }
  if (h.uncertain()) {
    parts.push_back(session.Painted(session.Say(Msg::kLineUncertain), Colour::kYellow));
  }
  parts.push_back(session.Say(Msg::kLineFactors, Permille(h.quality_permille()),
                              Permille(h.timeliness_permille())));
  if (!h.observation().empty()) parts.push_back(Clean(h.observation()));
  if (!h.records().empty()) {
    parts.push_back(session.Say(Msg::kLineRecords, absl::StrJoin(h.records(), ", ")));
  }
  session.PrintLine(absl::StrCat("    ", h.host().empty() ? "·" : Clean(h.host()), ": ",
                                 absl::StrJoin(parts, "; ")));
}

void PrintLines(Session& session, const v1::Scorecard& card) {
  for (const v1::ScoreLine& line : card.lines()) {
    session.PrintLine("");
    session.PrintLine(absl::StrCat(
        Clean(line.inject()), "[", line.expectation(), "] ", session.Word(line.kind()), " · ",
        Clean(line.team()), line.system().empty() ? "" : " · ", Clean(line.system()), " · ",
        session.Painted(session.Word(line.state()), LineColour(line.state())), " · ",
        FormatPoints(line.earned_mp()), " / ", FormatPoints(line.weight_mp())));
    for (const std::string& because : line.because()) {
      session.PrintLine(absl::StrCat("  = ", Clean(because)));
    }
    for (const v1::HostLine& host : line.hosts()) PrintHostLine(session, host);
  }
}

void PrintClaims(Session& session, const v1::Scorecard& card) {
  if (card.claims().empty()) return;
  session.PrintLine("");
  Table table({session.Say(Msg::kColObservation), session.Say(Msg::kColKind),
               session.Say(Msg::kColState), session.Say(Msg::kColPenalty),
               session.Say(Msg::kColReceived), session.Say(Msg::kColInjects),
               session.Say(Msg::kColRecord), session.Say(Msg::kColText)});
  for (const v1::Claim& c : card.claims()) {
    std::string state = session.Word(c.state());
    if (c.effect() != v1::EFFECT_VERDICT_UNSPECIFIED) {
      absl::StrAppend(&state, "; ", session.Word(c.effect()));
    }
    table.Row({c.observation(), session.Word(c.kind()), state, Points(c.penalty_mp()),
               FormatTime(c.received_us()), absl::StrJoin(c.injects(), ", "),
               absl::StrCat(c.record()), c.text()});
  }
  session.PrintTable(table);
}

void PrintRatings(Session& session, const v1::Scorecard& card) {
  if (card.ratings().empty()) return;
  session.PrintLine("");
  Table table({session.Say(Msg::kColSystem), session.Say(Msg::kColElement),
               session.Say(Msg::kColRating), session.Say(Msg::kColNote)});
  for (const v1::ElementRated& r : card.ratings()) {
    table.Row({r.system(), session.Word(r.element()), session.Word(r.rating()), r.note()});
  }
  session.PrintTable(table);
}

}  // namespace

void PrintScore(Session& session, const v1::Scorecard& card, bool explain) {
  PrintHead(session, card);
  PrintRollUps(session, Msg::kColObjective, card.by_objective());
  PrintRollUps(session, Msg::kColTeam, card.by_team());
  PrintRollUps(session, Msg::kColSystem, card.by_system());
  PrintRollUps(session, Msg::kColTechnique, card.by_technique());
  PrintMetrics(session, card);
  PrintRatings(session, card);
  if (!explain) return;
  PrintLines(session, card);
  PrintClaims(session, card);
}

}  // namespace drill::cli
