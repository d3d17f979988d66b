#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/tree/rules.h"

namespace drill::tree {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolders[] = {"agent", "cli",    "cmake", "common",
                                    "core",  "server", "proto", "tests"};

bool Wanted(const std::string& name) {
  for (const char* suffix : {".cc", ".h", ".inc", ".proto", ".cmake"}) {
    if (absl::EndsWith(name, suffix)) return true;
  }
  return name == "CMakeLists.txt";
}

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::StatusOr<Tree> ReadTree(const std::string& root) {
  std::error_code error;
  if (root.empty() || !fs::exists(fs::path(root) / "CMakeLists.txt", error)) {
    return absl::NotFoundError(absl::StrCat("no source tree at '", root, "'"));
  }
  Tree tree;
  tree["CMakeLists.txt"] = ReadAll(fs::path(root) / "CMakeLists.txt");
  for (const char* folder : kFolders) {
    fs::recursive_directory_iterator it(fs::path(root) / folder, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      if (!it->is_regular_file(error) || !Wanted(it->path().filename().string())) continue;
      tree[fs::relative(it->path(), root, error).generic_string()] = ReadAll(it->path());
    }
    if (error) return absl::NotFoundError(absl::StrCat(root, "/", folder, ": ", error.message()));
  }
  return tree;
}

}  // namespace drill::tree
