#include "tests/unit/server/report/sample.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace drill::testing {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
// 22/10/2026 08:30:00 +07:00
constexpr int64_t kStart = 1'792'632'600 * kSecond;

// So much after StartEx, wall time.
int64_t At(int64_t minutes, int64_t seconds = 0) {
  return kStart + minutes * kMinute + seconds * kSecond;
}

v1::Text Words(const char* vi, const char* en) {
  v1::Text text;
  text.set_vi(vi);
  text.set_en(en);
  return text;
}

v1::Date Day(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

v1::Decision Decided(const char* number, const v1::Date& date, const char* signer) {
  v1::Decision decision;
  decision.set_number(number);
  *decision.mutable_date() = date;
  decision.set_signed_by(signer);
  return decision;
}

// ---- register ----------------------------------------------------------------------------------

void AddOrganisation(const char* id, const v1::Text& name, const char* parent, RegisterState* reg) {
  v1::Organisation& body = reg->organisations[id];
  body.set_id(id);
  *body.mutable_name() = name;
  if (*parent != '\0') body.set_parent(parent);
}

void AddPerson(const char* id, const char* name, const char* organisation, RegisterState* reg) {
  v1::Person& person = reg->people[id];
  person.set_id(id);
  person.set_name(name);
  person.set_organisation(organisation);
  person.set_phone("0900000000");
  person.set_email(absl::StrCat(id, "@binhminh.example"));
}

void AddSystem(const char* id, const v1::Text& name, const char* owner, const char* operated_by,
               const char* level_decision, RegisterState* reg) {
  v1::System& system = reg->systems[id];
  system.set_id(id);
  *system.mutable_name() = name;
  system.set_owner(owner);
  if (*operated_by != '\0') system.set_operator_(operated_by);
  system.set_level(3);
  *system.mutable_level_decision() =
      Decided(level_decision, Day(2024, 9, 18), "Chủ tịch UBND tỉnh");
  system.add_owner_keys("-----BEGIN PUBLIC KEY-----");
}

void FillRegister(RegisterState* reg) {
  AddOrganisation("ubnd", Words("Ủy ban nhân dân tỉnh Bình Minh", "Binh Minh People's Committee"),
                  "", reg);
  AddOrganisation("skhcn",
                  Words("Sở Khoa học và Công nghệ", "Department of Science and Technology"), "ubnd",
                  reg);
  AddOrganisation("vpub", Words("Văn phòng UBND tỉnh", "Provincial Office"), "ubnd", reg);
  AddOrganisation("ttcds", Words("Trung tâm Chuyển đổi số", "Digital Transformation Centre"),
                  "skhcn", reg);
  AddSystem("dvc", Words("Cổng dịch vụ công trực tuyến", "Online public service portal"), "skhcn",
            "ttcds", "1187/QĐ-UBND", reg);
  AddSystem("qlvb", Words("Quản lý văn bản và điều hành", "Document management"), "vpub", "",
            "1188/QĐ-UBND", reg);
  AddPerson("ha", "Nguyễn Thị Thu Hà", "skhcn", reg);
  AddPerson("quang", "Phạm Minh Quang", "skhcn", reg);
  AddPerson("duc", "Trần Anh Đức", "ttcds", reg);
  AddPerson("lan", "Lê Thị Ngọc Lan", "ubnd", reg);
  AddPerson("son", "Võ Thành Sơn", "ubnd", reg);
  AddPerson("tuan", "Đặng Quốc Tuấn", "ttcds", reg);
  AddPerson("hieu", "Bùi Trung Hiếu", "ttcds", reg);
  AddPerson("mai", "Hoàng Thị Tuyết Mai", "vpub", reg);
  AddPerson("phuc", "Huỳnh Gia Phúc", "vpub", reg);
  AddPerson("khoa", "Dương Đăng Khoa", "skhcn", reg);
  v1::Team& soc = reg->teams["soc-tinh"];
  soc.set_id("soc-tinh");
  *soc.mutable_name() = Words("Đội giám sát an ninh mạng (SOC) tỉnh", "Provincial SOC");
  soc.set_kind(v1::TEAM_KIND_RESPONSE);
  v1::Team& operators = reg->teams["van-hanh"];
  operators.set_id("van-hanh");
  *operators.mutable_name() = Words("Tổ vận hành Văn phòng UBND", "Office operations team");
  operators.set_kind(v1::TEAM_KIND_RESPONSE);
}

// ---- plan --------------------------------------------------------------------------------------

v1::Host* AddHost(v1::SystemCast* cast, const char* id, const char* role, const char* vi,
                  const char* en) {
  v1::Host* host = cast->add_hosts();
  host->set_id(id);
  host->set_system(cast->system());
  host->set_role(role);
  *host->mutable_name() = Words(vi, en);
  return host;
}

void FillScenario(v1::Scenario* scenario) {
  scenario->set_id("ma-hoa-tong-tien");
  *scenario->mutable_title() = Words("Mã độc tống tiền và thay đổi giao diện Cổng dịch vụ công",
                                     "Ransomware and defacement of the public service portal");
  *scenario->mutable_summary() = Words(
      "Kẻ tấn công dò mật khẩu quản trị, thay đổi giao diện Cổng dịch vụ công, cài tiến trình "
      "ngầm trên máy chủ cơ sở dữ liệu rồi mã hóa kho văn bản để đòi tiền chuộc.",
      "The attacker guesses an administrator's password, defaces the portal, leaves a hidden "
      "process on the database server, then encrypts the document store for ransom.");
  scenario->set_type(v1::EXERCISE_TYPE_LIVE);
  const struct {
    const char* id;
    v1::Text title;
    v1::Text capability;
  } objectives[] = {
      {"phat-hien", Words("Phát hiện kịp thời tấn công vào hệ thống", "Detect attacks in time"),
       Words("Giám sát, phát hiện", "Monitoring and detection")},
      {"bao-cao", Words("Báo cáo sự cố đúng nội dung, đúng nơi nhận", "Report incidents correctly"),
       Words("Thông tin, báo cáo", "Operational communications")},
      {"ngan-chan", Words("Ngăn chặn và khôi phục dịch vụ", "Contain, and recover the service"),
       Words("Ứng cứu, khôi phục", "Response and recovery")}};
  for (const auto& entry : objectives) {
    v1::Objective* objective = scenario->add_objectives();
    objective->set_id(entry.id);
    *objective->mutable_title() = entry.title;
    *objective->mutable_capability() = entry.capability;
  }
  scenario->mutable_rubric()->set_wrong_claim_points(2);
}

void FillCreated(v1::ExerciseCreated* created) {
  created->set_exercise("dt-2026-01");
  FillScenario(created->mutable_scenario());
  *created->mutable_title() =
      Words("Ứng cứu mã độc tống tiền, tỉnh Bình Minh năm 2026", "Ransomware Response, 2026");
  v1::SystemCast* portal = created->add_systems();
  portal->set_part("portal");
  portal->set_system("dvc");
  AddHost(portal, "dvc-db-01", "db", "Máy chủ cơ sở dữ liệu", "Database server");
  AddHost(portal, "dvc-fw-01", "firewall", "Tường lửa vùng DMZ", "DMZ firewall")
      ->set_agentless(true);
  AddHost(portal, "dvc-web-01", "web", "Máy chủ web 1", "Web server 1");
  AddHost(portal, "dvc-web-02", "web", "Máy chủ web 2", "Web server 2");
  v1::SystemCast* documents = created->add_systems();
  documents->set_part("documents");
  documents->set_system("qlvb");
  AddHost(documents, "qlvb-app-01", "app", "Máy chủ ứng dụng", "Application server");
  AddHost(documents, "qlvb-file-01", "file", "Kho tệp văn bản", "Document store");
  v1::TeamCast* soc = created->add_teams();
  soc->set_part("soc");
  soc->set_team("soc-tinh");
  soc->add_members("tuan");
  soc->add_members("hieu");
  v1::TeamCast* operators = created->add_teams();
  operators->set_part("ops");
  operators->set_team("van-hanh");
  operators->add_members("mai");
  operators->add_members("phuc");
  const std::pair<const char*, v1::Role> posts[] = {
      {"ha", v1::ROLE_DIRECTOR},   {"quang", v1::ROLE_CONTROLLER}, {"duc", v1::ROLE_CONTROLLER},
      {"lan", v1::ROLE_EVALUATOR}, {"son", v1::ROLE_EVALUATOR},    {"khoa", v1::ROLE_OWNER}};
  for (const auto& [person, role] : posts) {
    v1::Post* post = created->add_posts();
    post->set_person(person);
    post->set_role(role);
  }
}

void AddScope(const char* system, std::initializer_list<const char*> hosts, int entries,
              v1::ExerciseApproved* approved) {
  v1::Scope scope;
  scope.set_exercise("dt-2026-01");
  scope.set_system(system);
  for (const char* host : hosts) scope.add_hosts(host);
  for (int i = 0; i < entries; ++i) scope.add_entries()->set_inject(absl::StrCat("inject-", i));
  scope.set_not_before_us(At(-30));
  scope.set_not_after_us(At(330));
  *scope.mutable_decision() = Decided("214/QĐ-SKHCN", Day(2026, 10, 12), "Dương Đăng Khoa");
  scope.set_orders_per_host_max(6);
  v1::SignedScope* signed_scope = approved->add_scopes();
  signed_scope->set_scope(scope.SerializeAsString());
  signed_scope->add_signatures()->set_der("signature");
}

void FillApproved(v1::ExerciseApproved* approved) {
  v1::RulesOfEngagement* roe = approved->mutable_roe();
  *roe->mutable_objectives() = Words(
      "Đánh giá khả năng phòng ngừa xâm nhập, phát hiện kịp thời điểm yếu về quy trình, công "
      "nghệ, con người.",
      "Assess prevention of intrusion and timely detection of weaknesses in process, "
      "technology and people.");
  *roe->mutable_participants() = Words(
      "SOC tỉnh, Tổ vận hành Văn phòng UBND tỉnh; Ban tổ chức, Ban giám khảo theo quyết định.",
      "Provincial SOC, Office operations team; control team and evaluators as decided.");
  *roe->mutable_tools() = Words("Tác tử Cyberdrill, chỉ các hành động mô phỏng đã ký duyệt.",
                                "Cyberdrill agents, only the signed simulated actions.");
  *roe->mutable_depth() =
      Words("Không đọc, không sao chép dữ liệu thật; không làm gián đoạn dịch vụ quá 05 phút.",
            "No real data is read or copied; no service is interrupted for more than 5 minutes.");
  *roe->mutable_duration() =
      Words("Từ 08 giờ 30 đến 12 giờ ngày 22/10/2026.", "08:30 to 12:00 on 22 October 2026.");
  *approved->mutable_decision() =
      Decided("2145/QĐ-UBND", Day(2026, 10, 9), "Phó Chủ tịch Nguyễn Hữu Phước");
  AddScope("dvc", {"dvc-db-01", "dvc-web-01", "dvc-web-02"}, 4, approved);
  AddScope("qlvb", {"qlvb-app-01", "qlvb-file-01"}, 2, approved);
  v1::UpstreamNotice* notice = approved->add_notices();
  *notice->mutable_recipient() =
      Words("Trung tâm dữ liệu thuê ngoài (trực 24/7)", "Hosting provider, 24/7 desk");
  notice->set_contact("Lý Văn Thành, 0900 000 001");
  notice->set_notified_us(At(-1080));
  notice->set_acknowledged(true);
  approved->set_teams_unaware_attested(true);
}

// ---- course ------------------------------------------------------------------------------------

struct Course {
  const char* id;
  v1::Text title;
  const char* kind;
  std::vector<const char*> techniques = {};
  int64_t planned_us = 0;
  int64_t released_us = 0;
  int64_t noticeable_us = 0;
  int64_t detected_us = 0;
  int64_t reported_us = 0;
  int64_t contained_us = 0;
  int64_t recovered_us = 0;
  int hosts = 0;
  int played = 0;
  int detected_hosts = 0;
  int blocked = 0;
  int not_played = 0;
  int64_t late_us = 0;
  bool revoked = false;
  bool hand_played = false;
};

std::vector<Course> Courses() {
  return {
      {.id = "thu-canh-bao",
       .title = Words("Thư cảnh báo chiến dịch mã độc từ đơn vị chuyên trách",
                      "Warning letter about a ransomware campaign"),
       .kind = "message",
       .planned_us = At(5),
       .released_us = At(5)},
      {.id = "do-mat-khau",
       .title = Words("Dò mật khẩu tài khoản quản trị Cổng dịch vụ công",
                      "Password guessing on the portal's administrator"),
       .kind = "action",
       .techniques = {"T1110"},
       .planned_us = At(15),
       .released_us = At(15),
       .noticeable_us = At(15, 1),
       .detected_us = At(18, 13),
       .reported_us = At(26, 40),
       .contained_us = At(31, 5),
       .hosts = 2,
       .played = 2,
       .detected_hosts = 2},
      {.id = "thay-giao-dien",
       .title = Words("Thay đổi giao diện trang chủ Cổng dịch vụ công", "Defacement of the portal"),
       .kind = "action",
       .techniques = {"T1491.002"},
       .planned_us = At(45),
       .released_us = At(45),
       .noticeable_us = At(45, 2),
       .detected_us = At(49, 40),
       .reported_us = At(58, 11),
       .contained_us = At(62),
       .recovered_us = At(101, 30),
       .hosts = 1,
       .played = 1,
       .detected_hosts = 1},
      {.id = "tien-trinh-an",
       .title = Words("Tiến trình lạ giả danh nhân hệ điều hành trên máy chủ cơ sở dữ liệu",
                      "Masqueraded process on the database server"),
       .kind = "action",
       .techniques = {"T1036.005"},
       .planned_us = At(60),
       .released_us = At(60),
       .noticeable_us = At(60, 1),
       .hosts = 1,
       .played = 1},
      {.id = "cong-cu-la",
       .title = Words("Chạy công cụ lạ trên máy chủ web", "Unknown tool on a web server"),
       .kind = "action",
       .techniques = {"T1059.004"},
       .planned_us = At(70),
       .released_us = At(70),
       .hosts = 1,
       .blocked = 1},
      {.id = "usb-phong-may",
       .title = Words("Thiết bị USB lạ cắm vào trạm quản trị tường lửa",
                      "Unknown USB device at the firewall's console"),
       .kind = "manual",
       .techniques = {"T1091"},
       .planned_us = At(110),
       .released_us = At(112, 10),
       .noticeable_us = At(113, 30),
       .detected_us = At(121),
       .hosts = 1,
       .played = 1,
       .detected_hosts = 1,
       .late_us = 130 * kSecond,
       .hand_played = true},
      {.id = "ma-hoa-kho-van-ban",
       .title = Words("Mã hóa kho văn bản, để lại thư đòi tiền chuộc",
                      "Encryption of the document store, with a ransom note"),
       .kind = "action",
       .techniques = {"T1486"},
       .planned_us = At(130),
       .released_us = At(130),
       .noticeable_us = At(130, 4),
       .detected_us = At(131, 16),
       .reported_us = At(139, 2),
       .contained_us = At(143, 55),
       .hosts = 2,
       .played = 1,
       .detected_hosts = 1,
       .not_played = 1},
      {.id = "hoi-muc-do",
       .title = Words("Câu hỏi: xác định mức độ nghiêm trọng của sự cố",
                      "Question: how severe is the incident"),
       .kind = "question",
       .planned_us = At(150),
       .released_us = At(150)},
      {.id = "tan-cong-lan-hai",
       .title = Words("Tấn công lặp lại (tình huống dự phòng)", "Second wave (contingency)"),
       .kind = "action",
       .techniques = {"T1491.002"},
       .hosts = 1,
       .not_played = 1,
       .revoked = true},
  };
}

void FillInjects(v1::Scorecard* card) {
  for (const Course& course : Courses()) {
    v1::InjectTimes* inject = card->add_injects();
    inject->set_inject(course.id);
    *inject->mutable_title() = course.title;
    inject->set_kind(course.kind);
    for (const char* technique : course.techniques) inject->add_techniques(technique);
    inject->set_planned_us(course.planned_us);
    inject->set_released_us(course.released_us);
    inject->set_started_us(course.noticeable_us);
    inject->set_first_trace_us(course.noticeable_us);
    inject->set_noticeable_us(course.noticeable_us);
    inject->set_detected_us(course.detected_us);
    inject->set_reported_us(course.reported_us);
    inject->set_contained_us(course.contained_us);
    inject->set_recovered_us(course.recovered_us);
    inject->set_hosts(course.hosts);
    inject->set_played(course.played);
    inject->set_detected_hosts(course.detected_hosts);
    inject->set_blocked(course.blocked);
    inject->set_not_played(course.not_played);
    inject->set_late_us(course.late_us);
    inject->set_revoked(course.revoked);
    inject->set_hand_played(course.hand_played);
  }
}

// ---- scorecard ---------------------------------------------------------------------------------

struct LineOf {
  const char* inject;
  int expectation;
  v1::ExpectationKind kind;
  const char* team;
  const char* system;
  const char* objective;
  const char* technique;
  v1::LineState state;
  int64_t weight_mp;
  int timeliness;
  int quality;
  const char* host;
  int64_t from_us;
  int64_t done_us;
  const char* observation;
};

std::vector<LineOf> Lines() {
  using enum v1::LineState;
  using enum v1::ExpectationKind;
  return {
      {"do-mat-khau", 0, EXPECTATION_KIND_DETECT, "soc", "dvc", "phat-hien", "T1110",
       LINE_STATE_MET, 20'000, 1000, 1000, "dvc-web-01", At(15, 1), At(18, 13), "soc-1"},
      {"do-mat-khau", 1, EXPECTATION_KIND_REPORT, "soc", "dvc", "bao-cao", "T1110", LINE_STATE_MET,
       10'000, 883, 750, "", At(18, 13), At(26, 40), "soc-2"},
      {"do-mat-khau", 2, EXPECTATION_KIND_CONTAIN, "soc", "dvc", "ngan-chan", "T1110",
       LINE_STATE_MET, 10'000, 946, 1000, "dvc-web-01", At(15, 1), At(31, 5), "soc-3"},
      {"thay-giao-dien", 0, EXPECTATION_KIND_DETECT, "soc", "dvc", "phat-hien", "T1491.002",
       LINE_STATE_MET, 20'000, 1000, 1000, "dvc-web-01", At(45, 2), At(49, 40), "soc-4"},
      {"thay-giao-dien", 1, EXPECTATION_KIND_REPORT, "soc", "dvc", "bao-cao", "T1491.002",
       LINE_STATE_MET, 10'000, 1000, 1000, "", At(49, 40), At(58, 11), "soc-5"},
      {"thay-giao-dien", 2, EXPECTATION_KIND_RECOVER, "soc", "dvc", "ngan-chan", "T1491.002",
       LINE_STATE_MET, 20'000, 617, 1000, "dvc-web-01", At(45, 2), At(101, 30), "soc-7"},
      {"tien-trinh-an", 0, EXPECTATION_KIND_DETECT, "soc", "dvc", "phat-hien", "T1036.005",
       LINE_STATE_UNMET, 20'000, 0, 0, "dvc-db-01", At(60, 1), 0, ""},
      {"cong-cu-la", 0, EXPECTATION_KIND_PREVENT, "soc", "dvc", "phat-hien", "T1059.004",
       LINE_STATE_PREVENTED, 10'000, 1000, 1000, "dvc-web-02", 0, At(70), ""},
      {"usb-phong-may", 0, EXPECTATION_KIND_DETECT, "soc", "dvc", "phat-hien", "T1091",
       LINE_STATE_MET, 10'000, 850, 500, "dvc-fw-01", At(113, 30), At(121), "soc-8"},
      {"ma-hoa-kho-van-ban", 0, EXPECTATION_KIND_DETECT, "ops", "qlvb", "phat-hien", "T1486",
       LINE_STATE_MET, 30'000, 1000, 1000, "qlvb-file-01", At(130, 4), At(131, 16), "ops-1"},
      {"ma-hoa-kho-van-ban", 1, EXPECTATION_KIND_REPORT, "ops", "qlvb", "bao-cao", "T1486",
       LINE_STATE_MET, 20'000, 1000, 833, "", At(131, 16), At(139, 2), "ops-2"},
      {"ma-hoa-kho-van-ban", 2, EXPECTATION_KIND_CONTAIN, "ops", "qlvb", "ngan-chan", "T1486",
       LINE_STATE_MET, 20'000, 962, 1000, "qlvb-file-01", At(130, 4), At(143, 55), "ops-3"},
      {"ma-hoa-kho-van-ban", 3, EXPECTATION_KIND_CONTAIN, "soc", "qlvb", "ngan-chan", "T1486",
       LINE_STATE_CENSORED, 10'000, 0, 0, "qlvb-file-01", At(130, 4), 0, ""},
      {"hoi-muc-do", 0, EXPECTATION_KIND_ANSWER, "ops", "", "bao-cao", "", LINE_STATE_MET, 10'000,
       1000, 500, "", At(150), At(158, 20), "ops-4"},
      {"tan-cong-lan-hai", 0, EXPECTATION_KIND_DETECT, "soc", "dvc", "phat-hien", "T1491.002",
       LINE_STATE_NOT_PLAYED, 10'000, 0, 0, "dvc-web-01", 0, 0, ""},
  };
}

void RollInto(google::protobuf::RepeatedPtrField<v1::RollUp>* sums, const std::string& key,
              int64_t possible_mp, int64_t earned_mp) {
  v1::RollUp* sum = nullptr;
  for (v1::RollUp& known : *sums) {
    if (known.key() == key) sum = &known;
  }
  if (sum == nullptr) sum = sums->Add();
  sum->set_key(key);
  sum->set_possible_mp(sum->possible_mp() + possible_mp);
  sum->set_earned_mp(sum->earned_mp() + earned_mp);
  sum->set_score_mp(sum->possible_mp() == 0 ? -1 : sum->earned_mp() * 100'000 / sum->possible_mp());
}

void AddLine(const LineOf& from, uint64_t record, v1::Scorecard* card) {
  v1::ScoreLine* line = card->add_lines();
  line->set_inject(from.inject);
  line->set_expectation(from.expectation);
  line->set_kind(from.kind);
  line->set_team(from.team);
  line->set_system(from.system);
  line->set_objective(from.objective);
  if (*from.technique != '\0') line->add_techniques(from.technique);
  line->set_state(from.state);
  line->set_weight_mp(from.weight_mp);
  line->set_earned_mp(from.weight_mp * from.timeliness / 1000 * from.quality / 1000);
  v1::HostLine* host = line->add_hosts();
  host->set_host(from.host);
  host->set_state(from.state);
  host->set_from_us(from.from_us);
  host->set_done_us(from.done_us);
  host->set_error_us(*from.host == '\0' ? 0 : 420);
  host->set_timeliness_permille(from.timeliness);
  host->set_quality_permille(from.quality);
  host->set_observation(from.observation);
  host->add_records(record);
  host->add_records(record + 5);
  line->add_because(absl::StrCat(from.weight_mp, " × ", from.quality, "/1000 × (0 + 1 × ",
                                 from.timeliness, "/1000) = ", line->earned_mp(), " mp"));
  const bool counts = from.state == v1::LINE_STATE_MET || from.state == v1::LINE_STATE_UNMET ||
                      from.state == v1::LINE_STATE_PREVENTED;
  const int64_t possible = counts ? from.weight_mp : 0;
  card->set_possible_mp(card->possible_mp() + possible);
  card->set_earned_mp(card->earned_mp() + line->earned_mp());
  RollInto(card->mutable_by_objective(), from.objective, possible, line->earned_mp());
  RollInto(card->mutable_by_team(), from.team, possible, line->earned_mp());
  RollInto(card->mutable_by_system(), from.system, possible, line->earned_mp());
  for (const std::string& technique : line->techniques()) {
    RollInto(card->mutable_by_technique(), technique, possible, line->earned_mp());
  }
}

void AddMetric(v1::Metric metric, int n, int censored, int64_t mean, int64_t median, int64_t p90,
               v1::Scorecard* card) {
  v1::TimeMetric* out = card->add_metrics();
  out->set_metric(metric);
  out->set_n(n);
  out->set_censored(censored);
  out->set_mean_us(mean * kSecond);
  out->set_median_us(median * kSecond);
  out->set_p90_us(p90 * kSecond);
}

void AddClaim(const char* observation, v1::ObservationKind kind, const char* team,
              const char* person, int64_t at_us, v1::ClaimState state, const char* host,
              const char* text, uint64_t record, v1::Scorecard* card) {
  v1::Claim* claim = card->add_claims();
  claim->set_observation(observation);
  claim->set_kind(kind);
  claim->set_team(team);
  claim->set_person(person);
  claim->set_received_us(at_us);
  claim->set_state(state);
  if (*host != '\0') claim->add_hosts(host);
  claim->set_text(text);
  claim->set_record(record);
  if (state == v1::CLAIM_STATE_WRONG) claim->set_penalty_mp(2'000);
}

void FillClaims(v1::Scorecard* card) {
  using enum v1::ObservationKind;
  using enum v1::ClaimState;
  AddClaim("soc-1", OBSERVATION_KIND_DETECTION, "soc", "tuan", At(18, 13), CLAIM_STATE_MATCHED,
           "dvc-web-01", "Nhiều lần đăng nhập sai tài khoản quantri từ 203.0.113.45", 61, card);
  AddClaim("soc-4", OBSERVATION_KIND_DETECTION, "soc", "hieu", At(49, 40), CLAIM_STATE_MATCHED,
           "dvc-web-01", "Trang chủ bị thay nội dung", 88, card);
  AddClaim("soc-6", OBSERVATION_KIND_DETECTION, "soc", "tuan", At(75, 20), CLAIM_STATE_WRONG,
           "dvc-web-02", "Nghi có kết nối ra máy chủ điều khiển; đã kiểm tra, là máy chủ cập nhật",
           104, card);
  AddClaim("soc-8", OBSERVATION_KIND_DETECTION, "soc", "hieu", At(121), CLAIM_STATE_MATCHED,
           "dvc-fw-01", "Thiết bị USB lạ tại trạm quản trị", 131, card);
  AddClaim("ops-1", OBSERVATION_KIND_DETECTION, "ops", "mai", At(131, 16), CLAIM_STATE_MATCHED,
           "qlvb-file-01", "Xuất hiện tệp .locked và thư DOC_TOI_DE_KHOI_PHUC.txt", 142, card);
  AddClaim("ops-5", OBSERVATION_KIND_DETECTION, "ops", "phuc", At(162), CLAIM_STATE_TRUE_NOT_OURS,
           "qlvb-app-01", "Tài khoản của cán bộ đã nghỉ việc vẫn còn quyền quản trị", 166, card);
}

void FillScorecard(v1::Scorecard* card) {
  card->set_scoring_version(1);
  card->set_exercise("dt-2026-01");
  *card->mutable_title() =
      Words("Ứng cứu mã độc tống tiền, tỉnh Bình Minh năm 2026", "Ransomware Response, 2026");
  card->set_type(v1::EXERCISE_TYPE_LIVE);
  card->set_phase(v1::PHASE_FINAL);
  card->set_start_us(kStart);
  card->set_end_us(At(195));
  card->set_head_stream_seq(214);
  std::string hash;
  for (int i = 0; i < 32; ++i) hash += static_cast<char>(i * 37 + 11);
  card->set_head_hash(hash);
  uint64_t record = 40;
  for (const LineOf& line : Lines()) AddLine(line, record += 9, card);
  card->set_penalty_mp(2'000);
  card->set_score_mp((card->earned_mp() - card->penalty_mp()) * 100'000 / card->possible_mp());
  AddMetric(v1::METRIC_TIME_TO_DETECT, 4, 1, 248, 192, 450, card);
  AddMetric(v1::METRIC_TIME_TO_REPORT, 3, 0, 494, 507, 511, card);
  AddMetric(v1::METRIC_TIME_TO_CONTAIN, 3, 1, 926, 964, 1018, card);
  AddMetric(v1::METRIC_TIME_TO_RECOVER, 1, 0, 2488, 2488, 2488, card);
  FillInjects(card);
  FillClaims(card);
}

// ---- state of the exercise ---------------------------------------------------------------------

OrderState Order(OrderState::Stage stage, v1::CleanupResult cleanup) {
  OrderState order;
  order.stage = stage;
  order.cleanup = cleanup;
  order.undo_reason = v1::UNDO_REASON_ENDED;
  order.error_us = 420;
  return order;
}

// Hosts by index: 0 dvc-db-01, 1 dvc-fw-01, 2 dvc-web-01, 3 dvc-web-02, 4 qlvb-app-01,
// 5 qlvb-file-01.
void FillOrders(Exercise* exercise) {
  using Stage = OrderState::Stage;
  for (const Course& course : Courses()) {
    InjectState inject;
    inject.inject.set_id(course.id);
    *inject.inject.mutable_title() = course.title;
    inject.status = course.revoked ? InjectState::Status::kRevoked : InjectState::Status::kReleased;
    if (course.revoked) inject.revoke_reason = v1::REVOKE_REASON_ENDED;
    exercise->inject_index[course.id] = static_cast<int>(exercise->injects.size());
    exercise->injects.push_back(std::move(inject));
  }
  const auto played = [&](const char* id, std::vector<int> hosts, std::vector<OrderState> orders) {
    InjectState& inject = exercise->injects[static_cast<size_t>(exercise->inject_index[id])];
    inject.inject.mutable_action();
    inject.hosts = std::move(hosts);
    inject.orders = std::move(orders);
  };
  played("do-mat-khau", {2, 3},
         {Order(Stage::kApplied, v1::CLEANUP_RESULT_DECLARED),
          Order(Stage::kApplied, v1::CLEANUP_RESULT_DECLARED)});
  played("thay-giao-dien", {2}, {Order(Stage::kApplied, v1::CLEANUP_RESULT_SUPERSEDED)});
  played("tien-trinh-an", {0}, {Order(Stage::kApplied, v1::CLEANUP_RESULT_VERIFIED)});
  played("cong-cu-la", {3}, {Order(Stage::kBlocked, v1::CLEANUP_RESULT_VERIFIED)});
  played("ma-hoa-kho-van-ban", {4, 5},
         {Order(Stage::kRefused, v1::CLEANUP_RESULT_VERIFIED),
          Order(Stage::kApplied, v1::CLEANUP_RESULT_VERIFIED)});
  played("tan-cong-lan-hai", {2}, {OrderState{}});
  exercise->residue[{exercise->inject_index["do-mat-khau"], 2}] = {
      "/var/log/auth.log: 25 appended lines stay, as declared"};
  exercise->residue[{exercise->inject_index["thay-giao-dien"], 2}] = {
      "/srv/www/index.html: restored by the team before the undo; left alone"};
  exercise->residue[{exercise->inject_index["ma-hoa-kho-van-ban"], 4}] = {
      "policy refuses files.encrypt in '@docs': place not configured on this host"};
  const int manual = exercise->inject_index["usb-phong-may"];
  InjectState& usb = exercise->injects[static_cast<size_t>(manual)];
  usb.inject.mutable_manual();
  usb.hosts = {1};
  v1::ManualPlayed attested;
  attested.set_inject("usb-phong-may");
  attested.set_host("dvc-fw-01");
  attested.set_at_us(At(113, 30));
  attested.set_played_by("quang");
  attested.set_witnessed_by("duc");
  usb.manual[1] = {attested, 120};
}

void AddRating(const char* system, v1::Element element, v1::Rating rating, const char* note,
               const char* by, SampleDrill* drill) {
  v1::ElementRated rated;
  rated.set_system(system);
  rated.set_element(element);
  rated.set_rating(rating);
  rated.set_note(note);
  drill->exercise->ratings.push_back(rated);
  drill->exercise->rated_by.push_back(by);
  *drill->scorecard.add_ratings() = rated;
}

void FillRatings(SampleDrill* drill) {
  AddRating("dvc", v1::ELEMENT_PROCESS, v1::RATING_S,
            "Quy trình có, nhưng thiếu đầu mối ngoài giờ hành chính.", "lan", drill);
  AddRating("dvc", v1::ELEMENT_TECHNOLOGY, v1::RATING_M,
            "Không có giám sát tiến trình trên máy chủ cơ sở dữ liệu.", "lan", drill);
  AddRating("dvc", v1::ELEMENT_TECHNOLOGY, v1::RATING_M, "", "son", drill);
  AddRating("dvc", v1::ELEMENT_PEOPLE, v1::RATING_P, "Phối hợp nhanh, báo cáo rõ.", "son", drill);
  AddRating("qlvb", v1::ELEMENT_PROCESS, v1::RATING_P, "", "lan", drill);
  AddRating("qlvb", v1::ELEMENT_PEOPLE, v1::RATING_S, "Xác định mức độ sự cố còn lúng túng.", "son",
            drill);
}

void FillDuty(v1::DutyTable* duty) {
  duty->set_year(2026);
  duty->set_as_of_us(At(4 * 24 * 60));
  v1::Obligation* obligation = duty->add_obligations();
  obligation->set_id("dien-tap-thuc-chien");
  *obligation->mutable_title() =
      Words("Diễn tập thực chiến tối thiểu 01 lần/năm (cấp độ 3 trở lên)",
            "At least one live exercise a year (level 3 and above)");
  obligation->set_document("CT 11/CT-UBND ngày 19/7/2023");
  obligation->set_article("mục 1c");
  obligation->set_quote(
      "tổ chức diễn tập thực chiến tối thiểu 01 lần/năm đối với hệ thống thông tin cấp độ 3 trở "
      "lên");
  *obligation->mutable_reach() =
      Words("sở, ngành, địa phương của tỉnh", "departments and localities of the province");
  for (const char* system : {"dvc", "qlvb", "khac"}) {
    v1::DutyRow* row = duty->add_rows();
    row->set_system(system);
    row->set_level(3);
    row->set_obligation("dien-tap-thuc-chien");
    row->set_exercise("dt-2026-01");
    *row->mutable_due() = Day(2026, 12, 31);
    *row->mutable_held_on() = Day(2026, 10, 22);
    row->set_state(v1::DUTY_STATE_MET);
    *row->mutable_depth() = Words("4 hành động trên 3 máy", "4 actions on 3 hosts");
  }
  *duty->mutable_rows(0)->add_notes() =
      Words("Cùng nghĩa vụ: CT 18/CT-TTg 2022", "The same duty: CT 18/CT-TTg 2022");
  duty->mutable_rows(0)->add_aborted("dt-2026-00");
  duty->mutable_rows(1)->set_state(v1::DUTY_STATE_PENDING);
  *duty->mutable_rows(1)->mutable_depth() = Words("1 hành động trên 1 máy", "1 action on 1 host");
  *duty->mutable_rows(1)->add_missing() =
      Words("biên bản phê duyệt phương án ứng cứu", "the approved response plan");
}

}  // namespace

std::unique_ptr<SampleDrill> MakeSampleDrill() {
  auto drill = std::make_unique<SampleDrill>();
  FillRegister(&drill->state.reg);
  drill->state.last_time_us = At(300);
  auto owned = std::make_unique<Exercise>();
  drill->exercise = owned.get();
  FillCreated(&owned->created);
  FillApproved(&owned->approved);
  owned->phase = v1::PHASE_FINAL;
  owned->start_us = kStart;
  owned->end_us = At(195);
  owned->end_ex_us = 180 * kMinute;
  owned->clock.Start(kStart);
  owned->clock.Stop(At(85), 85 * kMinute);
  owned->clock.Resume(At(100), 85 * kMinute);
  owned->clock.Stop(At(195), 180 * kMinute);
  for (const v1::SystemCast& cast : owned->created.systems()) {
    for (const v1::Host& host : cast.hosts()) {
      ExerciseHost entry;
      entry.host = host;
      entry.system = cast.system();
      entry.part = cast.part();
      entry.checked = !host.agentless();
      entry.check.set_clock_error_us(host.agentless() ? 0 : 420);
      owned->host_index[host.id()] = static_cast<int>(owned->hosts.size());
      owned->hosts.push_back(std::move(entry));
    }
  }
  FillOrders(owned.get());
  drill->state.exercises["dt-2026-01"] = std::move(owned);
  FillScorecard(&drill->scorecard);
  FillRatings(drill.get());
  drill->exercise->final_score.set_scorecard_sha256(std::string(32, '\x5a'));
  FillDuty(&drill->duty);
  return drill;
}

}  // namespace drill::testing
