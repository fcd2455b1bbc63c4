// Machine code on disk: kept, found again, and never loaded when somebody else may have written it.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cloister/sandbox/code_folder.h"
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

  // A file with an entry's name, of zeros that take no room, last used that long ago.
  fs::path pretend(char digit, std::uintmax_t bytes, std::chrono::hours ago) const {
    const fs::path path = fs::path(folder()) / (std::string(64, digit) + ".code");
    std::ofstream(path).close();
    fs::resize_file(path, bytes);
    fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
    return path;
  }
  CodeEviction evict(const CodeBound& bound) const {
    const auto evicted = evict_code(folder(), bound);
    EXPECT_TRUE(evicted) << evicted.error().message;
    return evicted.value();
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

TEST_F(Cache, ListsTheLeastRecentlyUsedFirst) {
  fs::create_directory(folder());
  fs::permissions(folder(), fs::perms::owner_all);
  pretend('a', 10, std::chrono::hours(1));
  pretend('b', 20, std::chrono::hours(3));
  std::ofstream(fs::path(folder()) / "notes.code") << "not an entry";
  fs::create_symlink(root_, fs::path(folder()) / (std::string(64, 'c') + ".code"));
  const auto listed = list_code(folder() + "/");
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].name.front(), 'b');
  EXPECT_EQ((*listed)[0].bytes, 20U);
  EXPECT_LT((*listed)[0].used, (*listed)[1].used);
}

TEST_F(Cache, AFolderThatIsNotThereHoldsNothingAndIsNotMade) {
  EXPECT_TRUE(list_code(folder()).value().empty());
  EXPECT_EQ(evict({}).entries, 0U);
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(Cache, EvictsByAgeThenTheLeastRecentlyUsed) {
  open();
  const fs::path oldest = pretend('a', 5, std::chrono::days(31));
  const fs::path older = pretend('f', 100, std::chrono::days(3));
  const fs::path newer = pretend('b', 100, std::chrono::days(2));
  const CodeBound month{.bytes = 1000, .age = std::chrono::days(30)};
  EXPECT_EQ(evict(month).bytes, 5U);
  EXPECT_FALSE(fs::exists(oldest));
  EXPECT_EQ(evict(month).entries, 0U);
  EXPECT_EQ(evict({.bytes = 199}).entries, 1U);
  EXPECT_FALSE(fs::exists(older));
  EXPECT_TRUE(fs::exists(newer));
  EXPECT_EQ(evict({.bytes = 99}).entries, 1U);  // also the last, if it alone is too large
  EXPECT_TRUE(entries().empty());
}

TEST_F(Cache, NothingIsKeptWithinNothing) {
  const Runtime runtime = open();
  cached(runtime, guest(""));
  pretend('a', 0, std::chrono::hours(0));
  EXPECT_EQ(evict({.bytes = 0}).entries, 2U);
  EXPECT_TRUE(entries().empty());
  EXPECT_TRUE(fs::exists(fs::path(folder()) / "secret"));
  EXPECT_FALSE(cached(runtime, guest("")));
  EXPECT_TRUE(cached(open(), guest("")));
}

TEST_F(Cache, StoringEvictsBeyondTheDefaultBound) {
  open();
  const fs::path unused = pretend('a', 1, std::chrono::days(91));
  const fs::path older = pretend('f', std::uintmax_t{600} << 20, std::chrono::hours(2));
  const fs::path newer = pretend('b', std::uintmax_t{600} << 20, std::chrono::hours(1));
  EXPECT_FALSE(cached(open(), guest("")));
  EXPECT_FALSE(fs::exists(unused));
  EXPECT_FALSE(fs::exists(older));
  EXPECT_TRUE(fs::exists(newer));
  EXPECT_TRUE(cached(open(), guest("")));
}

TEST_F(Cache, LoadingMarksAsUsed) {
  const auto bytes = guest("");
  cached(open(), bytes);
  const fs::path entry = entries().at(0);
  fs::last_write_time(entry, fs::file_time_type::clock::now() - std::chrono::days(80));
  pretend('a', 10, std::chrono::hours(1));
  EXPECT_TRUE(cached(open(), bytes));
  EXPECT_EQ(evict({.age = std::chrono::minutes(30)}).bytes, 10U);
  EXPECT_EQ(entries(), std::vector{entry});
}

TEST_F(Cache, RemovesWhatAKilledWriterLeft) {
  open();
  const auto left = [&](const char* name, std::chrono::hours ago) {
    const fs::path path = fs::path(folder()) / name;
    std::ofstream(path) << "half";
    fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
    return path;
  };
  const fs::path abandoned = left(".4711-0.tmp", std::chrono::hours(2));
  const fs::path in_work = left(".4712-0.tmp", std::chrono::hours(0));
  evict({});
  EXPECT_FALSE(fs::exists(abandoned));
  EXPECT_TRUE(fs::exists(in_work));
  EXPECT_TRUE(fs::exists(fs::path(folder()) / "secret"));
}

TEST_F(Cache, LooksAfterNoFolderThatOthersCanWriteNorALink) {
  open();
  const fs::path entry = pretend('a', 10, std::chrono::days(900));
  fs::create_directory_symlink(folder(), root_ / "link");
  for (const fs::path& link : {root_ / "link", root_ / "link/"}) {
    EXPECT_EQ(list_code(link).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(evict_code(link, {}).error().code, ErrorCode::invalid_argument);
  }
  fs::permissions(folder(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(list_code(folder()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(evict_code(folder(), {}).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(fs::exists(entry));
}

TEST_F(Cache, ConcurrentEvictionAndUse) {
  const auto bytes = guest("(drop (i32.const 2))");
  open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const Runtime runtime = open();
      for (int k = 0; k < 10; ++k) cached(runtime, bytes);
    });
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) evict({.bytes = 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  cached(open(), bytes);
  EXPECT_TRUE(cached(open(), bytes));
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
