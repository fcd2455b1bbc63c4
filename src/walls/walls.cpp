#include "cloister/walls/walls.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "capabilities.h"
#include "cloister/base/file.h"
#include "file_access.h"
#include "system_calls.h"

namespace cloister::walls {
namespace {

constexpr std::string_view kNoNewPrivileges = "privileges", kSystemCalls = "system-calls", kFiles = "files",
                           kCapabilities = "capabilities", kCoreDumps = "core-dumps";

// Zero where /proc is not to be had.
std::ptrdiff_t threads_of_this_process() {
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/self/task", error);
  return error ? 0 : std::distance(begin(threads), end(threads));
}

Result<void> forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return {};
  return fail_errno("give up", "new privileges", errno);
}

// A core file, and a debugger of the same user, would show granted data to those who may not see it.
Result<void> forbid_core_dumps() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return fail_errno("give up", "core files", errno);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("give up", "being debugged", errno);
  return {};
}

std::string covered(int landlock) {
  std::string what = fmt::format("Landlock {}: files", landlock);
  if (landlock >= 4) what += ", TCP";
  if (landlock >= 5) what += ", devices";
  if (landlock >= 6) what += ", signals to other processes";
  return what;
}

}  // namespace

std::vector<Wall> offered() {
  std::vector<Wall> walls{{kNoNewPrivileges, true, "no program gains rights from here"},
                          {kCapabilities, true, "none but access to files of others, for a superuser"},
                          {kCoreDumps, true, "neither core files nor debuggers"}};
  const auto landlock = landlock_version();
  walls.push_back({kFiles, landlock.has_value(), landlock ? covered(*landlock) : landlock.error().message});
  const auto filter = can_filter_system_calls();
  walls.push_back(
      {kSystemCalls, filter.has_value(),
       filter ? "seccomp: what runs need; no programs, processes, sockets or debugging" : filter.error().message});
  return walls;
}

Result<std::vector<Wall>> raise(const Needs& needs) {
  if (threads_of_this_process() > 1) {
    return fail(ErrorCode::internal, "walls are raised after threads were started; please report it");
  }
  const std::vector<Wall> walls = offered();
  for (const Wall& wall : walls) {
    if (!wall.on) continue;
    if (wall.id == kNoNewPrivileges) CLOISTER_CHECK(forbid_new_privileges());
    if (wall.id == kCapabilities) CLOISTER_CHECK(drop_capabilities());
    if (wall.id == kCoreDumps) CLOISTER_CHECK(forbid_core_dumps());
    if (wall.id == kFiles) {
      CLOISTER_TRY(const int version, landlock_version());
      CLOISTER_CHECK(confine_file_access(needs, version));
    }
    // The last: it takes away the calls that raise the others.
    if (wall.id == kSystemCalls) CLOISTER_CHECK(filter_system_calls(needs.gpu));
  }
  return walls;
}

void close_inherited_descriptors() noexcept { ::closefrom(STDERR_FILENO + 1); }

}  // namespace cloister::walls
