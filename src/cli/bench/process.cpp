#include "process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "cloister/base/file.h"
#include "interrupt.h"

namespace cloister::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Result<std::string> contents(const UniqueFd& fd) {
  const off_t size = lseek(fd.get(), 0, SEEK_END);
  if (size < 0) return fail_errno("read", "a program's output", errno);
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = pread(fd.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (got <= 0) return fail_errno("read", "a program's output", got < 0 ? errno : EIO);
    done += static_cast<std::size_t>(got);
  }
  return text;
}

// The last two lines that are not blank, as one: programs say why first, then that they ended.
std::string last_words(std::string_view text) {
  std::string words;
  for (int lines = 0; lines < 2; ++lines) {
    const std::size_t end = text.find_last_not_of(" \r\n");
    if (end == std::string_view::npos) break;
    text = text.substr(0, end + 1);
    const std::size_t start = text.rfind('\n') + 1;
    words = words.empty() ? std::string(text.substr(start)) : fmt::format("{}; {}", text.substr(start), words);
    text = text.substr(0, start);
  }
  return words.empty() ? "it wrote nothing to standard error" : words;
}

std::vector<std::string> merged_environment(const Command& command) {
  std::vector<std::string> merged;
  for (const auto& [name, value] : command.environment) merged.push_back(name + "=" + value);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    const bool replaced = std::any_of(command.environment.begin(), command.environment.end(),
                                      [&](const auto& setting) { return setting.first == name; });
    if (!replaced) merged.emplace_back(variable);
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::string shell_text(const Command& command) {
  std::string text;
  for (const auto& [name, value] : command.environment) text += fmt::format("{}={} ", name, value);
  return text + fmt::format("{}", fmt::join(command.arguments, " "));
}

Result<Finished> run_process(const Command& command) {
  CLOISTER_CHECK(check_interrupted());
  // Files in memory rather than pipes: nobody has to read while the program runs, so nothing is measured but it.
  const UniqueFd output(memfd_create("output", MFD_CLOEXEC));
  const UniqueFd errors(memfd_create("errors", MFD_CLOEXEC));
  if (!output || !errors) return fail_errno("make a file for", "a program's output", errno);

  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = merged_environment(command);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  pid_t pid = 0;
  const auto start = std::chrono::steady_clock::now();
  const int spawned = posix_spawnp(&pid, arguments.front().c_str(), &actions, nullptr, pointers(arguments).data(),
                                   pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return fail_errno("start", arguments.front(), spawned);

  int status = 0;
  rusage usage{};
  pid_t reaped = 0;
  do reaped = wait4(pid, &status, 0, &usage);
  while (reaped < 0 && errno == EINTR);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  if (reaped < 0) return fail_errno("wait for", arguments.front(), errno);

  if (WIFSIGNALED(status))
    return fail(ErrorCode::interrupted,
                fmt::format("'{}' was ended by signal {}", shell_text(command), WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) {
    // Ctrl-C at a terminal reaches the program as well, which then ends in its own way.
    CLOISTER_CHECK(check_interrupted());
    CLOISTER_TRY(const std::string complaint, contents(errors));
    return fail(ErrorCode::bad_data, fmt::format("'{}' ended with status {}: {}", shell_text(command),
                                                 WEXITSTATUS(status), last_words(complaint)));
  }
  Finished finished{.wall_seconds = wall.count(),
                    .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
                    .peak_mib = static_cast<double>(usage.ru_maxrss) / 1024,
                    .output = {}};
  CLOISTER_TRY(finished.output, contents(output));
  return finished;
}

}  // namespace cloister::bench
