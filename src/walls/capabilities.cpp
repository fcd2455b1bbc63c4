#include "capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "cloister/base/file.h"

namespace cloister::walls {
namespace {

constexpr std::uint32_t kKept = 1U << CAP_DAC_OVERRIDE;

}  // namespace

Result<void> drop_capabilities() {
  // The kernel answers EINVAL above the last one that it knows, and EPERM to those who have none to drop.
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) {
      return fail_errno("drop", "capabilities of programs that are started", errno);
    }
  }
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return fail_errno("drop", "ambient capabilities", errno);
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, sets) != 0) return fail_errno("read", "capabilities", errno);
  sets[0] = {.effective = sets[0].effective & kKept, .permitted = sets[0].permitted & kKept, .inheritable = 0};
  sets[1] = {};
  if (::syscall(SYS_capset, &header, sets) != 0) return fail_errno("drop", "capabilities", errno);
  return {};
}

}  // namespace cloister::walls
