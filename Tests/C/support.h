/*
 * What every C test shares: a harness (TEST, CHECK...), engines that record what they report, and
 * an actor that records what it receives.
 *
 *     TEST(a_message_arrives) {
 *         backstage_engine *engine = test_engine();
 *         test_recorder *recorder = test_recorder_new();
 *         backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
 *         CHECK_OK(backstage_engine_send(engine, actor, "hi", 2));
 *         test_run(engine);
 *         CHECK_EQ(recorder->count, 1);
 *         test_end(engine);
 *     }
 *
 * Link one test file with support.c and support_actors.c: the former's main runs every TEST, or
 * those whose name contains the first argument.
 */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <stdbool.h>
#include <string.h>

#include "backstage.h"

/* ---- Harness ----------------------------------------------------------------------------- */

typedef void (*test_function)(void);
void test_register(const char *name, test_function function);

#define TEST(name)                                                                                 \
    static void test_case_##name(void);                                                            \
    __attribute__((constructor)) static void test_register_##name(void) {                          \
        test_register(#name, test_case_##name);                                                    \
    }                                                                                              \
    static void test_case_##name(void)

/* Each says whether it held, and goes on when it did not: `if (!CHECK(x)) return;`. Any thread. */
bool test_check(bool held, const char *file, int line, const char *text);
bool test_check_status(backstage_status got, backstage_status want, const char *file, int line,
                       const char *text);
bool test_check_eq(uint64_t got, uint64_t want, const char *file, int line, const char *text);
bool test_check_str(const char *got, const char *want, const char *file, int line,
                    const char *text);

#define CHECK(condition) test_check(!!(condition), __FILE__, __LINE__, #condition)
#define CHECK_STATUS(call, status) test_check_status((call), (status), __FILE__, __LINE__, #call)
#define CHECK_OK(call) CHECK_STATUS(call, BACKSTAGE_OK)
#define CHECK_EQ(got, want)                                                                        \
    test_check_eq((uint64_t)(got), (uint64_t)(want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_STR(got, want) test_check_str((got), (want), __FILE__, __LINE__, #got " == " #want)
/* For helpers: where they were called. */
#define CHECK_AT(condition, file, line) test_check(!!(condition), file, line, #condition)

/* Zeroed memory that the harness frees when the test has returned. Never NULL. Any thread. */
void *test_alloc(size_t size);

/* How often to do something: `fewer` when TEST_FEWER_ROUNDS is in the environment, as under
 * valgrind, which is slow. */
size_t test_rounds(size_t usual, size_t fewer);

/* ---- Engines ----------------------------------------------------------------------------- */

enum { TEST_LETTERS_MAX = 8192, TEST_LETTER_BYTES = 32, TEST_LOG_BYTES = 512 };

typedef struct test_letter {
    backstage_ref receiver;
    backstage_ref sender;
    uint64_t token;
    backstage_dead_reason reason;
    uint32_t size;
    backstage_message_type type;
    unsigned char bytes[TEST_LETTER_BYTES]; /* the first of the payload */
} test_letter;

/* What an engine reported. Lives until the test has returned, so beyond the engine. */
typedef struct test_report {
    uint64_t letters_count; /* of dead letters; the first TEST_LETTERS_MAX are kept */
    test_letter letters[TEST_LETTERS_MAX];
    uint64_t reasons[16]; /* how many of each reason */
    uint64_t log_count;
    backstage_log_level log_level;
    char log_last[TEST_LOG_BYTES];
} test_report;

/* An engine with a virtual clock whose dead letters and log are recorded. Never NULL. */
backstage_engine *test_engine(void);
/* The options of test_engine, to change before test_engine_with, which adds the recording. */
backstage_engine_options test_engine_options(void);
backstage_engine *test_engine_with(const backstage_engine_options *options);
test_report *test_report_of(backstage_engine *engine);

/* Checks the ledger: accepted = handled + dead + queued, every dead letter reported, and the queues
 * of the actors add up to the engine's, as they do when nothing waits from other threads. */
#define test_ledger(engine) test_ledger_at(engine, __FILE__, __LINE__)
void test_ledger_at(backstage_engine *engine, const char *file, int line);

/* Checks the ledger, destroys the engine, and checks that what was queued is now dead. */
#define test_end(engine) test_end_at(engine, __FILE__, __LINE__)
void test_end_at(backstage_engine *engine, const char *file, int line);

/* Runs until idle. */
#define test_run(engine)                                                                           \
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER))

backstage_statistics test_statistics(backstage_engine *engine);
backstage_actor_statistics test_actor_statistics(backstage_engine *engine, backstage_ref actor);

/* ---- Actors ------------------------------------------------------------------------------ */

/* Options with what most tests need; id may be NULL. */
backstage_actor_options test_options(const char *id, backstage_receive_callback receive,
                                     void *state);
/* Spawns with the defaults, or with options; checks that it worked. */
backstage_ref test_spawn(backstage_engine *engine, const char *id,
                         backstage_receive_callback receive, void *state);
backstage_ref test_spawn_with(backstage_engine *engine, const backstage_actor_options *options);
backstage_context *test_context(backstage_engine *engine, backstage_ref actor);

/* Handles a message by doing nothing. */
backstage_status test_ignore(backstage_context *context, const backstage_envelope *envelope,
                             void *state);
/* Fails on every message with TEST_STATUS. */
enum { TEST_STATUS = BACKSTAGE_USER_STATUS - 7 };
backstage_status test_fail(backstage_context *context, const backstage_envelope *envelope,
                           void *state);

/* A copy of a message received, topic included ("" for none). */
typedef struct test_message {
    backstage_ref sender;
    uint64_t token;
    uint32_t size;
    backstage_message_type type;
    char topic[BACKSTAGE_TOPIC_BYTES_MAX + 1];
    unsigned char *bytes; /* `size` of them and a NUL, so that text can be compared as such */
} test_message;

/* Records what test_receive is given; frees itself when the test has returned. */
typedef struct test_recorder {
    test_message *messages;
    size_t count;
    size_t room;
    backstage_status status; /* what test_receive returns: set it to fail */
} test_recorder;

test_recorder *test_recorder_new(void);
backstage_status test_receive(backstage_context *context, const backstage_envelope *envelope,
                              void *state);
/* The message's payload as a number, or as text. */
uint64_t test_number(const test_message *message);
const char *test_text(const test_message *message);
/* A letter's payload as a number. */
uint64_t test_letter_number(const test_letter *letter);
/* Sends a number as eight bytes, from outside. */
backstage_status test_send_number(backstage_engine *engine, backstage_ref actor, uint64_t number);

/* Bytes that depend on place and seed, so that any mix-up shows. */
void test_fill(void *data, size_t size, uint64_t seed);
bool test_is_filled(const void *data, size_t size, uint64_t seed);

/* The next number of a fixed sequence. */
uint64_t test_random(uint64_t *seed);

#endif
