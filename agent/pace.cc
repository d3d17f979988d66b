#include "agent/pace.h"

#include <algorithm>

#include "common/base/check.h"

namespace drill::agent {
namespace {

constexpr int64_t kToken = 1'000'000;

}  // namespace

TokenBucket::TokenBucket(int64_t rate, int64_t burst, int64_t now_us)
    : rate_(rate), full_(burst * kToken), level_(full_), last_us_(now_us) {
  DRILL_CHECK(rate > 0 && burst > 0);
}

int64_t TokenBucket::Take(int64_t now_us) {
  // One token a second per unit of rate is `rate` millionths a microsecond. A long time away fills
  // it; the product of a longer one could overflow.
  const int64_t away = std::clamp<int64_t>(now_us - last_us_, 0, full_ / rate_ + 1);
  level_ = std::min(full_, level_ + away * rate_);
  last_us_ = std::max(last_us_, now_us);
  if (level_ >= kToken) {
    level_ -= kToken;
    return 0;
  }
  return (kToken - level_ + rate_ - 1) / rate_;
}

int64_t Jittered(int64_t mean_us, int permille, uint32_t chance) {
  const int64_t most = mean_us * permille / 1000;
  // From -most to +most.
  return mean_us - most + static_cast<int64_t>((static_cast<__int128>(2 * most) * chance) >> 32);
}

}  // namespace drill::agent
