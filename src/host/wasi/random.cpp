// wasi:random from the run's seed: the same in every run, secret to nobody. From the machine where that is granted.
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>

#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace random = bindings::wasi_random;

constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;

// One of the seed's streams, or the machine's generator.
class Source {
 public:
  Source(const RunRequest& request, RandomStream& stream) : of_machine_(request.grants.randomness), stream_(stream) {}

  sandbox::Call<sandbox::Bytes> bytes(std::uint64_t count) {
    if (count > kMaxBytes) {
      return sandbox::trap(fmt::format("the workload asked for more than {} random bytes at once", kMaxBytes));
    }
    std::vector<std::uint8_t> drawn(count);
    if (!of_machine_) {
      stream_.fill(drawn);
    } else if (!fill(drawn)) {
      return no_randomness();
    }
    return sandbox::Bytes(std::move(drawn));
  }

  sandbox::Call<std::uint64_t> number() {
    if (!of_machine_) return stream_.next();
    std::array<std::uint8_t, sizeof(std::uint64_t)> drawn;
    if (!fill(drawn)) return no_randomness();
    return std::bit_cast<std::uint64_t>(drawn);
  }

 private:
  static bool fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = getrandom(bytes.data(), bytes.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }
  static Unexpected<sandbox::Trap> no_randomness() { return sandbox::trap("the machine gave no random bytes"); }

  bool of_machine_;
  RandomStream& stream_;
};

class Random final : public random::random::Host {
 public:
  explicit Random(Session& session) : session_(session), source_(session.request, session.random) {}

  sandbox::Call<sandbox::Bytes> get_random_bytes(std::uint64_t len) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/random.get-random-bytes">);
    return source_.bytes(len);
  }

  sandbox::Call<std::uint64_t> get_random_u64() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/random.get-random-u64">);
    return source_.number();
  }

 private:
  Session& session_;
  Source source_;
};

class Insecure final : public random::insecure::Host {
 public:
  explicit Insecure(Session& session) : session_(session), source_(session.request, session.insecure) {}

  sandbox::Call<sandbox::Bytes> get_insecure_random_bytes(std::uint64_t len) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure.get-insecure-random-bytes">);
    return source_.bytes(len);
  }

  sandbox::Call<std::uint64_t> get_insecure_random_u64() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure.get-insecure-random-u64">);
    return source_.number();
  }

 private:
  Session& session_;
  Source source_;
};

class InsecureSeed final : public random::insecure_seed::Host {
 public:
  explicit InsecureSeed(Session& session) : session_(session) {}

  sandbox::Call<std::tuple<std::uint64_t, std::uint64_t>> insecure_seed() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure-seed.insecure-seed">);
    RandomStream stream(session_.request.seed, RandomStream::kInsecureSeed);
    Source source(session_.request, stream);
    CLOISTER_TRY(const std::uint64_t first, source.number());
    CLOISTER_TRY(const std::uint64_t second, source.number());
    return std::tuple(first, second);
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<random::random::Host> make_interface(Session& session) {
  return std::make_unique<Random>(session);
}
template <>
std::unique_ptr<random::insecure::Host> make_interface(Session& session) {
  return std::make_unique<Insecure>(session);
}
template <>
std::unique_ptr<random::insecure_seed::Host> make_interface(Session& session) {
  return std::make_unique<InsecureSeed>(session);
}

}  // namespace cloister::host
