#ifndef DRILL_AGENT_ACTIONS_PAPERS_H_
#define DRILL_AGENT_ACTIONS_PAPERS_H_

#include <string>
#include <vector>

#include "agent/actions/action.h"

namespace drill::agent {

// A document as an office has them, invented.
struct Paper {
  std::string name;
  Content content;
};
// `count` different ones of exactly `bytes_each` bytes, dated back from this month. The same in one
// month at every call.
std::vector<Paper> MakePapers(int count, int bytes_each);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_PAPERS_H_
