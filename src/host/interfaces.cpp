#include "interfaces.h"

#include "session.h"

namespace cloister::host {
namespace {

template <class... Hosts>
std::tuple<std::unique_ptr<Hosts>...> make_all(Session& session, std::tuple<std::unique_ptr<Hosts>...>* /*type*/) {
  return {make_interface<Hosts>(session)...};
}

}  // namespace

Interfaces::Interfaces(Session& session) : all_(make_all(session, static_cast<All*>(nullptr))) {}
Interfaces::~Interfaces() = default;

template <class Host>
Host& Interfaces::select(void* host_data) {
  return *std::get<std::unique_ptr<Host>>(static_cast<Interfaces*>(host_data)->all_);
}

Result<void> Interfaces::add_to(sandbox::Linker& linker) {
  namespace ml = bindings::ml;
  namespace cli = bindings::wasi_cli;
  namespace clocks = bindings::wasi_clocks;
  namespace filesystem = bindings::wasi_filesystem;
  namespace io = bindings::wasi_io;
  namespace random = bindings::wasi_random;
  CLOISTER_CHECK(linker.add(ml::tensors::add_to_linker, select<ml::tensors::Host>));
  CLOISTER_CHECK(linker.add(ml::ops::add_to_linker, select<ml::ops::Host>));
  CLOISTER_CHECK(linker.add(ml::autograd::add_to_linker, select<ml::autograd::Host>));
  CLOISTER_CHECK(linker.add(ml::optimizers::add_to_linker, select<ml::optimizers::Host>));
  CLOISTER_CHECK(linker.add(ml::models::add_to_linker, select<ml::models::Host>));
  CLOISTER_CHECK(linker.add(ml::datasets::add_to_linker, select<ml::datasets::Host>));
  CLOISTER_CHECK(linker.add(ml::outputs::add_to_linker, select<ml::outputs::Host>));
  CLOISTER_CHECK(linker.add(ml::checkpoints::add_to_linker, select<ml::checkpoints::Host>));
  CLOISTER_CHECK(linker.add(cli::environment::add_to_linker, select<cli::environment::Host>));
  CLOISTER_CHECK(linker.add(cli::exit::add_to_linker, select<cli::exit::Host>));
  CLOISTER_CHECK(linker.add(cli::stdin::add_to_linker, select<cli::stdin::Host>));
  CLOISTER_CHECK(linker.add(cli::stdout::add_to_linker, select<cli::stdout::Host>));
  CLOISTER_CHECK(linker.add(cli::stderr::add_to_linker, select<cli::stderr::Host>));
  CLOISTER_CHECK(linker.add(cli::terminal_input::add_to_linker, select<cli::terminal_input::Host>));
  CLOISTER_CHECK(linker.add(cli::terminal_output::add_to_linker, select<cli::terminal_output::Host>));
  CLOISTER_CHECK(linker.add(cli::terminal_stdin::add_to_linker, select<cli::terminal_stdin::Host>));
  CLOISTER_CHECK(linker.add(cli::terminal_stdout::add_to_linker, select<cli::terminal_stdout::Host>));
  CLOISTER_CHECK(linker.add(cli::terminal_stderr::add_to_linker, select<cli::terminal_stderr::Host>));
  CLOISTER_CHECK(linker.add(clocks::monotonic_clock::add_to_linker, select<clocks::monotonic_clock::Host>));
  CLOISTER_CHECK(linker.add(clocks::wall_clock::add_to_linker, select<clocks::wall_clock::Host>));
  CLOISTER_CHECK(linker.add(filesystem::preopens::add_to_linker, select<filesystem::preopens::Host>));
  CLOISTER_CHECK(linker.add(filesystem::types::add_to_linker));  // denied: every function traps
  CLOISTER_CHECK(linker.add(io::error::add_to_linker, select<io::error::Host>));
  CLOISTER_CHECK(linker.add(io::poll::add_to_linker, select<io::poll::Host>));
  CLOISTER_CHECK(linker.add(io::streams::add_to_linker, select<io::streams::Host>));
  CLOISTER_CHECK(linker.add(random::insecure::add_to_linker, select<random::insecure::Host>));
  CLOISTER_CHECK(linker.add(random::insecure_seed::add_to_linker, select<random::insecure_seed::Host>));
  return linker.add(random::random::add_to_linker, select<random::random::Host>);
}

}  // namespace cloister::host
