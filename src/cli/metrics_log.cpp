#include "cloister/cli/metrics_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace cloister::cli {

Result<MetricsLog> MetricsLog::create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  if (!fd) return fail_errno("write", path, errno);
  return MetricsLog(std::move(fd), path);
}

void MetricsLog::add(std::string_view series, std::uint64_t step, double value) {
  const auto name = nlohmann::json(std::string(series)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // JSON has no NaN and no infinity.
  const std::string_view quote = std::isfinite(value) ? "" : "\"";
  fmt::format_to(std::back_inserter(buffer_), "{{\"series\":{},\"step\":{},\"value\":{}{}{}}}\n", name, step, quote,
                 value, quote);
}

Result<void> MetricsLog::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t count = ::write(fd_.get(), left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("write", path_, errno);
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  buffer_.clear();
  return {};
}

}  // namespace cloister::cli
