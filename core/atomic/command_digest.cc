#include "core/atomic/command_digest.h"

#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/base/digest.h"

namespace drill {

std::string ExecutorWord(v1::Executor executor) {
  return executor == v1::EXECUTOR_BASH ? "bash" : "sh";
}

std::string CommandDigest(const v1::ExecAtomic& atomic) {
  Sha256Stream stream;
  stream.Add(absl::string_view("drill-command-v1\0", 17));
  const std::string executor = ExecutorWord(atomic.executor());
  for (const absl::string_view field :
       {absl::string_view(executor), absl::string_view(atomic.prerequisite()),
        absl::string_view(atomic.command()), absl::string_view(atomic.cleanup())}) {
    // With its length before it, no text can move from one field into the next.
    char length[8];
    for (int i = 0; i < 8; ++i) {
      length[i] = static_cast<char>(static_cast<uint64_t>(field.size()) >> (56 - 8 * i));
    }
    stream.Add(absl::string_view(length, sizeof(length)));
    stream.Add(field);
  }
  return Hex(stream.Finish());
}

}  // namespace drill
