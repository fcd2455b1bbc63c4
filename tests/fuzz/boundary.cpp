// Sequences of calls of the world's functions with drawn arguments, without a guest between; boundary/model.h says what
// must hold. FUZZ_BACKEND is the backend under it.
#include "boundary/model.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cloister::host;
  static fuzz::World world(BackendKind::FUZZ_BACKEND);
  fuzz::Model(world, {data, size}).run();
  return 0;
}
