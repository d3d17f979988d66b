#include "agent/actions/sqlite_file.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"

namespace drill::agent {
namespace {

constexpr size_t kPageBytes = 4096;
constexpr size_t kFileHeaderBytes = 100;
constexpr char kInnerPage = 0x05;
constexpr char kLeafPage = 0x0D;
constexpr uint32_t kRootPage = 2;
// What a reader of this SQLite and later needs; only told, never compared.
constexpr uint32_t kSqliteVersion = 3'040'001;

std::string BigEndian(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

// Seven bits a byte, most significant first. REQUIRES: below 2^56.
std::string Varint(uint64_t value) {
  std::string out(1, static_cast<char>(value & 0x7F));
  for (value >>= 7; value != 0; value >>= 7) {
    out.insert(out.begin(), static_cast<char>(0x80 | (value & 0x7F)));
  }
  return out;
}

// One page of a b-tree: cells from its end, pointers to them from its beginning.
class Page {
 public:
  Page(char type, size_t begin) : type_(type), begin_(begin) {}

  bool Fits(const std::string& cell) const {
    const size_t pointers = 2 * (pointers_.size() / 2 + 1);
    return begin_ + HeaderBytes() + pointers + cells_.size() + cell.size() <= kPageBytes;
  }
  void Add(const std::string& cell) {
    DRILL_CHECK(Fits(cell));
    cells_.insert(0, cell);
    pointers_ += BigEndian(kPageBytes - cells_.size(), 2);
  }
  // `front` stands before the b-tree's own header; `last_child` only in an inner page.
  std::string Finish(absl::string_view front, uint32_t last_child) const {
    std::string page(front);
    page.push_back(type_);
    absl::StrAppend(&page, BigEndian(0, 2), BigEndian(pointers_.size() / 2, 2),
                    BigEndian(kPageBytes - cells_.size(), 2), BigEndian(0, 1));
    if (type_ == kInnerPage) page += BigEndian(last_child, 4);
    page += pointers_;
    page.resize(kPageBytes - cells_.size(), '\0');
    return page + cells_;
  }

 private:
  size_t HeaderBytes() const { return type_ == kInnerPage ? 12 : 8; }

  const char type_;
  const size_t begin_;
  std::string pointers_;
  std::string cells_;
};

std::string TextType(absl::string_view text) { return Varint(13 + 2 * text.size()); }

std::string LeafCell(uint64_t row_id, absl::string_view types, absl::string_view values) {
  // The record's header counts itself; it is always shorter than 128 bytes here.
  const std::string header = absl::StrCat(Varint(types.size() + 1), types);
  return absl::StrCat(Varint(header.size() + values.size()), Varint(row_id), header, values);
}

std::string SchemaPage(absl::string_view table, const std::vector<std::string>& columns,
                       size_t pages) {
  const std::string sql = absl::StrCat("CREATE TABLE ", table, "(id INTEGER PRIMARY KEY, ",
                                       absl::StrJoin(columns, " TEXT, "), " TEXT)");
  constexpr absl::string_view kTable = "table";
  Page page(kLeafPage, kFileHeaderBytes);
  page.Add(LeafCell(
      1, absl::StrCat(TextType(kTable), TextType(table), TextType(table), Varint(1), TextType(sql)),
      absl::StrCat(kTable, table, table, BigEndian(kRootPage, 1), sql)));
  std::string header("SQLite format 3\0", 16);
  absl::StrAppend(&header, BigEndian(kPageBytes, 2), BigEndian(1, 1), BigEndian(1, 1),
                  BigEndian(0, 1), BigEndian(64, 1), BigEndian(32, 1), BigEndian(32, 1));
  absl::StrAppend(&header, BigEndian(1, 4), BigEndian(pages, 4), BigEndian(0, 8));
  // Schema cookie, schema format 4, and UTF-8 after two fields that are not used.
  absl::StrAppend(&header, BigEndian(1, 4), BigEndian(4, 4), BigEndian(0, 8), BigEndian(1, 4));
  header.resize(92, '\0');
  absl::StrAppend(&header, BigEndian(1, 4), BigEndian(kSqliteVersion, 4));
  return page.Finish(header, 0);
}

}  // namespace

std::string SqliteFile(absl::string_view table, const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
  DRILL_CHECK(rows.size() <= kSqliteRowsMax);
  struct Leaf {
    Page page{kLeafPage, 0};
    uint64_t last_row = 0;
  };
  std::vector<Leaf> leaves(1);
  uint64_t row_id = 0;
  for (const std::vector<std::string>& row : rows) {
    std::string types = Varint(0);  // the id: NULL in the record, it is the row's own
    for (const std::string& value : row) types += TextType(value);
    const std::string cell = LeafCell(++row_id, types, absl::StrJoin(row, ""));
    if (!leaves.back().page.Fits(cell)) leaves.emplace_back();
    leaves.back().page.Add(cell);
    leaves.back().last_row = row_id;
  }
  std::string root;
  std::string rest;
  if (leaves.size() == 1) {
    root = leaves[0].page.Finish("", 0);
  } else {
    Page inner(kInnerPage, 0);
    uint32_t number = kRootPage;
    for (const Leaf& leaf : leaves) {
      ++number;
      rest += leaf.page.Finish("", 0);
      if (&leaf != &leaves.back()) inner.Add(BigEndian(number, 4) + Varint(leaf.last_row));
    }
    root = inner.Finish("", number);
  }
  return SchemaPage(table, columns, 2 + rest.size() / kPageBytes) + root + rest;
}

}  // namespace drill::agent
