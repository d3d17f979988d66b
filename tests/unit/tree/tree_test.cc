// The source tree keeps the rules of DESIGN §4 and §10. Each rule is first shown a tree that breaks
// it: a rule that cannot fail proves nothing.

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/status.h"
#include "tests/unit/tree/rules.h"

namespace drill::tree {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class SourceTree : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* root = std::getenv("DRILL_SOURCE_DIR");
    auto read = ReadTree(root == nullptr ? "" : root);
    ASSERT_OK(read);
    tree_ = new Tree(*std::move(read));
    // All rooms were found.
    for (const char* path : {"core/exercise/engine.h", "agent/engine.cc", "server/main.cc",
                             "cli/main.cc", "common/os/clock.cc", "proto/drill/v1/exercise.proto",
                             "tests/unit/tree/tree_test.cc", "cmake/Rooms.cmake"}) {
      ASSERT_EQ(tree_->count(path), 1u) << path;
    }
  }
  static void TearDownTestSuite() { delete tree_; }
  static void ExpectKept(Faults (*rule)(const Tree&)) {
    const Faults faults = rule(*tree_);
    EXPECT_TRUE(faults.empty()) << absl::StrJoin(faults, "\n");
  }

  static Tree* tree_;
};
Tree* SourceTree::tree_ = nullptr;

TEST_F(SourceTree, CoreIsPure) { ExpectKept(CoreIsPure); }
TEST_F(SourceTree, RoomsKeepApart) { ExpectKept(RoomsKeepApart); }
TEST_F(SourceTree, GrpcStaysAtTheEdge) { ExpectKept(GrpcStaysAtTheEdge); }
TEST_F(SourceTree, SqliteStaysInTheJournal) { ExpectKept(SqliteStaysInTheJournal); }
TEST_F(SourceTree, TimeAndChanceComeFromOs) { ExpectKept(TimeAndChanceComeFromOs); }
TEST_F(SourceTree, VocabularyIsDeterministic) { ExpectKept(VocabularyIsDeterministic); }
TEST_F(SourceTree, EverySourceIsBuilt) { ExpectKept(EverySourceIsBuilt); }
TEST_F(SourceTree, GuardsFitPaths) { ExpectKept(GuardsFitPaths); }
TEST_F(SourceTree, FilesAreShort) { ExpectKept(FilesAreShort); }

// ---- the rules themselves ----------------------------------------------------------------------

// The faults of a tree with one file.
Faults Of(Faults (*rule)(const Tree&), const std::string& path, const std::string& text) {
  return rule({{path, text}});
}

TEST(ReadTreeTest, NeedsASourceTree) {
  EXPECT_THAT(ReadTree(""), testing::StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadTree("/nowhere"), testing::StatusIs(absl::StatusCode::kNotFound));
}

TEST(CodeTest, BlanksCommentsAndStringsAndKeepsLines) {
  EXPECT_EQ(Code("a // b\nc /* d\ne */ f", true), "a     \nc     \n     f");
  EXPECT_EQ(Code(R"(x = "a//b\"c"; y)", true), "x =          ; y");
  EXPECT_EQ(Code(R"(x = "a//b"; y)", false), R"(x = "a//b"; y)");
  EXPECT_EQ(Code("n = 10'000; m = '\\''; // q", true), "n = 10'000; m =     ;     ");
  EXPECT_EQ(Code("s = R\"x(a \" b)x\"; t", true), "s =             ; t");
}

TEST(CoreIsPureTest, SeesMessagesBaseAndRoomsBeforeIt) {
  for (const char* good : {"\"drill/v1/exercise.pb.h\"", "\"common/base/check.h\"", "<string>",
                           "\"core/fleet/fleet.h\"", "\"core/exercise/state.h\"",
                           "\"absl/strings/str_cat.h\"", "<google/protobuf/message.h>"}) {
    EXPECT_THAT(Of(CoreIsPure, "core/exercise/a.h", absl::StrCat("#include ", good, "\n")),
                IsEmpty());
  }
}

TEST(CoreIsPureTest, RefusesTheWorldOutside) {
  for (const char* bad :
       {"\"drill/v1/api.grpc.pb.h\"", "\"common/os/clock.h\"", "\"common/base/mutex.h\"",
        "\"server/loop/loop.h\"", "\"core/scoring/score.h\"", "\"absl/time/clock.h\"",
        "\"absl/synchronization/mutex.h\"", "<thread>", "<chrono>", "<unistd.h>", "<sys/stat.h>",
        "<spdlog/spdlog.h>", "<iostream>"}) {
    EXPECT_THAT(Of(CoreIsPure, "core/exercise/a.cc", absl::StrCat("#include ", bad, "\n")),
                ElementsAre(StartsWith("core/exercise/a.cc: includes ")))
        << bad;
  }
}

TEST(CoreIsPureTest, HoldsTheAgentsEngineToo) {
  EXPECT_THAT(Of(CoreIsPure, "agent/engine.cc", "#include \"agent/player.h\"\n"), IsEmpty());
  EXPECT_THAT(Of(CoreIsPure, "agent/engine.cc", "#include \"agent/outbox.h\"\n"),
              ElementsAre(HasSubstr("agent/outbox.h")));
  EXPECT_THAT(Of(CoreIsPure, "agent/outbox.cc", "#include <unistd.h>\n"), IsEmpty());
}

TEST(RoomsKeepApartTest, NamesWhoMayNotSeeWhom) {
  const auto fault = [](const char* path, const char* include) {
    return Of(RoomsKeepApart, path, absl::StrCat("#include \"", include, "\"\n"));
  };
  EXPECT_THAT(fault("agent/a.cc", "server/pki/pki.h"),
              ElementsAre(HasSubstr("may not see server")));
  EXPECT_THAT(fault("server/a.cc", "cli/app.h"), ElementsAre(HasSubstr("may not see cli")));
  EXPECT_THAT(fault("cli/a.cc", "agent/engine.h"), ElementsAre(HasSubstr("may not see agent")));
  EXPECT_THAT(fault("common/os/a.cc", "core/chain/chain.h"), ElementsAre(HasSubstr("core")));
  EXPECT_THAT(fault("server/a.cc", "tests/support/status.h"), ElementsAre(HasSubstr("tests")));
  EXPECT_THAT(fault("agent/a.cc", "core/exercise/scope.h"), IsEmpty());
  EXPECT_THAT(fault("tests/a.cc", "agent/engine.h"), IsEmpty());
  EXPECT_THAT(Of(RoomsKeepApart, "agent/a.cc", "// #include \"server/x.h\"\n"), IsEmpty());
}

TEST(GrpcStaysAtTheEdgeTest, OnlyWhereTheNetworkIs) {
  const std::string stub = "#include \"drill/v1/api.grpc.pb.h\"\n";
  const std::string header = "#include <grpcpp/grpcpp.h>\n";
  for (const char* good : {"server/rpc/a.cc", "server/http/a.cc", "common/rpc/a.h",
                           "agent/link_enrol.cc", "cli/client.cc", "tests/support/a.h"}) {
    EXPECT_THAT(Of(GrpcStaysAtTheEdge, good, stub + header), IsEmpty()) << good;
  }
  for (const char* bad : {"server/app/a.cc", "server/loop/a.h", "agent/app.cc", "core/x/a.h"}) {
    EXPECT_EQ(Of(GrpcStaysAtTheEdge, bad, stub).size(), 1u) << bad;
    EXPECT_EQ(Of(GrpcStaysAtTheEdge, bad, header).size(), 1u) << bad;
  }
}

TEST(SqliteStaysInTheJournalTest, OnlyThere) {
  EXPECT_THAT(Of(SqliteStaysInTheJournal, "server/journal/a.cc", "#include <sqlite3.h>\n"),
              IsEmpty());
  EXPECT_THAT(
      Of(SqliteStaysInTheJournal, "tests/unit/server/journal/a.h", "#include <sqlite3.h>\n"),
      IsEmpty());
  EXPECT_THAT(Of(SqliteStaysInTheJournal, "server/view/a.cc", "#include <sqlite3.h>\n"),
              ElementsAre(StartsWith("server/view/a.cc")));
}

TEST(TimeAndChanceComeFromOsTest, RefusesTheSystemsClockSleepAndChance) {
  for (const char* bad :
       {"auto t = absl::Now();", "std::chrono::system_clock::now()", "steady_clock::now ()",
        "std::this_thread::sleep_for(x)", "sleep_until(x)", "usleep(3)", "::sleep(1)",
        "absl::SleepFor(x)", "rand()", "std::random_device d;", "clock_gettime(0, &t)",
        "time(nullptr)", "getrandom(p, n, 0)", "RAND_bytes(p, n)"}) {
    EXPECT_THAT(Of(TimeAndChanceComeFromOs, "server/app/a.cc", absl::StrCat("\n", bad, "\n")),
                ElementsAre(StartsWith("server/app/a.cc:2: ")))
        << bad;
    EXPECT_THAT(Of(TimeAndChanceComeFromOs, "common/os/a.cc", bad), IsEmpty()) << bad;
  }
  for (const char* good :
       {"// absl::Now()\n", "Log(\"sleep(1)\");", "os::SleepMicros(3)", "operand()", "lead_time(0)",
        "engine.now_us()", "options.sleep(3)", "random()", "now()", "FakeController::Now()"}) {
    EXPECT_THAT(Of(TimeAndChanceComeFromOs, "server/app/a.cc", good), IsEmpty()) << good;
  }
}

TEST(TimeAndChanceComeFromOsTest, AnExceptionIsForOneUseOnlyAndEndsWithIt) {
  EXPECT_THAT(Of(TimeAndChanceComeFromOs, "server/loop/loop.cc", "steady_clock::now()"), IsEmpty());
  EXPECT_THAT(Of(TimeAndChanceComeFromOs, "server/loop/loop.cc",
                 "steady_clock::now(); system_clock::now()"),
              ElementsAre(HasSubstr("system_clock::now")));
  EXPECT_THAT(Of(TimeAndChanceComeFromOs, "server/loop/loop.cc", "int x;"),
              ElementsAre(HasSubstr("remove its exception")));
}

TEST(VocabularyIsDeterministicTest, RefusesWhatHasSeveralForms) {
  for (const char* bad : {"map<string, int32> a = 1;", "float a = 1;", "repeated double a = 1;",
                          "google.protobuf.Any a = 1;"}) {
    EXPECT_EQ(Of(VocabularyIsDeterministic, "proto/drill/v1/a.proto", bad).size(), 1u) << bad;
  }
  EXPECT_THAT(Of(VocabularyIsDeterministic, "proto/drill/v1/a.proto",
                 "// no float, no map<>\nint64 bitmap = 1; string floating = 2;"),
              IsEmpty());
}

TEST(EverySourceIsBuiltTest, NamesWhatIsForgotten) {
  const Tree good = {
      {"CMakeLists.txt", "add_subdirectory(server)"},
      {"server/CMakeLists.txt", "drill_library(s SOURCES a.cc sub/b.cc ../common/d.cc)"},
      {"server/a.cc", ""},
      {"server/sub/b.cc", ""},
      {"common/d.cc", ""}};
  EXPECT_THAT(EverySourceIsBuilt(good), IsEmpty());

  Tree tree = good;
  tree["server/c.cc"] = "";
  tree["server/sub/a.cc"] = "";  // the name alone is not enough
  EXPECT_THAT(EverySourceIsBuilt(tree),
              ElementsAre(StartsWith("server/c.cc: "), StartsWith("server/sub/a.cc: ")));
  tree = good;
  tree["server/CMakeLists.txt"] = "drill_library(s SOURCES a.cc ../common/d.cc)  # sub/b.cc";
  EXPECT_THAT(EverySourceIsBuilt(tree), ElementsAre(StartsWith("server/sub/b.cc")));
  tree = good;
  tree["server/sub/CMakeLists.txt"] = "drill_library(t SOURCES b.cc)";
  EXPECT_THAT(EverySourceIsBuilt(tree), ElementsAre(StartsWith("server/sub/CMakeLists.txt")));
}

TEST(EverySourceIsBuiltTest, WritesLoopsOut) {
  Tree tree = {{"tests/a_x_test.cc", ""},
               {"tests/a_y_test.cc", ""},
               {"tests/CMakeLists.txt",
                "foreach(part x y)\n  drill_test(a_${part}_test SOURCES a_${part}_test.cc)\n"
                "endforeach()\n"},
               {"CMakeLists.txt", "add_subdirectory(tests)"}};
  EXPECT_THAT(EverySourceIsBuilt(tree), IsEmpty());
  tree["tests/a_z_test.cc"] = "";
  EXPECT_THAT(EverySourceIsBuilt(tree), ElementsAre(StartsWith("tests/a_z_test.cc")));
}

TEST(EverySourceIsBuiltTest, RefusesGlob) {
  EXPECT_EQ(Of(EverySourceIsBuilt, "CMakeLists.txt", "file( GLOB_RECURSE s *.cc)").size(), 1u);
  EXPECT_EQ(Of(EverySourceIsBuilt, "cmake/a.cmake", "aux_source_directory(. s)").size(), 1u);
  EXPECT_THAT(Of(EverySourceIsBuilt, "CMakeLists.txt", "# no file(GLOB)"), IsEmpty());
}

TEST(GuardsFitPathsTest, WantsTheGuardOfThePath) {
  const auto header = [](const std::string& guard, const std::string& before) {
    return absl::StrCat(before, "#ifndef ", guard, "\n#define ", guard, "\nint x;\n#endif  // ",
                        guard, "\n");
  };
  EXPECT_THAT(Of(GuardsFitPaths, "core/a/b_c.h", header("DRILL_CORE_A_B_C_H_", "")), IsEmpty());
  EXPECT_THAT(Of(GuardsFitPaths, "core/a/b_c.h", header("DRILL_CORE_B_C_H_", "")),
              ElementsAre(HasSubstr("DRILL_CORE_A_B_C_H_")));
  EXPECT_EQ(
      Of(GuardsFitPaths, "core/a/b_c.h", header("DRILL_CORE_A_B_C_H_", "int early;\n")).size(), 1u);
  EXPECT_EQ(Of(GuardsFitPaths, "core/a.h", "#pragma once\n").size(), 1u);
}

TEST(FilesAreShortTest, HasALimitForSourcesAndOneForTests) {
  const std::string limit(kSourceLinesMax, '\n');
  EXPECT_THAT(Of(FilesAreShort, "core/a.cc", limit), IsEmpty());
  EXPECT_THAT(Of(FilesAreShort, "core/a.cc", limit + "\n"), ElementsAre(HasSubstr("701 lines")));
  EXPECT_THAT(Of(FilesAreShort, "tests/a.cc", limit + "\n"), IsEmpty());
  EXPECT_EQ(Of(FilesAreShort, "tests/a.cc", std::string(kTestLinesMax + 1, '\n')).size(), 1u);
}

}  // namespace
}  // namespace drill::tree
