#include "cloister/host/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "cloister/base/bytes.h"

namespace cloister::host {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

// Largest first: limit_text takes the first that divides the value.
constexpr Unit kSizes[] = {{"TiB", std::uint64_t{1} << 40},
                           {"GiB", std::uint64_t{1} << 30},
                           {"MiB", std::uint64_t{1} << 20},
                           {"KiB", std::uint64_t{1} << 10},
                           {"", 1}};
constexpr Unit kTimes[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                           {"ms", 1'000'000},        {"us", 1'000},         {"ns", 1}};
constexpr Unit kCounts[] = {{"", 1}};

constexpr bool is_time(LimitKind kind) { return kind == LimitKind::time || kind == LimitKind::cpu; }

std::span<const Unit> units(LimitKind kind) {
  if (is_time(kind)) return kTimes;
  if (kind == LimitKind::handles) return kCounts;
  return kSizes;
}

std::string_view form(LimitKind kind) {
  if (is_time(kind)) return "a time such as 30s, 5m or 2h";
  if (kind == LimitKind::handles) return "a whole number such as 50000";
  return "a size such as 512MiB, 4GiB or 4096 (bytes)";
}

// `text` is KIND=VALUE and `value` its end. Errors: invalid_argument.
Result<std::uint64_t> parse(LimitKind kind, std::string_view value, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::string_view suffix = value.substr(static_cast<std::size_t>(end - value.data()));
  const std::span<const Unit> known = units(kind);
  const auto unit = std::find_if(known.begin(), known.end(), [&](const Unit& each) { return each.suffix == suffix; });
  // Nothing is nothing in any unit.
  const bool is_zero = error == std::errc{} && number == 0 && suffix.empty();
  if (error == std::errc::invalid_argument || (unit == known.end() && !is_zero)) {
    return fail(ErrorCode::invalid_argument, fmt::format("the limit '{}' needs {}", text, form(kind)));
  }
  if (number == 0 && error == std::errc{}) {
    if (kind != LimitKind::memory && !is_time(kind)) return std::uint64_t{0};
    return fail(ErrorCode::invalid_argument, fmt::format("the limit '{}' must be more than 0", text));
  }
  if (error == std::errc{}) {
    if (const auto product = checked_multiply(number, unit->factor)) return *product;
  }
  return fail(ErrorCode::invalid_argument, fmt::format("the limit '{}' is too large; the most is {}{}", text,
                                                       UINT64_MAX / known.front().factor, known.front().suffix));
}

}  // namespace

std::string_view limit_name(LimitKind kind) {
  switch (kind) {
    case LimitKind::memory:
      return "memory";
    case LimitKind::tensors:
      return "tensors";
    case LimitKind::handles:
      return "handles";
    case LimitKind::time:
      return "time";
    case LimitKind::cpu:
      return "cpu";
    case LimitKind::egress:
      return "egress";
    case LimitKind::output:
      return "output";
    case LimitKind::print:
      return "print";
    case LimitKind::metrics:
      return "metrics";
    case LimitKind::dataset:
      return "dataset";
  }
  return "limit";
}

std::string limit_names(std::string_view before_last) {
  std::string names;
  for (std::size_t i = 0; i < kLimitKinds.size(); ++i) {
    if (i > 0) names += i + 1 == kLimitKinds.size() ? fmt::format(" {} ", before_last) : std::string(", ");
    names += limit_name(kLimitKinds[i]);
  }
  return names;
}

std::uint64_t& Limits::of(LimitKind kind) {
  switch (kind) {
    case LimitKind::memory:
      return memory_bytes;
    case LimitKind::tensors:
      return tensor_bytes;
    case LimitKind::handles:
      return handles;
    case LimitKind::time:
      return time_ns;
    case LimitKind::cpu:
      return cpu_ns;
    case LimitKind::egress:
      return egress_bytes;
    case LimitKind::output:
      return output_bytes;
    case LimitKind::print:
      return print_bytes;
    case LimitKind::metrics:
      return metrics_bytes;
    case LimitKind::dataset:
      break;
  }
  return dataset_bytes;
}

std::uint64_t Limits::of(LimitKind kind) const { return const_cast<Limits&>(*this).of(kind); }

Result<void> set_limit(Limits& limits, std::string_view text) {
  const auto equals = text.find('=');
  for (const LimitKind kind : kLimitKinds) {
    if (equals == std::string_view::npos || text.substr(0, equals) != limit_name(kind)) continue;
    CLOISTER_TRY(limits.of(kind), parse(kind, text.substr(equals + 1), text));
    return {};
  }
  if (equals != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("there is no limit '{}'; the kinds are {}", text.substr(0, equals), limit_names("and")));
  }
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("the limit '{}' has another form than KIND=VALUE, where KIND is {}", text, limit_names("or")));
}

std::string limit_text(LimitKind kind, std::uint64_t value) {
  for (const Unit& unit : units(kind)) {
    if (value != 0 && value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.suffix);
  }
  return is_time(kind) ? "0s" : "0";
}

std::string limit_hint(LimitKind kind, const Limits& limits) {
  const std::string_view value = is_time(kind) ? "TIME" : kind == LimitKind::handles ? "NUMBER" : "SIZE";
  return fmt::format("raise it with --limit {}={} (now {})", limit_name(kind), value,
                     limit_text(kind, limits.of(kind)));
}

}  // namespace cloister::host
