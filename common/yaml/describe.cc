#include "common/yaml/describe.h"

#include <limits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/yaml/words.h"

namespace drill::yaml {

namespace {

// Enum words listed whole in a fault up to here; beyond, only the nearest is.
constexpr size_t kMaxWordsListed = 12;

bool IsInteger(Form form) {
  return form == Form::kInt32 || form == Form::kInt64 || form == Form::kUint32 ||
         form == Form::kUint64;
}

}  // namespace

std::pair<absl::int128, absl::int128> RangeOf(Form form) {
  switch (form) {
    case Form::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    case Form::kInt64:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
    case Form::kUint32:
      return {0, std::numeric_limits<uint32_t>::max()};
    default:
      return {0, std::numeric_limits<uint64_t>::max()};
  }
}

bool IsMoment(const FieldShape& field) {
  return field.form == Form::kInt64 && absl::EndsWith(field.name, "_us") &&
         !absl::EndsWith(field.name, "_ex_us");
}

bool IsNull(const Event& event) {
  if (event.tag == Tag::kNull) return true;
  if (!event.plain || event.tag != Tag::kNone) return false;
  const absl::string_view v = event.value;
  return v.empty() || v == "~" || v == "null" || v == "Null" || v == "NULL";
}

bool TagFits(Tag tag, Form form) {
  switch (tag) {
    case Tag::kNone:
    case Tag::kStr:  // an integer or bool field refuses it as text
      return true;
    case Tag::kInt:
      return IsInteger(form);
    case Tag::kBool:
      return form == Form::kBool;
    case Tag::kBinary:
      return form == Form::kBytes;
    default:
      return false;
  }
}

std::string Found(const Event& event) {
  switch (event.kind) {
    case EventKind::kMapping:
      return "a mapping";
    case EventKind::kSequence:
      return "a list";
    default:
      if (IsNull(event)) return "no value";
      return absl::StrCat(event.plain ? "" : "the text ", Quoted(event.value));
  }
}

std::string Expected(const FieldShape& field, absl::string_view found, Shapes* shapes) {
  switch (field.form) {
    case Form::kString:
      return "text";
    case Form::kBytes:
      return "base64";
    case Form::kBool:
      return "true or false";
    case Form::kInt32:
    case Form::kInt64:
    case Form::kUint32:
    case Form::kUint64: {
      if (IsMoment(field)) return "a time such as 2026-11-22T09:00:00+07:00";
      const auto [min, max] = RangeOf(field.form);
      return absl::StrCat("a whole number from ", static_cast<int64_t>(min), " to ",
                          static_cast<uint64_t>(max));
    }
    case Form::kDuration:
      return "a length of time such as 90s, 1h30m or 2d";
    case Form::kTimestamp:
      return "a time such as 2026-11-22T09:00:00+07:00";
    case Form::kDate:
      return "a day such as 2026-11-22";
    case Form::kText:
      return "text, or a mapping of vi and en";
    case Form::kMessage:
      return absl::StrCat("a mapping of the keys of ", field.field->message_type()->name());
    case Form::kEnum: {
      std::vector<absl::string_view> words;
      for (const auto& value : shapes->Of(field.field->enum_type())->values) {
        words.push_back(value.word);
      }
      const absl::string_view nearest = Nearest(found, words);
      std::string text = words.size() <= kMaxWordsListed
                             ? absl::StrCat("one of: ", absl::StrJoin(words, ", "))
                             : absl::StrCat("a word of ", field.field->enum_type()->name());
      if (!nearest.empty()) absl::StrAppend(&text, " (did you mean ", Quoted(nearest), "?)");
      return text;
    }
    case Form::kUnsupported:
      break;
  }
  return "nothing";
}

}  // namespace drill::yaml
