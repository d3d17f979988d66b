#ifndef DRILL_TESTS_ACTIONS_PAGE_PROTO_COMMENTS_H_
#define DRILL_TESTS_ACTIONS_PAGE_PROTO_COMMENTS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class EnumDescriptor;
class EnumValueDescriptor;
}  // namespace google::protobuf

namespace drill::testing {

// drill/v1/action.proto with its comments, which a compiled program does not hold: from a file that
// protoc wrote of it (--descriptor_set_out --include_imports --include_source_info), so that
// nothing is typed twice. Owns the descriptors that it hands out. One thread.
class ActionProto {
 public:
  // NotFound: no such file. InvalidArgument: not such a set, or without Action.
  static absl::StatusOr<std::unique_ptr<ActionProto>> Read(const std::string& descriptor_set);
  virtual ~ActionProto() = default;

  // The message Action: one field for each kind.
  virtual const google::protobuf::Descriptor* action() const = 0;
};

// The comment above, else the one behind, on one line; "" if there is none.
std::string CommentOf(const google::protobuf::Descriptor& message);
std::string CommentOf(const google::protobuf::FieldDescriptor& field);
std::string CommentOf(const google::protobuf::EnumDescriptor& type);
std::string CommentOf(const google::protobuf::EnumValueDescriptor& value);

}  // namespace drill::testing

#endif  // DRILL_TESTS_ACTIONS_PAGE_PROTO_COMMENTS_H_
