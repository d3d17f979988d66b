// write_sample DIR: the sample drill's report in each language and as JSON, to be looked at.
#include <cstdio>
#include <string>

#include "server/report/aar.h"
#include "tests/unit/server/report/sample.h"

namespace drill {
namespace {

bool Write(const std::string& path, const absl::StatusOr<std::string>& content) {
  if (!content.ok()) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), content.status().ToString().c_str());
    return false;
  }
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    std::perror(path.c_str());
    return false;
  }
  const bool written = std::fwrite(content->data(), 1, content->size(), file) == content->size();
  return std::fclose(file) == 0 && written;
}

int Run(const std::string& directory) {
  auto drill = testing::MakeSampleDrill();
  const auto final_data =
      MakeAarData(drill->state, *drill->exercise, drill->scorecard, drill->duty);
  if (!final_data.ok()) return 1;
  drill->exercise->phase = v1::PHASE_JUDGING;
  const auto judging_data =
      MakeAarData(drill->state, *drill->exercise, drill->scorecard, drill->duty);
  if (!judging_data.ok()) return 1;
  const bool all = Write(directory + "/vi.html", RenderAar(*final_data, Language::kVi)) &&
                   Write(directory + "/en.html", RenderAar(*final_data, Language::kEn)) &&
                   Write(directory + "/both.html", RenderAar(*final_data, Language::kBoth)) &&
                   Write(directory + "/judging.html", RenderAar(*judging_data, Language::kVi)) &&
                   Write(directory + "/report.json", RenderAarJson(*final_data));
  return all ? 0 : 1;
}

}  // namespace
}  // namespace drill

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "write_sample DIR: writes the sample reports there\n");
    return 2;
  }
  return drill::Run(argv[1]);
}
