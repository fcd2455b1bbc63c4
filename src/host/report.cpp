#include "cloister/host/report.h"

#include <fmt/format.h>

#include <numeric>

#include "egress.h"

namespace cloister::host {

std::string_view run_status_name(RunStatus status) {
  switch (status) {
    case RunStatus::ok:
      return "ok";
    case RunStatus::failed:
      return "failed";
    case RunStatus::trap:
      return "trap";
    case RunStatus::limit:
      return "limit";
    case RunStatus::interrupted:
      return "interrupted";
  }
  return "unknown";
}

std::string_view egress_kind_name(EgressKind kind) {
  constexpr std::array<std::string_view, kEgressKinds> kNames{"read", "outcome", "stdout", "metrics", "output", "exit"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t RunReport::egress_total() const {
  return std::accumulate(egress.begin(), egress.end(), std::uint64_t{0});
}

std::string EgressMeter::refusal(std::string_view what, std::uint64_t bytes, const Limits& limits) const {
  if (refused_ != LimitKind::egress) return refusal(what, limits);
  return fmt::format("{} would let out {} byte{} where {} of the egress limit are left; {}", what, bytes,
                     bytes == 1 ? "" : "s", left(), limit_hint(LimitKind::egress, limits));
}

std::string EgressMeter::refusal(std::string_view what, const Limits& limits) const {
  if (refused_ != LimitKind::egress) {
    return fmt::format("{} would pass the {} limit; {}", what, limit_name(refused_), limit_hint(refused_, limits));
  }
  return fmt::format("{} would let out more than the {} bytes of the egress limit that are left; {}", what, left(),
                     limit_hint(LimitKind::egress, limits));
}

}  // namespace cloister::host
