// Image files that were left out under --skip-broken: counted once each, and named.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/data/batch_stream.h"
#include "cloister/host/report.h"

namespace cloister::host {

// Thread safety: none.
class SkippedFiles {
 public:
  // Most that are named a dataset; the others are counted.
  static constexpr std::size_t kMaxNamed = 100;

  void add(std::string_view dataset, const data::BrokenSample& sample);

  // What was left out of the dataset `use.name`.
  void fill(GrantUse& use) const;

  // A sentence a dataset, for the report's notes.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct Left {
    std::vector<bool> seen;  // by the sample's number in the dataset
    std::uint64_t count = 0;
    std::vector<SkippedFile> named;  // in the order in which they were met
  };
  std::map<std::string, Left, std::less<>> datasets_;
};

}  // namespace cloister::host
