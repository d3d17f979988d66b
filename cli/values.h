#ifndef DRILL_CLI_VALUES_H_
#define DRILL_CLI_VALUES_H_

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/text.h"
#include "drill/v1/common.pb.h"

// Words of the command line → values. Faults are in the person's language, and name what was
// found and what is expected.
namespace drill::cli {

struct ParseContext {
  Language language = Language::kVietnamese;
  int64_t now_us = 0;  // wall clock; what "now" and a bare time of day mean
};

// Reads the words of one parameter, at least one, into wherever its maker said.
using Parser = std::function<absl::Status(const std::vector<std::string>&, const ParseContext&)>;

Parser Into(std::string* text);
Parser Into(std::vector<std::string>* texts);
Parser Into(google::protobuf::RepeatedPtrField<std::string>* texts);

// Whole number within [min, max].
Parser Number(int64_t min, int64_t max, std::function<void(int64_t)> set);
// "90d", "1h30m", "500ms"; longer than nothing. Microseconds.
Parser Span(std::function<void(int64_t)> set);
// "now", "15:04", "15:04:05.2" (today), "2026-11-22T15:04", all +07:00; or with a zone of its own.
// Microseconds UTC.
Parser Moment(std::function<void(int64_t)> set);
// Exercise clock: "90s", "1h30m", "T+05:30", "T+1:05:30.5". Microseconds.
Parser ExerciseTime(std::function<void(int64_t)> set);
// "2026-11-22"
Parser Day(std::function<v1::Date*()> date);
// One of the words.
Parser OneOf(std::vector<std::pair<std::string, int>> words, std::function<void(int)> set);
// "left=right", both not empty; any number of them.
Parser Pairs(
    std::function<absl::Status(const std::string&, const std::string&, const ParseContext&)> add);
// Artefacts of one kind. A SHA-256 is lower-cased and must have 64 hex digits.
Parser Artefacts(v1::ArtefactKind kind, google::protobuf::RepeatedPtrField<v1::Artefact>* list);

// The pure halves. InvalidArgument without words: not of that form.
absl::StatusOr<int64_t> ParseSpan(absl::string_view text);
absl::StatusOr<int64_t> ParseMoment(absl::string_view text, int64_t now_us);
absl::StatusOr<int64_t> ParseExerciseTime(absl::string_view text);

}  // namespace drill::cli

#endif  // DRILL_CLI_VALUES_H_
