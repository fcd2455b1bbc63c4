// Makers of the implementations of the world's interfaces, one file an interface, over one session.
#pragma once

#include <cloister/bindings/ml/autograd.h>
#include <cloister/bindings/ml/checkpoints.h>
#include <cloister/bindings/ml/datasets.h>
#include <cloister/bindings/ml/models.h>
#include <cloister/bindings/ml/ops.h>
#include <cloister/bindings/ml/optimizers.h>
#include <cloister/bindings/ml/outputs.h>
#include <cloister/bindings/ml/tensors.h>
#include <cloister/bindings/wasi_cli/environment.h>
#include <cloister/bindings/wasi_cli/exit.h>
#include <cloister/bindings/wasi_cli/stderr.h>
#include <cloister/bindings/wasi_cli/stdin.h>
#include <cloister/bindings/wasi_cli/stdout.h>
#include <cloister/bindings/wasi_cli/terminal_input.h>
#include <cloister/bindings/wasi_cli/terminal_output.h>
#include <cloister/bindings/wasi_cli/terminal_stderr.h>
#include <cloister/bindings/wasi_cli/terminal_stdin.h>
#include <cloister/bindings/wasi_cli/terminal_stdout.h>
#include <cloister/bindings/wasi_clocks/monotonic_clock.h>
#include <cloister/bindings/wasi_clocks/wall_clock.h>
#include <cloister/bindings/wasi_filesystem/preopens.h>
#include <cloister/bindings/wasi_filesystem/types.h>
#include <cloister/bindings/wasi_io/error.h>
#include <cloister/bindings/wasi_io/poll.h>
#include <cloister/bindings/wasi_io/streams.h>
#include <cloister/bindings/wasi_random/insecure.h>
#include <cloister/bindings/wasi_random/insecure_seed.h>
#include <cloister/bindings/wasi_random/random.h>

#include <memory>
#include <tuple>

#include "cloister/base/result.h"
#include "cloister/sandbox/linker.h"

namespace cloister::host {

class Session;

template <class Host>
std::unique_ptr<Host> make_interface(Session& session);

// The host data of a sandbox instance: all interfaces over one session. `session` must outlive it.
class Interfaces {
 public:
  explicit Interfaces(Session& session);
  ~Interfaces();

  // Offers all of the world `workload` to components.
  static Result<void> add_to(sandbox::Linker& linker);

 private:
  template <class... Hosts>
  using Of = std::tuple<std::unique_ptr<Hosts>...>;
  using All = Of<bindings::ml::tensors::Host, bindings::ml::ops::Host, bindings::ml::autograd::Host,
                 bindings::ml::optimizers::Host, bindings::ml::models::Host, bindings::ml::datasets::Host,
                 bindings::ml::outputs::Host, bindings::ml::checkpoints::Host, bindings::wasi_cli::environment::Host,
                 bindings::wasi_cli::exit::Host, bindings::wasi_cli::stdin::Host, bindings::wasi_cli::stdout::Host,
                 bindings::wasi_cli::stderr::Host, bindings::wasi_cli::terminal_input::Host,
                 bindings::wasi_cli::terminal_output::Host, bindings::wasi_cli::terminal_stdin::Host,
                 bindings::wasi_cli::terminal_stdout::Host, bindings::wasi_cli::terminal_stderr::Host,
                 bindings::wasi_clocks::monotonic_clock::Host, bindings::wasi_clocks::wall_clock::Host,
                 bindings::wasi_filesystem::preopens::Host, bindings::wasi_io::error::Host,
                 bindings::wasi_io::poll::Host, bindings::wasi_io::streams::Host, bindings::wasi_random::insecure::Host,
                 bindings::wasi_random::insecure_seed::Host, bindings::wasi_random::random::Host>;

  template <class Host>
  static Host& select(void* host_data);

  All all_;
};

}  // namespace cloister::host
