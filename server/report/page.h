#ifndef DRILL_SERVER_REPORT_PAGE_H_
#define DRILL_SERVER_REPORT_PAGE_H_

#include <ctemplate/template.h>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/common.pb.h"
#include "server/report/aar.h"
#include "server/report/text.h"

// Between facts and templates: words in the languages asked for, and the only way into a
// template's dictionary. Escaping is the templates' (AUTOESCAPE), never done here.
namespace drill::report {

// A piece of text as it is printed: first language, and the second one beside it or "".
struct Pair {
  std::string primary;
  std::string secondary;

  Pair() = default;
  // The same in both languages: a name, a number.
  Pair(absl::string_view both) : primary(both) {}   // NOLINT: a name is a pair
  Pair(const std::string& both) : primary(both) {}  // NOLINT
  Pair(const char* both) : primary(both) {}         // NOLINT
  Pair(std::string first, std::string second)
      : primary(std::move(first)), secondary(std::move(second)) {}
  bool empty() const { return primary.empty(); }
};

// Speaks one Language. A value.
class Words {
 public:
  explicit Words(Language language) : language_(language) {}

  Language language() const { return language_; }
  Pair Say(TextId id) const;
  // With $0, $1... of the catalogue's words filled in.
  Pair Say(TextId id, std::initializer_list<Pair> arguments) const;
  // Authored text; where one language is absent the other is shown. `otherwise` if both are.
  Pair Of(const v1::Text& text, const Pair& otherwise = {}) const;
  // Joined by `glue` in each language.
  Pair Join(std::initializer_list<Pair> parts, absl::string_view glue) const;

  // "1 phút 12 giây", "1 min 12 s"; to the second from one second on.
  Pair Duration(int64_t us) const;
  // Exact, in the language's decimal sign, without trailing zeros: 78420 → "78,42".
  std::string Thousandths(int64_t value) const;
  // A score of 100,000; "–" for -1 (nothing counts).
  std::string Score(int64_t score_mp) const;
  // "12.345" in Vietnamese, "12,345" in English.
  std::string Count(int64_t value) const;
  // "1,2 ms", "3,4 s".
  std::string ClockError(int64_t us) const;

 private:
  Pair Choose(std::string vi, std::string en) const;
  bool comma() const { return language_ != Language::kEn; }
  Language language_;
};

// Times are shown in Viet Nam's time, +07:00, which has no summer time.
std::string FullTime(int64_t us);       // 22/11/2026 09:30:00
std::string Day(const v1::Date& date);  // 22/11/2026, "" if absent
std::string DayOf(int64_t us);          // 22/11/2026
std::string TimeOfDay(int64_t us,
                      int64_t reference_us);  // 09:30:00, "23/11 09:30:00" on another day
// 09:30, "22/11 09:30"; with seconds 09:30:10
std::string AxisTime(int64_t us, bool with_day, bool with_seconds);
std::string Stopwatch(int64_t us);                                 // 1:02:03
std::string ExerciseClockLabel(int64_t ex_us, bool with_seconds);  // T+1:05

// Valid UTF-8 without control characters and without marks that reorder the line: what cannot be
// shown becomes U+FFFD.
std::string Clean(absl::string_view text);

// ---- dictionaries ------------------------------------------------------------------------------

using Dictionary = ctemplate::TemplateDictionary;

void Put(Dictionary* dictionary, const char* name, absl::string_view value);
void Put(Dictionary* dictionary, const char* name, int64_t value);
// For {{>NAME}}.
void PutPair(Dictionary* dictionary, const char* name, const Pair& pair);
// {{#NAME}} is shown if `condition`.
void ShowIf(Dictionary* dictionary, const char* name, bool condition);
// A row of {{#NAME}}.
Dictionary* Add(Dictionary* dictionary, const char* name);
// {{>NAME}} is the template file `file`.
Dictionary* Include(Dictionary* dictionary, const char* name, const char* file);

// Fills the template `file` and everything that it includes. Internal: a template is missing.
absl::StatusOr<std::string> Expand(const char* file, const Dictionary& dictionary,
                                   Language language);

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_PAGE_H_
