# libtorch as imported targets. find_package(Torch) of a torch that was built with CUDA needs a CUDA toolkit; this needs
# none, because the CUDA libraries are opened at run time, when a device is asked for.
#
# In : LIBTORCH_ROOT (variable or environment): the folder with libtorch's include/ and lib/: an unpacked libtorch, or
#      site-packages/torch of a `pip install torch`. Empty: what tools fetched into CLOISTER_CACHE.
# Out: LibTorch::cpu, LIBTORCH_ROOT, LIBTORCH_VERSION (2.11 to 2.15)
include_guard(GLOBAL)

set(LIBTORCH_ROOT "$ENV{LIBTORCH_ROOT}" CACHE PATH "folder with libtorch's include/ and lib/")
if(NOT LIBTORCH_ROOT)
  set(LIBTORCH_ROOT "${CLOISTER_CACHE}/libtorch-2.15.0/torch")
endif()
foreach(file include/ATen/ATen.h lib/libc10.so lib/libtorch_cpu.so)
  if(NOT EXISTS "${LIBTORCH_ROOT}/${file}")
    message(FATAL_ERROR "no libtorch: ${LIBTORCH_ROOT}/${file} is missing; run `make setup`, or set LIBTORCH_ROOT to a "
      "folder with libtorch's include/ and lib/, or configure with -DCLOISTER_TORCH=OFF")
  endif()
endforeach()

set(LIBTORCH_VERSION "")
foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(NOT LIBTORCH_VERSION AND EXISTS "${LIBTORCH_ROOT}/include/${header}")
    file(READ "${LIBTORCH_ROOT}/include/${header}" text)
    if(text MATCHES "TORCH_VERSION_MAJOR ([0-9]+)[^0-9].*TORCH_VERSION_MINOR ([0-9]+)[^0-9].*TORCH_VERSION_PATCH ([0-9]+)")
      set(LIBTORCH_VERSION "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}")
    endif()
  endif()
endforeach()
set(way_out "2.11 to 2.15 are supported: set LIBTORCH_ROOT to one of these, or leave it empty for the one that `make setup` fetches")
if(NOT LIBTORCH_VERSION)
  message(FATAL_ERROR "the version of libtorch in ${LIBTORCH_ROOT} cannot be read from its headers; ${way_out}")
elseif(LIBTORCH_VERSION VERSION_LESS 2.11 OR LIBTORCH_VERSION VERSION_GREATER_EQUAL 2.16)
  message(FATAL_ERROR "libtorch in ${LIBTORCH_ROOT} is version ${LIBTORCH_VERSION}; ${way_out}")
endif()
message(STATUS "libtorch ${LIBTORCH_VERSION}: ${LIBTORCH_ROOT}")

find_package(Threads REQUIRED)
foreach(name c10 torch_cpu)
  add_library(LibTorch::${name} SHARED IMPORTED GLOBAL)
  set_target_properties(LibTorch::${name} PROPERTIES IMPORTED_LOCATION "${LIBTORCH_ROOT}/lib/lib${name}.so")
endforeach()
add_library(LibTorch::cpu INTERFACE IMPORTED GLOBAL)
target_include_directories(LibTorch::cpu SYSTEM INTERFACE
  "${LIBTORCH_ROOT}/include" "${LIBTORCH_ROOT}/include/torch/csrc/api/include")
# libtorch brings headers of an fmt of its own, newer than the system's library: inline, it needs none.
target_compile_definitions(LibTorch::cpu INTERFACE _GLIBCXX_USE_CXX11_ABI=1 FMT_HEADER_ONLY=1)
target_link_libraries(LibTorch::cpu INTERFACE LibTorch::torch_cpu LibTorch::c10 Threads::Threads)
# DT_RPATH, not DT_RUNPATH: it also serves what libtorch opens later.
target_link_options(LibTorch::cpu INTERFACE "LINKER:--disable-new-dtags")
