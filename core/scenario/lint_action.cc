// The parameters of actions: the ranges that action.proto's comments state, as one table.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kPathBytesMax = 1024;
constexpr size_t kFileNameBytesMax = 200;  // Linux allows 255; ".locked" must still fit
constexpr size_t kHeadlineBytesMax = 500;
constexpr size_t kPlaceBytesMax = 32;

bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

// Each of the following: "" or what is wrong with `value`.

// One component of a path.
std::string FileNameFault(absl::string_view value) {
  if (value.empty() || value == "." || value == ".." || absl::StrContains(value, '/') ||
      HasControls(value)) {
    return "is no file name; expected one name without / or control characters";
  }
  if (value.size() > kFileNameBytesMax) return absl::StrCat("is longer than ", kFileNameBytesMax);
  return "";
}

// "/var/www/index.html", "@docs", "@www/index.html". `needs_file`: a bare place is not enough.
std::string PathFault(absl::string_view value, bool needs_file) {
  if (value.size() > kPathBytesMax) return absl::StrCat("is longer than ", kPathBytesMax, " bytes");
  if (HasControls(value)) return "holds a control character";
  std::vector<absl::string_view> parts = absl::StrSplit(value, '/');
  if (absl::StartsWith(value, "@")) {
    const absl::string_view place = parts[0].substr(1);
    if (place.empty() || place.size() > kPlaceBytesMax ||
        !std::all_of(place.begin(), place.end(), [](char c) {
          return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
        })) {
      return "names no place; expected @PLACE/..., the place of 1 to 32 of a-z 0-9 _ -";
    }
  } else if (!absl::StartsWith(value, "/")) {
    return "is not absolute; begin it with / or with a place of the host's policy, @docs/...";
  }
  parts.erase(parts.begin());  // the place, or what stands before the first /
  for (const absl::string_view part : parts) {
    if (part == ".." || part == ".") return absl::StrCat("may not hold '", part, "'");
    if (part.empty()) return "holds an empty component; remove the doubled or last /";
  }
  if (needs_file && parts.empty()) return "names a place but no file in it";
  return "";
}

std::string DirectoryFault(absl::string_view value) { return PathFault(value, false); }
std::string FileFault(absl::string_view value) { return PathFault(value, true); }

std::string ExtensionFault(absl::string_view value) {
  if (value.size() < 2 || value[0] != '.') return "is no extension; expected a dot and a name";
  return FileNameFault(value);
}

std::string HeadlineFault(absl::string_view value) {
  if (Blank(value)) return "is empty; leave it out for the default";
  if (HasControls(value)) return "holds a control character";
  if (value.size() > kHeadlineBytesMax) {
    return absl::StrCat("is longer than ", kHeadlineBytesMax, " bytes");
  }
  return "";
}

std::string WordFault(absl::string_view value, size_t max) {
  if (!value.empty() && value.size() <= max && std::all_of(value.begin(), value.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
      })) {
    return "";
  }
  return absl::StrCat("is not 1 to ", max, " of A-Z a-z 0-9 . _ -");
}

std::string ProcessNameFault(absl::string_view value) { return WordFault(value, 15); }
std::string AccountFault(absl::string_view value) { return WordFault(value, 32); }

// RFC 5737: addresses kept for documentation, which belong to nobody.
std::string DocumentationAddressFault(absl::string_view value) {
  for (const absl::string_view net : {"192.0.2.", "198.51.100.", "203.0.113."}) {
    if (!absl::StartsWith(value, net)) continue;
    const absl::string_view last = value.substr(net.size());
    int octet = 0;
    if (absl::SimpleAtoi(last, &octet) && absl::StrCat(octet) == last && octet <= 255) return "";
  }
  return "may belong to somebody; expected an address of 192.0.2.0/24, 198.51.100.0/24 or "
         "203.0.113.0/24 (RFC 5737)";
}

struct ParameterRule {
  absl::string_view action;  // field of Action
  absl::string_view name;
  bool required = false;
  // Text parameters.
  std::string (*fault)(absl::string_view value) = nullptr;
  // Number parameters.
  int64_t min = 0;
  int64_t max = 0;
};

constexpr ParameterRule kParameterRules[] = {
    {"files_encrypt", "dir", true, DirectoryFault},
    {"files_encrypt", "folder", false, FileNameFault},
    {"files_encrypt", "count", false, nullptr, 1, 500},
    {"files_encrypt", "bytes_each", false, nullptr, 1, 1'048'576},
    {"files_encrypt", "extension", false, ExtensionFault},
    {"files_encrypt", "note_name", false, FileNameFault},
    {"web_deface", "page", true, FileFault},
    {"web_deface", "headline", false, HeadlineFault},
    {"process_run_decoy", "name", false, ProcessNameFault},
    {"process_run_decoy", "cpu_permille", false, nullptr, 0, 200},
    {"log_append", "file", true, FileFault},
    {"log_append", "lines", false, nullptr, 1, 1000},
    {"log_append", "account", false, AccountFault},
    {"log_append", "source", false, DocumentationAddressFault},
};

void CheckParameter(Context& context, const ParameterRule& rule, const Message& parameters,
                    const std::string& path) {
  const FieldDescriptor* field =
      parameters.GetDescriptor()->FindFieldByName(std::string(rule.name));
  const std::string at = Member(path, rule.name);
  const google::protobuf::Reflection* reflection = parameters.GetReflection();
  if (!reflection->HasField(parameters, field)) {
    if (rule.required) context.Error(at, absl::StrCat("missing ", rule.name));
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    context.CheckRange(at, reflection->GetInt32(parameters, field), rule.min, rule.max);
  } else {
    const std::string value = reflection->GetString(parameters, field);
    if (const std::string fault = rule.fault(value); !fault.empty()) {
      context.Error(at, absl::StrCat(Quoted(value), " ", fault));
    }
  }
}

}  // namespace

void CheckAction(Context& context, const v1::Action& action, const std::string& path) {
  if (action.kind_case() == v1::Action::KIND_NOT_SET) {
    context.Error(path,
                  "names no action; expected files.encrypt, web.deface, process.run_decoy "
                  "or log.append");
    return;
  }
  const FieldDescriptor* kind = v1::Action::descriptor()->FindFieldByNumber(action.kind_case());
  const Message& parameters = action.GetReflection()->GetMessage(action, kind);
  for (const ParameterRule& rule : kParameterRules) {
    if (rule.action == kind->name()) {
      CheckParameter(context, rule, parameters, Member(path, kind->name()));
    }
  }
}

std::vector<std::string> ParametersWithoutRule() {
  std::vector<std::string> missing;
  const google::protobuf::Descriptor* action = v1::Action::descriptor();
  for (int i = 0; i < action->field_count(); ++i) {
    const FieldDescriptor* kind = action->field(i);
    for (int j = 0; j < kind->message_type()->field_count(); ++j) {
      const FieldDescriptor* parameter = kind->message_type()->field(j);
      const auto fits = [&](const ParameterRule& rule) {
        if (rule.action != kind->name() || rule.name != parameter->name()) return false;
        return parameter->cpp_type() == FieldDescriptor::CPPTYPE_INT32
                   ? rule.fault == nullptr
                   : parameter->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
                         rule.fault != nullptr;
      };
      if (std::none_of(std::begin(kParameterRules), std::end(kParameterRules), fits)) {
        missing.push_back(absl::StrCat(kind->name(), ".", parameter->name()));
      }
    }
  }
  return missing;
}

}  // namespace drill::lint
