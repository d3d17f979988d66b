#include "common/yaml/positions.h"

#include <limits>
#include <string>

#include "absl/strings/numbers.h"

namespace drill::yaml {

namespace {

constexpr size_t kNone = std::numeric_limits<size_t>::max();

struct Step {
  absl::string_view name;
  int index = -1;  // -1: none
};

// Cuts one step off the front of a path: "name" or "name[index]". False: not a path.
bool CutStep(absl::string_view* path, Step* step) {
  const size_t dot = path->find('.');
  absl::string_view word = path->substr(0, dot);
  *path = dot == absl::string_view::npos ? absl::string_view() : path->substr(dot + 1);
  const size_t bracket = word.find('[');
  step->name = word.substr(0, bracket);
  step->index = -1;
  if (bracket == absl::string_view::npos) return true;
  absl::string_view digits = word.substr(bracket + 1);
  if (digits.empty() || digits.back() != ']') return false;
  digits.remove_suffix(1);
  int index = 0;
  if (!absl::SimpleAtoi(digits, &index) || index < 0) return false;
  step->index = index;
  return true;
}

}  // namespace

void Positions::Reset(const google::protobuf::Descriptor* root) {
  root_ = root;
  nodes_.clear();
}

size_t Positions::Begin(int label, Position position) {
  const size_t handle = nodes_.size();
  nodes_.push_back({label, position, static_cast<uint32_t>(handle + 1)});
  return handle;
}

void Positions::End(size_t handle) { nodes_[handle].end = static_cast<uint32_t>(nodes_.size()); }

size_t Positions::Child(size_t parent, int label) const {
  for (size_t i = parent + 1; i < nodes_[parent].end; i = nodes_[i].end) {
    if (nodes_[i].label == label) return i;
  }
  return kNone;
}

Position Positions::Find(absl::string_view path) const {
  if (nodes_.empty()) return {};
  const google::protobuf::Descriptor* type = root_;
  size_t node = 0;
  Step step;
  while (!path.empty() && type != nullptr && CutStep(&path, &step)) {
    const auto* field = type->FindFieldByName(std::string(step.name));
    if (field == nullptr) break;
    size_t child = Child(node, field->index());
    if (child == kNone) break;
    node = child;
    if (step.index >= 0) {
      child = Child(node, step.index);
      if (child == kNone) break;
      node = child;
    } else if (field->is_repeated()) {
      break;
    }
    type = field->message_type();
  }
  return nodes_[node].position;
}

}  // namespace drill::yaml
