#include "cli/pdf.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/os/file.h"

extern char** environ;  // NOLINT

namespace drill::cli {
namespace {

constexpr size_t kPdfBytesMax = 512 << 20;
constexpr size_t kLastWords = 2000;

// A private directory that goes away again: the report names people and weaknesses.
class Scratch {
 public:
  static absl::StatusOr<Scratch> Make() {
    const char* base = ::getenv("TMPDIR");
    std::string path =
        absl::StrCat(base != nullptr && *base != 0 ? base : "/tmp", "/drillctl-pdf-XXXXXX");
    if (::mkdtemp(path.data()) == nullptr) {
      return os::ErrnoStatus(errno, "create a scratch directory", path);
    }
    return Scratch(path);
  }
  Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Exit code, or 128 + signal. NotFound: no such program.
absl::StatusOr<int> RunProgram(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const std::string& output_path) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  // No creation date of its own, so that the same report gives the same file.
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  std::string epoch = "SOURCE_DATE_EPOCH=0";
  environment.push_back(epoch.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_path.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, program.c_str(), &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return absl::NotFoundError(program);
  if (error != 0) return os::ErrnoStatus(error, "start", program);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return os::ErrnoStatus(errno, "wait for", program);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

absl::StatusOr<std::string> ToPdf(const std::string& program, absl::string_view html) {
  ASSIGN_OR_RETURN(const Scratch scratch, Scratch::Make());
  const std::string in = scratch / "report.html";
  const std::string out = scratch / "report.pdf";
  const std::string log = scratch / "log";
  RETURN_IF_ERROR(os::WriteFileDurably(in, html, 0600));
  ASSIGN_OR_RETURN(const int code, RunProgram(program, {in, out}, log));
  if (code != 0) {
    absl::StatusOr<std::string> words = os::ReadFile(log);
    std::string last = words.ok() ? *std::move(words) : "";
    if (last.size() > kLastWords) last.erase(0, last.size() - kLastWords);
    return absl::InternalError(
        absl::StrCat(program, ": ", code, "\n", absl::StripAsciiWhitespace(last)));
  }
  return os::ReadFile(out, kPdfBytesMax);
}

}  // namespace drill::cli
