#include "common/keys/token.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/digest.h"

namespace drill {
namespace {

constexpr absl::string_view kPrefix = "drl_";
constexpr absl::string_view kScheme = "Bearer ";

}  // namespace

std::string TokenText(absl::string_view secret) {
  DRILL_CHECK(secret.size() == kTokenBytes);
  return absl::StrCat(kPrefix, Base64UrlEncode(secret));
}

absl::StatusOr<std::string> TokenSha256(absl::string_view text) {
  std::string secret;
  // Re-encoding refuses the other spellings (padding, spaces) that the decoder forgives.
  if (!absl::ConsumePrefix(&text, kPrefix) || !Base64UrlDecode(text, &secret).ok() ||
      secret.size() != kTokenBytes || Base64UrlEncode(secret) != text) {
    return absl::InvalidArgumentError(
        "not a token: \"drl_\" and 43 characters of base64url are expected");
  }
  return Sha256(secret);
}

absl::StatusOr<std::string> BearerTokenSha256(absl::string_view authorization) {
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) {
    return absl::InvalidArgumentError("the authorization is not \"Bearer drl_...\"");
  }
  return TokenSha256(authorization.substr(kScheme.size()));
}

}  // namespace drill
