#include "core/scenario/lint_context.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

constexpr size_t kIdBytesMax = 63;
// A suggestion compares with every name there is: a bound against hostile files.
constexpr int kSuggestionsMax = 200;
constexpr size_t kNamesListed = 8;

// "weight" of "injects[3].expect[0].weight", "teams" of "message.teams[1]".
absl::string_view LastName(absl::string_view path) {
  const absl::string_view last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

int64_t KnownDuration(const v1::Scenario& scenario) {
  return scenario.has_duration() ? ClampedUs(scenario.duration()) : 0;
}

// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; above `limit` any
// number above it.
size_t EditDistance(absl::string_view a, absl::string_view b, size_t limit) {
  const size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

int Names::Add(absl::string_view id, int index) {
  const auto [it, added] = index_.try_emplace(id, index);
  if (!added) return it->second;
  in_order_.push_back(id);
  return -1;
}

int Names::Find(absl::string_view id) const {
  const auto it = index_.find(id);
  return it == index_.end() ? -1 : it->second;
}

Context::Context(const v1::Scenario& s)
    : scenario(s),
      injects(s),
      reach(ComputeReach(s, injects)),
      duration_us(KnownDuration(s)),
      suggestions_left_(kSuggestionsMax) {
  for (const v1::Inject& inject : s.injects()) {
    if (!inject.id().empty()) inject_names.Add(inject.id(), 0);
  }
  for (const v1::SystemPart& part : s.cast().systems()) {
    const std::string where = absl::StrCat("in system part ", Quoted(part.id()));
    Names& part_roles = roles.emplace_back("role", where);
    for (const std::string& role : part.roles()) part_roles.Add(role, 0);
    Names& part_labels = labels.emplace_back("label", where);
    for (const std::string& label : part.labels()) part_labels.Add(label, 0);
  }
}

void Context::Missing(const std::string& path, absl::string_view hint) {
  Error(path, absl::StrCat("missing ", LastName(path), "; ", hint));
}

void Context::CheckText(const std::string& path, bool present, const v1::Text& text) {
  if (!present || (Blank(text.vi()) && Blank(text.en()))) {
    Missing(path, "write it in Vietnamese and English: {vi: ..., en: ...}");
  } else if (Blank(text.vi())) {
    Error(path, absl::StrCat(LastName(path),
                             " has no Vietnamese text (vi), which participants read first"));
  } else if (Blank(text.en()) && (path == "title" || !Blank(scenario.title().en()))) {
    // A scenario without an English title is a Vietnamese one: that is said once.
    Warn(path, absl::StrCat(LastName(path),
                            " has no English text (en); the Vietnamese one is shown instead"));
  }
}

bool Context::CheckId(const std::string& path, absl::string_view id) {
  if (id.empty()) {
    Missing(path, "give it one, for example 'ransomware-1'");
    return false;
  }
  if (WellFormedId(id)) return true;
  Error(path,
        absl::StrCat("invalid id ", Quoted(id),
                     "; an id is 1 to 63 of a-z 0-9 . _ - and begins with a letter or digit"));
  return false;
}

bool Context::CheckDuration(const std::string& path, const google::protobuf::Duration& duration) {
  // Signs agree and nanoseconds stay below a second in every valid Duration.
  if (duration.seconds() < 0 || duration.nanos() < 0) {
    Error(path, absl::StrCat(LastName(path), " can't be negative"));
    return false;
  }
  if (duration.nanos() > 999'999'999) {
    Error(path, absl::StrCat("not a valid duration: ", duration.nanos(),
                             " nanoseconds make more than a second"));
    return false;
  }
  if (duration.seconds() > kDurationMaxUs / 1'000'000) {
    Error(path, absl::StrCat("a duration of ", duration.seconds(), "s is longer than the limit of ",
                             DurationText(kDurationMaxUs)));
    return false;
  }
  return true;
}

void Context::CheckRange(const std::string& path, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return;
  Error(path,
        absl::StrCat(LastName(path), " ", value, " is out of range; expected ", min, " to ", max));
}

bool Context::CheckReference(const std::string& path, const Names& names, absl::string_view name) {
  if (names.Find(name) >= 0) return true;
  Error(path, Unknown(names, name));
  return false;
}

bool Context::CheckInject(const std::string& path, absl::string_view name) {
  if (injects.Find(name).index >= 0) return true;
  const InjectReference original = injects.Find(name.substr(0, name.rfind('#')));
  if (name.find('#') != absl::string_view::npos && original.index >= 0) {
    const int times = Times(scenario.injects(original.index));
    Error(path,
          absl::StrCat(
              "unknown inject ", Quoted(name), "; ", Quoted(scenario.injects(original.index).id()),
              times == 1 ? " is not repeated" : absl::StrCat(" has the copies #2 to #", times)));
    return false;
  }
  Error(path, Unknown(inject_names, name));
  return false;
}

void Context::CheckUnique(const std::string& path, absl::string_view what,
                          const google::protobuf::RepeatedPtrField<std::string>& list) {
  absl::flat_hash_map<absl::string_view, int> seen;
  for (int i = 0; i < list.size(); ++i) {
    if (Blank(list[i])) {
      Error(Element(path, i), absl::StrCat("empty ", what));
    } else if (const auto [it, added] = seen.try_emplace(list[i], i); !added) {
      Error(Element(path, i), absl::StrCat(what, " ", Quoted(list[i]), " is named twice; it is ",
                                           Element(path, it->second), " already"));
    }
  }
}

std::string Context::Unknown(const Names& names, absl::string_view name) {
  if (name.empty()) return absl::StrCat("missing ", names.what(), "; name one by its id");
  const std::string text = absl::StrCat("unknown ", names.what(), " ", Quoted(name),
                                        names.where().empty() ? "" : " ", names.where());
  const std::vector<absl::string_view>& known = names.in_order();
  if (known.empty()) return absl::StrCat(text, "; none is declared");
  if (suggestions_left_-- > 0) {
    if (const absl::string_view nearest = NearestName(name, known); !nearest.empty()) {
      return absl::StrCat(text, "; did you mean ", Quoted(nearest), "?");
    }
  }
  std::vector<std::string> some;
  for (size_t i = 0; i < std::min(known.size(), kNamesListed); ++i)
    some.push_back(Quoted(known[i]));
  return absl::StrCat(text, "; there are ", absl::StrJoin(some, ", "),
                      known.size() > kNamesListed ? "…" : "");
}

bool WellFormedId(absl::string_view id) {
  const auto alphanumeric = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !id.empty() && id.size() <= kIdBytesMax && alphanumeric(id[0]) &&
         std::all_of(id.begin(), id.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

absl::string_view NearestName(absl::string_view word,
                              const std::vector<absl::string_view>& candidates) {
  if (word.size() > kIdBytesMax * 2) return "";
  // A third of the word may be wrong, but never so much that any short name fits.
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  absl::string_view nearest;
  for (const absl::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate, best - 1);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      nearest = candidate;
      if (best == 1) break;
    }
  }
  return nearest;
}

bool Blank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

}  // namespace drill::lint
