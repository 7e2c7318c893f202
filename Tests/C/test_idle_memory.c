/* An idle actor holds no inbox memory, whenever a run has returned. */
#include "support.h"

enum { ACTORS = 10000 };

static backstage_engine *open_engine(backstage_receive_callback receive, void *state,
                                     backstage_ref refs[ACTORS]) {
    backstage_engine *engine = test_engine();
    for (size_t i = 0; i < ACTORS; i++) {
        refs[i] = test_spawn(engine, NULL, receive, state);
    }
    return engine;
}

static int32_t check_idle(backstage_engine *engine, backstage_ref actor, void *state) {
    backstage_actor_statistics now = test_actor_statistics(engine, actor);
    uint64_t *idle = state;
    *idle += now.queued == 0;
    return now.queued == 0 && !CHECK_EQ(now.memory_bytes, 0); /* once is enough */
}

/* Checks that who is idle holds nothing, and gives how many are. */
static uint64_t count_idle(backstage_engine *engine) {
    uint64_t idle = 0;
    CHECK_OK(backstage_engine_each_actor(engine, check_idle, &idle));
    return idle;
}

TEST(ten_thousand_actors_sent_one_message_each_hold_nothing_once_idle) {
    static backstage_ref refs[ACTORS];
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        backstage_engine *engine = open_engine(test_ignore, NULL, refs);
        for (int round = 1; round <= 3; round++) {
            for (size_t i = 0; i < ACTORS; i++) {
                CHECK_OK(backstage_engine_send(engine, refs[i], "x", 1));
            }
            CHECK_STATUS(backstage_engine_run(engine, mode, 1),
                         mode == BACKSTAGE_RUN_UNTIL_STOPPED ? BACKSTAGE_TIMEOUT : BACKSTAGE_OK);
            CHECK_EQ(count_idle(engine), ACTORS);
            CHECK_EQ(test_statistics(engine).handled, (uint64_t)round * ACTORS);
        }
        test_end(engine);
    }
}

/* How many messages each actor is sent, and how many are handled until the run is stopped. */
typedef struct half {
    uint64_t each, count;
} half;

static backstage_status stop_at_half(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    half *h = state;
    (void)envelope;
    return ++h->count == h->each * (ACTORS / 2)
               ? backstage_engine_stop(backstage_context_engine(context))
               : BACKSTAGE_OK;
}

static void check_half(backstage_run_mode mode, uint64_t each) {
    static backstage_ref refs[ACTORS];
    half h = {.each = each};
    backstage_engine *engine = open_engine(stop_at_half, &h, refs);
    for (size_t i = 0; i < ACTORS * each; i++) {
        CHECK_OK(backstage_engine_send(engine, refs[i % ACTORS], "x", 1));
    }
    CHECK_OK(backstage_engine_run(engine, mode, BACKSTAGE_FOREVER));
    CHECK_EQ(count_idle(engine), ACTORS / 2);
    test_run(engine);
    CHECK_EQ(count_idle(engine), ACTORS);
    test_end(engine);
}

TEST(who_is_idle_holds_nothing_though_others_have_work) {
    for (backstage_run_mode mode = 0; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        for (uint64_t each = 1; each <= 4; each++) {
            check_half(mode, each);
        }
    }
}
