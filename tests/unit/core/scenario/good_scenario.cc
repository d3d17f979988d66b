#include "tests/unit/core/scenario/good_scenario.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace drill {

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << (fault.severity == Severity::kError ? "error " : "warning ") << fault.path << ": "
             << fault.text;
}

namespace testing {
namespace {

constexpr char kGood[] = R"pb(
  id: "good"
  title { vi: "Kịch bản mẫu" en: "Sample scenario" }
  summary { vi: "Tóm tắt" en: "Summary" }
  type: EXERCISE_TYPE_LIVE
  duration { seconds: 300 }
  cast {
    systems {
      id: "portal"
      title { vi: "Cổng" en: "Portal" }
      roles: "web"
      labels: "public"
    }
    systems {
      id: "records"
      title { vi: "Hồ sơ" en: "Records" }
      roles: "app"
      roles: "db"
    }
    teams {
      id: "soc"
      title { vi: "Giám sát" en: "Monitoring" }
    }
    teams {
      id: "ops"
      title { vi: "Vận hành" en: "Operations" }
    }
  }
  objectives {
    id: "see"
    title { vi: "Phát hiện" en: "Detect" }
    capability { vi: "Giám sát" en: "Monitoring" }
  }
  objectives {
    id: "mend"
    title { vi: "Ứng cứu" en: "Respond" }
  }
  moves {
    id: "first"
    title { vi: "Một" en: "One" }
    at { seconds: 0 }
  }
  moves {
    id: "second"
    title { vi: "Hai" en: "Two" }
    at { seconds: 50 }
  }
  injects {
    id: "scan"
    title { vi: "Dò mật khẩu" en: "Guessing" }
    objective: "see"
    move: "first"
    action { log_append { file: "@logs/auth.log" lines: 30 } }
    at { seconds: 5 }
    repeat {
      times: 3
      every { seconds: 10 }
    }
    targets { system: "portal" role: "web" labels: "public" }
    techniques: "T1110.001"
    expect {
      kind: EXPECTATION_KIND_DETECT
      team: "soc"
      target { seconds: 10 }
      limit { seconds: 60 }
    }
  }
  injects {
    id: "ransom"
    title { vi: "Mã hóa" en: "Encryption" }
    objective: "mend"
    move: "second"
    action { files_encrypt { dir: "@docs" count: 20 } }
    at { seconds: 60 }
    targets { system: "records" role: "db" }
    techniques: "T1486"
    expect {
      kind: EXPECTATION_KIND_DETECT
      team: "soc"
      hosts { each: true }
      target { seconds: 10 }
      limit { seconds: 60 }
      weight: 3
    }
    expect {
      kind: EXPECTATION_KIND_REPORT
      team: "soc"
      target { seconds: 20 }
      limit { seconds: 80 }
      recipients: "owner"
      recipients: "coordinator"
      fields { field: "incident_type" accept: "ransomware" accept: "mã độc tống tiền" }
    }
    expect {
      kind: EXPECTATION_KIND_CONTAIN
      team: "ops"
      hosts { share_permille: 800 }
      limit { seconds: 100 }
      late_floor_permille: 100
    }
  }
  injects {
    id: "shell"
    title { vi: "Web shell" en: "Web shell" }
    objective: "see"
    move: "second"
    manual {
      instructions { vi: "Tải tệp lên" en: "Upload the file" }
      artefacts { kind: ARTEFACT_KIND_PATH value: "/srv/www/a.php" }
    }
    at { seconds: 70 }
    targets { system: "portal" }
    expect {
      kind: EXPECTATION_KIND_DETECT
      team: "soc"
      limit { seconds: 60 }
    }
  }
  injects {
    id: "call"
    title { vi: "Người dùng gọi" en: "A user calls" }
    move: "second"
    message {
      teams: "soc"
      from { vi: "Người dùng" en: "User" }
      body { vi: "Không mở được tệp" en: "Files don't open" }
    }
    at { seconds: 80 }
    unless { inject: "ransom" anchor: ANCHOR_DETECTED }
  }
  injects {
    id: "decide"
    title { vi: "Quyết định" en: "Decision" }
    objective: "mend"
    question {
      teams: "ops"
      body { vi: "Ngắt kết nối?" en: "Disconnect?" }
      choices {
        id: "yes"
        text { vi: "Có" en: "Yes" }
        credit_permille: 1000
      }
      choices {
        id: "no"
        text { vi: "Không" en: "No" }
      }
    }
    after {
      inject: "ransom"
      anchor: ANCHOR_DETECTED
      delay { seconds: 5 }
    }
    expect {
      kind: EXPECTATION_KIND_ANSWER
      team: "ops"
      limit { seconds: 60 }
    }
  }
  injects {
    id: "nudge"
    title { vi: "Nhắc" en: "Nudge" }
    message {
      teams: "soc"
      from { vi: "Ban tổ chức" en: "Control" }
      body { vi: "Xem lại máy chủ" en: "Look at the servers" }
    }
    after { inject: "ransom" anchor: ANCHOR_OVERDUE }
  }
  injects {
    id: "reserve"
    title { vi: "Dự phòng" en: "Reserve" }
    objective: "see"
    action { process_run_decoy { name: "kworker.x" } }
    contingency: true
    targets { system: "records" }
    expect {
      kind: EXPECTATION_KIND_DETECT
      team: "soc"
      limit { seconds: 60 }
    }
  }
  injects {
    id: "wrap-up"
    title { vi: "Kết thúc" en: "Wrap-up" }
    cue { body { vi: "Thu dọn" en: "Clean up" } }
    at { seconds: 290 }
  }
  rubric { late_floor_permille: 200 wrong_claim_points: 1 }
)pb";

}  // namespace

v1::Scenario GoodScenario() {
  v1::Scenario scenario;
  DRILL_CHECK(google::protobuf::TextFormat::ParseFromString(kGood, &scenario));
  return scenario;
}

std::string At(int inject, const std::string& rest) {
  return absl::StrCat("injects[", inject, "]", rest);
}

google::protobuf::Duration Seconds(int64_t seconds) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  return duration;
}

std::ostream& operator<<(std::ostream& out, const BrokenCase& broken) { return out << broken.name; }

void ExpectFault(const BrokenCase& broken) {
  v1::Scenario scenario = GoodScenario();
  broken.breaks(scenario);
  std::vector<::testing::Matcher<std::string>> says;
  for (const std::string& words : broken.says) says.push_back(::testing::HasSubstr(words));
  ASSERT_FALSE(says.empty());
  const auto expected =
      ::testing::AllOf(::testing::Field("path", &Fault::path, broken.path),
                       ::testing::Field("text", &Fault::text, ::testing::AllOfArray(says)),
                       ::testing::Field("severity", &Fault::severity, broken.severity));
  const std::vector<Fault> faults = Lint(scenario);
  if (broken.with_others) {
    EXPECT_THAT(faults, ::testing::Contains(expected));
  } else {
    EXPECT_THAT(faults, ::testing::ElementsAre(expected));
  }
}

}  // namespace testing
}  // namespace drill
