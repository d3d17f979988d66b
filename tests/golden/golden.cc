#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "core/chain/chain.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"

namespace drill::testing {

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> ReadJournal(const std::string& path) {
  const std::string bytes = ReadText(path);
  EXPECT_FALSE(bytes.empty()) << "no journal " << path;
  std::vector<std::string> payloads;
  for (size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < 4) {
      ADD_FAILURE() << path << " is cut off";
      break;
    }
    size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(bytes[at++]);
    if (bytes.size() - at < size) {
      ADD_FAILURE() << path << " is cut off";
      break;
    }
    payloads.push_back(bytes.substr(at, size));
    at += size;
  }
  return payloads;
}

bool WriteJournal(const std::string& path, const std::vector<Stamped>& journal) {
  std::ofstream out(path, std::ios::binary);
  for (const Stamped& stamped : journal) {
    const size_t size = stamped.payload.size();
    for (int shift = 24; shift >= 0; shift -= 8) out.put(static_cast<char>(size >> shift & 0xFF));
    out << stamped.payload;
  }
  return out.good();
}

std::string Expectation(const std::vector<std::string>& payloads) {
  Engine engine(&Score);
  for (const std::string& payload : payloads) {
    v1::Record record;
    EXPECT_TRUE(record.ParseFromString(payload));
    const auto head = engine.state().streams.find(record.stream());
    const std::string previous = head == engine.state().streams.end() ? "" : head->second.hash;
    EXPECT_OK(engine.Replay(record, chain::NextHash(previous, payload)));
  }
  const State& state = engine.state();
  std::string out = absl::StrCat("records ", payloads.size(), "\n");
  for (const auto& [stream, head] : state.streams) {
    absl::StrAppend(&out, "head ", stream, " ", head.stream_seq, " ", Hex(head.hash), "\n");
  }
  for (const auto& [id, exercise] : state.exercises) {
    const v1::Scorecard card = Score(*exercise, state.streams.at(id), state.last_time_us);
    absl::StrAppend(&out, "scorecard ", id, " version ", card.scoring_version(), " ",
                    card.score_mp(), " millipoints, bytes ", Sha256Hex(card.SerializeAsString()),
                    "\n");
  }
  absl::StrAppend(&out, "\n", Describe(state));
  return out;
}

}  // namespace drill::testing
