// The deconfliction pack as STIX 2.1 (OASIS Standard, 10 June 2021).

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "cli/deconfliction_pack.h"
#include "cli/json_writer.h"
#include "cli/uuid.h"
#include "common/base/digest.h"

namespace drill::cli {
namespace {

// Of cyber-observable objects, given by the standard (§2.9).
constexpr absl::string_view kObservableSpace = "00abedb4-aa42-466c-9c01-fed23315a9b7";
// Ours, for everything else: the standard's own may not be used there. UUIDv5 of
// "https://cyberdrill.invalid/stix" in the namespace of URLs.
constexpr absl::string_view kOwnSpace = "984da45e-7aa6-5c8e-8f90-ba12410659b3";
// Every pack holds the same identity, and an object's `created` never changes: 2026-01-01.
constexpr int64_t kIdentityUs = 1'767'225'600'000'000;

std::string Stamp(int64_t us) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

std::string OwnId(absl::string_view type, absl::string_view name) {
  return absl::StrCat(type, "--", Uuid5(kOwnSpace, absl::StrCat(type, "\n", name)));
}

// A person may have named a host where an address was asked for.
enum class HostKind { kV4, kV6, kName, kNeither };

struct Address {
  std::string host;
  int port = 0;  // 0: none
  HostKind kind = HostKind::kNeither;
};

bool IsDomainName(absl::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (absl::string_view label : absl::StrSplit(text, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), [](char c) {
          return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
        })) {
      return false;
    }
  }
  return true;
}

HostKind KindOf(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return HostKind::kV4;
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return HostKind::kV6;
  return IsDomainName(host) ? HostKind::kName : HostKind::kNeither;
}

Address ParseAddress(absl::string_view text) {
  Address out;
  const size_t colon = text.rfind(':');
  const bool bracket = !text.empty() && text.front() == '[';
  const bool one_colon = colon != absl::string_view::npos && text.find(':') == colon;
  if ((one_colon || (bracket && absl::StrContains(text, "]:"))) &&
      absl::SimpleAtoi(text.substr(colon + 1), &out.port) && out.port >= 1 && out.port <= 65'535) {
    text = text.substr(0, colon);
  } else {
    out.port = 0;
  }
  if (bracket && text.size() > 2) text = text.substr(1, text.size() - 2);
  out.host = std::string(text);
  out.kind = KindOf(out.host);
  return out;
}

// Collects the objects of one bundle, each once.
class Bundle {
 public:
  Bundle(const std::string& exercise, const std::vector<v1::DeconflictionEntry>& entries)
      : exercise_(exercise), entries_(entries) {
    for (const v1::DeconflictionEntry& e : entries) {
      if (e.started_us() == 0) continue;
      first_us_ = first_us_ == 0 ? e.started_us() : std::min(first_us_, e.started_us());
      last_us_ = std::max({last_us_, e.started_us(), e.undone_us()});
    }
  }

  std::string Write() {
    json_.Open('{').Field("type", "bundle").Field("id", OwnId("bundle", exercise_));
    json_.Key("objects").Open('[');
    Head("identity", identity_, kIdentityUs, kIdentityUs);
    json_.Field("name", "Cyberdrill").Field("identity_class", "system").Close('}');
    std::vector<std::string> observed;
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].has_trace()) continue;
      std::string id = Observed(entries_[i], i);
      if (!id.empty()) observed.push_back(std::move(id));
    }
    if (!observed.empty()) Grouping(observed);
    json_.Close(']').Close('}');
    return json_.text() + "\n";
  }

 private:
  // The object's common properties; it stays open.
  void Head(absl::string_view type, absl::string_view id, int64_t created_us, int64_t modified_us) {
    json_.Open('{').Field("type", type).Field("spec_version", "2.1").Field("id", id);
    if (id != identity_) json_.Field("created_by_ref", identity_);
    json_.Field("created", Stamp(created_us)).Field("modified", Stamp(modified_us));
  }

  void Grouping(const std::vector<std::string>& refs) {
    Head("grouping", OwnId("grouping", exercise_), first_us_, last_us_);
    json_.Field("name", absl::StrCat("Exercise ", exercise_, ": what the drill made"));
    json_.Field("description",
                "Made by an authorised cyber drill. Not an incident; to be purged afterwards.");
    json_.Field("context", "unspecified").Key("object_refs").Open('[');
    for (const std::string& ref : refs) json_.String(ref);
    json_.Close(']').Close('}');
  }

  // The artefact's own objects, then the observation that names them; "": it is there already, or
  // there is nothing to name.
  std::string Observed(const v1::DeconflictionEntry& e, size_t index) {
    const std::vector<std::string> refs = Observables(e, index);
    if (refs.empty()) return "";
    const v1::OrderId& order = e.order();
    const std::string name = absl::StrCat(
        order.exercise(), "\n", order.inject(), "\n", order.host(), "\n", order.attempt(), "\n",
        e.trace().artefact().kind(), "\n", e.trace().artefact().value(), "\n", e.trace().pid());
    const std::string id = OwnId("observed-data", name);
    const int64_t seen_us = e.trace().at_us() != 0 ? e.trace().at_us() : e.started_us();
    const int64_t gone_us = std::max(seen_us, e.undone_us());
    if (!written_.insert(id).second) return "";
    Head("observed-data", id, seen_us, gone_us);
    json_.Field("first_observed", Stamp(seen_us)).Field("last_observed", Stamp(gone_us));
    json_.Key("number_observed").Int(1);
    json_.Key("object_refs").Open('[');
    for (const std::string& ref : refs) json_.String(ref);
    json_.Close(']');
    json_.Key("labels").Open('[').String("cyber-drill").Close(']');
    json_.Key("external_references").Open('[').Open('{').Field("source_name", "cyberdrill");
    if (!e.mark().empty()) json_.Field("external_id", e.mark());
    json_.Field("description",
                absl::StrCat("exercise ", order.exercise(), ", inject ", order.inject(), ", host ",
                             order.host(), ", attempt ", order.attempt(),
                             e.undone_us() == 0 ? ", still there" : ", cleaned up"));
    json_.Close('}').Close(']').Close('}');
    return id;
  }

  // Opens an observable unless it is in the bundle already.
  bool Begin(absl::string_view type, const std::string& id) {
    if (!written_.insert(id).second) return false;
    json_.Open('{').Field("type", type).Field("spec_version", "2.1").Field("id", id);
    return true;
  }
  static std::string ObservableId(absl::string_view type, const JsonWriter& contributing) {
    return absl::StrCat(type, "--", Uuid5(kObservableSpace, contributing.text()));
  }

  std::vector<std::string> Observables(const v1::DeconflictionEntry& e, size_t index) {
    const v1::Trace& trace = e.trace();
    const std::string& value = trace.artefact().value();
    if (value.empty()) return {};
    switch (trace.artefact().kind()) {
      case v1::ARTEFACT_KIND_PATH:
        return File(value, Hex(trace.sha256()), trace.size());
      case v1::ARTEFACT_KIND_SHA256:
        return File("", value, trace.size());
      case v1::ARTEFACT_KIND_PROCESS:
        return Process(e, index);
      case v1::ARTEFACT_KIND_ACCOUNT:
        return Account(value);
      case v1::ARTEFACT_KIND_ADDRESS:
        return Traffic(value);
      default:
        return Text(value);
    }
  }

  std::vector<std::string> File(const std::string& path, const std::string& sha256, int64_t size) {
    std::vector<std::string> refs;
    const size_t slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (slash != std::string::npos) {
      const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
      JsonWriter contributing(false);
      contributing.Open('{').Field("path", folder).Close('}');
      refs.push_back(ObservableId("directory", contributing));
      if (Begin("directory", refs[0])) json_.Field("path", folder).Close('}');
    }
    if (name.empty() && sha256.empty()) return refs;
    const auto properties = [&](JsonWriter& to) {
      if (!sha256.empty()) to.Key("hashes").Open('{').Field("SHA-256", sha256).Close('}');
      if (!name.empty()) to.Field("name", name);
      if (!refs.empty()) to.Field("parent_directory_ref", refs[0]);
    };
    JsonWriter contributing(false);
    contributing.Open('{');
    properties(contributing);
    contributing.Close('}');
    const std::string id = ObservableId("file", contributing);
    if (Begin("file", id)) {
      properties(json_);
      if (size > 0) json_.Key("size").Int(size);
      json_.Close('}');
    }
    refs.insert(refs.begin(), id);
    return refs;
  }

  // The standard has no contributing properties for processes, and wants version 4 then (§2.9).
  std::vector<std::string> Process(const v1::DeconflictionEntry& e, size_t index) {
    const v1::OrderId& order = e.order();
    const std::string id = absl::StrCat(
        "process--",
        Uuid4Of(kOwnSpace, absl::StrCat("process\n", order.exercise(), "\n", order.inject(), "\n",
                                        order.host(), "\n", order.attempt(), "\n",
                                        e.trace().artefact().value(), "\n",
                                        e.trace().pid() != 0 ? absl::StrCat(e.trace().pid())
                                                             : absl::StrCat("#", index))));
    if (Begin("process", id)) {
      if (e.trace().pid() != 0) json_.Key("pid").Int(e.trace().pid());
      json_.Field("command_line", e.trace().artefact().value()).Close('}');
    }
    return {id};
  }

  std::vector<std::string> Account(const std::string& login) {
    JsonWriter contributing(false);
    contributing.Open('{').Field("account_login", login).Field("account_type", "unix").Close('}');
    const std::string id = ObservableId("user-account", contributing);
    if (Begin("user-account", id)) {
      json_.Field("account_login", login).Field("account_type", "unix").Close('}');
    }
    return {id};
  }

  std::vector<std::string> Traffic(const std::string& text) {
    const Address address = ParseAddress(text);
    if (address.kind == HostKind::kNeither) return Text(text);
    const bool v6 = address.kind == HostKind::kV6;
    const absl::string_view type = v6                                ? "ipv6-addr"
                                   : address.kind == HostKind::kName ? "domain-name"
                                                                     : "ipv4-addr";
    JsonWriter contributing(false);
    contributing.Open('{').Field("value", address.host).Close('}');
    const std::string ip = ObservableId(type, contributing);
    if (Begin(type, ip)) json_.Field("value", address.host).Close('}');
    if (address.port == 0) return {ip};
    // Traffic must name a protocol, and of a name's nothing is known.
    if (address.kind == HostKind::kName) return {ip, Text(text)[0]};
    const auto properties = [&](JsonWriter& to) {
      to.Key("dst_port").Int(address.port).Field("dst_ref", ip);
      // A trace does not say whether it was TCP or UDP.
      to.Key("protocols").Open('[').String(v6 ? "ipv6" : "ipv4").Close(']');
    };
    JsonWriter whole(false);
    whole.Open('{');
    properties(whole);
    whole.Close('}');
    const std::string id = ObservableId("network-traffic", whole);
    if (Begin("network-traffic", id)) {
      properties(json_);
      json_.Close('}');
    }
    return {id, ip};
  }

  // Text of a log: the standard's closest object holds bytes.
  std::vector<std::string> Text(const std::string& line) {
    const std::string payload = absl::Base64Escape(line);
    JsonWriter contributing(false);
    contributing.Open('{').Field("payload_bin", payload).Close('}');
    const std::string id = ObservableId("artifact", contributing);
    if (Begin("artifact", id)) {
      json_.Field("mime_type", "text/plain").Field("payload_bin", payload).Close('}');
    }
    return {id};
  }

  const std::string& exercise_;
  const std::vector<v1::DeconflictionEntry>& entries_;
  const std::string identity_ = OwnId("identity", "cyberdrill");
  int64_t first_us_ = 0;
  int64_t last_us_ = 0;
  JsonWriter json_;
  std::set<std::string> written_;
};

}  // namespace

std::string PackStix(const std::string& exercise,
                     const std::vector<v1::DeconflictionEntry>& entries) {
  return Bundle(exercise, entries).Write();
}

}  // namespace drill::cli
