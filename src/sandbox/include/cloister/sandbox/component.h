// A compiled component: machine code that no instance owns yet.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cloister/base/hash.h"

namespace cloister::sandbox {

// An import or export of a component.
struct ComponentItem {
  std::string name;                  // "cloister:ml/ops@0.1.0", or "run"
  std::string kind;                  // "instance", "function", "resource", "module", "component" or "type"
  std::vector<std::string> members;  // of an instance: its functions and resources, "[method]tensor.shape"
};

namespace detail {
struct ComponentState;
}

// A handle; copies share the code. Thread safety: all functions may be called at the same time.
class Component {
 public:
  // SHA-256 of the bytes that were given to Runtime::compile.
  [[nodiscard]] const Digest& digest() const;

  // Whether its machine code came from the cache.
  [[nodiscard]] bool from_cache() const;

  // In the component's order.
  [[nodiscard]] std::vector<ComponentItem> imports() const;
  [[nodiscard]] std::vector<ComponentItem> exports() const;

  // For Runtime and Linker; not for other modules.
  explicit Component(std::shared_ptr<const detail::ComponentState> state) : state_(std::move(state)) {}
  [[nodiscard]] const detail::ComponentState& state() const { return *state_; }

 private:
  std::shared_ptr<const detail::ComponentState> state_;
};

}  // namespace cloister::sandbox
