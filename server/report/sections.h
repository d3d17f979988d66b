#ifndef DRILL_SERVER_REPORT_SECTIONS_H_
#define DRILL_SERVER_REPORT_SECTIONS_H_

#include "server/report/facts.h"
#include "server/report/page.h"

// Each fills the dictionary of its own template; templates/NAME.tpl says what they put where.
namespace drill::report {

// front.cc
void FillStyle(const Facts& facts, Dictionary* out);
void FillHeader(const Facts& facts, Dictionary* out);
void FillSignatures(const Facts& facts, Dictionary* out);
// overview.cc
void FillOverview(const Facts& facts, Dictionary* out);
// results.cc
void FillResults(const Facts& facts, Dictionary* out);
void FillTimes(const Facts& facts, Dictionary* out);
void FillAnnex(const Facts& facts, Dictionary* out);
// injects.cc
void FillTimeline(const Facts& facts, Dictionary* out);
// gaps.cc
void FillTechniques(const Facts& facts, Dictionary* out);
void FillGaps(const Facts& facts, Dictionary* out);
void FillClaims(const Facts& facts, Dictionary* out);
// judging.cc
void FillJudging(const Facts& facts, Dictionary* out);
// closing.cc
void FillRatings(const Facts& facts, Dictionary* out);
void FillCleanup(const Facts& facts, Dictionary* out);
void FillDuty(const Facts& facts, Dictionary* out);
void FillIntegrity(const Facts& facts, Dictionary* out);

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_SECTIONS_H_
