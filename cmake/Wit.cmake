include_guard(GLOBAL)
# Guests: components from C++ with clang's WebAssembly target. CMake has one toolchain a build, so guests are built by custom
# commands.
include(Wasmtime)
set(CLOISTER_WASM_CXX_NAMES clang++-22 clang++-21 clang++-20 clang++)
find_program(CLOISTER_WASM_CXX NAMES ${CLOISTER_WASM_CXX_NAMES} DOC "clang++ with a wasm32-wasi target")
find_program(CLOISTER_WASM_CC NAMES clang-22 clang-21 clang-20 clang DOC "clang with a wasm32-wasi target")
if(NOT CLOISTER_WASM_CXX OR NOT CLOISTER_WASM_CC)
  message(FATAL_ERROR "clang was not found; install clang-22, lld-22, libc++-22-dev-wasm32, libc++abi-22-dev-wasm32, "
    "libclang-rt-22-dev-wasm32 and wasi-libc, or configure with -DCLOISTER_GUESTS=OFF")
endif()
# Debian's libraries lie under the old name of the target, which clang reports as deprecated. Line tables, for backtraces and
# profiles, change no code; paths of this machine stay out of them.
set(CLOISTER_WASM_FLAGS --target=wasm32-wasi -Wno-deprecated -O2 -msimd128 -Wall -Wextra -Werror -gline-tables-only
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)
set(CLOISTER_WASM_CXX_FLAGS ${CLOISTER_WASM_FLAGS} -std=c++23 -fno-exceptions)

# cloister_guest_bindings(NAME WIT folder WORLD world): C bindings in ${CMAKE_BINARY_DIR}/guest-bindings/NAME. Sets in the caller
# NAME_INCLUDE (folder), NAME_HEADER and NAME_OBJECTS (to depend on and to link).
function(cloister_guest_bindings name)
  cmake_parse_arguments(G "" "WIT;WORLD" "" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/guest-bindings/${name})
  string(REPLACE "-" "_" file ${G_WORLD})
  file(GLOB_RECURSE wit CONFIGURE_DEPENDS ${G_WIT}/*.wit)
  add_custom_command(
    OUTPUT ${out}/${file}.h ${out}/${file}.c ${out}/${file}_component_type.o ${out}/${file}.o
    COMMAND ${CLOISTER_WIT} guest-c --wit ${G_WIT} --world ${G_WORLD} --out ${out}
    # Generated C: warnings are its authors' affair.
    COMMAND ${CLOISTER_WASM_CC} ${CLOISTER_WASM_FLAGS} -w -c ${out}/${file}.c -o ${out}/${file}.o
    # The generator leaves unchanged files alone; what depends on the command must still see it done.
    COMMAND ${CMAKE_COMMAND} -E touch ${out}/${file}.h ${out}/${file}.c ${out}/${file}_component_type.o
    DEPENDS ${wit} ${CLOISTER_WIT} cloister_wit_tool
    COMMENT "Generating guest bindings of world ${G_WORLD}"
    VERBATIM)
  add_custom_target(guest_bindings_${name} DEPENDS ${out}/${file}.o)
  set(${name}_INCLUDE ${out} PARENT_SCOPE)
  set(${name}_HEADER ${out}/${file}.h PARENT_SCOPE)
  set(${name}_OBJECTS ${out}/${file}.o ${out}/${file}_component_type.o PARENT_SCOPE)
endfunction()

# cloister_guest_component(NAME [OUT file] SOURCES a.cpp.. [INCLUDES folder..] [DEFINITIONS X=1..] [BINDINGS name]): target guest_NAME,
# which makes ${CMAKE_BINARY_DIR}/components/OUT (NAME.wasm unless said otherwise). BINDINGS defaults to those of world `workload`.
function(cloister_guest_component name)
  cmake_parse_arguments(G "" "OUT;BINDINGS" "SOURCES;INCLUDES;DEFINITIONS" ${ARGN})
  if(NOT G_OUT)
    set(G_OUT ${name}.wasm)
  endif()
  if(NOT G_BINDINGS)
    set(G_BINDINGS workload)
  endif()
  set(work ${CMAKE_BINARY_DIR}/guests/${name})
  set(component ${CMAKE_BINARY_DIR}/components/${G_OUT})
  file(MAKE_DIRECTORY ${work} ${CMAKE_BINARY_DIR}/components)
  # ccache makes paths relative to the folder in which compilers run.
  file(RELATIVE_PATH to_source ${CMAKE_CURRENT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
  string(REGEX REPLACE "/$" "" to_source "${to_source}")
  set(relative -ffile-prefix-map=${to_source}/=)
  list(TRANSFORM G_INCLUDES PREPEND -I)
  list(TRANSFORM G_DEFINITIONS PREPEND -D)
  set(objects)
  foreach(source ${G_SOURCES})
    get_filename_component(path ${source} ABSOLUTE)
    string(REPLACE "/" "_" object ${source})
    set(object ${work}/${object}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${CLOISTER_WASM_CXX} ${CLOISTER_WASM_CXX_FLAGS} ${relative} ${G_DEFINITIONS} ${G_INCLUDES}
        -isystem ${${G_BINDINGS}_INCLUDE} -MD -MF ${object}.d -c ${path} -o ${object}
      DEPENDS ${path} ${${G_BINDINGS}_HEADER} ${CLOISTER_OPERATORS}.stamp
      DEPFILE ${object}.d
      COMMENT "Compiling guest ${name}: ${source}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(OUTPUT ${component}
    COMMAND ${CLOISTER_WASM_CXX} ${CLOISTER_WASM_CXX_FLAGS} -mexec-model=reactor -Wl,--initial-heap=262144
      ${objects} ${${G_BINDINGS}_OBJECTS} -o ${work}/core.wasm
    COMMAND ${CLOISTER_WIT} component ${work}/core.wasm --out ${component}
    COMMAND ${CMAKE_COMMAND} -E touch ${component}
    DEPENDS ${objects} ${${G_BINDINGS}_OBJECTS} ${CLOISTER_WIT}
    COMMENT "Linking component ${G_OUT}"
    VERBATIM)
  add_custom_target(guest_${name} ALL DEPENDS ${component})
endfunction()

cloister_guest_bindings(workload WIT ${PROJECT_SOURCE_DIR}/wit WORLD workload)
