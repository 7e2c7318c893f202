# The library: two modules of Embedded Swift and a little C, linked as C.

set(sources ${PROJECT_SOURCE_DIR}/Sources)

# CMake asks for incremental builds, and swiftc remarks each time that -wmo rules them out.
string(REPLACE " -incremental" "" CMAKE_Swift_CREATE_STATIC_LIBRARY
    "${CMAKE_Swift_CREATE_STATIC_LIBRARY}")

# Nothing, where the compilers look anyway.
set(libev_include_dir ${LIBEV_INCLUDE_DIR})
list(REMOVE_ITEM libev_include_dir ${CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES})

# One module, compiled whole, from Sources/<name>/*.swift.
function(backstage_add_module name)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${sources}/${name}/*.swift)
    add_library(${name} STATIC ${files})
    set_target_properties(${name} PROPERTIES Swift_MODULE_NAME ${name})
    target_include_directories(${name} PUBLIC
        ${PROJECT_SOURCE_DIR}/include ${sources}/CLibev/include ${libev_include_dir})
    target_compile_options(${name} PRIVATE
        -enable-experimental-feature Embedded -wmo -parse-as-library -swift-version 6
        -enforce-exclusivity=unchecked -package-name backstage
        "SHELL:-Xfrontend -function-sections"
        $<$<BOOL:${BACKSTAGE_WARNINGS_AS_ERRORS}>:-warnings-as-errors>)
    foreach(check IN LISTS BACKSTAGE_SANITIZE)
        target_compile_options(${name} PRIVATE -sanitize=${check})
    endforeach()
endfunction()

backstage_add_module(BackstageCore)
backstage_add_module(BackstageABI)
target_link_libraries(BackstageABI PUBLIC BackstageCore)

file(GLOB c_files CONFIGURE_DEPENDS ${sources}/CLibev/*.c)
add_library(backstage SHARED ${c_files})
add_library(Backstage::backstage ALIAS backstage)
backstage_compile_c(backstage 11)
set_target_properties(backstage PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    LINKER_LANGUAGE C # so that no runtime of Swift is linked
    C_EXTENSIONS ON # the system's headers as Swift imports them
    C_VISIBILITY_PRESET hidden
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/backstage.map
    PUBLIC_HEADER ${PROJECT_SOURCE_DIR}/include/backstage.h)
target_include_directories(backstage
    PRIVATE ${sources}/CLibev/include
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_options(backstage PRIVATE
    -fstack-protector-strong -fstack-clash-protection -ffunction-sections -fdata-sections)
target_link_libraries(backstage PRIVATE
    $<LINK_LIBRARY:WHOLE_ARCHIVE,BackstageABI> BackstageCore Libev::Libev)
target_link_options(backstage PRIVATE
    LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/backstage.map
    LINKER:--gc-sections LINKER:--as-needed LINKER:-O1 LINKER:--hash-style=gnu
    LINKER:-z,nodelete LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
if(NOT BACKSTAGE_SANITIZE) # clang leaves a sanitizer's runtime to the program
    target_link_options(backstage PRIVATE LINKER:-z,defs)
endif()
