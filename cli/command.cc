#include "cli/command.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/render.h"
#include "cli/session.h"
#include "common/base/check.h"
#include "common/base/status.h"

namespace drill::cli {

Command& Command::Sub(absl::string_view name) {
  subs_.push_back(std::make_unique<Command>(name, this));
  return *subs_.back();
}

Command& Command::Arg(absl::string_view name, Parser parse, Need need) {
  parameters_.push_back({std::string(name), "", need, std::move(parse)});
  return *this;
}

Command& Command::Opt(absl::string_view flag, absl::string_view hint, Parser parse, Need need) {
  parameters_.push_back({std::string(flag), std::string(hint), need, std::move(parse)});
  return *this;
}

Command& Command::Flag(absl::string_view flag, std::function<void()> set) {
  auto parse = [set = std::move(set)](const std::vector<std::string>&, const ParseContext&) {
    set();
    return absl::OkStatus();
  };
  parameters_.push_back({std::string(flag), "", Need::kOptional, std::move(parse)});
  return *this;
}

Command& Command::Check(Checker checker) {
  checkers_.push_back(std::move(checker));
  return *this;
}

v1::Command* Command::Submits() {
  request_ = std::make_unique<v1::Command>();
  return request_.get();
}

Command& Command::Before(Prepare prepare) {
  prepare_ = std::move(prepare);
  return *this;
}

Command& Command::After(Then then) {
  then_ = std::move(then);
  return *this;
}

std::string Command::Path() const {
  if (parent_ == nullptr) return "";
  const std::string above = parent_->Path();
  return above.empty() ? name_ : absl::StrCat(above, " ", name_);
}

absl::Status Command::Run(Session& session) const {
  DRILL_CHECK(subs_.empty());
  if (runner_) return runner_(session);
  DRILL_CHECK(request_ != nullptr);
  v1::Command request = *request_;
  if (prepare_) RETURN_IF_ERROR(prepare_(session, &request));
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::SubmitResponse response, client->Submit(request));
  if (then_) return then_(session, request, response);
  return session.PrintDone(Path(), response);
}

// ---- help --------------------------------------------------------------------------------------

namespace {

constexpr size_t kHelpColumn = 30;

std::string Usage(const Parameter& p) {
  std::string text = p.hint.empty() ? p.name : absl::StrCat(p.name, " ", p.hint);
  if (p.repeats()) absl::StrAppend(&text, "...");
  return p.required() ? text : absl::StrCat("[", text, "]");
}

std::string Line(absl::string_view left, absl::string_view right) {
  std::string line = absl::StrCat("  ", left);
  if (DisplayWidth(line) + 1 > kHelpColumn) {
    absl::StrAppend(&line, "\n", std::string(kHelpColumn, ' '));
  } else {
    line.append(kHelpColumn - DisplayWidth(line), ' ');
  }
  return absl::StrCat(line, right, "\n");
}

void Section(absl::string_view title, const Command& command, bool positional, Language language,
             std::string* page) {
  bool first = true;
  for (const Parameter& p : command.parameters()) {
    if (p.positional() != positional) continue;
    if (first) absl::StrAppend(page, "\n", title, "\n");
    first = false;
    const std::string left = p.hint.empty() ? p.name : absl::StrCat(p.name, " ", p.hint);
    absl::StrAppend(page, Line(left, ParameterHelp(language, command.Path(), p.name)));
  }
}

}  // namespace

std::string Help(const Command& command, Language language) {
  const Command* root = &command;
  while (root->parent() != nullptr) root = root->parent();
  const std::string path = command.Path();
  std::string page = absl::StrCat(CommandHelp(language, path), "\n\n",
                                  Say(language, Msg::kHelpUsage), " drillctl");
  if (!path.empty()) absl::StrAppend(&page, " ", path);
  if (!command.subs().empty()) {
    absl::StrAppend(&page, " ", Say(language, Msg::kHelpCommandWord));
  } else {
    for (const bool positional : {true, false}) {
      for (const Parameter& p : command.parameters()) {
        if (p.positional() == positional) absl::StrAppend(&page, " ", Usage(p));
      }
    }
  }
  page += "\n";
  if (!command.subs().empty()) {
    absl::StrAppend(&page, "\n", Say(language, Msg::kHelpCommands), "\n");
    for (const auto& sub : command.subs()) {
      absl::StrAppend(&page, Line(sub->name(), CommandHelp(language, sub->Path())));
    }
  }
  Section(Say(language, Msg::kHelpArguments), command, true, language, &page);
  if (&command != root) {
    Section(Say(language, Msg::kHelpOptions), command, false, language, &page);
  }
  Section(Say(language, Msg::kHelpCommonOptions), *root, false, language, &page);
  absl::StrAppend(&page, Line("-h, --help", Say(language, Msg::kHelpHelp)));
  return page;
}

}  // namespace drill::cli
