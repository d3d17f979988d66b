#include "server/ingest/parse.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/formats.h"
#include "server/ingest/json.h"

namespace drill::ingest {
namespace {

// What each format is read by: one of the two.
struct Format {
  v1::AlertFormat format;
  MaybeAlert (*from_json)(const Source&, const Json&);
  MaybeAlert (*from_line)(const Source&, absl::string_view);
};
constexpr Format kFormats[] = {
    {v1::ALERT_FORMAT_WAZUH, &FromWazuh, nullptr},   {v1::ALERT_FORMAT_EVE, &FromEve, nullptr},
    {v1::ALERT_FORMAT_FALCO, &FromFalco, nullptr},   {v1::ALERT_FORMAT_CEF, nullptr, &FromCef},
    {v1::ALERT_FORMAT_SYSLOG, nullptr, &FromSyslog},
};

class Reader {
 public:
  Reader(const v1::Sensor& sensor, int64_t received_us) : source_{sensor, received_us} {
    for (const Format& format : kFormats) {
      if (format.format == sensor.format()) format_ = &format;
    }
  }

  void Lines(absl::string_view bytes) {
    while (!bytes.empty()) {
      const size_t end = std::min(bytes.find('\n'), bytes.size());
      Message(bytes.substr(0, end));
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
  }

  void Message(absl::string_view text) {
    text = absl::StripTrailingAsciiWhitespace(text);
    if (text.empty()) return;
    if (format_ == nullptr) return Keep(text, "the sensor has no format in the register");
    if (format_->from_line != nullptr) return Put(format_->from_line(source_, text), text);
    // Behind a syslog header where a forwarder has put one.
    const size_t brace = text[0] == '[' ? 0 : std::min(text.find('{'), text.size());
    const absl::StatusOr<Json> json = Json::Parse(text.substr(brace));
    json.ok() ? Value(*json, text) : Keep(text, json.status().message());
  }

  void Document(absl::string_view bytes) {
    if (format_ == nullptr || format_->from_json == nullptr) return Lines(bytes);
    const absl::StatusOr<Json> whole = Json::Parse(bytes);
    whole.ok() ? Value(*whole, bytes) : Lines(bytes);
  }

  Parsed Take() { return std::move(out_); }

 private:
  void Value(const Json& json, absl::string_view raw) {
    if (json.IsObject()) return Put(format_->from_json(source_, json), raw);
    if (!json.IsArray()) return Keep(raw, "expected an object or an array of objects");
    for (size_t i = 0; i < json.Size(); ++i) {
      const Json element = json.At(i);
      const std::string text = element.Dump();
      const size_t before = out_.malformed.size();
      element.IsObject() ? Put(format_->from_json(source_, element), text)
                         : Keep(text, "expected an object");
      if (out_.malformed.size() > before) {
        out_.malformed.back().why = absl::StrCat("[", i, "] ", out_.malformed.back().why);
      }
    }
  }

  void Put(MaybeAlert alert, absl::string_view raw) {
    if (!alert.ok()) return Keep(raw, alert.status().message());
    if (!alert->has_value()) {
      ++out_.no_alert;
      return;
    }
    out_.alerts.push_back(**std::move(alert));
  }

  void Keep(absl::string_view raw, absl::string_view why) {
    out_.malformed.push_back({std::string(raw), std::string(why)});
  }

  const Source source_;
  const Format* format_ = nullptr;
  Parsed out_;
};

}  // namespace

Parsed Parse(const v1::Sensor& sensor, absl::string_view bytes, int64_t received_us) {
  Reader reader(sensor, received_us);
  reader.Document(bytes);
  return reader.Take();
}

Parsed ParseMessage(const v1::Sensor& sensor, absl::string_view message, int64_t received_us) {
  Reader reader(sensor, received_us);
  reader.Message(message);
  return reader.Take();
}

}  // namespace drill::ingest
