#ifndef DRILL_COMMON_YAML_SHAPE_H_
#define DRILL_COMMON_YAML_SHAPE_H_

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace drill::yaml {

// How a field is written.
enum class Form : uint8_t {
  kString,
  kBytes,
  kBool,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kEnum,
  kDuration,
  kTimestamp,
  kDate,
  kText,
  kMessage,
  kUnsupported,
};

Form FormOf(const google::protobuf::FieldDescriptor& field);

// The words of one enum type, without UNSPECIFIED, sorted by word.
struct EnumShape {
  struct Value {
    std::string word;
    int number;
  };
  std::vector<Value> values;

  const Value* Find(absl::string_view word) const;
};

struct Shape;

struct FieldShape {
  const google::protobuf::FieldDescriptor* field = nullptr;
  absl::string_view name;
  Form form = Form::kUnsupported;
  bool repeated = false;
  // Index in the descriptor.
  int index = 0;
  // Index of the oneof that it belongs to (a real one, not that of `optional`), or -1.
  int oneof = -1;
  // kMessage, kText and the other written messages: their shape, filled when first used.
  Shape* message = nullptr;
  // kEnum, likewise.
  const EnumShape* words = nullptr;
};

// What the loader needs to know of one message type, laid out for finding a key fast.
struct Shape {
  const google::protobuf::Descriptor* type = nullptr;
  // By name.
  std::vector<FieldShape> fields;
  // The message's yaml_... fields (load.h), which are no keys; null: it has none.
  std::unique_ptr<FieldShape> key;
  std::unique_ptr<FieldShape> value;
  std::unique_ptr<FieldShape> list;
  std::unique_ptr<FieldShape> entries;
  std::unique_ptr<FieldShape> ignored;

  // It may be written as something else than a mapping.
  bool wrapped() const { return value != nullptr || list != nullptr; }
  // Null: no such field.
  FieldShape* Find(absl::string_view name);
};

// Shapes made on demand and kept. One thread; shapes live as long as this.
class Shapes {
 public:
  Shape* Of(const google::protobuf::Descriptor* type);
  const EnumShape* Of(const google::protobuf::EnumDescriptor* type);

 private:
  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<Shape>> messages_;
  absl::flat_hash_map<const google::protobuf::EnumDescriptor*, std::unique_ptr<EnumShape>> enums_;
};

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_SHAPE_H_
