// What of this machine Cloister can use, and the way out where something is amiss.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cloister/engine/tensor.h"

namespace cloister::cli {

enum class Health : std::uint8_t {
  ok,
  absent,   // optional and not there
  problem,  // there, or required, and not usable
};

struct Finding {
  std::string id;  // stable: "cpu", "memory", "libtorch", ...
  Health health = Health::ok;
  std::string detail{};
  std::string way_out{};     // empty when there is nothing to do
  bool is_required = false;  // a problem here fails the doctor
};

// Each looks at the machine under `root` ("/" but in tests).
[[nodiscard]] Finding check_cpu(const std::filesystem::path& root);
[[nodiscard]] Finding check_memory(const std::filesystem::path& root);
[[nodiscard]] Finding check_gpu(const std::filesystem::path& root);
[[nodiscard]] Finding check_tee(const std::filesystem::path& root);
[[nodiscard]] Finding check_tpm(const std::filesystem::path& root);
// A folder of machine code must be this user's alone.
[[nodiscard]] Finding check_cache(const std::filesystem::path& directory);
// The walls that a run raises around itself, one finding each.
[[nodiscard]] std::vector<Finding> check_walls();
// Opens the backend in a process of its own, so that a broken library cannot harm this one.
[[nodiscard]] Finding check_libtorch(const engine::Device& device);

}  // namespace cloister::cli
