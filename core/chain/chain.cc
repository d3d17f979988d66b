#include "core/chain/chain.h"

#include "common/base/digest.h"

namespace drill::chain {

std::string NextHash(absl::string_view previous, absl::string_view payload) {
  Sha256Stream hash;
  hash.Add(previous.empty() ? std::string(kSha256Bytes, '\0') : std::string(previous));
  hash.Add(payload);
  return hash.Finish();
}

}  // namespace drill::chain
