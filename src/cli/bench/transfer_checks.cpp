#include "transfer_checks.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "cachegrind.h"
#include "image_data.h"
#include "process.h"
#include "transfer_instructions.h"
#include "transfer_programs.h"

namespace cloister::bench {
namespace {

namespace fs = std::filesystem;

Result<void> check_python(const Locations& locations) {
  CLOISTER_TRY(const Command script, python_command(locations, {}, {}));
  const std::string& python = script.arguments.front();
  const auto finished = run_process({.arguments = {python, "-c", "import torch"}});
  if (finished) return {};
  if (finished.error().code == ErrorCode::interrupted) return Unexpected(finished.error());
  return fail(ErrorCode::unsupported,
              fmt::format("--python needs an interpreter with PyTorch, and '{}' is none ({}); name one with "
                          "CLOISTER_PYTHON",
                          python, finished.error().message));
}

Result<void> check_images(const fs::path& folder, const TransferOptions& options) {
  std::uint64_t missing = 0;
  std::error_code ignored;
  for (const auto& [part, count] :
       {std::pair{"train", images_in(options.data_bytes)}, std::pair{"t10k", options.test_images}}) {
    if (!fs::exists(images_path(folder, part, count), ignored)) missing += count * image_bytes;
  }
  return missing == 0 ? Result<void>() : check_room(folder, missing);
}

}  // namespace

Result<void> check_room(const fs::path& folder, std::uint64_t bytes) {
  std::error_code error;
  fs::path existing = fs::absolute(folder, error);
  while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  const fs::space_info space = fs::space(existing, error);
  if (error) {
    return fail(ErrorCode::io,
                fmt::format("cannot tell how much room there is in '{}': {}", existing.string(), error.message()));
  }
  if (space.available >= bytes) return {};
  return fail(ErrorCode::io, fmt::format("the images take {} bytes in '{}', where {} are free; make room, choose less "
                                         "with --data, or name another disk with CLOISTER_CACHE",
                                         bytes, folder.string(), space.available));
}

Result<void> check_needs(const Locations& locations, const TransferOptions& options) {
  for (const char* program : {"cloister", "native_transfer"}) CLOISTER_CHECK(locations.program(program));
  for (const char* component : {"transfer", "boundary"}) CLOISTER_CHECK(locations.component(component));
  if (options.instructions) {
    CLOISTER_CHECK(check_valgrind());
    if (options.train_batch > images_counted / 2) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("--instructions counts steps of at most {} samples; take a smaller --batch", images_counted / 2));
    }
  }
  if (options.python) CLOISTER_CHECK(check_python(locations));
  CLOISTER_CHECK(locations.fetched("data/mnist"));
  CLOISTER_CHECK(locations.fetched("data/efficientnet-lite0/efficientnet-lite0.safetensors"));
  return check_images(locations.cache / "bench", options);
}

}  // namespace cloister::bench
