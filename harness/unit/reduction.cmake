if(TARGET pickle_objects AND PICKLE_CONNECTION AND UNIX)
    pickle_add_unit(handles)
endif()
