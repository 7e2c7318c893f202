/* Actors that leave open what they are given, for the tests of backstage_finish. */
#ifndef TEST_SUPPORT_PENDING_H
#define TEST_SUPPORT_PENDING_H

#include "support_life.h"

/* A subject that leaves open whatever it receives, until told otherwise by test_answer_with. */
test_subject *test_pending_open(test_life *life, test_subject *parent, const char *id);
/* Its options, to change before test_subject_spawn. */
backstage_actor_options test_pending_options(test_subject *subject, const char *id);

/* What it returns from now on. */
void test_answer_with(test_subject *subject, backstage_status status);

/* Finishes what pends, and runs until idle. */
#define test_finish(subject, status) test_finish_at(subject, status, __FILE__, __LINE__)
void test_finish_at(const test_subject *subject, backstage_status status, const char *file,
                    int line);

/* Checks that it was given so many messages and events in all, and has handled so many messages. */
#define test_check_given(subject, given, handled)                                                  \
    test_check_given_at(subject, given, handled, __FILE__, __LINE__)
void test_check_given_at(const test_subject *subject, uint64_t given, uint64_t handled,
                         const char *file, int line);

/* Checks that nothing pends. */
#define test_check_not_waiting(subject)                                                            \
    CHECK_STATUS(backstage_finish((subject)->context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING)

/* How many dead letters the engine reported of a reason. */
uint64_t test_dead_of(const test_life *life, backstage_dead_reason reason);

#endif
