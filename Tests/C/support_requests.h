/* One who asks and one who is asked, for the tests of requests. */
#ifndef TEST_SUPPORT_REQUESTS_H
#define TEST_SUPPORT_REQUESTS_H

#include "support_io.h"

enum { TEST_KEPT_MAX = 64 };

/* What was kept by an actor that answers later, or at once if it echoes. */
typedef struct test_server {
    backstage_envelope kept[TEST_KEPT_MAX];
    size_t count;
    bool echoes;
    backstage_status status; /* what it returns */
} test_server;

backstage_status test_serve(backstage_context *context, const backstage_envelope *envelope,
                            void *state);

typedef struct test_talk {
    backstage_engine *engine;
    test_recorder *seen; /* by who asks */
    test_server *server;
    backstage_ref asker, asked;
    backstage_context *ask, *answer; /* their contexts */
} test_talk;

/* The asker's inbox has room for so many; 0 for the default. */
test_talk test_talk_open(uint32_t capacity);

/* Asks with a text, checks that it worked, and gives the token. */
uint64_t test_ask(const test_talk *talk, const char *text, int64_t timeout_ns);

/* Checks that one of the asker's messages is this answer, or this failure. */
void test_check_reply(const test_talk *talk, size_t place, uint64_t token, const char *text);
void test_check_failure(const test_talk *talk, size_t place, uint64_t token,
                        backstage_status status);

#endif
