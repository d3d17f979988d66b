#include "tests/actions_page/proto_comments.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace drill::testing {
namespace {

namespace pb = google::protobuf;

constexpr char kMessage[] = "drill.v1.Action";

class SourceActionProto : public ActionProto {
 public:
  absl::Status Load(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", path));
    pb::FileDescriptorSet set;
    if (!set.ParseFromIstream(&in)) {
      return absl::InvalidArgumentError(absl::StrCat(path, " is no descriptor set of protoc"));
    }
    // protoc writes each file behind those that it imports.
    for (const pb::FileDescriptorProto& file : set.file()) {
      if (pool_.BuildFile(file) == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat(path, ": ", file.name(), " is not whole"));
      }
    }
    action_ = pool_.FindMessageTypeByName(kMessage);
    if (action_ == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(path, " has no message ", kMessage));
    }
    return absl::OkStatus();
  }

  const pb::Descriptor* action() const override { return action_; }

 private:
  pb::DescriptorPool pool_;
  const pb::Descriptor* action_ = nullptr;
};

template <typename Descriptor>
std::string Comment(const Descriptor& descriptor) {
  pb::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string text =
      location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ActionProto>> ActionProto::Read(const std::string& descriptor_set) {
  auto proto = std::make_unique<SourceActionProto>();
  if (absl::Status status = proto->Load(descriptor_set); !status.ok()) return status;
  return proto;
}

std::string CommentOf(const pb::Descriptor& message) { return Comment(message); }
std::string CommentOf(const pb::FieldDescriptor& field) { return Comment(field); }
std::string CommentOf(const pb::EnumDescriptor& type) { return Comment(type); }
std::string CommentOf(const pb::EnumValueDescriptor& value) { return Comment(value); }

}  // namespace drill::testing
