#include "cli/csv.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace drill::cli {
namespace {

std::string Quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string CsvLine(std::initializer_list<std::string> cells) {
  std::string line;
  for (const std::string& cell : cells) absl::StrAppend(&line, Quoted(cell), ",");
  if (!line.empty()) line.pop_back();
  return line + "\r\n";
}

std::string CsvTime(int64_t us) {
  if (us == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

std::string CsvNumber(int64_t value) { return value == 0 ? "" : absl::StrCat(value); }

std::string PlainName(const google::protobuf::EnumDescriptor* type, int value,
                      absl::string_view prefix) {
  const auto* found = type->FindValueByNumber(value);
  if (value == 0 || found == nullptr) return "";
  return absl::AsciiStrToLower(absl::string_view(found->name()).substr(prefix.size()));
}

}  // namespace drill::cli
