// rehearse: a scenario in virtual time, without a controller.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/rehearsal_text.h"
#include "cli/scenario_file.h"
#include "cli/session.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/keys/keys.h"
#include "core/rehearsal/profile.h"
#include "core/rehearsal/rehearse.h"

namespace drill::cli {
namespace {

struct RehearseOptions {
  std::string scenario;
  std::string reg;
  std::string profile;
  std::vector<std::pair<std::string, std::string>> cast;
  int runs = 20;
  uint64_t seed = 1;
};

absl::StatusOr<v1::Profile> ReadProfile(const std::string& path) {
  if (path.empty()) return rehearsal::UsualProfile();
  v1::Profile profile;
  RETURN_IF_ERROR(LoadYaml(path, &profile));
  std::vector<std::string> faults = rehearsal::CheckProfile(profile);
  for (std::string& fault : faults) fault = absl::StrCat(path, ": ", fault);
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  return profile;
}

// Keys for this run alone: real owners are not asked to sign a rehearsal.
rehearsal::Owners MakeOwners() {
  rehearsal::Owners owners;
  std::vector<std::string> keys = {GenerateKey(), GenerateKey()};
  for (const std::string& key : keys) owners.public_pem.push_back(*PublicPem(key));
  owners.sign = [keys](size_t key, absl::string_view bytes) {
    const absl::StatusOr<std::string> der = SignBytes(keys.at(key), bytes);
    DRILL_CHECK(der.ok());
    return *der;
  };
  return owners;
}

absl::Status FillCast(const Session& session, const RehearseOptions& o,
                      const v1::Scenario& scenario, v1::CreateExercise* asked) {
  const auto has = [](const auto& parts, const std::string& id) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return p.id() == id; });
  };
  for (const auto& [part, id] : o.cast) {
    v1::CastChoice* choice = nullptr;
    if (has(scenario.cast().systems(), part)) choice = asked->add_systems();
    if (has(scenario.cast().teams(), part)) choice = asked->add_teams();
    if (choice == nullptr) {
      return absl::InvalidArgumentError(session.Say(Msg::kRehearsalBadPart, Clean(part)));
    }
    choice->set_part(part);
    choice->set_id(id);
  }
  return absl::OkStatus();
}

absl::Status Rehearse(Session& session, const RehearseOptions& o) {
  rehearsal::Options options;
  ASSIGN_OR_RETURN(Linted linted, ReadGoodScenario(session, o.scenario));
  options.scenario = std::move(linted.scenario);
  ASSIGN_OR_RETURN(options.profile, ReadProfile(o.profile));
  if (!o.reg.empty()) RETURN_IF_ERROR(LoadYaml(o.reg, &options.reg.emplace()));
  RETURN_IF_ERROR(FillCast(session, o, options.scenario, &options.asked));
  options.runs = o.runs;
  options.seed = o.seed;
  options.owners = MakeOwners();
  ASSIGN_OR_RETURN(const v1::Rehearsal rehearsal, rehearsal::Rehearse(options));
  if (session.json()) {
    session.PrintJson(rehearsal);
  } else {
    PrintRehearsal(session, rehearsal);
  }
  return absl::OkStatus();
}

}  // namespace

void AddRehearse(Command& root) {
  auto o = std::make_shared<RehearseOptions>();
  root.Sub("rehearse")
      .Arg("SCENARIO", Into(&o->scenario))
      .Opt("--register", "FILE", Into(&o->reg))
      .Opt("--cast", "PART=ID",
           Pairs([o](const std::string& part, const std::string& id, const ParseContext&) {
             o->cast.emplace_back(part, id);
             return absl::OkStatus();
           }),
           Need::kAny)
      .Opt("--team", "FILE", Into(&o->profile))
      .Opt("--runs", "N",
           Number(1, rehearsal::kRunsMax, [o](int64_t n) { o->runs = static_cast<int>(n); }))
      .Opt("--seed", "N",
           Number(0, INT64_MAX, [o](int64_t n) { o->seed = static_cast<uint64_t>(n); }))
      .Opt("--speed", "max", OneOf({{"max", 0}}, [](int) {}))
      .Runs([o](Session& s) { return Rehearse(s, *o); });
}

}  // namespace drill::cli
