#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "agent/actions/sqlite_file.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr uint32_t kMode = 0644;
constexpr int kRowsMin = 10;
constexpr int kRowsMax = 10'000;
// More than a row of either kind takes; for the caps, before anything is made.
constexpr int64_t kRowBytesMax = 256;

constexpr absl::string_view kTable = "ho_so";
constexpr absl::string_view kColumns[] = {"ho_ten",     "ngay_sinh", "so_dinh_danh",
                                          "noi_cu_tru", "ngay_nop",  "trang_thai"};
constexpr absl::string_view kFamilies[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ",
                                           "Đặng",   "Bùi",  "Đỗ", "Hồ",   "Ngô",   "Dương"};
constexpr absl::string_view kMiddles[] = {"Văn", "Thị", "Minh", "Thu", "Đức", "Ngọc", "Quang"};
constexpr absl::string_view kGivens[] = {"An",   "Bình", "Châu", "Dũng", "Giang", "Hà",
                                         "Khoa", "Lan",  "Mai",  "Nam",  "Phúc",  "Quỳnh"};
// Invented, as the people are.
constexpr absl::string_view kCommunes[] = {"xã Tân Phong", "xã Hòa Bình", "phường Đông Sơn",
                                           "phường An Lạc", "xã Phú Thịnh"};
constexpr absl::string_view kStates[] = {"Đã tiếp nhận", "Đang xử lý", "Đã trả kết quả"};

using Row = std::vector<std::string>;

template <size_t kCount>
std::string Pick(const absl::string_view (&from)[kCount], unsigned char by) {
  return std::string(from[by % kCount]);
}

Row MakeRow(absl::string_view mark, int index) {
  const std::string hash = Sha256(absl::StrCat(mark, "/", index));
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(hash[at]); };
  return {
      absl::StrCat(Pick(kFamilies, byte(0)), " ", Pick(kMiddles, byte(1)), " ",
                   Pick(kGivens, byte(2))),
      absl::StrFormat("%04d-%02d-%02d", 1950 + byte(3) % 55, 1 + byte(4) % 12, 1 + byte(5) % 28),
      // No province has the code 000: nobody has this number.
      absl::StrFormat("000%03d%06d", byte(6), byte(7) * 256 + byte(8) + index),
      Pick(kCommunes, byte(9)),
      absl::StrFormat("2026-%02d-%02d", 1 + byte(10) % 12, 1 + byte(11) % 28),
      Pick(kStates, byte(12))};
}

// Born after the paper was filed, somebody else's number: what a check of the data finds.
void Corrupt(Row* row) {
  (*row)[1].replace(0, 4, "2091");
  std::reverse((*row)[2].begin(), (*row)[2].end());
  (*row)[5] = "Đã hủy";
}

std::string CsvFile(const std::vector<Row>& rows) {
  // With the mark that makes spreadsheets read UTF-8. No value holds a comma or a quote.
  std::string text = absl::StrCat("\xEF\xBB\xBF", "id,", absl::StrJoin(kColumns, ","), "\r\n");
  for (size_t i = 0; i < rows.size(); ++i) {
    absl::StrAppend(&text, i + 1, ",", absl::StrJoin(rows[i], ","), "\r\n");
  }
  return text;
}

class DataCorrupt : public Action {
 public:
  DataCorrupt(const v1::DataCorrupt& p, const std::string& mark)
      : dir_(p.dir()),
        sqlite_(p.kind() == v1::DATA_KIND_SQLITE),
        known_kind_(p.kind() >= v1::DATA_KIND_UNSPECIFIED && p.kind() <= v1::DATA_KIND_SQLITE),
        name_(p.has_name() ? p.name()
              : sqlite_    ? "HoSo_MotCua.db"
                           : "HoSo_MotCua.csv"),
        rows_(p.has_rows() ? p.rows() : 200),
        corrupt_permille_(p.has_corrupt_permille() ? p.corrupt_permille() : 300),
        mark_(mark) {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(!dir_.empty(), "dir is missing");
    faults.AddUnless(known_kind_, "kind is neither csv nor sqlite");
    faults.AddUnless(IsHarmlessName(name_),
                     absl::StrCat("name \"", name_,
                                  "\" is not one plain name, or is hidden or "
                                  "one that a server reads by itself"));
    faults.AddUnless(rows_ >= kRowsMin && rows_ <= kRowsMax,
                     absl::StrCat("rows is ", rows_, "; 10 to 10000 is allowed"));
    faults.AddUnless(
        corrupt_permille_ >= 1 && corrupt_permille_ <= 1000,
        absl::StrCat("corrupt_permille is ", corrupt_permille_, "; 1 to 1000 is allowed"));
    RETURN_IF_ERROR(faults.ToStatus("data.corrupt"));
    return CheckBytes("data.corrupt", 2 * kRowBytesMax * rows_, limits);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(const std::string path, PlaceForNew(guard, PathIn(dir_, name_)));
    if (!good_.make) {
      good_ = ContentOf(Make(false));
      bad_ = ContentOf(Make(true));
    }
    ActionPlan plan;
    plan.changes.push_back(NewFileChange(path, good_, kMode));
    plan.changes.back().traces.clear();
    Change change;
    change.kind = v1::STEP_KIND_REPLACE_FILE;
    change.path = path;
    change.over_own = true;
    change.content_before = good_;
    change.content = bad_;
    change.mode = kMode;
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, path, true});
    plan.changes.push_back(std::move(change));
    plan.bytes = good_.size + bad_.size;
    return plan;
  }

 private:
  std::string Make(bool corrupt) const {
    std::vector<Row> rows;
    for (int i = 0; i < rows_; ++i) rows.push_back(MakeRow(mark_, i));
    if (corrupt) {
      // Spread evenly, at least one.
      const int count = std::max(1, rows_ * corrupt_permille_ / 1000);
      for (int i = 0; i < count; ++i) {
        Corrupt(&rows[static_cast<size_t>(int64_t{i} * rows_ / count)]);
      }
    }
    if (!sqlite_) return CsvFile(rows);
    return SqliteFile(kTable, {std::begin(kColumns), std::end(kColumns)}, rows);
  }

  const std::string dir_;
  const bool sqlite_;
  const bool known_kind_;
  const std::string name_;
  const int rows_;
  const int corrupt_permille_;
  const std::string mark_;
  Content good_;
  Content bad_;
};

}  // namespace

std::unique_ptr<Action> MakeDataCorrupt(const v1::Action& action, const std::string& mark) {
  return std::make_unique<DataCorrupt>(action.data_corrupt(), mark);
}

}  // namespace drill::agent
