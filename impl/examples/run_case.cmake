# Runs PROGRAM on CASE.in and compares what it prints with CASE.out.
execute_process(COMMAND ${PROGRAM} INPUT_FILE ${CASE}.in OUTPUT_FILE ${OUTPUT}
                ERROR_VARIABLE errors RESULT_VARIABLE code)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${CASE}.out ${OUTPUT}
                RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
if(differs OR (NOT code MATCHES "^[01]$"))
    message(FATAL_ERROR "exit code ${code}; ${OUTPUT} is not ${CASE}.out\n${errors}")
endif()
