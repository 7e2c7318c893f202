/*
 * Stands between the process and its memory: counts calls to the allocator, and makes those of the
 * library fail. Include it in the one test file of a program, after _GNU_SOURCE is defined; it
 * defines malloc and its kin, which pass on to glibc's.
 */
#ifndef TEST_INTERPOSE_H
#define TEST_INTERPOSE_H

#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

enum { MEMORY_LIVE_MAX = 8192 };

static struct {
    uint64_t calls;     /* to the allocator, by anyone */
    uint64_t asked;     /* by the library, since memory_fail */
    uint64_t fail_at;   /* which of these fails; 0: none */
    bool fail_on;       /* and all that come after it */
    uint64_t failed;    /* how many did */
    uintptr_t from, to; /* where the library's code lies */
    void *live[MEMORY_LIVE_MAX];
    size_t live_count;
    bool locked;
} memory;

static int find_library(struct dl_phdr_info *object, size_t size, void *state) {
    (void)size, (void)state;
    if (strstr(object->dlpi_name, "libbackstage") == NULL) {
        return 0;
    }
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X) {
            memory.from = object->dlpi_addr + segment->p_vaddr;
            memory.to = memory.from + segment->p_memsz;
        }
    }
    return 1;
}

/* Whether the library was found: without it nothing fails and nothing is tracked. */
bool memory_watch(void) {
    dl_iterate_phdr(find_library, NULL);
    return memory.from != 0;
}

/* From now on the nth allocation of the library fails, and those after it if `on`; 0: none. */
void memory_fail(uint64_t nth, bool on) {
    memory.asked = memory.failed = 0;
    memory.fail_on = on;
    memory.fail_at = nth;
}

uint64_t memory_calls(void) { return __atomic_load_n(&memory.calls, __ATOMIC_SEQ_CST); }
uint64_t memory_failed(void) { return memory.failed; }
/* Pieces that the library has taken and not given back. */
size_t memory_live(void) { return memory.live_count; }

static void lock_memory(void) {
    while (__atomic_test_and_set(&memory.locked, __ATOMIC_ACQUIRE)) {
    }
}

static void unlock_memory(void) { __atomic_clear(&memory.locked, __ATOMIC_RELEASE); }

/* Whether a call from `caller` is to fail. */
static bool refuses(const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    __atomic_add_fetch(&memory.calls, 1, __ATOMIC_SEQ_CST);
    if (memory.fail_at == 0 || address < memory.from || address >= memory.to) {
        return false;
    }
    memory.asked++;
    bool fails =
        memory.asked == memory.fail_at || (memory.fail_on && memory.asked > memory.fail_at);
    memory.failed += fails;
    return fails;
}

static void *taken(void *piece, const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    if (piece != NULL && address >= memory.from && address < memory.to) {
        lock_memory();
        if (memory.live_count == MEMORY_LIVE_MAX) {
            abort();
        }
        memory.live[memory.live_count++] = piece;
        unlock_memory();
    }
    return piece;
}

/* By anyone: the library's last call may be a jump, which leaves no trace of it. */
static void given_back(const void *piece) {
    lock_memory();
    for (size_t i = memory.live_count; i-- > 0;) {
        if (memory.live[i] == piece) {
            memory.live[i] = memory.live[--memory.live_count];
            break;
        }
    }
    unlock_memory();
}

#define CALLER __builtin_return_address(0)

static void *no_memory(void) {
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size) {
    return refuses(CALLER) ? no_memory() : taken(__libc_malloc(size), CALLER);
}

void *calloc(size_t count, size_t size) {
    return refuses(CALLER) ? no_memory() : taken(__libc_calloc(count, size), CALLER);
}

void *realloc(void *piece, size_t size) {
    if (refuses(CALLER)) {
        return no_memory();
    }
    given_back(piece);
    return taken(__libc_realloc(piece, size), CALLER);
}

int posix_memalign(void **piece, size_t alignment, size_t size) {
    if (refuses(CALLER)) {
        return ENOMEM;
    }
    void *made = taken(__libc_memalign(alignment, size), CALLER);
    if (made == NULL) {
        return ENOMEM;
    }
    *piece = made;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return refuses(CALLER) ? no_memory() : taken(__libc_memalign(alignment, size), CALLER);
}

void free(void *piece) {
    __atomic_add_fetch(&memory.calls, 1, __ATOMIC_SEQ_CST);
    if (piece != NULL) {
        given_back(piece);
        __libc_free(piece);
    }
}

/* Tables that grow in place take their memory from the system. */
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
    if (refuses(CALLER)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    long made = syscall(SYS_mmap, at, size, protection, flags, fd, offset);
    if (made == -1) {
        return MAP_FAILED;
    }
    void *piece;
    memcpy(&piece, &made, sizeof piece);
    return taken(piece, CALLER);
}

int munmap(void *piece, size_t size) {
    given_back(piece);
    return (int)syscall(SYS_munmap, piece, size);
}

int mprotect(void *piece, size_t size, int protection) {
    if (refuses(CALLER)) {
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_mprotect, piece, size, protection);
}

#endif
