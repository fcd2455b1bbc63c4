#include "support.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cloister::hazards {
namespace {

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

host::Host& shared_host() {
  static const auto shared = [] {
    host::HostOptions options;
#ifdef TORCH_BACKEND
    options.torch_library = TORCH_BACKEND;
#else
    options.backend = host::BackendKind::stub;
#endif
    auto made = host::Host::create(options);
    if (!made) {
      fmt::print(stderr, "{}\n", made.error().message);
      std::exit(1);
    }
    return *std::move(made);
  }();
  return *shared;
}

const std::vector<Hazard>& hazards() {
  static const auto all = [] {
    auto table = read_table(HAZARDS);
    if (!table) {
      fmt::print(stderr, "{}\n", table.error().message);
      std::exit(1);
    }
#ifndef TORCH_BACKEND
    std::erase_if(*table, [](const Hazard& hazard) { return hazard.torch; });
#endif
    return *std::move(table);
  }();
  return all;
}

std::vector<std::byte> component(std::string_view name) {
  auto bytes = assemble(HAZARDS, name);
  if (bytes) return *std::move(bytes);
  ADD_FAILURE() << bytes.error().message;
  return {};
}

host::Workload workload(std::string_view name) {
  auto loaded = shared_host().load(component(name), name);
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *std::move(loaded);
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "cloister-hazards-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Footprint Footprint::now() {
  malloc_trim(0);
  std::size_t pages = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return {entries("/proc/self/fd"), entries("/proc/self/task"), mallinfo2().uordblks,
          resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace cloister::hazards
