// Real alert files that no one here wrote: every line accounted for, counts stated.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <map>

#include "common/os/file.h"
#include "server/ingest/parse.h"

namespace drill::ingest {
namespace {

struct Expected {
  const char* file;
  v1::AlertFormat format;
  size_t alerts;
  int64_t no_alert;
  size_t malformed;
};
constexpr Expected kFiles[] = {
    {"wazuh_alerts.ndjson", v1::ALERT_FORMAT_WAZUH, 6, 0, 0},
    {"suricata_eve_first2015.array.json", v1::ALERT_FORMAT_EVE, 136, 0, 0},
    {"suricata_eve_honeypot2018.array.json", v1::ALERT_FORMAT_EVE, 44, 0, 0},
    {"suricata_verify_fileinfo.eve.json", v1::ALERT_FORMAT_EVE, 0, 1, 0},
    {"falco_alerts.ndjson", v1::ALERT_FORMAT_FALCO, 1, 0, 0},
    {"cef.log", v1::ALERT_FORMAT_CEF, 10, 0, 0},
    {"rfc5424_ok.log", v1::ALERT_FORMAT_SYSLOG, 1, 9, 0},
    // The fourth only names one id of structured data twice: nothing of an alert is lost by that.
    {"rfc5424_bad.log", v1::ALERT_FORMAT_SYSLOG, 0, 1, 3},
    {"falco_text.log", v1::ALERT_FORMAT_SYSLOG, 0, 3, 0},
};

TEST(IngestFieldTest, RealFilesWithCounts) {
  const char* set = std::getenv("DRILL_FIELD_DATA");
  const char* source = std::getenv("DRILL_SOURCE_DIR");
  const std::string data =
      (set != nullptr ? std::string(set) : std::string(source) + "/../shared/data") + "/alerts";
  struct stat info;
  if (stat(data.c_str(), &info) != 0) {
    GTEST_SKIP() << std::size(kFiles) << " files not read: no field data in " << data
                 << "; set DRILL_FIELD_DATA";
  }
  for (const Expected& expected : kFiles) {
    SCOPED_TRACE(expected.file);
    const auto text = os::ReadFile(data + "/" + expected.file);
    ASSERT_TRUE(text.ok()) << text.status();
    v1::Sensor sensor;
    sensor.set_id("s");
    sensor.set_format(expected.format);
    v1::SyslogRule* rule = sensor.add_mapping();
    rule->add_contains("failed for lonvick");
    rule->set_rule("su");
    constexpr int64_t kNow = 1'767'571'200'000'000;  // 2026-01-05
    const Parsed parsed = Parse(sensor, *text, kNow);
    EXPECT_EQ(parsed.alerts.size(), expected.alerts);
    EXPECT_EQ(parsed.no_alert, expected.no_alert);
    EXPECT_EQ(parsed.malformed.size(), expected.malformed);
    for (const Malformed& bad : parsed.malformed) {
      EXPECT_NE(bad.why, "");
      if (expected.malformed == 0) ADD_FAILURE() << bad.why << ": " << bad.raw.substr(0, 200);
    }
    for (const v1::AlertReceived& alert : parsed.alerts) {
      EXPECT_NE(alert.rule(), "");
      if (expected.format == v1::ALERT_FORMAT_EVE || expected.format == v1::ALERT_FORMAT_WAZUH) {
        EXPECT_NE(alert.sensor_us(), 0);
        EXPECT_GT(alert.hosts_size(), 0);
      }
    }
    std::printf("%s: %zu alerts, %ld none, %zu malformed\n", expected.file, parsed.alerts.size(),
                static_cast<long>(parsed.no_alert), parsed.malformed.size());
  }
}

}  // namespace
}  // namespace drill::ingest
