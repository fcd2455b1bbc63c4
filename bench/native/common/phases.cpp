#include "phases.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

Times now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

void Phases::enter(std::string name) {
  end();
  current_ = std::move(name);
  began_ = now();
}

void Phases::end() {
  if (!current_.empty()) over_.emplace_back(std::exchange(current_, {}), now() - began_);
}

void Phases::print() {
  end();
  nlohmann::json record{{"phases", nlohmann::json::array()}, {"metrics", nlohmann::json::object()}};
  for (const auto& [name, times] : over_)
    record["phases"].push_back({{"name", name}, {"seconds", times.wall}, {"cpu_seconds", times.cpu}});
  for (const auto& [name, value] : metrics_) record["metrics"][name] = {{"last", value}};
  std::printf("%s\n", record.dump().c_str());
}
