#include "startup_commands.h"

#include <string>
#include <utility>

#include "process.h"

namespace cloister::bench {

Result<CommandTimes> time_commands(const Locations& locations, int count) {
  constexpr int warm_up = 3;
  CLOISTER_TRY(const std::string program, locations.program("cloister"));
  CLOISTER_TRY(const std::string component, locations.component("empty"));
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  int runs = 0;
  const auto milliseconds = [&](std::vector<std::string> flags, const char* walls) -> Result<double> {
    Command command{
        .arguments = {program, "run", component, "--directory", (scratch.path() / std::to_string(++runs)).string()},
        .environment = {{"CLOISTER_WALLS", walls}}};
    for (std::string& flag : flags) command.arguments.push_back(std::move(flag));
    CLOISTER_TRY(const Finished finished, run_process(command));
    return finished.wall_seconds * 1e3;
  };
  CommandTimes times;
  for (int i = 0; i < warm_up + count; ++i) {
    CLOISTER_TRY(const double whole, milliseconds({}, "on"));
    CLOISTER_TRY(const double unwalled, milliseconds({}, "off"));
    CLOISTER_TRY(const double isolated, milliseconds({"--isolate", "process"}, "on"));
    if (i < warm_up) continue;
    times.whole.push_back(whole);
    times.unwalled.push_back(unwalled);
    times.isolated.push_back(isolated);
  }
  return times;
}

}  // namespace cloister::bench
