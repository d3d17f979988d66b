#include "tests/actions_page/actions_page.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "agent/actions/action.h"
#include "agent/actions/action_facts.h"
#include "common/base/status.h"
#include "tests/actions_page/proto_comments.h"

namespace drill::testing {
namespace {

using agent::ActionFacts;
using agent::ActionKind;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr char kDuration[] = "google.protobuf.Duration";

// One kind with all that is known of it.
struct Row {
  const ActionKind* kind;
  const ActionFacts* facts;
  const Descriptor* parameters;
};

// Text of a table's cell.
std::string Cell(absl::string_view text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

// CHANNEL_HTTP of Channel: "http".
std::string ValueName(const EnumValueDescriptor& value) {
  // The first value is TYPE_UNSPECIFIED.
  absl::string_view prefix = value.type()->value(0)->name();
  absl::ConsumeSuffix(&prefix, "UNSPECIFIED");
  return absl::AsciiStrToLower(absl::StripPrefix(value.name(), prefix));
}

std::string TypeName(const FieldDescriptor& field) {
  std::string name;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      name = field.message_type()->full_name() == kDuration ? "length of time"
                                                            : field.message_type()->name();
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      name = "word";
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      name = "text";
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      name = "true, false";
      break;
    default:
      name = "number";
  }
  return field.is_repeated() ? absl::StrCat("list of ", name, "s") : name;
}

// "`http` (default), `https` (believes...)". The comment at UNSPECIFIED names the default.
std::string Choices(const EnumDescriptor& type) {
  const std::string standard = CommentOf(*type.value(0));
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string name = ValueName(*type.value(i));
    const std::string comment = CommentOf(*type.value(i));
    std::vector<std::string> notes;
    if (name == standard) notes.emplace_back("default");
    if (!comment.empty()) notes.push_back(comment);
    words.push_back(absl::StrCat(
        "`", name, "`", notes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(notes, "; "), ")")));
  }
  return absl::StrJoin(words, ", ");
}

std::string Meaning(const FieldDescriptor& field) {
  std::string meaning = CommentOf(field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    absl::StrAppend(&meaning, meaning.empty() ? "" : " ", Choices(*field.enum_type()));
  }
  return meaning;
}

// The registry's technique first, then those that the comments name, each once.
std::vector<std::string> Techniques(const Row& row) {
  std::vector<std::string> ids;
  const auto add = [&](const std::string& text) {
    static const std::regex id("T[0-9]{4}(\\.[0-9]{3})?");
    for (std::sregex_iterator it(text.begin(), text.end(), id), end; it != end; ++it) {
      if (std::find(ids.begin(), ids.end(), it->str()) == ids.end()) ids.push_back(it->str());
    }
  };
  add(std::string(row.kind->technique));
  add(CommentOf(*row.parameters));
  for (int i = 0; i < row.parameters->field_count(); ++i) {
    const EnumDescriptor* type = row.parameters->field(i)->enum_type();
    for (int j = 0; type != nullptr && j < type->value_count(); ++j)
      add(CommentOf(*type->value(j)));
  }
  return ids;
}

std::string SeenBy(const ActionFacts& facts) {
  return absl::StrJoin(facts.seen_by, ", ", [](std::string* out, agent::Sensor sensor) {
    absl::StrAppend(out, agent::SensorName(sensor));
  });
}

// Ground that is open to this kind alone.
std::string Ground(const ActionKind& kind) {
  if (!kind.own_ground.has_value()) return "";
  const agent::OwnGround& ground = *kind.own_ground;
  const std::string directory = absl::StrCat("`", ground.directory, "`");
  switch (ground.names) {
    case agent::OwnGround::Names::kAny:
      return absl::StrCat("Open to this kind alone: a new file in ", directory, ".");
    case agent::OwnGround::Names::kUnits:
      return absl::StrCat("Open to this kind alone: in ", directory,
                          " the names that `units` lists.");
    case agent::OwnGround::Names::kAccounts:
      return "Open to this kind alone: the files of the system's accounts.";
    case agent::OwnGround::Names::kListed:
      break;
  }
  return absl::StrCat("Open to this kind alone, and only if `allow` names exactly this file: `",
                      ground.directory, "/", ground.name, "`.");
}

std::string Anchor(absl::string_view name) { return absl::StrReplaceAll(name, {{".", ""}}); }

std::string Section(const Row& row) {
  std::string out = absl::StrCat("## ", row.kind->name, "\n\n", CommentOf(*row.parameters), "\n\n");
  if (row.parameters->field_count() > 0) {
    absl::StrAppend(&out, "| parameter | type | meaning, range, default |\n|---|---|---|\n");
    for (int i = 0; i < row.parameters->field_count(); ++i) {
      const FieldDescriptor& field = *row.parameters->field(i);
      absl::StrAppend(&out, "| `", field.name(), "` | ", TypeName(field), " | ",
                      Cell(Meaning(field)), " |\n");
    }
    absl::StrAppend(&out, "\n");
  }
  const std::string ground = Ground(*row.kind);
  absl::StrAppend(&out, "- **ATT&CK**: ", absl::StrJoin(Techniques(row), ", "), "\n",
                  "- **Mẫu 05**: ", row.facts->report_type, "\n",  //
                  "- **Noticeable**: ", row.kind->noticeable, ". Seen by: ", SeenBy(*row.facts),
                  "\n", "- **Harms service**: ",
                  row.kind->harms_service ? "yes; undone when the controller is silent\n"
                                          : "no; stays when the controller is silent\n",
                  "- **Leaves**: ", row.facts->leaves, "\n",  //
                  "- **Policy**: `actions: [", row.kind->name, "]`; ", row.facts->policy, ".",
                  ground.empty() ? "" : " ", ground, "\n",  //
                  "- **Rights**: ", row.facts->rights, "\n\n");
  return out;
}

std::string CoverTable(const std::vector<Row>& rows) {
  std::string out =
      "| kind | ATT&CK | Mẫu 05 type | seen by | harms service |\n|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    absl::StrAppend(&out, "| [", row.kind->name, "](#", Anchor(row.kind->name), ") | ",
                    absl::StrJoin(Techniques(row), ", "), " | ", row.facts->report_type, " | ",
                    SeenBy(*row.facts), " | ", row.kind->harms_service ? "yes" : "no", " |\n");
  }
  return out;
}

std::string ReportTypeTable(const std::vector<Row>& rows) {
  std::map<absl::string_view, std::vector<absl::string_view>> kinds;
  for (const Row& row : rows) kinds[row.facts->report_type].push_back(row.kind->name);
  std::string out =
      absl::StrCat("Of the ", agent::ReportTypes().size(),
                   " types of incident on the national form (Mẫu 05), agents play ", kinds.size(),
                   ":\n\n| Mẫu 05 type | in English | kinds |\n|---|---|---|\n");
  for (const agent::ReportType& type : agent::ReportTypes()) {
    const auto found = kinds.find(type.name);
    absl::StrAppend(&out, "| ", type.name, " | ", type.english, " | ",
                    found != kinds.end()     ? absl::StrJoin(found->second, ", ")
                    : type.otherwise.empty() ? "– none"
                                             : absl::StrCat("– none: ", type.otherwise),
                    " |\n");
  }
  return out;
}

constexpr char kHead[] = R"(# Simulated incidents · Các loại sự cố mô phỏng

<!-- Made by build/bin/write_actions_page from proto/drill/v1/action.proto, agent/actions/registry.cc
     and agent/actions/action_facts.cc. Do not edit: change those, then run it again. -->

What an agent can do to a host, one section for each kind. What all kinds have in common:

- Nothing is played that the owner's policy does not list under `actions`, and nothing beyond its places,
  lists and caps ([files.md](files.md)).
- Paths are absolute or begin with a place of the host's policy: `@docs/2026`.
- Each change is in the undo log before it is made. Undo gives back what was there and looks again; where
  somebody has changed the same thing meanwhile it leaves it alone and says `superseded`, and what it
  cannot undo it says as `residue`.
- Where a control of the host stops it, that is told as *blocked*, apart from a failure of ours.
- A kind that **harms service** is undone, too, when the controller falls silent.

Tác tử chỉ thực hiện những loại mà chính sách của chủ quản cho phép; mọi thay đổi được ghi vào nhật ký hoàn
nguyên trước khi thực hiện. Cột Mẫu 05 là loại sự cố tương ứng trên biểu mẫu báo cáo; sự cố trong diễn tập
không bao giờ được tính vào số liệu của mẫu đó.

)";

}  // namespace

absl::StatusOr<std::string> ActionsPage(const std::string& descriptor_set) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ActionProto> proto, ActionProto::Read(descriptor_set));
  std::vector<Row> rows;
  for (const ActionKind& kind : agent::ActionKinds()) {
    const FieldDescriptor* field = proto->action()->FindFieldByNumber(kind.kind);
    const ActionFacts* facts = agent::FindActionFacts(kind.kind);
    if (field == nullptr || facts == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat(
          kind.name, field == nullptr ? " is no kind of action.proto"
                                      : " has no row in agent/actions/action_facts.cc; add one"));
    }
    rows.push_back({&kind, facts, field->message_type()});
  }
  // The registry's order is that of its growth; readers want the vocabulary's.
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.kind->kind < b.kind->kind; });
  std::string page = absl::StrCat(kHead, CoverTable(rows), "\n", ReportTypeTable(rows), "\n");
  for (const Row& row : rows) absl::StrAppend(&page, Section(row));
  page.pop_back();  // one line's end at the end
  return page;
}

}  // namespace drill::testing
