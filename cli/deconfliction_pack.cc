#include "cli/deconfliction_pack.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "cli/csv.h"
#include "cli/render.h"
#include "common/base/digest.h"

namespace drill::cli {
std::vector<v1::DeconflictionEntry> InOrder(const v1::Deconfliction& found) {
  std::vector<v1::DeconflictionEntry> entries(found.entries().begin(), found.entries().end());
  // Stable: the traces of one order stay as the agent told them.
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto key = [](const v1::DeconflictionEntry& e) {
      return std::make_tuple(e.order().host(), e.started_us(), e.order().exercise(),
                             e.order().inject(), e.order().attempt());
    };
    return key(a) < key(b);
  });
  return entries;
}

std::string PackCsv(const std::vector<v1::DeconflictionEntry>& entries, bool bom) {
  std::string out(bom ? kByteOrderMark : "");
  absl::StrAppend(&out,
                  "exercise,inject,host,attempt,mark,kind,value,size,sha256,pid,noticeable,"
                  "seen_at,started_at,undone_at,cleanup\r\n");
  for (const v1::DeconflictionEntry& e : entries) {
    const v1::Trace& t = e.trace();
    absl::StrAppend(
        &out, CsvLine({e.order().exercise(), e.order().inject(), e.order().host(),
                       absl::StrCat(e.order().attempt()), e.mark(),
                       PlainName(t.artefact().kind(), "ARTEFACT_KIND_"), t.artefact().value(),
                       CsvNumber(t.size()), Hex(t.sha256()), CsvNumber(t.pid()),
                       e.has_trace() ? (t.noticeable() ? "true" : "false") : "", CsvTime(t.at_us()),
                       CsvTime(e.started_us()), CsvTime(e.undone_us()),
                       PlainName(e.cleanup(), "CLEANUP_RESULT_")}));
  }
  return out;
}

std::string EntryText(Language language, const v1::DeconflictionEntry& e) {
  const v1::Artefact& a = e.trace().artefact();
  const std::string what = e.has_trace()
                               ? absl::StrCat(EnumText(language, a.kind()), " ", Clean(a.value()))
                               : Say(language, Msg::kDeconflictNoTrace);
  const std::string state = e.undone_us() == 0
                                ? Say(language, Msg::kDeconflictThere)
                                : Say(language, Msg::kDeconflictGone, FormatTime(e.undone_us()),
                                      EnumText(language, e.cleanup()));
  return Say(language, Msg::kDeconflictEntry, what, Clean(e.order().host()),
             FormatTime(e.started_us()), Clean(e.order().exercise()), Clean(e.order().inject()),
             e.order().attempt(), e.mark().empty() ? "-" : Clean(e.mark()), state);
}

std::string PackText(Language language, const std::string& exercise,
                     const std::vector<v1::DeconflictionEntry>& entries) {
  std::string out =
      absl::StrCat(Say(language, Msg::kDeconflictHead, Clean(exercise), entries.size()), "\n");
  std::string host;
  for (const v1::DeconflictionEntry& e : entries) {
    if (e.order().host() != host) {
      host = e.order().host();
      absl::StrAppend(&out, "\n", Clean(host), "\n");
    }
    absl::StrAppend(&out, "  ", EntryText(language, e), "\n");
    if (!e.trace().sha256().empty()) {
      absl::StrAppend(&out, "    sha256 ", Hex(e.trace().sha256()), "\n");
    }
  }
  return out;
}

}  // namespace drill::cli
