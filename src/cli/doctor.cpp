#include "cloister/cli/doctor.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "cloister/cli/quantity.h"
#include "cloister/cli/run_plan.h"
#include "cloister/cli/run_walls.h"

namespace cloister::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLittleMemory = std::uint64_t{2} << 30;

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

// The value of the first line "KEY : value"; empty without one.
std::string field(const fs::path& file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && trimmed(line.substr(0, colon)) == key) return trimmed(line.substr(colon + 1));
  }
  return {};
}

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

bool has_word(const std::string& words, std::string_view wanted) {
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    if (word == wanted) return true;
  }
  return false;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// A device node that should be open to this process.
Finding check_node(std::string id, const fs::path& node, std::string_view what, std::string_view way_out) {
  Finding finding{.id = std::move(id)};
  finding.detail = fmt::format("{} at {}", what, node.string());
  if (::access(node.c_str(), R_OK | W_OK) != 0) {
    finding.health = Health::problem;
    finding.detail += ", not open to this user";
    finding.way_out = way_out;
  }
  return finding;
}

}  // namespace

Finding check_cpu(const fs::path& root) {
  Finding finding{.id = "cpu", .is_required = true};
  const fs::path file = root / "proc/cpuinfo";
  const std::string model = field(file, "model name");
  const std::string flags = field(file, "flags");
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFeatures{{{"avx2", "AVX2"},
                                                                                    {"avx512f", "AVX-512"},
                                                                                    {"avx512_bf16", "AVX-512 BF16"},
                                                                                    {"amx_tile", "AMX"},
                                                                                    {"amx_bf16", "AMX BF16"},
                                                                                    {"amx_int8", "AMX INT8"}}};
  std::string features;
  for (const auto& [flag, name] : kFeatures) {
    if (has_word(flags, flag)) features += fmt::format("{}{}", features.empty() ? "" : ", ", name);
  }
  const int processors = available_processors();
  finding.detail = fmt::format("{}; {} processor{}; {}", model.empty() ? "unknown model" : model, processors,
                               processors == 1 ? "" : "s", features.empty() ? "no AVX2" : features);
  if (!has_word(flags, "avx2")) {
    finding.health = Health::problem;
    finding.is_required = false;
    finding.way_out = "use a processor with AVX2 (x86-64-v3); without it operators are several times slower";
  }
  return finding;
}

std::vector<Finding> check_walls() {
  std::vector<Finding> findings;
  const auto walls = walls_of_runs();
  if (!walls) return {{.id = "walls", .health = Health::problem, .detail = walls.error().message}};
  for (const walls::Wall& wall : *walls) {
    Finding& finding = findings.emplace_back();
    finding.id = fmt::format("wall-{}", wall.id);
    finding.detail = wall.detail;
    if (wall.on) continue;
    finding.health = Health::absent;
  }
  return findings;
}

Finding check_memory(const fs::path& root) {
  Finding finding{.id = "memory"};
  const auto kib = [&](std::string_view key) {
    const std::string text = field(root / "proc/meminfo", key);
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number * 1024;
  };
  const std::uint64_t total = kib("MemTotal");
  std::uint64_t available = kib("MemAvailable");
  finding.detail = fmt::format("{}, {} available", bytes_text(total), bytes_text(available));
  const std::string group = first_line(root / "sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  if (std::from_chars(group.data(), group.data() + group.size(), limit).ec == std::errc{} && limit < total) {
    finding.detail += fmt::format(", {} for this control group", bytes_text(limit));
    available = std::min(available, limit);
  }
  if (available < kLittleMemory) {
    finding.health = Health::problem;
    finding.way_out = "free memory, or lower --limit tensors; libtorch and a small model want 2 GiB";
  }
  return finding;
}

Finding check_gpu(const fs::path& root) {
  Finding finding{.id = "gpu", .health = Health::absent, .detail = "no NVIDIA device; runs use the CPU"};
  const std::string driver = first_line(root / "proc/driver/nvidia/version");
  const bool has_node = is_there(root / "dev/nvidia0");
  if (driver.empty() && !has_node) return finding;
  std::string models;
  std::error_code error;
  for (fs::directory_iterator gpu(root / "proc/driver/nvidia/gpus", error), end; !error && gpu != end;
       gpu.increment(error)) {
    const std::string model = field(gpu->path() / "information", "Model");
    if (!model.empty()) models += fmt::format("{}{}", models.empty() ? "" : ", ", model);
  }
  finding.health = Health::ok;
  finding.detail =
      fmt::format("{}; {}", models.empty() ? "NVIDIA device" : models,
                  driver.empty() ? "driver's version unknown" : trimmed(driver.substr(driver.find(':') + 1)));
  if (!has_node) {
    finding.health = Health::problem;
    finding.detail += "; no device node /dev/nvidia0";
    finding.way_out = "load the driver's device nodes (nvidia-modprobe), or hand the device to this container";
  } else if (::access((root / "dev/nvidia0").c_str(), R_OK | W_OK) != 0) {
    finding.health = Health::problem;
    finding.detail += "; /dev/nvidia0 is not open to this user";
    finding.way_out = "give this user access to /dev/nvidia*";
  }
  return finding;
}

Finding check_tee(const fs::path& root) {
  constexpr std::string_view kWayOut = "run as root, or give this user access to the device";
  if (const fs::path node = root / "dev/sev-guest"; is_there(node)) {
    return check_node("tee", node, "AMD SEV-SNP guest", kWayOut);
  }
  if (const fs::path node = root / "dev/tdx_guest"; is_there(node)) {
    return check_node("tee", node, "Intel TDX guest", kWayOut);
  }
  if (const fs::path folder = root / "sys/kernel/config/tsm/report"; is_there(folder)) {
    return check_node("tee", folder, "configfs-tsm reports", kWayOut);
  }
  return {.id = "tee",
          .health = Health::absent,
          .detail = "no /dev/sev-guest, /dev/tdx_guest or configfs-tsm; this is no confidential machine"};
}

Finding check_tpm(const fs::path& root) {
  if (const fs::path node = root / "dev/tpmrm0"; is_there(node)) {
    return check_node("tpm", node, "TPM 2.0", "run as root, or add this user to the group tss");
  }
  return {.id = "tpm", .health = Health::absent, .detail = "no /dev/tpmrm0"};
}

Finding check_cache(const fs::path& directory) {
  Finding finding{.id = "cache", .is_required = true};
  if (directory.empty()) {
    finding.health = Health::problem;
    finding.is_required = false;
    finding.detail = "no folder for compiled components: HOME is not set";
    finding.way_out = "set HOME, XDG_CACHE_HOME or CLOISTER_CACHE";
    return finding;
  }
  finding.detail = directory.string();
  struct stat status{};
  if (::lstat(directory.c_str(), &status) != 0) {
    finding.detail += ", made by the first run";
    return finding;
  }
  if (!S_ISDIR(status.st_mode)) {
    finding.health = Health::problem;
    finding.detail += " is not a folder";
    finding.way_out = "move it away";
  } else if (status.st_uid != ::geteuid()) {
    finding.health = Health::problem;
    finding.detail += " belongs to another user";
    finding.way_out = "set CLOISTER_CACHE to a folder of your own: what lies there is executed";
  } else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    finding.health = Health::problem;
    finding.detail += " can be written to by others";
    finding.way_out = fmt::format("chmod 700 '{}', after removing what you did not put there", directory.string());
  } else {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      const auto size = entry->file_size(ignored);
      if (ignored) continue;
      ++files;
      bytes += size;
    }
    finding.detail += fmt::format(", {} file{}, {}", files, files == 1 ? "" : "s", bytes_text(bytes));
  }
  return finding;
}

}  // namespace cloister::cli
