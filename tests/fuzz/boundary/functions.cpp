#include "model.h"

namespace cloister::host::fuzz {

std::span<const Function> all_functions() {
  static constexpr Function kAll[] = {
#define BOUNDARY_FUNCTION(space, function) \
  {#space "." #function, [](Model& model) { model.call(&space::Host::function); }},
#include "functions.inc"
#undef BOUNDARY_FUNCTION
  };
  return kAll;
}

}  // namespace cloister::host::fuzz
