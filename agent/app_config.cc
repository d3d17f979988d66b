#include "agent/app_config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"

namespace drill::agent {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

absl::Status CheckPrivate(const std::string& path) {
  struct stat st {};
  if (stat(path.c_str(), &st) != 0) return os::ErrnoStatus(errno, "look at", path);
  if ((st.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     " can be read by others than its owner: chmod 600 it, and enrol again "
                     "if somebody may have"));
  }
  return absl::OkStatus();
}

absl::Status CheckSettings(const v1::AgentSettings& settings) {
  if (settings.host().empty() || settings.agent_address().empty() ||
      settings.owner_keys_pem().empty() || settings.signatures_required() < 1) {
    return absl::FailedPreconditionError(
        "host, agent_address, owner_keys_pem and signatures_required are all needed; enrol again");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Identity> LoadIdentity(const AgentDirectory& directory) {
  Identity identity;
  auto text = os::ReadFile(directory.Settings(), kFileBytesMax);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(
        absl::StrCat(directory.path(),
                     " holds no enrolled agent: run 'drill-agent enrol --token "
                     "TOKEN --dir ",
                     directory.path(), "' first"));
  }
  RETURN_IF_ERROR(text.status());
  RETURN_IF_ERROR(yaml::Load(*text, directory.Settings(), &identity.settings));
  RETURN_IF_ERROR(Annotate(CheckSettings(identity.settings), directory.Settings()));
  RETURN_IF_ERROR(CheckPrivate(directory.Key()));
  ASSIGN_OR_RETURN(identity.key_pem, os::ReadFile(directory.Key(), kFileBytesMax));
  ASSIGN_OR_RETURN(identity.certificate_pem, os::ReadFile(directory.Certificate(), kFileBytesMax));
  ASSIGN_OR_RETURN(identity.ca_pem, os::ReadFile(directory.Ca(), kFileBytesMax));
  // An enrolment that was cut off leaves such a pair.
  if (const absl::Status pair = CheckCertificateOfKey(identity.certificate_pem, identity.key_pem);
      !pair.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory.Certificate(), " and ", directory.Key(), ": ", pair.message(), "; enrol again"));
  }
  return identity;
}

absl::Status SaveIdentity(const AgentDirectory& directory, const Identity& identity) {
  RETURN_IF_ERROR(os::MakeDirectories(directory.path()));
  if (chmod(directory.path().c_str(), 0700) != 0) {
    return os::ErrnoStatus(errno, "chmod", directory.path());
  }
  ASSIGN_OR_RETURN(const os::FileLock lock, os::FileLock::Take(directory.Lock()));
  RETURN_IF_ERROR(os::WriteFileDurably(directory.Ca(), identity.ca_pem));
  RETURN_IF_ERROR(os::WriteFileDurably(directory.Key(), identity.key_pem));
  RETURN_IF_ERROR(os::WriteFileDurably(directory.Certificate(), identity.certificate_pem));
  if (!Exists(directory.Policy())) {
    RETURN_IF_ERROR(os::WriteFileDurably(directory.Policy(), kDefaultPolicy));
  }
  return os::WriteFileDurably(directory.Settings(), yaml::Dump(identity.settings));
}

const char kDefaultPolicy[] =
    R"(# Chính sách của chủ quản hệ thống: những gì bất kỳ bộ điều khiển nào được phép yêu cầu tác tử
# trên máy này thực hiện. Tệp này thuộc về chủ quản; tác tử chỉ đọc, không bao giờ ghi.
# Mặc định an toàn: chưa cho phép hành động nào. Bỏ dấu # ở các dòng cần dùng và sửa đường dẫn;
# thay đổi có hiệu lực ngay với lệnh kế tiếp. Tạo tệp STOP cạnh tệp này để dừng và hoàn tác tất cả.
#
# The owner's policy: what any controller can make the agent on this host do. It is the owner's;
# the agent reads it and never writes it. Safe default: no action is allowed. Uncomment what is
# needed and set the paths; a change counts from the next order on. Make a file STOP beside this
# one to stop the agent and undo everything.

# Loại sự cố mô phỏng được phép / kinds of simulated incident that are allowed:
actions: []
#actions:
#  - files.encrypt        # tạo tệp mồi rồi "mã hóa" chúng / makes decoy files and "encrypts" them
#  - web.deface           # thay một trang bằng trang có dòng «DIỄN TẬP» / replaces one page
#  - process.run_decoy    # chạy một tiến trình mồi / runs a decoy process
#  - log.append           # thêm dòng vào nhật ký / appends lines to a log
#  - persistence.cron     # tệp cron chạy /bin/true / a cron file that runs /bin/true
#  - persistence.systemd  # tệp unit không bật / a unit file that is not enabled; see units
#  - persistence.ssh_key  # thêm khóa vào authorized_keys / adds a key that nobody holds
#  - web.shell            # tệp đánh dấu, không có mã / a marker without code
#  - malware.eicar        # tệp thử EICAR / the EICAR test file
#  - disk.fill            # tệp lớn chiếm đĩa / a large file; see free_bytes_min
#  - cpu.burn             # chiếm bộ xử lý / holds the processor; see cpu_permille_max
#  - log.clear            # làm rỗng nhật ký, hoàn lại sau / empties a log, puts it back
#  - config.change        # đổi một dòng cấu hình / changes one line of a configuration
#  - data.corrupt         # làm sai dữ liệu mồi / falsifies decoy data
#  - files.exfiltrate     # gửi tệp mồi tới bồn thu của diễn tập / sends decoys to the drill's sink
#  - network.beacon       # gọi về bồn thu theo chu kỳ / calls the drill's sink again and again
#  - network.listen       # mở một cổng trong `ports` / opens a port of `ports`
#  - network.scan         # dò cổng các máy trong `targets` / scans hosts of `targets`
#  - network.flood        # gửi nhiều yêu cầu tới `targets` / sends many requests to `targets`
#  - dns.query            # tra tên do diễn tập sinh ra / looks up names that the drill generates
#  - auth.guess           # đăng nhập sai vào `targets` / failed log-ins at `targets`
#  - account.create       # tạo tài khoản khóa, tên trong `users` / makes a locked account of `users`
#  - service.stop         # dừng một unit trong `units` rồi chạy lại / stops a unit of `units`, starts it again
#  - exec.atomic          # chạy lệnh có trong `commands` / runs commands of `commands` (policy allow)

# Thư mục mà lệnh gọi bằng tên "@ten/..." / directories that orders name as "@name/...":
#places:
#  - name: www
#    path: /var/www/html
#  - name: share
#    path: /srv/share

# Đường dẫn được phép thêm / further paths that are allowed:
#allow:
#  - /var/log/demo.log

# Đường dẫn không bao giờ được chạm tới / paths that nothing may touch:
#never:
#  - /var/www/html/private

# Dịch vụ systemd được phép nêu tên / systemd units that orders may name:
#units:
#  - sysupdate.service

# Máy được phép dò, gửi tải, thử mật khẩu / hosts that may be scanned, flooded, guessed at:
#targets:
#  - host: web-02
#    address: 192.0.2.20
#    ports: [22, 80]

# Cổng được phép mở, máy chủ DNS được phép hỏi / ports that may be opened, resolvers that may be asked:
#ports: [4444]
#resolvers: [192.0.2.53]

# Giới hạn / limits:
#caps:
#  rate_max: 50
#  guesses_max: 5
#  sent_bytes_max: 67108864
#  files_max: 200
#  bytes_max: 67108864
#  cpu_permille_max: 100
#  log_lines_max: 200
#  active_orders_max: 64
#  undo_store_bytes_max: 268435456
#  duration_max: 8h
#  free_bytes_min: 1073741824
#  load_permille_max: 1500

# Thăm dò: thất bại hai lần liên tiếp thì hoàn tác mọi thứ / probes: two failures in a row undo all:
#probes:
#  - url: "http://127.0.0.1:8080/health"
#  - unit: postgresql.service
#  - command: [/usr/local/bin/check-portal]

# Hoàn tác hành động gây hại khi bộ điều khiển im lặng quá lâu / undo what harms service when the
# controller has been silent for so long:
#silence: 3m
)";

}  // namespace drill::agent
