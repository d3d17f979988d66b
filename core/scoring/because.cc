#include "core/scoring/because.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/scoring/line.h"

namespace drill::scoring {
namespace {

constexpr size_t kNamesInWords = 5;

// `fraction` without the zeros at its end, but at least `keep` digits.
std::string Trim(std::string fraction, size_t keep) {
  while (fraction.size() > keep && fraction.back() == '0') fraction.pop_back();
  return fraction;
}

std::string TermsInWords(const v1::Expectation& expectation, const Terms& terms) {
  std::string out = absl::StrCat("weight ", Thousandths(terms.weight_mp));
  if (expectation.kind() == v1::EXPECTATION_KIND_PREVENT) return out;
  if (terms.limit_us) {
    absl::StrAppend(&out, "; full time up to ", Seconds(terms.target_us), ", none from ",
                    Seconds(*terms.limit_us), " on");
  } else {
    absl::StrAppend(&out, "; no limit of time");
  }
  return absl::StrCat(out, "; late floor ", Thousandths(terms.late_floor_permille));
}

absl::string_view StateWord(v1::LineState state) {
  switch (state) {
    case v1::LINE_STATE_MET:
      return "met";
    case v1::LINE_STATE_UNMET:
      return "unmet";
    case v1::LINE_STATE_OPEN:
      return "open";
    case v1::LINE_STATE_CENSORED:
      return "censored";
    case v1::LINE_STATE_NOT_PLAYED:
      return "not played";
    case v1::LINE_STATE_PREVENTED:
      return "prevented";
    default:
      return "";
  }
}

std::string RuleInWords(const v1::HostRule& rule, const Combined& total) {
  std::vector<std::string> states;
  for (size_t state = 0; state < total.by_state.size(); ++state) {
    if (total.by_state[state] == 0) continue;
    states.push_back(
        absl::StrCat(total.by_state[state], " ", StateWord(static_cast<v1::LineState>(state))));
  }
  std::string name = "any host";
  if (rule.rule_case() == v1::HostRule::kEach && rule.each()) name = "each host";
  if (rule.rule_case() == v1::HostRule::kSharePermille) {
    name = absl::StrCat("a share of ", Thousandths(rule.share_permille()), " of the hosts");
  }
  std::string out = absl::StrCat("hosts: ", absl::StrJoin(states, ", "), "; rule: ", name);
  if (total.counting > 0) {
    absl::StrAppend(&out, " = the best ", total.needed, " of ", total.counting, " that count");
  }
  return out;
}

std::string RecordsInWords(const Records& records) {
  return records.empty() ? "" : absl::StrCat(" [records ", absl::StrJoin(records, ", "), "]");
}

// "95 s; timeliness (300 s - 95 s) / (300 s - 60 s) = 0.854"
std::string TimeInWords(const HostResult& result, const Terms& terms) {
  std::string out = absl::StrCat(Seconds(result.elapsed_us), "; timeliness ");
  const bool between =
      terms.limit_us && result.elapsed_us > terms.target_us && result.elapsed_us < *terms.limit_us;
  if (between) {
    absl::StrAppend(&out, "(", Seconds(*terms.limit_us), " - ", Seconds(result.elapsed_us), ") / (",
                    Seconds(*terms.limit_us), " - ", Seconds(terms.target_us), ") = ");
  }
  return absl::StrCat(out, Thousandths(result.timeliness_permille));
}

std::string ResultInWords(const Exercise& exercise, const Line& line, const HostResult& result) {
  std::string out;
  if (result.host >= 0) {
    out = absl::StrCat(exercise.hosts[static_cast<size_t>(result.host)].host.id(), ": ");
  }
  if (result.done_us == 0) {
    absl::StrAppend(&out, StateWord(result.state), ": ", result.why);
    if (result.timed && result.elapsed_us > 0) {
      absl::StrAppend(&out, ", after ", Seconds(result.elapsed_us));
    }
  } else if (!result.timed) {
    absl::StrAppend(&out, "blocked by a control: share 1.000");
  } else {
    if (result.observation >= 0) {
      absl::StrAppend(
          &out, exercise.observations[static_cast<size_t>(result.observation)].made.observation(),
          " after ");
    }
    absl::StrAppend(&out, TimeInWords(result, line.terms), "; quality ");
    if (!result.quality_why.empty()) absl::StrAppend(&out, result.quality_why, " = ");
    absl::StrAppend(&out, Thousandths(result.quality_permille), "; share ",
                    Thousandths(result.quality_permille), " × (",
                    Thousandths(line.terms.late_floor_permille), " + ",
                    Thousandths(1000 - line.terms.late_floor_permille), " × ",
                    Thousandths(result.timeliness_permille), ") = ", Billionths(result.share));
  }
  if (result.uncertain) {
    absl::StrAppend(&out, "; uncertain: nearer to target or limit than the host clock's error of ",
                    Seconds(result.error_us));
  }
  return absl::StrCat(out, RecordsInWords(result.records));
}

// Hosts that earned nothing, by what happened to them.
void RestInWords(const Exercise& exercise, const Line& line, std::vector<std::string>* out) {
  std::vector<bool> told(line.results.size(), false);
  for (size_t i : line.total.best) told[i] = true;
  absl::btree_map<std::pair<absl::string_view, absl::string_view>, std::vector<size_t>> groups;
  for (size_t i = 0; i < line.results.size(); ++i) {
    const HostResult& result = line.results[i];
    if (!told[i]) groups[{StateWord(result.state), result.why}].push_back(i);
  }
  for (const auto& [key, members] : groups) {
    std::vector<absl::string_view> names;
    for (size_t i : members) {
      if (names.size() == kNamesInWords) break;
      names.push_back(exercise.hosts[static_cast<size_t>(line.results[i].host)].host.id());
    }
    std::string text = absl::StrCat(members.size(), " ", key.first);
    if (!key.second.empty()) absl::StrAppend(&text, ": ", key.second);
    absl::StrAppend(&text, " (", absl::StrJoin(names, ", "),
                    members.size() > names.size() ? ", ..." : "", ")");
    out->push_back(std::move(text));
  }
}

}  // namespace

std::string Seconds(int64_t us) {
  const std::string fraction = Trim(absl::StrFormat("%06d", us % 1'000'000), 0);
  return absl::StrCat(us / 1'000'000, fraction.empty() ? "" : ".", fraction, " s");
}

std::string Thousandths(int64_t permille) {
  return absl::StrFormat("%d.%03d", permille / 1000, permille % 1000);
}

std::string Billionths(int64_t share) {
  return absl::StrCat(share / kShareOne, ".", Trim(absl::StrFormat("%09d", share % kShareOne), 3));
}

std::string InWords(const MarkWord& mark) {
  if (mark.kind == MarkWord::Kind::kSettled) {
    return absl::StrCat("the chair's mark ", Thousandths(mark.permille));
  }
  std::vector<std::string> marks;
  for (int32_t permille : mark.marks) marks.push_back(Thousandths(permille));
  return absl::StrCat("evaluators' marks (", absl::StrJoin(marks, " + "), ") / ", marks.size(),
                      " = ", Thousandths(mark.permille));
}

std::string InWords(int32_t found_permille, const MarkWord& mark) {
  if (found_permille == 1000) return InWords(mark);
  return absl::StrCat(Thousandths(found_permille), " × ", InWords(mark));
}

std::string InWords(const ReportQuality& quality, const MarkWord& mark) {
  std::vector<std::string> factors;
  if (quality.fields_asked > 0) {
    factors.push_back(
        absl::StrCat(quality.fields_right, "/", quality.fields_asked, " fields right"));
  }
  if (quality.recipients_in_all > 0) {
    factors.push_back(absl::StrCat(quality.recipients_right, "/", quality.recipients_in_all,
                                   " recipients right of those asked or sent to"));
  }
  if (mark.InForce()) {
    factors.push_back(InWords(mark));
  } else if (quality.credit_permille != 1000) {
    factors.push_back(absl::StrCat("evaluator's mark ", Thousandths(quality.credit_permille)));
  }
  return absl::StrJoin(factors, " × ");
}

std::vector<std::string> Because(const Exercise& exercise, const Line& line) {
  const v1::Expectation& expectation =
      exercise.injects[static_cast<size_t>(line.inject)].inject.expect(line.expectation);
  std::vector<std::string> out;
  out.push_back(TermsInWords(expectation, line.terms));
  if (line.results.empty()) {
    out.push_back("does not count: no host of the cast is aimed at");
    return out;
  }
  if (line.results[0].host < 0) {
    out.push_back(ResultInWords(exercise, line, line.results[0]));
  } else {
    out.push_back(RuleInWords(expectation.hosts(), line.total));
    const size_t told = std::min(line.total.best.size(), kHostsInWords);
    for (size_t i = 0; i < told; ++i) {
      out.push_back(ResultInWords(exercise, line, line.results[line.total.best[i]]));
    }
    if (line.total.best.size() > told) {
      out.push_back(absl::StrCat("and ", line.total.best.size() - told, " hosts more"));
    }
    RestInWords(exercise, line, &out);
  }
  if (!line.total.Counts()) {
    out.push_back(absl::StrCat("does not count: ", StateWord(line.total.state)));
    return out;
  }
  int64_t sum = 0;
  for (size_t i : line.total.best) sum += line.results[i].share;
  out.push_back(absl::StrCat(Thousandths(line.terms.weight_mp), " × ", Billionths(sum), " / ",
                             line.total.needed, " = ", Thousandths(line.total.earned_mp),
                             " points"));
  return out;
}

}  // namespace drill::scoring
