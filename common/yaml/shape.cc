#include "common/yaml/shape.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "common/yaml/scalars.h"

namespace drill::yaml {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

Form FormOfMessage(const FieldDescriptor& field) {
  const std::string& name = field.message_type()->full_name();
  if (field.is_map() || field.type() == FieldDescriptor::TYPE_GROUP) return Form::kUnsupported;
  if (name == "google.protobuf.Duration") return Form::kDuration;
  if (name == "google.protobuf.Timestamp") return Form::kTimestamp;
  if (name == "drill.v1.Date") return Form::kDate;
  if (name == "drill.v1.Text") return Form::kText;
  // Any, Struct, wrappers: each would need a rule of its own.
  if (absl::StartsWith(name, "google.protobuf.")) return Form::kUnsupported;
  return Form::kMessage;
}

// Where a field stands that says how its message is written; null: it is a key like any other.
std::unique_ptr<FieldShape>* SpecialOf(const FieldShape& field, Shape* shape) {
  const bool text = field.form == Form::kString;
  if (field.name == "yaml_key" && text && !field.repeated) return &shape->key;
  if (field.name == "yaml_value" && text && !field.repeated) return &shape->value;
  if (field.name == "yaml_list" && field.repeated) return &shape->list;
  if (field.name == "yaml_entries" && field.repeated && field.form == Form::kMessage) {
    return &shape->entries;
  }
  if (field.name == "yaml_ignored" && text && field.repeated) return &shape->ignored;
  return nullptr;
}

}  // namespace

Form FormOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Form::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return Form::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return Form::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return Form::kUint64;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Form::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return Form::kEnum;
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? Form::kBytes : Form::kString;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FormOfMessage(field);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Form::kUnsupported;
  }
  return Form::kUnsupported;
}

const EnumShape::Value* EnumShape::Find(absl::string_view word) const {
  const auto found =
      std::lower_bound(values.begin(), values.end(), word,
                       [](const Value& v, absl::string_view w) { return v.word < w; });
  return found != values.end() && found->word == word ? &*found : nullptr;
}

FieldShape* Shape::Find(absl::string_view name) {
  const auto found =
      std::lower_bound(fields.begin(), fields.end(), name,
                       [](const FieldShape& f, absl::string_view n) { return f.name < n; });
  return found != fields.end() && found->name == name ? &*found : nullptr;
}

Shape* Shapes::Of(const Descriptor* type) {
  std::unique_ptr<Shape>& shape = messages_[type];
  if (shape != nullptr) return shape.get();
  shape = std::make_unique<Shape>();
  shape->type = type;
  shape->fields.reserve(static_cast<size_t>(type->field_count()));
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    FieldShape f;
    f.field = field;
    f.name = field->name();
    f.form = FormOf(*field);
    f.repeated = field->is_repeated();
    f.index = i;
    if (const auto* oneof = field->real_containing_oneof()) f.oneof = oneof->index();
    if (std::unique_ptr<FieldShape>* special = SpecialOf(f, shape.get())) {
      *special = std::make_unique<FieldShape>(f);
    } else {
      shape->fields.push_back(f);
    }
  }
  std::sort(shape->fields.begin(), shape->fields.end(),
            [](const FieldShape& a, const FieldShape& b) { return a.name < b.name; });
  return shape.get();
}

const EnumShape* Shapes::Of(const EnumDescriptor* type) {
  std::unique_ptr<EnumShape>& shape = enums_[type];
  if (shape != nullptr) return shape.get();
  shape = std::make_unique<EnumShape>();
  for (int i = 0; i < type->value_count(); ++i) {
    const auto* value = type->value(i);
    std::string word = EnumWord(*value);
    if (word == "unspecified") continue;
    shape->values.push_back({std::move(word), value->number()});
  }
  std::sort(shape->values.begin(), shape->values.end(),
            [](const EnumShape::Value& a, const EnumShape::Value& b) { return a.word < b.word; });
  return shape.get();
}

}  // namespace drill::yaml
