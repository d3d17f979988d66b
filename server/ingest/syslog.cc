// Syslog: its headers, and plain lines by the sensor's mapping.

#include "server/ingest/syslog.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "server/ingest/builder.h"
#include "server/ingest/formats.h"
#include "server/ingest/stamp.h"

namespace drill::ingest {
namespace {

constexpr int kPriorityMax = 191;
constexpr absl::string_view kBom = "\xEF\xBB\xBF";

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// Up to the next blank; the blank goes too.
absl::string_view TakeWord(absl::string_view* rest) {
  const size_t blank = std::min(rest->find(' '), rest->size());
  const absl::string_view word = rest->substr(0, blank);
  rest->remove_prefix(std::min(blank + 1, rest->size()));
  return word;
}

// Structured data: "-" or [id k="v"]...; false where it does not end.
bool SkipData(absl::string_view* rest) {
  if (absl::ConsumePrefix(rest, "-")) return rest->empty() || (*rest)[0] == ' ';
  if (!absl::StartsWith(*rest, "[")) return false;
  while (absl::StartsWith(*rest, "[")) {
    bool quoted = false;
    size_t i = 1;
    for (; i < rest->size(); ++i) {
      const char c = (*rest)[i];
      if (quoted && c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == ']') {
        break;
      }
    }
    if (i >= rest->size()) return false;
    rest->remove_prefix(i + 1);
  }
  return rest->empty() || (*rest)[0] == ' ';
}

absl::Status ReadNew(absl::string_view text, absl::string_view rest, int zone_minutes,
                     SyslogMessage* out) {
  const auto bad = [&](absl::string_view at, absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("byte ", at.data() - text.data(), ": ", why));
  };
  const absl::string_view version = TakeWord(&rest);
  if (version.size() > 3) return bad(version, "syslog version of more than three digits");
  const absl::string_view stamp = TakeWord(&rest);
  if (stamp != "-") {
    const auto at = ParseStamp(stamp, zone_minutes);
    if (!at.has_value()) return bad(stamp, absl::StrCat("'", stamp, "' is no time"));
    out->at_us = *at;
  }
  out->host = TakeWord(&rest);
  out->program = TakeWord(&rest);
  const absl::string_view process = TakeWord(&rest);
  const absl::string_view id = TakeWord(&rest);
  if (process.empty() || id.empty()) return bad(rest, "the header ends early");
  const absl::string_view data = rest;
  if (!SkipData(&rest)) return bad(data, "structured data expected: '-' or [...]");
  absl::ConsumePrefix(&rest, " ");
  absl::ConsumePrefix(&rest, kBom);
  out->message = rest;
  if (out->host == "-") out->host = "";
  if (out->program == "-") out->program = "";
  return absl::OkStatus();
}

// "program[123]: message", "program: message".
void ReadTag(absl::string_view rest, SyslogMessage* out) {
  out->message = rest;
  const size_t colon = rest.find(':');
  const absl::string_view tag = rest.substr(0, colon == absl::string_view::npos ? 0 : colon);
  if (tag.empty() || tag.size() > 48 || tag.find(' ') != absl::string_view::npos) return;
  out->program = tag.substr(0, std::min(tag.find('['), tag.size()));
  rest.remove_prefix(colon + 1);
  absl::ConsumePrefix(&rest, " ");
  out->message = rest;
}

// Also rsyslog's RFC 3339 stamps without a version.
void ReadOld(absl::string_view rest, int zone_minutes, int64_t received_us, SyslogMessage* out) {
  constexpr size_t kStampSize = 15;
  out->message = rest;
  const auto yearless = ParseYearless(rest.substr(0, kStampSize), zone_minutes, received_us);
  if (yearless.has_value() && rest.size() > kStampSize && rest[kStampSize] == ' ') {
    out->at_us = *yearless;
    rest.remove_prefix(kStampSize + 1);
  } else {
    absl::string_view after = rest;
    const auto stamp = ParseStamp(TakeWord(&after), zone_minutes);
    if (!stamp.has_value()) return;
    out->at_us = *stamp;
    rest = after;
  }
  // A tag in place of the host: some senders leave the host out.
  absl::string_view after = rest;
  const absl::string_view host = TakeWord(&after);
  if (!absl::EndsWith(host, ":")) {
    out->host = host;
    rest = after;
  }
  ReadTag(rest, out);
}

bool Fits(const v1::SyslogRule& rule, const SyslogMessage& message) {
  if (rule.has_program() && rule.program() != message.program) return false;
  return std::all_of(rule.contains().begin(), rule.contains().end(), [&](const std::string& part) {
    return absl::StrContains(message.line, part);
  });
}

// Between the two literal texts; "" when the first is not there.
absl::string_view Between(absl::string_view line, const v1::SyslogValue& value) {
  const size_t from = line.find(value.after());
  if (from == absl::string_view::npos) return "";
  line.remove_prefix(from + value.after().size());
  const size_t to = line.find(value.has_before() ? value.before() : " ");
  if (to == absl::string_view::npos) return value.has_before() ? "" : line;
  return line.substr(0, to);
}

void Put(absl::string_view kind, absl::string_view value, Builder* out) {
  if (kind == "path") return out->Path(value);
  if (kind == "sha256") return out->Sha256(value);
  if (kind == "process") return out->Process(value);
  if (kind == "account") return out->Artefact(v1::ARTEFACT_KIND_ACCOUNT, value);
  if (kind == "host") return out->Host(value);
  if (kind == "address") {
    const std::string whole = AddressText(value);
    const size_t colon = value.rfind(':');
    if (!whole.empty() || colon == absl::string_view::npos) return out->Address(value, "");
    out->Address(value.substr(0, colon), value.substr(colon + 1));
  }
}

}  // namespace

absl::StatusOr<SyslogMessage> ReadSyslog(absl::string_view text, int zone_minutes,
                                         int64_t received_us) {
  SyslogMessage out;
  absl::string_view rest = text;
  const size_t close = rest.find('>');
  if (absl::StartsWith(rest, "<") && close != absl::string_view::npos && close <= 4 &&
      AllDigits(rest.substr(1, close - 1))) {
    if (!absl::SimpleAtoi(rest.substr(1, close - 1), &out.priority) ||
        out.priority > kPriorityMax) {
      return absl::InvalidArgumentError("byte 1: syslog's priority is above 191");
    }
    rest.remove_prefix(close + 1);
  }
  out.line = rest;
  const size_t blank = rest.find(' ');
  if (out.priority >= 0 && blank != absl::string_view::npos && AllDigits(rest.substr(0, blank))) {
    RETURN_IF_ERROR(ReadNew(text, rest, zone_minutes, &out));
  } else {
    ReadOld(rest, zone_minutes, received_us, &out);
  }
  return out;
}

MaybeAlert FromSyslog(const Source& source, absl::string_view line) {
  ASSIGN_OR_RETURN(const SyslogMessage message,
                   ReadSyslog(line, source.zone_minutes(), source.received_us));
  for (const v1::SyslogRule& rule : source.sensor.mapping()) {
    if (!Fits(rule, message)) continue;
    Builder out(source.sensor.id());
    out.Rule(rule.rule());
    out->set_sensor_us(message.at_us);
    if (message.priority >= 0) out->set_severity(message.priority & 7);
    for (const v1::SyslogValue& value : rule.values()) {
      Put(value.kind(), Between(message.line, value), &out);
    }
    out.Host(message.host);
    out.Artefact(v1::ARTEFACT_KIND_LOG_LINE, message.message);
    out.Artefact(v1::ARTEFACT_KIND_LOG_LINE, message.line);
    out.Text(message.message);
    return out.Take();
  }
  return std::nullopt;
}

}  // namespace drill::ingest
