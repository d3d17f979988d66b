#ifndef DRILL_COMMON_YAML_EVENTS_H_
#define DRILL_COMMON_YAML_EVENTS_H_

#include <yaml.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/yaml/faults.h"
#include "common/yaml/load.h"

namespace drill::yaml {

enum class EventKind : uint8_t {
  kStop,  // the document is over, or nothing more can be read from it; comes for ever
  kScalar,
  kMapping,   // begins; then key, value, key, value ..., kEnd
  kSequence,  // begins; then elements, kEnd
  kEnd,
  kBroken,  // stands for one whole node whose fault has been told already
};

enum class Tag : uint8_t { kNone, kStr, kInt, kFloat, kBool, kNull, kBinary, kMap, kSeq };

struct Event {
  EventKind kind = EventKind::kStop;
  Tag tag = Tag::kNone;
  // Scalar: neither quoted, nor a block, nor tagged as text.
  bool plain = false;
  // Scalar: its text; valid until the next call of Next (the text of an anchored node: for the
  // life of the Events).
  absl::string_view value = {};
  Place place = {};
};

// The events of the one document of a YAML text, with aliases replaced by what they stand for.
//
// Wraps libyaml's parser. Only what lies inside an anchored node is kept, so a file without
// anchors is read in constant memory. The size of an alias is known before it is replayed, and
// refused there if it goes past the limits. Faults of syntax, limits, tags and aliases go to
// `faults`; those after which reading on makes no sense end in kStop. One thread, one use.
class Events {
 public:
  // `text` and `faults` must outlive this.
  Events(absl::string_view text, const Options& options, Faults* faults);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // The next event; the first is that of the root node.
  Event Next();
  // Consumes the rest of the node that `first` began.
  void Skip(const Event& first);
  // After the root node: tells what follows it, if anything does.
  void Finish();
  // From now on, kStop.
  void Stop() { stopped_ = true; }

 private:
  // An event kept for replay; owns the memory of `raw`.
  struct Kept {
    yaml_event_t raw;
    Event event;
    // Alias: index of its anchor, or -1.
    int anchor = -1;
  };
  // A named node, kept_[begin, end). Open while being read: then `end` is 0.
  struct Anchor {
    Position position;
    int depth = 0;
    size_t begin = 0;
    size_t end = 0;
    // What it adds to nodes_ and text_bytes_; until closed, their values before it.
    size_t nodes = 0;
    size_t text_bytes = 0;
  };
  // A kept node being delivered again.
  struct Replay {
    size_t next;
    size_t end;
    Place place;
  };

  Event NextParsed();
  Event TakeScalar();
  Event TakeCollection(EventKind kind, const yaml_char_t* tag, const yaml_char_t* anchor);
  Event TakeEnd();
  Event TakeAlias(bool* replayed);
  bool ParseRaw();
  void ReleaseRaw();
  // Tells a fault; Fatal also stops.
  void Tell(const Place& place, absl::string_view text);
  Event Fatal(const Place& place, absl::string_view text);
  void SyntaxFault();
  Position FaultPosition() const;

  Tag TagOf(const yaml_char_t* tag, EventKind kind, const Place& place, bool* broken);
  void OpenAnchor(const yaml_char_t* name, Position position);
  void CloseAnchor();
  // Counts a node; false (and told) when that is one too many.
  bool Count(size_t nodes, size_t text_bytes, const Place& place);
  void Keep(const Event& event, int anchor);
  // Follows the depth of what is handed out.
  Event HandOut(const Event& event);
  void StartReplay(int anchor, Position use);

  const absl::string_view text_;
  const Options options_;
  Faults* const faults_;
  yaml_parser_t parser_;
  yaml_event_t raw_;
  bool has_raw_ = false;
  bool stopped_ = false;
  int depth_ = 0;
  size_t nodes_ = 0;
  size_t text_bytes_ = 0;

  std::vector<Kept> kept_;
  std::vector<Anchor> anchors_;
  absl::flat_hash_map<std::string, int> anchor_by_name_;
  // Indexes of the anchors being read, outermost first.
  std::vector<int> open_;
  std::vector<Replay> replays_;
};

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_EVENTS_H_
