#include "common/yaml/dump.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"
#include "common/yaml/scalars.h"
#include "common/yaml/shape.h"
#include "common/yaml/words.h"

namespace drill::yaml {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kStep = 2;
constexpr char32_t kReplacement = 0xFFFD;

// Letters that some YAML reader takes for a bool or null.
bool IsReservedWord(absl::string_view text) {
  constexpr absl::string_view kWords[] = {"null", "true", "false", "yes", "no",
                                          "on",   "off",  "y",     "n"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](absl::string_view word) { return absl::EqualsIgnoreCase(word, text); });
}

// Characters that YAML forbids, or that cannot be seen, or that turn the reading direction.
bool IsHidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c & 0xFFFE) == 0xFFFE;
}

// Safe without quotes in a block, for this loader and for any other.
bool IsPlain(absl::string_view text) {
  if (text.empty() || IsReservedWord(text)) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  if (!absl::ascii_isalpha(first) && first < 0x80) return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  if (absl::StrContains(text, ": ") || absl::StrContains(text, " #")) return false;
  while (!text.empty()) {
    char32_t code = 0;
    const size_t length = DecodeUtf8(text, &code);
    if (length == 0 || IsHidden(code)) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string InQuotes(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    char32_t code = 0;
    size_t length = DecodeUtf8(text, &code);
    if (length == 0) {
      code = kReplacement;
      length = 1;
    }
    if (code == '"' || code == '\\') {
      absl::StrAppend(&out, "\\", text.substr(0, 1));
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\t') {
      out += "\\t";
    } else if (IsHidden(code) || code == kReplacement) {
      if (code > 0xFFFF) {
        absl::StrAppendFormat(&out, "\\U%08X", static_cast<uint32_t>(code));
      } else {
        absl::StrAppendFormat(&out, "\\u%04X", static_cast<uint32_t>(code));
      }
    } else {
      absl::StrAppend(&out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out += '"';
  return out;
}

std::string TextScalar(absl::string_view text) {
  return IsPlain(text) ? std::string(text) : InQuotes(text);
}

int64_t Get(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32
             ? message.GetReflection()->GetInt32(message, field)
             : message.GetReflection()->GetInt64(message, field);
}

// A field, or one element of it, with what is needed to read it.
struct Item {
  const Message& message;
  const FieldDescriptor* field;
  // Element of a repeated field, or -1.
  int element;

  const Message& Sub() const {
    const Reflection* r = message.GetReflection();
    return element < 0 ? r->GetMessage(message, field)
                       : r->GetRepeatedMessage(message, field, element);
  }
  std::string Text() const {
    const Reflection* r = message.GetReflection();
    return element < 0 ? r->GetString(message, field)
                       : r->GetRepeatedString(message, field, element);
  }
};

std::string IntegerScalar(const Item& item) {
  const Reflection* r = item.message.GetReflection();
  const Message& m = item.message;
  const FieldDescriptor* f = item.field;
  const int e = item.element;
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(e < 0 ? r->GetInt32(m, f) : r->GetRepeatedInt32(m, f, e));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(e < 0 ? r->GetInt64(m, f) : r->GetRepeatedInt64(m, f, e));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(e < 0 ? r->GetUInt32(m, f) : r->GetRepeatedUInt32(m, f, e));
    default:
      return absl::StrCat(e < 0 ? r->GetUInt64(m, f) : r->GetRepeatedUInt64(m, f, e));
  }
}

// The enum word; absent for what has none.
std::optional<std::string> EnumScalar(const Item& item) {
  const Reflection* r = item.message.GetReflection();
  const int number = item.element < 0
                         ? r->GetEnumValue(item.message, item.field)
                         : r->GetRepeatedEnumValue(item.message, item.field, item.element);
  const auto* value = item.field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) return std::nullopt;
  std::string word = EnumWord(*value);
  if (word == "unspecified") return std::nullopt;
  return word;
}

std::optional<std::string> DateScalar(const Message& date) {
  const Day day{static_cast<int>(Get(date, "year")), static_cast<int>(Get(date, "month")),
                static_cast<int>(Get(date, "day"))};
  std::string text = FormatDay(day);
  Day checked;
  if (!ParseDay(text, &checked).ok()) return std::nullopt;
  return text;
}

Instant InstantOf(const Message& message) {
  return {Get(message, "seconds"), static_cast<int32_t>(Get(message, "nanos"))};
}

// A Text that is only Vietnamese goes on one line.
std::optional<std::string> TextLine(const Message& text) {
  const auto* vi = text.GetDescriptor()->FindFieldByName("vi");
  const auto* en = text.GetDescriptor()->FindFieldByName("en");
  const Reflection* r = text.GetReflection();
  if (!r->HasField(text, vi) || r->HasField(text, en)) return std::nullopt;
  return TextScalar(r->GetString(text, vi));
}

class Dumper {
 public:
  std::string Dump(const Message& message) {
    if (!WriteFields(message, 0, false)) out_ = "{}\n";
    return std::move(out_);
  }

 private:
  // Writes the fields that are set, one under the other; the first behind what the line already
  // holds, if `after_dash`. False: there are none.
  bool WriteFields(const Message& message, int indent, bool after_dash);
  void WriteList(const Message& message, const FieldDescriptor* field, int indent);
  // Writes a value and the end of its line; `indent` is that of a mapping's keys.
  void WriteItem(const Item& item, int indent, bool after_dash);
  void WriteMapping(const Message& message, int indent, bool after_dash);

  // The item on one line; absent for a mapping, and for what cannot be written.
  static std::optional<std::string> Scalar(const Item& item);
  // Enum values without a word and dates without a day are left out.
  static bool CanWrite(const Item& item);

  void Indent(int count) { out_.append(static_cast<size_t>(count), ' '); }

  std::string out_;
};

std::optional<std::string> Dumper::Scalar(const Item& item) {
  const Reflection* r = item.message.GetReflection();
  switch (FormOf(*item.field)) {
    case Form::kString:
      return TextScalar(item.Text());
    case Form::kBytes: {
      std::string base64 = absl::Base64Escape(item.Text());
      return TextScalar(base64);
    }
    case Form::kBool: {
      const bool value = item.element < 0
                             ? r->GetBool(item.message, item.field)
                             : r->GetRepeatedBool(item.message, item.field, item.element);
      return value ? "true" : "false";
    }
    case Form::kInt32:
    case Form::kInt64:
    case Form::kUint32:
    case Form::kUint64:
      return IntegerScalar(item);
    case Form::kEnum:
      return EnumScalar(item);
    case Form::kDuration:
      return FormatDuration(InstantOf(item.Sub()));
    case Form::kTimestamp:
      return FormatTimestamp(InstantOf(item.Sub()));
    case Form::kDate:
      return DateScalar(item.Sub());
    case Form::kText:
      return TextLine(item.Sub());
    case Form::kMessage:
      return std::nullopt;
    case Form::kUnsupported:
      DRILL_CHECK(false);
  }
  return std::nullopt;
}

bool Dumper::CanWrite(const Item& item) {
  const Form form = FormOf(*item.field);
  return (form != Form::kEnum && form != Form::kDate) || Scalar(item).has_value();
}

bool Dumper::WriteFields(const Message& message, int indent, bool after_dash) {
  const auto* type = message.GetDescriptor();
  const Reflection* reflection = message.GetReflection();
  bool any = false;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->is_repeated() ? reflection->FieldSize(message, field) == 0
                             : !reflection->HasField(message, field)) {
      continue;
    }
    const Item item{message, field, -1};
    if (!field->is_repeated() && !CanWrite(item)) continue;
    if (any || !after_dash) Indent(indent);
    any = true;
    absl::StrAppend(&out_, field->name(), ":");
    if (field->is_repeated()) {
      WriteList(message, field, indent + kStep);
    } else {
      WriteItem(item, indent + kStep, false);
    }
  }
  return any;
}

void Dumper::WriteList(const Message& message, const FieldDescriptor* field, int indent) {
  bool any = false;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
    const Item item{message, field, i};
    if (!CanWrite(item)) continue;
    if (!any) out_ += '\n';
    any = true;
    Indent(indent);
    out_ += '-';
    WriteItem(item, indent + kStep, true);
  }
  if (!any) out_ += " []\n";
}

void Dumper::WriteItem(const Item& item, int indent, bool after_dash) {
  const std::optional<std::string> scalar = Scalar(item);
  if (scalar.has_value()) {
    absl::StrAppend(&out_, " ", *scalar, "\n");
  } else {
    WriteMapping(item.Sub(), indent, after_dash);
  }
}

void Dumper::WriteMapping(const Message& message, int indent, bool after_dash) {
  const size_t before = out_.size();
  out_ += after_dash ? ' ' : '\n';
  if (WriteFields(message, indent, after_dash)) return;
  out_.resize(before);
  out_ += " {}\n";
}

}  // namespace

std::string Dump(const Message& message) { return Dumper().Dump(message); }

}  // namespace drill::yaml
