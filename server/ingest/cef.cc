// ArcSight's Common Event Format, behind any syslog header.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/builder.h"
#include "server/ingest/formats.h"
#include "server/ingest/stamp.h"
#include "server/ingest/syslog.h"

namespace drill::ingest {
namespace {

constexpr size_t kHeaderFields = 7;

// The seven fields before the extension, unescaped; what is left of `text` is the extension.
std::vector<std::string> TakeHeader(absl::string_view* text) {
  std::vector<std::string> fields(1);
  size_t i = 0;
  for (; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (c == '\\' && i + 1 < text->size() && ((*text)[i + 1] == '|' || (*text)[i + 1] == '\\')) {
      fields.back().push_back((*text)[++i]);
    } else if (c == '|') {
      if (fields.size() == kHeaderFields) {
        ++i;
        break;
      }
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  // The severity's own '|' may be missing when there is no extension.
  text->remove_prefix(i);
  return fields;
}

bool KeyLetter(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
}

std::string Unescape(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char next = text[++i];
    out.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
  }
  return out;
}

// key=value pairs; a value goes up to the blank before the next key and may hold blanks and '|'.
std::map<std::string, std::string> Extension(absl::string_view text) {
  std::map<std::string, std::string> out;
  std::string key;
  size_t value_from = 0;
  const auto close = [&](size_t to) {
    if (key.empty()) return;
    out.emplace(key,
                Unescape(absl::StripAsciiWhitespace(text.substr(value_from, to - value_from))));
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] != '=') continue;
    size_t from = i;
    while (from > 0 && KeyLetter(static_cast<unsigned char>(text[from - 1]))) --from;
    // A key stands at the beginning or behind a blank; any other '=' belongs to a value.
    if (from == i || (from > 0 && text[from - 1] != ' ')) continue;
    close(from);
    key = std::string(text.substr(from, i - from));
    value_from = i + 1;
  }
  close(text.size());
  return out;
}

int Severity(absl::string_view text) {
  int number = 0;
  if (absl::SimpleAtoi(text, &number)) return std::clamp(number, 0, 10);
  const std::string word = absl::AsciiStrToLower(text);
  if (word == "low") return 3;
  if (word == "medium") return 6;
  if (word == "high") return 8;
  if (word == "very-high") return 10;
  return 0;
}

// Milliseconds since 1970, ISO, or "MMM dd yyyy HH:mm:ss" and its kin; 0: not understood, which is
// no fault: the extension is free.
int64_t When(absl::string_view text, const Source& source) {
  int64_t millis = 0;
  constexpr int64_t kMillisMax = 253'402'300'799'999;  // year 9999
  if (absl::SimpleAtoi(text, &millis)) {
    return millis >= 0 && millis <= kMillisMax ? millis * 1000 : 0;
  }
  if (const auto at = ParseStamp(text, source.zone_minutes())) return *at;
  return ParseYearless(text, source.zone_minutes(), source.received_us).value_or(0);
}

}  // namespace

MaybeAlert FromCef(const Source& source, absl::string_view line) {
  const size_t at = line.find("CEF:");
  if (at == absl::string_view::npos) return absl::InvalidArgumentError("'CEF:' is not in the line");
  absl::string_view text = line.substr(at + 4);
  const std::vector<std::string> header = TakeHeader(&text);
  if (header.size() < kHeaderFields) {
    return absl::InvalidArgumentError(absl::StrCat(
        "byte ", at, ": the header of CEF has ", header.size(), " of ", kHeaderFields, " fields"));
  }
  std::map<std::string, std::string> fields = Extension(text);
  Builder out(source.sensor.id());
  out.Rule(header[4]);
  out->set_severity(Severity(header[6]));
  const std::string& message = fields["msg"];
  out.Text(message.empty() ? header[5] : absl::StrCat(header[5], ": ", message));
  for (const char* key : {"rt", "end", "start"}) {
    if (out->sensor_us() == 0) out->set_sensor_us(When(fields[key], source));
  }
  for (const char* key : {"dhost", "dst", "shost", "src", "dvchost", "dvc", "ahost", "agt"}) {
    out.Host(fields[key]);
  }
  // Whatever stands before it: often syslog's header, sometimes not.
  const absl::string_view before = absl::StripTrailingAsciiWhitespace(line.substr(0, at));
  if (!before.empty()) {
    const auto syslog =
        ReadSyslog(absl::StrCat(before, " -"), source.zone_minutes(), source.received_us);
    if (syslog.ok()) {
      if (out->sensor_us() == 0) out->set_sensor_us(syslog->at_us);
    }
    out.Host(before.substr(before.rfind(' ') + 1));
  }
  out.Path(fields["filePath"]);
  out.Path(fields["fname"]);
  out.Sha256(fields["fileHash"]);
  if (!fields["dproc"].empty()) out.Process(fields["dproc"]);
  if (!fields["sproc"].empty()) out.Process(fields["sproc"]);
  out.Address(fields["src"], fields["spt"]);
  out.Address(fields["dst"], fields["dpt"]);
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, fields["duser"]);
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, fields["suser"]);
  return out.Take();
}

}  // namespace drill::ingest
