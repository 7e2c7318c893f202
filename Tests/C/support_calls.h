/*
 * Every function of the library once, with good arguments: for the tests that call them from where
 * they must not be called. A function that is added to the header belongs here too.
 */
#ifndef TEST_SUPPORT_CALLS_H
#define TEST_SUPPORT_CALLS_H

#include "support_io.h"

/* An engine with an actor of every trait, and things of its own to act on. */
typedef struct test_set {
    backstage_engine *engine;
    backstage_ref actor, other; /* "actor" of kind "kind", and another that idles */
    backstage_context *context; /* the actor's */
    uint64_t timer, watcher, fd_watcher;
    backstage_envelope request;    /* that the other made, and waits for */
    backstage_reply_handle handle; /* of another of these */
    backstage_payload *payload;
    int ends[2];
} test_set;

test_set test_set_open(void);
void test_set_close(test_set *set);

/* Calls all of a sort, and checks that each answers `want` and writes no result unless that is OK.
 * With OK, calls that would end the actor or the engine are left out. */
void test_call_engine(const test_set *set, backstage_status want);     /* on an engine */
void test_call_context(const test_set *set, backstage_status want);    /* as an actor */
void test_call_any_thread(const test_set *set, backstage_status want); /* from any thread */
/* From any thread too, but only outside callbacks, as these wait: and nobody ever answers. */
void test_call_waiting(const test_set *set, backstage_status want);

/* Checks that nothing that the statistics show has changed, polls aside. */
#define test_check_unchanged(engine, before)                                                       \
    test_check_unchanged_at(engine, before, __FILE__, __LINE__)
void test_check_unchanged_at(backstage_engine *engine, const backstage_statistics *before,
                             const char *file, int line);

#endif
