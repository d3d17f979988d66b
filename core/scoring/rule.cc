#include "core/scoring/rule.h"

#include <algorithm>
#include <string>

#include "absl/container/btree_set.h"
#include "absl/numeric/int128.h"
#include "common/base/check.h"
#include "core/scenario/unfold.h"
#include "core/scoring/fold.h"

namespace drill::scoring {
namespace {

constexpr int32_t kPermille = 1000;

int32_t ClampPermille(int32_t value) { return std::clamp(value, 0, kPermille); }

absl::btree_set<std::string> Folded(const google::protobuf::RepeatedPtrField<std::string>& words) {
  absl::btree_set<std::string> out;
  for (const std::string& word : words) out.insert(FoldCase(word));
  return out;
}

bool FieldRight(const v1::FieldKey& key, const v1::ObservationMade& report) {
  const std::string name = FoldCase(key.field());
  const absl::btree_set<std::string> accepted = Folded(key.accept());
  bool sent = false;
  for (const v1::Field& field : report.fields()) {
    if (FoldCase(field.name()) != name) continue;
    if (!accepted.contains(FoldCase(field.value()))) return false;
    sent = true;
  }
  return sent;
}

}  // namespace

Terms TermsOf(const v1::Expectation& expectation, const v1::Rubric& rubric) {
  Terms terms;
  terms.weight_mp = expectation.has_weight() ? expectation.weight() * kPointMp : kPointMp;
  terms.late_floor_permille =
      ClampPermille(expectation.has_late_floor_permille() ? expectation.late_floor_permille()
                                                          : rubric.late_floor_permille());
  if (expectation.has_limit()) terms.limit_us = Micros(expectation.limit());
  if (expectation.has_target()) {
    terms.target_us = Micros(expectation.target());
  } else {
    terms.target_us = terms.limit_us.value_or(0);
  }
  return terms;
}

int64_t DivideHalfUp(int64_t n, int64_t d) {
  DRILL_CHECK(n >= 0 && d > 0);
  return (2 * n + d) / (2 * d);
}

int32_t PartialCredit(int32_t credit_permille, int32_t told, int32_t standing) {
  return static_cast<int32_t>(
      DivideHalfUp(static_cast<int64_t>(credit_permille) * (told - standing), told));
}

int32_t TimelinessPermille(int64_t elapsed_us, const Terms& terms) {
  if (!terms.limit_us || elapsed_us <= terms.target_us) return kPermille;
  if (elapsed_us >= *terms.limit_us) return 0;
  // Here target < elapsed < limit; limits are far below 2^63 / 2000 microseconds (146 years).
  return static_cast<int32_t>(
      DivideHalfUp((*terms.limit_us - elapsed_us) * kPermille, *terms.limit_us - terms.target_us));
}

int64_t Share(int32_t quality_permille, int32_t timeliness_permille, const Terms& terms) {
  const int64_t floor = terms.late_floor_permille;
  const int64_t time_millionths = floor * kPermille + (kPermille - floor) * timeliness_permille;
  return ClampPermille(quality_permille) * time_millionths;
}

int HostsNeeded(const v1::HostRule& rule, int counting) {
  DRILL_CHECK(counting > 0);
  switch (rule.rule_case()) {
    case v1::HostRule::kEach:
      return rule.each() ? counting : 1;
    case v1::HostRule::kSharePermille: {
      const int64_t share = ClampPermille(rule.share_permille());
      return static_cast<int>(std::max<int64_t>(1, (share * counting + kPermille - 1) / kPermille));
    }
    case v1::HostRule::kAny:
    case v1::HostRule::RULE_NOT_SET:
      return 1;
  }
  return 1;
}

int64_t Points(const Terms& terms, absl::Span<const int64_t> best_shares, int needed) {
  DRILL_CHECK(needed > 0 && best_shares.size() <= static_cast<size_t>(needed));
  absl::int128 sum = 0;
  for (int64_t share : best_shares) sum += share;
  // weight × sum passes 2^63 from some ten thousand hosts on.
  const absl::int128 whole = absl::int128(kShareOne) * needed;
  return static_cast<int64_t>((2 * terms.weight_mp * sum + whole) / (2 * whole));
}

ReportQuality QualityOfReport(const v1::Expectation& expectation, const v1::ObservationMade& report,
                              int32_t credit_permille) {
  ReportQuality out;
  out.fields_asked = expectation.fields_size();
  for (const v1::FieldKey& key : expectation.fields()) out.fields_right += FieldRight(key, report);

  if (expectation.recipients_size() > 0) {
    absl::btree_set<std::string> all = Folded(expectation.recipients());
    for (const std::string& sent : Folded(report.recipients())) {
      out.recipients_right += !all.insert(sent).second;
    }
    out.recipients_in_all = static_cast<int>(all.size());
  }

  const auto part = [](int right, int asked) { return asked == 0 ? 1 : right; };
  out.credit_permille = ClampPermille(credit_permille);
  const int64_t n = int64_t{1} * part(out.fields_right, out.fields_asked) *
                    part(out.recipients_right, out.recipients_in_all) * out.credit_permille;
  const int64_t d = int64_t{1} * std::max(1, out.fields_asked) * std::max(1, out.recipients_in_all);
  out.permille = static_cast<int32_t>(DivideHalfUp(n, d));
  return out;
}

int32_t MarkedQuality(int32_t found_permille, int32_t mark_permille) {
  return static_cast<int32_t>(DivideHalfUp(
      int64_t{ClampPermille(found_permille)} * ClampPermille(mark_permille), kPermille));
}

int64_t CriterionMp(int64_t weight_mp, int32_t mark_permille) {
  return DivideHalfUp(weight_mp * ClampPermille(mark_permille), kPermille);
}

int64_t WrongClaimMp(const v1::Rubric& rubric) {
  return std::max(0, rubric.wrong_claim_points()) * kPointMp;
}

int64_t ScoreMp(int64_t earned_mp, int64_t penalty_mp, int64_t possible_mp) {
  if (possible_mp <= 0) return -1;
  return DivideHalfUp(std::max<int64_t>(0, earned_mp - penalty_mp) * kFullScoreMp, possible_mp);
}

}  // namespace drill::scoring
