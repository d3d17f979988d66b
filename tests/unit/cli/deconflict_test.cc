// The deconfliction pack: formats byte by byte, and the command's answers.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "cli/deconfliction_pack.h"
#include "cli/json_writer.h"
#include "cli/uuid.h"
#include "common/base/digest.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_drill.h"
#include "tests/support/status.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::drill::testing::FakeDrill;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

v1::DeconflictionEntry Entry(const std::string& host, v1::ArtefactKind kind,
                             const std::string& value, int64_t seconds) {
  v1::DeconflictionEntry entry;
  entry.mutable_order()->set_exercise("dt-2026");
  entry.mutable_order()->set_inject("deface");
  entry.mutable_order()->set_host(host);
  entry.mutable_order()->set_attempt(1);
  entry.set_mark("0123456789ab");
  entry.mutable_trace()->mutable_artefact()->set_kind(kind);
  entry.mutable_trace()->mutable_artefact()->set_value(value);
  entry.mutable_trace()->set_at_us(kNowUs + seconds * 1'000'000);
  entry.set_started_us(kNowUs);
  return entry;
}

// One of each kind, the hosts out of order.
v1::Deconfliction Sample() {
  v1::Deconfliction found;
  *found.add_entries() = Entry("web-2", v1::ARTEFACT_KIND_PROCESS, "updatesvc", 3);
  found.mutable_entries(0)->mutable_trace()->set_pid(4242);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_PATH, "/srv/hồ sơ, \"mật\".html", 1);
  v1::Trace* trace = found.mutable_entries(1)->mutable_trace();
  trace->set_sha256(Sha256("page"));
  trace->set_size(4);
  trace->set_noticeable(true);
  found.mutable_entries(1)->set_undone_us(kNowUs + 60'000'000);
  found.mutable_entries(1)->set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_LOG_LINE, "Failed password", 2);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_ADDRESS, "10.0.0.9:8080", 2);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_ADDRESS, "[fd00::1]:53", 2);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_ACCOUNT, "hotro_ktv", 2);
  *found.add_entries() = Entry("web-1", v1::ARTEFACT_KIND_SHA256, Sha256Hex("another"), 2);
  return found;
}

TEST(UuidTest, IsVersionFiveOfTheRfc) {
  // Python: uuid.uuid5(uuid.NAMESPACE_DNS, "python.org")
  EXPECT_EQ(Uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org"),
            "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  EXPECT_EQ(Uuid4Of("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org"),
            "886313e1-3b8a-4372-9b90-0c9aee199e5d");
}

TEST(JsonWriterTest, EscapesAndKeepsTheOrder) {
  JsonWriter compact(false);
  compact.Open('{').Field("b", "\"\\\n\x01ệ").Key("a").Open('[').Int(-1).Bool(true);
  compact.Open('{').Close('}').Close(']').Close('}');
  EXPECT_EQ(compact.text(), "{\"b\":\"\\\"\\\\\\n\\u0001ệ\",\"a\":[-1,true,{}]}");
  JsonWriter indented;
  indented.Open('{').Key("a").Open('[').Int(1).Int(2).Close(']').Close('}');
  EXPECT_EQ(indented.text(), "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST(CsvTest, QuotesAsTheRfcSays) {
  v1::Deconfliction found = Sample();
  found.mutable_entries()->DeleteSubrange(2, 5);
  const std::string csv = PackCsv(InOrder(found), false);
  EXPECT_EQ(csv,
            "exercise,inject,host,attempt,mark,kind,value,size,sha256,pid,noticeable,seen_at,"
            "started_at,undone_at,cleanup\r\n"
            "dt-2026,deface,web-1,1,0123456789ab,path,\"/srv/hồ sơ, \"\"mật\"\".html\",4," +
                Sha256Hex("page") +
                ",,true,2026-11-22T03:00:01.000000Z,2026-11-22T03:00:00.000000Z,"
                "2026-11-22T03:01:00.000000Z,verified\r\n"
                "dt-2026,deface,web-2,1,0123456789ab,process,updatesvc,,,4242,false,"
                "2026-11-22T03:00:03.000000Z,2026-11-22T03:00:00.000000Z,,\r\n");
  EXPECT_EQ(PackCsv(InOrder(found), true), "\xEF\xBB\xBF" + csv);
}

// ---- STIX --------------------------------------------------------------------------------------

using Object = google::protobuf::Struct;

std::vector<Object> Objects(const std::string& bundle) {
  Object root;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(bundle, &root).ok()) << bundle;
  EXPECT_EQ(root.fields().at("type").string_value(), "bundle");
  std::vector<Object> out;
  for (const auto& value : root.fields().at("objects").list_value().values()) {
    out.push_back(value.struct_value());
  }
  return out;
}
std::string Text(const Object& object, const std::string& key) {
  auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

TEST(StixTest, HasEveryArtefactAndNamesOnlyWhatItHolds) {
  const std::vector<Object> objects = Objects(PackStix("dt-2026", InOrder(Sample())));
  std::multiset<std::string> types;
  std::set<std::string> ids;
  for (const Object& o : objects) {
    types.insert(Text(o, "type"));
    EXPECT_TRUE(ids.insert(Text(o, "id")).second) << "twice: " << Text(o, "id");
    EXPECT_THAT(Text(o, "id"), StartsWith(Text(o, "type") + "--"));
    EXPECT_EQ(Text(o, "spec_version"), "2.1");
  }
  for (const auto& [type, count] : std::map<std::string, size_t>{{"identity", 1},
                                                                 {"grouping", 1},
                                                                 {"observed-data", 7},
                                                                 {"file", 2},
                                                                 {"directory", 1},
                                                                 {"process", 1},
                                                                 {"artifact", 1},
                                                                 {"ipv4-addr", 1},
                                                                 {"ipv6-addr", 1},
                                                                 {"network-traffic", 2},
                                                                 {"user-account", 1}}) {
    EXPECT_EQ(types.count(type), count) << type;
  }
  for (const Object& o : objects) {
    for (const auto& [key, value] : o.fields()) {
      if (absl::EndsWith(key, "_ref")) {
        EXPECT_EQ(ids.count(value.string_value()), 1u) << key;
      }
      if (!absl::EndsWith(key, "_refs")) continue;
      EXPECT_FALSE(value.list_value().values().empty());
      for (const auto& ref : value.list_value().values()) {
        EXPECT_EQ(ids.count(ref.string_value()), 1u) << ref.string_value();
      }
    }
    if (Text(o, "type") != "observed-data") continue;
    for (const char* needed : {"created", "modified", "first_observed", "last_observed"}) {
      EXPECT_THAT(Text(o, needed), ::testing::MatchesRegex("2026-11-22T03:0.:...000Z")) << needed;
    }
    EXPECT_LE(Text(o, "created"), Text(o, "modified"));
  }
}

TEST(StixTest, GivesObservablesTheIdsOfTheStandard) {
  const std::vector<Object> objects = Objects(PackStix("dt-2026", InOrder(Sample())));
  const auto id = [&](const std::string& type) {
    for (const Object& o : objects) {
      if (Text(o, "type") == type) return Text(o, "id");
    }
    return std::string();
  };
  // Computed apart, by Python's uuid5 over the canonical JSON of the contributing properties.
  EXPECT_EQ(id("directory"), "directory--8e55d420-1bde-59e7-8a37-722d44ec7bf0");
  EXPECT_EQ(id("ipv4-addr"), "ipv4-addr--a4a4c7b1-2b1f-5530-88d8-57fb20950502");
}

TEST(StixTest, IsTheSameWhateverTheOrderOfTheAnswer) {
  v1::Deconfliction found = Sample();
  const std::string before = PackStix("dt-2026", InOrder(found));
  found.mutable_entries()->SwapElements(0, 1);
  EXPECT_EQ(PackStix("dt-2026", InOrder(found)), before);
}

TEST(StixTest, OfNothingIsStillABundle) {
  EXPECT_THAT(Objects(PackStix("dt-2026", {})), SizeIs(1));
}

// ---- the command -------------------------------------------------------------------------------

class DeconflictTest : public ::testing::Test {
 protected:
  DeconflictTest() : drill_(pki_.path()) {
    run_.variables["DRILLCTL_CONTEXT"] = dir_.Write("context.yaml", yaml::Dump(drill_.context()));
  }
  TempDir pki_;
  TempDir dir_;
  FakeDrill drill_;
  CliRunner run_;
};

TEST_F(DeconflictTest, AnswersOursWithEverythingThatASocAsks) {
  *drill_.deconfliction.add_entries() = Sample().entries(1);
  const CliRunner::Result result = run_({"deconflict", "/srv/x"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(StartsWith("OURS"), HasSubstr("web-1"), HasSubstr("dt-2026"),
                                HasSubstr("deface"), HasSubstr("2026-11-22 10:00:00.000"),
                                HasSubstr("gone since 2026-11-22 10:01:00.000")));
  EXPECT_EQ(drill_.deconflicted()[0].value(), "/srv/x");
  EXPECT_EQ(drill_.deconflicted()[0].exercise(), "");
}

TEST_F(DeconflictTest, SaysNotOursWithAnExitCodeOfItsOwn) {
  const CliRunner::Result result = run_({"deconflict", "/srv/x", "--exercise", "dt-2026"});
  EXPECT_EQ(result.exit, 3);
  EXPECT_THAT(result.out, StartsWith("NOT OURS"));
  EXPECT_EQ(drill_.deconflicted()[0].exercise(), "dt-2026");
  drill_.Fail(grpc::StatusCode::PERMISSION_DENIED, "no");
  EXPECT_EQ(run_({"deconflict", "/srv/x"}).exit, 1) << "no answer is not «not ours»";
}

TEST_F(DeconflictTest, WritesThePack) {
  drill_.deconfliction = Sample();
  EXPECT_THAT(run_({"deconflict", "--exercise", "dt-2026", "--format", "csv"}).out,
              StartsWith("exercise,"));
  EXPECT_THAT(run_({"deconflict", "--exercise", "dt-2026", "--format", "csv", "--bom"}).out,
              StartsWith("\xEF\xBB\xBF"
                         "exercise,"));
  EXPECT_THAT(run_({"deconflict", "--exercise", "dt-2026"}).out,
              AllOf(HasSubstr("7 artefacts"), HasSubstr("STILL THERE"), HasSubstr("\nweb-2\n")));
  const std::string path = dir_ / "pack.json";
  EXPECT_EQ(run_({"deconflict", "--exercise", "dt-2026", "--format", "stix", "--out", path}).exit,
            0);
  EXPECT_EQ(*os::ReadFile(path), PackStix("dt-2026", InOrder(Sample())));
}

TEST_F(DeconflictTest, RefusesHalfAPack) {
  drill_.deconfliction = Sample();
  drill_.deconfliction.set_truncated(true);
  const CliRunner::Result result = run_({"deconflict", "--exercise", "dt-2026"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_EQ(result.out, "");
}

TEST(DeconflictUsageTest, NeedsSomethingToAskAbout) {
  EXPECT_THAT(FaultsOf({"deconflict"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"deconflict", "--format", "csv"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"deconflict", "--exercise", "x", "--bom"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"deconflict", "--exercise", "x", "--format", "pdf"}), SizeIs(1));
}

}  // namespace
}  // namespace drill::cli
