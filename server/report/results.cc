#include <algorithm>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/report/sections.h"

// Scores, times, and the arithmetic behind them.
namespace drill::report {
namespace {

// More lines than this are not read on paper; the JSON export has them all.
constexpr int kLinesMax = 2'000;
constexpr int kAnnexHostsMax = 12;

int64_t BarWidth(int64_t score_mp) { return std::clamp<int64_t>(score_mp / 100, 0, 1000); }

bool Uncertain(const v1::ScoreLine& line) {
  return std::any_of(line.hosts().begin(), line.hosts().end(),
                     [](const v1::HostLine& host) { return host.uncertain(); });
}

void FillLine(const Facts& facts, int index, Dictionary* row) {
  const Words& words = facts.words();
  const v1::ScoreLine& line = facts.card().lines(index);
  Put(row, "NO", index + 1);
  PutPair(row, "INJECT", facts.Inject(line.inject()));
  PutPair(row, "KIND", words.Say(ExpectationText(line.kind())));
  PutPair(row, "TEAM", facts.Team(line.team()));
  PutPair(row, "STATE", words.Say(LineStateText(line.state())));
  ShowIf(row, "BAD", line.state() == v1::LINE_STATE_UNMET);
  ShowIf(row, "GOOD",
         line.state() == v1::LINE_STATE_MET || line.state() == v1::LINE_STATE_PREVENTED);
  ShowIf(row, "UNCERTAIN", Uncertain(line));
  Put(row, "EARNED", words.Thousandths(line.earned_mp()));
  Put(row, "WEIGHT", words.Thousandths(line.weight_mp()));
}

const v1::RollUp* FindRollUp(const google::protobuf::RepeatedPtrField<v1::RollUp>& all,
                             absl::string_view key) {
  for (const v1::RollUp& sum : all) {
    if (sum.key() == key) return &sum;
  }
  return nullptr;
}

// Objectives in the scenario's order, then whatever else lines speak of.
std::vector<std::string> ObjectiveIds(const Facts& facts) {
  std::vector<std::string> ids;
  for (const v1::Objective& objective : facts.data().created().scenario().objectives()) {
    ids.push_back(objective.id());
  }
  absl::btree_set<std::string> others;
  for (const v1::ScoreLine& line : facts.card().lines()) {
    if (std::find(ids.begin(), ids.end(), line.objective()) == ids.end()) {
      others.insert(line.objective());
    }
  }
  ids.insert(ids.end(), others.begin(), others.end());
  return ids;
}

const v1::Objective* FindObjective(const Facts& facts, absl::string_view id) {
  for (const v1::Objective& objective : facts.data().created().scenario().objectives()) {
    if (objective.id() == id) return &objective;
  }
  return nullptr;
}

Pair ObjectiveTitle(const Facts& facts, absl::string_view id) {
  const v1::Objective* objective = FindObjective(facts, id);
  if (objective != nullptr) return facts.words().Of(objective->title(), id);
  return id.empty() ? facts.words().Say(TextId::objective_none) : Pair(id);
}

void FillSum(const Words& words, const v1::RollUp& sum, Dictionary* row) {
  Put(row, "BAR", BarWidth(sum.score_mp()));
  Put(row, "SCORE", words.Score(sum.score_mp()));
  Put(row, "EARNED", words.Thousandths(sum.earned_mp()));
  Put(row, "POSSIBLE", words.Thousandths(sum.possible_mp()));
}

void FillObjectives(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const int lines = std::min(facts.card().lines_size(), kLinesMax);
  int64_t number = 0;
  for (const std::string& id : ObjectiveIds(facts)) {
    Dictionary* section = Add(out, "OBJECTIVE");
    Put(section, "NO", ++number);
    PutPair(section, "TITLE", ObjectiveTitle(facts, id));
    if (const v1::Objective* objective = FindObjective(facts, id)) {
      const Pair capability = words.Of(objective->capability());
      if (!capability.empty()) {
        PutPair(Add(section, "HAS_CAPABILITY"), "CAPABILITY",
                words.Say(TextId::capability, {capability}));
      }
    }
    for (int i = 0; i < lines; ++i) {
      if (facts.card().lines(i).objective() == id) FillLine(facts, i, Add(section, "LINE"));
    }
    const v1::RollUp* sum = FindRollUp(facts.card().by_objective(), id);
    v1::RollUp nothing;
    nothing.set_score_mp(-1);
    FillSum(words, sum == nullptr ? nothing : *sum, section);
  }
  if (lines < facts.card().lines_size()) {
    PutPair(Add(out, "LINES_LEFT_OUT"), "LEFT_OUT",
            words.Say(TextId::lines_left_out, {words.Count(facts.card().lines_size() - lines)}));
  }
}

void FillSums(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  for (const v1::RollUp& sum : facts.card().by_team()) {
    Dictionary* row = Add(out, "SUM");
    PutPair(row, "GROUP", words.Say(TextId::by_team));
    PutPair(row, "NAME", facts.Team(sum.key()));
    FillSum(words, sum, row);
  }
  for (const v1::RollUp& sum : facts.card().by_system()) {
    Dictionary* row = Add(out, "SUM");
    PutPair(row, "GROUP", words.Say(TextId::by_system));
    PutPair(row, "NAME",
            sum.key().empty() ? words.Say(TextId::no_system) : facts.System(sum.key()));
    FillSum(words, sum, row);
  }
  for (const v1::RollUp& sum : facts.card().by_objective()) {
    Dictionary* row = Add(out, "SUM");
    PutPair(row, "GROUP", words.Say(TextId::by_objective));
    PutPair(row, "NAME", ObjectiveTitle(facts, sum.key()));
    FillSum(words, sum, row);
  }
}

// ---- annex -------------------------------------------------------------------------------------

void FillHostLine(const Facts& facts, const v1::HostLine& host, Dictionary* row) {
  const Words& words = facts.words();
  Put(row, "NAME", host.host());
  PutPair(row, "STATE", words.Say(LineStateText(host.state())));
  if (host.done_us() != 0) {
    Dictionary* done = Add(row, "DONE");
    const int64_t day = facts.card().start_us();
    const int64_t from = host.from_us() == 0 ? host.done_us() : host.from_us();
    Put(done, "FROM", TimeOfDay(from, day));
    Put(done, "AT", TimeOfDay(host.done_us(), day));
    Put(done, "ELAPSED", Stopwatch(host.done_us() - from));
    if (host.error_us() != 0) {
      // The template writes the sign.
      const std::string margin = words.ClockError(host.error_us());
      Put(Add(done, "ERROR"), "MARGIN", absl::string_view(margin).substr(margin.find(' ') + 1));
    }
    Dictionary* shares = Add(row, "SHARES");
    Put(shares, "TIMELINESS", words.Thousandths(host.timeliness_permille()));
    Put(shares, "QUALITY", words.Thousandths(host.quality_permille()));
  }
  if (!host.observation().empty()) {
    Put(Add(row, "HAS_OBSERVATION"), "OBSERVATION", host.observation());
  }
  if (!host.records().empty()) {
    Put(Add(row, "HAS_RECORDS"), "RECORDS", absl::StrJoin(host.records(), ", "));
  }
}

void FillMoreHosts(const Facts& facts, const v1::ScoreLine& line, Dictionary* row) {
  const int hidden = line.hosts_size() - kAnnexHostsMax;
  if (hidden <= 0) return;
  int64_t met = 0;
  int64_t unmet = 0;
  for (int i = kAnnexHostsMax; i < line.hosts_size(); ++i) {
    if (line.hosts(i).state() == v1::LINE_STATE_MET) ++met;
    if (line.hosts(i).state() == v1::LINE_STATE_UNMET) ++unmet;
  }
  const Words& words = facts.words();
  PutPair(Add(row, "MORE_HOSTS"), "WORDS",
          words.Say(TextId::hosts_more, {words.Count(hidden), words.Count(met), words.Count(unmet),
                                         words.Count(hidden - met - unmet)}));
}

}  // namespace

void FillResults(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::Scorecard& card = facts.card();
  const int64_t wrong = facts.data().created().scenario().rubric().wrong_claim_points();
  PutPair(out, "RULE", words.Say(TextId::results_rule, {words.Count(wrong)}));
  ShowIf(out, "NO_SCORE", card.score_mp() < 0);
  FillObjectives(facts, out);
  FillSums(facts, out);
  Put(out, "PENALTY", card.penalty_mp() == 0 ? "0" : words.Thousandths(-card.penalty_mp()));
  Put(out, "NET", words.Thousandths(std::max<int64_t>(card.earned_mp() - card.penalty_mp(), 0)));
  Put(out, "POSSIBLE", words.Thousandths(card.possible_mp()));
  Put(out, "SCORE", words.Score(card.score_mp()));
}

void FillTimes(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  ShowIf(out, "NO_METRICS", facts.card().metrics().empty());
  for (const v1::TimeMetric& metric : facts.card().metrics()) {
    Dictionary* row = Add(out, "METRIC");
    const TextId name = metric.metric() == v1::METRIC_TIME_TO_DETECT    ? TextId::metric_detect
                        : metric.metric() == v1::METRIC_TIME_TO_REPORT  ? TextId::metric_report
                        : metric.metric() == v1::METRIC_TIME_TO_CONTAIN ? TextId::metric_contain
                        : metric.metric() == v1::METRIC_TIME_TO_RECOVER ? TextId::metric_recover
                                                                        : TextId::state_unknown;
    PutPair(row, "NAME", words.Say(name));
    Put(row, "N", words.Count(metric.n()));
    Put(row, "CENSORED", words.Count(metric.censored()));
    ShowIf(row, "SOME", metric.censored() > 0);
    ShowIf(row, "ZERO", metric.censored() == 0);
    if (metric.n() == 0) {
      row->ShowSection("NO_VALUES");
      continue;
    }
    Dictionary* values = Add(row, "VALUES");
    PutPair(values, "MEAN", words.Duration(metric.mean_us()));
    PutPair(values, "MEDIAN", words.Duration(metric.median_us()));
    PutPair(values, "P90", words.Duration(metric.p90_us()));
  }
}

void FillAnnex(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const int lines = std::min(facts.card().lines_size(), kLinesMax);
  for (int i = 0; i < lines; ++i) {
    const v1::ScoreLine& line = facts.card().lines(i);
    Dictionary* row = Add(out, "LINE");
    Put(row, "NO", i + 1);
    Put(row, "INJECT", line.inject());
    Put(row, "EXPECTATION", line.expectation() + 1);
    PutPair(row, "KIND", words.Say(ExpectationText(line.kind())));
    if (!line.team().empty()) Put(Add(row, "HAS_TEAM"), "TEAM", line.team());
    for (const std::string& because : line.because()) Put(Add(row, "BECAUSE"), "WORDS", because);
    for (int host = 0; host < std::min(line.hosts_size(), kAnnexHostsMax); ++host) {
      FillHostLine(facts, line.hosts(host), Add(row, "HOST"));
    }
    FillMoreHosts(facts, line, row);
    Put(row, "EARNED", words.Thousandths(line.earned_mp()));
    Put(row, "WEIGHT", words.Thousandths(line.weight_mp()));
  }
}

}  // namespace drill::report
