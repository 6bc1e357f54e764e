# Beside find_package(Mercer): pkg-config, and a Debian package by `cpack -G DEB`.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH MERCER_PREFIX_FROM_PC /${pkgconfig_dir} /)
set(MERCER_PC_LIBRARIES "-lmercer_entries -lmercer_dsl")
if(TARGET mercer_runtime)
  set(MERCER_PC_LIBRARIES "-lmercer_entries -lmercer_runtime -lmercer_dsl")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/mercer.pc.in mercer.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/mercer.pc DESTINATION ${pkgconfig_dir})

# What is packed is what was built; packing builds nothing.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_PACKAGE_NAME mercer)
set(CPACK_PACKAGE_VENDOR "Mercer")
set(CPACK_PACKAGE_CONTACT "The Mercer developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "expressions, differentiated and compiled for the processor that they run on")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
# Which packages have the libraries that ours are linked to is asked of dpkg.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# It may take libLLVM for the link beside libMLIR, which belongs to the development package and gives no dependency.
if(TARGET mercer_runtime)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS libllvm${LLVM_VERSION_MAJOR})
endif()
include(CPack)
