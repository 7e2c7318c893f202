# What must hold before anything is built.

if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "Backstage builds on Linux only.")
endif()
if(CMAKE_Swift_COMPILER_VERSION VERSION_LESS 6.3)
    message(FATAL_ERROR "Swift 6.3 or later is needed; this is ${CMAKE_Swift_COMPILER_VERSION}.")
endif()
if(BACKSTAGE_SANITIZE AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "A sanitized build needs clang, best the one of the Swift toolchain.")
endif()

# The header states the version; the project must agree.
set(header ${PROJECT_SOURCE_DIR}/include/backstage.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
file(READ ${header} header_text)
set(header_version "")
foreach(part IN ITEMS MAJOR MINOR PATCH)
    if(NOT header_text MATCHES "#define BACKSTAGE_VERSION_${part} ([0-9]+)")
        message(FATAL_ERROR "${header} defines no BACKSTAGE_VERSION_${part}.")
    endif()
    list(APPEND header_version ${CMAKE_MATCH_1})
endforeach()
list(JOIN header_version "." header_version)
if(NOT header_version VERSION_EQUAL PROJECT_VERSION)
    message(FATAL_ERROR
        "include/backstage.h has version ${header_version}, CMakeLists.txt ${PROJECT_VERSION}.")
endif()
