// The one place through which facts from outside reach a guest: with the component they determine a run.
#pragma once

#include <string>
#include <vector>

#include "cloister/base/hash.h"
#include "cloister/host/report.h"

namespace cloister::host {

// Thread safety: the instance's thread only.
class ImportLog {
 public:
  void add(ImportFact fact);

  // The facts in order; those after the first 1,024 are in the digest only, so that a guest cannot fill the host.
  [[nodiscard]] const std::vector<ImportFact>& facts() const { return facts_; }

  // SHA-256 over each fact's kind, name and detail, each preceded by its length as eight bytes, little-endian.
  // REQUIRES: called once, after the last add().
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
  std::vector<ImportFact> facts_;
};

}  // namespace cloister::host
