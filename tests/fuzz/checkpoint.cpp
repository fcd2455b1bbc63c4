// The facts of a checkpoint: what is accepted must be sound, and writing it again must give the same facts.
#include <algorithm>
#include <string_view>

#include "checkpoint_record.h"
#include "fuzz.h"

using namespace cloister::host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Lines of KEY=VALUE are the metadata.
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Metadata metadata;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t equals = std::min(line.find('='), line.size());
    metadata.emplace(line.substr(0, equals), line.substr(std::min(line.size(), equals + 1)));
  }
  const auto record = parse_checkpoint_metadata(metadata, "fuzz");
  if (!record) {
    FUZZ_REQUIRE(!record.error().message.empty());
    return 0;
  }
  FUZZ_REQUIRE(record->random != cloister::host::RandomStream::State{});
  for (const auto& [grant, digest] : record->read) FUZZ_REQUIRE(check_grant_name(grant.second).has_value());
  for (const auto& [name, optimizer] : record->optimizers) FUZZ_REQUIRE(optimizer.lr >= 0);
  const Metadata written = checkpoint_metadata(*record);
  const auto again = parse_checkpoint_metadata(written, "again");
  FUZZ_REQUIRE(again.has_value() && checkpoint_metadata(*again) == written);
  return 0;
}
