#ifndef DRILL_CLI_DUTY_CALENDAR_H_
#define DRILL_CLI_DUTY_CALENDAR_H_

#include <string>

#include "cli/text.h"
#include "drill/v1/duty.pb.h"

namespace drill::cli {

// What is still owed, as a calendar that people's programs subscribe to (iCalendar, RFC 5545): an
// all-day event on the last day of each duty that is due, pending or overdue, with an alarm 60 days
// before. Duties met, or that do not apply, have none. The UID is of system, duty and year, so that
// a later export updates the event. Pure; equal tables give equal bytes.
std::string DutyCalendar(Language language, const v1::DutyTable& duty);

}  // namespace drill::cli

#endif  // DRILL_CLI_DUTY_CALENDAR_H_
