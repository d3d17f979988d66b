#include "cli/duty_calendar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli/duty_text.h"
#include "cli/render.h"

namespace drill::cli {
namespace {

constexpr size_t kLineBytesMax = 75;  // RFC 5545 §3.1, without the CRLF

// A content line, folded between characters, never within one.
void Line(absl::string_view text, std::string* out) {
  size_t room = kLineBytesMax;
  while (text.size() > room) {
    size_t cut = room;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    absl::StrAppend(out, text.substr(0, cut), "\r\n ");
    text.remove_prefix(cut);
    room = kLineBytesMax - 1;  // the blank that marks a folded line counts
  }
  absl::StrAppend(out, text, "\r\n");
}

// TEXT, §3.3.11.
void TextLine(absl::string_view name, absl::string_view value, std::string* out) {
  Line(absl::StrCat(
           name, ":",
           absl::StrReplaceAll(
               value, {{"\\", "\\\\"}, {";", "\\;"}, {",", "\\,"}, {"\r", ""}, {"\n", "\\n"}})),
       out);
}

std::string Day(absl::CivilDay day) {
  return absl::StrFormat("%04d%02d%02d", day.year(), day.month(), day.day());
}

bool Owed(v1::DutyState state) {
  return state == v1::DUTY_STATE_DUE || state == v1::DUTY_STATE_PENDING ||
         state == v1::DUTY_STATE_OVERDUE;
}

void Event(Language language, const v1::DutyTable& duty, const v1::DutyRow& row, std::string* out) {
  const absl::CivilDay due(row.due().year(), row.due().month(), row.due().day());
  Line("BEGIN:VEVENT", out);
  TextLine("UID",
           absl::StrCat(row.system(), "/", row.obligation(), "/", duty.year(), "@cyberdrill"), out);
  Line(absl::FormatTime("DTSTAMP:%Y%m%dT%H%M%SZ", absl::FromUnixMicros(duty.as_of_us()),
                        absl::UTCTimeZone()),
       out);
  Line("DTSTART;VALUE=DATE:" + Day(due), out);
  Line("DTEND;VALUE=DATE:" + Day(due + 1), out);  // the day after: DTEND is exclusive
  const std::string summary =
      Say(language, DutyMsg::kCalendarSummary, Pick(language, row.system_name()),
          std::string(EnumText(language, row.state())));
  TextLine("SUMMARY", summary, out);
  std::string words = Say(language, DutyMsg::kCalendarBody, row.system(), row.obligation());
  for (const v1::Text& missing : row.missing()) {
    absl::StrAppend(&words, "\n- ", Pick(language, missing));
  }
  TextLine("DESCRIPTION", words, out);
  Line("TRANSP:TRANSPARENT", out);
  Line("BEGIN:VALARM", out);
  Line("ACTION:DISPLAY", out);
  Line("TRIGGER:-P60D", out);
  TextLine("DESCRIPTION", summary, out);
  Line("END:VALARM", out);
  Line("END:VEVENT", out);
}

}  // namespace

std::string DutyCalendar(Language language, const v1::DutyTable& duty) {
  std::string out;
  Line("BEGIN:VCALENDAR", &out);
  Line("VERSION:2.0", &out);
  Line("PRODID:-//Cyberdrill//Duty//EN", &out);
  Line("CALSCALE:GREGORIAN", &out);
  TextLine("X-WR-CALNAME", Say(language, DutyMsg::kCalendarName, duty.year()), &out);
  for (const v1::DutyRow& row : duty.rows()) {
    if (Owed(row.state()) && row.has_due()) Event(language, duty, row, &out);
  }
  Line("END:VCALENDAR", &out);
  return out;
}

}  // namespace drill::cli
