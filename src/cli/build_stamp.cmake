# cmake -DROOT=.. -DPROFILE=.. -DOUT=.. -P build_stamp.cmake: writes OUT, and only when it changes, so that what depends on it is
# built again only then. The stamp is the commit, with a digest of what the sources differ in; without git a digest of them.
set(parts src rust cmake wit CMakeLists.txt)
find_package(Git QUIET)
set(commit "")
if(Git_FOUND AND EXISTS ${ROOT}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} --no-optional-locks -C ${ROOT} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${GIT_EXECUTABLE} --no-optional-locks -C ${ROOT} diff HEAD -- ${parts}
    OUTPUT_VARIABLE changes ERROR_QUIET)
  if(commit AND changes)
    string(SHA256 digest "${changes}")
    string(SUBSTRING ${digest} 0 8 digest)
    string(APPEND commit "-dirty-${digest}")
  endif()
endif()
if(NOT commit)
  file(GLOB_RECURSE files ${ROOT}/src/* ${ROOT}/rust/* ${ROOT}/cmake/* ${ROOT}/wit/* ${ROOT}/CMakeLists.txt)
  list(FILTER files EXCLUDE REGEX "/target/")
  set(digests "")
  foreach(file IN LISTS files)
    file(SHA256 ${file} digest)
    string(APPEND digests ${digest})
  endforeach()
  string(SHA256 commit "${digests}")
  string(SUBSTRING ${commit} 0 12 commit)
  string(PREPEND commit "sources-")
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
#include "cloister/cli/build_stamp.h"

namespace cloister::cli {
BuildStamp build_stamp() { return {"@commit@", "@PROFILE@"}; }
}  // namespace cloister::cli
]])
