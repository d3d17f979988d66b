#ifndef DRILL_COMMON_KEYS_TOKEN_H_
#define DRILL_COMMON_KEYS_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// A person's bearer token: "drl_" and 43 characters of base64url over 32 random bytes. Shown once;
// the controller stores only SHA-256 of those 32 bytes (IssueToken.sha256). Any thread.
namespace drill {

inline constexpr size_t kTokenBytes = 32;

// REQUIRES: `secret` is kTokenBytes long (os::RandomBytes).
std::string TokenText(absl::string_view secret);

// What the controller knows of this token. InvalidArgument: not of the form above; the message
// does not repeat the text.
absl::StatusOr<std::string> TokenSha256(absl::string_view text);

// Of the value of an "authorization" header: "Bearer drl_...", the scheme in any case.
absl::StatusOr<std::string> BearerTokenSha256(absl::string_view authorization);

}  // namespace drill

#endif  // DRILL_COMMON_KEYS_TOKEN_H_
