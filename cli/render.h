#ifndef DRILL_CLI_RENDER_H_
#define DRILL_CLI_RENDER_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/common.pb.h"

// What a terminal shows. Pure functions; any thread. Nothing that a peer wrote reaches the terminal
// but through Clean or CleanLines: teams write text that controllers read.
namespace drill::cli {

// One line: control characters, line ends, direction overrides and bytes that are not UTF-8 become
// U+FFFD, line ends and tabs a space.
std::string Clean(absl::string_view text);
// The same, but line ends stay.
std::string CleanLines(absl::string_view text);
// «text», cleaned.
std::string Quote(absl::string_view text);

// Columns that a terminal gives the text: none to combining marks, two to wide characters.
size_t DisplayWidth(absl::string_view text);

// The front of `text` that fits into so many columns.
std::string Fit(absl::string_view text, size_t columns);

// "2026-11-22 15:04:05.123 +07:00"; "-" for 0.
std::string FormatTime(int64_t us);
// The same without the date and zone, for lines under a heading that has them.
std::string FormatTimeOfDay(int64_t us);
// Exercise clock: "T+00:12.3", "T+1:00:12.3", "T-00:10.0".
std::string FormatExerciseTime(int64_t ex_us);
// "850 ms", "12.3 s", "3 min 20 s", "2 h 5 min".
std::string FormatSpan(int64_t us);
// Millipoints: "87.500"; "-" below 0.
std::string FormatPoints(int64_t mp);
// "2026-11-22"; "-" when absent.
std::string FormatDate(const v1::Date& date);

// With the names of the .proto files, zeros included. One line, or indented.
std::string ToJson(const google::protobuf::Message& message, bool indented);

enum class Colour { kNone, kBold, kGreen, kYellow, kRed };

// `text` in that colour, if colours are wanted.
std::string Paint(absl::string_view text, Colour colour, bool wanted);

struct Cell {
  Cell(absl::string_view t, Colour c = Colour::kNone) : text(Clean(t)), colour(c) {}  // NOLINT
  Cell(const std::string& t) : text(Clean(t)) {}                                      // NOLINT
  Cell(const char* t) : text(Clean(t)) {}                                             // NOLINT
  Cell(int64_t number) : text(std::to_string(number)), right(true) {}                 // NOLINT
  Cell(int32_t number) : Cell(int64_t{number}) {}                                     // NOLINT

  std::string text;
  Colour colour = Colour::kNone;
  bool right = false;  // aligned to the right
};

// Columns two spaces apart, as wide as what stands in them. The last is never padded.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  void Row(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  std::string Print(bool colours) const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace drill::cli

#endif  // DRILL_CLI_RENDER_H_
