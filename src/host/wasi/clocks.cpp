// wasi:clocks over the instance's clock.
#include <algorithm>

#include "interfaces.h"
#include "operator_call.h"
#include "wasi/handles.h"

namespace cloister::host {
namespace {

namespace clocks = bindings::wasi_clocks;
using Pollable = bindings::wasi_io::poll::Pollable;

class MonotonicClock final : public clocks::monotonic_clock::Host {
 public:
  explicit MonotonicClock(Session& session) : session_(session) {}

  sandbox::Call<std::uint64_t> now() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/monotonic-clock.now">);
    return session_.clock.read();
  }

  sandbox::Call<std::uint64_t> resolution() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/monotonic-clock.resolution">);
    return VirtualClock::kTickNs;
  }

  sandbox::Call<sandbox::Own<Pollable>> subscribe_instant(std::uint64_t when) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/monotonic-clock.subscribe-instant">);
    return wasi_handle(session_, session_.tables.pollables, OpenPollable{std::min(when, VirtualClock::kEnd)});
  }

  sandbox::Call<sandbox::Own<Pollable>> subscribe_duration(std::uint64_t when) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/monotonic-clock.subscribe-duration">);
    return wasi_handle(session_, session_.tables.pollables, OpenPollable{session_.clock.after(when)});
  }

 private:
  Session& session_;
};

class WallClock final : public clocks::wall_clock::Host {
 public:
  explicit WallClock(Session& session) : session_(session) {}

  sandbox::Call<clocks::wall_clock::Datetime> now() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/wall-clock.now">);
    const GuestClock::WallTime time = session_.clock.read_wall();
    return clocks::wall_clock::Datetime{time.seconds, time.nanoseconds};
  }

  sandbox::Call<clocks::wall_clock::Datetime> resolution() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:clocks/wall-clock.resolution">);
    return clocks::wall_clock::Datetime{0, static_cast<std::uint32_t>(VirtualClock::kTickNs)};
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<clocks::monotonic_clock::Host> make_interface(Session& session) {
  return std::make_unique<MonotonicClock>(session);
}
template <>
std::unique_ptr<clocks::wall_clock::Host> make_interface(Session& session) {
  return std::make_unique<WallClock>(session);
}

}  // namespace cloister::host
