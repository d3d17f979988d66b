#ifndef DRILL_COMMON_YAML_POSITIONS_H_
#define DRILL_COMMON_YAML_POSITIONS_H_

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace drill::yaml {

// A place in a file; both count from 1, columns in characters (not bytes). {0, 0}: nowhere.
struct Position {
  int line = 0;
  int column = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

// Where each field of a loaded message was written, so that checks of meaning made after loading
// can point into the file. Filled by Load; a value like any other, not synchronised.
//
// A field stands where its value was written, or its key where the value is a mapping or a list;
// an element of a list stands where it begins; what came through an alias, at the alias.
//
// REQUIRES: the descriptor pool of the loaded message outlives this object (the pool of generated
// messages always does).
class Positions {
 public:
  // Position of a field path such as "injects[3].expect[0].team", or of the nearest enclosing
  // thing that was written. The empty path is the whole message. {0, 0} if nothing was loaded.
  Position Find(absl::string_view path) const;

  // What Load calls, in the order of the file. Begin returns a handle for End; a leaf is Begin
  // and End at once. `label` is the field's index in its descriptor, or the index of an element.
  void Reset(const google::protobuf::Descriptor* root);
  size_t Begin(int label, Position position);
  void End(size_t handle);

 private:
  // Nodes stand in preorder: the children of node i begin at i + 1, and each child's `end` is
  // where its next sibling begins.
  struct Node {
    int label = 0;
    Position position;
    uint32_t end = 0;
  };

  // Child of `parent` with that label, or npos.
  size_t Child(size_t parent, int label) const;

  const google::protobuf::Descriptor* root_ = nullptr;
  std::vector<Node> nodes_;
};

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_POSITIONS_H_
