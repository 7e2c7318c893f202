/*
 * Actors whose lives are recorded: what they receive, how often they started, and how and in which
 * order they ended. For the tests of drains, restarts and what survives them.
 */
#ifndef TEST_SUPPORT_LIFE_H
#define TEST_SUPPORT_LIFE_H

#include "support_io.h"

typedef struct test_subject test_subject;

/* One call of a `deinit`. */
typedef struct test_departure {
    test_subject *subject;
    backstage_reason reason;
} test_departure;

/* What all subjects of a test share. Lives until the test has returned, so beyond the engine. */
typedef struct test_life {
    backstage_engine *engine;
    test_departure *departures; /* in the order they came */
    size_t count, room;
} test_life;

/* An actor, and its state. */
struct test_subject {
    test_life *life;
    test_recorder *seen;
    backstage_receive_callback act; /* gets each message once it is recorded, with the subject as
                                       state, and says what to return; NULL: nothing, OK */
    void *more;                     /* for `act` */
    backstage_ref self;
    backstage_context *context;
    uint32_t starts; /* how often `init` ran */
    uint32_t ends;   /* how often `deinit` ran, restarts aside */
};

/* With a virtual clock. */
test_life *test_life_open(void);
test_life *test_life_open_with(const backstage_engine_options *options);
/* Ends the engine, and checks that each subject that is gone ended once. */
void test_life_close(test_life *life);

/* A subject not spawned yet, its options to change, and its spawn; without a parent if that is
 * NULL. Checks that it worked. */
test_subject *test_subject_new(test_life *life);
backstage_actor_options test_subject_options(test_subject *subject, const char *id);
void test_subject_spawn(test_subject *subject, test_subject *parent,
                        const backstage_actor_options *options);
/* All of this with the defaults; act may be NULL. */
test_subject *test_subject_open(test_life *life, test_subject *parent, const char *id,
                                backstage_receive_callback act);

/* A subject that supervises: its children restart whenever they fail. */
test_subject *test_supervisor_open(test_life *life, const char *id);

/* The callbacks of a subject, for actors with options of their own. */
backstage_status test_subject_init(backstage_context *context, void *state);
backstage_status test_subject_receive(backstage_context *context,
                                      const backstage_envelope *envelope, void *state);
backstage_status test_subject_deinit(backstage_context *context, backstage_reason reason,
                                     void *state);

/* Sends it the numbers from..to from outside, as test_send_number does. */
void test_subject_send(const test_subject *subject, uint64_t from, uint64_t to);
/* Asks somebody as this subject, and checks that it worked. Gives the token. */
uint64_t test_subject_ask(const test_subject *subject, backstage_ref asked, int64_t timeout_ns);
bool test_subject_lives(const test_subject *subject);
uint64_t test_stashed(backstage_engine *engine, backstage_ref actor);

/* Checks that a departure, counted from 0, was this subject's, for this reason. */
#define test_check_departure(life, place, subject, reason)                                         \
    test_check_departure_at(life, place, subject, reason, __FILE__, __LINE__)
void test_check_departure_at(const test_life *life, size_t place, const test_subject *subject,
                             backstage_reason reason, const char *file, int line);

/* Checks that a subject got exactly the numbers from..to, in that order, besides events. */
#define test_check_numbers(subject, from, to)                                                      \
    test_check_numbers_at(subject, from, to, __FILE__, __LINE__)
void test_check_numbers_at(const test_subject *subject, uint64_t from, uint64_t to,
                           const char *file, int line);

/* The payload of an envelope as a number; 0 if it is none. */
uint64_t test_envelope_number(const backstage_envelope *envelope);

#endif
