#include "team.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <pthread.h>

#include <algorithm>

namespace cloister::engine {

const std::shared_ptr<Team>& Team::of_this_thread() {
  thread_local const auto team = std::make_shared<Team>();
  return team;
}

bool Team::muster() {
  if (at::in_parallel_region()) return false;
  // A loop inside of libtorch, so that it is libtorch's team that runs it, with an element for each thread.
  std::vector<std::uint8_t> elements(static_cast<std::size_t>(at::get_num_threads()));
  at::Tensor tensor = at::from_blob(elements.data(), {static_cast<std::int64_t>(elements.size())}, at::kByte);
  const pthread_t own = pthread_self();
  at::TensorIterator::nullary_op(tensor).for_each(
      [&](char** /*data*/, const std::int64_t* /*strides*/, std::int64_t /*inner*/, std::int64_t /*outer*/) {
        if (pthread_equal(own, pthread_self()) == 0) meet();
      },
      /*grain_size=*/1);
  return true;
}

void Team::meet() {
  clockid_t clock{};
  if (pthread_getcpuclockid(pthread_self(), &clock) != 0) return;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(members_, clock, &Member::clock) == members_.end()) members_.push_back({clock, {}});
}

std::chrono::nanoseconds Team::cpu_time() {
  const std::lock_guard lock(mutex_);
  std::chrono::nanoseconds sum = gone_;
  std::erase_if(members_, [&](Member& member) {
    timespec time{};
    const bool lives = clock_gettime(member.clock, &time) == 0;
    const auto now = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    // A clock that went back is that of a new thread with the old one's number.
    if (!lives || now < member.last) {
      gone_ += member.last;
      sum += member.last;
      return true;
    }
    member.last = now;
    sum += now;
    return false;
  });
  return sum;
}

}  // namespace cloister::engine
