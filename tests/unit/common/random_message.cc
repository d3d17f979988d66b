#include "tests/unit/common/random_message.h"

#include <limits>
#include <string>
#include <vector>

#include "common/yaml/scalars.h"
#include "common/yaml/shape.h"

namespace drill::testing {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 5;

class Filler {
 public:
  explicit Filler(std::mt19937_64* random) : random_(*random) {}

  void Fill(Message* message, int depth);

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  std::string Text();
  template <typename T>
  T Number();
  void SetMoment(yaml::Form form, Message* message);
  void Set(const FieldDescriptor* field, Message* message, int depth);

  std::mt19937_64& random_;
};

std::string Filler::Text() {
  static const std::vector<std::string> kOdd = {"",
                                                "null",
                                                "~",
                                                "no",
                                                "True",
                                                "0644",
                                                "1e3",
                                                "- a",
                                                "a: b",
                                                "a #b",
                                                "a:",
                                                " a",
                                                "a ",
                                                "#a",
                                                "&a",
                                                "*a",
                                                "!a",
                                                "|",
                                                ">",
                                                "'",
                                                "\"",
                                                "%a",
                                                "@a",
                                                "`",
                                                "[a",
                                                "{a",
                                                "]",
                                                ",",
                                                "?",
                                                "? a",
                                                "---",
                                                "...",
                                                "<<",
                                                "=",
                                                "a\nb",
                                                "a\n",
                                                "\n",
                                                "\r\n",
                                                "\t",
                                                "a\tb",
                                                "\\n",
                                                "C:\\x",
                                                "diễn tập thực chiến",
                                                "hệ thống: cấp độ 3",
                                                "2026-11-22",
                                                "90s",
                                                "\xC2\x85",
                                                "\xC2\xA0",
                                                "\xE2\x80\xA8",
                                                "\xE2\x80\xAE"
                                                "abc",
                                                "\xEF\xBB\xBF",
                                                "a\xEF\xBB\xBF"
                                                "b",
                                                "\xEF\xBF\xBE",
                                                "\xEF\xBF\xBF",
                                                "\xF0\x9F\x94\xA5",
                                                "\xF4\x8F\xBF\xBF",
                                                "\x01",
                                                "\x7F",
                                                "\x1b[0m",
                                                "\xC2\x9B",
                                                "y",
                                                "Off",
                                                "key: |",
                                                "a: 'b"};
  if (OneIn(3)) return kOdd[Below(kOdd.size())];
  std::string text;
  for (uint64_t n = Below(4); n > 0; --n) {
    if (OneIn(4)) {
      text += kOdd[Below(kOdd.size())];
    } else {
      for (uint64_t letters = Below(12); letters > 0; --letters) {
        text += static_cast<char>(' ' + Below(95));
      }
    }
  }
  if (OneIn(50)) text += std::string(2000, 'x');
  return text;
}

template <typename T>
T Filler::Number() {
  switch (Below(5)) {
    case 0:
      return std::numeric_limits<T>::min();
    case 1:
      return std::numeric_limits<T>::max();
    case 2:
      return 0;
    default:
      return static_cast<T>(random_());
  }
}

void Filler::SetMoment(yaml::Form form, Message* message) {
  const auto* type = message->GetDescriptor();
  const Reflection* r = message->GetReflection();
  if (form == yaml::Form::kDate) {
    r->SetInt32(message, type->FindFieldByName("year"), static_cast<int32_t>(1 + Below(9999)));
    r->SetInt32(message, type->FindFieldByName("month"), static_cast<int32_t>(1 + Below(12)));
    r->SetInt32(message, type->FindFieldByName("day"), static_cast<int32_t>(1 + Below(28)));
    return;
  }
  const bool length = form == yaml::Form::kDuration;
  const int64_t min = length ? 0 : yaml::kMinTimestampSeconds;
  const int64_t max = length ? yaml::kMaxDurationSeconds : yaml::kMaxTimestampSeconds;
  int64_t seconds = min + static_cast<int64_t>(Below(static_cast<uint64_t>(max - min)));
  if (OneIn(3)) seconds = length ? static_cast<int64_t>(Below(100'000)) : max;
  r->SetInt64(message, type->FindFieldByName("seconds"), seconds);
  if (OneIn(2)) {
    r->SetInt32(message, type->FindFieldByName("nanos"),
                static_cast<int32_t>(Below(1'000'000'000)));
  }
}

void Filler::Set(const FieldDescriptor* f, Message* m, int depth) {
  const Reflection* r = m->GetReflection();
  const bool add = f->is_repeated();
  switch (const yaml::Form form = yaml::FormOf(*f); form) {
    case yaml::Form::kString:
      add ? r->AddString(m, f, Text()) : r->SetString(m, f, Text());
      return;
    case yaml::Form::kBytes: {
      std::string bytes(Below(20), '\0');
      for (char& c : bytes) c = static_cast<char>(random_());
      add ? r->AddString(m, f, bytes) : r->SetString(m, f, bytes);
      return;
    }
    case yaml::Form::kBool:
      add ? r->AddBool(m, f, OneIn(2)) : r->SetBool(m, f, OneIn(2));
      return;
    case yaml::Form::kInt32:
      add ? r->AddInt32(m, f, Number<int32_t>()) : r->SetInt32(m, f, Number<int32_t>());
      return;
    case yaml::Form::kInt64:
      add ? r->AddInt64(m, f, Number<int64_t>()) : r->SetInt64(m, f, Number<int64_t>());
      return;
    case yaml::Form::kUint32:
      add ? r->AddUInt32(m, f, Number<uint32_t>()) : r->SetUInt32(m, f, Number<uint32_t>());
      return;
    case yaml::Form::kUint64:
      add ? r->AddUInt64(m, f, Number<uint64_t>()) : r->SetUInt64(m, f, Number<uint64_t>());
      return;
    case yaml::Form::kEnum: {
      // Not the first, which is UNSPECIFIED.
      const auto words = static_cast<uint64_t>(f->enum_type()->value_count() - 1);
      const auto* value = f->enum_type()->value(1 + static_cast<int>(Below(words)));
      add ? r->AddEnum(m, f, value) : r->SetEnum(m, f, value);
      return;
    }
    case yaml::Form::kDuration:
    case yaml::Form::kTimestamp:
    case yaml::Form::kDate:
      SetMoment(form, add ? r->AddMessage(m, f) : r->MutableMessage(m, f));
      return;
    case yaml::Form::kText:
    case yaml::Form::kMessage:
      Fill(add ? r->AddMessage(m, f) : r->MutableMessage(m, f), depth + 1);
      return;
    case yaml::Form::kUnsupported:
      return;
  }
}

void Filler::Fill(Message* message, int depth) {
  const auto* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (depth >= kMaxDepth && yaml::FormOf(*field) == yaml::Form::kMessage) continue;
    // Deeper, fewer: the tree stays small.
    if (!OneIn(static_cast<uint64_t>(2 + depth))) continue;
    const uint64_t count = field->is_repeated() ? Below(4) : 1;
    for (uint64_t n = 0; n < count; ++n) Set(field, message, depth);
  }
}

}  // namespace

void FillAtRandom(std::mt19937_64* random, Message* message, int depth) {
  Filler(random).Fill(message, depth);
}

}  // namespace drill::testing
