#ifndef DRILL_CORE_ATOMIC_IMPORT_H_
#define DRILL_CORE_ATOMIC_IMPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "drill/v1/atomic.pb.h"
#include "drill/v1/scenario.pb.h"

// Tests of Atomic Red Team and abilities of Caldera as injects: exec.atomic where an agent can play
// them, a manual action where a person must. Pure; any thread.
namespace drill {

struct ImportSettings {
  std::string platform = "linux";
  // Where the files that come with the tests are on the hosts.
  std::string atomics_folder = "/opt/atomic-red-team/atomics";
  // Arguments and facts by name; "TEST:NAME" for one test alone, TEST its GUID or T1003.008-3.
  absl::btree_map<std::string, std::string> values;
  // Let prerequisites that are missing be got by the tests' own commands, before the test.
  bool get_prerequisites = false;
  int64_t time_limit_seconds = 60;
  // Apart from one another on the exercise clock; 0: fired by hand.
  int64_t every_seconds = 0;
};

// Why a test is left out.
enum class Reason {
  kNone,
  kPlatform,              // not for that platform
  kExecutor,              // needs another executor than agents have
  kPrerequisiteExecutor,  // its prerequisites do
  kUnresolved,            // arguments or facts without a value
  kPayloads,              // files that Caldera would bring
  kNoCommand,
  kTooLong,  // a command, resolved
};

// What became of one test.
struct Imported {
  enum class Kind { kAction, kManual, kLeftOut };
  Kind kind = Kind::kLeftOut;
  std::string id;  // "T1003.008-3", or the ability's id
  // Not kLeftOut. Says neither when nor against what it is played.
  v1::Inject inject;
  // kLeftOut: why, and which platform, executor, arguments...
  Reason reason = Reason::kNone;
  std::string detail;
};

// One each test, in the order of the file. REQUIRES: CheckTechnique found no error.
std::vector<Imported> ImportTechnique(const v1::AtomicTechnique& technique,
                                      const ImportSettings& settings);

// One each ability; REQUIRES: CheckAbilities found no error.
std::vector<Imported> ImportAbilities(const v1::StockpileAbilities& file,
                                      const ImportSettings& settings);

// A scenario that can be linted, cast and played: one system part, one team part that is to detect
// each inject. REQUIRES: at least one is not left out.
v1::Scenario ScenarioOf(absl::string_view id, std::vector<Imported> imported,
                        const ImportSettings& settings);

// Shared by the two kinds of file.
namespace import_internal {

// Names without control, direction and zero-width characters, on one line, within 200 bytes.
std::string CleanName(absl::string_view name);
// As one word of a shell's command line.
std::string ShellQuoted(absl::string_view text);
// Ids, titles, techniques.
void FillInject(absl::string_view id, absl::string_view name, absl::string_view technique,
                v1::Inject* inject);

}  // namespace import_internal

}  // namespace drill

#endif  // DRILL_CORE_ATOMIC_IMPORT_H_
