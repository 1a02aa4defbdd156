include(GoogleTest)

# tercet_test(NAME LABELS l1 l2 LINK lib... SOURCES a_test.cpp ... [TIMEOUT s] [WHOLE])
# One GoogleTest binary; each case becomes a CTest entry under the given labels. With WHOLE the binary
# is one entry and its cases share a process: for cases that share something slow to start, as a whole
# cluster (tests/support/live_cluster.h). One case of it: build/release/bin/NAME --gtest_filter=...
function(tercet_test name)
  cmake_parse_arguments(ARG "WHOLE" "TIMEOUT" "LABELS;LINK;SOURCES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(TERCET_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE tercet_flags ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  if(ARG_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
    return()
  endif()
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
