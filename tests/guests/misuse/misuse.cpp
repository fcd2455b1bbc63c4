#include "misuse.h"

#include <cstdio>
#include <string>

using namespace cloister;

static Expected<void> misuse(Args& args) {
  const std::string name = args.text("case", "list");
  CLOISTER_CHECK(args.finish());
  for (const auto group : {argument_cases(), handle_cases(), hoarder_cases(), endless_cases(), system_cases()}) {
    for (const Misuse& each : group) {
      if (name == "list") std::printf("%.*s\n", static_cast<int>(each.name.size()), each.name.data());
      if (each.name == name) return each.run();
    }
  }
  return name == "list" ? Expected<void>() : fail("no case '" + name + "'; --case list names them");
}

CLOISTER_WORKLOAD(misuse)
