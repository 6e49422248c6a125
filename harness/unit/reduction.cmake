if(TARGET pickle_objects AND PICKLE_CONNECTION AND UNIX)
    foreach(name dupfd handles handles_limits handles_peer)
        pickle_add_unit(${name})
    endforeach()
    # The C side of scripts/stages/handles.
    add_executable(pickle_handles_peer handles_peer.c)
    target_compile_definitions(pickle_handles_peer PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_libraries(pickle_handles_peer PRIVATE pickleproof pickle_flags)
    # The C side of scripts/stages/interop.
    add_executable(pickle_connection_peer connection_peer.c)
    target_compile_definitions(pickle_connection_peer PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_libraries(pickle_connection_peer PRIVATE pickleproof pickle_flags)
endif()
