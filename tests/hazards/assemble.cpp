// cloister_hazards FOLDER OUT: the hazards of FOLDER as components OUT/NAME.wasm, for the tests of the command.
#include <cstdio>

#include "cloister/base/file.h"
#include "hazard.h"

int main(int count, char** arguments) {
  using namespace cloister;
  if (count != 3) return 2;
  const auto write_all = [&]() -> Result<void> {
    CLOISTER_TRY(const auto table, hazards::read_table(arguments[1]));
    std::filesystem::create_directories(arguments[2]);
    for (const hazards::Hazard& hazard : table) {
      CLOISTER_TRY(const auto bytes, hazards::assemble(arguments[1], hazard.name));
      CLOISTER_CHECK(write_file(std::filesystem::path(arguments[2]) / (hazard.name + ".wasm"), bytes));
    }
    return {};
  };
  const auto written = write_all();
  if (!written) std::fprintf(stderr, "%s\n", written.error().message.c_str());
  return written ? 0 : 1;
}
