// Counting the calls of each host function: an array index a call, no look-up.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "cloister/host/report.h"
#include "trace.h"

namespace cloister::host {

// The name of a host function as a template argument: "ops.add".
template <std::size_t kSize>
struct FunctionName {
  consteval FunctionName(const char (&text)[kSize]) { std::copy_n(text, kSize, characters); }  // NOLINT
  [[nodiscard]] constexpr std::string_view view() const { return {characters, kSize - 1}; }
  char characters[kSize] = {};
};

inline constexpr std::size_t kMaxFunctions = 512;

// Gives each function a place of its own; called while the program is loaded. Those beyond kMaxFunctions share the
// last place.
std::size_t register_function(std::string_view name);

template <FunctionName kName>
inline const std::size_t kFunctionIndex = register_function(kName.view());

// Counts calls; measures them, and tells a trace of them, where that is asked for.
// Thread safety: the instance's thread only.
class CallCounts {
  struct Entry {
    std::uint64_t calls = 0;
    Nanoseconds time{};
  };

 public:
  explicit CallCounts(bool timed) : timed_(timed) {}

  // From now on, for the rest of the run.
  void start_trace(std::unique_ptr<CallTrace> trace);
  // Where a call tells what it was given and gave, between the begin and the end of its scope; null: nowhere.
  [[nodiscard]] CallTrace* trace() const { return trace_.get(); }

  // Counts a call; its time is that until the scope ends.
  class Scope {
   public:
    Scope(CallCounts& counts, std::size_t index) : counts_(counts), index_(index), timed_(counts.timed_) {
      ++counts.entries_[index].calls;
      if (timed_) [[unlikely]] {
        begin();
      }
    }
    ~Scope() {
      if (timed_) [[unlikely]] {
        end();
      }
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    void begin();
    void end();

    CallCounts& counts_;
    std::size_t index_;
    bool timed_;
    std::chrono::steady_clock::time_point start_;
  };

  // Calls of all functions together, without the dropping of handles.
  [[nodiscard]] std::uint64_t total() const;

  // Of all functions together, the dropping of handles included.
  struct Sum {
    std::uint64_t calls = 0;
    Nanoseconds time{};
    friend Sum operator-(const Sum& a, const Sum& b) { return {a.calls - b.calls, a.time - b.time}; }
  };
  [[nodiscard]] Sum sum() const;

  // Functions called at least once, sorted by name.
  [[nodiscard]] std::vector<CallCount> list() const;

 private:
  std::array<Entry, kMaxFunctions> entries_{};
  bool timed_;
  std::unique_ptr<CallTrace> trace_;
};

}  // namespace cloister::host
