#ifndef DRILL_COMMON_YAML_SCALARS_H_
#define DRILL_COMMON_YAML_SCALARS_H_

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// The written forms of scalars, as load.h lists them. Pure functions; Parse* give InvalidArgument
// with a hint that names neither the text nor the form ("" where there is nothing to add), and
// leave the result alone then. Format* write what Parse* read back as the same value.
namespace drill::yaml {

// Seconds and nanoseconds as in google.protobuf.Duration and Timestamp, nanos 0..999,999,999.
struct Instant {
  int64_t seconds = 0;
  int32_t nanos = 0;

  friend bool operator==(const Instant&, const Instant&) = default;
};

struct Day {
  int year = 0;
  int month = 0;
  int day = 0;

  friend bool operator==(const Day&, const Day&) = default;
};

// Limits of the protobuf types: 10,000 years, and years 1 to 9999 in UTC.
inline constexpr int64_t kMaxDurationSeconds = 315'576'000'000;
inline constexpr int64_t kMinTimestampSeconds = -62'135'596'800;
inline constexpr int64_t kMaxTimestampSeconds = 253'402'300'799;

absl::Status ParseInteger(absl::string_view text, absl::int128 min, absl::int128 max,
                          absl::int128* value);

absl::Status ParseDuration(absl::string_view text, Instant* duration);
// REQUIRES: not negative, within kMaxDurationSeconds.
std::string FormatDuration(const Instant& duration);

absl::Status ParseTimestamp(absl::string_view text, Instant* timestamp);
// In +07:00. REQUIRES: within the limits above.
std::string FormatTimestamp(const Instant& timestamp);

absl::Status ParseDay(absl::string_view text, Day* day);
std::string FormatDay(const Day& day);

// Standard base64 with padding; white space is ignored.
absl::Status ParseBase64(absl::string_view text, std::string* bytes);

// The word for an enum value: its name without the type's prefix, lower case.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_SCALARS_H_
