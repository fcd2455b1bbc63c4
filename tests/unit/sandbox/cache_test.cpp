// Machine code on disk: kept, found again, and never loaded when somebody else may have written it.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support.h"

namespace cloister::sandbox::test {
namespace {

namespace fs = std::filesystem;

class Cache : public testing::Test {
 protected:
  Cache() {
    std::string name = (fs::temp_directory_path() / "cloister-cache-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~Cache() override { fs::remove_all(root_); }

  std::string folder() const { return root_ / "cache"; }
  Runtime open(const std::string& cpu = "") const {
    auto made = Runtime::create({.cache_directory = folder(), .pool_instances = 1, .cpu = cpu});
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(folder())) {
      if (file.path().extension() == ".code") found.push_back(file.path());
    }
    return found;
  }
  static bool cached(const Runtime& runtime, const std::vector<std::byte>& bytes) {
    const auto component = runtime.compile(bytes);
    EXPECT_TRUE(component) << component.error().message;
    const auto linked = Linker::create(runtime)->link(*component);
    EXPECT_EQ(run(*linked).end, End::ok);
    return component->from_cache();
  }

  fs::path root_;
};

TEST_F(Cache, HitsInTheSameAndInAnotherRuntime) {
  const auto bytes = guest("");
  const Runtime first = open();
  EXPECT_FALSE(cached(first, bytes));
  EXPECT_TRUE(cached(first, bytes));
  EXPECT_TRUE(cached(open(), bytes));
  EXPECT_FALSE(cached(first, guest("(drop (i32.const 5))")));
  EXPECT_EQ(entries().size(), 2U);
}

TEST_F(Cache, IsClosedToOthers) {
  cached(open(), guest(""));
  struct stat status{};
  ASSERT_EQ(stat(folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  int files = 0;
  for (const auto& file : fs::directory_iterator(folder())) {
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 2);  // an entry and the secret, nothing temporary
}

TEST_F(Cache, AnotherProcessorsCodeIsAnotherEntry) {
  const auto bytes = guest("");
  EXPECT_FALSE(cached(open(), bytes));
  EXPECT_FALSE(cached(open("x86-64-v3"), bytes));
  EXPECT_TRUE(cached(open("x86-64-v3"), bytes));
  EXPECT_EQ(entries().size(), 2U);
}

TEST_F(Cache, ADamagedEntryIsReplaced) {
  const auto bytes = guest("");
  const Runtime runtime = open();
  cached(runtime, bytes);
  const fs::path entry = entries().at(0);
  const auto size = fs::file_size(entry);
  // Magic, key, authentication code, and code at its beginning and end.
  for (const std::uintmax_t offset :
       {std::uintmax_t{0}, std::uintmax_t{8}, std::uintmax_t{40}, std::uintmax_t{72}, size - 1}) {
    {
      std::fstream file(entry, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(offset));
      const char byte = static_cast<char>(file.get() ^ 1);
      file.seekp(static_cast<std::streamoff>(offset));
      file.put(byte);
    }
    EXPECT_FALSE(cached(runtime, bytes)) << offset;
    EXPECT_TRUE(cached(runtime, bytes)) << offset;
  }
  for (const std::uintmax_t length : {size - 1, std::uintmax_t{72}, std::uintmax_t{9}, std::uintmax_t{0}}) {
    fs::resize_file(entry, length);
    EXPECT_FALSE(cached(runtime, bytes)) << length;
    EXPECT_TRUE(cached(runtime, bytes)) << length;
  }
}

TEST_F(Cache, AnEntryUnderAnotherKeyIsNotLoaded) {
  const Runtime runtime = open();
  const auto one = guest("");
  const auto two = guest("unreachable");
  cached(runtime, one);
  const fs::path first = entries().at(0);
  ASSERT_TRUE(runtime.compile(two));
  for (const fs::path& entry : entries()) {
    if (entry != first) fs::copy_file(entry, first, fs::copy_options::overwrite_existing);
  }
  EXPECT_FALSE(cached(runtime, one));
}

TEST_F(Cache, AnotherUsersSecretMakesNoEntry) {
  const auto bytes = guest("");
  cached(open(), bytes);
  fs::remove(fs::path(folder()) / "secret");
  EXPECT_FALSE(cached(open(), bytes));
  EXPECT_TRUE(cached(open(), bytes));
}

TEST_F(Cache, ADamagedSecretIsReplaced) {
  cached(open(), guest(""));
  fs::resize_file(fs::path(folder()) / "secret", 5);
  EXPECT_FALSE(cached(open(), guest("")));
  EXPECT_TRUE(cached(open(), guest("")));
}

TEST_F(Cache, AnEntryThatOthersCanWriteIsNotLoaded) {
  const auto bytes = guest("");
  cached(open(), bytes);
  fs::permissions(entries().at(0), fs::perms::group_write, fs::perm_options::add);
  EXPECT_FALSE(cached(open(), bytes));
}

TEST_F(Cache, AnEntryThatIsALinkIsNotLoaded) {
  const auto bytes = guest("");
  cached(open(), bytes);
  const fs::path entry = entries().at(0);
  fs::rename(entry, root_ / "elsewhere");
  fs::create_symlink(root_ / "elsewhere", entry);
  EXPECT_FALSE(cached(open(), bytes));
  EXPECT_TRUE(cached(open(), bytes));
  EXPECT_FALSE(fs::is_symlink(entry));
}

TEST_F(Cache, RefusesAFolderThatOthersCanWrite) {
  for (const fs::perms extra : {fs::perms::group_write, fs::perms::others_write}) {
    fs::create_directory(folder());
    fs::permissions(folder(), fs::perms::owner_all | extra);
    const auto refused = Runtime::create({.cache_directory = folder(), .pool_instances = 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(refused.error().message.find("chmod 700"), std::string::npos);
    fs::remove_all(folder());
  }
}

TEST_F(Cache, RefusesALink) {
  fs::create_directory(root_ / "real");
  fs::create_directory_symlink(root_ / "real", folder());
  for (const std::string& name : {folder(), folder() + "/"}) {
    const auto refused = Runtime::create({.cache_directory = name, .pool_instances = 1});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("symbolic link"), std::string::npos) << refused.error().message;
  }
}

TEST_F(Cache, RefusesAFile) {
  std::ofstream(folder()) << "x";
  const auto refused = Runtime::create({.cache_directory = folder(), .pool_instances = 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
}

TEST_F(Cache, ConcurrentCompilesOfOneComponent) {
  const auto bytes = guest("(drop (i32.const 1))");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Runtime runtime = open();
      for (int k = 0; k < 5; ++k) {
        cached(runtime, bytes);
        if (k % 2 == 0) {
          for (const fs::path& entry : entries()) unlink(entry.c_str());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(open().compile(bytes).value().digest() == Digest{});
  EXPECT_TRUE(cached(open(), bytes));
  for (const auto& file : fs::directory_iterator(folder())) EXPECT_NE(file.path().extension(), ".tmp");
}

}  // namespace
}  // namespace cloister::sandbox::test
