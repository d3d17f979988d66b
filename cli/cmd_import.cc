// scenario import: what others wrote for other tools becomes a scenario. Needs no controller.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <tuple>

#include "absl/container/btree_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "core/atomic/check.h"
#include "core/atomic/import.h"
#include "core/scenario/lint.h"

namespace drill::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kImportFileBytesMax = 4 << 20;
constexpr int kFaultsMax = 1000;

struct ImportOptions {
  std::vector<std::string> paths;
  std::vector<std::string> techniques;
  std::string out;
  ImportSettings settings;
};

// One line a fault, of the loader and of the checks, put into the order of the file.
class FaultLines {
 public:
  explicit FaultLines(const std::string& path) : path_(path) {}

  void AddLoader(const absl::Status& status) {
    for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
      int row = 0;
      int column = 0;
      absl::string_view rest = line;
      if (absl::ConsumePrefix(&rest, absl::StrCat(path_, ":"))) {
        const std::vector<absl::string_view> parts = absl::StrSplit(rest, absl::MaxSplits(':', 2));
        if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &row) ||
            !absl::SimpleAtoi(parts[1], &column)) {
          row = column = 0;
        }
      }
      lines_.emplace_back(row, column, std::string(line));
    }
  }

  // Of a place where the loader could not read, nothing more can be said.
  void AddCheck(yaml::Position at, const std::string& text) {
    for (const auto& [row, column, line] : lines_) {
      if (row == at.line && column == at.column) return;
    }
    checks_.emplace_back(at.line, at.column, yaml::FaultLine(path_, at, text));
  }

  std::vector<std::string> Take() {
    lines_.insert(lines_.end(), checks_.begin(), checks_.end());
    std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    std::vector<std::string> texts;
    for (auto& line : lines_) texts.push_back(std::get<2>(std::move(line)));
    return texts;
  }

 private:
  using Line = std::tuple<int, int, std::string>;
  const std::string path_;
  std::vector<Line> lines_;
  std::vector<Line> checks_;
};

// One import: reads, checks and converts file after file.
class Import {
 public:
  Import(Session& session, const ImportOptions& options) : session_(session), options_(options) {}

  // Reads one file into `message`; `check` says what else is wrong with it. False: it has errors,
  // which are kept.
  bool Read(const std::string& path, google::protobuf::Message* message,
            const std::function<std::vector<Fault>()>& check, absl::string_view name_fault);
  void Technique(const std::string& path);
  void Abilities(const std::string& path);
  // Prints what became of the tests, writes the scenario.
  absl::Status Finish();

 private:
  void Take(std::vector<Imported> imported) {
    std::move(imported.begin(), imported.end(), std::back_inserter(imported_));
  }
  bool Wanted(absl::string_view technique) const;
  std::string ReasonText(const Imported& one) const;
  void PrintCounts();
  std::string ScenarioId() const;

  Session& session_;
  const ImportOptions& options_;
  SeenGuids guids_;
  int files_ = 0;
  std::vector<std::string> errors_;
  std::vector<Imported> imported_;
};

bool Import::Read(const std::string& path, google::protobuf::Message* message,
                  const std::function<std::vector<Fault>()>& check, absl::string_view name_fault) {
  ++files_;
  const absl::StatusOr<std::string> text = os::ReadFile(path, kImportFileBytesMax);
  if (!text.ok()) {
    errors_.emplace_back(text.status().message());
    return false;
  }
  yaml::Options options;
  options.max_errors = kFaultsMax;
  options.keep_message = true;
  yaml::Positions positions;
  const std::string name = Clean(path);
  FaultLines lines(name);
  const absl::Status loaded = yaml::Load(*text, name, message, options, &positions);
  bool good = loaded.ok() && name_fault.empty();
  if (!loaded.ok()) lines.AddLoader(loaded);
  if (!name_fault.empty()) lines.AddCheck({1, 1}, std::string(name_fault));
  std::vector<std::string> warnings;
  for (const Fault& fault : check()) {
    const yaml::Position at = positions.Find(fault.path);
    if (fault.severity == Severity::kError) {
      good = false;
      lines.AddCheck(at, fault.text);
    } else {
      session_.Remark(yaml::FaultLine(
          name, at, absl::StrCat(session_.Say(Msg::kLintWarning), ": ", Clean(fault.text))));
    }
  }
  if (good) return true;
  for (const std::string& line : lines.Take()) errors_.push_back(CleanLines(line));
  return false;
}

bool Import::Wanted(absl::string_view technique) const {
  if (options_.techniques.empty()) return true;
  return std::any_of(
      options_.techniques.begin(), options_.techniques.end(), [&](const std::string& wanted) {
        return technique == wanted || absl::StartsWith(technique, absl::StrCat(wanted, "."));
      });
}

void Import::Technique(const std::string& path) {
  v1::AtomicTechnique technique;
  const std::string file = fs::path(path).filename().string();
  const auto check = [&] { return CheckTechnique(technique, file, &guids_); };
  if (!Read(path, &technique, check, AtomicFileNameFault(file))) return;
  if (Wanted(technique.attack_technique())) Take(ImportTechnique(technique, options_.settings));
}

void Import::Abilities(const std::string& path) {
  v1::StockpileAbilities abilities;
  const std::string file = fs::path(path).filename().string();
  const auto check = [&] { return CheckAbilities(abilities, file, &guids_); };
  if (!Read(path, &abilities, check, "")) return;
  if (!options_.techniques.empty()) {
    auto* list = abilities.mutable_yaml_list();
    list->erase(std::remove_if(list->begin(), list->end(),
                               [&](const v1::StockpileAbility& ability) {
                                 return !Wanted(ability.technique().has_attack_id()
                                                    ? ability.technique().attack_id().yaml_value()
                                                    : ability.technique_id().yaml_value());
                               }),
                list->end());
  }
  Take(ImportAbilities(abilities, options_.settings));
}

std::string Import::ReasonText(const Imported& one) const {
  const std::string detail = Clean(one.detail);
  switch (one.reason) {
    case Reason::kPlatform:
      return session_.Say(Msg::kImportPlatform, detail);
    case Reason::kExecutor:
      return session_.Say(Msg::kImportExecutor, detail);
    case Reason::kPrerequisiteExecutor:
      return session_.Say(Msg::kImportPrerequisite, detail);
    case Reason::kUnresolved:
      return session_.Say(Msg::kImportUnresolved, detail);
    case Reason::kPayloads:
      return session_.Say(Msg::kImportPayloads, detail);
    case Reason::kTooLong:
      return session_.Say(Msg::kImportTooLong);
    case Reason::kNoCommand:
    case Reason::kNone:
      break;
  }
  return session_.Say(Msg::kImportNoCommand);
}

void Import::PrintCounts() {
  size_t actions = 0;
  size_t manual = 0;
  // Tests of other platforms are many and nobody's fault: one line for all of them.
  absl::btree_map<std::string, size_t> others;
  for (const Imported& one : imported_) {
    if (one.kind == Imported::Kind::kAction) ++actions;
    if (one.kind == Imported::Kind::kManual) ++manual;
    if (one.kind != Imported::Kind::kLeftOut) continue;
    if (one.reason == Reason::kPlatform) {
      ++others[ReasonText(one)];
    } else {
      session_.Remark(session_.Say(Msg::kImportLeftOut, Clean(one.id), ReasonText(one)));
    }
  }
  for (const auto& [why, count] : others) {
    session_.Remark(session_.Say(Msg::kImportManyLeftOut, count, why));
  }
  session_.PrintLine(session_.Say(Msg::kImportCounts, files_, imported_.size(), actions, manual,
                                  imported_.size() - actions - manual));
}

// From the name of the file to write, where that makes an id.
std::string Import::ScenarioId() const {
  std::string id = absl::AsciiStrToLower(fs::path(options_.out).stem().string()).substr(0, 63);
  for (char& c : id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_') c = '-';
  }
  const bool good = !id.empty() && absl::ascii_isalnum(static_cast<unsigned char>(id[0]));
  return good ? id : "imported";
}

absl::Status Import::Finish() {
  if (!errors_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        absl::StrJoin(errors_, "\n"), "\n", session_.Say(Msg::kImportRefused, errors_.size())));
  }
  PrintCounts();
  const bool any = std::any_of(imported_.begin(), imported_.end(), [](const Imported& one) {
    return one.kind != Imported::Kind::kLeftOut;
  });
  if (!any) return absl::FailedPreconditionError(session_.Say(Msg::kImportNothing));
  const v1::Scenario scenario = ScenarioOf(ScenarioId(), std::move(imported_), options_.settings);
  const std::vector<Fault> faults = Lint(scenario);
  if (HasErrors(faults)) {
    return absl::InvalidArgumentError(
        absl::StrJoin(faults, "\n", [](std::string* line, const Fault& fault) {
          if (fault.severity == Severity::kError) {
            absl::StrAppend(line, fault.path, ": ", fault.text);
          }
        }));
  }
  RETURN_IF_ERROR(os::WriteFileDurably(options_.out, yaml::Dump(scenario), 0644));
  session_.PrintLine(
      session_.Say(Msg::kImportWritten, Clean(options_.out), scenario.injects_size()));
  return absl::OkStatus();
}

bool HasExtension(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// T1003.yaml, T1003.008.yml
bool IsTechniqueFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return HasExtension(path) && name.size() > 5 && name[0] == 'T' &&
         std::all_of(name.begin() + 1, name.begin() + 5, absl::ascii_isdigit);
}

// Profiles, sources of facts and planners lie beside the abilities.
bool IsAbilityFile(const fs::path& path) {
  for (const fs::path& part : path) {
    if (part == "adversaries" || part == "sources" || part == "planners" || part == "objectives") {
      return false;
    }
  }
  return HasExtension(path);
}

// The files that a word of the command line names: itself, or those of the directory.
absl::StatusOr<std::vector<std::string>> FilesOf(Session& session, const std::string& word,
                                                 bool (*wanted)(const fs::path&)) {
  struct stat info {};
  if (::stat(word.c_str(), &info) != 0) return os::ErrnoStatus(errno, "look at", word);
  if (!S_ISDIR(info.st_mode)) return std::vector<std::string>{word};
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(word, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    // What lies in the directory itself is meant, whatever its name.
    if (wanted(it->path()) || (it.depth() == 0 && HasExtension(it->path()))) {
      files.push_back(it->path().string());
    }
  }
  if (error) return absl::UnavailableError(absl::StrCat(word, ": ", error.message()));
  if (files.empty()) return absl::NotFoundError(session.Say(Msg::kImportNoFiles, Clean(word)));
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status Run(Session& session, const ImportOptions& options, bool (*wanted)(const fs::path&),
                 void (Import::*take)(const std::string&)) {
  Import import(session, options);
  for (const std::string& path : options.paths) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(session, path, wanted));
    for (const std::string& file : files) (import.*take)(file);
  }
  return import.Finish();
}

void AddKind(Command& import, absl::string_view name, bool (*wanted)(const fs::path&),
             void (Import::*take)(const std::string&)) {
  auto options = std::make_shared<ImportOptions>();
  ImportSettings& settings = options->settings;
  const auto set = [options](const std::string& key, const std::string& value,
                             const ParseContext&) {
    options->settings.values[key] = value;
    return absl::OkStatus();
  };
  Command& kind = import.Sub(name);
  kind.Arg("PATH", Into(&options->paths), Need::kMany)
      .Opt("--out", "FILE", Into(&options->out), Need::kOne)
      .Opt("--technique", "TECHNIQUE", Into(&options->techniques), Need::kAny)
      .Opt("--platform", "PLATFORM", Into(&settings.platform))
      .Opt("--set", "NAME=VALUE", Pairs(set), Need::kAny)
      .Opt("--every", "DURATION",
           Span([options](int64_t us) { options->settings.every_seconds = us / 1'000'000; }))
      .Opt("--time-limit", "DURATION", Span([options](int64_t us) {
             options->settings.time_limit_seconds = std::clamp<int64_t>(us / 1'000'000, 1, 3600);
           }));
  if (name == "atomic-red-team") {
    kind.Opt("--atomics", "DIR", Into(&settings.atomics_folder))
        .Flag("--get-prerequisites", [options] { options->settings.get_prerequisites = true; });
  }
  kind.Runs([=](Session& s) { return Run(s, *options, wanted, take); });
}

}  // namespace

void AddImport(Command& scenario) {
  Command& import = scenario.Sub("import");
  AddKind(import, "atomic-red-team", &IsTechniqueFile, &Import::Technique);
  AddKind(import, "stockpile", &IsAbilityFile, &Import::Abilities);
}

}  // namespace drill::cli
