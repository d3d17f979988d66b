// Free play: what is expected of response teams about whatever a red team does.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/words.h"

namespace drill::lint {

void CheckFreePlay(Context& context) {
  const v1::Scenario& s = context.scenario;
  const auto& teams = s.cast().teams();
  const auto red =
      std::find_if(teams.begin(), teams.end(), [](const v1::TeamPart& part) { return part.red(); });
  const auto is_red = [&](const std::string& id) {
    return std::any_of(teams.begin(), teams.end(),
                       [&](const v1::TeamPart& part) { return part.red() && part.id() == id; });
  };
  if (red == teams.end() && s.has_free_play()) {
    context.Error("free_play", "no team part attacks; mark one with `red: true`");
  }
  if (red != teams.end()) {
    if (!s.has_free_play() || s.free_play().expect().empty()) {
      context.Error("free_play.expect",
                    absl::StrCat("team part ", Quoted(red->id()),
                                 " attacks, but nothing is expected of the other teams; say what "
                                 "they should do about each of its actions"));
    }
    if (s.type() == v1::EXERCISE_TYPE_TABLETOP) {
      context.Error("free_play", "a tabletop exercise plays nothing on systems; make it live");
    }
    if (std::all_of(teams.begin(), teams.end(), [](const v1::TeamPart& p) { return p.red(); })) {
      context.Error("cast.teams", "every team part attacks; an exercise needs one that responds");
    }
  }
  // Linted as those of an action played by hand, which each of them becomes.
  v1::Inject played;
  played.mutable_manual();
  *played.mutable_expect() = s.free_play().expect();
  const std::string path = "free_play";
  CheckExpectations(context, {played, path, -1});
  for (int i = 0; i < s.free_play().expect_size(); ++i) {
    if (!is_red(s.free_play().expect(i).team())) continue;
    context.Error(Member(Element("free_play.expect", i), "team"),
                  "a red team is not expected to deal with its own actions");
  }
  for (int i = 0; i < s.injects_size(); ++i) {
    for (int j = 0; j < s.injects(i).expect_size(); ++j) {
      const v1::Expectation& e = s.injects(i).expect(j);
      if (!is_red(e.team()) || e.kind() == v1::EXPECTATION_KIND_ANSWER) continue;
      context.Error(Member(Element(Member(Element("injects", i), "expect"), j), "team"),
                    "a red team detects and reports nothing; it can only answer questions");
    }
  }
}

}  // namespace drill::lint
