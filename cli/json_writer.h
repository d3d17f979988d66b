#ifndef DRILL_CLI_JSON_WRITER_H_
#define DRILL_CLI_JSON_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace drill::cli {

// JSON with its keys in the order in which they are written, so that equal content has equal
// bytes; for formats that are not messages of ours. Compact output is RFC 8785's where the caller
// writes keys sorted. Strings are UTF-8. One thread.
class JsonWriter {
 public:
  explicit JsonWriter(bool indented = true) : indented_(indented) {}

  JsonWriter& Open(char bracket);  // '{' or '['
  JsonWriter& Close(char bracket);
  JsonWriter& Key(absl::string_view key);
  JsonWriter& String(absl::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Field(absl::string_view key, absl::string_view value) {
    return Key(key).String(value);
  }

  const std::string& text() const { return text_; }

 private:
  void BeforeValue();
  void NewLine();
  void Quoted(absl::string_view value);

  const bool indented_;
  std::string text_;
  int depth_ = 0;
  bool first_ = true;       // nothing in this bracket yet
  bool after_key_ = false;  // a value follows on the same line
};

}  // namespace drill::cli

#endif  // DRILL_CLI_JSON_WRITER_H_
