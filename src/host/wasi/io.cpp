// wasi:io: an empty input, two outputs that are counted as egress, and waiting on virtual time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "interfaces.h"
#include "operator_call.h"
#include "wasi/handles.h"

namespace cloister::host {
namespace {

namespace io = bindings::wasi_io;
using io::streams::StreamError;

// What `write` takes at once, and what the blocking forms do (by WASI).
constexpr std::uint64_t kMaxWrite = 64 << 10;
constexpr std::uint64_t kMaxBlockingWrite = 4096;
constexpr std::size_t kMaxPolled = 65'536;

// No stream ever fails, so no handle of this resource ever exists.
class Errors final : public io::error::Host {
 public:
  explicit Errors(Session& /*session*/) {}
  sandbox::Call<void> drop_error(sandbox::Own<io::error::Error> /*handle*/) override { return stale_handle(); }
  sandbox::Call<std::string> error_to_debug_string(sandbox::Borrow<io::error::Error> /*self*/) override {
    return stale_handle();
  }
};

class Poll final : public io::poll::Host {
 public:
  explicit Poll(Session& session) : session_(session) {}

  sandbox::Call<void> drop_pollable(sandbox::Own<io::poll::Pollable> handle) override {
    session_.tables.pollables.take(std::move(handle));
    return {};
  }

  sandbox::Call<bool> pollable_ready(sandbox::Borrow<io::poll::Pollable> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:io/poll.pollable.ready">);
    const OpenPollable* open = session_.tables.pollables.find(self);
    if (open == nullptr) return stale_handle();
    return open->when == 0 || open->when <= session_.clock.read();
  }

  sandbox::Call<void> pollable_block(sandbox::Borrow<io::poll::Pollable> self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:io/poll.pollable.block">);
    const OpenPollable* open = session_.tables.pollables.find(self);
    if (open == nullptr) return stale_handle();
    session_.sleep_until(open->when);
    return {};
  }

  sandbox::Call<std::vector<std::uint32_t>> poll(std::span<const sandbox::Borrow<io::poll::Pollable>> in) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:io/poll.poll">);
    if (in.empty() || in.size() > kMaxPolled) {
      return sandbox::trap(fmt::format("the workload polled no pollables, or more than {} at once", kMaxPolled));
    }
    std::uint64_t earliest = std::numeric_limits<std::uint64_t>::max();
    for (const auto handle : in) {
      const OpenPollable* open = session_.tables.pollables.find(handle);
      if (open == nullptr) return stale_handle();
      earliest = std::min(earliest, open->when);
    }
    session_.sleep_until(earliest);
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < in.size(); ++i) {
      if (session_.tables.pollables.find(in[i])->when <= session_.clock.now()) ready.push_back(i);
    }
    return ready;
  }

 private:
  Session& session_;
};

class Streams final : public io::streams::Host {
 public:
  explicit Streams(Session& session) : session_(session) {}

  using Input = sandbox::Borrow<io::streams::InputStream>;
  using Output = sandbox::Borrow<io::streams::OutputStream>;
  template <class T>
  using Answer = sandbox::Call<Expected<T, StreamError>>;

  sandbox::Call<void> drop_input_stream(sandbox::Own<io::streams::InputStream> handle) override {
    session_.tables.inputs.take(std::move(handle));
    return {};
  }

  sandbox::Call<void> drop_output_stream(sandbox::Own<io::streams::OutputStream> handle) override {
    session_.tables.outputs.take(std::move(handle));
    return {};
  }

  // ---- the input: at its end from the start ----

  Answer<sandbox::Bytes> input_stream_read(Input self, std::uint64_t /*len*/) override {
    return at_end<sandbox::Bytes>(self);
  }
  Answer<sandbox::Bytes> input_stream_blocking_read(Input self, std::uint64_t /*len*/) override {
    return at_end<sandbox::Bytes>(self);
  }
  Answer<std::uint64_t> input_stream_skip(Input self, std::uint64_t /*len*/) override {
    return at_end<std::uint64_t>(self);
  }
  Answer<std::uint64_t> input_stream_blocking_skip(Input self, std::uint64_t /*len*/) override {
    return at_end<std::uint64_t>(self);
  }
  sandbox::Call<sandbox::Own<io::poll::Pollable>> input_stream_subscribe(Input self) override {
    if (session_.tables.inputs.find(self) == nullptr) return stale_handle();
    return wasi_handle(session_, session_.tables.pollables, OpenPollable{});
  }

  // ---- outputs: always ready; what is written has left ----

  Answer<std::uint64_t> output_stream_check_write(Output self) override {
    if (session_.tables.outputs.find(self) == nullptr) return stale_handle();
    return Expected<std::uint64_t, StreamError>(kMaxWrite);
  }
  Answer<void> output_stream_write(Output self, std::span<const std::uint8_t> contents) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:io/streams.output-stream.write">);
    return write(self, contents, kMaxWrite);
  }
  Answer<void> output_stream_blocking_write_and_flush(Output self, std::span<const std::uint8_t> contents) override {
    const CallCounts::Scope scope(session_.calls,
                                  kFunctionIndex<"wasi:io/streams.output-stream.blocking-write-and-flush">);
    return write(self, contents, kMaxBlockingWrite);
  }
  Answer<void> output_stream_flush(Output self) override { return flush(self); }
  Answer<void> output_stream_blocking_flush(Output self) override { return flush(self); }
  sandbox::Call<sandbox::Own<io::poll::Pollable>> output_stream_subscribe(Output self) override {
    if (session_.tables.outputs.find(self) == nullptr) return stale_handle();
    return wasi_handle(session_, session_.tables.pollables, OpenPollable{});
  }
  Answer<void> output_stream_write_zeroes(Output self, std::uint64_t len) override {
    return write_zeroes(self, len, kMaxWrite);
  }
  Answer<void> output_stream_blocking_write_zeroes_and_flush(Output self, std::uint64_t len) override {
    return write_zeroes(self, len, kMaxBlockingWrite);
  }
  Answer<std::uint64_t> output_stream_splice(Output self, Input src, std::uint64_t /*len*/) override {
    return splice(self, src);
  }
  Answer<std::uint64_t> output_stream_blocking_splice(Output self, Input src, std::uint64_t /*len*/) override {
    return splice(self, src);
  }

 private:
  template <class T>
  Answer<T> at_end(Input self) {
    if (session_.tables.inputs.find(self) == nullptr) return stale_handle();
    return Expected<T, StreamError>(Unexpected(StreamError(StreamError::Closed{})));
  }

  Answer<void> flush(Output self) {
    if (session_.tables.outputs.find(self) == nullptr) return stale_handle();
    return Expected<void, StreamError>();
  }

  Answer<std::uint64_t> splice(Output self, Input src) {
    if (session_.tables.outputs.find(self) == nullptr) return stale_handle();
    return at_end<std::uint64_t>(src);
  }

  Answer<void> write(Output self, std::span<const std::uint8_t> contents, std::uint64_t most) {
    const GuestStream* stream = session_.tables.outputs.find(self);
    if (stream == nullptr) return stale_handle();
    if (contents.size() > most) return too_much(most);
    if (contents.empty()) return Expected<void, StreamError>();
    // Which of the two streams it is, and where it ends, can be seen.
    if (!session_.egress.charge(EgressKind::stdout_, contents.size() + kOutcomeBytes)) {
      return session_.end(RunStatus::limit, ErrorCode::quota_exceeded,
                          session_.egress.refusal("printing this", session_.request.limits));
    }
    session_.observer.guest_output(*stream, {reinterpret_cast<const char*>(contents.data()), contents.size()});
    return Expected<void, StreamError>();
  }

  Answer<void> write_zeroes(Output self, std::uint64_t count, std::uint64_t most) {
    static constexpr std::array<std::uint8_t, kMaxWrite> kZeroes{};
    if (count > most) return too_much(most);
    return write(self, std::span(kZeroes.data(), count), most);
  }

  // Not how many: that is a number of the guest's choice, and a trap's reason is not counted as egress.
  static Unexpected<sandbox::Trap> too_much(std::uint64_t most) {
    return sandbox::trap(fmt::format("the workload wrote more than {} bytes to a stream at once", most));
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<io::error::Host> make_interface(Session& session) {
  return std::make_unique<Errors>(session);
}
template <>
std::unique_ptr<io::poll::Host> make_interface(Session& session) {
  return std::make_unique<Poll>(session);
}
template <>
std::unique_ptr<io::streams::Host> make_interface(Session& session) {
  return std::make_unique<Streams>(session);
}

}  // namespace cloister::host
