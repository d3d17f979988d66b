#ifndef DRILL_CLI_CSV_H_
#define DRILL_CLI_CSV_H_

#include <google/protobuf/generated_enum_reflection.h>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

// Tables for spreadsheets and programs: RFC 4180, UTF-8. Pure; in no language, so that a script
// reads the same from everybody's file.
namespace drill::cli {

// What goes before the first line for spreadsheets that take UTF-8 for something else without it.
inline constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// One line with its CRLF.
std::string CsvLine(std::initializer_list<std::string> cells);

// "2026-11-22T03:00:00.000000Z"; empty for 0, which stands for "did not happen".
std::string CsvTime(int64_t us);
// Empty for 0.
std::string CsvNumber(int64_t value);

// "ARTEFACT_KIND_LOG_LINE" without `prefix`, in lower case: "log_line"; empty for 0 and for values
// that this program does not know.
std::string PlainName(const google::protobuf::EnumDescriptor* type, int value,
                      absl::string_view prefix);
template <typename Enum>
std::string PlainName(Enum value, absl::string_view prefix) {
  return PlainName(google::protobuf::GetEnumDescriptor<Enum>(), value, prefix);
}

}  // namespace drill::cli

#endif  // DRILL_CLI_CSV_H_
