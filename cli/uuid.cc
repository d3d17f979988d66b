#include "cli/uuid.h"

#include <openssl/evp.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"
#include "common/base/digest.h"

namespace drill::cli {

namespace {

std::string Uuid(absl::string_view space, absl::string_view name, unsigned char version) {
  const std::string bytes =
      absl::StrCat(absl::HexStringToBytes(absl::StrReplaceAll(space, {{"-", ""}})), name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> sha1{};
  // SHA-1 because the RFC says so; nothing here rests on its strength.
  DRILL_CHECK(EVP_Digest(bytes.data(), bytes.size(), sha1.data(), nullptr, EVP_sha1(), nullptr) ==
              1);
  sha1[6] = static_cast<unsigned char>((sha1[6] & 0x0F) | (version << 4));
  sha1[8] = static_cast<unsigned char>((sha1[8] & 0x3F) | 0x80);  // variant
  const std::string hex = Hex(absl::string_view(reinterpret_cast<const char*>(sha1.data()), 16));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

}  // namespace

std::string Uuid5(absl::string_view space, absl::string_view name) { return Uuid(space, name, 5); }

std::string Uuid4Of(absl::string_view space, absl::string_view name) {
  return Uuid(space, name, 4);
}

}  // namespace drill::cli
