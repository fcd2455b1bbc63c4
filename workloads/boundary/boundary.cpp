// What a call across the boundary costs. `--case NAME --count N` does one thing N times between the phases `timed` and
// `done`, so that the host's clock tells its cost; the guest has no clock. `--case list` prints the names.
#include <cloister/cloister.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "cases.h"

using namespace cloister;

namespace {

Expected<void> boundary(Args& args) {
  const std::string name = args.text("case", "call", "what to repeat; `list` prints the names");
  const std::int64_t count = args.integer("count", 1000, "repetitions");
  const std::int64_t bytes = args.integer("bytes", 64 << 20, "of the cases bytes-in and bytes-out");
  CLOISTER_CHECK(args.finish());
  if (count < 1) return fail("--count takes at least 1");
  if (bytes < 1 || bytes > (1 << 30)) return fail("--bytes takes 1 to 1073741824");
  if (name == "list") {
    for (const Case& each : cases()) std::printf("%.*s\n", static_cast<int>(each.name.size()), each.name.data());
    return {};
  }
  for (const Case& each : cases()) {
    if (each.name != name) continue;
    Operands operands(bytes);
    each.run(operands, 1);  // first touches and first uses are not the boundary's cost
    output::phase("timed", count);
    each.run(operands, count);
    output::phase("done");
    return {};
  }
  return fail("no case '" + name + "'; --case list names them");
}

}  // namespace

CLOISTER_WORKLOAD(boundary)
