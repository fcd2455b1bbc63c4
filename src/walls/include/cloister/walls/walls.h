// The operator's own walls: what this process gives up before a stranger's component runs in it, so that whoever breaks
// out of the sandbox finds a process that can do no more than the run needs (docs/security.md). Linux only; x86-64.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/result.h"

namespace cloister::walls {

// What the process still needs once the walls stand. Paths that do not exist then are left out: nothing can be opened
// at them later either. Links in a path are followed now; what they lead to is what is meant.
struct Needs {
  std::vector<std::filesystem::path> read{};  // files, and folders with all that lies in them
  std::vector<std::filesystem::path>
      write{};  // folders in which files and folders are made, read, replaced and removed
  std::vector<std::filesystem::path> replace{};        // the same for files alone
  std::vector<std::filesystem::path> remove_folder{};  // folders in which empty folders may be removed
  bool gpu = false;                                    // NVIDIA's device nodes and their ioctls
};

struct Wall {
  std::string_view id;  // stable: "privileges", "system-calls", "files", "capabilities", "core-dumps"
  bool on = false;
  std::string detail;  // what it covers, or why it is off: a phrase
};

// Raises every wall that this kernel offers, for all threads, for good. A system call outside the list of what runs use
// fails with EPERM, one of another architecture's numbering ends the process; opening a file outside `needs` fails with
// EACCES. What is open already stays usable.
// REQUIRES: the process has one thread, since files are walled a thread at a time.
// Returns all walls, those that the kernel or a container around this process lacks with `on` false.
// Errors: io when a wall that is offered cannot be raised, which leaves the process half walled: do not run a guest in
// it; internal when there are more threads.
Result<std::vector<Wall>> raise(const Needs& needs);

// What raise() would raise here; changes nothing. `on` means that it is offered.
[[nodiscard]] std::vector<Wall> offered();

// Closes every descriptor but standard input, output and error: those that this process was started with by accident.
// REQUIRES: nothing of this process's own is open yet.
void close_inherited_descriptors() noexcept;

}  // namespace cloister::walls
