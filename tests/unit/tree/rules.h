#ifndef DRILL_TESTS_UNIT_TREE_RULES_H_
#define DRILL_TESTS_UNIT_TREE_RULES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// The rules of the house (DESIGN §4, §10) that a compiler does not hold: who includes whom, who
// asks the clock, what is built. Each is a function of the text of the source tree, so that the
// test can also run it over a tree that breaks it.
namespace drill::tree {

// Path from the repository root → text: C++, CMake and proto files.
using Tree = std::map<std::string, std::string>;
// One line each: "path: what; what to do".
using Faults = std::vector<std::string>;

// What is under `root`, build folders left out. NotFound: no source tree there.
absl::StatusOr<Tree> ReadTree(const std::string& root);

// The text with comments blanked, and with `strings` also what is in quotes; lines stay lines.
std::string Code(absl::string_view text, bool blank_strings);

// core sees messages, common/base and core, each of its rooms only itself and those before it; no
// header of the system, no I/O, no thread, no clock. The agent's engine is held to the same.
Faults CoreIsPure(const Tree& tree);
// agent, server and cli never include one another, common none of them nor core.
Faults RoomsKeepApart(const Tree& tree);
// *.grpc.pb.h and gRPC's own headers: only where the network is.
Faults GrpcStaysAtTheEdge(const Tree& tree);
Faults SqliteStaysInTheJournal(const Tree& tree);
// The clock, sleep and randomness of the system: common/os, and the exceptions with their reasons.
Faults TimeAndChanceComeFromOs(const Tree& tree);
// No map, float, double or Any in the vocabulary.
Faults VocabularyIsDeterministic(const Tree& tree);
// Each .cc is named in a CMakeLists.txt, each folder with a CMakeLists.txt is added; no GLOB.
Faults EverySourceIsBuilt(const Tree& tree);
Faults GuardsFitPaths(const Tree& tree);
// At most kSourceLinesMax, of a test kTestLinesMax.
Faults FilesAreShort(const Tree& tree);

inline constexpr int kSourceLinesMax = 700;
inline constexpr int kTestLinesMax = 900;

}  // namespace drill::tree

#endif  // DRILL_TESTS_UNIT_TREE_RULES_H_
