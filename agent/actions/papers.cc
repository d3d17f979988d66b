#include "agent/actions/papers.h"

#include <time.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/digest.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

struct Kind {
  absl::string_view name;
  absl::string_view extension;
  absl::string_view subject;
};
constexpr Kind kKinds[] = {
    {"QĐ_phê_duyệt_kế_hoạch", ".docx", "Về việc phê duyệt kế hoạch công tác"},
    {"Báo_cáo_tổng_hợp", ".docx", "Báo cáo tổng hợp kết quả thực hiện nhiệm vụ"},
    {"Tờ_trình_dự_toán", ".docx", "Về việc đề nghị phê duyệt dự toán kinh phí"},
    {"Biên_bản_họp_giao_ban", ".docx", "Biên bản họp giao ban đơn vị"},
    {"Danh_sách_cán_bộ", ".xlsx", "Danh sách cán bộ, công chức, viên chức"},
    {"Bảng_lương", ".xlsx", "Bảng thanh toán tiền lương và phụ cấp"},
    {"Hợp_đồng_mua_sắm", ".pdf", "Hợp đồng mua sắm trang thiết bị"},
    {"Công_văn_đến", ".pdf", "Về việc tăng cường kỷ luật, kỷ cương hành chính"},
    {"Hồ_sơ_nghiệm_thu", ".pdf", "Biên bản nghiệm thu khối lượng hoàn thành"},
    {"Kế_hoạch_công_tác", ".docx", "Kế hoạch công tác tháng"},
};
constexpr int kKindCount = static_cast<int>(std::size(kKinds));

// Exactly `size` bytes: cut where a character begins, filled up with line ends.
std::string FitUtf8(std::string text, size_t size) {
  size_t end = std::min(size, text.size());
  const auto continues = [&](size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (end > 0 && continues(end)) --end;
  text.resize(end);
  text.resize(size, '\n');
  return text;
}

std::string PaperText(int index, const std::string& period, size_t size) {
  const Kind& kind = kKinds[index % kKindCount];
  std::string text = absl::StrCat(
      "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nSố: ", 100 + index,
      "/VP-TH\n\n", kind.subject, " (", period, ")\n\n");
  for (int article = 1; text.size() < size; ++article) {
    absl::StrAppend(&text, "Điều ", article,
                    ". Các phòng, ban và cá nhân có liên quan căn cứ chức năng, nhiệm vụ được giao "
                    "tổ chức thực hiện nội dung mục ",
                    article,
                    " theo đúng tiến độ, báo cáo kết quả về bộ phận tổng hợp trước ngày 25 hằng "
                    "tháng.\n");
  }
  return FitUtf8(std::move(text), size);
}

// Months going back from the current one: "2026_07".
std::vector<std::string> Periods(int count) {
  const time_t now = static_cast<time_t>(os::WallMicros() / 1'000'000);
  tm parts{};
  gmtime_r(&now, &parts);
  int month = (parts.tm_year + 1900) * 12 + parts.tm_mon;
  std::vector<std::string> periods;
  for (int i = 0; i < count; ++i, --month) {
    periods.push_back(absl::StrFormat("%04d_%02d", month / 12, month % 12 + 1));
  }
  return periods;
}

}  // namespace

std::vector<Paper> MakePapers(int count, int bytes_each) {
  const std::vector<std::string> periods = Periods((count + kKindCount - 1) / kKindCount);
  std::vector<Paper> papers;
  for (int i = 0; i < count; ++i) {
    const Kind& kind = kKinds[i % kKindCount];
    const std::string period = periods[static_cast<size_t>(i / kKindCount)];
    Paper paper;
    paper.name = absl::StrCat(kind.name, "_", period, kind.extension);
    paper.content.make = [i, period, size = static_cast<size_t>(bytes_each)] {
      return PaperText(i, period, size);
    };
    paper.content.size = bytes_each;
    paper.content.sha256 = Sha256(paper.content.make());
    papers.push_back(std::move(paper));
  }
  return papers;
}

}  // namespace drill::agent
