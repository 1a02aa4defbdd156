# Every target links tercet_flags; no flag is set anywhere else, except instruction sets on single files
# and TERCET_TEST_OPTIONS on what lies under tests/.
set(TERCET_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
option(TERCET_FORTIFY "fortified library calls (optimised builds without sanitizers)" OFF)
set(TERCET_TEST_OPTIONS "" CACHE STRING "compiler options of tests, after all others")
option(TERCET_GROUP_TESTS "compile tests in groups of files" OFF)
option(TERCET_FUZZ "link fuzz targets with libFuzzer (clang)" OFF)

# g++ 12 at -O2 raises false alarms: -Wrestrict on std::string, -Wmismatched-new-delete where it inlines
# only one of the two allocation functions of Asio's coroutine frames.
add_library(tercet_flags INTERFACE)
target_include_directories(tercet_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tercet_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wcast-align -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${TERCET_FORTIFY}>>:-Wno-mismatched-new-delete>
  -fstack-protector-strong -fstack-clash-protection)
target_compile_definitions(tercet_flags INTERFACE
  _GLIBCXX_ASSERTIONS
  $<$<BOOL:${TERCET_FORTIFY}>:_FORTIFY_SOURCE=2>
  TERCET_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED)
target_link_options(tercet_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)

if(TERCET_SANITIZE)
  target_compile_options(tercet_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    -fsanitize=${TERCET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<AND:$<CXX_COMPILER_ID:Clang>,$<BOOL:${TERCET_FUZZ}>>:-fsanitize=fuzzer-no-link>
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  if(TERCET_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(tercet_flags INTERFACE -Wno-tsan)
  endif()
  target_link_options(tercet_flags INTERFACE -fsanitize=${TERCET_SANITIZE})
endif()

find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_link_options(tercet_flags INTERFACE -fuse-ld=mold)
endif()
