#include "server/journal/blobs.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/digest.h"
#include "tests/support/status.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

class BlobStoreTest : public ::testing::Test {
 protected:
  BlobStoreTest() {
    std::string name = ::testing::TempDir() + "blobs-XXXXXX";
    dir_ = mkdtemp(name.data());
    BlobStoreOptions options;
    options.bytes_max = 1 << 20;
    absl::StatusOr<std::unique_ptr<BlobStore>> store = BlobStore::Open(dir_, options);
    EXPECT_OK(store);
    store_ = *std::move(store);
  }
  ~BlobStoreTest() override { std::filesystem::remove_all(dir_); }

  std::string PathOf(const std::string& content) const {
    const std::string name = Sha256Hex(content);
    return dir_ + "/blobs/" + name.substr(0, 2) + "/" + name;
  }
  size_t Files() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  std::string dir_;
  std::unique_ptr<BlobStore> store_;
};

TEST_F(BlobStoreTest, GivesBackWhatWasPutUnderItsHash) {
  std::string content = "diễn tập";
  content.push_back('\0');
  absl::StatusOr<std::string> sha256 = store_->Put(content);
  ASSERT_OK(sha256);
  EXPECT_EQ(*sha256, Sha256(content));
  absl::StatusOr<std::string> back = store_->Get(*sha256);
  ASSERT_OK(back);
  EXPECT_EQ(*back, content);
  EXPECT_TRUE(std::filesystem::exists(PathOf(content)));
}

TEST_F(BlobStoreTest, KeepsAnEmptyBlob) {
  absl::StatusOr<std::string> sha256 = store_->Put("");
  ASSERT_OK(sha256);
  EXPECT_EQ(*store_->Get(*sha256), "");
}

TEST_F(BlobStoreTest, PutTwiceIsStoredOnce) {
  ASSERT_OK(store_->Put("scenario"));
  ASSERT_OK(store_->Put("scenario"));
  EXPECT_EQ(Files(), 1);
}

TEST_F(BlobStoreTest, SurvivesBeingOpenedAgain) {
  ASSERT_OK(store_->Put("scenario"));
  store_.reset();
  EXPECT_EQ(*(*BlobStore::Open(dir_))->Get(Sha256("scenario")), "scenario");
}

TEST_F(BlobStoreTest, AChangedFileIsDataLossAndPutMendsIt) {
  ASSERT_OK(store_->Put("scenario"));
  std::ofstream(PathOf("scenario")) << "Scenario";
  EXPECT_THAT(store_->Get(Sha256("scenario")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(PathOf("scenario"))));
  ASSERT_OK(store_->Put("scenario"));
  EXPECT_OK(store_->Get(Sha256("scenario")));
}

TEST_F(BlobStoreTest, WhatWasNeverPutIsNotFound) {
  EXPECT_THAT(store_->Get(Sha256("scenario")), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(BlobStoreTest, OnlyAHashIsAName) {
  EXPECT_THAT(store_->Get("../../etc/passwd"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_->Purge(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(BlobStoreTest, RefusesWhatIsAboveTheLimit) {
  EXPECT_OK(store_->Put(std::string(1 << 20, 'x')));
  EXPECT_THAT(store_->Put(std::string((1 << 20) + 1, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1048576")));
  EXPECT_EQ(Files(), 1);
}

TEST_F(BlobStoreTest, APurgedBlobIsNotFoundAndMayBePurgedAgain) {
  ASSERT_OK(store_->Put("attachment"));
  EXPECT_OK(store_->Purge(Sha256("attachment")));
  EXPECT_THAT(store_->Get(Sha256("attachment")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(store_->Purge(Sha256("attachment")));
  EXPECT_EQ(Files(), 0);
}

TEST_F(BlobStoreTest, TwoThreadsMayPutTheSame) {
  const auto put = [this] {
    for (int i = 0; i < 10; ++i) EXPECT_OK(store_->Put(std::to_string(i)));
  };
  std::thread other(put);
  put();
  other.join();
  for (int i = 0; i < 10; ++i) EXPECT_OK(store_->Get(Sha256(std::to_string(i))));
  EXPECT_EQ(Files(), 10);
}

}  // namespace
}  // namespace drill::testing
