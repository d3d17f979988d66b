#include "cli/files.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/keys.h"
#include "common/os/file.h"
#include "common/yaml/load.h"

namespace drill::cli {
namespace {

constexpr size_t kKeyBytesMax = 64 << 10;

}  // namespace

absl::Status LoadYaml(const std::string& path, google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(const std::string text, os::ReadFile(path, kRegisterBytesMax));
  yaml::Options options;
  options.max_bytes = kRegisterBytesMax;
  options.max_nodes = 8'000'000;
  return yaml::Load(text, path, message, options);
}

absl::StatusOr<v1::SignedScope> ReadScope(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, os::ReadFile(path, kScopeBytesMax));
  v1::SignedScope file;
  if (!file.ParseFromString(bytes) || file.scope().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": is not a scope file; make one with «drillctl exercise scope ... --out FILE»"));
  }
  RETURN_IF_ERROR(Annotate(ScopeOf(file).status(), path));
  return file;
}

absl::StatusOr<v1::Scope> ScopeOf(const v1::SignedScope& file) {
  v1::Scope scope;
  if (!scope.ParseFromString(file.scope()) || scope.exercise().empty()) {
    return absl::InvalidArgumentError("what is signed here is not a scope; do not sign it");
  }
  // What this program does not know it cannot show, so nobody may sign it on its word.
  if (scope.GetReflection()->GetUnknownFields(scope).field_count() > 0) {
    return absl::InvalidArgumentError(
        "the scope holds something that this version cannot show; use a newer drillctl");
  }
  return scope;
}

absl::StatusOr<v1::Signature> SignWithKeyFile(const std::string& key_path,
                                              absl::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string key, os::ReadFile(key_path, kKeyBytesMax));
  absl::StatusOr<std::string> der = SignBytes(key, bytes);
  if (!der.ok()) return Annotate(der.status(), key_path);
  ASSIGN_OR_RETURN(const std::string public_pem, PublicPem(key));
  std::string key_sha256;
  RETURN_IF_ERROR(PublicKeyId(public_pem, &key_sha256));
  v1::Signature signature;
  signature.set_key_sha256(key_sha256);
  signature.set_der(*der);
  return signature;
}

}  // namespace drill::cli
