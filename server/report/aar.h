#ifndef DRILL_SERVER_REPORT_AAR_H_
#define DRILL_SERVER_REPORT_AAR_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/exercise/state.h"
#include "drill/v1/duty.pb.h"
#include "drill/v1/report.pb.h"
#include "drill/v1/scorecard.pb.h"

// The after-action report (báo cáo kết quả diễn tập): what a body signs and files after a drill.
//
// Pure functions of their arguments, for any thread: no clock, no files, no network. The same
// facts give the same bytes. It is a real paper, so it does not carry «DIỄN TẬP».
namespace drill {

// Everything that the report says. Its message is the JSON export.
using AarData = v1::AfterAction;

enum class Language {
  kVi,
  kEn,
  kBoth,  // Vietnamese, with English beside
};

// "vi", "en", or "vi+en" (also for an empty word). InvalidArgument: anything else.
absl::StatusOr<Language> ParseLanguage(absl::string_view word);

// An order that started later than planned by so much is marked late; less is the network.
inline constexpr int64_t kLateMarkUs = 1'000'000;

// Takes the facts out of the state. `exercise` is one of `state`'s; `scorecard` is its own (the
// frozen one once final); rows of `duty` on other systems are left out. Names and levels are the
// register's of today. DataLoss: a signed scope in the journal cannot be read.
absl::StatusOr<AarData> MakeAarData(const State& state, const Exercise& exercise,
                                    v1::Scorecard scorecard, v1::DutyTable duty);

// One self-contained HTML page for the screen and for A4: no script, nothing fetched. Also
// well-formed XML. Control characters and broken UTF-8 in authored text come out as U+FFFD.
// Internal: a template is broken (a fault of the build).
absl::StatusOr<std::string> RenderAar(const AarData& data, Language language);

// The facts as JSON in the order of the message's fields. Internal: cannot be printed.
absl::StatusOr<std::string> RenderAarJson(const AarData& data);

}  // namespace drill

#endif  // DRILL_SERVER_REPORT_AAR_H_
