# Tests of the runner link its modules beside the library.
if(TARGET pickle_runner_core)
    foreach(name canon expect fuzz judge pattern recipe report reply scenario wire)
        pickle_add_unit(runner_${name})
        target_link_libraries(pickle_unit_runner_${name} PRIVATE pickle_runner_core)
        target_compile_definitions(pickle_unit_runner_${name} PRIVATE
            VECTORS_DIR="${PROJECT_SOURCE_DIR}/vectors")
    endforeach()
endif()
