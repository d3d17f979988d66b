#ifndef DRILL_CLI_FILES_H_
#define DRILL_CLI_FILES_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/yaml/positions.h"
#include "drill/v1/exercise.pb.h"

// The files that people hand to drillctl. Errors carry the file's name; InvalidArgument has every
// fault with its place.
namespace drill::cli {

inline constexpr size_t kSourceBytesMax = 1 << 20;     // a scenario
inline constexpr size_t kRegisterBytesMax = 64 << 20;  // 200,000 entries
inline constexpr size_t kScopeBytesMax = 4 << 20;

// Any authored message.
absl::Status LoadYaml(const std::string& path, google::protobuf::Message* message);

// A scope file: SignedScope, with or without signatures, serialised. InvalidArgument: it isn't one.
absl::StatusOr<v1::SignedScope> ReadScope(const std::string& path);
absl::StatusOr<v1::Scope> ScopeOf(const v1::SignedScope& file);

// Signs `bytes` with the key of a PEM file.
absl::StatusOr<v1::Signature> SignWithKeyFile(const std::string& key_path, absl::string_view bytes);

}  // namespace drill::cli

#endif  // DRILL_CLI_FILES_H_
