#ifndef DRILL_SERVER_INGEST_JSON_H_
#define DRILL_SERVER_INGEST_JSON_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drill::ingest {

// A value of a JSON document, read only. Integers keep all their digits (Falco's evt.time is above
// 2^53). What is not there is a null value, so look-ups chain. Holds its document.
class Json {
 public:
  // InvalidArgument: "byte N: why". Strings are valid UTF-8 afterwards.
  static absl::StatusOr<Json> Parse(absl::string_view text);

  bool IsObject() const;
  bool IsArray() const;
  bool IsNull() const;
  Json operator[](absl::string_view key) const;  // null unless an object that has it
  size_t Size() const;                           // of an array; else 0
  Json At(size_t i) const;
  // A string as it is, a number or truth value as written; "" for everything else.
  std::string Text() const;
  // The value again as one line of JSON.
  std::string Dump() const;

 private:
  Json(std::shared_ptr<const void> document, const void* value)
      : document_(std::move(document)), value_(value) {}

  std::shared_ptr<const void> document_;
  const void* value_;  // nlohmann::json; null: a null value
};

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_JSON_H_
