#include "cloister/cli/doctor.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

TEST(Doctor, CpuFeatures) {
  const ScratchFolder root;
  root.put("proc/cpuinfo", "processor\t: 0\nmodel name\t: A Fast One\nflags\t\t: sse avx2 avx512f amx_tile\n");
  const Finding good = check_cpu(root.path());
  EXPECT_EQ(good.health, Health::ok);
  EXPECT_EQ(good.detail.rfind("A Fast One; ", 0), 0U);
  EXPECT_NE(good.detail.find("AVX2, AVX-512, AMX"), std::string::npos);

  root.put("proc/cpuinfo", "model name\t: An Old One\nflags\t\t: sse avx2like\n");
  const Finding old = check_cpu(root.path());
  EXPECT_EQ(old.health, Health::problem);
  EXPECT_FALSE(old.way_out.empty());
}

TEST(Doctor, Memory) {
  const ScratchFolder root;
  root.put("proc/meminfo", "MemTotal:       16777216 kB\nMemAvailable:    8388608 kB\n");
  EXPECT_EQ(check_memory(root.path()).health, Health::ok);
  EXPECT_EQ(check_memory(root.path()).detail, "16.0 GiB, 8.0 GiB available");
  root.put("sys/fs/cgroup/memory.max", "1073741824\n");
  const Finding limited = check_memory(root.path());
  EXPECT_EQ(limited.health, Health::problem);
  EXPECT_NE(limited.detail.find("1.0 GiB for this control group"), std::string::npos);
}

TEST(Doctor, Gpu) {
  const ScratchFolder root;
  EXPECT_EQ(check_gpu(root.path()).health, Health::absent);
  root.put("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.1\n");
  root.put("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H200\n");
  EXPECT_EQ(check_gpu(root.path()).health, Health::problem);  // no device node
  root.put("dev/nvidia0", "");
  const Finding gpu = check_gpu(root.path());
  EXPECT_EQ(gpu.health, Health::ok);
  EXPECT_NE(gpu.detail.find("NVIDIA H200"), std::string::npos);
}

TEST(Doctor, TeeAndTpm) {
  const ScratchFolder root;
  EXPECT_EQ(check_tee(root.path()).health, Health::absent);
  EXPECT_EQ(check_tpm(root.path()).health, Health::absent);
  root.put("dev/tdx_guest", "");
  root.put("dev/tpmrm0", "");
  EXPECT_EQ(check_tee(root.path()).health, Health::ok);
  EXPECT_NE(check_tee(root.path()).detail.find("Intel TDX"), std::string::npos);
  EXPECT_EQ(check_tpm(root.path()).health, Health::ok);
  root.put("dev/sev-guest", "");
  EXPECT_NE(check_tee(root.path()).detail.find("SEV-SNP"), std::string::npos);
}

TEST(Doctor, CacheMustBeThisUsersAlone) {
  const ScratchFolder root;
  const auto folder = root.path() / "code";
  EXPECT_EQ(check_cache(folder).health, Health::ok);
  std::filesystem::create_directory(folder);
  ::chmod(folder.c_str(), 0700);
  root.put("code/a", "1234");
  EXPECT_EQ(check_cache(folder).health, Health::ok);
  EXPECT_NE(check_cache(folder).detail.find("1 file, 4 bytes"), std::string::npos);
  ::chmod(folder.c_str(), 0777);
  const Finding open = check_cache(folder);
  EXPECT_EQ(open.health, Health::problem);
  EXPECT_TRUE(open.is_required);
  EXPECT_NE(open.way_out.find("chmod 700"), std::string::npos);
  EXPECT_EQ(check_cache(root.put("file", "")).health, Health::problem);
  EXPECT_EQ(check_cache({}).health, Health::problem);
}

}  // namespace
}  // namespace cloister::cli
