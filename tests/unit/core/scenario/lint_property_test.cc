// Lint and Timeline over thousands of scenarios that chance has damaged.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/scenario/timeline.h"
#include "core/scenario/unfold.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::GoodScenario;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kSeeds = 1000;

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  // Changes one thing somewhere inside `message`.
  void Once(Message* message) {
    const Descriptor* type = message->GetDescriptor();
    if (type->field_count() == 0) return;
    const FieldDescriptor* field = type->field(Below(type->field_count()));
    const Reflection* reflection = message->GetReflection();
    if (field->is_repeated()) {
      List(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (Below(8) == 0) {
        reflection->ClearField(message, field);
      } else if (reflection->HasField(*message, field) || Below(4) == 0) {
        Once(reflection->MutableMessage(message, field));
      }
    } else if (Below(4) == 0) {
      reflection->ClearField(message, field);
    } else {
      Scalar(message, field);
    }
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string Word() {
    static constexpr const char* kWords[] = {
        "scan", "ransom", "call",    "decide", "nudge",  "reserve", "wrap-up", "scan#2", "soc",
        "ops",  "portal", "records", "web",    "db",     "see",     "mend",    "first",  "second",
        "",     "X Y",    "@docs",   "/a/b",   "\xff\n", "T1486",   "owner"};
    return kWords[Below(std::size(kWords))];
  }

  int64_t Number() {
    static constexpr int64_t kNumbers[] = {0,   1,    2,    5,  10,        60,        100, 299,
                                           300, 1000, 1001, -1, INT32_MAX, INT32_MIN, 64,  500};
    return kNumbers[Below(std::size(kNumbers))];
  }

  void List(Message* message, const FieldDescriptor* field) {
    const Reflection* reflection = message->GetReflection();
    const int size = reflection->FieldSize(*message, field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      if (size > 0 && Below(2) == 0) {
        reflection->SetRepeatedString(message, field, Below(size), Word());
      } else {
        reflection->AddString(message, field, Word());
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const int what = Below(10);
      if (size > 0 && what == 0) {
        reflection->RemoveLast(message, field);
      } else if (size > 1 && what == 1) {
        reflection->SwapElements(message, field, Below(size), Below(size));
      } else if (size > 0 && what == 2) {
        const int copied = Below(size);
        Message* added = reflection->AddMessage(message, field);
        added->CopyFrom(reflection->GetRepeatedMessage(*message, field, copied));
      } else if (size == 0 || what == 3) {
        Once(reflection->AddMessage(message, field));
      } else {
        Once(reflection->MutableRepeatedMessage(message, field, Below(size)));
      }
    }
  }

  void Scalar(Message* message, const FieldDescriptor* field) {
    const Reflection* reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection->SetString(message, field, Word());
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection->SetBool(message, field, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection->SetInt32(message, field, static_cast<int32_t>(Number()));
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection->SetInt64(message, field, Below(20) == 0 ? INT64_MAX : Number());
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection->SetEnumValue(message, field, Below(12));
      default:
        FAIL() << "a field of an unexpected type: " << field->full_name();
    }
  }

  std::mt19937 random_;
};

// "injects[3].expect[0].team" names fields that exist, up to an element that may not.
bool NamesFields(const Descriptor* type, const std::string& path) {
  if (path.empty()) return true;
  const std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (const std::string& part : parts) {
    if (type == nullptr) return false;
    const std::vector<std::string> pieces = absl::StrSplit(part, '[');
    const FieldDescriptor* field = type->FindFieldByName(pieces[0]);
    int index = 0;
    if (field == nullptr || pieces.size() > 2) return false;
    if (pieces.size() == 2 &&
        (!field->is_repeated() || !absl::SimpleAtoi(absl::StripSuffix(pieces[1], "]"), &index))) {
      return false;
    }
    type = field->message_type();
  }
  return true;
}

v1::Scenario Damaged(unsigned seed) {
  v1::Scenario scenario = GoodScenario();
  Damage damage(seed);
  for (unsigned i = 0; i <= seed % 6; ++i) damage.Once(&scenario);
  return scenario;
}

TEST(LintPropertyTest, EveryFaultOfADamagedScenarioPointsAtAField) {
  int faulty = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const v1::Scenario scenario = Damaged(seed);
    const std::vector<Fault> faults = Lint(scenario);
    faulty += faults.empty() ? 0 : 1;
    EXPECT_EQ(Lint(scenario), faults) << "seed " << seed;
    for (const Fault& fault : faults) {
      EXPECT_TRUE(NamesFields(v1::Scenario::descriptor(), fault.path))
          << "seed " << seed << ": " << fault;
      EXPECT_EQ(fault.text.find('\n'), std::string::npos) << "seed " << seed << ": " << fault;
    }
  }
  EXPECT_GT(faulty, kSeeds / 4);  // the damage does harm
}

TEST(LintPropertyTest, WhatLintsWithoutErrorsHasATimelineWithinTheExercise) {
  int clean = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const v1::Scenario scenario = Damaged(seed);
    if (HasErrors(Lint(scenario))) continue;
    ++clean;
    const std::vector<TimelineRow> rows = Timeline(scenario);
    EXPECT_EQ(rows.size(), Unfold(scenario).size()) << "seed " << seed;
    int64_t last = 0;
    for (const TimelineRow& row : rows) {
      if (!row.earliest_us) continue;
      EXPECT_GE(*row.earliest_us, last) << "seed " << seed << " " << row.inject;
      EXPECT_LT(*row.earliest_us, Micros(scenario.duration())) << "seed " << seed;
      last = *row.earliest_us;
    }
  }
  EXPECT_GT(clean, kSeeds / 10);
}

}  // namespace
}  // namespace drill
