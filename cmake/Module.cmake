# cloister_module(NAME SOURCES ... USES ... PRIVATE ...): one static library a folder of src/.
# A module's public headers are src/NAME/include/cloister/NAME/*.h; only modules named in USES (public) or PRIVATE are
# on its include path, so an include against the arrows of docs/architecture.md does not compile.
find_package(Threads REQUIRED)

add_library(cloister_options INTERFACE)
target_compile_options(cloister_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside libstdc++ and fmt when it inlines std::string and std::variant.
  target_compile_options(cloister_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-pointer)
else()
  # libstdc++'s own std::stable_sort uses what it calls deprecated; g++ is silent about its system headers.
  target_compile_options(cloister_options INTERFACE -Wno-deprecated-declarations)
endif()
if(CLOISTER_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(CLOISTER_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(CLOISTER_SANITIZE)
  message(FATAL_ERROR "CLOISTER_SANITIZE is '${CLOISTER_SANITIZE}'; it takes address or thread")
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Paths relative to the checkout, so that a fresh clone finds what another one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

function(cloister_module name)
  cmake_parse_arguments(M "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(cloister_${name} STATIC ${M_SOURCES})
  add_library(cloister::${name} ALIAS cloister_${name})
  target_include_directories(cloister_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(cloister_${name} PUBLIC ${M_USES} PRIVATE cloister_options ${M_PRIVATE})
endfunction()
