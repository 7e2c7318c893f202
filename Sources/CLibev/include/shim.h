/*
 * libev, with its macros made callable from Swift, and the one thing Swift has no word for: a
 * variable per thread. All else of the engine is Swift.
 */
#ifndef CLIBEV_SHIM_H
#define CLIBEV_SHIM_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* What this thread is in a callback of: an engine, a sentinel, or nothing. Its address names the
 * thread. Initial-exec, so that reading it is one instruction. */
extern _Thread_local void *clibev_thread_current
    __attribute__((visibility("hidden"), tls_model("initial-exec")));

static inline void *clibev_current(void) { return clibev_thread_current; }
static inline void clibev_set_current(void *current) { clibev_thread_current = current; }
static inline uintptr_t clibev_thread(void) { return (uintptr_t)&clibev_thread_current; }

typedef void (*clibev_io_callback)(struct ev_loop *loop, ev_io *watcher, int events);
typedef void (*clibev_timer_callback)(struct ev_loop *loop, ev_timer *watcher, int events);
typedef void (*clibev_async_callback)(struct ev_loop *loop, ev_async *watcher, int events);
typedef void (*clibev_prepare_callback)(struct ev_loop *loop, ev_prepare *watcher, int events);
typedef void (*clibev_check_callback)(struct ev_loop *loop, ev_check *watcher, int events);
typedef void (*clibev_idle_callback)(struct ev_loop *loop, ev_idle *watcher, int events);

static inline void clibev_io_init(ev_io *watcher, clibev_io_callback callback, int fd, int events,
                                  void *data) {
    ev_io_init(watcher, callback, fd, events);
    watcher->data = data;
}

static inline void clibev_timer_init(ev_timer *watcher, clibev_timer_callback callback,
                                     void *data) {
    ev_timer_init(watcher, callback, 0., 0.);
    watcher->data = data;
}

static inline void clibev_timer_set(ev_timer *watcher, double after) {
    ev_timer_set(watcher, after, 0.);
}

static inline void clibev_async_init(ev_async *watcher, clibev_async_callback callback,
                                     void *data) {
    ev_async_init(watcher, callback);
    watcher->data = data;
}

static inline void clibev_prepare_init(ev_prepare *watcher, clibev_prepare_callback callback,
                                       void *data) {
    ev_prepare_init(watcher, callback);
    watcher->data = data;
}

static inline void clibev_check_init(ev_check *watcher, clibev_check_callback callback,
                                     void *data) {
    ev_check_init(watcher, callback);
    watcher->data = data;
}

static inline void clibev_idle_init(ev_idle *watcher, clibev_idle_callback callback, void *data) {
    ev_idle_init(watcher, callback);
    watcher->data = data;
}

static inline int clibev_io_is_active(const ev_io *watcher) { return ev_is_active(watcher); }
static inline int clibev_idle_is_active(const ev_idle *watcher) { return ev_is_active(watcher); }
static inline int clibev_timer_is_active(const ev_timer *watcher) { return ev_is_active(watcher); }

static inline uint64_t clibev_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* sigaction's handler field is a macro into a union. */
static inline void clibev_sigaction_set(struct sigaction *action, void (*handler)(int)) {
    memset(action, 0, sizeof *action);
    action->sa_handler = handler;
    action->sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&action->sa_mask);
}

/* fcntl is variadic. */
static inline int clibev_is_open(int fd) { return fcntl(fd, F_GETFD) != -1; }

/* libev aborts where it cannot get its two descriptors. */
static inline int clibev_has_descriptors(void) {
    int fds[2];
    if (pipe(fds) != 0) {
        return 0;
    }
    close(fds[0]);
    close(fds[1]);
    return 1;
}

static inline int clibev_errno(void) { return errno; }
static inline void clibev_set_errno(int value) { errno = value; }

/* MAP_FAILED is a cast that Swift does not import. */
static inline void *clibev_reserve(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Where the system has them. */
static inline void clibev_prefer_large_pages(void *memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
    madvise(memory, bytes, MADV_HUGEPAGE);
#else
    (void)memory, (void)bytes;
#endif
}

/* One line to standard error, in one call, so that lines of several threads do not mix. */
static inline void clibev_write_line(const char *prefix, const char *level, const char *message) {
    struct iovec parts[5] = {{(void *)prefix, strlen(prefix)},
                             {(void *)level, strlen(level)},
                             {(void *)": ", 2},
                             {(void *)message, strlen(message)},
                             {(void *)"\n", 1}};
    ssize_t written = writev(STDERR_FILENO, parts, 5);
    (void)written;
}

#endif
