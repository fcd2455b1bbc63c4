// Components: bytes that are none, or that ask for more than the world, are refused in a sentence; compiling what is
// left ends.
#include <cstddef>
#include <span>

#include "cloister/base/wasm_sections.h"
#include "cloister/sandbox/linker.h"
#include "cloister/sandbox/runtime.h"
#include "sentence.h"

using namespace cloister;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto runtime = sandbox::Runtime::create({.pool_instances = 1});
  FUZZ_REQUIRE(runtime.has_value());
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto structure = check_wasm_structure(bytes);
  if (!structure) require_sentence(structure.error());
  const auto component = runtime->compile(bytes);
  if (!component) {
    require_sentence(component.error());
    return 0;
  }
  FUZZ_REQUIRE(structure.has_value());
  for (const auto& items : {component->imports(), component->exports()}) {
    for (const auto& item : items) FUZZ_REQUIRE(!item.kind.empty() && is_utf8(item.name));
  }
  // A linker that offers nothing names what is missing.
  static const auto linker = sandbox::Linker::create(*runtime);
  FUZZ_REQUIRE(linker.has_value());
  if (const auto program = linker->link(*component); !program) require_sentence(program.error());
  return 0;
}
