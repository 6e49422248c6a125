# For projects that test an implementation of their own:
#
#   pickleproof_add_conformance_test(
#       NAME conformance                       name of the CTest test
#       COMMAND $<TARGET_FILE:my_testee> ...   the testee, harness/PROTOCOL.md
#       [EXPECT known.txt]                     known differences
#       [RUN encode/int/** ...]                these cases only
#       [TIMEOUT seconds])                     default 600
function(pickleproof_add_conformance_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;EXPECT;TIMEOUT" "COMMAND;RUN")
    if(NOT arg_NAME OR NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "pickleproof_add_conformance_test needs NAME and COMMAND; "
                            "it does not know: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    set(options "")
    if(arg_EXPECT)
        get_filename_component(expect "${arg_EXPECT}" ABSOLUTE)
        list(APPEND options --expect "${expect}")
    endif()
    foreach(pattern IN LISTS arg_RUN)
        list(APPEND options --run "${pattern}")
    endforeach()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 600)
    endif()
    add_test(NAME ${arg_NAME}
             COMMAND "${pickleproof_RUNNER}" run ${options} -- ${arg_COMMAND})
    set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
