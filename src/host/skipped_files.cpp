#include "skipped_files.h"

#include <fmt/format.h>

namespace cloister::host {

void SkippedFiles::add(std::string_view dataset, const data::BrokenSample& sample) {
  Left& left = datasets_.try_emplace(std::string(dataset)).first->second;
  const auto index = static_cast<std::size_t>(sample.index);
  if (left.seen.size() <= index) left.seen.resize(index + 1, false);
  if (left.seen[index]) return;
  left.seen[index] = true;
  ++left.count;
  if (left.named.size() < kMaxNamed) left.named.push_back({sample.name, sample.why});
}

void SkippedFiles::fill(GrantUse& use) const {
  const auto left = datasets_.find(use.name);
  if (use.kind != GrantKind::dataset || left == datasets_.end()) return;
  use.skipped = left->second.count;
  use.skipped_files = left->second.named;
}

std::vector<std::string> SkippedFiles::notes() const {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> sentences;
  for (const auto& [name, left] : datasets_) {
    std::string sentence =
        fmt::format("--skip-broken left out {} image file{} of the dataset '{}' that cannot be decoded: ", left.count,
                    left.count == 1 ? "" : "s", name);
    for (std::size_t i = 0; i < left.named.size() && i < kShown; ++i) {
      sentence += fmt::format("{}'{}'", i == 0 ? "" : ", ", left.named[i].file);
    }
    if (left.count > kShown) sentence += fmt::format(" and {} more", left.count - kShown);
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace cloister::host
