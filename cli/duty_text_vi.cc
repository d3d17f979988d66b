#include "cli/duty_text.h"

namespace drill::cli {

absl::string_view Vietnamese(DutyMsg message) {
  switch (message) {
    case DutyMsg::kHead:
      return "Nghĩa vụ diễn tập năm $0, tính đến $1";
    case DutyMsg::kSuperseded:
      return "  Đã được thay thế bởi $0";
    case DutyMsg::kVerified:
      return "  Đã đối chiếu với văn bản gốc bởi $0";
    case DutyMsg::kUnverified:
      return "  Chưa ai đối chiếu với văn bản gốc";
    case DutyMsg::kNoRow:
      return "Không có nghĩa vụ nào năm $0 khớp với hệ thống, chủ quản, nghĩa vụ đã nêu; mỗi dòng "
             "mang tên văn bản đầu tiên trong các văn bản quy định cùng một nghĩa vụ; xem đầy "
             "đủ bằng: drillctl duty status";
    case DutyMsg::kWhyHead:
      return "$0 · $1 · nghĩa vụ $2 · năm $3";
    case DutyMsg::kWhyState:
      return "Trạng thái: $0; hạn $1";
    case DutyMsg::kWhyLevel:
      return "Cấp độ $0; chủ quản: $1";
    case DutyMsg::kWhyNoLevel:
      return "Chưa có cấp độ; coi như thuộc đối tượng áp dụng";
    case DutyMsg::kWhyLevelMissing:
      return "Thiếu quyết định phê duyệt cấp độ; áp dụng theo cấp độ đề xuất";
    case DutyMsg::kWhyMidYear:
      return "Thuộc đối tượng áp dụng từ giữa năm; hạn vẫn là 31/12";
    case DutyMsg::kWhyExercise:
      return "Cuộc diễn tập được xét: $0, ngày $1; mức độ đã diễn: $2";
    case DutyMsg::kWhyStarts:
      return "Đã bắt đầu trong năm: $0; đã hủy: $1";
    case DutyMsg::kWhyMissing:
      return "  Còn thiếu: $0";
    case DutyMsg::kObligationsGood:
      return "$0: $1 nghĩa vụ, hợp lệ; $2 chưa có trích dẫn, $3 chưa ai đối chiếu với văn bản gốc";
    case DutyMsg::kCalendarName:
      return "Nghĩa vụ diễn tập $0";
    case DutyMsg::kCalendarSummary:
      return "Hạn diễn tập thực chiến: $0 ($1)";
    case DutyMsg::kCalendarBody:
      return "Hệ thống $0, nghĩa vụ $1.";
    case DutyMsg::kUsageByOwner:
      return "--by-owner: không dùng cùng --format csv; bảng csv đã có cột owner";
  }
  return "";
}

}  // namespace drill::cli
