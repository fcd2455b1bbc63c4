// Tries what could take the whole process down in one of its own.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>

#include "cloister/base/file.h"
#include "cloister/cli/console.h"
#include "cloister/cli/doctor.h"
#include "cloister/engine/backends.h"

namespace cloister::cli {
namespace {

constexpr std::chrono::seconds kPatience{60};

// What the child says: '+' and a description, or '-' and an error's sentence.
std::string describe_torch(const engine::BackendOptions& options) {
  try {
    const auto backend = engine::open_torch_backend(options);
    if (!backend) return "-" + backend.error().message;
    return "+" + std::string((*backend)->description());
  } catch (const std::exception& error) {
    return std::string("-") + error.what();
  }
}

std::string read_all(int fd) {
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waited{fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waited, 1, static_cast<int>(left.count())) <= 0) return {};
    char buffer[4096];
    const ssize_t count = ::read(fd, buffer, sizeof(buffer));
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

// The answer of describe_torch from a process of its own; empty when that died or did not answer in time.
std::string ask_in_child(const engine::BackendOptions& options) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return {};
  if (child == 0) {
    (void)write_fd(writing.get(), describe_torch(options));
    ::_exit(0);
  }
  writing = UniqueFd();
  std::string answer = read_all(reading.get());
  ::kill(child, SIGKILL);  // it has answered, or never will
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return answer;
}

}  // namespace

Finding check_libtorch(const engine::Device& device) {
  Finding finding{.id = device.kind == engine::Device::Kind::cuda ? "libtorch-cuda" : "libtorch"};
  finding.is_required = device.kind == engine::Device::Kind::cpu && CLOISTER_WITH_TORCH;
  const std::string answer = ask_in_child({.device = device, .threads = 1});
  if (!answer.empty() && answer.front() == '+') {
    finding.detail = answer.substr(1);
    return finding;
  }
  finding.health = CLOISTER_WITH_TORCH ? Health::problem : Health::absent;
  finding.detail = answer.empty() ? "opening it crashed or hung" : answer.substr(1);
  finding.way_out = "tools/get_libtorch.sh fetches the version that this build wants; --backend stub needs none";
  return finding;
}

}  // namespace cloister::cli
