#include "common/yaml/events.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/yaml/words.h"

namespace drill::yaml {

namespace {

Position At(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? absl::string_view() : reinterpret_cast<const char*>(text);
}

// Where byte `offset` stands; libyaml gives no mark for faults of encoding.
Position AtByte(absl::string_view text, size_t offset) {
  Position at{1, 1};
  for (size_t i = 0; i < std::min(offset, text.size()); ++i) {
    const bool crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\n' || (text[i] == '\r' && !crlf)) {
      at = {at.line + 1, 1};
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && !crlf) {
      ++at.column;
    }
  }
  return at;
}

// True if a tab stands at that place.
bool IsTab(absl::string_view text, Position at) {
  for (int line = 1; line < at.line; ++line) {
    const size_t end = text.find('\n');
    if (end == absl::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  for (int column = 1; column < at.column && !text.empty(); ++column) {
    char32_t code = 0;
    text.remove_prefix(std::max<size_t>(1, DecodeUtf8(text, &code)));
  }
  return !text.empty() && text[0] == '\t';
}

bool FitsKind(Tag tag, EventKind kind) {
  if (tag == Tag::kNone) return true;
  if (kind == EventKind::kMapping) return tag == Tag::kMap;
  if (kind == EventKind::kSequence) return tag == Tag::kSeq;
  return tag != Tag::kMap && tag != Tag::kSeq;
}

}  // namespace

Events::Events(absl::string_view text, const Options& options, Faults* faults)
    : text_(absl::StripPrefix(text, "\xEF\xBB\xBF")), options_(options), faults_(faults) {
  DRILL_CHECK(yaml_parser_initialize(&parser_) == 1);
  // Not left to guessing: a file in UTF-16 is a fault.
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()),
                               text_.size());
  if (!ParseRaw() || !ParseRaw()) return;
  if (raw_.type == YAML_STREAM_END_EVENT) Fatal({{1, 1}, {}}, "the file is empty");
}

Events::~Events() {
  ReleaseRaw();
  for (Kept& kept : kept_) yaml_event_delete(&kept.raw);
  yaml_parser_delete(&parser_);
}

void Events::ReleaseRaw() {
  if (has_raw_) yaml_event_delete(&raw_);
  has_raw_ = false;
}

bool Events::ParseRaw() {
  ReleaseRaw();
  if (stopped_) return false;
  if (yaml_parser_parse(&parser_, &raw_) != 1) {
    SyntaxFault();
    stopped_ = true;
    return false;
  }
  has_raw_ = true;
  return true;
}

Position Events::FaultPosition() const {
  if (parser_.error == YAML_READER_ERROR) return AtByte(text_, parser_.problem_offset);
  return At(parser_.problem_mark);
}

void Events::SyntaxFault() {
  const Position at = FaultPosition();
  std::string text = parser_.problem == nullptr ? "not YAML" : parser_.problem;
  if (parser_.error == YAML_MEMORY_ERROR) text = "out of memory";
  if (parser_.error == YAML_READER_ERROR && parser_.problem_value >= 0) {
    absl::StrAppendFormat(&text, ", found 0x%02X", parser_.problem_value);
  } else if (IsTab(text_, at)) {
    text += ", found a tab, expected spaces";
  }
  if (parser_.context != nullptr) {
    absl::StrAppend(&text, " (", parser_.context);
    const Position from = At(parser_.context_mark);
    if (!(from == at)) absl::StrAppend(&text, " that begins at ", from.line, ":", from.column);
    text += ')';
  }
  faults_->Add({at, {}}, text);
}

void Events::Tell(const Place& place, absl::string_view text) {
  faults_->Add(place, text);
  if (faults_->full()) stopped_ = true;
}

Event Events::Fatal(const Place& place, absl::string_view text) {
  Tell(place, text);
  stopped_ = true;
  return Event{.place = place};
}

Event Events::Next() {
  while (!stopped_ && !replays_.empty()) {
    Replay& replay = replays_.back();
    if (replay.next == replay.end) {
      replays_.pop_back();
      continue;
    }
    const Kept& kept = kept_[replay.next++];
    if (kept.anchor >= 0) {
      StartReplay(kept.anchor, replay.place.at);
      continue;
    }
    Event event = kept.event;
    event.place = replay.place;
    return HandOut(event);
  }
  return NextParsed();
}

Event Events::NextParsed() {
  while (ParseRaw()) {
    switch (raw_.type) {
      case YAML_SCALAR_EVENT:
        return TakeScalar();
      case YAML_MAPPING_START_EVENT:
        return TakeCollection(EventKind::kMapping, raw_.data.mapping_start.tag,
                              raw_.data.mapping_start.anchor);
      case YAML_SEQUENCE_START_EVENT:
        return TakeCollection(EventKind::kSequence, raw_.data.sequence_start.tag,
                              raw_.data.sequence_start.anchor);
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        return TakeEnd();
      case YAML_ALIAS_EVENT: {
        bool replayed = false;
        const Event event = TakeAlias(&replayed);
        return replayed ? Next() : event;
      }
      default:
        stopped_ = true;
    }
  }
  return {};
}

Event Events::TakeScalar() {
  const auto& scalar = raw_.data.scalar;
  Event event{.kind = EventKind::kScalar, .place = {At(raw_.start_mark), {}}};
  event.value = absl::string_view(reinterpret_cast<const char*>(scalar.value), scalar.length);
  bool broken = false;
  event.tag = TagOf(scalar.tag, event.kind, event.place, &broken);
  event.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && event.tag != Tag::kStr;
  if (broken) event.kind = EventKind::kBroken;
  const bool anchored = scalar.anchor != nullptr;
  if (anchored) OpenAnchor(scalar.anchor, event.place.at);
  if (!Count(1, event.value.size(), event.place)) return {};
  Keep(event, -1);
  if (anchored) CloseAnchor();
  return event;
}

Event Events::TakeCollection(EventKind kind, const yaml_char_t* tag, const yaml_char_t* anchor) {
  Event event{.kind = kind, .place = {At(raw_.start_mark), {}}};
  bool broken = false;
  event.tag = TagOf(tag, kind, event.place, &broken);
  if (anchor != nullptr) OpenAnchor(anchor, event.place.at);
  if (!Count(1, 0, event.place)) return {};
  Keep(event, -1);
  return HandOut(event);
}

Event Events::TakeEnd() {
  const Event event{.kind = EventKind::kEnd, .place = {At(raw_.start_mark), {}}};
  Keep(event, -1);
  const Event out = HandOut(event);
  if (!open_.empty() && anchors_[static_cast<size_t>(open_.back())].depth == depth_) CloseAnchor();
  return out;
}

Event Events::TakeAlias(bool* replayed) {
  const absl::string_view name = View(raw_.data.alias.anchor);
  Event event{.kind = EventKind::kBroken, .place = {At(raw_.start_mark), {}}};
  const auto found = anchor_by_name_.find(name);
  if (found == anchor_by_name_.end()) {
    Tell(event.place, absl::StrCat("alias *", name,
                                   " has no anchor before it, expected one of the file's "
                                   "earlier &names"));
    Keep(event, -1);
    return event;
  }
  const int index = found->second;
  const Anchor& anchor = anchors_[static_cast<size_t>(index)];
  if (anchor.end == 0) {
    event.place.anchor = anchor.position;
    Tell(event.place, absl::StrCat("alias *", name, " stands inside its own anchor"));
    Keep(event, -1);
    return event;
  }
  event.place.anchor = anchor.position;
  if (!Count(anchor.nodes, anchor.text_bytes, event.place)) return {};
  Keep(event, index);
  StartReplay(index, event.place.at);
  *replayed = true;
  return {};
}

void Events::StartReplay(int anchor, Position use) {
  const Anchor& a = anchors_[static_cast<size_t>(anchor)];
  // Aliases inside aliases: the place to mend is the anchor that holds the words.
  replays_.push_back({a.begin, a.end, {use, a.position}});
}

Event Events::HandOut(const Event& event) {
  if (event.kind == EventKind::kEnd) {
    --depth_;
  } else if (event.kind == EventKind::kMapping || event.kind == EventKind::kSequence) {
    if (++depth_ > options_.max_depth) {
      return Fatal(event.place, absl::StrCat("nested more than ", options_.max_depth, " deep"));
    }
  }
  return event;
}

Tag Events::TagOf(const yaml_char_t* tag, EventKind kind, const Place& place, bool* broken) {
  absl::string_view name = View(tag);
  if (name.empty()) return Tag::kNone;
  // "!" alone: of no particular type, so text where it is a scalar.
  if (name == "!") return kind == EventKind::kScalar ? Tag::kStr : Tag::kNone;
  if (absl::ConsumePrefix(&name, "tag:yaml.org,2002:")) {
    constexpr std::pair<absl::string_view, Tag> kCore[] = {
        {"str", Tag::kStr},   {"int", Tag::kInt},   {"float", Tag::kFloat},
        {"bool", Tag::kBool}, {"null", Tag::kNull}, {"binary", Tag::kBinary},
        {"map", Tag::kMap},   {"seq", Tag::kSeq},
    };
    for (const auto& [word, value] : kCore) {
      if (word == name && FitsKind(value, kind)) return value;
    }
    *broken = true;
    Tell(place, absl::StrCat("tag !!", name, " does not belong here, expected no tag"));
    return Tag::kNone;
  }
  *broken = true;
  Tell(place, absl::StrCat("unknown tag ", Quoted(name), ", expected no tag"));
  return Tag::kNone;
}

void Events::OpenAnchor(const yaml_char_t* name, Position position) {
  const int index = static_cast<int>(anchors_.size());
  anchors_.push_back({.position = position,
                      .depth = depth_,
                      .begin = kept_.size(),
                      .end = 0,
                      .nodes = nodes_,
                      .text_bytes = text_bytes_});
  // A name used again stands for the newer node from here on.
  anchor_by_name_[std::string(View(name))] = index;
  open_.push_back(index);
}

void Events::CloseAnchor() {
  Anchor& anchor = anchors_[static_cast<size_t>(open_.back())];
  open_.pop_back();
  anchor.end = kept_.size();
  anchor.nodes = nodes_ - anchor.nodes;
  anchor.text_bytes = text_bytes_ - anchor.text_bytes;
}

bool Events::Count(size_t nodes, size_t text_bytes, const Place& place) {
  nodes_ += nodes;
  text_bytes_ += text_bytes;
  const bool alias = place.anchor.line > 0;
  const absl::string_view hint = alias ? " once this alias is replaced by what it stands for" : "";
  if (nodes_ > options_.max_nodes) {
    Fatal({place.at, {}}, absl::StrCat("too much in one file, expected at most ",
                                       options_.max_nodes, " values", hint));
  } else if (text_bytes_ > options_.max_text_bytes) {
    Fatal({place.at, {}}, absl::StrCat("too much in one file, expected at most ",
                                       options_.max_text_bytes, " bytes of text", hint));
  }
  return !stopped_;
}

void Events::Keep(const Event& event, int anchor) {
  if (open_.empty()) return;
  kept_.push_back({raw_, event, anchor});
  has_raw_ = false;
}

void Events::Skip(const Event& first) {
  if (first.kind != EventKind::kMapping && first.kind != EventKind::kSequence) return;
  const int outside = depth_ - 1;
  while (depth_ > outside && Next().kind != EventKind::kStop) {
  }
}

void Events::Finish() {
  if (!ParseRaw()) return;  // the document's end
  if (!ParseRaw()) return;
  if (raw_.type == YAML_DOCUMENT_START_EVENT) {
    Fatal({At(raw_.start_mark), {}}, "a second document begins, expected one document in a file");
  }
}

}  // namespace drill::yaml
