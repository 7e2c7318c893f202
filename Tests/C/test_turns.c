/* Turns: one callback at a time, at most the budget of messages, and everyone's turn comes. */
#include "support.h"

enum { ENTRIES_MAX = 20000 };

/* Who handled a message, in order. */
struct diary {
    backstage_ref entries[ENTRIES_MAX];
    size_t count;
};

static backstage_status enter(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    struct diary *diary = state;
    (void)envelope;
    if (CHECK(diary->count < ENTRIES_MAX)) {
        diary->entries[diary->count++] = backstage_context_self(context);
    }
    return BACKSTAGE_OK;
}

static backstage_ref spawn(backstage_engine *engine, uint32_t budget,
                           backstage_receive_callback receive, void *state) {
    backstage_actor_options options = test_options(NULL, receive, state);
    options.budget = budget;
    return test_spawn_with(engine, &options);
}

/* How long the longest unbroken row of one actor's entries is. */
static size_t longest_row(const struct diary *diary) {
    size_t longest = 0, row = 0;
    for (size_t i = 0; i < diary->count; i++) {
        row = i > 0 && diary->entries[i] == diary->entries[i - 1] ? row + 1 : 1;
        longest = row > longest ? row : longest;
    }
    return longest;
}

TEST(two_flooded_actors_take_turns_of_their_budget) {
    static const uint32_t budgets[] = {1, 2, 3, 10, 64, 255};
    for (int i = 0; i < 6; i++) {
        backstage_engine *engine = test_engine();
        struct diary *diary = test_alloc(sizeof *diary);
        backstage_ref actors[2];
        for (int j = 0; j < 2; j++) {
            actors[j] = spawn(engine, budgets[i], enter, diary);
        }
        for (uint64_t number = 0; number < 2 * 1020; number++) {
            CHECK_OK(test_send_number(engine, actors[number / 1020], number));
        }
        test_run(engine);
        CHECK_EQ(diary->count, 2 * 1020);
        CHECK(longest_row(diary) <= budgets[i]);
        CHECK(longest_row(diary) > 1 || budgets[i] == 1);
        test_end(engine);
    }
}

TEST(the_default_budget_is_as_documented) {
    backstage_engine *engine = test_engine();
    struct diary *diary = test_alloc(sizeof *diary);
    backstage_ref first = spawn(engine, 0, enter, diary), second = spawn(engine, 0, enter, diary);
    for (uint64_t number = 0; number < 1000; number++) {
        CHECK_OK(test_send_number(engine, first, number));
        CHECK_OK(test_send_number(engine, second, number));
    }
    test_run(engine);
    CHECK(longest_row(diary) <= BACKSTAGE_BUDGET_DEFAULT);
    test_end(engine);
}

/* Sends itself one message for every one it handles, for ever. */
static backstage_status perpetuate(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    uint64_t *count = state;
    *count += 1;
    return backstage_send(context, backstage_context_self(context), envelope->payload,
                          envelope->size);
}

/* Handles so many messages, then stops the engine. */
static backstage_status count_to_stop(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    uint64_t *left = state;
    (void)envelope;
    if (--*left == 0) {
        CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    }
    return BACKSTAGE_OK;
}

TEST(an_actor_that_always_has_work_starves_no_other) {
    backstage_engine *engine = test_engine();
    uint64_t perpetual[3] = {0}, left = 1000;
    for (int i = 0; i < 3; i++) {
        backstage_ref actor = spawn(engine, 8, perpetuate, &perpetual[i]);
        for (uint64_t sends = 0; sends < 100; sends++) {
            CHECK_OK(test_send_number(engine, actor, sends));
        }
    }
    backstage_ref other = spawn(engine, 2, count_to_stop, &left);
    for (uint64_t number = 0; number < 1000; number++) {
        CHECK_OK(test_send_number(engine, other, number));
    }
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(left, 0);
    for (int i = 0; i < 3; i++) {
        /* 500 turns of the other: as many of this one, and one that may have come before. */
        CHECK(perpetual[i] >= 499 * 8 && perpetual[i] <= 501 * 8);
    }
    test_end(engine);
}

TEST(one_pass_gives_each_ready_actor_one_turn) {
    static const backstage_run_mode modes[] = {BACKSTAGE_RUN_ONCE, BACKSTAGE_RUN_NO_WAIT};
    for (int mode = 0; mode < 2; mode++) {
        backstage_engine *engine = test_engine();
        uint64_t counts[100] = {0};
        for (int i = 0; i < 100; i++) {
            backstage_ref actor = spawn(engine, 1, perpetuate, &counts[i]);
            CHECK_OK(test_send_number(engine, actor, 0));
            CHECK_OK(test_send_number(engine, actor, 1));
        }
        for (uint64_t pass = 1; pass <= 50; pass++) {
            CHECK_OK(backstage_engine_run(engine, modes[mode], BACKSTAGE_FOREVER));
            for (int i = 0; i < 100; i++) {
                CHECK_EQ(counts[i], pass);
            }
            test_ledger(engine);
        }
        test_end(engine);
    }
}

/* Counts how many callbacks run at once. */
struct depth {
    int now, most;
    uint64_t inits, receives, deinits;
    backstage_ref peer;
};

static void in(struct depth *depth) {
    depth->now++;
    depth->most = depth->now > depth->most ? depth->now : depth->most;
}

static backstage_status on_init(backstage_context *context, void *state) {
    struct depth *depth = state;
    in(depth);
    depth->inits++;
    CHECK_STATUS(backstage_engine_run(backstage_context_engine(context), BACKSTAGE_RUN_NO_WAIT, 0),
                 BACKSTAGE_IN_CALLBACK);
    depth->now--;
    return BACKSTAGE_OK;
}

static backstage_status on_deinit(backstage_context *context, backstage_reason reason,
                                  void *state) {
    struct depth *depth = state;
    (void)reason;
    in(depth);
    depth->deinits++;
    CHECK_OK(backstage_send(context, depth->peer, "bye", 3));
    depth->now--;
    return BACKSTAGE_OK;
}

/* Does in one callback all that could run another. */
static backstage_status do_all(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    struct depth *depth = state;
    backstage_engine *engine = backstage_context_engine(context);
    backstage_actor_options options = test_options(NULL, test_ignore, depth);
    backstage_ref child;
    uint64_t before = depth->inits + depth->deinits;
    (void)envelope;
    in(depth);
    depth->receives++;
    options.init = on_init;
    options.deinit = on_deinit;
    CHECK_OK(backstage_spawn_child(context, &options, &child));
    CHECK_OK(backstage_send(context, child, "x", 1));
    CHECK_OK(backstage_send(context, backstage_context_self(context), NULL, 0));
    CHECK_OK(backstage_stop(context, child));
    CHECK_OK(backstage_send(context, depth->peer, "x", 1));
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER),
                 BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(engine), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_adopt(engine), BACKSTAGE_IN_CALLBACK);
    CHECK_EQ(depth->inits + depth->deinits, before);
    if (depth->receives == 100) {
        CHECK_OK(backstage_engine_stop(engine));
    }
    depth->now--;
    return BACKSTAGE_OK;
}

static backstage_status on_message(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    struct depth *depth = state;
    (void)context, (void)envelope;
    in(depth);
    depth->now--;
    return BACKSTAGE_OK;
}

TEST(no_call_in_a_callback_runs_another) {
    backstage_engine *engine = test_engine();
    struct depth depth = {0};
    depth.peer = spawn(engine, 0, on_message, &depth);
    backstage_ref actor = spawn(engine, 100, do_all, &depth);
    CHECK_OK(backstage_engine_send(engine, actor, NULL, 0));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(depth.receives, 100);
    CHECK_EQ(depth.most, 1);
    CHECK_EQ(depth.now, 0);
    test_end(engine);
    CHECK_EQ(depth.deinits, 100);
    CHECK_EQ(depth.most, 1);
}
