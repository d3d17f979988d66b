#include "agent/tar.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/check.h"

namespace drill::agent {
namespace {

constexpr size_t kBlockBytes = 512;
constexpr size_t kRecordBytes = 20 * kBlockBytes;
constexpr size_t kSumAt = 148;
constexpr size_t kSumBytes = 8;

void Put(std::string* header, size_t at, absl::string_view text) {
  std::copy(text.begin(), text.end(), header->begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void AppendTarFile(absl::string_view name, absl::string_view content, uint32_t mode,
                   int64_t mtime_seconds, std::string* archive) {
  DRILL_CHECK(!name.empty() && name.size() <= kTarNameBytesMax && mtime_seconds >= 0);
  std::string header(kBlockBytes, '\0');
  Put(&header, 0, name);
  Put(&header, 100, absl::StrFormat("%07o", mode & 07777));
  Put(&header, 108, "0000000");  // owner and group: nobody's business
  Put(&header, 116, "0000000");
  Put(&header, 124, absl::StrFormat("%011o", content.size()));
  Put(&header, 136, absl::StrFormat("%011o", mtime_seconds));
  Put(&header, 156, "0");  // a plain file
  Put(&header, 257,
      absl::string_view("ustar\0"
                        "00",
                        8));
  // The sum is taken as if its own field held spaces.
  Put(&header, kSumAt, std::string(kSumBytes, ' '));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  Put(&header, kSumAt, absl::StrFormat("%06o", sum) + std::string(1, '\0'));
  archive->append(header);
  archive->append(content.data(), content.size());
  archive->resize((archive->size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes, '\0');
}

void FinishTar(std::string* archive) {
  const size_t size = archive->size() + 2 * kBlockBytes;
  archive->resize((size + kRecordBytes - 1) / kRecordBytes * kRecordBytes, '\0');
}

}  // namespace drill::agent
