// Does nothing: what remains is the cost of a run.
#include <cloister/cloister.h>

static cloister::Expected<void> nothing(cloister::Args& args) { return args.finish(); }

CLOISTER_WORKLOAD(nothing)
