// CPU time of the threads that libtorch computes with, for two contexts of one process. In a program of its own: how
// many threads there are is decided once a process.
#include "backend_fixture.h"

namespace cloister::engine {
namespace {

using namespace std::chrono_literals;

// Large enough for libtorch to share the work out.
void work(TensorBackend& backend, InstanceContext& context, std::chrono::nanoseconds team_time) {
  const std::vector<std::int64_t> shape{512, 512};
  const Tensor square = ok(backend.ones(shape, Dtype::float32));
  while (context.team_cpu_time() < team_time) ok(backend.matmul(square, square));
}

TEST(TorchTeam, ItsTimeIsThatOfWhoseCallItWorksIn) {
  BackendOptions options;
  options.threads = 2;
  const auto opened = open_torch_backend(options);
  ASSERT_TRUE(opened) << opened.error().message;
  TensorBackend& backend = **opened;
  const auto first = backend.make_context({});
  const auto second = backend.make_context({});
  EXPECT_EQ(first->team_cpu_time(), 0ns);
  {
    const Entered entered(backend, first.get());
    work(backend, *first, 20ms);
  }
  const auto after = first->team_cpu_time();
  EXPECT_GE(after, 20ms);
  EXPECT_EQ(second->team_cpu_time(), 0ns);
  {
    const Entered entered(backend, second.get());
    work(backend, *second, 1ms);
  }
  // The same team, which has worked for the first before.
  EXPECT_GE(second->team_cpu_time(), 1ms);
  EXPECT_EQ(first->team_cpu_time(), after);
  // Again the first, which goes on from where it was.
  {
    const Entered entered(backend, first.get());
    work(backend, *first, after + 1ms);
  }
  EXPECT_GE(first->team_cpu_time(), after + 1ms);
}

}  // namespace
}  // namespace cloister::engine
