#include "cli/text.h"

namespace drill::cli {

absl::string_view Vietnamese(Msg message) {
  switch (message) {
    case Msg::kHelpHelp:
      return "in trang này";
    case Msg::kHelpUsage:
      return "Cách dùng:";
    case Msg::kHelpCommandWord:
      return "LỆNH ...";
    case Msg::kHelpCommands:
      return "Lệnh:";
    case Msg::kHelpArguments:
      return "Đối số:";
    case Msg::kHelpOptions:
      return "Tùy chọn:";
    case Msg::kHelpCommonOptions:
      return "Tùy chọn chung:";
    case Msg::kUsageMissing:
      return "thiếu $0";
    case Msg::kUsageTwice:
      return "$0: chỉ được ghi một lần";
    case Msg::kUsageUnexpected:
      return "không hiểu «$0»";
    case Msg::kUsageValue:
      return "thiếu giá trị: $0";
    case Msg::kUsageNoCommand:
      return "thiếu lệnh con";
    case Msg::kUsageSeeHelp:
      return "xem «$0 --help»";
    case Msg::kUsageNumber:
      return "$0 không hợp lệ; cần một số nguyên từ $1 đến $2";
    case Msg::kUsageSpan:
      return "$0 không phải khoảng thời gian; viết như 90d, 1h30m, 20s";
    case Msg::kUsageMoment:
      return "$0 không phải thời điểm; viết như now, 15:04, 2026-11-22T15:04 (giờ +07:00) hoặc "
             "2026-11-22T15:04:05+07:00";
    case Msg::kUsageExerciseTime:
      return "$0 không phải giờ diễn tập; viết như T+05:30, T+1:05:30.5 hoặc 1h5m";
    case Msg::kUsageDay:
      return "$0 không phải ngày; viết như 2026-11-22";
    case Msg::kUsageOneOf:
      return "$0 không hợp lệ; cần một trong: $1";
    case Msg::kUsagePair:
      return "$0 không có dạng TÊN=GIÁ_TRỊ";
    case Msg::kUsageSha256:
      return "$0 không phải SHA-256; cần 64 chữ số thập lục phân";
    case Msg::kUsagePath:
      return "$0 không phải đường dẫn tuyệt đối (bắt đầu bằng /)";
    case Msg::kUsageWindow:
      return "--until phải sau --from";
    case Msg::kUsageSameWitness:
      return "--played-by và --witnessed-by phải là hai người khác nhau";
    case Msg::kUsageOnBehalf:
      return "nhập thay thì phải có đủ --on-behalf, --channel, --received và --confirmed-by";
    case Msg::kUsageSameConfirmer:
      return "--confirmed-by phải là người khác với --on-behalf";
    case Msg::kUsageEmptyDetection:
      return "phải nêu ít nhất một dấu vết (--path, --sha256, --process, --account, --address, "
             "--log-line) hoặc --text";
    case Msg::kUsageArtefacts:
      return "$0 dấu vết; một phát hiện nêu tối đa $1, hãy tách ra";
    case Msg::kUsageEmptyAnswer:
      return "phải có --choice hoặc --text";
    case Msg::kUsageDeconflict:
      return "ghi ARTEFACT cần hỏi, hoặc --exercise để lấy cả gói";
    case Msg::kUsageBom:
      return "--bom: chỉ dùng với --format csv";
    case Msg::kUsagePdfOut:
      return "--format pdf: cần --out FILE, vì PDF không phải văn bản để in ra màn hình";
    case Msg::kUsageScoreOut:
      return "--out: chỉ dùng với --format csv hoặc navigator";
    case Msg::kFailedRefused:
      return "$0: $1 từ chối: $2";
    case Msg::kFailedNoAnswer:
      return "$0: $1 không trả lời: $2";
    case Msg::kFailedContext:
      return "; hãy chỉ tệp ngữ cảnh bằng --context hoặc DRILLCTL_CONTEXT («drillctl person token "
             "--out» tạo tệp này, drilld ghi admin.context khi chạy lần đầu)";
    case Msg::kFailedTooLarge:
      return "yêu cầu dài $0 byte, máy chủ nhận tối đa $1; hãy chia nhỏ tệp";
    case Msg::kFailedOutput:
      return "không ghi được kết quả ra đầu ra chuẩn; kiểm tra dung lượng đĩa";
    case Msg::kAdviceInvalid:
      return "hãy sửa dữ liệu rồi làm lại, chưa có gì thay đổi";
    case Msg::kAdviceUnauthenticated:
      return "hãy xin quản trị viên mã truy cập mới («drillctl person token»)";
    case Msg::kAdvicePermission:
      return "hãy nhờ người có vai trò phù hợp, hoặc xem «drillctl whoami»";
    case Msg::kAdviceNotFound:
      return "hãy kiểm tra lại mã: «drillctl exercise list», «scenario list», «register list»";
    case Msg::kAdvicePrecondition:
      return "hãy làm trước điều đã nêu; «drillctl exercise show» cho biết cuộc diễn tập đang ở "
             "giai đoạn nào";
    case Msg::kAdviceAborted:
      return "người khác đã thay đổi trước; hãy xem lại rồi làm lại";
    case Msg::kAdviceExhausted:
      return "hãy đợi một lát rồi làm lại, hoặc chia nhỏ dữ liệu";
    case Msg::kAdviceUnavailable:
      return "hãy kiểm tra drilld có đang chạy không, địa chỉ và ca_pem trong tệp ngữ cảnh có đúng "
             "không";
    case Msg::kAdviceDeadline:
      return "hãy xem lại trạng thái, hoặc cho thêm thời gian bằng --timeout";
    case Msg::kAdviceUnimplemented:
      return "máy chủ khác phiên bản; hãy so «drillctl version» với «drillctl whoami»";
    case Msg::kAdviceInternal:
      return "đây là lỗi của máy chủ; hãy gửi thông báo này và nhật ký của drilld cho người vận "
             "hành";
    case Msg::kAdviceRequestId:
      return "có thể thay đổi đã được ghi: làm lại đúng lệnh này với --request-id $0 để biết kết "
             "quả mà không làm hai lần";
    case Msg::kDone:
      return "Đã xong: $0 (bản ghi $1)";
    case Msg::kDoneWithId:
      return "Đã xong: $0: $1 (bản ghi $2)";
    case Msg::kDoneForTeam:
      return "Đã xong: $0 $1";
    case Msg::kDoneAlready:
      return "$0: đã như vậy từ trước, không có gì thay đổi";
    case Msg::kYes:
      return "có";
    case Msg::kNo:
      return "không";
    case Msg::kAndMore:
      return " và $0 nữa";
    case Msg::kColAbout:
      return "Về";
    case Msg::kColActive:
      return "Hoạt động";
    case Msg::kColActiveOrders:
      return "Lệnh chưa hoàn tác";
    case Msg::kColAgent:
      return "Tác tử";
    case Msg::kColApplied:
      return "Đã gây";
    case Msg::kColArtefacts:
      return "Dấu vết";
    case Msg::kColCensored:
      return "Bị cắt";
    case Msg::kColChecked:
      return "Kiểm tra";
    case Msg::kColChoice:
      return "Lựa chọn";
    case Msg::kColClaimed:
      return "Giờ tự khai";
    case Msg::kColCleaned:
      return "Đã dọn";
    case Msg::kColCleanupWaiting:
      return "Chờ dọn";
    case Msg::kColClockError:
      return "Sai số đồng hồ";
    case Msg::kColCondition:
      return "Điều kiện";
    case Msg::kColDepth:
      return "Mức độ";
    case Msg::kColDue:
      return "Hạn";
    case Msg::kColDuration:
      return "Thời lượng";
    case Msg::kColEarned:
      return "Đạt";
    case Msg::kColElement:
      return "Yếu tố";
    case Msg::kColEnd:
      return "Kết thúc";
    case Msg::kColExercise:
      return "Cuộc diễn tập";
    case Msg::kColExpected:
      return "Mong đợi (đích/hạn)";
    case Msg::kColHeld:
      return "Ngày tổ chức";
    case Msg::kColHost:
      return "Máy";
    case Msg::kColHosts:
      return "Máy";
    case Msg::kColInService:
      return "Vận hành từ";
    case Msg::kColInject:
      return "Tình huống";
    case Msg::kColInjects:
      return "Tình huống";
    case Msg::kColKind:
      return "Loại";
    case Msg::kColLabels:
      return "Nhãn";
    case Msg::kColLastSeen:
      return "Thấy lần cuối";
    case Msg::kColLate:
      return "Muộn";
    case Msg::kColLevel:
      return "Cấp độ";
    case Msg::kColMayStart:
      return "Có thể còn khởi động đến";
    case Msg::kColMean:
      return "Trung bình";
    case Msg::kColMedian:
      return "Trung vị";
    case Msg::kColMembers:
      return "Thành viên";
    case Msg::kColMetric:
      return "Thời gian";
    case Msg::kColMissing:
      return "Còn thiếu";
    case Msg::kColName:
      return "Tên";
    case Msg::kColNotPlayed:
      return "Không diễn";
    case Msg::kColNote:
      return "Ghi chú";
    case Msg::kColObjective:
      return "Mục tiêu";
    case Msg::kColObligation:
      return "Nghĩa vụ";
    case Msg::kColObservation:
      return "Báo cáo";
    case Msg::kColOnBehalf:
      return "Nhập thay";
    case Msg::kColOperator:
      return "Đơn vị vận hành";
    case Msg::kColOrganisation:
      return "Tổ chức";
    case Msg::kColOwner:
      return "Chủ quản";
    case Msg::kColOwnerKeys:
      return "Khóa";
    case Msg::kColParent:
      return "Trực thuộc";
    case Msg::kColPenalty:
      return "Trừ";
    case Msg::kColPerson:
      return "Người";
    case Msg::kColPhase:
      return "Giai đoạn";
    case Msg::kColPossible:
      return "Tối đa";
    case Msg::kColQuestion:
      return "Câu hỏi";
    case Msg::kColRating:
      return "Xếp loại";
    case Msg::kColReceived:
      return "Nhận lúc";
    case Msg::kColRecipients:
      return "Gửi tới";
    case Msg::kColRecord:
      return "Bản ghi";
    case Msg::kColRecords:
      return "Bản ghi";
    case Msg::kColResidue:
      return "Còn sót";
    case Msg::kColRole:
      return "Vai trò";
    case Msg::kColRoles:
      return "Vai trò";
    case Msg::kColScenario:
      return "Kịch bản";
    case Msg::kColScore:
      return "Điểm";
    case Msg::kColStart:
      return "Bắt đầu";
    case Msg::kColStarted:
      return "Đã chạy";
    case Msg::kColState:
      return "Trạng thái";
    case Msg::kColStream:
      return "Luồng";
    case Msg::kColSuccessors:
      return "Đơn vị kế thừa";
    case Msg::kColSystem:
      return "Hệ thống";
    case Msg::kColSystems:
      return "Hệ thống";
    case Msg::kColTargets:
      return "Đích";
    case Msg::kColTeam:
      return "Đội";
    case Msg::kColTeams:
      return "Đội";
    case Msg::kColTechnique:
      return "Kỹ thuật";
    case Msg::kColTechniques:
      return "Kỹ thuật";
    case Msg::kColText:
      return "Nội dung";
    case Msg::kColTitle:
      return "Tên gọi";
    case Msg::kColType:
      return "Hình thức";
    case Msg::kColVersion:
      return "Phiên bản";
    case Msg::kColWhen:
      return "Giờ";
    case Msg::kLevelProposed:
      return "$0 (đề xuất)";
    case Msg::kLevelMissing:
      return "thiếu cấp độ";
    case Msg::kRegisterDryRun:
      return "$0: hợp lệ; sẽ thêm $1, sửa $2, giữ nguyên $3 mục. Chưa có gì được gửi đi.";
    case Msg::kTokenMade:
      return "Mã truy cập $0 của $1, chỉ hiện một lần này:";
    case Msg::kTokenWritten:
      return "Đã ghi mã truy cập $0 của $1 vào $2; hãy giao tận tay, rồi xóa bản của mình.";
    case Msg::kEnrolmentMade:
      return "Mã ghi danh một lần cho $0, có giá trị trong $1; ghim $2 khóa chủ quản, cần $3 chữ "
             "ký:";
    case Msg::kAgentNotEnrolled:
      return "chưa ghi danh";
    case Msg::kAgentAway:
      return "mất kết nối";
    case Msg::kAgentHeld:
      return "máy tự giữ lại: $0";
    case Msg::kAgentConnected:
      return "kết nối";
    case Msg::kLintError:
      return "lỗi";
    case Msg::kLintWarning:
      return "cảnh báo";
    case Msg::kLintGood:
      return "$0: dùng được, $1 tình huống";
    case Msg::kLintFailed:
      return "$0 trong $1 tệp không dùng được; hãy sửa các lỗi nêu trên";
    case Msg::kImportCounts:
      return "$0 tệp, $1 phép thử: $2 hành động, $3 làm bằng tay, $4 bỏ qua";
    case Msg::kImportLeftOut:
      return "Bỏ qua $0: $1";
    case Msg::kImportManyLeftOut:
      return "Bỏ qua $0 phép thử: $1";
    case Msg::kImportRefused:
      return "$0 lỗi; chưa nhập gì";
    case Msg::kImportNothing:
      return "không còn phép thử nào để nhập; xem các lý do nêu trên";
    case Msg::kImportNoFiles:
      return "$0 không có tệp nào thuộc loại này";
    case Msg::kImportWritten:
      return "$0: kịch bản gồm $1 tình huống. Hãy bổ sung kỳ vọng và thời điểm rồi soát bằng "
             "«drillctl scenario lint»";
    case Msg::kImportPlatform:
      return "không dành cho $0";
    case Msg::kImportExecutor:
      return "cần $0 mà tác tử không chạy";
    case Msg::kImportPrerequisite:
      return "điều kiện trước cần $0 mà tác tử không chạy";
    case Msg::kImportUnresolved:
      return "thiếu giá trị của $0; hãy cho bằng --set";
    case Msg::kImportPayloads:
      return "cần các tệp do Caldera cung cấp: $0";
    case Msg::kImportNoCommand:
      return "không có lệnh";
    case Msg::kImportTooLong:
      return "có lệnh dài hơn 64 KiB";
    case Msg::kByHand:
      return "bằng tay";
    case Msg::kScenarioHead:
      return "Hình thức: $0. Thời lượng: $1.";
    case Msg::kAfter:
      return "sau $0";
    case Msg::kUnless:
      return "trừ khi $0";
    case Msg::kNoSuchScenario:
      return "không có tệp nào, cũng không có kịch bản nào mang tên «$0»; xem «drillctl scenario "
             "list»";
    case Msg::kKeyMade:
      return "Khóa riêng đã ghi vào $0 (giữ kín, chỉ chủ quản được dùng). Mã khóa: $1. Khóa công "
             "khai để ghi vào owner_keys của hệ thống:";
    case Msg::kScopeTitle:
      return "Phạm vi diễn tập «$0» trên hệ thống «$1»";
    case Msg::kScopeWindow:
      return "Chỉ được bắt đầu từ $0 đến trước $1";
    case Msg::kScopeDecision:
      return "Theo quyết định số $0, ngày $1 $2";
    case Msg::kScopeHosts:
      return "Trên $0 máy: $1";
    case Msg::kScopeCap:
      return "Tối đa $0 lệnh trên mỗi máy";
    case Msg::kScopeDigest:
      return "SHA-256 của phạm vi: $0";
    case Msg::kScopeUnsigned:
      return "Chưa có chữ ký";
    case Msg::kScopeAgainst:
      return "nhằm vào máy: $0";
    case Msg::kScopeAimedHere:
      return "NHẰM VÀO MÁY CỦA QUÝ VỊ: $0";
    case Msg::kScopeSignature:
      return "Đã ký bằng khóa $0";
    case Msg::kScopeNoScenario:
      return "Không có kịch bản để đối chiếu: chỉ thấy được mã băm của từng hành động. Thêm "
             "--scenario FILE để thấy hành động.";
    case Msg::kScopeWrongDigest:
      return "MÃ BĂM KHÔNG KHỚP với hành động trong kịch bản";
    case Msg::kScopeUnknownInject:
      return "KHÔNG CÓ hành động này trong kịch bản";
    case Msg::kScopeDoNotSign:
      return "$0 hành động không khớp kịch bản; đừng ký, hãy hỏi người chỉ huy diễn tập";
    case Msg::kScopeMade:
      return "Đã ghi phạm vi chưa ký vào $0; chủ quản ký bằng «drillctl scope sign» (cần $1 chữ "
             "ký).";
    case Msg::kScopeSigned:
      return "Đã ký: $0, khóa $1, hiện có $2 chữ ký.";
    case Msg::kScopeSignedTwice:
      return "$0: khóa này đã ký rồi; chữ ký thứ hai phải bằng khóa khác";
    case Msg::kRealIncident:
      return "SỰ CỐ THẬT";
    case Msg::kExerciseHead:
      return "Hình thức: $0. Giai đoạn: $1. Bắt đầu: $2. Kết thúc: $3. Đồng hồ diễn tập: $4.";
    case Msg::kCastSystem:
      return "Hệ thống $0: $1, $2 máy";
    case Msg::kCastTeam:
      return "Đội $0: $1 ($2)";
    case Msg::kCastPost:
      return "$0: $1";
    case Msg::kCheckedGood:
      return "sẵn sàng";
    case Msg::kCheckedFindings:
      return "$0 vấn đề";
    case Msg::kCheckNoAnswer:
      return "không trả lời; hãy xem tác tử có chạy và kết nối không";
    case Msg::kCheckReady:
      return "$0: sẵn sàng bắt đầu";
    case Msg::kCheckNotReady:
      return "$0: chưa sẵn sàng; hãy xử lý những điều nêu trên rồi kiểm tra lại";
    case Msg::kMissing:
      return "Còn thiếu cho bước tiếp theo:";
    case Msg::kStarted:
      return "Đã bắt đầu lúc $0";
    case Msg::kStartInterrupted:
      return "$0: không bắt đầu được, hiện $1; xem «drillctl exercise show»";
    case Msg::kStartLate:
      return "$0: đồng hồ diễn tập chưa chạy sau thời gian chờ; xem «drillctl exercise show»";
    case Msg::kWatchLost:
      return "Mất kết nối ($0), đang nối lại...";
    case Msg::kWatchNever:
      return "$0: hiện $1, sẽ không đến «$2» nữa";
    case Msg::kStatusLine:
      return "$0  $1  tình huống $2/$3  máy $4/$5, đã dọn $6";
    case Msg::kStatusTeams:
      return "  phát hiện khớp $0/$1";
    case Msg::kStatusFailed:
      return "  không diễn được $0";
    case Msg::kActorEngine:
      return "máy chủ";
    case Msg::kActorHost:
      return "máy $0";
    case Msg::kRecCreated:
      return "Lập cuộc diễn tập theo kịch bản $0: $1";
    case Msg::kRecApproved:
      return "Phê duyệt, quyết định số $0, $1 phạm vi đã ký";
    case Msg::kRecCheckedGood:
      return "$0 đã kiểm tra: sẵn sàng";
    case Msg::kRecChecked:
      return "$0 đã kiểm tra: $1 vấn đề";
    case Msg::kRecReady:
      return "Sẵn sàng bắt đầu";
    case Msg::kRecStarted:
      return "BẮT ĐẦU lúc $0 (sau $1)";
    case Msg::kRecStartedAt:
      return "BẮT ĐẦU lúc $0";
    case Msg::kRecPaused:
      return "TẠM DỪNG ở $0, $1";
    case Msg::kRecResumed:
      return "TIẾP TỤC từ $0, lúc $1";
    case Msg::kRecJumped:
      return "Đồng hồ nhảy từ $0 đến $1";
    case Msg::kRecSpeed:
      return "Tốc độ đồng hồ $0‰";
    case Msg::kRecAgentLost:
      return "$0 mất kết nối";
    case Msg::kRecAgentBack:
      return "$0 kết nối lại";
    case Msg::kRecIncident:
      return "SỰ CỐ THẬT: mọi tình huống dừng lại, từ đây không phải diễn tập";
    case Msg::kRecIncidentCleared:
      return "Sự cố thật đã qua";
    case Msg::kRecEnded:
      return "KẾT THÚC ở $0";
    case Msg::kRecAborted:
      return "HỦY ở $0, không tính điểm";
    case Msg::kRecScheduled:
      return "$0 sẽ diễn ở $1 ($2)";
    case Msg::kRecReleased:
      return "$0 được tung ra";
    case Msg::kRecReleasedLate:
      return "$0 được tung ra MUỘN $1";
    case Msg::kRecRevoked:
      return "$0 bị thu hồi ($1)";
    case Msg::kRecHeld:
      return "$0 bị giữ lại";
    case Msg::kRecLetGo:
      return "$0 thôi bị giữ";
    case Msg::kRecAdded:
      return "Thêm $0 $1: $2";
    case Msg::kRecManual:
      return "$0 diễn bằng tay trên $1 lúc $2 bởi $3, chứng kiến $4";
    case Msg::kRecRedRecorded:
      return "Đội tấn công $0 ($1) ghi nhận $2 trên $3 lúc $4: $5, $6";
    case Msg::kRecRedAccepted:
      return "$0 của đội tấn công được chấp nhận là đã diễn ra: $1";
    case Msg::kRecRedRefused:
      return "$0 của đội tấn công không được chấp nhận";
    case Msg::kRecRedClosed:
      return "Đội tấn công $0 đã nộp báo cáo và cam kết đã xóa dữ liệu của mục tiêu";
    case Msg::kRecEffect:
      return "$0, $1 trên $2: $3; $4 trên $5 dấu vết kiểm tra được vẫn còn lúc $6";
    case Msg::kEffectLine:
      return "Tác tử trên $0, tình huống $1: $2 ($3 trên $4 dấu vết vẫn còn)";
    case Msg::kRecSink:
      return "$0 trên $1: máy chủ hứng dữ liệu của diễn tập đã nhận $2 lần, $3 byte qua $4 từ $5";
    case Msg::kRecSinkWhole:
      return "; đủ cả tệp nén, sha256 $0";
    case Msg::kRecRetried:
      return "$0 trên $1: diễn lại lần $2";
    case Msg::kRecLate:
      return "muộn $0";
    case Msg::kRecOrder:
      return "$0 trên $1: $2 lúc $3 ± $4";
    case Msg::kRecObservation:
      return "$0, $1 của $2 ($3)";
    case Msg::kRecMatched:
      return "$0 khớp $1 [$2], $3‰";
    case Msg::kRecRejected:
      return "$0 bị loại: $1";
    case Msg::kRecRead:
      return "$1 đã mở $0";
    case Msg::kRecAlert:
      return "Cảnh báo $0 của $1: máy $2";
    case Msg::kRecAlertMatched:
      return "Cảnh báo $0 khớp tình huống $1 trên $2";
    case Msg::kRecAlertSeen:
      return "$1 đã xem cảnh báo $0";
    case Msg::kRecJudging:
      return "Bắt đầu chấm điểm";
    case Msg::kRecRated:
      return "Xếp loại $0, $1: $2";
    case Msg::kRecFinal:
      return "Điểm chính thức, tính đến bản ghi $0";
    case Msg::kRecResidue:
      return "Chủ quản chấp nhận phần còn sót của $0 trên $1";
    case Msg::kRecClosed:
      return "Đóng cuộc diễn tập";
    case Msg::kInPause:
      return "(nhận trong lúc tạm dừng)";
    case Msg::kDuringIncident:
      return "(trong lúc có sự cố thật: không phải diễn tập)";
    case Msg::kInboxHead:
      return "$0: $1";
    case Msg::kInboxFrom:
      return "Từ: $0";
    case Msg::kInboxQuestion:
      return "(trả lời bằng «drillctl report answer»)";
    case Msg::kNoSuchMessage:
      return "không có thông điệp «$0» trong cuộc diễn tập «$1»; xem «drillctl inbox»";
    case Msg::kQueueHead:
      return "$0 báo cáo chờ thẩm định";
    case Msg::kCandidates:
      return "Có thể là";
    case Msg::kScoreFinal:
      return "$0, $1. Bắt đầu: $2. Kết thúc: $3. ĐIỂM CHÍNH THỨC.";
    case Msg::kScoreProvisional:
      return "$0, $1. Bắt đầu: $2. Kết thúc: $3. Điểm tạm tính.";
    case Msg::kScoreTotal:
      return "Điểm: $0 / 100 = ($1 đạt − $2 trừ) / $3 tối đa";
    case Msg::kScoreRests:
      return "Dựa trên các bản ghi đến số $0, mã băm $1, cách tính phiên bản $2";
    case Msg::kLineTimes:
      return "$0 → $1 = $2 ± $3";
    case Msg::kLineUncertain:
      return "chênh lệch nhỏ hơn sai số";
    case Msg::kLineFactors:
      return "chất lượng $0 × kịp thời $1";
    case Msg::kLineRecords:
      return "bản ghi $0";
    case Msg::kDocumentWritten:
      return "Đã ghi $0 ($1, $2 byte)";
    case Msg::kPdfNoProgram:
      return "Chưa tạo được PDF: máy này không có $0. Cài gói weasyprint của Debian rồi chạy lại, "
             "hoặc dùng --format html và in từ trình duyệt";
    case Msg::kPdfFailed:
      return "Chưa tạo được PDF, chưa ghi gì: $0";
    case Msg::kLayerDetected:
      return "Phát hiện kịp thời";
    case Msg::kLayerLate:
      return "Phát hiện muộn";
    case Msg::kLayerMissed:
      return "Không phát hiện";
    case Msg::kLayerBlocked:
      return "Bị biện pháp bảo vệ chặn";
    case Msg::kLayerUnasked:
      return "Đã diễn, không yêu cầu phát hiện";
    case Msg::kLayerNotPlayed:
      return "Không diễn được";
    case Msg::kLayerHosts:
      return "Máy: $0 kịp thời, $1 muộn, $2 không phát hiện, $3 bị chặn.";
    case Msg::kLayerInjects:
      return "Tình huống: $0.";
    case Msg::kLayerFinal:
      return "Điểm chính thức, phiên bản chấm $0, theo các bản ghi đến $1.";
    case Msg::kLayerProvisional:
      return "Điểm TẠM TÍNH, phiên bản chấm $0, theo các bản ghi đến $1.";
    case Msg::kJournalGood:
      return "Nhật ký nguyên vẹn: $0 bản ghi, mọi mã băm đều khớp";
    case Msg::kJournalBad:
      return "nhật ký có $0 lỗi trong $1 bản ghi; dừng drilld, giữ nguyên tệp và báo người chịu "
             "trách nhiệm";
    case Msg::kDeconflictOurs:
      return "CỦA TA: do diễn tập tạo ra";
    case Msg::kDeconflictNotOurs:
      return "KHÔNG PHẢI CỦA TA: không do cuộc diễn tập nào mà bạn được hỏi tạo ra. Hãy xử lý như "
             "sự cố thật";
    case Msg::kDeconflictEntry:
      return "$0: máy $1, từ $2, cuộc diễn tập $3, tình huống $4, lần $5, mã $6; $7";
    case Msg::kDeconflictNoTrace:
      return "lệnh không báo dấu vết nào";
    case Msg::kDeconflictThere:
      return "CÒN TRÊN MÁY";
    case Msg::kDeconflictGone:
      return "đã hết từ $0: $1";
    case Msg::kDeconflictHead:
      return "Cuộc diễn tập $0: $1 dấu vết do diễn tập tạo ra";
    case Msg::kDeconflictWritten:
      return "Đã ghi $0 ($1 dấu vết, $2 byte)";
    case Msg::kDeconflictTruncated:
      return "có nhiều hơn $0 dấu vết của một câu trả lời; hãy hỏi theo --exercise, hoặc từng dấu "
             "vết";
    case Msg::kColPlanned:
      return "Dự kiến";
    case Msg::kColReleased:
      return "Phát";
    case Msg::kColDetected:
      return "Phát hiện";
    case Msg::kColReported:
      return "Báo cáo";
    case Msg::kColContained:
      return "Ngăn chặn";
    case Msg::kColRecovered:
      return "Khôi phục";
    case Msg::kColAnswered:
      return "Trả lời";
    case Msg::kColLowest:
      return "Thấp nhất";
    case Msg::kColHighest:
      return "Cao nhất";
    case Msg::kRehearsalHead:
      return "Diễn tập thử «$0» ($1): $2 lượt, hạt giống $3, đội mô phỏng: $4.";
    case Msg::kRehearsalMadeUp:
      return "Không có --register: sổ đăng ký được tạo tạm cho vừa kịch bản (mỗi vai trò một máy, "
             "người theo hồ sơ đội).";
    case Msg::kRehearsalCastSystem:
      return "phần «$0»: hệ thống $1, $2 máy";
    case Msg::kRehearsalCastTeam:
      return "phần «$0»: đội $1, $2 người";
    case Msg::kRehearsalTimes:
      return "Dòng thời gian (trung vị; (n) là số lượt có xảy ra khi không phải mọi lượt)";
    case Msg::kRehearsalLoad:
      return "Số sự kiện cùng lúc trên một người, theo từng khoảng $0: trung vị/xấu nhất";
    case Msg::kRehearsalWorst:
      return "$0 ($1): $2 sự kiện cùng lúc tại $3: $4";
    case Msg::kRehearsalUnreached:
      return "Nhánh không tới được hoặc không có tác dụng";
    case Msg::kRehearsalAnchor:
      return "$0: chưa lượt nào đến, vì «$1 $2» không xảy ra";
    case Msg::kRehearsalRevoked:
      return "$0: lượt nào cũng bị hủy, vì «$1 $2» luôn xảy ra trước";
    case Msg::kRehearsalTooLate:
      return "$0: chưa lượt nào đến, vì thời điểm của nó nằm sau khi kết thúc";
    case Msg::kRehearsalUnless:
      return "$0: lượt nào cũng đến; điều kiện «trừ khi $1 $2» chưa lần nào giữ nó lại";
    case Msg::kRehearsalByHand:
      return "$0: dự phòng, chỉ phát bằng tay";
    case Msg::kRehearsalScore:
      return "Điểm dự kiến (trên 100)";
    case Msg::kRehearsalTotal:
      return "cả cuộc diễn tập";
    case Msg::kRehearsalBounds:
      return "Đội hoàn hảo đạt $0, không ai ứng cứu: $1 («-»: không có gì được tính).";
    case Msg::kRehearsalUnreachable:
      return "$0, $1 ($2): cả đội hoàn hảo cũng chỉ được $3 trên $4: $5";
    case Msg::kRehearsalUncovered:
      return "Đội $0 không ai biết việc: $1; những việc đó không bao giờ được làm";
    case Msg::kRehearsalBadPart:
      return "--cast: kịch bản không có phần «$0»";
    case Msg::kWhoAmI:
      return "$0 ($1), vai trò: $2; máy chủ $3, phiên bản $4";
  }
  return "";
}

}  // namespace drill::cli
