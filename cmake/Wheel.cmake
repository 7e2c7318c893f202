# What a Python wheel takes: the library, stripped and under its plain name, and the header, so that
# plug-ins can be compiled against an installed wheel. Names in SKBUILD_ are scikit-build-core's.

if(NOT SKBUILD_PROJECT_VERSION VERSION_EQUAL PROJECT_VERSION)
    message(FATAL_ERROR "The Python package has version ${SKBUILD_PROJECT_VERSION}, and the library "
        "${PROJECT_VERSION}: run `make abi`.")
endif()

target_link_options(backstage PRIVATE LINKER:--strip-all)
install(PROGRAMS $<TARGET_FILE:backstage> RENAME libbackstage.so
    DESTINATION ${SKBUILD_PROJECT_NAME} COMPONENT python)
install(FILES include/backstage.h DESTINATION ${SKBUILD_PROJECT_NAME}/include COMPONENT python)

# A repaired wheel has libev inside, whose licence asks to be passed on.
find_file(LIBEV_LICENSE NAMES copyright LICENSE NO_DEFAULT_PATH
    PATHS /usr/share/doc/libev-dev /usr/share/doc/libev4 /usr/share/licenses/libev)
mark_as_advanced(LIBEV_LICENSE)
if(LIBEV_LICENSE)
    install(FILES ${LIBEV_LICENSE} RENAME LICENSE.libev
        DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT python)
endif()
