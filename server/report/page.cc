#include "server/report/page.h"

#include <ctemplate/per_expand_data.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/template_modifiers.h>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "server/report/templates.h"

namespace drill::report {
namespace {

constexpr char kLanguageKey[] = "language";
constexpr char kReplacement[] = "\xef\xbf\xbd";  // U+FFFD
constexpr ctemplate::Strip kStrip = ctemplate::STRIP_BLANK_LINES;

// A catalogue's words by the key in the modifier's argument. The words are ours, but they are
// escaped all the same.
class CatalogueModifier : public ctemplate::TemplateModifier {
 public:
  // `markup`: the second language in an element of its own; else after a slash.
  explicit CatalogueModifier(bool markup) : markup_(markup) {}

  void Modify(const char*, size_t, const ctemplate::PerExpandData* data,
              ctemplate::ExpandEmitter* out, const std::string& argument) const override {
    DRILL_CHECK(data != nullptr && !argument.empty());
    const auto* language = static_cast<const Language*>(data->LookupForModifiers(kLanguageKey));
    // The argument comes as "=key". Keys in the templates are checked by a test.
    const std::optional<TextId> id = FindText(absl::string_view(argument).substr(1));
    DRILL_CHECK(language != nullptr && id.has_value());
    const Pair pair = Words(*language).Say(*id);
    Escape(pair.primary, data, out);
    if (pair.secondary.empty()) return;
    out->Emit(markup_ ? " <span class=\"en\" lang=\"en\">" : " / ");
    Escape(pair.secondary, data, out);
    if (markup_) out->Emit("</span>");
  }

 private:
  static void Escape(const std::string& words, const ctemplate::PerExpandData* data,
                     ctemplate::ExpandEmitter* out) {
    ctemplate::html_escape.Modify(words.data(), words.size(), data, out, "");
  }
  const bool markup_;
};

// All templates, parsed once and frozen: expansion never looks for a file, on any thread.
const ctemplate::TemplateCache& Templates() {
  static const ctemplate::TemplateCache* const cache = [] {
    static const CatalogueModifier markup(true);
    static const CatalogueModifier plain(false);
    DRILL_CHECK(ctemplate::AddXssSafeModifier("x-text=", &markup));
    DRILL_CHECK(ctemplate::AddXssSafeModifier("x-plain=", &plain));
    auto* filled = new ctemplate::TemplateCache();
    for (const EmbeddedTemplate& file : EmbeddedTemplates()) {
      DRILL_CHECK(filled->StringToTemplateCache(
          ctemplate::TemplateString(file.name.data(), file.name.size()), file.text.data(),
          file.text.size(), kStrip));
    }
    filled->Freeze();
    return filled;
  }();
  return *cache;
}

// Length of the UTF-8 sequence at `at` and its code point; 0: not valid UTF-8.
size_t Decode(absl::string_view text, size_t at, uint32_t* code_point) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return 0;
  uint32_t value = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte(at + i) & 0x3fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
    return 0;
  }
  *code_point = value;
  return length;
}

bool Printable(uint32_t c) {
  if (c < 0x20) return c == '\n' || c == '\t' || c == '\r';
  if (c >= 0x7f && c < 0xa0) return false;
  // Marks that reorder a line could make a reader see another text than the one recorded.
  if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) return false;
  return (c & 0xfffe) != 0xfffe;
}

}  // namespace

std::string Clean(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    uint32_t code_point = 0;
    const size_t length = Decode(text, at, &code_point);
    if (length != 0 && Printable(code_point)) {
      out.append(text.data() + at, length);
    } else {
      out += kReplacement;
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

void Put(Dictionary* dictionary, const char* name, absl::string_view value) {
  dictionary->SetValue(name, Clean(value));
}

void Put(Dictionary* dictionary, const char* name, int64_t value) {
  dictionary->SetValue(name, absl::StrCat(value));
}

void PutPair(Dictionary* dictionary, const char* name, const Pair& pair) {
  Dictionary* included = Include(dictionary, name, "pair.tpl");
  Put(included, "P", absl::string_view(pair.primary));
  if (pair.secondary.empty()) return;
  Put(included, "S", absl::string_view(pair.secondary));
  included->ShowSection("HAS_S");
}

void ShowIf(Dictionary* dictionary, const char* name, bool condition) {
  if (condition) dictionary->ShowSection(name);
}

Dictionary* Add(Dictionary* dictionary, const char* name) {
  return dictionary->AddSectionDictionary(name);
}

Dictionary* Include(Dictionary* dictionary, const char* name, const char* file) {
  Dictionary* included = dictionary->AddIncludeDictionary(name);
  included->SetFilename(file);
  return included;
}

absl::StatusOr<std::string> Expand(const char* file, const Dictionary& dictionary,
                                   Language language) {
  ctemplate::PerExpandData data;
  data.InsertForModifiers(kLanguageKey, &language);
  std::string out;
  if (!Templates().ExpandNoLoad(file, kStrip, &dictionary, &data, &out)) {
    return absl::InternalError(absl::StrCat(
        "report template '", file,
        "' or one that it includes cannot be filled; the program was built wrongly, reinstall it"));
  }
  return out;
}

}  // namespace drill::report
