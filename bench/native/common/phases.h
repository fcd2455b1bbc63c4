// What a native program says of itself: the times of its phases and its results, in the form of `cloister run --json`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

// Seconds by the wall clock and of all threads' CPU time.
struct Times {
  double wall = 0, cpu = 0;
  friend Times operator-(const Times& a, const Times& b) { return {a.wall - b.wall, a.cpu - b.cpu}; }
};

[[nodiscard]] Times now();

// The phases of a program, one after the other. Thread safety: none.
class Phases {
 public:
  // Ends the phase before it and begins this one.
  void enter(std::string name);
  // The last value of a series.
  void metric(const std::string& name, double value) { metrics_[name] = value; }
  // Ends the last phase and prints everything as one line of JSON:
  // {"phases": [{"name", "seconds", "cpu_seconds"}..], "metrics": {NAME: {"last"}..}}.
  void print();

 private:
  void end();

  std::string current_;
  Times began_;
  std::vector<std::pair<std::string, Times>> over_;
  std::map<std::string, double> metrics_;
};
