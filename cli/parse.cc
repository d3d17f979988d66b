// The one file that sees CLI11: it splits words into options and arguments; meaning, required
// words and languages are ours, so that all faults come at once and in the person's language.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "cli/command.h"

namespace drill::cli {
namespace {

// Values of one option, e.g. --host; far below where CLI11 treats a number as "no limit".
constexpr int kWordsMax = 100'000;

// CLI11's handle of each parameter of one command.
struct Bound {
  const Command* command;
  CLI::App* app;
  std::vector<CLI::Option*> options;
};

void Bind(const Command& command, CLI::App* app, std::vector<Bound>* all) {
  app->set_help_flag("");
  app->fallthrough();
  Bound bound{&command, app, {}};
  for (const Parameter& p : command.parameters()) {
    CLI::Option* option = nullptr;
    if (!p.positional() && p.hint.empty()) {
      option = app->add_flag(p.name);
    } else {
      // The one option that everybody shortens.
      option = app->add_option(p.name == "--out" ? "-o,--out" : p.name);
      option->expected(1, p.repeats() ? kWordsMax : 1);
      option->take_all();  // "given twice" is told below
      // CLI11 splits "[a,b]" where this is set; arguments cannot do without.
      if (p.positional() && p.repeats()) option->allow_extra_args();
      // So that an option of many values leaves the arguments after it alone.
      option->required(p.positional() && p.required());
    }
    bound.options.push_back(option);
  }
  all->push_back(std::move(bound));
  for (const auto& sub : command.subs()) Bind(*sub, app->add_subcommand(sub->name()), all);
  // At most one, so that an argument equal to some command's name stays an argument.
  if (!command.subs().empty()) app->require_subcommand(0, 1);
}

void AddUnexpected(const CLI::App& app, Language language, std::vector<std::string>* faults) {
  for (const std::string& word : app.remaining(true)) {
    faults->push_back(Say(language, Msg::kUsageUnexpected, word));
  }
}

// Gives the values of one command to its parsers.
void Deliver(const Bound& bound, const ParseContext& context, std::vector<std::string>* faults) {
  const auto& parameters = bound.command->parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    if (bound.options[i]->count() == 0) {
      if (p.required()) faults->push_back(Say(context.language, Msg::kUsageMissing, p.name));
      continue;
    }
    const std::vector<std::string>& words = bound.options[i]->results();
    if (!p.repeats() && !p.hint.empty() && words.size() > 1) {
      faults->push_back(Say(context.language, Msg::kUsageTwice, p.name));
      continue;
    }
    if (absl::Status status = p.parse(words, context); !status.ok()) {
      faults->push_back(absl::StrCat(p.name, ": ", status.message()));
    }
  }
  // What parameters show together makes sense only once each is right.
  if (!faults->empty()) return;
  for (const auto& check : bound.command->checkers()) check(context.language, faults);
}

}  // namespace

Parsed Parse(const Command& root, const std::vector<std::string>& words,
             const ParseContext& context) {
  CLI::App app;
  std::vector<Bound> all;
  Bind(root, &app, &all);
  bool help = false;
  CLI::Option* help_flag = app.add_flag("-h,--help");

  Parsed parsed;
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::RequiredError&) {
    AddUnexpected(app, context.language, &parsed.faults);  // the missing: below, with all others
  } catch (const CLI::ExtrasError&) {
    AddUnexpected(app, context.language, &parsed.faults);
  } catch (const CLI::ArgumentMismatch& e) {
    parsed.faults.push_back(Say(context.language, Msg::kUsageValue, e.what()));
  } catch (const CLI::Error& e) {
    parsed.faults.push_back(e.what());
  }
  help = help_flag->count() > 0;

  std::vector<const Bound*> chain;
  for (const Bound& bound : all) {
    if (bound.app == &app || bound.app->parsed()) chain.push_back(&bound);
  }
  parsed.command = chain.back()->command;
  parsed.help = help;
  if (help) {
    parsed.faults.clear();
    return parsed;
  }
  for (const Bound* bound : chain) Deliver(*bound, context, &parsed.faults);
  if (!parsed.command->subs().empty() && parsed.faults.empty()) {
    parsed.faults.push_back(Say(context.language, Msg::kUsageNoCommand));
  }
  return parsed;
}

}  // namespace drill::cli
