// wasi:random from the run's seed: the same in every run, secret to nobody.
#include <fmt/format.h>

#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace random = bindings::wasi_random;

// The interfaces draw from streams of their own, so that using one does not shift another.
enum Stream : std::uint64_t { kRandom = 1, kInsecure = 2, kInsecureSeed = 3 };

constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;

sandbox::Call<sandbox::Bytes> draw(RandomStream& stream, std::uint64_t count) {
  if (count > kMaxBytes) {
    return sandbox::trap(
        fmt::format("the workload asked for {} random bytes at once, where {} are the most", count, kMaxBytes));
  }
  std::vector<std::uint8_t> bytes(count);
  stream.fill(bytes);
  return sandbox::Bytes(std::move(bytes));
}

class Random final : public random::random::Host {
 public:
  explicit Random(Session& session) : session_(session), stream_(session.request.seed, kRandom) {}

  sandbox::Call<sandbox::Bytes> get_random_bytes(std::uint64_t len) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/random.get-random-bytes">);
    return draw(stream_, len);
  }

  sandbox::Call<std::uint64_t> get_random_u64() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/random.get-random-u64">);
    return stream_.next();
  }

 private:
  Session& session_;
  RandomStream stream_;
};

class Insecure final : public random::insecure::Host {
 public:
  explicit Insecure(Session& session) : session_(session), stream_(session.request.seed, kInsecure) {}

  sandbox::Call<sandbox::Bytes> get_insecure_random_bytes(std::uint64_t len) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure.get-insecure-random-bytes">);
    return draw(stream_, len);
  }

  sandbox::Call<std::uint64_t> get_insecure_random_u64() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure.get-insecure-random-u64">);
    return stream_.next();
  }

 private:
  Session& session_;
  RandomStream stream_;
};

class InsecureSeed final : public random::insecure_seed::Host {
 public:
  explicit InsecureSeed(Session& session) : session_(session) {}

  sandbox::Call<std::tuple<std::uint64_t, std::uint64_t>> insecure_seed() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:random/insecure-seed.insecure-seed">);
    RandomStream stream(session_.request.seed, kInsecureSeed);
    const std::uint64_t first = stream.next();
    return std::tuple(first, stream.next());
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
