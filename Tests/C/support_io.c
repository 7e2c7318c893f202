#define _GNU_SOURCE
#include "support_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For what the test itself needs and cannot do without. */
static void need(bool held, const char *what) {
    if (!held) {
        perror(what);
        abort();
    }
}

/* ---- Events ------------------------------------------------------------------------------ */

size_t test_count_type(const test_recorder *recorder, backstage_message_type type) {
    size_t count = 0;
    for (size_t i = 0; i < recorder->count; i++) {
        count += recorder->messages[i].type == type;
    }
    return count;
}

static void copy_event(const test_message *message, backstage_message_type type, void *event,
                       size_t size) {
    memset(event, 0, size);
    if (CHECK_EQ(message->type, type) && CHECK_EQ(message->size, size)) {
        memcpy(event, message->bytes, size);
    }
}

backstage_timer_event test_timer_event(const test_message *message) {
    backstage_timer_event event;
    copy_event(message, BACKSTAGE_TIMER, &event, sizeof event);
    return event;
}

backstage_io_event test_io_event(const test_message *message) {
    backstage_io_event event;
    copy_event(message, BACKSTAGE_IO, &event, sizeof event);
    return event;
}

backstage_signal_event test_signal_event(const test_message *message) {
    backstage_signal_event event;
    copy_event(message, BACKSTAGE_SIGNAL, &event, sizeof event);
    return event;
}

backstage_termination test_termination(const test_message *message) {
    backstage_termination event;
    copy_event(message, BACKSTAGE_TERMINATED, &event, sizeof event);
    return event;
}

backstage_failure test_failure(const test_message *message) {
    backstage_failure event;
    copy_event(message, BACKSTAGE_FAILURE, &event, sizeof event);
    return event;
}

test_stage test_stage_open(void) {
    test_stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.actor = test_spawn(s.engine, NULL, test_receive, s.seen);
    s.context = test_context(s.engine, s.actor);
    return s;
}

/* ---- Descriptors ------------------------------------------------------------------------- */

void test_pipe(int ends[2]) { need(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0, "pipe2"); }

void test_socket_pair(int ends[2]) {
    need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
         "socketpair");
}

void test_close_pair(int ends[2]) {
    close(ends[0]);
    close(ends[1]);
}

void test_poke(int fd) { need(write(fd, "!", 1) == 1, "write"); }

size_t test_drain(int fd) {
    char bytes[256];
    size_t sum = 0;
    for (;;) {
        ssize_t count = read(fd, bytes, sizeof bytes);
        if (count <= 0) {
            return sum;
        }
        sum += (size_t)count;
    }
}

static size_t count_entries(const char *path) {
    size_t count = 0;
    DIR *directory = opendir(path);
    need(directory != NULL, path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

size_t test_descriptors(void) {
    return count_entries("/proc/self/fd") - 1; /* but for the one that looks */
}

size_t test_threads(void) { return count_entries("/proc/self/task"); }

/* ---- Threads ----------------------------------------------------------------------------- */

struct test_thread {
    pthread_t thread;
    void (*body)(void *state);
    void *state;
};

static void *run_body(void *state) {
    test_thread *thread = state;
    thread->body(thread->state);
    return NULL;
}

test_thread *test_thread_start(void (*body)(void *state), void *state) {
    test_thread *thread = test_alloc(sizeof *thread);
    thread->body = body;
    thread->state = state;
    need(pthread_create(&thread->thread, NULL, run_body, thread) == 0, "pthread_create");
    return thread;
}

void test_thread_join(test_thread *thread) {
    need(pthread_join(thread->thread, NULL) == 0, "pthread_join");
}

void test_elsewhere(void (*body)(void *state), void *state) {
    test_thread_join(test_thread_start(body, state));
}

pid_t test_thread_id(void) { return (pid_t)syscall(SYS_gettid); }

void test_wait_asleep(pid_t thread_id) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread_id);
    for (;;) {
        char state = 0;
        FILE *file = fopen(path, "r");
        need(file != NULL, path);
        need(fscanf(file, "%*d (%*[^)]) %c", &state) == 1, path);
        fclose(file);
        if (state == 'S') {
            return;
        }
        sched_yield();
    }
}
