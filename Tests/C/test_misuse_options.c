/* Structs with sizes and values that are wrong, or newer than the library: told, nothing changes. */
#include "support_io.h"

/* An option struct of a later version: more fields behind those that the library knows. */
typedef struct later_engine_options {
    backstage_engine_options known;
    uint64_t unknown[4];
} later_engine_options;

typedef struct later_actor_options {
    backstage_actor_options known;
    uint64_t unknown[4];
} later_actor_options;

typedef struct later_statistics {
    backstage_statistics known;
    uint64_t unknown[4];
} later_statistics;

typedef struct later_actor_statistics {
    backstage_actor_statistics known;
    uint64_t unknown[4];
} later_actor_statistics;

static void check_no_engine(const backstage_engine_options *options, int line) {
    backstage_engine *engine = NULL;
    test_check_status(backstage_engine_create(options, &engine), BACKSTAGE_INVALID_ARGUMENT,
                      __FILE__, line, "create");
    if (engine != NULL) {
        test_check(false, __FILE__, line, "no engine");
        backstage_engine_destroy(engine);
    }
}
#define NO_ENGINE(options) check_no_engine((options), __LINE__)

TEST(engine_options_of_a_wrong_size_are_refused) {
    static const size_t sizes[] = {0, 1, 4, 7, 8, sizeof(backstage_engine_options) - 1};
    later_engine_options later;
    backstage_engine *engine = NULL;
    size_t descriptors = test_descriptors();
    memset(&later, 0, sizeof later);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        later.known.size = sizes[i];
        NO_ENGINE(&later.known);
    }
    later.known.size = sizeof later;
    for (size_t i = 0; i < 4; i++) {
        later.unknown[i] = (uint64_t)1 << 63;
        NO_ENGINE(&later.known);
        later.unknown[i] = 0;
    }
    CHECK_EQ(test_descriptors(), descriptors);
    CHECK_OK(backstage_engine_create(&later.known, &engine)); /* newer, but asks nothing new */
    CHECK_OK(backstage_engine_destroy(engine));
}

TEST(engine_options_out_of_range_are_refused) {
    const backstage_engine_options good = test_engine_options();
    backstage_engine_options bad = good;
    backstage_engine *engine = NULL;
    bad.clock = 2;
    NO_ENGINE(&bad);
    bad = good;
    bad.actors_max = BACKSTAGE_ACTORS_MAX + 1;
    NO_ENGINE(&bad);
    bad = good;
    bad.payload_bytes_max = (size_t)BACKSTAGE_PAYLOAD_BYTES_MAX + 1;
    NO_ENGINE(&bad);
    bad = good;
    bad.remote_capacity = BACKSTAGE_REMOTE_CAPACITY_MAX + 1;
    NO_ENGINE(&bad);
    bad = good;
    bad.reserved = 1;
    NO_ENGINE(&bad);
    bad = good; /* all at their limits is fine */
    bad.actors_max = BACKSTAGE_ACTORS_MAX;
    bad.payload_bytes_max = BACKSTAGE_PAYLOAD_BYTES_MAX;
    bad.remote_capacity = BACKSTAGE_REMOTE_CAPACITY_MAX;
    CHECK_OK(backstage_engine_create(&bad, &engine));
    CHECK_OK(backstage_engine_destroy(engine));
}

static void check_no_actor(backstage_engine *engine, const backstage_actor_options *options,
                           int line) {
    backstage_ref actor = 77, born = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_context *context = test_context(engine, born);
    uint64_t spawned = test_statistics(engine).spawned;
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT;
    test_check_status(backstage_engine_spawn(engine, options, &actor), invalid, __FILE__, line,
                      "engine_spawn");
    test_check_status(backstage_spawn(context, options, &actor), invalid, __FILE__, line, "spawn");
    test_check_status(backstage_spawn_child(context, options, &actor), invalid, __FILE__, line,
                      "spawn_child");
    test_check_eq(actor, 77, __FILE__, line, "no ref");
    test_check_eq(test_statistics(engine).spawned, spawned, __FILE__, line, "none spawned");
}
#define NO_ACTOR(options) check_no_actor(engine, (options), __LINE__)

TEST(limits_as_large_as_can_be_are_out_of_range_or_none) {
    backstage_engine_options options = test_engine_options();
    test_recorder *seen = test_recorder_new();
    options.payload_bytes_max = SIZE_MAX;
    NO_ENGINE(&options);
    options.payload_bytes_max = 0;
    options.memory_bytes_max = SIZE_MAX; /* which is as good as no limit */
    backstage_engine *engine = test_engine_with(&options);
    backstage_ref actor = test_spawn(engine, NULL, test_receive, seen);
    CHECK_OK(backstage_engine_send(engine, actor, "more than fits into an envelope alone", 37));
    test_run(engine);
    CHECK_EQ(seen->count, 1);
    test_end(engine);
}

TEST(actor_options_of_a_wrong_size_are_refused) {
    static const size_t sizes[] = {0, 1, 4, 8, 16, sizeof(backstage_actor_options) - 1};
    backstage_engine *engine = test_engine();
    later_actor_options later;
    backstage_ref actor = 77;
    memset(&later, 0, sizeof later);
    later.known = test_options("id", test_ignore, NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        later.known.size = sizes[i];
        NO_ACTOR(&later.known);
    }
    later.known.size = sizeof later;
    for (size_t i = 0; i < 4; i++) {
        later.unknown[i] = 1;
        NO_ACTOR(&later.known);
        later.unknown[i] = 0;
    }
    CHECK_OK(backstage_engine_spawn(engine, &later.known, &actor));
    test_end(engine);
}

static backstage_status ignore_batch(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    (void)context, (void)envelopes, (void)count, (void)handled, (void)state;
    return BACKSTAGE_OK;
}

TEST(actor_options_out_of_range_are_refused) {
    backstage_engine *engine = test_engine();
    const backstage_actor_options good = test_options("id", test_ignore, NULL);
    backstage_actor_options bad = good;
    backstage_ref actor = 77;
    bad.receive = NULL;
    NO_ACTOR(&bad);
    bad = good;
    bad.receive_batch = ignore_batch;
    NO_ACTOR(&bad);
    bad = good;
    bad.capacity = BACKSTAGE_CAPACITY_MAX + 1;
    NO_ACTOR(&bad);
    bad = good;
    bad.capacity = UINT32_MAX;
    NO_ACTOR(&bad);
    bad = good;
    bad.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST + 1;
    NO_ACTOR(&bad);
    bad = good;
    bad.budget = BACKSTAGE_BUDGET_MAX + 1;
    NO_ACTOR(&bad);
    bad = good; /* all at their limits is fine */
    bad.capacity = BACKSTAGE_CAPACITY_MAX;
    bad.budget = BACKSTAGE_BUDGET_MAX;
    CHECK_OK(backstage_engine_spawn(engine, &bad, &actor));
    test_end(engine);
}

TEST(statistics_of_a_wrong_size_are_refused_and_left_alone) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    later_statistics statistics, was;
    later_actor_statistics actor_statistics, actor_was;
    for (size_t size = 0; size < sizeof(backstage_statistics); size++) {
        memset(&statistics, 0x5a, sizeof statistics);
        statistics.known.size = size;
        was = statistics;
        CHECK_STATUS(backstage_engine_statistics(engine, &statistics.known),
                     BACKSTAGE_INVALID_ARGUMENT);
        CHECK(memcmp(&was, &statistics, sizeof was) == 0);
    }
    for (size_t size = 0; size < sizeof(backstage_actor_statistics); size++) {
        memset(&actor_statistics, 0x5a, sizeof actor_statistics);
        actor_statistics.known.size = size;
        actor_was = actor_statistics;
        CHECK_STATUS(backstage_engine_actor_statistics(engine, actor, &actor_statistics.known),
                     BACKSTAGE_INVALID_ARGUMENT);
        CHECK(memcmp(&actor_was, &actor_statistics, sizeof actor_was) == 0);
    }
    test_end(engine);
}

TEST(statistics_of_a_later_version_are_filled_as_far_as_known) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    later_statistics statistics;
    later_actor_statistics actor_statistics;
    memset(&statistics, 0, sizeof statistics);
    memset(&actor_statistics, 0, sizeof actor_statistics);
    statistics.known.size = sizeof statistics;
    actor_statistics.known.size = sizeof actor_statistics;
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_OK(backstage_engine_statistics(engine, &statistics.known));
    CHECK_OK(backstage_engine_actor_statistics(engine, actor, &actor_statistics.known));
    CHECK_EQ(statistics.known.accepted, 1);
    CHECK_EQ(actor_statistics.known.queued, 1);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(statistics.unknown[i], 0);
        CHECK_EQ(actor_statistics.unknown[i], 0);
    }
    test_end(engine);
}

TEST(the_structs_have_the_layout_that_the_header_promises) {
    CHECK_EQ(sizeof(backstage_envelope), 64);
    CHECK_EQ(sizeof(backstage_ref), 8);
    CHECK_EQ(sizeof(backstage_status), 4);
    CHECK_EQ(sizeof(backstage_failure), 4);
    CHECK_EQ(sizeof(backstage_timer_event), 16);
    CHECK_EQ(sizeof(backstage_io_event), 8);
    CHECK_EQ(sizeof(backstage_signal_event), 8);
    CHECK_EQ(sizeof(backstage_termination), 24);
}
