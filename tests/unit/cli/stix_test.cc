// The deconfliction pack against STIX 2.1: what the standard demands of each object that it holds,
// read off the text of the standard and not off the writer.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/deconfliction_pack.h"
#include "cli/json_writer.h"
#include "cli/uuid.h"
#include "common/base/digest.h"

namespace drill::cli {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kNowUs = 1'795'316'400'000'000;  // 2026-11-22T03:00:00Z

// ---- the standard, as far as the pack goes ------------------------------------------------------

enum class Is { kText, kStamp, kPort, kCount, kRef, kRefs, kTexts, kHashes, kBase64, kSources };

struct Property {
  Is is;
  bool required = false;
  bool contributing = false;  // to the id of an observable
  std::set<std::string> targets = {};
};

struct Type {
  bool observable = false;
  std::map<std::string, Property> properties;
};

// Sections 4 and 6; the common properties (3.2) apart. Whatever is not here is a fault.
const std::map<std::string, Type>& Types() {
  static const auto& types = *new std::map<std::string, Type>{
      {"identity", {false, {{"name", {Is::kText, true}}, {"identity_class", {Is::kText}}}}},
      {"grouping",
       {false,
        {{"name", {Is::kText}},
         {"description", {Is::kText}},
         {"context", {Is::kText, true}},
         {"object_refs", {Is::kRefs, true}}}}},
      {"observed-data",
       {false,
        {{"first_observed", {Is::kStamp, true}},
         {"last_observed", {Is::kStamp, true}},
         {"number_observed", {Is::kCount, true}},
         {"object_refs", {Is::kRefs, true}}}}},
      {"artifact",
       {true, {{"mime_type", {Is::kText}}, {"payload_bin", {Is::kBase64, true, true}}}}},
      {"directory", {true, {{"path", {Is::kText, true, true}}}}},
      {"domain-name", {true, {{"value", {Is::kText, true, true}}}}},
      {"ipv4-addr", {true, {{"value", {Is::kText, true, true}}}}},
      {"ipv6-addr", {true, {{"value", {Is::kText, true, true}}}}},
      {"file",
       {true,
        {{"hashes", {Is::kHashes, false, true}},
         {"size", {Is::kCount}},
         {"name", {Is::kText, false, true}},
         {"parent_directory_ref", {Is::kRef, false, true, {"directory"}}}}}},
      {"network-traffic",
       {true,
        {{"dst_ref", {Is::kRef, true, true, {"ipv4-addr", "ipv6-addr", "domain-name"}}},
         {"dst_port", {Is::kPort, false, true}},
         {"protocols", {Is::kTexts, true, true}}}}},
      {"process", {true, {{"pid", {Is::kCount}}, {"command_line", {Is::kText}}}}},
      {"user-account",
       {true,
        {{"account_login", {Is::kText, false, true}}, {"account_type", {Is::kText, false, true}}}}},
  };
  return types;
}

const std::map<std::string, std::set<std::string>>& Vocabulary() {
  static const auto& words = *new std::map<std::string, std::set<std::string>>{
      {"identity_class", {"individual", "group", "system", "organization", "class", "unknown"}},
      {"context", {"suspicious-activity", "malware-analysis", "unspecified"}},
      {"account_type", {"unix"}},
  };
  return words;
}

// RFC 8785, as far as strings, whole numbers, lists and maps go.
void Canonical(const Value& value, JsonWriter* to) {
  if (value.has_string_value()) {
    to->String(value.string_value());
  } else if (value.has_number_value()) {
    to->Int(static_cast<int64_t>(value.number_value()));
  } else if (value.has_list_value()) {
    to->Open('[');
    for (const Value& one : value.list_value().values()) Canonical(one, to);
    to->Close(']');
  } else {
    const auto& fields = value.struct_value().fields();
    to->Open('{');
    for (const auto& [key, one] : std::map<std::string, Value>(fields.begin(), fields.end())) {
      to->Key(key);
      Canonical(one, to);
    }
    to->Close('}');
  }
}

// ---- the checker --------------------------------------------------------------------------------

class Checker {
 public:
  std::vector<std::string> Check(const std::string& bundle) {
    Struct root;
    if (!google::protobuf::util::JsonStringToMessage(bundle, &root).ok()) return {"no JSON"};
    const auto& fields = root.fields();
    for (const auto& [key, value] : fields) {
      // spec_version is of STIX 2.0; here each object has its own.
      if (key != "type" && key != "id" && key != "objects") Fault("bundle", key, "unknown");
    }
    if (Text(root, "type") != "bundle") Fault("bundle", "type", "is not bundle");
    CheckId("bundle", Text(root, "id"));
    for (const Value& value : fields.at("objects").list_value().values()) {
      const Struct& o = value.struct_value();
      if (!ids_.insert(Text(o, "id")).second) Fault(Text(o, "id"), "id", "twice");
    }
    for (const Value& value : fields.at("objects").list_value().values()) {
      CheckObject(value.struct_value());
    }
    return faults_;
  }

 private:
  static std::string Text(const Struct& o, const std::string& key) {
    const auto found = o.fields().find(key);
    return found == o.fields().end() ? "" : found->second.string_value();
  }
  void Fault(const std::string& where, const std::string& what, const std::string& why) {
    faults_.push_back(absl::StrCat(where, ": ", what, ": ", why));
  }

  // §2.9: type--UUID of RFC 4122; the UUID is of one type only.
  void CheckId(const std::string& type, const std::string& id) {
    static const std::regex form(
        "[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    if (!std::regex_match(id, form) || !absl::StartsWith(id, type + "--")) {
      Fault(id, "id", "is not " + type + "--UUID");
      return;
    }
    if (!uuids_.insert(id.substr(id.size() - 36)).second) Fault(id, "id", "UUID used twice");
  }

  void CheckObject(const Struct& o) {
    const std::string id = Text(o, "id");
    const std::string name = Text(o, "type");
    CheckId(name, id);
    if (Text(o, "spec_version") != "2.1") Fault(id, "spec_version", "is not 2.1");
    const auto type = Types().find(name);
    if (type == Types().end()) return Fault(id, "type", "unknown");
    std::map<std::string, Property> known = type->second.properties;
    if (!type->second.observable) {
      known.insert({{"created", {Is::kStamp, true}},
                    {"modified", {Is::kStamp, true}},
                    {"created_by_ref", {Is::kRef, false, false, {"identity"}}},
                    {"labels", {Is::kTexts}},
                    {"external_references", {Is::kSources}}});
    }
    for (const auto& [key, property] : known) {
      if (property.required && o.fields().count(key) == 0) Fault(id, key, "missing");
    }
    for (const auto& [key, value] : o.fields()) {
      if (key == "type" || key == "id" || key == "spec_version") continue;
      const auto property = known.find(key);
      if (property == known.end()) {
        Fault(id, key, "unknown");
      } else {
        CheckValue(id, key, property->second, value);
      }
    }
    if (type->second.observable) CheckObservable(o, type->second);
    CheckBetween(o);
  }

  // An observable's id follows from its contributing properties; without any it is version 4.
  void CheckObservable(const Struct& o, const Type& type) {
    const std::string id = Text(o, "id");
    Value named;
    for (const auto& [key, property] : type.properties) {
      const auto found = o.fields().find(key);
      if (!property.contributing || found == o.fields().end()) continue;
      (*named.mutable_struct_value()->mutable_fields())[key] = found->second;
    }
    if (o.fields().size() == 3) Fault(id, "", "says nothing");
    if (!named.has_struct_value()) {
      if (id[id.size() - 22] != '4') Fault(id, "id", "is not version 4");
      return;
    }
    JsonWriter name(false);
    Canonical(named, &name);
    const std::string uuid = Uuid5("00abedb4-aa42-466c-9c01-fed23315a9b7", name.text());
    if (!absl::EndsWith(id, "--" + uuid)) Fault(id, "id", "does not follow from " + name.text());
  }

  // What holds between properties. RFC 3339 with as many digits everywhere sorts as text.
  void CheckBetween(const Struct& o) {
    const std::string id = Text(o, "id");
    if (Text(o, "created") > Text(o, "modified")) Fault(id, "modified", "before created");
    if (Text(o, "first_observed") > Text(o, "last_observed")) {
      Fault(id, "last_observed", "before first_observed");
    }
    if (Text(o, "type") == "file" && o.fields().count("hashes") + o.fields().count("name") == 0) {
      Fault(id, "", "neither hashes nor name");
    }
    static const std::regex v4("([0-9]{1,3}\\.){3}[0-9]{1,3}");
    static const std::regex v6("[0-9a-f:.]*:[0-9a-f:.]*");
    static const std::regex domain("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    const std::map<std::string, const std::regex*> forms = {
        {"ipv4-addr", &v4}, {"ipv6-addr", &v6}, {"domain-name", &domain}};
    const auto form = forms.find(Text(o, "type"));
    if (form != forms.end() && !std::regex_match(Text(o, "value"), *form->second)) {
      Fault(id, "value", "is no " + Text(o, "type"));
    }
  }

  void CheckValue(const std::string& id, const std::string& key, const Property& property,
                  const Value& value) {
    static const std::regex stamp("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    const std::string& text = value.string_value();
    const double number = value.number_value();
    switch (property.is) {
      case Is::kText: {
        if (text.empty()) Fault(id, key, "is empty or no text");
        const auto words = Vocabulary().find(key);
        if (words != Vocabulary().end() && words->second.count(text) == 0) {
          Fault(id, key, "is not in the vocabulary");
        }
        return;
      }
      case Is::kStamp:
        if (!std::regex_match(text, stamp)) Fault(id, key, "is no timestamp in UTC");
        return;
      case Is::kPort:
        if (number < 0 || number > 65'535) Fault(id, key, "is no port");
        [[fallthrough]];
      case Is::kCount:
        if (!value.has_number_value() || number < 0) Fault(id, key, "is no number");
        return;
      case Is::kRef:
        return CheckRef(id, key, property, text);
      case Is::kRefs:
      case Is::kTexts:
      case Is::kSources:
        if (value.list_value().values().empty()) Fault(id, key, "is an empty list");
        for (const Value& one : value.list_value().values()) CheckOne(id, key, property, one);
        return;
      case Is::kHashes:
        for (const auto& [algorithm, hash] : value.struct_value().fields()) {
          static const std::regex sha256("[0-9a-f]{64}");
          if (algorithm != "SHA-256" || !std::regex_match(hash.string_value(), sha256)) {
            Fault(id, key, algorithm + " is no SHA-256");
          }
        }
        if (value.struct_value().fields().empty()) Fault(id, key, "is an empty map");
        return;
      case Is::kBase64:
        std::string bytes;
        if (text.empty() || !absl::Base64Unescape(text, &bytes)) Fault(id, key, "is no base64");
        return;
    }
  }

  // One of a list.
  void CheckOne(const std::string& id, const std::string& key, const Property& property,
                const Value& value) {
    if (property.is == Is::kRefs) return CheckRef(id, key, property, value.string_value());
    if (property.is == Is::kTexts) {
      if (value.string_value().empty()) Fault(id, key, "holds no text");
      return;
    }
    const Struct& source = value.struct_value();  // §2.5
    if (Text(source, "source_name").empty()) Fault(id, key, "has no source_name");
    if (Text(source, "description").empty() && Text(source, "external_id").empty()) {
      Fault(id, key, "says nothing besides source_name");
    }
  }

  void CheckRef(const std::string& id, const std::string& key, const Property& property,
                const std::string& to) {
    if (ids_.count(to) == 0) Fault(id, key, "names " + to + ", which is not in the bundle");
    const std::string type = to.substr(0, to.find("--"));
    if (!property.targets.empty() && property.targets.count(type) == 0) {
      Fault(id, key, "may not name a " + type);
    }
  }

  std::set<std::string> ids_;
  std::set<std::string> uuids_;
  std::vector<std::string> faults_;
};

std::string FaultsOf(const std::string& bundle) {
  return absl::StrJoin(Checker().Check(bundle), "\n");
}

// ---- packs --------------------------------------------------------------------------------------

v1::DeconflictionEntry Entry(v1::ArtefactKind kind, const std::string& value) {
  v1::DeconflictionEntry entry;
  entry.mutable_order()->set_exercise("dt-2026");
  entry.mutable_order()->set_inject("deface");
  entry.mutable_order()->set_host("web-1");
  entry.mutable_order()->set_attempt(1);
  entry.mutable_trace()->mutable_artefact()->set_kind(kind);
  entry.mutable_trace()->mutable_artefact()->set_value(value);
  entry.mutable_trace()->set_at_us(kNowUs + 1'000'000);
  entry.set_started_us(kNowUs);
  return entry;
}

// Each kind, in the forms in which agents and people give it.
std::vector<v1::DeconflictionEntry> Everything() {
  std::vector<v1::DeconflictionEntry> out;
  for (const char* path :
       {"/srv/hồ sơ \"mật\"\t\\.html", "/top", "/srv/folder/", "/", "relative"}) {
    out.push_back(Entry(v1::ARTEFACT_KIND_PATH, path));
  }
  out.push_back(Entry(v1::ARTEFACT_KIND_PATH, "/srv/page.html"));
  out.back().mutable_trace()->set_sha256(Sha256("page"));
  out.back().mutable_trace()->set_size(4);
  out.back().set_undone_us(kNowUs + 60'000'000);
  out.push_back(Entry(v1::ARTEFACT_KIND_SHA256, Sha256Hex("another")));
  out.push_back(Entry(v1::ARTEFACT_KIND_PROCESS, "updatesvc"));
  out.push_back(Entry(v1::ARTEFACT_KIND_PROCESS, "updatesvc"));
  out.back().mutable_trace()->set_pid(4242);
  out.push_back(Entry(v1::ARTEFACT_KIND_ACCOUNT, "hotro_ktv"));
  for (const char* address :
       {"10.0.0.9", "10.0.0.9:8080", "fd00::1", "[fd00::1]:53", "0.0.0.0:2222", "c2.example.vn",
        "c2.example.vn:443", "10.0.0.9:99999", "http://c2.example.vn/x", "999.1.1.1:80", "[]:1"}) {
    out.push_back(Entry(v1::ARTEFACT_KIND_ADDRESS, address));
  }
  out.push_back(Entry(v1::ARTEFACT_KIND_LOG_LINE, "Failed password for root \x01"));
  out.push_back(Entry(v1::ARTEFACT_KIND_RULE, "100200"));
  return out;
}

TEST(StixPackTest, HoldsToTheStandardInEveryFormOfEveryKind) {
  const std::vector<v1::DeconflictionEntry> entries = Everything();
  EXPECT_EQ(FaultsOf(PackStix("dt-2026", entries)), "");
  for (const v1::DeconflictionEntry& entry : entries) {
    EXPECT_EQ(FaultsOf(PackStix("dt-2026", {entry})), "") << entry.trace().artefact().value();
  }
  EXPECT_EQ(FaultsOf(PackStix("dt-2026", {})), "");
}

TEST(StixPackTest, HoldsToTheStandardWhereNothingIsKnown) {
  for (int kind = v1::ArtefactKind_MIN; kind <= v1::ArtefactKind_MAX; ++kind) {
    v1::DeconflictionEntry entry = Entry(static_cast<v1::ArtefactKind>(kind), "");
    entry.mutable_trace()->set_at_us(0);
    EXPECT_EQ(FaultsOf(PackStix("dt-2026", {entry})), "") << kind;
    entry.clear_trace();
    EXPECT_EQ(FaultsOf(PackStix("dt-2026", {entry})), "") << kind;
  }
}

TEST(StixPackTest, LosesNoPortAndNoNameOfAHost) {
  const auto pack = [](const std::string& address) {
    return PackStix("dt-2026", {Entry(v1::ARTEFACT_KIND_ADDRESS, address)});
  };
  EXPECT_TRUE(absl::StrContains(pack("10.0.0.9:8080"), "\"dst_port\": 8080"));
  EXPECT_FALSE(absl::StrContains(pack("10.0.0.9:53"), "\"tcp\"")) << "DNS goes by UDP";
  EXPECT_TRUE(absl::StrContains(pack("c2.vn:443"), "\"value\": \"c2.vn\""));
  for (const char* whole : {"c2.vn:443", "10.0.0.9:99999", "http://c2.vn/x"}) {
    EXPECT_TRUE(absl::StrContains(pack(whole), absl::Base64Escape(whole))) << whole;
  }
}

// An object that comes twice with the same `modified` must be the same object (§3.6).
TEST(StixPackTest, HasTheSameIdentityInEveryExercise) {
  const auto identity = [](const std::string& bundle) {
    const size_t from = bundle.find("\"type\": \"identity\"");
    return bundle.substr(from, bundle.find('}', from) - from);
  };
  v1::DeconflictionEntry later = Entry(v1::ARTEFACT_KIND_ACCOUNT, "x");
  later.set_started_us(kNowUs + 86'400'000'000);
  const std::string first = identity(PackStix("dt-2026", Everything()));
  EXPECT_TRUE(absl::StrContains(first, "Cyberdrill"));
  EXPECT_EQ(identity(PackStix("dt-2027", {later})), first);
  EXPECT_EQ(identity(PackStix("dt-2028", {})), first);
}

// The checker itself: each fault is seen.
TEST(StixCheckerTest, SeesWhatIsWrong) {
  const std::string good = PackStix("dt-2026", Everything());
  const std::vector<std::array<std::string, 3>> breaks = {
      {"\"spec_version\": \"2.1\"", "\"spec_version\": \"2.0\"", "is not 2.1"},
      {"\"number_observed\": 1,", "", "number_observed: missing"},
      {"\"context\": \"unspecified\"", "\"context\": \"drill\"", "not in the vocabulary"},
      {"T03:00:01.000Z", "T03:00:01.000+00:00", "no timestamp in UTC"},
      {"\"path\": \"/srv\"", "\"path\": \"/opt\"", "does not follow from"},
      {"\"dst_port\": 8080", "\"dst_port\": 80800", "is no port"},
      {"\"source_name\": \"cyberdrill\"", "\"source_name\": \"\"", "no source_name"},
      {"\"created_by_ref\": \"identity--", "\"created_by_ref\": \"identity--0",
       "not in the bundle"},
      {"\"type\": \"user-account\"", "\"type\": \"account\"", "type: unknown"},
      {"\"type\": \"bundle\",", "\"type\": \"bundle\", \"spec_version\": \"2.1\",", "unknown"},
      {"\"id\": \"process--", "\"id\": \"process--g", "is not process--UUID"},
      {"\"value\": \"10.0.0.9\"", "\"value\": \"10.0.0\"", "is no ipv4-addr"},
  };
  for (const auto& [from, to, fault] : breaks) {
    const size_t at = good.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::string bad = good;
    bad.replace(at, from.size(), to);
    EXPECT_TRUE(absl::StrContains(FaultsOf(bad), fault)) << from << "\n" << FaultsOf(bad);
  }
}

}  // namespace
}  // namespace drill::cli
