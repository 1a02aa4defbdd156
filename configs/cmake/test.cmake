include(GoogleTest)

# tercet_test(NAME LABELS l1 l2 LINK lib... SOURCES a_test.cpp ... [TIMEOUT s])
# One GoogleTest binary; each case becomes a CTest entry under the given labels.
function(tercet_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;LINK;SOURCES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE tercet_flags ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
