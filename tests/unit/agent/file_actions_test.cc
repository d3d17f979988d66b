// What files.encrypt and web.deface leave on a host, checked by reading the host and not by asking
// the agent; how it is taken back; and what happens when the team was there first.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "common/base/digest.h"
#include "common/os/clock.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"

namespace drill::agent {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

mode_t ModeOf(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(lstat(path.c_str(), &st), 0) << path;
  return st.st_mode & 07777;
}

// ---- files.encrypt -----------------------------------------------------------------------------

class FilesEncryptTest : public ActionTest {
 protected:
  std::string folder() const { return sandbox_.Path("docs/HoSo_LuuTru"); }
  std::string note() const { return folder() + "/DOC_TOI_DE_KHOI_PHUC.txt"; }
  std::vector<std::string> Locked() const {
    std::vector<std::string> paths;
    for (const std::string& name : NamesIn(folder())) {
      if (absl::EndsWith(name, ".locked")) paths.push_back(folder() + "/" + name);
    }
    return paths;
  }
};

TEST_F(FilesEncryptTest, LeavesOnlyLockedDocumentsAndANote) {
  const Outcome outcome = Start(sandbox_.Encrypt(12));
  const std::vector<std::string> locked = Locked();
  ASSERT_EQ(locked.size(), 12u);
  EXPECT_EQ(NamesIn(folder()).size(), 13u);
  std::set<std::string> contents;
  for (const std::string& path : locked) {
    const std::string bytes = Sandbox::Read(path);
    EXPECT_EQ(bytes.size(), 500u + 16u);
    EXPECT_THAT(bytes, Not(HasSubstr("CỘNG HÒA")));
    EXPECT_TRUE(contents.insert(bytes.substr(16)).second) << "two documents with one key stream";
    // Bytes that were encrypted use the whole range evenly; text does not.
    EXPECT_GT(std::set<char>(bytes.begin(), bytes.end()).size(), 180u);
    EXPECT_EQ(ModeOf(path), 0644u);
  }
  // Nothing that was there has been touched.
  for (const auto& [path, state] : before_) EXPECT_EQ(sandbox_.Manifest().at(path), state);
  EXPECT_EQ(outcome.traces_total, 14);
}

TEST_F(FilesEncryptTest, TheNoteIsVietnameseAndNamesNoDrill) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  const std::string text = Sandbox::Read(note());
  EXPECT_THAT(text, AllOf(HasSubstr("ĐÃ BỊ MÃ HÓA"), HasSubstr("3 tệp"),
                          HasSubstr("Mã định danh của quý vị: " + OpaqueId(order.id()))));
  for (const char* word : {"iễn tập", "IỄN TẬP", "drill", "exercise", "dt-2026", "may-1"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST_F(FilesEncryptTest, TracesAreWhatIsOnTheDisk) {
  const int64_t start = os::BootMicros();
  const Outcome outcome = Start(sandbox_.Encrypt(3));
  std::vector<std::string> noticeable;
  for (const v1::Trace& trace : outcome.traces) {
    ASSERT_EQ(trace.artefact().kind(), v1::ARTEFACT_KIND_PATH);
    EXPECT_GE(trace.at_us(), start);
    EXPECT_LE(trace.at_us(), outcome.at_boot_us);
    if (!trace.noticeable()) {
      EXPECT_EQ(trace.artefact().value(), folder());
      continue;
    }
    const std::string bytes = Sandbox::Read(trace.artefact().value());
    EXPECT_EQ(trace.size(), static_cast<int64_t>(bytes.size()));
    EXPECT_EQ(trace.sha256(), Sha256(bytes));
    noticeable.push_back(trace.artefact().value());
  }
  std::vector<std::string> there = Locked();
  there.push_back(note());
  EXPECT_THAT(noticeable, ::testing::UnorderedElementsAreArray(there));
}

TEST_F(FilesEncryptTest, OfManyTracesTheFirstAndTheNoteAreInline) {
  const Outcome outcome = Start(sandbox_.Encrypt(50));
  EXPECT_EQ(outcome.traces.size(), 32u);
  EXPECT_EQ(outcome.traces_total, 52);
  EXPECT_EQ(outcome.traces.back().artefact().value(), note());
}

TEST_F(FilesEncryptTest, UndoLeavesNothing) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  ExpectAsBefore();
}

TEST_F(FilesEncryptTest, WhatTheTeamChangedAddedAndRemovedIsLeftAlone) {
  const v1::Order order = sandbox_.Encrypt(4);
  Start(order);
  const std::vector<std::string> locked = Locked();
  unlink(locked[0].c_str());
  std::ofstream(locked[1], std::ios::app) << "x";
  std::ofstream(folder() + "/ghi chú điều tra.txt") << "của đội";
  const Outcome outcome = Undo(order);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(outcome.notes,
              ::testing::UnorderedElementsAre(HasSubstr(locked[0] + " had been removed"),
                                              HasSubstr(locked[1] + " is not what we made"),
                                              HasSubstr(folder() + " holds files that are not")));
  EXPECT_THAT(NamesIn(folder()),
              ::testing::UnorderedElementsAre(LeafOf(locked[1]), "ghi chú điều tra.txt"));
}

TEST_F(FilesEncryptTest, AFolderThatTheTeamMovedAwayIsSuperseded) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  std::filesystem::rename(folder(), sandbox_.Path("cách ly"));
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(NamesIn(sandbox_.Path("cách ly")).size(), 4u);
}

TEST_F(FilesEncryptTest, ALinkInPlaceOfTheFolderIsNotFollowed) {
  const v1::Order order = sandbox_.Encrypt();
  Start(order);
  std::filesystem::rename(folder(), sandbox_.Path("chỗ khác"));
  std::filesystem::create_symlink(sandbox_.Path("chỗ khác"), folder());
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(NamesIn(sandbox_.Path("chỗ khác")).size(), 4u);
  EXPECT_TRUE(std::filesystem::is_symlink(folder()));
}

TEST_F(FilesEncryptTest, AHardLinkThatTheTeamKeptStays) {
  // The team keeps a copy under another name: a hard link to our file is theirs.
  const v1::Order order = sandbox_.Encrypt(1);
  Start(order);
  std::filesystem::create_hard_link(Locked()[0], sandbox_.Path("chứng cứ"));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Sandbox::Read(sandbox_.Path("chứng cứ")).size(), 516u);
}

// ---- web.deface --------------------------------------------------------------------------------

class WebDefaceTest : public ActionTest {};

TEST_F(WebDefaceTest, ThePageSaysThatItIsADrillAndKeepsModeAndOwner) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(sandbox_.page().c_str(), 1234, 2345), 0);
  }
  struct stat before {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &before), 0);
  const Outcome outcome = Start(sandbox_.Deface());
  const std::string page = Sandbox::Read(sandbox_.page());
  EXPECT_THAT(page, AllOf(HasSubstr("DIỄN TẬP"), HasSubstr("TRANG NÀY ĐÃ BỊ CHIẾM QUYỀN")));
  struct stat after {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_GT(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
  ASSERT_EQ(outcome.traces.size(), 1u);
  EXPECT_EQ(outcome.traces[0].artefact().value(), sandbox_.page());
  EXPECT_EQ(outcome.traces[0].sha256(), Sha256(page));
  EXPECT_TRUE(outcome.traces[0].noticeable());
}

TEST_F(WebDefaceTest, UndoRestoresBytesModeOwnerAndTime) {
  const std::string bytes("\0\xff\r\n nhị phân", 16);
  sandbox_.Write(sandbox_.page(), bytes, 04751);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(sandbox_.page().c_str(), 1234, 2345), 0);
    ASSERT_EQ(chmod(sandbox_.page().c_str(), 04751), 0);
  }
  const timespec times[2] = {{1, 2}, {1'234'567'890, 123'456'789}};
  ASSERT_EQ(utimensat(AT_FDCWD, sandbox_.page().c_str(), times, 0), 0);
  const auto before = sandbox_.Manifest();
  const v1::Order order = sandbox_.Deface();
  Start(order);
  ASSERT_NE(sandbox_.Manifest(), before);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), bytes);
}

TEST_F(WebDefaceTest, ExtendedAttributesStay) {
  const std::string value = "nhãn";
  if (setxattr(sandbox_.page().c_str(), "user.label", value.data(), value.size(), 0) != 0) {
    GTEST_SKIP() << "the temporary directory has no extended attributes";
  }
  const auto label = [&] {
    std::string read(64, '\0');
    const ssize_t size = getxattr(sandbox_.page().c_str(), "user.label", read.data(), read.size());
    return size < 0 ? "none" : read.substr(0, static_cast<size_t>(size));
  };
  const v1::Order order = sandbox_.Deface();
  Start(order);
  EXPECT_EQ(label(), value);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(label(), value);
}

TEST_F(WebDefaceTest, AnEditBetweenArmingAndStartIsWhatIsRestored) {
  const v1::Order order = sandbox_.Deface();
  ASSERT_OK(player_->Prepare(order));
  sandbox_.Write(sandbox_.page(), "tin mới của cổng", 0644);
  const auto edited = sandbox_.Manifest();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), edited);
}

TEST_F(WebDefaceTest, AnEditAtTheLastMomentIsNotOverwritten) {
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.0.written") sandbox_.Write(sandbox_.page(), "tin mới", 0640);
  });
  const v1::Order order = sandbox_.Deface();
  const Outcome outcome = player_->Start(order, [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), "tin mới");
  EXPECT_THAT(NamesIn(sandbox_.Path("www")), ElementsAre("index.html"));
}

TEST_F(WebDefaceTest, ARestoreByTheTeamAtTheLastMomentIsNotOverwritten) {
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "undo.0.written") sandbox_.Write(sandbox_.page(), "khôi phục", 0640);
  });
  const v1::Order order = sandbox_.Deface();
  Start(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.page()), "khôi phục");
  EXPECT_THAT(NamesIn(sandbox_.Path("www")), ElementsAre("index.html"));
}

TEST_F(WebDefaceTest, APageThatTheTeamRestoredIsTheirs) {
  const std::string original = Sandbox::Read(sandbox_.page());
  const v1::Order order = sandbox_.Deface();
  Start(order);
  sandbox_.Write(sandbox_.page(), original, 0640);
  struct stat restored {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &restored), 0);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  struct stat after {};
  ASSERT_EQ(stat(sandbox_.page().c_str(), &after), 0);
  EXPECT_EQ(after.st_mtim.tv_sec, restored.st_mtim.tv_sec);
}

TEST_F(WebDefaceTest, WhereThePageCannotBePutBackThePreImageIsKept) {
  const std::string original = Sandbox::Read(sandbox_.page());
  const v1::Order order = sandbox_.Deface();
  Start(order);
  unlink(sandbox_.page().c_str());
  const Outcome outcome = Undo(order);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  player_->Forget(order.id());
  const std::string kept = sandbox_.AgentPath("kept/") + Sha256Hex(original);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr(kept)));
  EXPECT_EQ(Sandbox::Read(kept), original);
  EXPECT_FALSE(Sandbox::Exists(sandbox_.page()));
}

TEST_F(WebDefaceTest, TheHeadlineIsTextNotMarkup) {
  v1::Action action;
  action.mutable_web_deface()->set_page("@www/index.html");
  action.mutable_web_deface()->set_headline("<script>alert('x')</script> & \"y\"");
  Start(sandbox_.OrderFor(action));
  const std::string page = Sandbox::Read(sandbox_.page());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y"));
}

}  // namespace
}  // namespace drill::agent
