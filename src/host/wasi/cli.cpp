// wasi:cli: arguments, exit, and standard streams that are no terminals.
#include <fmt/format.h>

#include "cloister/sandbox/instance.h"
#include "interfaces.h"
#include "operator_call.h"
#include "wasi/handles.h"

namespace cloister::host {
namespace {

namespace cli = bindings::wasi_cli;

class Environment final : public cli::environment::Host {
 public:
  explicit Environment(Session& session) : session_(session) {}

  sandbox::Call<std::vector<std::tuple<std::string, std::string>>> get_environment() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/environment.get-environment">);
    return std::vector<std::tuple<std::string, std::string>>();
  }

  sandbox::Call<std::vector<std::string>> get_arguments() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/environment.get-arguments">);
    std::vector<std::string> arguments{session_.request.name};
    arguments.insert(arguments.end(), session_.request.arguments.begin(), session_.request.arguments.end());
    return arguments;
  }

  sandbox::Call<std::optional<std::string>> initial_cwd() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/environment.initial-cwd">);
    return std::optional<std::string>();
  }

 private:
  Session& session_;
};

class Exit final : public cli::exit::Host {
 public:
  explicit Exit(Session& session) : session_(session) {}

  sandbox::Call<void> exit(const Expected<void, std::monostate>& status) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/exit.exit">);
    return sandbox::exit_guest(status ? 0 : 1);
  }

  sandbox::Call<void> exit_with_code(std::uint8_t status_code) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/exit.exit-with-code">);
    return sandbox::exit_guest(status_code);
  }

 private:
  Session& session_;
};

class Stdin final : public cli::stdin::Host {
 public:
  explicit Stdin(Session& session) : session_(session) {}

  sandbox::Call<sandbox::Own<cli::stdin::InputStream>> get_stdin() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/stdin.get-stdin">);
    return wasi_handle(session_, session_.tables.inputs, OpenInput{});
  }

 private:
  Session& session_;
};

class Stdout final : public cli::stdout::Host {
 public:
  explicit Stdout(Session& session) : session_(session) {}

  sandbox::Call<sandbox::Own<cli::stdout::OutputStream>> get_stdout() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/stdout.get-stdout">);
    return wasi_handle(session_, session_.tables.outputs, GuestStream::out);
  }

 private:
  Session& session_;
};

class Stderr final : public cli::stderr::Host {
 public:
  explicit Stderr(Session& session) : session_(session) {}

  sandbox::Call<sandbox::Own<cli::stderr::OutputStream>> get_stderr() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/stderr.get-stderr">);
    return wasi_handle(session_, session_.tables.outputs, GuestStream::err);
  }

 private:
  Session& session_;
};

// No stream is a terminal, so no handle of these resources ever exists.

class TerminalInput final : public cli::terminal_input::Host {
 public:
  explicit TerminalInput(Session& /*session*/) {}
  sandbox::Call<void> drop_terminal_input(sandbox::Own<cli::terminal_input::TerminalInput> /*handle*/) override {
    return stale_handle();
  }
};

class TerminalOutput final : public cli::terminal_output::Host {
 public:
  explicit TerminalOutput(Session& /*session*/) {}
  sandbox::Call<void> drop_terminal_output(sandbox::Own<cli::terminal_output::TerminalOutput> /*handle*/) override {
    return stale_handle();
  }
};

class TerminalStdin final : public cli::terminal_stdin::Host {
 public:
  explicit TerminalStdin(Session& session) : session_(session) {}
  sandbox::Call<std::optional<sandbox::Own<cli::terminal_stdin::TerminalInput>>> get_terminal_stdin() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/terminal-stdin.get-terminal-stdin">);
    return std::optional<sandbox::Own<cli::terminal_stdin::TerminalInput>>();
  }

 private:
  Session& session_;
};

class TerminalStdout final : public cli::terminal_stdout::Host {
 public:
  explicit TerminalStdout(Session& session) : session_(session) {}
  sandbox::Call<std::optional<sandbox::Own<cli::terminal_stdout::TerminalOutput>>> get_terminal_stdout() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/terminal-stdout.get-terminal-stdout">);
    return std::optional<sandbox::Own<cli::terminal_stdout::TerminalOutput>>();
  }

 private:
  Session& session_;
};

class TerminalStderr final : public cli::terminal_stderr::Host {
 public:
  explicit TerminalStderr(Session& session) : session_(session) {}
  sandbox::Call<std::optional<sandbox::Own<cli::terminal_stderr::TerminalOutput>>> get_terminal_stderr() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:cli/terminal-stderr.get-terminal-stderr">);
    return std::optional<sandbox::Own<cli::terminal_stderr::TerminalOutput>>();
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<cli::environment::Host> make_interface(Session& session) {
  return std::make_unique<Environment>(session);
}
template <>
std::unique_ptr<cli::exit::Host> make_interface(Session& session) {
  return std::make_unique<Exit>(session);
}
template <>
std::unique_ptr<cli::stdin::Host> make_interface(Session& session) {
  return std::make_unique<Stdin>(session);
}
template <>
std::unique_ptr<cli::stdout::Host> make_interface(Session& session) {
  return std::make_unique<Stdout>(session);
}
template <>
std::unique_ptr<cli::stderr::Host> make_interface(Session& session) {
  return std::make_unique<Stderr>(session);
}
template <>
std::unique_ptr<cli::terminal_input::Host> make_interface(Session& session) {
  return std::make_unique<TerminalInput>(session);
}
template <>
std::unique_ptr<cli::terminal_output::Host> make_interface(Session& session) {
  return std::make_unique<TerminalOutput>(session);
}
template <>
std::unique_ptr<cli::terminal_stdin::Host> make_interface(Session& session) {
  return std::make_unique<TerminalStdin>(session);
}
template <>
std::unique_ptr<cli::terminal_stdout::Host> make_interface(Session& session) {
  return std::make_unique<TerminalStdout>(session);
}
template <>
std::unique_ptr<cli::terminal_stderr::Host> make_interface(Session& session) {
  return std::make_unique<TerminalStderr>(session);
}

}  // namespace cloister::host
