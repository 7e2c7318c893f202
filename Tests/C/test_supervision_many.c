/* Many children, many restarts, little memory. */
#include "support_supervision.h"

#include <stdio.h>

/* Children that are counted together. */
struct crowd {
    backstage_engine *engine;
    backstage_supervision supervision;
    backstage_ref supervisor;
    size_t count;
    uint64_t inits, restarts, ends; /* restarts: deinits with RESTARTED */
    uint64_t handled;
    int64_t last; /* by which the order is checked: the one before */
    bool ordered;
};

struct member {
    struct crowd *crowd;
    size_t place;
    bool up;
};

static backstage_status init(backstage_context *context, void *state) {
    struct member *member = state;
    struct crowd *crowd = member->crowd;
    (void)context;
    CHECK(!member->up);
    member->up = true;
    crowd->inits++;
    if (crowd->ordered) {
        CHECK_EQ(crowd->last + 1, member->place);
        crowd->last = (int64_t)member->place;
    }
    return BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct member *member = state;
    struct crowd *crowd = member->crowd;
    (void)context;
    member->up = false;
    crowd->restarts += reason == BACKSTAGE_REASON_RESTARTED;
    crowd->ends += reason != BACKSTAGE_REASON_RESTARTED;
    if (crowd->ordered) {
        CHECK_EQ(crowd->last - 1, member->place);
        crowd->last = member->place == 0 ? -1 : (int64_t)member->place; /* and up again */
    }
    return BACKSTAGE_OK;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct member *member = state;
    CHECK(member->up);
    (void)context;
    if (envelope->size == 1) {
        return TEST_STATUS;
    }
    member->crowd->handled++;
    return BACKSTAGE_OK;
}

/* A crowd to be, whose supervision may be changed before it starts. */
static void plan_crowd(struct crowd *crowd, size_t count, backstage_strategy strategy) {
    memset(crowd, 0, sizeof *crowd);
    crowd->engine = test_engine();
    crowd->supervision = test_supervision(strategy, BACKSTAGE_DIRECTIVE_RESTART);
    crowd->count = count;
}

static void start_crowd(struct crowd *crowd) {
    backstage_actor_options options = test_options("s", test_ignore, NULL);
    options.supervision = &crowd->supervision;
    crowd->supervisor = test_spawn_with(crowd->engine, &options);
    for (size_t i = 0; i < crowd->count; i++) {
        struct member *member = test_alloc(sizeof *member);
        char id[24];
        backstage_ref child;
        snprintf(id, sizeof id, "%zu", i);
        member->crowd = crowd;
        member->place = i;
        options = test_options(id, receive, member);
        options.kind = "child";
        options.init = init;
        options.deinit = deinit;
        CHECK_OK(backstage_spawn_child(test_context(crowd->engine, crowd->supervisor), &options,
                                       &child));
    }
    test_run(crowd->engine);
    CHECK_EQ(crowd->inits, crowd->count);
}

/* Ends the engine, and checks that each ended once, with as many hooks as it had lives. */
static void end_crowd(struct crowd *crowd) {
    test_end(crowd->engine);
    CHECK_EQ(crowd->ends, crowd->count);
    CHECK(crowd->inits <= crowd->restarts + crowd->count);
}

/* Has all fail, and sends each a message behind that. */
static void fail_all(struct crowd *crowd) {
    CHECK_OK(backstage_engine_broadcast(crowd->engine, "child", "!", 1));
    CHECK_OK(backstage_engine_broadcast(crowd->engine, "child", "on", 2));
}

enum { MANY = 1000 };

TEST(a_thousand_children_fail_at_once_and_each_is_restarted) {
    struct crowd crowd;
    plan_crowd(&crowd, MANY, BACKSTAGE_ONE_FOR_ONE);
    start_crowd(&crowd);
    for (uint64_t round = 1; round <= 4; round++) {
        fail_all(&crowd);
        test_run(crowd.engine);
        CHECK_EQ(crowd.restarts, MANY * round);
        CHECK_EQ(crowd.inits, MANY * (round + 1));
        CHECK_EQ(crowd.handled, MANY * round);
        CHECK_EQ(test_statistics(crowd.engine).restarts, MANY * round);
    }
    CHECK_EQ(test_report_of(crowd.engine)->reasons[BACKSTAGE_DEAD_FAILED], 4 * MANY);
    end_crowd(&crowd);
}

TEST(a_thousand_children_fail_at_once_and_wait_and_all_start_again) {
    struct crowd crowd;
    plan_crowd(&crowd, MANY, BACKSTAGE_ONE_FOR_ONE);
    crowd.supervision.backoff_ns = 1000;
    crowd.supervision.jitter_percent = 90;
    start_crowd(&crowd);
    fail_all(&crowd);
    test_run(crowd.engine);
    CHECK_EQ(crowd.inits, MANY);
    CHECK_EQ(test_statistics(crowd.engine).queued, MANY);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_advance(crowd.engine, 100));
        test_run(crowd.engine);
        CHECK(i == 9 || crowd.inits < 2 * MANY);
    }
    CHECK_EQ(crowd.inits, 2 * MANY);
    CHECK_EQ(crowd.handled, MANY);
    end_crowd(&crowd);
}

TEST(a_thousand_children_that_wait_end_with_the_engine) {
    struct crowd crowd;
    plan_crowd(&crowd, MANY, BACKSTAGE_ONE_FOR_ONE);
    crowd.supervision.backoff_ns = 1000;
    start_crowd(&crowd);
    fail_all(&crowd);
    test_run(crowd.engine);
    CHECK_EQ(crowd.inits, MANY);
    end_crowd(&crowd);
}

TEST(a_group_of_a_thousand_goes_down_and_comes_up_in_order) {
    struct crowd crowd;
    plan_crowd(&crowd, MANY, BACKSTAGE_ONE_FOR_ALL);
    start_crowd(&crowd);
    for (int round = 0; round < 3; round++) {
        static const char *const ids[] = {"0", "500", "999"};
        crowd.ordered = true;
        crowd.last = MANY;
        CHECK_OK(backstage_engine_send_to_id(crowd.engine, ids[round], "!", 1));
        test_run(crowd.engine);
        CHECK_EQ(crowd.last, MANY - 1);
        CHECK_EQ(crowd.inits, (uint64_t)MANY * (uint64_t)(round + 2));
    }
    crowd.ordered = false;
    end_crowd(&crowd);
}

TEST(the_last_hundred_of_a_thousand_restart_for_one) {
    struct crowd crowd;
    plan_crowd(&crowd, MANY, BACKSTAGE_REST_FOR_ONE);
    start_crowd(&crowd);
    CHECK_OK(backstage_engine_send_to_id(crowd.engine, "900", "!", 1));
    test_run(crowd.engine);
    CHECK_EQ(crowd.restarts, 100);
    CHECK_EQ(crowd.inits, MANY + 100);
    end_crowd(&crowd);
}

TEST(a_hundred_fail_at_once_and_the_group_restarts_for_each) {
    struct crowd crowd;
    plan_crowd(&crowd, 100, BACKSTAGE_ONE_FOR_ALL);
    start_crowd(&crowd);
    fail_all(&crowd);
    test_run(crowd.engine);
    CHECK_EQ(test_statistics(crowd.engine).failures, 100);
    CHECK_EQ(crowd.handled, 100);
    CHECK_EQ(test_report_of(crowd.engine)->letters_count, 100);
    CHECK_EQ(test_statistics(crowd.engine).actors, 101);
    end_crowd(&crowd);
}

TEST(a_thousand_failures_are_more_than_allowed_and_all_end) {
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        struct crowd crowd;
        plan_crowd(&crowd, MANY, strategy);
        crowd.supervision.restarts_max = 10;
        start_crowd(&crowd);
        fail_all(&crowd);
        CHECK_STATUS(backstage_engine_run(crowd.engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS);
        test_run(crowd.engine);
        CHECK_EQ(crowd.ends, MANY);
        CHECK(crowd.restarts <= 10 * MANY);
        CHECK_EQ(test_statistics(crowd.engine).actors, 0);
        CHECK_EQ(crowd.handled + test_report_of(crowd.engine)->letters_count, 2 * MANY);
        end_crowd(&crowd);
    }
}

/* ---- Memory ------------------------------------------------------------------------------ */

/* One life of everybody: with large payloads waiting, timers, and children that end. */
static void live_once(struct crowd *crowd) {
    static const char data[3000];
    backstage_ref actor = BACKSTAGE_NONE;
    uint64_t timer;
    CHECK_OK(backstage_engine_find(crowd->engine, "3", &actor));
    backstage_context *context = test_context(crowd->engine, actor);
    for (int i = 0; i < 10; i++) {
        backstage_actor_options options = test_options(NULL, test_ignore, NULL);
        backstage_ref child;
        CHECK_OK(backstage_engine_send(crowd->engine, actor, i == 3 ? "!" : data,
                                       i == 3 ? 1 : sizeof data));
        CHECK_OK(backstage_timer_start(context, 1000000 + i, 0, &timer));
        CHECK_OK(backstage_spawn_child(context, &options, &child));
    }
    for (int i = 0; i < 3; i++) { /* the wait, and the window after that */
        test_run(crowd->engine);
        CHECK_OK(backstage_engine_advance(crowd->engine, 50));
    }
    test_run(crowd->engine);
}

TEST(restarts_that_came_and_went_leave_nothing) {
    for (int i = 0; i < 6; i++) {
        struct crowd crowd;
        uint64_t held = 0;
        size_t rounds = test_rounds(3000, 300);
        plan_crowd(&crowd, 10, (backstage_strategy)(i / 2));
        crowd.supervision.window_ns = 10;
        crowd.supervision.backoff_ns = i % 2 == 0 ? 0 : 50;
        start_crowd(&crowd);
        for (size_t round = 0; round < rounds; round++) {
            live_once(&crowd);
            held = round == 100 ? test_statistics(crowd.engine).memory_bytes : held;
        }
        CHECK_EQ(test_statistics(crowd.engine).failures, rounds);
        CHECK_EQ(test_statistics(crowd.engine).actors, 11);
        CHECK(test_statistics(crowd.engine).memory_bytes <= held);
        CHECK_EQ(crowd.handled, 9 * rounds);
        end_crowd(&crowd);
    }
}

TEST(escalations_that_came_and_went_leave_nothing) {
    test_family *f = test_family_open();
    test_member *t = test_member_new(f, "t", NULL), *s = test_member_new(f, "s", t);
    uint64_t held = 0;
    t->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    t->supervision.window_ns = 1;
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_ESCALATE);
    test_member_new(f, "a", s);
    test_member_new(f, "b", s);
    test_family_start(f);
    for (uint32_t round = 0; round < test_rounds(3000, 300); round++) {
        test_say_all(f, "a", "1 ! 2");
        test_pass(f, 10);
        test_diary_forget(f);
        CHECK_EQ(s->restarts, round + 1);
        held = round == 100 ? test_statistics(f->engine).memory_bytes : held;
    }
    CHECK(test_statistics(f->engine).memory_bytes <= held);
    CHECK_EQ(test_statistics(f->engine).actors, 4);
    test_family_end(f);
}
