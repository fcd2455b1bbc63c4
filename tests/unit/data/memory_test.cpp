// Datasets larger than the memory that a process may have.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "array_files.h"
#include "cloister/data/batch_stream.h"
#include "temporary_folder.h"

namespace cloister::data {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // these reserve more address space than any limit
#else
constexpr bool kSanitized = false;
#endif

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kMemory = 64 * kMiB;  // for everything that a pass makes

// Lets this process have so many bytes of address space beyond those it has.
void limit_memory(std::uint64_t bytes) {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long pages = 0;
  if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1) std::_Exit(3);
  std::fclose(file);
  const rlim_t limit = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + bytes;
  const rlimit both{limit, limit};
  if (::setrlimit(RLIMIT_AS, &both) != 0) std::_Exit(4);
}

// Runs a pass in a process of its own under that limit; its exit code is 0 when it gave `expected` samples.
int passes_under_limit(const std::string& path, const BatchOptions& options, std::uint64_t expected) {
  const pid_t child = ::fork();
  if (child == 0) {
    limit_memory(kMemory);
    const auto dataset = open_dataset(path);
    if (!dataset) std::_Exit(5);
    auto stream = BatchStream::start(*dataset, options, heap_buffers());
    if (!stream) std::_Exit(6);
    std::uint64_t samples = 0;
    for (;;) {
      const auto batch = (*stream)->next();
      if (!batch) std::_Exit(7);
      if (!*batch) break;
      samples += static_cast<std::uint64_t>((*batch)->tensors[0].shape[0]);
    }
    std::_Exit(samples == expected ? 0 : 8);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

class MemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer needs the address space that this limits";
  }
  const TemporaryFolder folder_;
};

TEST_F(MemoryTest, TheLimitHolds) {
  const pid_t child = ::fork();
  if (child == 0) {
    limit_memory(kMemory);
    std::_Exit(std::malloc(2 * kMemory) == nullptr ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(MemoryTest, AnArrayEightTimesTheMemoryIsReadThrough) {
  // Sparse: the disk holds its header alone.
  constexpr std::uint64_t kRows = 512 * kMiB / 4096;
  const std::string header = npy("<f4", fmt::format("({}, 1024)", kRows), "");
  const std::string path = folder_.put("large.npy", header);
  std::filesystem::resize_file(path, header.size() + kRows * 4096);
  EXPECT_EQ(passes_under_limit(path, {.size = 256}, kRows), 0);
  EXPECT_EQ(passes_under_limit(path, {.size = 64, .shuffle_seed = 1, .count = 4096}, 4096), 0);
}

TEST_F(MemoryTest, ATableLargerThanTheMemoryIsReadThrough) {
  const std::string path = folder_.path("large.csv");
  std::uint64_t rows = 0;
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("number,word,text\n", file);
  const std::string filler(1000, 'x');
  for (; static_cast<std::uint64_t>(std::ftell(file)) < kMemory + 16 * kMiB; ++rows) {
    std::fputs(fmt::format("{},{},{}\n", rows, rows % 2 == 0 ? "even" : "odd", filler).c_str(), file);
  }
  std::fclose(file);
  EXPECT_EQ(passes_under_limit(path, {.size = 512, .columns = {{"number", "word"}}}, rows), 0);
  EXPECT_EQ(passes_under_limit(path, {.size = 512, .shuffle_seed = 1, .count = 2000}, 2000), 0);
}

}  // namespace
}  // namespace cloister::data
