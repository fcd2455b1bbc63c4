#include "cloister/cli/metrics_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace cloister::cli {

Result<MetricsLog> MetricsLog::create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  if (!fd) return fail_errno("write", path, errno);
  return MetricsLog(std::move(fd), path);
}

Result<MetricsLog> MetricsLog::reopen(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!fd && errno == ELOOP) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' is a symbolic link, and what it leads to would be overwritten; "
                                                 "put the file itself there",
                                                 path));
  }
  if (!fd) return fail_errno("write", path, errno);
  return MetricsLog(std::move(fd), path);
}

Result<void> MetricsLog::start_over(std::string_view text) {
  if (::ftruncate(fd_.get(), 0) != 0) return fail_errno("write", path_, errno);
  buffer_ = text;
  return flush();
}

Result<std::string> MetricsLog::text() {
  CLOISTER_CHECK(flush());
  std::string text;
  std::array<char, kBufferBytes> piece;
  for (;;) {
    const ssize_t count = ::pread(fd_.get(), piece.data(), piece.size(), static_cast<off_t>(text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read", path_, errno);
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

namespace {

using Out = std::back_insert_iterator<std::string>;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// JSON has no NaN and no infinity: they are words.
void put_number(double value, Out out) {
  const std::string_view quote = std::isfinite(value) ? "" : "\"";
  fmt::format_to(out, "{}{}{}", quote, value, quote);
}

void put_labels(const std::vector<std::string>& labels, Out out) {
  const char* separator = "";
  for (const std::string& label : labels) {
    fmt::format_to(out, "{}{}", std::exchange(separator, ","), quoted(label));
  }
}

}  // namespace

void MetricsLog::add(std::string_view series, std::uint64_t step, double value) {
  const Out out = std::back_inserter(buffer_);
  fmt::format_to(out, "{{\"series\":{},\"step\":{},\"value\":", quoted(std::string(series)), step);
  put_number(value, out);
  buffer_ += "}\n";
}

void MetricsLog::add(std::string_view name, const Matrix& matrix) {
  const Out out = std::back_inserter(buffer_);
  fmt::format_to(out, "{{\"matrix\":{},\"rows\":[", quoted(std::string(name)));
  put_labels(matrix.rows, out);
  buffer_ += "],\"columns\":[";
  put_labels(matrix.columns, out);
  buffer_ += "],\"values\":[";
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    if (i > 0) buffer_ += ',';
    put_number(matrix.values[i], out);
  }
  buffer_ += "]}\n";
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

namespace {

using Json = nlohmann::json;

// The value as add() writes it.
std::optional<double> value_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

bool take_point(const Json& line, const MetricsTaker& take) {
  const auto series = line.find("series"), step = line.find("step"), value = line.find("value");
  if (series == line.end() || step == line.end() || value == line.end()) return false;
  const auto number = value_of(*value);
  if (!series->is_string() || !step->is_number_unsigned() || !number) return false;
  take.point(series->get_ref<const std::string&>(), step->get<std::uint64_t>(), *number);
  return true;
}

std::optional<std::vector<std::string>> labels_of(const Json& line, const char* side) {
  const auto list = line.find(side);
  if (list == line.end() || !list->is_array()) return std::nullopt;
  std::vector<std::string> labels;
  for (const Json& label : *list) {
    if (!label.is_string()) return std::nullopt;
    labels.push_back(label.get_ref<const std::string&>());
  }
  return labels;
}

bool take_matrix(const Json& line, const MetricsTaker& take) {
  const auto name = line.find("matrix"), values = line.find("values");
  auto rows = labels_of(line, "rows"), columns = labels_of(line, "columns");
  if (name == line.end() || !name->is_string() || !rows || !columns) return false;
  if (values == line.end() || !values->is_array() || values->size() != rows->size() * columns->size()) return false;
  Matrix matrix;
  matrix.rows = *std::move(rows);
  matrix.columns = *std::move(columns);
  for (const Json& value : *values) {
    const auto number = value_of(value);
    if (!number) return false;
    matrix.values.push_back(*number);
  }
  take.matrix(name->get_ref<const std::string&>(), std::move(matrix));
  return true;
}

bool take_line(std::string_view text, const MetricsTaker& take) {
  // Deeper nesting than a matrix has is cut off, so that no text makes a deep tree.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 2; };
  const Json line = Json::parse(text, shallow, /*allow_exceptions=*/false);
  return line.is_object() && (take_point(line, take) || take_matrix(line, take));
}

}  // namespace

Result<void> all_metrics(std::string_view text, const MetricsTaker& take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || !take_line(text.substr(0, end), take)) {
      return fail(ErrorCode::bad_data,
                  fmt::format("line {} of the metrics is neither a point of a series nor a matrix", number));
    }
    text.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace cloister::cli
