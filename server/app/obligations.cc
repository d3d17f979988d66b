#include "server/app/obligations.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "core/duty/duty.h"

namespace drill {
namespace {

namespace fs = std::filesystem;

std::string ProgramFolder() {
  std::array<char, 4096> buffer;
  const ssize_t length = readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (length <= 0) return ".";
  return fs::path(std::string(buffer.data(), static_cast<size_t>(length))).parent_path().string();
}

}  // namespace

absl::StatusOr<v1::Obligations> LoadObligations(const std::string& dir) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".yaml") files.push_back(it->path().string());
  }
  if (error) return absl::NotFoundError(absl::StrCat("obligations: ", dir, ": ", error.message()));
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat("obligations: ", dir, " holds no pack (*.yaml)"));
  }
  std::sort(files.begin(), files.end());
  v1::Obligations all;
  std::vector<std::string> faults;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(std::string text, os::ReadFile(file));
    v1::Obligations pack;
    if (absl::Status status = yaml::Load(text, file, &pack); !status.ok()) {
      faults.emplace_back(status.message());
    }
    all.MergeFrom(pack);
  }
  if (faults.empty()) faults = CheckObligations(all);
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  return all;
}

absl::StatusOr<std::string> FindObligations(const std::string& given, const std::string& data_dir) {
  if (!given.empty()) return given;
  const std::string program = ProgramFolder();
  const std::vector<std::string> places = {data_dir + "/obligations",
                                           program + "/../share/cyberdrill/obligations",
                                           program + "/../../obligations"};
  for (const std::string& place : places) {
    std::error_code error;
    if (fs::is_directory(place, error)) return place;
  }
  return absl::NotFoundError(absl::StrCat("no obligation packs in ", absl::StrJoin(places, ", "),
                                          "; name their folder with --obligations"));
}

}  // namespace drill
