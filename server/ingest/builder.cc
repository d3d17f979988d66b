#include "server/ingest/builder.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace drill::ingest {
namespace {

constexpr int kArtefactsMax = 10;
constexpr int kHostsMax = 16;
constexpr int kTechniquesMax = 16;
constexpr size_t kValueMax = 4096;
constexpr size_t kNameMax = 255;
constexpr size_t kTextMax = 1024;
constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes of the well-formed letter that `text` begins with; 0: it begins with none.
size_t LetterSize(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                      : (lead & 0xF0) == 0xE0        ? 3
                      : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                     : 0;
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return size;
}

void AddOnce(google::protobuf::RepeatedPtrField<std::string>* list, std::string value, int max) {
  if (list->size() >= max || std::find(list->begin(), list->end(), value) != list->end()) return;
  *list->Add() = std::move(value);
}

}  // namespace

std::string Clean(absl::string_view text, size_t max) {
  std::string out;
  while (!text.empty()) {
    const size_t size = LetterSize(text);
    const absl::string_view letter = size == 0 ? kReplacement : text.substr(0, size);
    if (out.size() + letter.size() > max) break;
    absl::StrAppend(&out, letter);
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return out;
}

std::string AddressText(absl::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  unsigned char raw[16];
  const std::string copy(text.substr(0, INET6_ADDRSTRLEN));
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, copy.c_str(), raw) == 1 && copy.size() == text.size()) {
      return inet_ntop(family, raw, buffer, sizeof(buffer));
    }
  }
  return "";
}

void Builder::Host(absl::string_view name) {
  name = absl::StripAsciiWhitespace(name);
  if (name.empty() || name == "-") return;
  const std::string address = AddressText(name);
  AddOnce(alert_.mutable_hosts(),
          address.empty() ? Clean(absl::AsciiStrToLower(name), kNameMax) : address, kHostsMax);
}

void Builder::Artefact(v1::ArtefactKind kind, absl::string_view value) {
  if (value.empty() || value.size() > kValueMax || alert_.artefacts_size() >= kArtefactsMax) return;
  const std::string clean = Clean(value, kValueMax);
  for (const v1::Artefact& other : alert_.artefacts()) {
    if (other.kind() == kind && other.value() == clean) return;
  }
  v1::Artefact* artefact = alert_.add_artefacts();
  artefact->set_kind(kind);
  artefact->set_value(clean);
}

void Builder::Address(absl::string_view address, absl::string_view port) {
  const std::string text = AddressText(absl::StripAsciiWhitespace(address));
  if (text.empty()) return;
  Artefact(v1::ARTEFACT_KIND_ADDRESS, text);
  if (port.empty() || port == "0") return;
  const bool six = text.find(':') != std::string::npos;
  Artefact(v1::ARTEFACT_KIND_ADDRESS,
           six ? absl::StrCat("[", text, "]:", port) : absl::StrCat(text, ":", port));
}

void Builder::Process(absl::string_view path) {
  Path(path);
  Artefact(v1::ARTEFACT_KIND_PROCESS, path.substr(path.rfind('/') + 1));
}

void Builder::Path(absl::string_view path) {
  if (!path.empty() && path[0] == '/') Artefact(v1::ARTEFACT_KIND_PATH, path);
}

void Builder::Sha256(absl::string_view hex) {
  if (hex.size() != 64 || !std::all_of(hex.begin(), hex.end(),
                                       [](unsigned char c) { return absl::ascii_isxdigit(c); })) {
    return;
  }
  Artefact(v1::ARTEFACT_KIND_SHA256, absl::AsciiStrToLower(hex));
}

void Builder::Technique(absl::string_view id) {
  const auto digits = [](absl::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return absl::ascii_isdigit(c); });
  };
  const bool sub = id.size() == 9;
  if ((id.size() != 5 && !sub) || absl::ascii_toupper(id[0]) != 'T' || !digits(id.substr(1, 4)) ||
      (sub && (id[5] != '.' || !digits(id.substr(6))))) {
    return;
  }
  AddOnce(alert_.mutable_techniques(), absl::AsciiStrToUpper(id), kTechniquesMax);
}

void Builder::Rule(absl::string_view id) { alert_.set_rule(Clean(id, kNameMax)); }
void Builder::Text(absl::string_view text) { alert_.set_text(Clean(text, kTextMax)); }

}  // namespace drill::ingest
