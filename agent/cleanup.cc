#include "agent/cleanup.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace drill::agent {
namespace {

constexpr size_t kNotesMax = 32;
constexpr size_t kNoteBytesMax = 512;

int Badness(v1::CleanupResult result) {
  switch (result) {
    case v1::CLEANUP_RESULT_RESIDUE:
      return 3;
    case v1::CLEANUP_RESULT_SUPERSEDED:
      return 2;
    case v1::CLEANUP_RESULT_DECLARED:
      return 1;
    default:
      return 0;
  }
}

// Notes travel as UTF-8: cut where a character begins.
std::string Shortened(absl::string_view note) {
  if (note.size() <= kNoteBytesMax) return std::string(note);
  size_t end = kNoteBytesMax;
  while (end > 0 && (static_cast<unsigned char>(note[end]) & 0xC0) == 0x80) --end;
  return std::string(note.substr(0, end));
}

}  // namespace

Cleanup::Cleanup(const v1::UndoMark& mark)
    : result_(mark.cleanup() == v1::CLEANUP_RESULT_UNSPECIFIED ? v1::CLEANUP_RESULT_VERIFIED
                                                               : mark.cleanup()),
      notes_(mark.notes().begin(), mark.notes().end()) {}

void Cleanup::Worsen(v1::CleanupResult result, absl::string_view note) {
  if (Badness(result) > Badness(result_)) result_ = result;
  std::string text = Shortened(note);
  if (text.empty() || std::find(notes_.begin(), notes_.end(), text) != notes_.end()) return;
  if (notes_.size() < kNotesMax - 1) {
    notes_.push_back(std::move(text));
  } else {
    ++more_;
  }
}

std::vector<std::string> Cleanup::notes() const {
  std::vector<std::string> notes = notes_;
  if (more_ > 0) notes.push_back(absl::StrCat("and ", more_, " more like these"));
  return notes;
}

}  // namespace drill::agent
