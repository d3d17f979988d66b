#ifndef DRILL_SERVER_INGEST_BUILDER_H_
#define DRILL_SERVER_INGEST_BUILDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "drill/v1/exercise.pb.h"

namespace drill::ingest {

// `text` as valid UTF-8 of at most `max` bytes: what is not becomes U+FFFD; never cut in a letter.
std::string Clean(absl::string_view text, size_t max);

// Puts an alert together within its limits: each value once, clean, at most ten artefacts; the
// empty is left out.
class Builder {
 public:
  explicit Builder(const std::string& sensor) { alert_.set_sensor(sensor); }

  void Host(absl::string_view name);
  void Artefact(v1::ArtefactKind kind, absl::string_view value);
  // The address alone and with its port.
  void Address(absl::string_view address, absl::string_view port);
  // A process by path or name: the name, and the path where it is absolute.
  void Process(absl::string_view path);
  // A path, where it is absolute; a relative one proves nothing.
  void Path(absl::string_view path);
  // Kept when it is 64 hex digits, in lower case.
  void Sha256(absl::string_view hex);
  // "T1059", "T1059.004", also in lower case; everything else is no technique.
  void Technique(absl::string_view id);

  v1::AlertReceived* operator->() { return &alert_; }
  void Rule(absl::string_view id);
  void Text(absl::string_view text);
  v1::AlertReceived Take() { return std::move(alert_); }

 private:
  v1::AlertReceived alert_;
};

// An IP address of either family, in the form that inet_ntop gives it; "" when it is none.
std::string AddressText(absl::string_view text);

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_BUILDER_H_
