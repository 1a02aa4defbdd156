include(GoogleTest)

# tercet_test(NAME LABELS l1 l2 LINK lib... SOURCES a_test.cpp ... [TIMEOUT s] [WHOLE])
# One GoogleTest binary; each case becomes a CTest entry under the given labels (attacks under adversary
# too). With WHOLE the binary is one entry and its cases share a process: for cases that share something
# slow to start, as a whole cluster (tests/support/live_cluster.h). One case of it:
# build/release/bin/NAME --gtest_filter=...
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
  label_attacks(${name} "${ARG_LABELS}")
endfunction()

# Cases called Attack_N_... (protocol.md 13) carry the label adversary too, whatever binary they are
# in. Only CTest knows the cases, so it is told by a file that it reads after finding them.
function(label_attacks name labels)
  list(APPEND labels adversary)
  list(REMOVE_DUPLICATES labels)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}_attacks.cmake)
  file(CONFIGURE OUTPUT ${script} @ONLY CONTENT [[
foreach(case IN LISTS @name@_TESTS)
  if(case MATCHES "Attack_[0-9]")
    set_tests_properties("${case}" PROPERTIES LABELS "@labels@")
  endif()
endforeach()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
