// One host for all runs of a test program, and what to look at around a run.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "cloister/host/host.h"
#include "hazard.h"

namespace cloister::hazards {

// For GoogleTest, which would print the bytes.
inline void PrintTo(const Hazard& hazard, std::ostream* out) { *out << hazard.name; }

// On the backend TORCH_BACKEND, a shared object of this build; on the stub where libtorch is left out.
host::Host& shared_host();

// The table of hazards that this build can run. Ends the program when it cannot be read.
const std::vector<Hazard>& hazards();

// The component of tests/guests/hazards/NAME.wat; fails the test when it is not well-formed.
std::vector<std::byte> component(std::string_view name);
// The same, compiled; fails the test when the host refuses it.
host::Workload workload(std::string_view name);

// A folder that goes with the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Calls `at_metric` when the guest reports the metric of a name: a known point in the middle of a run.
class AtMetric final : public host::RunObserver {
 public:
  explicit AtMetric(std::function<void(std::string_view name)> at_metric) : at_metric_(std::move(at_metric)) {}
  void scalar(std::string_view name, std::uint64_t /*step*/, double /*value*/) override { at_metric_(name); }

 private:
  std::function<void(std::string_view name)> at_metric_;
};

// The bytes of a file; empty when there is none.
std::string contents(const std::filesystem::path& path);

// What a process may leak: open descriptors, threads, bytes of the heap in use, and resident bytes.
struct Footprint {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t heap_bytes = 0;  // 0 under a sanitizer, which has an allocator of its own
  std::size_t resident_bytes = 0;
  static Footprint now();
};

}  // namespace cloister::hazards
