// The parameters of actions: the ranges that action.proto's comments state, as one table.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
constexpr size_t kLineBytesMax = 200;
constexpr size_t kGecosBytesMax = 100;
constexpr size_t kCommandBytesMax = 64 * 1024;
constexpr int64_t kHour = 3600;

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

// An account that the agent makes.
std::string NewAccountFault(absl::string_view value) {
  if (!value.empty() && value.size() <= 32 && (absl::ascii_islower(value[0]) || value[0] == '_') &&
      std::all_of(value.begin(), value.end(), [](char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
      })) {
    return "";
  }
  return "is no name for an account; expected 1 to 32 of a-z 0-9 _ -, a letter or _ first";
}

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

std::string UnitFault(absl::string_view value) {
  if (value.size() > 8 && absl::EndsWith(value, ".service") && FileNameFault(value).empty()) {
    return "";
  }
  return "is no service unit; expected NAME.service";
}

std::string LineFault(absl::string_view value) {
  if (HasControls(value)) return "holds a control character";
  if (value.size() > kLineBytesMax) return absl::StrCat("is longer than ", kLineBytesMax, " bytes");
  return "";
}

std::string GecosFault(absl::string_view value) {
  if (HasControls(value) || absl::StrContains(value, ':') || value.size() > kGecosBytesMax) {
    return absl::StrCat("is not one line of at most ", kGecosBytesMax, " bytes without \":\"");
  }
  return "";
}

std::string UrlPathFault(absl::string_view value) {
  if (!absl::StartsWith(value, "/") || absl::StrContains(value, ' ')) {
    return "is no HTTP path; begin it with / and leave out spaces";
  }
  return LineFault(value);
}

std::string KeyFault(absl::string_view value) {
  if (Blank(value)) return "is empty; name the key as it stands in the file";
  return LineFault(value);
}

std::string SeparatorFault(absl::string_view value) {
  if (value == "=" || value == ":" || value == " ") return "";
  return "is no separator; expected \"=\", \":\" or \" \"";
}

// IPv4 or IPv6, roughly: the agent compares it with the policy's.
std::string AddressFault(absl::string_view value) {
  if (!value.empty() && value.size() <= 45 && std::all_of(value.begin(), value.end(), [](char c) {
        return absl::ascii_isxdigit(c) || c == '.' || c == ':';
      })) {
    return "";
  }
  return "is no IP address";
}

std::string GuidFault(absl::string_view value) { return WordFault(value, 64); }

std::string TechniqueFault(absl::string_view value) {
  return IsTechnique(value) ? "" : "is no ATT&CK technique id; expected T1486 or T1491.002";
}

std::string CommandFault(absl::string_view value) {
  if (value.size() > kCommandBytesMax) {
    return absl::StrCat("is longer than ", kCommandBytesMax, " bytes");
  }
  if (absl::StrContains(value, '\0')) return "holds a zero byte";
  return "";
}

std::string NeededCommandFault(absl::string_view value) {
  return Blank(value) ? "is empty; there is nothing to run" : CommandFault(value);
}

// One parameter of one kind. Text has `fault`; numbers `min` and `max`, durations the same in
// seconds; enums need neither.
struct ParameterRule {
  absl::string_view action;  // field of Action
  absl::string_view name;
  bool required = false;
  std::string (*fault)(absl::string_view value) = nullptr;
  int64_t min = 0;
  int64_t max = 0;
  int count_max = 0;  // of a list
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
    {"files_exfiltrate", "dir", true, DirectoryFault},
    {"files_exfiltrate", "folder", false, FileNameFault},
    {"files_exfiltrate", "count", false, nullptr, 1, 200},
    {"files_exfiltrate", "bytes_each", false, nullptr, 1, 1'048'576},
    {"files_exfiltrate", "archive", false, FileNameFault},
    {"files_exfiltrate", "channel"},
    {"files_exfiltrate", "process", false, ProcessNameFault},
    {"network_beacon", "channel"},
    {"network_beacon", "every", false, nullptr, 1, kHour},
    {"network_beacon", "jitter_permille", false, nullptr, 0, 900},
    {"network_beacon", "path", false, UrlPathFault},
    {"network_beacon", "user_agent", false, LineFault},
    {"network_beacon", "process", false, ProcessNameFault},
    {"network_scan", "ports", false, nullptr, 1, 65'535, 200},
    {"network_scan", "rate", false, nullptr, 1, 200},
    {"network_scan", "rounds", false, nullptr, 1, 100},
    {"network_scan", "process", false, ProcessNameFault},
    {"network_flood", "kind"},
    {"network_flood", "port", false, nullptr, 1, 65'535},
    {"network_flood", "rate", false, nullptr, 1, 2000},
    {"network_flood", "lasts", false, nullptr, 1, kHour},
    {"network_flood", "path", false, UrlPathFault},
    {"network_flood", "process", false, ProcessNameFault},
    {"network_listen", "port", true, nullptr, 1024, 65'535},
    {"network_listen", "banner", false, LineFault},
    {"network_listen", "process", false, ProcessNameFault},
    {"dns_query", "resolver", false, AddressFault},
    {"dns_query", "count", false, nullptr, 1, 1000},
    {"dns_query", "rate", false, nullptr, 1, 50},
    {"dns_query", "process", false, ProcessNameFault},
    {"account_create", "name", false, NewAccountFault},
    {"account_create", "comment", false, GecosFault},
    {"persistence_cron", "file", false, FileFault},
    {"persistence_systemd", "unit", false, UnitFault},
    {"persistence_systemd", "dir", false, DirectoryFault},
    {"persistence_ssh_key", "file", true, FileFault},
    {"persistence_ssh_key", "comment", false, LineFault},
    {"service_stop", "unit", true, UnitFault},
    {"service_stop", "lasts", false, nullptr, 1, kHour},
    {"web_shell", "dir", true, DirectoryFault},
    {"web_shell", "name", false, FileNameFault},
    {"malware_eicar", "dir", true, DirectoryFault},
    {"malware_eicar", "name", false, FileNameFault},
    {"auth_guess", "kind"},
    {"auth_guess", "port", false, nullptr, 1, 65'535},
    {"auth_guess", "account", false, AccountFault},
    {"auth_guess", "tries", false, nullptr, 1, 20},
    {"auth_guess", "every", false, nullptr, 1, 600},
    {"auth_guess", "path", false, UrlPathFault},
    {"auth_guess", "process", false, ProcessNameFault},
    {"disk_fill", "dir", true, DirectoryFault},
    {"disk_fill", "name", false, FileNameFault},
    {"disk_fill", "mebibytes", false, nullptr, 1, 16'384},
    {"cpu_burn", "cpu_permille", false, nullptr, 1, 4000},
    {"cpu_burn", "name", false, ProcessNameFault},
    {"cpu_burn", "lasts", false, nullptr, 1, 4 * kHour},
    {"log_clear", "file", true, FileFault},
    {"config_change", "file", true, FileFault},
    {"config_change", "key", true, KeyFault},
    {"config_change", "value", true, LineFault},
    {"config_change", "separator", false, SeparatorFault},
    {"data_corrupt", "dir", true, DirectoryFault},
    {"data_corrupt", "name", false, FileNameFault},
    {"data_corrupt", "kind"},
    {"data_corrupt", "rows", false, nullptr, 10, 10'000},
    {"data_corrupt", "corrupt_permille", false, nullptr, 1, 1000},
    {"exec_atomic", "guid", true, GuidFault},
    {"exec_atomic", "name", false, LineFault},
    {"exec_atomic", "technique", false, TechniqueFault},
    {"exec_atomic", "executor"},
    {"exec_atomic", "prerequisite", false, CommandFault},
    {"exec_atomic", "command", true, NeededCommandFault},
    {"exec_atomic", "cleanup", false, CommandFault},
    {"exec_atomic", "elevation_required"},
    {"exec_atomic", "time_limit", false, nullptr, 1, kHour},
    {"exec_atomic", "watch", false, DirectoryFault, 0, 0, 32},
};

// One value of a field: `index` < 0 for a field that is no list.
void CheckValue(Context& context, const ParameterRule& rule, const Message& parameters,
                const FieldDescriptor& field, int index, const std::string& at) {
  const google::protobuf::Reflection& reflection = *parameters.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      context.CheckRange(at,
                         index < 0 ? reflection.GetInt32(parameters, &field)
                                   : reflection.GetRepeatedInt32(parameters, &field, index),
                         rule.min, rule.max);
      return;
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string value = index < 0 ? reflection.GetString(parameters, &field)
                                          : reflection.GetRepeatedString(parameters, &field, index);
      if (const std::string fault = rule.fault(value); !fault.empty()) {
        context.Error(at, absl::StrCat(Quoted(value), " ", fault));
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto& duration =
          static_cast<const google::protobuf::Duration&>(reflection.GetMessage(parameters, &field));
      if (context.CheckDuration(at, duration)) {
        context.CheckRange(at, duration.seconds(), rule.min, rule.max);
      }
      return;
    }
    default:  // the loader knows enums and booleans
      return;
  }
}

void CheckParameter(Context& context, const ParameterRule& rule, const Message& parameters,
                    const std::string& path) {
  const FieldDescriptor* field =
      parameters.GetDescriptor()->FindFieldByName(std::string(rule.name));
  const std::string at = Member(path, rule.name);
  const google::protobuf::Reflection* reflection = parameters.GetReflection();
  if (field->is_repeated()) {
    const int size = reflection->FieldSize(parameters, field);
    if (size > rule.count_max) {
      context.Error(at, absl::StrCat("has ", size, " entries; the limit is ", rule.count_max));
      return;
    }
    for (int i = 0; i < size; ++i) {
      CheckValue(context, rule, parameters, *field, i, Element(at, i));
    }
  } else if (reflection->HasField(parameters, field)) {
    CheckValue(context, rule, parameters, *field, -1, at);
  } else if (rule.required) {
    context.Error(at, absl::StrCat("missing ", rule.name));
  }
}

// The rule says what its field's type needs.
bool Fits(const ParameterRule& rule, const FieldDescriptor& parameter) {
  if (parameter.is_repeated() != (rule.count_max > 0)) return false;
  switch (parameter.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return rule.fault != nullptr;
    case FieldDescriptor::CPPTYPE_INT32:
      return rule.fault == nullptr && rule.max > 0;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return parameter.message_type() == google::protobuf::Duration::descriptor() && rule.max > 0;
    default:
      return true;
  }
}

// "files.encrypt": the first underscore of the field's name stands for the dot.
std::string KindName(const FieldDescriptor& kind) {
  std::string name = kind.name();
  name[name.find('_')] = '.';
  return name;
}

}  // namespace

void CheckAction(Context& context, const v1::Action& action, const std::string& path) {
  if (action.kind_case() == v1::Action::KIND_NOT_SET) {
    std::vector<std::string> known;
    for (int i = 0; i < v1::Action::descriptor()->field_count(); ++i) {
      known.push_back(KindName(*v1::Action::descriptor()->field(i)));
    }
    context.Error(path,
                  absl::StrCat("names no action; expected one of ", absl::StrJoin(known, ", ")));
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
        return rule.action == kind->name() && rule.name == parameter->name() &&
               Fits(rule, *parameter);
      };
      if (std::none_of(std::begin(kParameterRules), std::end(kParameterRules), fits)) {
        missing.push_back(absl::StrCat(kind->name(), ".", parameter->name()));
      }
    }
  }
  return missing;
}

}  // namespace drill::lint
