// `cloister bench`: the command's own measurements.
#pragma once

namespace CLI {
class App;
}

namespace cloister::cli {

// Adds `bench` with `transfer`, `boundary` and `startup` to the command. A benchmark runs inside `app.parse` and leaves
// its exit code in `exit_code`, which must outlive the app: 0; 1 when it could not run or weights differ.
void add_bench(CLI::App& app, int& exit_code);

}  // namespace cloister::cli
