#include "machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace cloister::bench {
namespace {

constexpr std::string_view not_visible = "not visible";

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) ? line : std::string(not_visible);
}

// The value of the first "key : value" line of /proc/cpuinfo.
std::string processor_field(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos && colon + 2 <= line.size()) return line.substr(colon + 2);
  }
  return std::string(not_visible);
}

}  // namespace

Machine describe_machine() {
  Machine machine;
  machine.processor = processor_field("model name");
  machine.virtualized = (" " + processor_field("flags") + " ").find(" hypervisor ") == std::string::npos ? "no" : "yes";
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) machine.processors = CPU_COUNT(&usable);
  machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  machine.memory_gib = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)) /
                       (1024.0 * 1024.0 * 1024.0);
  if (double load = 0; getloadavg(&load, 1) == 1) machine.load_average = load;
  if (utsname name{}; uname(&name) == 0) machine.kernel = name.release;
  return machine;
}

}  // namespace cloister::bench
