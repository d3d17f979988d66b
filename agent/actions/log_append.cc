#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agent/actions/action.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr int kLinesMax = 1000;
constexpr size_t kAccountBytesMax = 64;
constexpr size_t kTailBytes = 8 << 10;
constexpr int64_t kMicros = 1'000'000;
// What rsyslog writes for each, in front of the program's name.
constexpr int kFirstPort = 41'514;
constexpr int kFirstPid = 21'300;

// How the file's own lines begin.
struct LineStyle {
  bool iso = false;
  int fraction_digits = 0;     // iso
  int64_t offset_seconds = 0;  // iso
  bool zulu = false;           // iso: "Z" instead of "+00:00"
  std::string host;
};

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// 2026-11-22T09:00:01.123456+07:00
std::optional<LineStyle> IsoStyle(absl::string_view stamp) {
  if (stamp.size() < 20 || !IsDigits(stamp.substr(0, 4)) || stamp[4] != '-' || stamp[7] != '-' ||
      stamp[10] != 'T' || stamp[13] != ':' || stamp[16] != ':') {
    return std::nullopt;
  }
  LineStyle style;
  style.iso = true;
  absl::string_view rest = stamp.substr(19);
  if (rest[0] == '.') {
    size_t digits = 1;
    while (digits < rest.size() && absl::ascii_isdigit(static_cast<unsigned char>(rest[digits]))) {
      ++digits;
    }
    style.fraction_digits = static_cast<int>(std::min<size_t>(digits - 1, 6));
    rest = rest.substr(digits);
  }
  if (rest == "Z") {
    style.zulu = true;
    return style;
  }
  int hours = 0;
  int minutes = 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' ||
      !absl::SimpleAtoi(rest.substr(1, 2), &hours) ||
      !absl::SimpleAtoi(rest.substr(4, 2), &minutes)) {
    return std::nullopt;
  }
  style.offset_seconds = (hours * 60 + minutes) * 60 * (rest[0] == '-' ? -1 : 1);
  return style;
}

// The style of the last whole line; the traditional one where there is none.
LineStyle StyleOf(absl::string_view tail) {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  LineStyle style;
  const std::string own_name =
      std::string(name.data()).substr(0, std::string(name.data()).find('.'));
  style.host = own_name.empty() ? "localhost" : own_name;
  const std::vector<absl::string_view> lines = absl::StrSplit(tail, '\n', absl::SkipEmpty());
  if (lines.empty()) return style;
  const std::vector<absl::string_view> words = absl::StrSplit(lines.back(), ' ', absl::SkipEmpty());
  if (words.size() >= 3) {
    if (std::optional<LineStyle> iso = IsoStyle(words[0])) {
      iso->host = std::string(words[1]);
      return *iso;
    }
  }
  if (words.size() >= 5 && words[0].size() == 3 && IsDigits(words[1]) && words[2].size() == 8 &&
      words[2][2] == ':') {
    style.host = std::string(words[3]);
  }
  return style;
}

std::string Stamp(const LineStyle& style, int64_t wall_us) {
  time_t seconds = static_cast<time_t>(wall_us / kMicros);
  tm parts{};
  std::array<char, 64> text{};
  if (!style.iso) {
    localtime_r(&seconds, &parts);  // UTC where the host has no time zone
    // strftime's names follow the locale of the process, which is never set: "C".
    const size_t size = strftime(text.data(), text.size(), "%b %e %H:%M:%S", &parts);
    return std::string(text.data(), size);
  }
  seconds += static_cast<time_t>(style.offset_seconds);
  gmtime_r(&seconds, &parts);
  std::string stamp(text.data(), strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts));
  if (style.fraction_digits > 0) {
    const std::string micros = absl::StrFormat("%06d", wall_us % kMicros);
    absl::StrAppend(&stamp, ".", micros.substr(0, static_cast<size_t>(style.fraction_digits)));
  }
  if (style.zulu) return stamp + "Z";
  const int64_t minutes = std::abs(style.offset_seconds) / 60;
  return absl::StrCat(stamp, style.offset_seconds < 0 ? "-" : "+",
                      absl::StrFormat("%02d:%02d", minutes / 60, minutes % 60));
}

// Addresses that belong to nobody (RFC 5737), in their one canonical spelling.
bool IsDocumentationAddress(absl::string_view text) {
  for (absl::string_view network : {"192.0.2.", "198.51.100.", "203.0.113."}) {
    if (text.substr(0, network.size()) != network) continue;
    int last = 0;
    const absl::string_view rest = text.substr(network.size());
    return IsDigits(rest) && rest.size() <= 3 && absl::SimpleAtoi(rest, &last) && last <= 255 &&
           absl::StrCat(last) == rest;
  }
  return false;
}

bool IsAccount(absl::string_view text) {
  return !text.empty() && text.size() <= kAccountBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-' || c == '@' || c == '$';
         });
}

class LogAppend : public Action {
 public:
  explicit LogAppend(const v1::LogAppend& parameters)
      : file_(parameters.file()),
        lines_(parameters.has_lines() ? parameters.lines() : 25),
        account_(parameters.has_account() ? parameters.account() : "quantri"),
        source_(parameters.has_source() ? parameters.source() : "203.0.113.45") {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(!file_.empty(), "file is missing");
    faults.AddUnless(lines_ >= 1 && lines_ <= kLinesMax,
                     absl::StrCat("lines is ", lines_, "; 1 to 1000 is allowed"));
    faults.AddUnless(IsAccount(account_),
                     absl::StrCat("account \"", account_, "\" is not 1 to 64 of [A-Za-z0-9._@$-]"));
    faults.AddUnless(IsDocumentationAddress(source_),
                     absl::StrCat("source \"", source_,
                                  "\" is not in 192.0.2.0/24, 198.51.100.0/24 or 203.0.113.0/24"));
    RETURN_IF_ERROR(faults.ToStatus("log.append"));
    if (lines_ > limits.log_lines_max) {
      return absl::PermissionDeniedError(absl::StrCat(
          "log.append: ", lines_, " lines are above the owner's cap of ", limits.log_lines_max));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_APPEND;
    ASSIGN_OR_RETURN(change.path, guard.ResolveFile(file_));
    ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(change.path));
    if (faccessat(spot.directory.get(), spot.leaf.c_str(), W_OK,
                  AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("the agent may not write to ", change.path));
    }
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    const int64_t tail_from = std::max<int64_t>(0, seen.size - int64_t{kTailBytes});
    ASSIGN_OR_RETURN(const std::string tail,
                     ReadFrom(fd.get(), tail_from, kTailBytes, change.path));
    change.before = seen.meta;
    change.size_before = seen.size;
    const std::vector<std::string> lines = MakeLines(StyleOf(tail));
    // A line that somebody has not finished must not swallow our first one.
    std::string text = tail.empty() || tail.back() == '\n' ? "" : "\n";
    for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
    change.content = ContentOf(std::move(text));
    change.traces.push_back({v1::ARTEFACT_KIND_ACCOUNT, account_, true});
    change.traces.push_back({v1::ARTEFACT_KIND_ADDRESS, source_, true});
    change.traces.push_back({v1::ARTEFACT_KIND_LOG_LINE, lines.front(), true});
    if (lines.size() > 1) {
      change.traces.push_back({v1::ARTEFACT_KIND_LOG_LINE, lines.back(), true});
    }
    ActionPlan plan;
    plan.bytes = change.content.size;
    plan.store_bytes = change.content.size;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  std::vector<std::string> MakeLines(const LineStyle& style) const {
    const int64_t now = os::WallMicros();
    std::vector<std::string> lines;
    for (int i = 0; i < lines_; ++i) {
      // One guess per connection, as a guessing tool makes them: its own sshd child, its own port.
      lines.push_back(absl::StrCat(Stamp(style, now + i * 1'700), " ", style.host, " sshd[",
                                   kFirstPid + i * 3, "]: Failed password for invalid user ",
                                   account_, " from ", source_, " port ", kFirstPort + i * 2,
                                   " ssh2"));
    }
    return lines;
  }

  const std::string file_;
  const int lines_;
  const std::string account_;
  const std::string source_;
};

}  // namespace

std::unique_ptr<Action> MakeLogAppend(const v1::Action& action, const std::string&) {
  return std::make_unique<LogAppend>(action.log_append());
}

}  // namespace drill::agent
