#include "cloister/engine/backend_code.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace cloister::engine {
namespace {

namespace fs = std::filesystem;

class BackendCode : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cloister-code-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = fs::canonical(name);
    put("libfirst.so", "first");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path put(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    ::chmod((folder_ / name).c_str(), 0644);
    return folder_ / name;
  }
  [[nodiscard]] bool holds(const fs::path& library, const fs::path& folder) const {
    const auto folders = backend_code_folders(library);
    return std::find(folders.begin(), folders.end(), folder) != folders.end();
  }

  fs::path folder_;
};

// A shared object with nothing but a dynamic section: what it needs, and where that is to be found.
std::string shared_object(const std::string& needed, const std::string& folders) {
  struct {
    Elf64_Ehdr header{};
    Elf64_Phdr segments[2]{};
    Elf64_Dyn dynamic[4]{};
    char texts[256]{};
  } file;
  std::memcpy(file.header.e_ident, ELFMAG, SELFMAG);
  file.header.e_ident[EI_CLASS] = ELFCLASS64;
  file.header.e_phoff = offsetof(decltype(file), segments);
  file.header.e_phnum = 2;
  constexpr std::uint64_t kLoadedAt = 0x10000;
  file.segments[0] = {.p_type = PT_LOAD,
                      .p_flags = 0,
                      .p_offset = 0,
                      .p_vaddr = kLoadedAt,
                      .p_paddr = 0,
                      .p_filesz = sizeof(file),
                      .p_memsz = sizeof(file),
                      .p_align = 1};
  file.segments[1] = file.segments[0];
  file.segments[1].p_type = PT_DYNAMIC;
  file.segments[1].p_offset = offsetof(decltype(file), dynamic);
  file.segments[1].p_filesz = sizeof(file.dynamic);
  std::strcpy(file.texts + 1, needed.c_str());
  std::strcpy(file.texts + 100, folders.c_str());
  file.dynamic[0] = {.d_tag = DT_STRTAB, .d_un = {.d_ptr = kLoadedAt + offsetof(decltype(file), texts)}};
  file.dynamic[1] = {.d_tag = DT_NEEDED, .d_un = {.d_val = 1}};
  file.dynamic[2] = {.d_tag = DT_RUNPATH, .d_un = {.d_val = 100}};
  return {reinterpret_cast<const char*>(&file), sizeof(file)};
}

TEST_F(BackendCode, FollowsWhatLibrariesNeed) {
  fs::create_directories(folder_ / "a");
  fs::create_directories(folder_ / "b");
  const fs::path library = put("libtop.so", shared_object("libmiddle.so", "$ORIGIN/a:${ORIGIN}/none"));
  put("a/libmiddle.so", shared_object("libbottom.so", "$ORIGIN/../b"));
  EXPECT_TRUE(holds(library, folder_));
  EXPECT_TRUE(holds(library, folder_ / "a"));
  EXPECT_TRUE(holds(library, folder_ / "b"));
  EXPECT_TRUE(holds(library, folder_ / "none")) << "it may be made later";
}

TEST_F(BackendCode, ADamagedLibraryNamesNone) {
  const std::string whole = shared_object("libmiddle.so", "/elsewhere");
  ASSERT_TRUE(holds(put("whole.so", whole), "/elsewhere"));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto folders = backend_code_folders(put("cut.so", whole.substr(0, size)));
    EXPECT_GE(folders.size(), 1U) << size;
  }
  for (std::size_t at = 0; at < 300; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    EXPECT_GE(backend_code_folders(put("bad.so", damaged)).size(), 1U) << at;
  }
  EXPECT_EQ(backend_code_folders(folder_ / "absent.so").front(), folder_);
}

TEST_F(BackendCode, NobodyElseMayWrite) {
  EXPECT_TRUE(check_nobody_else_writes({folder_, folder_ / "absent"}));
  ::chmod((folder_ / "libfirst.so").c_str(), 0666);
  auto checked = check_nobody_else_writes({folder_});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::unsupported);
  EXPECT_NE(checked.error().message.find("libfirst.so"), std::string::npos) << checked.error().message;
  ::chmod((folder_ / "libfirst.so").c_str(), 0644);

  // A folder above counts as well; a sticky one, such as /tmp here, protects what lies in it.
  fs::create_directories(folder_ / "deep/er");
  ::chmod((folder_ / "deep").c_str(), 0777);
  checked = check_nobody_else_writes({folder_ / "deep/er"});
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("/deep'"), std::string::npos) << checked.error().message;
  ::chmod((folder_ / "deep").c_str(), 01777);
  EXPECT_TRUE(check_nobody_else_writes({folder_ / "deep/er"}));
}

}  // namespace
}  // namespace cloister::engine
