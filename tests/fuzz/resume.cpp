// The folder that `--resume` is given: whatever lies in it as job.toml and run.json, it is taken up or refused in a
// sentence.
#include <algorithm>
#include <filesystem>

#include "cloister/cli/job.h"
#include "cloister/cli/run_directory.h"
#include "scratch_folder.h"
#include "sentence.h"

using namespace cloister;

// The first byte says which of the two are there, a byte 0 parts them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder scratch;
  const std::filesystem::path folder = scratch.path() / "run";
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  const auto parting = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  if ((data[0] & 1) != 0) scratch.put("run/job.toml", {bytes.begin(), parting});
  if ((data[0] & 2) != 0) scratch.put("run/run.json", {parting == bytes.end() ? parting : parting + 1, bytes.end()});
  const auto opened = cli::RunDirectory::reopen(folder.string());
  if (!opened) {
    require_message(opened.error());
    return 0;
  }
  FUZZ_REQUIRE((data[0] & 1) != 0 && opened->is_reopened());
  const auto job = cli::read_recorded_job(opened->path("job.toml").string());
  if (!job) {
    require_message(job.error());
    return 0;
  }
  FUZZ_REQUIRE(!opened->has_checkpoint(job->grants.outputs));
  opened->clear({});
  FUZZ_REQUIRE(std::filesystem::exists(folder / "job.toml") && !std::filesystem::exists(folder / "run.json"));
  return 0;
}
