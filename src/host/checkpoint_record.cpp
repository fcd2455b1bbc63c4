#include "checkpoint_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cloister/base/bytes.h"

namespace cloister::host {
namespace {

constexpr std::string_view kFormat = "cloister checkpoint 1";

constexpr std::array<std::string_view, 3> kGradModes{"grad", "no-grad", "inference"};

// Keys with a name in them: "dataset:train".
constexpr std::string_view kOptimizer = "optimizer";

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the text up to the next blank off the front.
std::string_view word(std::string_view& text) {
  const std::string_view first = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), first.size() + 1));
  return first;
}

std::optional<RandomStream::State> stream_state(std::string_view text) {
  RandomStream::State state{};
  for (std::uint64_t& part : state) {
    const auto value = number<std::uint64_t>(word(text));
    if (!value) return std::nullopt;
    part = *value;
  }
  // Of zeros alone the generator would give zeros for ever; no seed leads there.
  if (!text.empty() || state == RandomStream::State{}) return std::nullopt;
  return state;
}

std::optional<OutputRecord> output_record(std::string_view text) {
  const auto bytes = number<std::uint64_t>(word(text));
  const auto digest = parse_digest(text);
  if (!bytes || !digest) return std::nullopt;
  return OutputRecord{*bytes, *digest};
}

std::optional<OptimizerRecord> optimizer_record(std::string_view text) {
  std::string kind(word(text));
  const auto lr = number<double>(text);
  if (kind.empty() || !lr || !(*lr >= 0)) return std::nullopt;
  return OptimizerRecord{std::move(kind), *lr};
}

// Takes facts out of metadata; what is left over at the end was not known.
class Facts {
 public:
  Facts(const Metadata& metadata, std::string_view path) : left_(metadata), path_(path) {}

  Result<std::string> text(const std::string& key) {
    auto found = left_.extract(key);
    if (found.empty()) return bad(key, "is missing");
    return std::move(found.mapped());
  }

  // What `parse` makes of the text, unless that is nothing.
  template <class Parse>
  auto parsed(const std::string& key, const Parse& parse) -> Result<typename decltype(parse({}))::value_type> {
    CLOISTER_TRY(const std::string value, text(key));
    auto made = parse(std::string_view(value));
    if (!made) return bad(key, fmt::format("is '{}'", clipped(value, 80)));
    return *std::move(made);
  }

  // All facts that are left, by their kind and name.
  template <class Take>
  Result<void> named(const Take& take) {
    while (!left_.empty()) {
      const auto fact = left_.extract(left_.begin());
      const std::string_view key = fact.key();
      const std::size_t colon = key.find(':');
      if (colon == std::string_view::npos || !take(key.substr(0, colon), key.substr(colon + 1), fact.mapped())) {
        return bad(key, fmt::format("is '{}'", clipped(fact.mapped(), 80)));
      }
    }
    return {};
  }

 private:
  [[nodiscard]] Unexpected<Error> bad(std::string_view key, std::string_view why) const {
    return fail(ErrorCode::bad_data, fmt::format("'{}' is no checkpoint of this version of Cloister: its '{}' {}",
                                                 path_, clipped(key, 80), why));
  }

  Metadata left_;
  std::string_view path_;
};

}  // namespace

Digest arguments_digest(std::string_view name, std::span<const std::string> arguments) {
  Sha256 hash;
  hash.update_u64(name.size()).update(name);
  for (const std::string& argument : arguments) hash.update_u64(argument.size()).update(argument);
  return hash.finish();
}

Metadata checkpoint_metadata(const CheckpointRecord& record) {
  Metadata facts;
  facts["format"] = kFormat;
  facts["component"] = hex(record.run.component);
  facts["arguments"] = hex(record.run.arguments);
  facts["seed"] = fmt::to_string(record.run.seed);
  facts["device"] = record.run.device;
  facts["threads"] = fmt::to_string(record.run.threads);
  facts["number"] = fmt::to_string(record.number);
  facts["engine"] = record.engine;
  facts["grad_mode"] = kGradModes[static_cast<std::size_t>(record.grad_mode)];
  facts["generator_seed"] = fmt::to_string(record.generator_seed);
  facts["clock"] = fmt::to_string(record.clock);
  facts["random"] = fmt::format("{}", fmt::join(record.random, " "));
  facts["insecure"] = fmt::format("{}", fmt::join(record.insecure, " "));
  for (std::size_t i = 0; i < kEgressKinds; ++i) {
    facts[fmt::format("egress.{}", egress_kind_name(static_cast<EgressKind>(i)))] = fmt::to_string(record.egress[i]);
  }
  for (const auto& [grant, digest] : record.read) {
    facts[fmt::format("{}:{}", grant_kind_name(grant.first), grant.second)] = hex(digest);
  }
  for (const auto& [name, output] : record.written) {
    facts[fmt::format("{}:{}", grant_kind_name(GrantKind::output), name)] =
        fmt::format("{} {}", output.bytes, hex(output.digest));
  }
  for (const auto& [name, optimizer] : record.optimizers) {
    facts[fmt::format("{}:{}", kOptimizer, name)] = fmt::format("{} {}", optimizer.kind, optimizer.lr);
  }
  return facts;
}

Result<CheckpointRecord> parse_checkpoint_metadata(const Metadata& metadata, std::string_view path) {
  Facts facts(metadata, path);
  CheckpointRecord record;
  const auto whole = [&facts](const std::string& key) { return facts.parsed(key, number<std::uint64_t>); };
  CLOISTER_CHECK(facts.parsed(
      "format", [](std::string_view text) { return text == kFormat ? std::optional(true) : std::nullopt; }));
  CLOISTER_TRY(record.run.component, facts.parsed("component", parse_digest));
  CLOISTER_TRY(record.run.arguments, facts.parsed("arguments", parse_digest));
  CLOISTER_TRY(record.run.seed, whole("seed"));
  CLOISTER_TRY(record.run.device, facts.text("device"));
  CLOISTER_TRY(record.run.threads, facts.parsed("threads", number<int>));
  CLOISTER_TRY(record.number, whole("number"));
  CLOISTER_TRY(record.engine, facts.text("engine"));
  CLOISTER_TRY(record.grad_mode, facts.parsed("grad_mode", [](std::string_view text) {
    const auto found = std::find(kGradModes.begin(), kGradModes.end(), text);
    return found == kGradModes.end() ? std::nullopt
                                     : std::optional(static_cast<engine::GradMode>(found - kGradModes.begin()));
  }));
  CLOISTER_TRY(record.generator_seed, whole("generator_seed"));
  CLOISTER_TRY(record.clock, whole("clock"));
  CLOISTER_TRY(record.random, facts.parsed("random", stream_state));
  CLOISTER_TRY(record.insecure, facts.parsed("insecure", stream_state));
  for (std::size_t i = 0; i < kEgressKinds; ++i) {
    CLOISTER_TRY(record.egress[i], whole(fmt::format("egress.{}", egress_kind_name(static_cast<EgressKind>(i)))));
  }
  CLOISTER_CHECK(facts.named([&](std::string_view kind, std::string_view name, std::string_view text) {
    if (kind == kOptimizer) {
      const auto optimizer = optimizer_record(text);
      return optimizer && record.optimizers.emplace(name, *optimizer).second;
    }
    if (!check_grant_name(name)) return false;
    if (kind == grant_kind_name(GrantKind::output)) {
      const auto output = output_record(text);
      return output && record.written.emplace(name, *output).second;
    }
    for (const GrantKind grant : {GrantKind::dataset, GrantKind::model}) {
      if (kind != grant_kind_name(grant)) continue;
      const auto digest = parse_digest(text);
      return digest && record.read.emplace(std::pair(grant, std::string(name)), *digest).second;
    }
    return false;
  }));
  return record;
}

}  // namespace cloister::host
