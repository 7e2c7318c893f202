/* Options of supervision that are wrong, or newer than the library: told, and nothing changes. */
#include "support_supervision.h"

typedef struct later_supervision {
    backstage_supervision known;
    uint64_t unknown[4];
} later_supervision;

/* Checks that nothing is spawned with these options, in any way. */
static void check_no_actor(const backstage_actor_options *options, int line) {
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT;
    backstage_engine *engine = test_engine();
    backstage_ref actor = 77, born = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_context *context = test_context(engine, born);
    uint64_t held = test_statistics(engine).memory_bytes;
    test_check_status(backstage_engine_spawn(engine, options, &actor), invalid, __FILE__, line,
                      "engine_spawn");
    test_check_status(backstage_spawn(context, options, &actor), invalid, __FILE__, line, "spawn");
    test_check_status(backstage_spawn_child(context, options, &actor), invalid, __FILE__, line,
                      "spawn_child");
    test_check_eq(actor, 77, __FILE__, line, "no ref");
    test_check_eq(test_statistics(engine).spawned, 1, __FILE__, line, "none spawned");
    test_check_eq(test_statistics(engine).memory_bytes, held, __FILE__, line, "nothing held");
    test_end(engine);
}

static void check_refused(const backstage_supervision *supervision, int line) {
    backstage_actor_options options = test_options("s", test_ignore, NULL);
    options.supervision = supervision;
    check_no_actor(&options, line);
}
#define REFUSED(supervision) check_refused((supervision), __LINE__)

static void check_taken(const backstage_supervision *supervision, int line) {
    backstage_engine *engine = test_engine();
    backstage_actor_options options = test_options("s", test_ignore, NULL);
    backstage_ref actor = BACKSTAGE_NONE, child;
    options.supervision = supervision;
    test_check_status(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_OK, __FILE__,
                      line, "spawn");
    if (actor != BACKSTAGE_NONE) { /* and it serves */
        options = test_options("c", test_fail, NULL);
        CHECK_OK(backstage_spawn_child(test_context(engine, actor), &options, &child));
        CHECK_OK(backstage_engine_send(engine, child, "x", 1));
        test_run(engine);
        CHECK_OK(backstage_engine_advance(engine, 1000000));
        test_run(engine);
        test_check_eq(test_statistics(engine).failures, 1, __FILE__, line, "failures");
    }
    test_end(engine);
}
#define TAKEN(supervision) check_taken((supervision), __LINE__)

static const backstage_supervision good = {.size = sizeof good};

TEST(a_supervision_of_a_wrong_size_is_refused) {
    later_supervision later;
    memset(&later, 0, sizeof later);
    for (size_t size = 0; size < sizeof(backstage_supervision); size++) {
        later.known.size = size;
        REFUSED(&later.known);
    }
    later.known.size = sizeof later;
    for (size_t i = 0; i < 4; i++) {
        later.unknown[i] = (uint64_t)1 << (i * 16 + 15);
        REFUSED(&later.known);
        later.unknown[i] = 0;
    }
    TAKEN(&later.known); /* newer, but asks nothing new */
}

TEST(strategies_and_directives_that_are_unknown_are_refused) {
    static const uint32_t unknown[] = {4, 5, 255, 256, 1u << 31, UINT32_MAX};
    backstage_supervision bad = good;
    bad.strategy = 3;
    REFUSED(&bad);
    for (int i = 0; i < 6; i++) {
        bad = good;
        bad.strategy = unknown[i];
        REFUSED(&bad);
        bad = good;
        bad.directive = unknown[i];
        REFUSED(&bad);
    }
    for (uint32_t i = 0; i < 3 * 3; i++) {
        bad.strategy = i / 3;
        bad.directive = i % 3;
        TAKEN(&bad);
    }
}

TEST(numbers_out_of_range_are_refused) {
    backstage_supervision bad = good;
    bad.restarts_max = BACKSTAGE_RESTARTS_MAX + 1;
    REFUSED(&bad);
    bad.restarts_max = UINT32_MAX;
    REFUSED(&bad);
    bad = good;
    bad.jitter_percent = 101;
    REFUSED(&bad);
    bad.jitter_percent = UINT32_MAX;
    REFUSED(&bad);
    for (int i = 0; i < 2; i++) {
        int64_t negative = i == 0 ? -1 : INT64_MIN;
        bad = good;
        bad.window_ns = negative;
        REFUSED(&bad);
        bad = good;
        bad.backoff_ns = negative;
        REFUSED(&bad);
        bad = good;
        bad.backoff_max_ns = negative;
        REFUSED(&bad);
    }
}

TEST(numbers_at_their_limits_are_fine) {
    backstage_supervision limit = good;
    TAKEN(&limit);
    limit.restarts_max = BACKSTAGE_RESTARTS_MAX;
    limit.jitter_percent = 100;
    limit.window_ns = INT64_MAX;
    TAKEN(&limit);
    limit.backoff_ns = INT64_MAX;
    TAKEN(&limit);
    limit.backoff_max_ns = INT64_MAX;
    TAKEN(&limit);
    limit.backoff_ns = limit.backoff_max_ns = limit.window_ns = 1;
    TAKEN(&limit);
    limit = good;
    limit.jitter_percent = 100; /* of no wait at all */
    limit.backoff_max_ns = 1;
    TAKEN(&limit);
}

TEST(a_restart_that_is_no_kind_is_refused_supervised_or_not) {
    static const uint32_t unknown[] = {3, 4, 255, 1u << 31, UINT32_MAX};
    backstage_actor_options options = test_options("a", test_ignore, NULL);
    for (int i = 0; i < 10; i++) {
        options.restart = unknown[i / 2];
        options.supervision = i % 2 == 0 ? NULL : &good;
        check_no_actor(&options, __LINE__);
    }
    options = test_options("a", test_ignore, NULL);
    options.reserved = 1;
    check_no_actor(&options, __LINE__);
}

TEST(a_spawn_that_fails_for_another_reason_keeps_nothing_of_a_supervision) {
    backstage_engine *engine = test_engine();
    backstage_supervision supervision = good;
    backstage_actor_options options = test_options("s", test_ignore, NULL);
    backstage_ref actor = 77;
    supervision.restarts_max = BACKSTAGE_RESTARTS_MAX;
    test_spawn(engine, "s", test_ignore, NULL);
    options.supervision = &supervision;
    uint64_t held = test_statistics(engine).memory_bytes;
    for (int i = 0; i < 100; i++) {
        CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_EXISTS);
    }
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    CHECK_EQ(actor, 77);
    test_end(engine);
}

static backstage_status restart_reason(backstage_context *context, backstage_reason reason,
                                       void *state) {
    (void)context;
    *(backstage_reason *)state = reason;
    return BACKSTAGE_OK;
}

TEST(one_supervision_may_serve_many_supervisors) {
    backstage_engine *engine = test_engine();
    static const backstage_supervision shared = {.size = sizeof shared, .restarts_max = 1};
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_reason reasons[10] = {0};
    options.supervision = &shared;
    for (int i = 0; i < 10; i++) {
        backstage_ref top = test_spawn_with(engine, &options), child;
        backstage_actor_options below = test_options(NULL, test_fail, &reasons[i]);
        below.deinit = restart_reason;
        CHECK_OK(backstage_spawn_child(test_context(engine, top), &below, &child));
        CHECK_OK(backstage_engine_send(engine, child, "x", 1));
    }
    test_run(engine);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(reasons[i], BACKSTAGE_REASON_RESTARTED);
    }
    CHECK_EQ(test_statistics(engine).restarts, 10);
    test_end(engine);
}
