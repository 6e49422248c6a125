# What `cmake --install` puts where: headers, library, the CMake package and
# the pkg-config file. The harness installs its own part.
include(CMakePackageConfigHelpers)
set(pickle_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pickleproof)

install(DIRECTORY include/pickleproof DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/pickleproof/version.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pickleproof)
install(TARGETS pickleproof EXPORT pickleproofTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT pickleproofTargets NAMESPACE pickleproof::
        DESTINATION ${pickle_config_dir})

configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/pickleproofConfig.cmake.in
    ${PROJECT_BINARY_DIR}/pickleproofConfig.cmake
    INSTALL_DESTINATION ${pickle_config_dir}
    PATH_VARS CMAKE_INSTALL_DATADIR CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/pickleproofConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pickleproofConfig.cmake
              ${PROJECT_BINARY_DIR}/pickleproofConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/pickleproofConformance.cmake
        DESTINATION ${pickle_config_dir})

# The .pc file finds its prefix from its own place, so that a staged or moved
# tree works; how far up that is depends on the library folder.
file(RELATIVE_PATH pickle_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" pickle_up "${pickle_up}")
set(pickle_pc_requires "")
set(pickle_pc_libs "")
if(UNIX)
    set(pickle_pc_libs -lm)
endif()
if(PICKLE_CONNECTION AND UNIX)
    set(pickle_pc_requires libcrypto)
    string(APPEND pickle_pc_libs " -pthread")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/pickleproof.pc.in
               ${PROJECT_BINARY_DIR}/pickleproof.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pickleproof.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
