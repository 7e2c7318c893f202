/*
 * What the tests of events share beyond support.h: payloads of events, descriptors, threads, and
 * what can be seen of this process from inside.
 */
#ifndef TEST_SUPPORT_IO_H
#define TEST_SUPPORT_IO_H

#include <sys/types.h>

#include "support.h"

/* ---- Events ------------------------------------------------------------------------------ */

/* How many of the messages recorded are of a type. */
size_t test_count_type(const test_recorder *recorder, backstage_message_type type);

/* The payloads of events; each checks the type, and is all zero when the type is another. */
backstage_timer_event test_timer_event(const test_message *message);
backstage_io_event test_io_event(const test_message *message);
backstage_signal_event test_signal_event(const test_message *message);
backstage_termination test_termination(const test_message *message);
backstage_failure test_failure(const test_message *message);

/* An engine with one actor that records what it gets. */
typedef struct test_stage {
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref actor;
    backstage_context *context;
} test_stage;
test_stage test_stage_open(void);

/* ---- Descriptors ------------------------------------------------------------------------- */

/* A pipe, a pair of connected sockets: both ends never block. */
void test_pipe(int ends[2]);
void test_socket_pair(int ends[2]);
void test_close_pair(int ends[2]);

/* Writes one byte; reads all there is, and says how many bytes that was. */
void test_poke(int fd);
size_t test_drain(int fd);

/* How many descriptors and threads this process has. */
size_t test_descriptors(void);
size_t test_threads(void);

/* ---- Threads ----------------------------------------------------------------------------- */

typedef struct test_thread test_thread;
test_thread *test_thread_start(void (*body)(void *state), void *state);
void test_thread_join(test_thread *thread);
/* Runs the body on another thread, to its end. */
void test_elsewhere(void (*body)(void *state), void *state);

/* The calling thread, and a wait until that thread sleeps in the kernel. */
pid_t test_thread_id(void);
void test_wait_asleep(pid_t thread_id);

#endif
