#include "common/yaml/load.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"
#include "common/yaml/describe.h"
#include "common/yaml/events.h"
#include "common/yaml/scalars.h"
#include "common/yaml/shape.h"
#include "common/yaml/words.h"

namespace drill::yaml {

namespace {

constexpr size_t kNamesBesideNearest = 12;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class Loader {
 public:
  Loader(absl::string_view text, absl::string_view file_name, const Options& options,
         Positions* positions)
      : faults_(file_name, options.max_errors),
        events_(text, options, &faults_),
        positions_(positions) {}

  absl::Status Load(Message* message);

 private:
  // Where each field of one message was first written, by its index.
  using Seen = absl::InlinedVector<Position, 24>;

  void Fault(const Place& place, absl::string_view text);
  void ElementFault(const FieldShape& field, int element, const Event& event,
                    absl::string_view hint = "");
  void UnknownKey(const Event& key, const Shape& shape);

  void LoadFields(Shape* shape, Message* message);
  // The field of a key, or null with the fault told.
  FieldShape* FieldOfKey(const Event& key, Shape* shape, Seen* seen);
  bool IsFirst(const Event& key, const FieldShape& field, const Shape& shape, Seen* seen);
  void LoadValue(const Event& key, FieldShape* field, Message* message);
  // The mapping of free keys.
  void LoadEntries(FieldShape* entries, Message* message);
  // A message that is written as something else than a mapping: true, and it is read, if `event`
  // is what it may be written as.
  bool LoadWrapped(Shape* shape, const Event& event, Message* message);
  void LoadList(FieldShape* field, Message* message);
  void LoadElement(FieldShape* field, int element, const Event& event, Message* message);
  absl::Status LoadScalar(FieldShape* field, const Event& event, Message* message);
  absl::Status LoadInteger(const FieldShape& field, const Event& event, Message* message);
  absl::Status LoadMoment(FieldShape* field, const Event& event, Message* message);

  // Instead of a faulty element of a list, so that the others keep their indexes (keep_message).
  void KeepPlace(const FieldShape& field, Message* message) {
    if (field.repeated && field.form == Form::kMessage) Sub(field, message);
  }
  // The sub-message of a field: the only one, or a new one of a list.
  Message* Sub(const FieldShape& field, Message* message);
  Shape* ShapeOf(FieldShape* field);
  const EnumShape& WordsOf(FieldShape* field);

  size_t BeginPosition(int label, Position position) {
    return positions_ == nullptr ? 0 : positions_->Begin(label, position);
  }
  void EndPosition(size_t handle) {
    if (positions_ != nullptr) positions_->End(handle);
  }

  Faults faults_;
  Events events_;
  Shapes shapes_;
  Positions* const positions_;
  // A fault of the program, not of the file.
  absl::Status internal_;
};

absl::Status Loader::Load(Message* message) {
  Shape* shape = shapes_.Of(message->GetDescriptor());
  const Event root = events_.Next();
  if (root.kind == EventKind::kSequence && shape->list != nullptr) {
    const size_t handle = BeginPosition(0, root.place.at);
    LoadWrapped(shape, root, message);
    EndPosition(handle);
  } else if (root.kind == EventKind::kMapping && shape->list == nullptr) {
    const size_t handle = BeginPosition(0, root.place.at);
    LoadFields(shape, message);
    EndPosition(handle);
  } else if (root.kind == EventKind::kScalar && IsNull(root)) {
    Fault(root.place, "the file is empty");
  } else if (root.kind == EventKind::kScalar || root.kind == EventKind::kSequence) {
    Fault(root.place, absl::StrCat("found ", Found(root), ", expected a mapping of the keys of ",
                                   shape->type->name()));
    events_.Skip(root);
  } else if (root.kind == EventKind::kMapping) {
    Fault(root.place, absl::StrCat("found ", Found(root), ", expected a list"));
    events_.Skip(root);
  }
  events_.Finish();
  return internal_.ok() ? faults_.ToStatus() : internal_;
}

void Loader::Fault(const Place& place, absl::string_view text) {
  faults_.Add(place, text);
  if (faults_.full()) events_.Stop();
}

void Loader::ElementFault(const FieldShape& field, int element, const Event& event,
                          absl::string_view hint) {
  std::string text(field.name);
  if (element >= 0) absl::StrAppend(&text, "[", element, "]");
  absl::StrAppend(&text, ": found ", Found(event), ", expected ",
                  Expected(field, event.value, &shapes_));
  if (event.kind == EventKind::kScalar && IsNull(event)) {
    absl::StrAppend(&text, element >= 0 ? "; or remove the element" : "; or remove the key");
    // A text field that should say "null".
    if (!event.value.empty() && field.form == Form::kString) text += "; or quote it";
  }
  if (!hint.empty()) absl::StrAppend(&text, " (", hint, ")");
  Fault(event.place, text);
}

void Loader::UnknownKey(const Event& key, const Shape& shape) {
  if (key.plain && key.value == "<<") {
    Fault(key.place, "merge key << is not supported, expected the keys themselves");
    return;
  }
  std::vector<absl::string_view> names;
  // Who writes "files.encypt" is told of "files.encrypt", the same key as files_encrypt.
  std::vector<std::string> written;
  for (int i = 0; i < shape.type->field_count(); ++i) {
    // What says how a message is written is no key.
    if (absl::StartsWith(shape.type->field(i)->name(), "yaml_")) continue;
    std::string& name = written.emplace_back(shape.type->field(i)->name());
    const size_t bar = name.find('_');
    if (absl::StrContains(key.value, ".") && bar != std::string::npos) name[bar] = '.';
  }
  names.assign(written.begin(), written.end());
  std::string text = absl::StrCat("unknown key ", Quoted(key.value), " in ", shape.type->name());
  const absl::string_view nearest = Nearest(key.value, names);
  if (!nearest.empty()) absl::StrAppend(&text, " (did you mean ", Quoted(nearest), "?)");
  absl::StrAppend(&text, ", expected ", names.empty() ? "no keys" : "one of: ");
  // Beside a likely name, a long list would only hide it.
  const size_t shown = nearest.empty() ? names.size() : std::min(names.size(), kNamesBesideNearest);
  absl::StrAppend(&text,
                  absl::StrJoin(names.begin(), names.begin() + static_cast<long>(shown), ", "));
  if (shown < names.size()) absl::StrAppend(&text, " and ", names.size() - shown, " more");
  Fault(key.place, text);
}

void Loader::LoadFields(Shape* shape, Message* message) {
  if (shape->entries != nullptr) return LoadEntries(shape->entries.get(), message);
  Seen seen(static_cast<size_t>(shape->type->field_count()));
  for (Event key = events_.Next(); key.kind != EventKind::kEnd; key = events_.Next()) {
    if (key.kind == EventKind::kStop) return;
    if (shape->ignored != nullptr && key.kind == EventKind::kScalar &&
        shape->Find(key.value) == nullptr) {
      message->GetReflection()->AddString(message, shape->ignored->field, std::string(key.value));
      events_.Skip(events_.Next());
      continue;
    }
    FieldShape* field = FieldOfKey(key, shape, &seen);
    if (field != nullptr) {
      LoadValue(key, field, message);
    } else {
      events_.Skip(events_.Next());
    }
  }
}

FieldShape* Loader::FieldOfKey(const Event& key, Shape* shape, Seen* seen) {
  if (key.kind == EventKind::kBroken) return nullptr;
  if (key.kind != EventKind::kScalar) {
    Fault(key.place,
          absl::StrCat("found ", Found(key), " as a key, expected a key of ", shape->type->name()));
    events_.Skip(key);
    return nullptr;
  }
  FieldShape* field = shape->Find(key.value);
  if (field == nullptr && key.value.find('.') != absl::string_view::npos) {
    field = shape->Find(absl::StrReplaceAll(key.value, {{".", "_"}}));
  }
  if (field == nullptr) {
    UnknownKey(key, *shape);
    return nullptr;
  }
  return IsFirst(key, *field, *shape, seen) ? field : nullptr;
}

bool Loader::IsFirst(const Event& key, const FieldShape& field, const Shape& shape, Seen* seen) {
  Position& mine = (*seen)[static_cast<size_t>(field.index)];
  if (mine.line > 0) {
    Fault(key.place, absl::StrCat("key ", field.name, " is repeated, first given at ", mine.line,
                                  ":", mine.column));
    return false;
  }
  mine = key.place.at;
  if (field.oneof < 0) return true;
  const auto* oneof = shape.type->oneof_decl(field.oneof);
  for (int i = 0; i < oneof->field_count(); ++i) {
    const FieldDescriptor* other = oneof->field(i);
    const Position at = (*seen)[static_cast<size_t>(other->index())];
    if (other->index() == field.index || at.line == 0) continue;
    Fault(key.place,
          absl::StrCat("key ", field.name, " stands beside ", other->name(), " given at ", at.line,
                       ":", at.column, ", expected only one of the two"));
    return false;
  }
  return true;
}

void Loader::LoadValue(const Event& key, FieldShape* field, Message* message) {
  if (field->form == Form::kUnsupported) {
    internal_ = absl::InternalError(
        absl::StrCat("field ", field->field->full_name(), " is of a type that YAML cannot fill"));
    events_.Stop();
    return;
  }
  const Event event = events_.Next();
  const bool scalar = event.kind == EventKind::kScalar;
  const size_t handle = BeginPosition(field->index, scalar ? event.place.at : key.place.at);
  if (!field->repeated) {
    LoadElement(field, -1, event, message);
  } else if (event.kind == EventKind::kSequence) {
    LoadList(field, message);
  } else if (scalar || event.kind == EventKind::kMapping) {
    Fault(event.place,
          absl::StrCat(field->name, ": found ", Found(event), ", expected a list, each ",
                       Expected(*field, event.value, &shapes_)));
    events_.Skip(event);
  }
  EndPosition(handle);
}

void Loader::LoadEntries(FieldShape* entries, Message* message) {
  const Reflection* reflection = message->GetReflection();
  absl::flat_hash_map<std::string, Position> seen;
  // Its own place is not known here, nor asked for.
  const size_t list = BeginPosition(entries->index, {});
  for (Event key = events_.Next(); key.kind != EventKind::kEnd; key = events_.Next()) {
    if (key.kind == EventKind::kStop) break;
    const std::string name(key.value);
    const bool scalar = key.kind == EventKind::kScalar;
    if (!scalar || !seen.try_emplace(name, key.place.at).second) {
      if (scalar) {
        Fault(key.place, absl::StrCat("key ", Quoted(name), " is repeated, first given at ",
                                      seen[name].line, ":", seen[name].column));
      } else if (key.kind != EventKind::kBroken) {
        Fault(key.place, absl::StrCat("found ", Found(key), " as a key, expected text"));
        events_.Skip(key);
      }
      events_.Skip(events_.Next());
      continue;
    }
    const int element = reflection->FieldSize(*message, entries->field);
    const size_t handle = BeginPosition(element, key.place.at);
    LoadElement(entries, element, events_.Next(), message);
    EndPosition(handle);
    if (const FieldShape* name_field = ShapeOf(entries)->key.get();
        name_field != nullptr && reflection->FieldSize(*message, entries->field) > element) {
      Message* entry = reflection->MutableRepeatedMessage(message, entries->field, element);
      entry->GetReflection()->SetString(entry, name_field->field, name);
    }
  }
  EndPosition(list);
}

bool Loader::LoadWrapped(Shape* shape, const Event& event, Message* message) {
  if (shape->value != nullptr && event.kind == EventKind::kScalar) {
    if (IsNull(event)) return true;
    if (event.value.find('\0') != absl::string_view::npos) return false;
    message->GetReflection()->SetString(message, shape->value->field, std::string(event.value));
    return true;
  }
  if (shape->list == nullptr) return false;
  FieldShape* list = shape->list.get();
  const size_t handle = BeginPosition(list->index, event.place.at);
  if (event.kind == EventKind::kSequence) {
    LoadList(list, message);
  } else if (event.kind != EventKind::kScalar || !IsNull(event)) {
    const size_t element = BeginPosition(0, event.place.at);
    LoadElement(list, 0, event, message);
    EndPosition(element);
  }
  EndPosition(handle);
  return true;
}

void Loader::LoadList(FieldShape* field, Message* message) {
  int element = 0;
  for (Event event = events_.Next(); event.kind != EventKind::kEnd; event = events_.Next()) {
    if (event.kind == EventKind::kStop) return;
    const size_t handle = BeginPosition(element, event.place.at);
    LoadElement(field, element, event, message);
    EndPosition(handle);
    ++element;
  }
}

void Loader::LoadElement(FieldShape* field, int element, const Event& event, Message* message) {
  if (field->form == Form::kMessage && ShapeOf(field)->wrapped() &&
      (event.kind == EventKind::kScalar || event.kind == EventKind::kSequence ||
       event.kind == EventKind::kMapping) &&
      LoadWrapped(ShapeOf(field), event, Sub(*field, message))) {
    return;
  }
  switch (event.kind) {
    case EventKind::kScalar: {
      if (IsNull(event) || field->form == Form::kMessage) {
        ElementFault(*field, element, event);
        KeepPlace(*field, message);
      } else if (!TagFits(event.tag, field->form)) {
        ElementFault(*field, element, event, "its tag makes it something else");
      } else if (absl::Status status = LoadScalar(field, event, message); !status.ok()) {
        ElementFault(*field, element, event, status.message());
      }
      return;
    }
    case EventKind::kMapping:
      if (field->form == Form::kMessage || field->form == Form::kText) {
        LoadFields(ShapeOf(field), Sub(*field, message));
        return;
      }
      [[fallthrough]];
    case EventKind::kSequence:
      ElementFault(*field, element, event);
      KeepPlace(*field, message);
      events_.Skip(event);
      return;
    case EventKind::kEnd:
    case EventKind::kBroken:
    case EventKind::kStop:
      return;
  }
}

// What the status says is a hint for the fault, which names what was found and expected.
absl::Status Hint(absl::string_view hint = "") { return absl::InvalidArgumentError(hint); }

absl::Status SetString(const FieldShape& field, std::string value, Message* message) {
  const Reflection* reflection = message->GetReflection();
  if (field.repeated) {
    reflection->AddString(message, field.field, std::move(value));
  } else {
    reflection->SetString(message, field.field, std::move(value));
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadScalar(FieldShape* field, const Event& event, Message* message) {
  const Reflection* reflection = message->GetReflection();
  const FieldDescriptor* descriptor = field->field;
  switch (field->form) {
    case Form::kString:
      // C interfaces, paths among them, would see only the text before it.
      if (event.value.find('\0') != absl::string_view::npos) return Hint("it holds a NUL");
      return SetString(*field, std::string(event.value), message);
    case Form::kBytes: {
      std::string bytes;
      RETURN_IF_ERROR(ParseBase64(event.value, &bytes));
      return SetString(*field, std::move(bytes), message);
    }
    case Form::kBool: {
      if (!event.plain) return Hint("without quotes");
      const bool value = event.value == "true";
      if (!value && event.value != "false") return Hint();
      field->repeated ? reflection->AddBool(message, descriptor, value)
                      : reflection->SetBool(message, descriptor, value);
      return absl::OkStatus();
    }
    case Form::kEnum: {
      const EnumShape::Value* value = WordsOf(field).Find(event.value);
      if (value == nullptr) return Hint();
      field->repeated ? reflection->AddEnumValue(message, descriptor, value->number)
                      : reflection->SetEnumValue(message, descriptor, value->number);
      return absl::OkStatus();
    }
    case Form::kText: {
      if (event.value.find('\0') != absl::string_view::npos) return Hint("it holds a NUL");
      return SetString(*ShapeOf(field)->Find("vi"), std::string(event.value), Sub(*field, message));
    }
    case Form::kDuration:
    case Form::kTimestamp:
    case Form::kDate:
      return LoadMoment(field, event, message);
    default:
      return LoadInteger(*field, event, message);
  }
}

absl::Status Loader::LoadInteger(const FieldShape& field, const Event& event, Message* message) {
  const auto [min, max] = RangeOf(field.form);
  absl::int128 value = 0;
  // Nobody counts microseconds since 1970 by hand.
  Instant instant;
  if (IsMoment(field) && event.tag == Tag::kNone && ParseTimestamp(event.value, &instant).ok()) {
    value = absl::int128(instant.seconds) * 1'000'000 + instant.nanos / 1000;
  } else {
    if (!event.plain) return Hint("without quotes");
    RETURN_IF_ERROR(ParseInteger(event.value, min, max, &value));
  }
  const Reflection* reflection = message->GetReflection();
  const FieldDescriptor* d = field.field;
  switch (field.form) {
    case Form::kInt32: {
      const auto v = static_cast<int32_t>(value);
      field.repeated ? reflection->AddInt32(message, d, v) : reflection->SetInt32(message, d, v);
      break;
    }
    case Form::kInt64: {
      const auto v = static_cast<int64_t>(value);
      field.repeated ? reflection->AddInt64(message, d, v) : reflection->SetInt64(message, d, v);
      break;
    }
    case Form::kUint32: {
      const auto v = static_cast<uint32_t>(value);
      field.repeated ? reflection->AddUInt32(message, d, v) : reflection->SetUInt32(message, d, v);
      break;
    }
    default: {
      const auto v = static_cast<uint64_t>(value);
      field.repeated ? reflection->AddUInt64(message, d, v) : reflection->SetUInt64(message, d, v);
    }
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadMoment(FieldShape* field, const Event& event, Message* message) {
  if (field->form == Form::kDate) {
    Day day;
    RETURN_IF_ERROR(ParseDay(event.value, &day));
    Shape* shape = ShapeOf(field);
    Message* sub = Sub(*field, message);
    sub->GetReflection()->SetInt32(sub, shape->Find("year")->field, day.year);
    sub->GetReflection()->SetInt32(sub, shape->Find("month")->field, day.month);
    sub->GetReflection()->SetInt32(sub, shape->Find("day")->field, day.day);
    return absl::OkStatus();
  }
  Instant instant;
  RETURN_IF_ERROR(field->form == Form::kDuration ? ParseDuration(event.value, &instant)
                                                 : ParseTimestamp(event.value, &instant));
  Shape* shape = ShapeOf(field);
  Message* sub = Sub(*field, message);
  sub->GetReflection()->SetInt64(sub, shape->Find("seconds")->field, instant.seconds);
  sub->GetReflection()->SetInt32(sub, shape->Find("nanos")->field, instant.nanos);
  return absl::OkStatus();
}

Message* Loader::Sub(const FieldShape& field, Message* message) {
  const Reflection* reflection = message->GetReflection();
  return field.repeated ? reflection->AddMessage(message, field.field)
                        : reflection->MutableMessage(message, field.field);
}

Shape* Loader::ShapeOf(FieldShape* field) {
  if (field->message == nullptr) field->message = shapes_.Of(field->field->message_type());
  return field->message;
}

const EnumShape& Loader::WordsOf(FieldShape* field) {
  if (field->words == nullptr) field->words = shapes_.Of(field->field->enum_type());
  return *field->words;
}

}  // namespace

absl::Status Load(absl::string_view text, absl::string_view file_name, Message* message,
                  const Options& options, Positions* positions) {
  message->Clear();
  if (positions != nullptr) positions->Reset(message->GetDescriptor());
  if (text.size() > options.max_bytes) {
    return absl::InvalidArgumentError(
        FaultLine(file_name, {1, 1},
                  absl::StrCat("the file is too long, found ", text.size(),
                               " bytes, expected at most ", options.max_bytes)));
  }
  const absl::Status status = Loader(text, file_name, options, positions).Load(message);
  if (!status.ok() && !(options.keep_message && absl::IsInvalidArgument(status))) {
    message->Clear();
    if (positions != nullptr) positions->Reset(message->GetDescriptor());
  }
  return status;
}

}  // namespace drill::yaml
