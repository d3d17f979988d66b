#include "core/duty/phrases.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace drill::duty {
namespace {

constexpr size_t kHostsNamed = 5;

v1::Text Say(absl::string_view vi, absl::string_view en) {
  v1::Text text;
  text.set_vi(std::string(vi));
  text.set_en(std::string(en));
  return text;
}

struct Words {
  absl::string_view vi, en;
};

Words Of(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_RUNNING:
      return {"đang diễn ra", "running"};
    case v1::PHASE_PAUSED:
      return {"đang tạm dừng", "paused"};
    case v1::PHASE_ENDED:
      return {"đã kết thúc, chưa chấm", "ended, not judged yet"};
    case v1::PHASE_JUDGING:
      return {"đang chấm", "being judged"};
    case v1::PHASE_FINAL:
      return {"đã có điểm chính thức", "final score given"};
    default:
      return {"chưa bắt đầu", "not started"};
  }
}

Words Of(RoePart part) {
  switch (part) {
    case RoePart::kObjectives:
      return {"mục tiêu", "objectives"};
    case RoePart::kParticipants:
      return {"đối tượng tham gia", "participants"};
    case RoePart::kTools:
      return {"công cụ sử dụng", "tools"};
    case RoePart::kDepth:
      return {"mức độ khai thác", "depth of exploitation"};
    case RoePart::kDuration:
      return {"thời gian diễn ra", "duration"};
  }
  return {};
}

Words Of(ScoredPart part) {
  switch (part) {
    case ScoredPart::kPreventOrDetect:
      return {"ngăn chặn hoặc phát hiện", "prevent or detect"};
    case ScoredPart::kReport:
      return {"báo cáo", "report"};
    case ScoredPart::kContain:
      return {"cô lập, ngăn lây lan", "contain"};
  }
  return {};
}

Words Of(v1::Element element) {
  switch (element) {
    case v1::ELEMENT_PROCESS:
      return {"quy trình", "process"};
    case v1::ELEMENT_TECHNOLOGY:
      return {"công nghệ", "technology"};
    case v1::ELEMENT_PEOPLE:
      return {"con người", "people"};
    default:
      return {};
  }
}

// A text in one language, the other's where it is absent.
const std::string& Vi(const v1::Text& text) { return text.vi().empty() ? text.en() : text.vi(); }
const std::string& En(const v1::Text& text) { return text.en().empty() ? text.vi() : text.en(); }

std::string Plural(int n, absl::string_view noun) {
  return absl::StrCat(n, " ", noun, n == 1 ? "" : "s");
}

std::string Levels(const v1::Obligation& obligation) {
  std::vector<int32_t> levels(obligation.levels().begin(), obligation.levels().end());
  std::sort(levels.begin(), levels.end());
  return absl::StrJoin(levels, ", ");
}

}  // namespace

v1::Text NothingHeld(int year) {
  return Say(absl::StrCat("Chưa tổ chức diễn tập thực chiến trong năm ", year),
             absl::StrCat("No live drill was held in ", year));
}

v1::Text NotLive() {
  return Say("Cuộc diễn tập không phải diễn tập thực chiến trên hệ thống thật",
             "The exercise was not a live drill on the real system");
}

v1::Text NotClosed(v1::Phase phase) {
  const Words words = Of(phase);
  return Say(absl::StrCat("Cuộc diễn tập chưa được đóng (", words.vi, ")"),
             absl::StrCat("The exercise is not closed (", words.en, ")"));
}

v1::Text RoeLacks(const std::vector<RoePart>& parts) {
  std::vector<absl::string_view> vi, en;
  for (RoePart part : parts) {
    vi.push_back(Of(part).vi);
    en.push_back(Of(part).en);
  }
  return Say(absl::StrCat("Quy tắc diễn tập thiếu: ", absl::StrJoin(vi, ", ")),
             absl::StrCat("The rules of engagement lack: ", absl::StrJoin(en, ", ")));
}

v1::Text NotSigned(int signatures, int needed) {
  return Say(absl::StrCat("Thiếu chữ ký phê duyệt của chủ quản hệ thống (có ", signatures, ", cần ",
                          needed, ")"),
             absl::StrCat("The system owner's signed approval is missing (", signatures, " of ",
                          Plural(needed, "signature"), ")"));
}

v1::Text NotPlayed() {
  return Say(
      "Chưa có hành động nào thực sự diễn ra trên hệ thống (máy xác nhận, hoặc thực hiện bằng tay "
      "có người chứng kiến)",
      "Nothing was really played on the system (confirmed by a host, or played by hand before a "
      "witness)");
}

v1::Text NotScored(ScoredPart part) {
  const Words words = Of(part);
  return Say(absl::StrCat("Chưa có kết quả chấm trên hệ thống này: ", words.vi),
             absl::StrCat("Not scored on this system: ", words.en));
}

v1::Text NotAttestedUnaware() {
  return Say("Chưa xác nhận các đội ứng cứu không biết trước kịch bản",
             "It is not attested that the response teams did not know the scenario");
}

v1::Text NotClean(const std::vector<std::string>& hosts) {
  std::vector<std::string> named(
      hosts.begin(),
      hosts.begin() + static_cast<std::ptrdiff_t>(std::min(hosts.size(), kHostsNamed)));
  std::string list = absl::StrJoin(named, ", ");
  if (hosts.size() > named.size()) absl::StrAppend(&list, ", ...");
  return Say(
      absl::StrCat("Chưa xác minh đã dọn sạch, chủ quản cũng chưa chấp nhận phần còn lại, "
                   "trên: ",
                   list),
      absl::StrCat("Clean-up neither verified nor its residue accepted by the owner on: ", list));
}

v1::Text NotJudged(v1::Element element) {
  const Words words = Of(element);
  return Say(absl::StrCat("Chưa đánh giá: ", words.vi), absl::StrCat("Not judged: ", words.en));
}

v1::Text LevelNotDetermined() {
  return Say(
      "Chưa xác định cấp độ, cả phê duyệt lẫn đề xuất; tạm coi là thuộc diện phải diễn tập",
      "The level is not determined, neither approved nor proposed; taken as bound until it is");
}

v1::Text NotBound(int level, const v1::Obligation& obligation) {
  std::string vi = absl::StrCat("Nghĩa vụ này áp dụng cho cấp độ ", Levels(obligation),
                                "; hệ thống ở cấp độ ", level, " (", obligation.document(), ")");
  std::string en =
      absl::StrCat("This duty binds levels ", Levels(obligation), "; the system is of level ",
                   level, " (", obligation.document(), ")");
  if (!Vi(obligation.reach()).empty()) {
    absl::StrAppend(&vi, ". Phạm vi: ", Vi(obligation.reach()));
    absl::StrAppend(&en, ". Reach: ", En(obligation.reach()));
  }
  return Say(vi, en);
}

v1::Text BoundByProposedLevel(int level) {
  return Say(absl::StrCat("Chưa có cấp độ được phê duyệt; áp dụng cấp độ đề xuất ", level),
             absl::StrCat("No level is approved; the proposed level ", level, " binds"));
}

v1::Text SameDutyIn(const std::vector<const v1::Obligation*>& others) {
  std::vector<std::string> documents;
  for (const v1::Obligation* other : others) documents.push_back(other->document());
  const std::string list = absl::StrJoin(documents, "; ");
  return Say(absl::StrCat("Cùng nghĩa vụ này, trong phạm vi riêng: ", list),
             absl::StrCat("The same duty, each within its own reach: ", list));
}

v1::Text CannotCountAnyMore() {
  return Say("Cuộc diễn tập này không thể bổ sung để được tính; cần tổ chức cuộc khác",
             "What this exercise lacks cannot be added any more; another one is needed");
}

v1::Text RetiredOn(const v1::Date& date) {
  const std::string day = absl::StrFormat("%02d/%02d/%04d", date.day(), date.month(), date.year());
  return Say(absl::StrCat("Hệ thống ngừng hoạt động từ ngày ", day),
             absl::StrCat("The system was retired on ", day));
}

v1::Text InWords(const Depth& depth) {
  std::vector<std::string> vi, en;
  if (depth.actions > 0) {
    vi.push_back(absl::StrCat(depth.actions, " hành động trên ", depth.hosts, " máy"));
    en.push_back(
        absl::StrCat(Plural(depth.actions, "action"), " on ", Plural(depth.hosts, "host")));
  }
  if (depth.hand_actions > 0) {
    vi.push_back(absl::StrCat(depth.hand_actions,
                              " hành động thực hiện bằng tay, có chứng kiến, trên ",
                              depth.hand_hosts, " máy"));
    en.push_back(absl::StrCat(Plural(depth.hand_actions, "action"),
                              " played by hand and attested on ",
                              Plural(depth.hand_hosts, "host")));
  }
  if (depth.blocked > 0) {
    vi.push_back(absl::StrCat(depth.blocked, " hành động bị ngăn chặn"));
    en.push_back(absl::StrCat(Plural(depth.blocked, "action"), " blocked"));
  }
  if (vi.empty()) return Say("chưa có hành động nào", "nothing played");
  return Say(absl::StrJoin(vi, "; "), absl::StrJoin(en, "; "));
}

}  // namespace drill::duty
