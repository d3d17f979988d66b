#ifndef DRILL_AGENT_PACE_H_
#define DRILL_AGENT_PACE_H_

#include <cstdint>

// How fast, and when next. Pure: time and chance are arguments.
namespace drill::agent {

// At most `rate` a second on average and `burst` at once. Time that was lost (a freeze, a busy
// host) is made up for by one burst, no more. One thread.
class TokenBucket {
 public:
  // REQUIRES: rate and burst are positive.
  TokenBucket(int64_t rate, int64_t burst, int64_t now_us);
  // 0: one was taken. Otherwise nothing was taken, and none will be there for so many microseconds.
  int64_t Take(int64_t now_us);

 private:
  const int64_t rate_;
  const int64_t full_;
  int64_t level_;  // in millionths of a token
  int64_t last_us_;
};

// `mean` longer or shorter by up to `permille` of it; evenly by `chance`, any 32 bits.
int64_t Jittered(int64_t mean_us, int permille, uint32_t chance);

}  // namespace drill::agent

#endif  // DRILL_AGENT_PACE_H_
