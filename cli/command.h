#ifndef DRILL_CLI_COMMAND_H_
#define DRILL_CLI_COMMAND_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/text.h"
#include "cli/values.h"
#include "drill/v1/api.pb.h"

namespace drill::cli {

class Session;

// How often a word must or may be given.
enum class Need { kOptional, kOne, kAny, kMany };

struct Parameter {
  std::string name;  // "EXERCISE", or "--note"
  std::string hint;  // of an option: what its value is, "TEXT"; empty: a flag
  Need need = Need::kOptional;
  Parser parse;

  bool repeats() const { return need == Need::kAny || need == Need::kMany; }
  bool required() const { return need == Need::kOne || need == Need::kMany; }
  bool positional() const { return name[0] != '-'; }
};

// One word of the command line, with what may stand after it: "drillctl", "exercise", "start".
//
// A tree of plain data, built by the command groups (AddExercise and its like) and read by Parse
// and Help. What the parsers write into belongs to the command itself (`Submits`) or to the
// closures; so a tree serves one command line. One thread.
class Command {
 public:
  using Prepare = std::function<absl::Status(Session&, v1::Command*)>;
  using Then = std::function<absl::Status(Session&, const v1::Command&, const v1::SubmitResponse&)>;
  using Runner = std::function<absl::Status(Session&)>;
  // Adds one line a fault that no single parameter shows.
  using Checker = std::function<void(Language, std::vector<std::string>*)>;

  explicit Command(absl::string_view name, const Command* parent = nullptr)
      : name_(name), parent_(parent) {}

  Command& Sub(absl::string_view name);
  Command& Arg(absl::string_view name, Parser parse, Need need = Need::kOne);
  Command& Opt(absl::string_view flag, absl::string_view hint, Parser parse,
               Need need = Need::kOptional);
  Command& Flag(absl::string_view flag, std::function<void()> set);
  Command& Check(Checker checker);

  // This command is one Submit. Returns the message for the parsers to fill, owned by this.
  v1::Command* Submits();
  // Before submitting: completes the message with what is not on the command line (files, secrets).
  Command& Before(Prepare prepare);
  // After submitting: replaces the usual words.
  Command& After(Then then);
  // Anything else. Exactly one of Submits and Runs, or subcommands.
  void Runs(Runner runner) { runner_ = std::move(runner); }

  const std::string& name() const { return name_; }
  // "exercise start"; empty for the program itself.
  std::string Path() const;
  const Command* parent() const { return parent_; }
  const std::vector<std::unique_ptr<Command>>& subs() const { return subs_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Checker>& checkers() const { return checkers_; }

  // The message as the command line filled it; null unless this Submits.
  const v1::Command* request() const { return request_.get(); }
  // REQUIRES: no subcommands.
  absl::Status Run(Session& session) const;

 private:
  std::string name_;
  const Command* parent_;
  std::vector<std::unique_ptr<Command>> subs_;
  std::vector<Parameter> parameters_;
  std::vector<Checker> checkers_;
  std::unique_ptr<v1::Command> request_;
  Prepare prepare_;
  Then then_;
  Runner runner_;
};

struct Parsed {
  const Command* command = nullptr;  // deepest one named
  bool help = false;
  // What is wrong with the words, all of it, each one line. Empty: run it.
  std::vector<std::string> faults;
};

// Reads the words after the program's name into what the tree's parsers write to.
Parsed Parse(const Command& root, const std::vector<std::string>& words,
             const ParseContext& context);

// The page that --help prints.
std::string Help(const Command& command, Language language);

}  // namespace drill::cli

#endif  // DRILL_CLI_COMMAND_H_
