#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "agent/actions/papers.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

constexpr int kCountMax = 500;
constexpr int kBytesEachMax = 1 << 20;
constexpr size_t kKeyBytes = 32;
constexpr size_t kBlockBytes = 16;
constexpr uint32_t kFolderMode = 0755;
constexpr uint32_t kFileMode = 0644;

// AES-256-CTR: a random starting block in front, then as many bytes as the text has.
std::string Encrypt(absl::string_view text, const std::string& key, const std::string& block) {
  std::string out(block);
  out.resize(kBlockBytes + text.size());
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                           &EVP_CIPHER_CTX_free);
  int size = 0;
  DRILL_CHECK(context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr,
                                            reinterpret_cast<const unsigned char*>(key.data()),
                                            reinterpret_cast<const unsigned char*>(block.data())));
  DRILL_CHECK(EVP_EncryptUpdate(
      context.get(), reinterpret_cast<unsigned char*>(out.data() + kBlockBytes), &size,
      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())));
  DRILL_CHECK(static_cast<size_t>(size) == text.size());
  return out;
}

// Names nobody and nothing but an id that only the controller can resolve.
std::string NoteText(int count, const std::string& extension, const std::string& mark) {
  return absl::StrCat("TOÀN BỘ TÀI LIỆU TRONG THƯ MỤC NÀY ĐÃ BỊ MÃ HÓA!\n\n", count,
                      " tệp đã được mã hóa bằng thuật toán AES-256 và mang đuôi ", extension,
                      ".\nKhông có khóa giải mã, không ai khôi phục được dữ liệu.\n\n"
                      "- KHÔNG đổi tên, KHÔNG sửa các tệp đã bị mã hóa.\n"
                      "- KHÔNG tắt máy, KHÔNG dùng phần mềm giải mã của bên thứ ba.\n"
                      "- Quý vị có 72 giờ để liên hệ. Quá thời hạn này, khóa sẽ bị hủy và dữ liệu "
                      "sẽ bị công bố.\n\n"
                      "Mã định danh của quý vị: ",
                      mark, "\n");
}

class FilesEncrypt : public Action {
 public:
  FilesEncrypt(const v1::FilesEncrypt& p, const std::string& mark)
      : dir_(p.dir()),
        folder_(p.has_folder() ? p.folder() : "HoSo_LuuTru"),
        count_(p.has_count() ? p.count() : 20),
        bytes_each_(p.has_bytes_each() ? p.bytes_each() : 16'384),
        extension_(p.has_extension() ? p.extension() : ".locked"),
        note_name_(p.has_note_name() ? p.note_name() : "DOC_TOI_DE_KHOI_PHUC.txt"),
        mark_(mark),
        key_(os::RandomBytes(kKeyBytes)) {}
  // Nobody needs the key: what it locks is thrown away.
  ~FilesEncrypt() override { OPENSSL_cleanse(key_.data(), key_.size()); }

  absl::Status Check(const Limits& limits) const override;
  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override;

 private:
  struct Document {
    std::string name;
    Content plain;
    Content locked;
  };

  int64_t BytesInAll() const {
    return int64_t{count_} * (2 * int64_t{bytes_each_} + int64_t{kBlockBytes});
  }
  void MakeDocuments();

  const std::string dir_;
  const std::string folder_;
  const int count_;
  const int bytes_each_;
  const std::string extension_;
  const std::string note_name_;
  const std::string mark_;
  std::string key_;
  // Made once: what is planned again at the start has the same contents.
  std::vector<Document> documents_;
};

absl::Status FilesEncrypt::Check(const Limits& limits) const {
  FaultList faults;
  faults.AddUnless(!dir_.empty(), "dir is missing");
  faults.AddUnless(IsPlainName(folder_),
                   absl::StrCat("folder \"", folder_, "\" is not one plain name"));
  faults.AddUnless(count_ >= 1 && count_ <= kCountMax,
                   absl::StrCat("count is ", count_, "; 1 to 500 is allowed"));
  faults.AddUnless(bytes_each_ >= 1 && bytes_each_ <= kBytesEachMax,
                   absl::StrCat("bytes_each is ", bytes_each_, "; 1 to 1048576 is allowed"));
  faults.AddUnless(
      extension_.size() >= 2 && extension_.size() <= 32 && extension_[0] == '.' &&
          IsPlainName(extension_),
      absl::StrCat("extension \"", extension_, "\" is not a dot and 1 to 31 plain bytes"));
  faults.AddUnless(IsPlainName(note_name_),
                   absl::StrCat("note_name \"", note_name_, "\" is not one plain name"));
  RETURN_IF_ERROR(faults.ToStatus("files.encrypt"));
  if (count_ > limits.files_max) {
    return absl::PermissionDeniedError(absl::StrCat(
        "files.encrypt: ", count_, " documents are above the owner's cap of ", limits.files_max));
  }
  return absl::OkStatus();
}

void FilesEncrypt::MakeDocuments() {
  const std::vector<Paper> papers = MakePapers(count_, bytes_each_);
  const std::string start = os::RandomBytes(kBlockBytes);
  for (int i = 0; i < count_; ++i) {
    const Paper& paper = papers[static_cast<size_t>(i)];
    Document document;
    document.name = paper.name;
    const auto plain = paper.content.make;
    // Each document counts from its own block: no two use the same key stream.
    const std::string block = Sha256(absl::StrCat(start, i)).substr(0, kBlockBytes);
    const auto locked = [plain, block, this] { return Encrypt(plain(), key_, block); };
    document.plain = paper.content;
    document.locked = {bytes_each_ + int64_t{kBlockBytes}, Sha256(locked()), locked};
    documents_.push_back(std::move(document));
  }
}

absl::StatusOr<ActionPlan> FilesEncrypt::Plan(const Guard& guard) {
  const Content note = ContentOf(NoteText(count_, extension_, mark_));
  ActionPlan plan;
  plan.bytes = BytesInAll() + note.size;
  if (plan.bytes > guard.limits().bytes_max) {
    return absl::PermissionDeniedError(absl::StrCat("files.encrypt: ", plan.bytes,
                                                    " bytes are above the owner's cap of ",
                                                    guard.limits().bytes_max));
  }
  ASSIGN_OR_RETURN(const std::string folder, PlaceForNewFolder(guard, dir_, folder_));
  if (documents_.empty()) MakeDocuments();

  const auto create = [&](const std::string& path, const Content& content, bool noticeable) {
    Change change;
    change.kind = v1::STEP_KIND_CREATE_FILE;
    change.path = path;
    change.content = content;
    change.mode = kFileMode;
    if (noticeable) change.traces.push_back({v1::ARTEFACT_KIND_PATH, path, true});
    plan.changes.push_back(std::move(change));
  };
  Change make_folder;
  make_folder.kind = v1::STEP_KIND_MAKE_DIRECTORY;
  make_folder.path = folder;
  make_folder.mode = kFolderMode;
  make_folder.traces.push_back({v1::ARTEFACT_KIND_PATH, folder, false});
  plan.changes.push_back(std::move(make_folder));
  for (const Document& document : documents_) {
    const std::string path = absl::StrCat(folder, "/", document.name);
    create(path, document.plain, false);
    create(path + extension_, document.locked, true);
    Change remove;
    remove.kind = v1::STEP_KIND_REMOVE_FILE;
    remove.path = path;
    remove.content = document.plain;
    plan.changes.push_back(std::move(remove));
  }
  create(absl::StrCat(folder, "/", note_name_), note, true);
  return plan;
}

}  // namespace

std::unique_ptr<Action> MakeFilesEncrypt(const v1::Action& action, const std::string& mark) {
  return std::make_unique<FilesEncrypt>(action.files_encrypt(), mark);
}

}  // namespace drill::agent
