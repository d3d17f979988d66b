#include "tests/integration/atomic_results.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace drill::agent {
namespace {

bool IsClean(const AtomicRow& row) { return row.left.empty() && !row.processes_left; }

bool HasEffect(const AtomicRow& row) { return !row.effects.empty() || row.printed; }

std::string Cell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "/"}, {"\n", " "}, {"`", "'"}});
}

std::string PathsCell(const std::vector<std::string>& paths) {
  if (paths.empty()) return "none";
  return absl::StrCat(paths.size(), ": ", Cell(paths[0]), paths.size() > 1 ? ", …" : "");
}

std::string EffectCell(const AtomicRow& row) {
  if (!row.not_played.empty()) return "not played";
  if (!row.effects.empty()) return PathsCell(row.effects);
  return row.printed ? "output" : "none";
}

std::string CleanupWord(v1::CleanupResult result) {
  return absl::AsciiStrToLower(
      absl::StripPrefix(v1::CleanupResult_Name(result), "CLEANUP_RESULT_"));
}

// Why a test that was played shows nothing.
std::string WithoutEffect(const AtomicRow& row) {
  if (row.printed) return "it only reads, and prints what it read";
  return "it looks for what this machine does not have, or removes what it or its prerequisite "
         "made";
}

std::string Explanations(const std::vector<AtomicRow>& rows) {
  std::string text = "\n## Left after undo\n\n";
  bool none = true;
  for (const AtomicRow& row : rows) {
    if (IsClean(row)) continue;
    none = false;
    absl::StrAppend(&text, "- ", row.id, ": ", absl::StrJoin(row.left, ", "),
                    row.processes_left ? " and processes" : "", "; the agent says ",
                    CleanupWord(row.cleanup), "\n");
  }
  if (none) absl::StrAppend(&text, "Nothing, after any test.\n");
  absl::StrAppend(&text, "\n## Not played\n\n");
  none = true;
  for (const AtomicRow& row : rows) {
    if (row.not_played.empty()) continue;
    none = false;
    absl::StrAppend(&text, "- ", row.id, ": ", Cell(row.not_played), "\n");
  }
  if (none) absl::StrAppend(&text, "All were.\n");
  absl::StrAppend(&text, "\n## Without an effect on the watched paths\n\n");
  for (const AtomicRow& row : rows) {
    if (!row.not_played.empty() || !row.effects.empty()) continue;
    absl::StrAppend(&text, "- ", row.id, " ", Cell(row.name), ": ", WithoutEffect(row), "\n");
  }
  return text;
}

}  // namespace

AtomicTotals TotalsOf(const std::vector<AtomicRow>& rows) {
  AtomicTotals totals;
  for (const AtomicRow& row : rows) {
    totals.clean += IsClean(row) ? 1 : 0;
    if (!row.not_played.empty()) continue;
    totals.played += 1;
    totals.effects += HasEffect(row) ? 1 : 0;
    totals.left_by_test += row.left_by_test.empty() ? 0 : 1;
    totals.left_by_cleanup += row.left_by_test.empty() || !row.has_cleanup ? 0 : 1;
    totals.verified += row.cleanup == v1::CLEANUP_RESULT_VERIFIED ? 1 : 0;
  }
  return totals;
}

std::string TextOf(const AtomicRow& row) {
  return absl::StrCat("| ", row.id.substr(0, row.id.find('-')), " | ", row.id, " ", Cell(row.name),
                      " | ", EffectCell(row), " | ", row.has_cleanup ? "yes" : "no", " | ",
                      row.not_played.empty() ? PathsCell(row.left_by_test) : "", " | ",
                      PathsCell(row.left), row.processes_left ? ", processes" : "", " | ",
                      row.not_played.empty() ? CleanupWord(row.cleanup) : "", " |");
}

std::string PageOf(const std::vector<AtomicRow>& rows) {
  const AtomicTotals totals = TotalsOf(rows);
  std::string page = absl::StrCat(
      "# Atomic Red Team tests through exec.atomic\n\n",
      "The tests of the published set that were found safe to run on Linux, each imported by the "
      "importer of `drillctl`, played and undone by the agent's player in a private copy of a "
      "machine: mounts, processes and network of its own, with a user's files in the home. Written "
      "by the test itself, as root and with the field data at hand:\n\n```sh\n"
      "DRILL_FIELD_DATA=DIR DRILL_ATOMIC_RESULTS=docs/atomic-results.md "
      "build/tests/atomic_field_test\n```\n\n",
      "| | of ", rows.size(), " tests |\n|---|---|\n", "| played | ", totals.played,
      " |\n| with an effect seen | ", totals.effects,
      " |\n| left something after the command and the test's own clean-up, if it has one | ",
      totals.left_by_test, " |\n| of these, with a clean-up of their own | ",
      totals.left_by_cleanup, " |\n| **left nothing after the agent's undo** | **", totals.clean,
      "** |\n| the agent says *verified* | ", totals.verified, " |\n\n");
  absl::StrAppend(
      &page,
      "*Effect*: paths that differ once the command has ended, the first of them; or *output*: it "
      "only printed. *Left by the test*: paths that differ after its own clean-up, before the "
      "agent puts anything back. *Left after undo*: paths that differ, or processes that were not "
      "there before. These three are seen by the test program, which looks at names, kinds, modes, "
      "owners, times and contents below the system's and the users' directories, not by the agent. "
      "*Ledger*: the agent's own word: verified, superseded (somebody else had changed it), or "
      "residue.\n\n"
      "T1056.001-5 is played without its prerequisite: that lets `sh` find out whether it is "
      "`bash`, and so never holds.\n\n"
      "| technique | test | effect seen | own clean-up | left by the test | left after undo | "
      "ledger |\n|---|---|---|---|---|---|---|\n");
  for (const AtomicRow& row : rows) absl::StrAppend(&page, TextOf(row), "\n");
  return page + Explanations(rows);
}

}  // namespace drill::agent
