# A sanitizer has one runtime per process. So that Swift's objects and C's share it, a sanitized
# build takes the clang that belongs to the Swift compiler, unless told of another compiler.
# Comes before project(), where compilers are chosen.

if(NOT BACKSTAGE_SANITIZE OR CMAKE_C_COMPILER OR DEFINED ENV{CC})
    return()
endif()

find_program(BACKSTAGE_SWIFTC NAMES swiftc REQUIRED)
execute_process(
    COMMAND ${BACKSTAGE_SWIFTC} -print-target-info
    OUTPUT_VARIABLE target_info
    COMMAND_ERROR_IS_FATAL ANY)
string(JSON swift_resources GET "${target_info}" paths runtimeResourcePath)
cmake_path(SET swift_clang NORMALIZE "${swift_resources}/../../bin/clang")
if(NOT EXISTS ${swift_clang})
    message(FATAL_ERROR "There is no clang beside ${BACKSTAGE_SWIFTC}: name one with -DCMAKE_C_COMPILER.")
endif()
set(CMAKE_C_COMPILER ${swift_clang})
