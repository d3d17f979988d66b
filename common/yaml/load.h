#ifndef DRILL_COMMON_YAML_LOAD_H_
#define DRILL_COMMON_YAML_LOAD_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/yaml/positions.h"

// The one way from YAML to a message: scenarios, register, policies, obligations, configuration.
//
// A mapping is a message, its keys are field names ('.' reads as '_'), a list is a repeated field.
// A scalar means what its *field* says, never what YAML guesses: `no`, `09:05` and `0644` are text
// in a text field.
//
//   string       any scalar but a plain null; quote "" for empty text. Never holds NUL.
//   bool         true, false
//   int32 ...    decimal, plain, no leading zeros
//   enum         the value's name without the type's prefix, lower case: ROLE_RED is `red`
//   bytes        base64 (RFC 4648 §4), white space ignored
//   Duration     90s, 1h30m, 500ms, 2d; units d h m s ms us ns, falling, never negative
//   Timestamp    RFC 3339 with its zone: 2026-11-22T09:00:00+07:00
//   drill.v1.Date  2026-11-22
//   drill.v1.Text  {vi: ..., en: ...}, or a scalar for vi alone
//
// Files that others designed need more than that. A message says so by fields of these names, which
// are no keys themselves (Dump does not know them):
//
//   string yaml_value             it is written as any scalar; null, or nothing, leaves it absent
//   repeated T yaml_list          it is written as a list; null is an empty one, and anything else
//                                 a list of that alone. The root may be such a message
//   repeated M yaml_entries       it is a mapping of free keys; each gives one M,
//   string yaml_key               in M: its key
//   repeated string yaml_ignored  keys that it does not know are skipped, their names kept here
//
// Anchors and aliases work, within the limits below. Unknown and repeated keys, a second member of
// a oneof, merge keys (<<), foreign tags, missing values and a second document are faults.
namespace drill::yaml {

struct Options {
  // Bytes of the file.
  size_t max_bytes = 4 << 20;
  // Mappings and lists inside one another.
  int max_depth = 64;
  // Scalars, mappings and lists, each alias counted as all that it stands for.
  size_t max_nodes = 1'000'000;
  // Bytes of all scalars, aliases counted likewise.
  size_t max_text_bytes = 32 << 20;
  // Faults listed before the loader gives up on the file.
  int max_errors = 50;
  // With faults, leave in `message` and `positions` what could be read, so that checks of meaning
  // can tell their faults too.
  bool keep_message = false;
};

// Replaces `message` by what `text` says. `file_name` only names the file in faults.
// Pure and thread-compatible: keeps nothing between calls.
//
// InvalidArgument: one line a fault, "file:line:column: what, found, expected", in the order of
// the file; `message` is cleared (see keep_message). Internal: the file uses a field of a kind that
// YAML cannot fill here (map, float, double, a well-known type other than those above): a fault of
// the program.
absl::Status Load(absl::string_view text, absl::string_view file_name,
                  google::protobuf::Message* message, const Options& options = {},
                  Positions* positions = nullptr);

// "file:line:column: text", the form of Load's own faults, for checks made after it.
std::string FaultLine(absl::string_view file_name, Position position, absl::string_view text);

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_LOAD_H_
