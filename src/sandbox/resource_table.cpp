#include "cloister/sandbox/resource_table.h"

#include <fmt/format.h>

namespace cloister::sandbox {

Unexpected<Error> fail_handles(std::uint32_t limit) {
  return fail(ErrorCode::quota_exceeded,
              fmt::format("the run holds {} handles, which is its limit; drop handles sooner, or raise it with "
                          "--limit handles=NUMBER",
                          limit));
}

}  // namespace cloister::sandbox
