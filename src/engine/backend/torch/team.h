// The threads that libtorch computes with beside the one that calls it: which they are, and the CPU time they use.
//
// libgomp, which runs libtorch's loops, MKL and oneDNN, keeps a team for each thread that calls it, and a team works in
// the calls of its thread alone: whose call that is, theirs is the time. Its threads come and go as kernels ask for
// more or fewer of them, so they are asked for again from time to time.
#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <mutex>
#include <vector>

namespace cloister::engine {

// Thread safety: any thread, except where it says otherwise.
class Team {
 public:
  // That of the calling thread.
  static const std::shared_ptr<Team>& of_this_thread();

  // Meets those who are in it now, by a parallel loop of nothing; false inside of another loop. To be called on the
  // thread whose team it is.
  bool muster();

  // CPU time of all that were ever met, since their beginning; of those that are gone, as it was last seen.
  [[nodiscard]] std::chrono::nanoseconds cpu_time();

 private:
  struct Member {
    clockid_t clock;
    std::chrono::nanoseconds last;
  };
  void meet();

  std::mutex mutex_;
  std::vector<Member> members_;
  std::chrono::nanoseconds gone_{};
};

}  // namespace cloister::engine
