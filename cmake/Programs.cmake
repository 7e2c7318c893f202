# How all our C is compiled.

set(BACKSTAGE_C_WARNINGS -Wall -Wextra -Wpedantic -Wshadow)
set(BACKSTAGE_C_SANITIZE "")
if(BACKSTAGE_SANITIZE)
    list(JOIN BACKSTAGE_SANITIZE "," checks)
    set(BACKSTAGE_C_SANITIZE -fsanitize=${checks},undefined)
    add_link_options(-fuse-ld=lld) # gold warns of each symbol of the sanitizer's runtime
    if("thread" IN_LIST BACKSTAGE_SANITIZE) # whose runtime in Swift's toolchain knows Dispatch
        cmake_path(GET CMAKE_C_COMPILER PARENT_PATH toolchain)
        cmake_path(SET dispatch NORMALIZE "${toolchain}/../lib/swift/linux")
        add_link_options(-L${dispatch} LINKER:-rpath,${dispatch} LINKER:--no-as-needed
            -ldispatch -lBlocksRuntime)
    endif()
endif()

function(backstage_compile_c target standard)
    set_target_properties(${target} PROPERTIES
        C_STANDARD ${standard} C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE
        ${BACKSTAGE_C_WARNINGS} $<$<BOOL:${BACKSTAGE_WARNINGS_AS_ERRORS}>:-Werror>)
    if(BACKSTAGE_SANITIZE)
        target_compile_options(${target} PRIVATE
            ${BACKSTAGE_C_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PRIVATE ${BACKSTAGE_C_SANITIZE})
    endif()
endfunction()

# A program in C99 on the library; libev and threads are at hand.
function(backstage_add_program target)
    add_executable(${target} ${ARGN})
    backstage_compile_c(${target} 99)
    target_link_options(${target} PRIVATE -Wl,--as-needed)
    target_link_libraries(${target} PRIVATE Backstage::backstage Libev::Libev Threads::Threads)
endfunction()

find_package(Threads REQUIRED)
