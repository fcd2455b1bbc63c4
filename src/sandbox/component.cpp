#include "cloister/sandbox/component.h"

#include <string_view>

#include "state.h"

namespace cloister::sandbox {
namespace {

// Reads the lines of cloister_sandbox_component_list.
std::vector<ComponentItem> items(const detail::ComponentState& state, bool exports) {
  std::string text;
  ffi::Report report;
  std::vector<ComponentItem> found;
  if (cloister_sandbox_component_list(state.component.get(), exports, ffi::sink(text), &report.raw) !=
      ffi::Ending::ok) {
    return found;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const auto tab = line.find('\t');
    std::string name(line.substr(tab + 1));
    if (tab != 0) {
      found.push_back({std::move(name), std::string(line.substr(0, tab)), {}});
    } else if (!found.empty()) {
      found.back().members.push_back(std::move(name));
    }
  }
  return found;
}

}  // namespace

const Digest& Component::digest() const { return state_->digest; }
bool Component::from_cache() const { return state_->from_cache; }
std::vector<ComponentItem> Component::imports() const { return items(*state_, false); }
std::vector<ComponentItem> Component::exports() const { return items(*state_, true); }

}  // namespace cloister::sandbox
