#include "common/os/random.h"

#include <sys/random.h>

#include "absl/strings/escaping.h"
#include "common/base/check.h"

namespace drill::os {

std::string RandomBytes(size_t count) {
  std::string out(count, '\0');
  size_t done = 0;
  while (done < count) {
    ssize_t got = getrandom(out.data() + done, count - done, 0);
    DRILL_CHECK(got > 0);
    done += static_cast<size_t>(got);
  }
  return out;
}

std::string RandomId() { return absl::BytesToHexString(RandomBytes(16)); }

}  // namespace drill::os
