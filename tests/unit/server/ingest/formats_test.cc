// Each format's traps, on messages of our own.

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/ingest/builder.h"
#include "server/ingest/json.h"
#include "server/ingest/parse.h"
#include "server/ingest/stamp.h"

namespace drill::ingest {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

int64_t Utc(int y, int mo, int d, int h, int mi, int s, int64_t us = 0) {
  return absl::ToUnixMicros(
             absl::FromCivil(absl::CivilSecond(y, mo, d, h, mi, s), absl::UTCTimeZone())) +
         us;
}
const int64_t kNow = Utc(2026, 1, 5, 0, 0, 0);

v1::Sensor SensorOf(v1::AlertFormat format) {
  v1::Sensor sensor;
  sensor.set_id("ids");
  sensor.set_format(format);
  return sensor;
}

std::vector<std::string> Seen(const v1::AlertReceived& alert) {
  std::vector<std::string> out;
  for (const v1::Artefact& artefact : alert.artefacts()) {
    out.push_back(
        absl::StrCat(absl::AsciiStrToLower(v1::ArtefactKind_Name(artefact.kind()).substr(14)), "=",
                     artefact.value()));
  }
  return out;
}

v1::AlertReceived One(v1::AlertFormat format, absl::string_view text) {
  const Parsed parsed = Parse(SensorOf(format), text, kNow);
  EXPECT_EQ(parsed.alerts.size(), 1u) << text;
  EXPECT_TRUE(parsed.malformed.empty()) << parsed.malformed[0].why;
  return parsed.alerts.empty() ? v1::AlertReceived() : parsed.alerts[0];
}

std::string Why(v1::AlertFormat format, absl::string_view text) {
  const Parsed parsed = Parse(SensorOf(format), text, kNow);
  EXPECT_TRUE(parsed.alerts.empty()) << text;
  EXPECT_EQ(parsed.malformed.size(), 1u) << text;
  return parsed.malformed.empty() ? "" : parsed.malformed[0].why;
}

TEST(StampTest, ZonesFractionsAndDaysThatAreNone) {
  const int64_t at = Utc(2023, 5, 25, 13, 44, 5, 478445);
  EXPECT_EQ(ParseStamp("2023-05-25T13:44:05.478445995Z", 420), at);
  EXPECT_EQ(ParseStamp("2023-05-25T13:44:05.47844599Z", 420), at);
  EXPECT_EQ(ParseStamp("2023-05-25T07:44:05.478445-0600", 420), at);
  EXPECT_EQ(ParseStamp("2023-05-25 20:44:05,478445+07:00", 0), at);
  EXPECT_EQ(ParseStamp("2023-05-25T20:44:05.478445", 420), at);
  EXPECT_EQ(ParseStamp("2016-12-31T23:59:60Z", 0), Utc(2017, 1, 1, 0, 0, 0));
  for (const char* bad :
       {"2003-09-31T22:14:15.003Z", "2023-05-25T24:00:00Z", "2023-05-25", "",
        "2023-05-25T13:44:05.Z", "2023-05-25T13:44:05.1234567890Z", "2023-05-25T13:44:05Zx",
        "2023-05-25T13:44:05+7", "2023-5-25T13:44:05Z"}) {
    EXPECT_EQ(ParseStamp(bad, 420), std::nullopt) << bad;
  }
}

TEST(StampTest, AYearThatIsNotSaidIsTheLastThatFits) {
  EXPECT_EQ(ParseYearless("Dec 31 23:59:59", 0, kNow), Utc(2025, 12, 31, 23, 59, 59));
  EXPECT_EQ(ParseYearless("Jan  4 07:00:00", 420, kNow), Utc(2026, 1, 4, 0, 0, 0));
  EXPECT_EQ(ParseYearless("Feb 29 00:00:00", 0, kNow), Utc(2024, 2, 29, 0, 0, 0));
  EXPECT_EQ(ParseYearless("Jam  4 07:00:00", 0, kNow), std::nullopt);
}

TEST(JsonTest, IntegersKeepTheirDigitsAndFaultsNameTheByte) {
  EXPECT_EQ((*Json::Parse(R"({"t":1685022245478445995})"))["t"].Text(), "1685022245478445995");
  EXPECT_THAT(std::string(Json::Parse("{\"a\":tru}").status().message()), HasSubstr("byte "));
  EXPECT_FALSE(Json::Parse("{\"a\":\"\xff\"}").ok());
  EXPECT_FALSE(Json::Parse(std::string(100'000, '[')).ok());
  EXPECT_FALSE(Json::Parse(absl::StrCat(std::string(200, '['), std::string(200, ']'))).ok());
  EXPECT_TRUE((*Json::Parse("[1]"))["no"]["such"].At(3)["thing"].IsNull());
}

TEST(BuilderTest, TextIsAlwaysWholeLettersOfUtf8) {
  EXPECT_EQ(Clean("Trang ch\xe1\xbb\xa7", 100), "Trang ch\xe1\xbb\xa7");
  EXPECT_EQ(Clean("ch\xe1\xbb\xa7", 4), "ch");
  EXPECT_EQ(Clean("a\xff\xc0\x80\xed\xa0\x80z", 100),
            absl::StrCat("a", absl::StrJoin(std::vector<std::string>(6, "\xef\xbf\xbd"), ""), "z"));
}

TEST(WazuhTest, WrappedOrNotWithTechniquesOrWithout) {
  const std::string alert =
      R"({"timestamp":"2026-01-04T10:40:43.395+0000","agent":{"name":"Web-1","ip":"10.0.0.5"},)"
      R"("rule":{"id":"550","level":7,"description":"Integrity checksum changed"},)"
      R"("syscheck":{"path":"/var/www/index.html","sha256_after":")" +
      std::string(64, 'A') + R"("},"data":{"srcip":"10.9.9.9","srcport":"34890"}})";
  for (const std::string& text : {alert, absl::StrCat(R"({"_id":"x","_source":)", alert, "}")}) {
    const v1::AlertReceived got = One(v1::ALERT_FORMAT_WAZUH, text);
    EXPECT_EQ(got.sensor(), "ids");
    EXPECT_EQ(got.rule(), "550");
    EXPECT_EQ(got.severity(), 7);
    EXPECT_EQ(got.sensor_us(), Utc(2026, 1, 4, 10, 40, 43, 395000));
    EXPECT_THAT(got.hosts(), ElementsAre("web-1", "10.0.0.5"));
    EXPECT_THAT(Seen(got), ElementsAre("path=/var/www/index.html", "sha256=" + std::string(64, 'a'),
                                       "address=10.9.9.9", "address=10.9.9.9:34890"));
    EXPECT_EQ(got.techniques_size(), 0);
  }
  EXPECT_THAT(Why(v1::ALERT_FORMAT_WAZUH, R"({"agent":{}})"), HasSubstr("rule: missing"));
  EXPECT_THAT(Why(v1::ALERT_FORMAT_WAZUH, R"({"rule":{"id":"1"},"timestamp":"yesterday"})"),
              HasSubstr("'yesterday' is no time"));
}

TEST(EveTest, OnlyAlertsAlertAndAnArrayIsManyOfThem) {
  const std::string alert =
      R"({"timestamp":"2026-01-04T11:01:38.221126","event_type":"alert","src_ip":"222.186.56.46",)"
      R"("src_port":4904,"dest_ip":"::1","dest_port":22,"alert":{"signature_id":2001219,)"
      R"("severity":2,"signature":"ET SCAN","metadata":{"mitre_technique_id":["T1110"]}}})";
  const std::string flow =
      R"({"timestamp":"2026-01-04T11:01:37.0-0600","event_type":"flow","src_ip":"1.1.1.1"})";
  const Parsed parsed =
      Parse(SensorOf(v1::ALERT_FORMAT_EVE), absl::StrCat("[", flow, ",", alert, ",7]"), kNow);
  ASSERT_EQ(parsed.alerts.size(), 1u);
  EXPECT_EQ(parsed.no_alert, 1);
  ASSERT_EQ(parsed.malformed.size(), 1u);
  EXPECT_EQ(parsed.malformed[0].why, "[2] expected an object");
  const v1::AlertReceived& got = parsed.alerts[0];
  EXPECT_EQ(got.sensor_us(), Utc(2026, 1, 4, 4, 1, 38, 221126)) << "no zone: +07:00";
  EXPECT_THAT(got.hosts(), ElementsAre("::1", "222.186.56.46"));
  EXPECT_THAT(got.techniques(), ElementsAre("T1110"));
  EXPECT_THAT(Seen(got), ElementsAre("address=222.186.56.46", "address=222.186.56.46:4904",
                                     "address=::1", "address=[::1]:22"));
  // One a line, out of order, one of them cut off.
  const Parsed lines = Parse(SensorOf(v1::ALERT_FORMAT_EVE),
                             absl::StrCat(alert, "\n", flow, "\r\n\n", alert.substr(0, 40)), kNow);
  EXPECT_EQ(lines.alerts.size(), 1u);
  EXPECT_EQ(lines.no_alert, 1);
  ASSERT_EQ(lines.malformed.size(), 1u);
  EXPECT_EQ(lines.malformed[0].raw, alert.substr(0, 40));
}

TEST(FalcoTest, NanosecondsAndMixedTags) {
  const v1::AlertReceived got =
      One(v1::ALERT_FORMAT_FALCO,
          R"({"hostname":"db-1","priority":"Critical","rule":"Shell","output":"x",)"
          R"("tags":["mitre_execution","T1059","t1059.004","T10599"],"output_fields":)"
          R"({"evt.time":1685022245478445995,"proc.name":"sh","fd.name":"/etc/shadow",)"
          R"("user.name":"root"}})");
  EXPECT_EQ(got.sensor_us(), 1685022245478445);
  EXPECT_EQ(got.severity(), 2);
  EXPECT_THAT(got.techniques(), ElementsAre("T1059", "T1059.004"));
  EXPECT_THAT(Seen(got), ElementsAre("path=/etc/shadow", "process=sh", "account=root"));
  EXPECT_THAT(Seen(One(v1::ALERT_FORMAT_FALCO,
                       R"({"rule":"r","output_fields":{"fd.name":"10.0.0.1:40->10.0.0.2:443"}})")),
              ElementsAre("address=10.0.0.1", "address=10.0.0.1:40", "address=10.0.0.2",
                          "address=10.0.0.2:443"));
}

TEST(CefTest, AnyHeaderBeforeItAndPipesBehindIt) {
  const v1::AlertReceived got =
      One(v1::ALERT_FORMAT_CEF,
          "Jan  4 11:07:53 fw-1 CEF:0|Sec\\|urity|tm|1.0|100|worm stopped|High|src=10.0.0.1 "
          "dst=2.1.2.2 spt=1232 msg=this|has a pipe \\= and blanks fname=/tmp/x y.bin dhost=Web-1");
  EXPECT_EQ(got.rule(), "100");
  EXPECT_EQ(got.severity(), 8);
  EXPECT_EQ(got.text(), "worm stopped: this|has a pipe = and blanks");
  EXPECT_EQ(got.sensor_us(), Utc(2026, 1, 4, 4, 7, 53));
  EXPECT_THAT(got.hosts(), ElementsAre("web-1", "2.1.2.2", "10.0.0.1", "fw-1"));
  EXPECT_THAT(Seen(got), ElementsAre("path=/tmp/x y.bin", "address=10.0.0.1",
                                     "address=10.0.0.1:1232", "address=2.1.2.2"));
  EXPECT_EQ(One(v1::ALERT_FORMAT_CEF, "CEF:0|a|b|1|7|n|3|rt=1767492000123").sensor_us(),
            1767492000123000);
  EXPECT_THAT(Why(v1::ALERT_FORMAT_CEF, "<34>x CEF:0|a|b|1"), HasSubstr("4 of 7 fields"));
  EXPECT_THAT(Why(v1::ALERT_FORMAT_CEF, "nothing"), HasSubstr("'CEF:'"));
}

v1::Sensor Mapped() {
  v1::Sensor sensor = SensorOf(v1::ALERT_FORMAT_SYSLOG);
  v1::SyslogRule* rule = sensor.add_mapping();
  rule->add_contains("Failed password");
  rule->set_program("sshd");
  rule->set_rule("ssh-guess");
  for (const auto& [kind, after] : std::vector<std::pair<const char*, const char*>>{
           {"account", "for "}, {"address", "from "}}) {
    v1::SyslogValue* value = rule->add_values();
    value->set_kind(kind);
    value->set_after(after);
  }
  return sensor;
}

TEST(SyslogTest, BothHeadersByTheMapping) {
  const std::string message = "Failed password for root from 10.9.9.9 port 4 ssh2";
  for (const char* header :
       {"<34>1 2026-01-04T04:07:53Z web-1 sshd 77 - [a@1 k=\"\\\"]v\"] \xEF\xBB\xBF",
        "<34>Jan  4 11:07:53 web-1 sshd[77]: ", "<34>2026-01-04T11:07:53+07:00 web-1 sshd[77]: "}) {
    const Parsed parsed = Parse(Mapped(), absl::StrCat(header, message), kNow);
    ASSERT_EQ(parsed.alerts.size(), 1u) << header;
    const v1::AlertReceived& got = parsed.alerts[0];
    EXPECT_EQ(got.rule(), "ssh-guess");
    EXPECT_EQ(got.severity(), 2);
    EXPECT_EQ(got.sensor_us(), Utc(2026, 1, 4, 4, 7, 53)) << header;
    EXPECT_THAT(got.hosts(), ElementsAre("web-1"));
    EXPECT_THAT(Seen(got), Contains("account=root"));
    EXPECT_THAT(Seen(got), Contains("address=10.9.9.9"));
    EXPECT_THAT(Seen(got), Contains("log_line=" + message));
  }
  const Parsed other = Parse(Mapped(), "<34>Jan  4 11:07:53 web-1 cron[7]: " + message, kNow);
  EXPECT_TRUE(other.alerts.empty());
  EXPECT_EQ(other.no_alert, 1);
}

TEST(SyslogTest, WhatCallsItself5424AndIsNotIsMalformed) {
  for (const char* bad :
       {"<101>11 2003-09-31T22:14:15.003Z", "<1>1 - - - - - X",
        "<165>3 2003-10-11T22:14:15.003Z h e - ID27 [id1", "<192>1 - - - - - -"}) {
    const Parsed parsed = Parse(Mapped(), bad, kNow);
    ASSERT_EQ(parsed.malformed.size(), 1u) << bad;
    EXPECT_THAT(parsed.malformed[0].why, HasSubstr("byte ")) << bad;
  }
}

// Whatever the bytes: each line is in exactly one place, and what is kept serialises.
TEST(ParseTest, EveryPieceIsInOnePlaceWhateverItsBytes) {
  const std::string seeds[] = {
      R"({"timestamp":"2026-01-04T11:01:38Z","event_type":"alert","alert":{"signature_id":1}})",
      "<34>Jan  4 11:07:53 web-1 sshd[7]: Failed password for root from 10.9.9.9",
      "CEF:0|a|b|1|7|n|3|src=10.0.0.1 msg=x", R"({"rule":{"id":"1"},"agent":{"name":"a"}})"};
  uint32_t random = 1;
  for (int format = v1::ALERT_FORMAT_WAZUH; format <= v1::ALERT_FORMAT_SYSLOG; ++format) {
    v1::Sensor sensor = Mapped();
    sensor.set_format(static_cast<v1::AlertFormat>(format));
    for (int round = 0; round < 2000; ++round) {
      std::string text = seeds[round % 4];
      for (int i = 0; i < 3; ++i) {
        random = random * 1664525 + 1013904223;
        text[(random >> 8) % text.size()] = static_cast<char>(random >> 24);
      }
      const Parsed parsed = ParseMessage(sensor, text, kNow);
      if (absl::StripAsciiWhitespace(text).empty()) continue;
      EXPECT_GE(
          static_cast<int64_t>(parsed.alerts.size() + parsed.malformed.size()) + parsed.no_alert,
          1);
      for (const v1::AlertReceived& alert : parsed.alerts) {
        v1::AlertReceived again;
        ASSERT_TRUE(again.ParseFromString(alert.SerializeAsString())) << text;
        ASSERT_LE(alert.artefacts_size(), 10);
      }
    }
  }
}

}  // namespace
}  // namespace drill::ingest
