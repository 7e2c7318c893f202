/* The hooks of an actor: init before its first message, deinit exactly once, whatever happens. */
#include "support.h"

/* What the hooks of an actor saw. */
typedef struct life {
    backstage_status init_status;
    backstage_status receive_status;
    backstage_status deinit_status;
    int inits, receives, deinits;
    backstage_reason reason;
} life;

static backstage_status init(backstage_context *context, void *state) {
    life *hooks = state;
    CHECK(backstage_context_self(context) != BACKSTAGE_NONE);
    CHECK_EQ(hooks->receives + hooks->deinits, 0);
    hooks->inits++;
    return hooks->init_status;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    life *hooks = state;
    (void)context, (void)envelope;
    CHECK_EQ(hooks->inits, 1);
    CHECK_EQ(hooks->deinits, 0);
    hooks->receives++;
    return hooks->receive_status;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    life *hooks = state;
    CHECK(backstage_context_self(context) != BACKSTAGE_NONE);
    hooks->deinits++;
    hooks->reason = reason;
    return hooks->deinit_status;
}

static backstage_ref spawn(backstage_engine *engine, const char *id, life *hooks) {
    backstage_actor_options options = test_options(id, receive, hooks);
    options.init = init;
    options.deinit = deinit;
    return test_spawn_with(engine, &options);
}

TEST(init_runs_in_the_first_turn_before_the_first_message) {
    backstage_engine *engine = test_engine();
    life hooks = {0};
    backstage_ref actor = spawn(engine, "a", &hooks);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_EQ(hooks.inits, 0);
    test_run(engine);
    CHECK_EQ(hooks.inits, 1);
    CHECK_EQ(hooks.receives, 1);
    test_end(engine);
    CHECK_EQ(hooks.deinits, 1);
    CHECK_EQ(hooks.reason, BACKSTAGE_REASON_ENGINE_ENDED);
}

TEST(init_runs_without_any_message) {
    backstage_engine *engine = test_engine();
    life hooks = {0};
    spawn(engine, NULL, &hooks);
    test_run(engine);
    test_run(engine);
    CHECK_EQ(hooks.inits, 1);
    CHECK_EQ(hooks.receives, 0);
    test_end(engine);
}

TEST(a_failed_init_ends_the_actor_with_its_messages_dead) {
    backstage_engine *engine = test_engine();
    test_report *report = test_report_of(engine);
    life hooks = {.init_status = -4321};
    backstage_ref actor = spawn(engine, "a", &hooks);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_OK(backstage_engine_send(engine, actor, "y", 1));
    test_run(engine);
    CHECK_EQ(hooks.inits, 1);
    CHECK_EQ(hooks.receives, 0);
    CHECK_EQ(hooks.deinits, 1);
    CHECK_EQ(hooks.reason, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(report->letters_count, 2);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 2);
    CHECK_EQ(report->log_count, 1);
    CHECK_EQ(test_statistics(engine).failures, 1);
    CHECK_STATUS(backstage_engine_send(engine, actor, "z", 1), BACKSTAGE_NOT_FOUND);
    test_end(engine);
    CHECK_EQ(hooks.deinits, 1);
}

TEST(the_parent_of_a_failed_init_is_told_the_status) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref parent = test_spawn(engine, "parent", test_receive, recorder), child = 0;
    life hooks = {.init_status = -4321};
    backstage_actor_options options = test_options("child", receive, &hooks);
    options.init = init;
    options.deinit = deinit;
    CHECK_OK(backstage_spawn_child(test_context(engine, parent), &options, &child));
    test_run(engine);
    if (CHECK_EQ(recorder->count, 1)) {
        backstage_termination told;
        CHECK_EQ(recorder->messages[0].type, BACKSTAGE_TERMINATED);
        CHECK_EQ(recorder->messages[0].sender, child);
        CHECK_EQ(recorder->messages[0].size, sizeof told);
        memcpy(&told, recorder->messages[0].bytes, sizeof told);
        CHECK_EQ(told.reason, BACKSTAGE_REASON_FAILED);
        CHECK_STATUS(told.status, -4321);
    }
    CHECK_EQ(hooks.deinits, 1);
    test_end(engine);
}

static backstage_status shut_down(backstage_context *context, void *state) {
    life *hooks = state;
    hooks->inits++;
    return backstage_shutdown(context);
}

TEST(a_shutdown_in_init_ends_the_actor_before_its_first_message) {
    backstage_engine *engine = test_engine();
    life hooks = {0};
    backstage_actor_options options = test_options("a", receive, &hooks);
    options.init = shut_down;
    options.deinit = deinit;
    backstage_ref actor = test_spawn_with(engine, &options);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    test_run(engine);
    CHECK_EQ(hooks.inits, 1);
    CHECK_EQ(hooks.receives, 0);
    CHECK_EQ(hooks.deinits, 1);
    CHECK_EQ(hooks.reason, BACKSTAGE_REASON_NORMAL);
    CHECK_EQ(test_report_of(engine)->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_end(engine);
}

TEST(an_actor_stopped_before_its_first_turn_has_deinit_without_init) {
    backstage_engine *engine = test_engine();
    life hooks = {0};
    backstage_ref actor = spawn(engine, "a", &hooks);
    CHECK_OK(backstage_stop(test_context(engine, actor), actor));
    CHECK_EQ(hooks.deinits, 0);
    test_run(engine);
    CHECK_EQ(hooks.inits, 0);
    CHECK_EQ(hooks.deinits, 1);
    test_end(engine);
    CHECK_EQ(hooks.deinits, 1);
}

TEST(an_engine_destroyed_before_the_first_turn_runs_deinit) {
    backstage_engine *engine = test_engine();
    life hooks[10] = {{0}};
    for (int i = 0; i < 10; i++) {
        spawn(engine, NULL, &hooks[i]);
    }
    test_end(engine);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(hooks[i].inits, 0);
        CHECK_EQ(hooks[i].deinits, 1);
        CHECK_EQ(hooks[i].reason, BACKSTAGE_REASON_ENGINE_ENDED);
    }
}

/* The ways to end: how, and the reason that deinit is given. */
static void end_by(int way, backstage_engine *engine, backstage_ref actor, life *hooks) {
    backstage_context *context = test_context(engine, actor);
    switch (way) {
    case 0:
        CHECK_OK(backstage_shutdown(context));
        break;
    case 1:
        CHECK_OK(backstage_stop(context, actor));
        break;
    case 2:
        CHECK_OK(backstage_poison(context, actor));
        break;
    default:
        hooks->receive_status = -4321;
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    }
}

TEST(deinit_runs_exactly_once_however_often_an_actor_is_ended) {
    static const backstage_reason reasons[] = {BACKSTAGE_REASON_NORMAL, BACKSTAGE_REASON_STOPPED,
                                               BACKSTAGE_REASON_STOPPED, BACKSTAGE_REASON_FAILED};
    for (int first = 0; first < 4; first++) {
        for (int second = 0; second < 4; second++) {
            backstage_engine *engine = test_engine();
            life hooks = {0};
            backstage_ref actor = spawn(engine, "a", &hooks);
            test_run(engine);
            end_by(first, engine, actor, &hooks);
            /* Once ending, it takes no message to fail on. */
            if (second < 3) {
                end_by(second, engine, actor, &hooks);
            }
            test_run(engine);
            CHECK_EQ(hooks.deinits, 1);
            if (second == 3) {
                CHECK_EQ(hooks.reason, reasons[first]);
            }
            test_end(engine);
            CHECK_EQ(hooks.deinits, 1);
        }
    }
}

TEST(a_failed_deinit_is_logged_and_changes_nothing_else) {
    backstage_engine *engine = test_engine();
    life hooks = {.deinit_status = -4321};
    backstage_ref actor = spawn(engine, "sick", &hooks);
    CHECK_OK(backstage_shutdown(test_context(engine, actor)));
    test_run(engine);
    CHECK_EQ(hooks.deinits, 1);
    CHECK_EQ(hooks.reason, BACKSTAGE_REASON_NORMAL);
    CHECK_EQ(test_report_of(engine)->log_count, 1);
    CHECK_STATUS(backstage_engine_send(engine, actor, "z", 1), BACKSTAGE_NOT_FOUND);
    test_end(engine);
}

TEST(deinit_does_not_run_for_an_actor_that_could_not_be_spawned) {
    backstage_engine *engine = test_engine();
    life first = {0}, second = {0};
    spawn(engine, "a", &first);
    backstage_actor_options options = test_options("a", receive, &second);
    options.deinit = deinit;
    backstage_ref actor;
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &actor), BACKSTAGE_EXISTS);
    test_end(engine);
    CHECK_EQ(first.deinits, 1);
    CHECK_EQ(second.deinits, 0);
}

/* ---- The end of the engine --------------------------------------------------------------- */

/* An actor whose deinit spawns a successor, by one call or as another actor. */
typedef struct heir {
    backstage_context *other; /* NULL: by backstage_engine_spawn */
    uint64_t deinits;
} heir;

static backstage_status spawn_successor(backstage_context *context, backstage_reason reason,
                                        void *state) {
    heir *h = state;
    backstage_ref successor = 77;
    if (++h->deinits > 1000) { /* it would go on for ever */
        return BACKSTAGE_OK;
    }
    backstage_actor_options options = test_options(NULL, test_ignore, h);
    options.deinit = spawn_successor;
    CHECK_EQ(reason, BACKSTAGE_REASON_ENGINE_ENDED);
    backstage_status status =
        h->other == NULL
            ? backstage_engine_spawn(backstage_context_engine(context), &options, &successor)
            : backstage_spawn(h->other, &options, &successor);
    CHECK_STATUS(status, BACKSTAGE_ENDING);
    CHECK_EQ(successor, 77);
    return BACKSTAGE_OK;
}

TEST(a_deinit_cannot_spawn_a_successor_while_the_engine_is_destroyed) {
    for (int way = 0; way < 4; way++) { /* as another, and whether that has run */
        backstage_engine *engine = test_engine();
        heir h = {NULL, 0};
        backstage_ref other = test_spawn(engine, "other", test_ignore, NULL);
        backstage_actor_options options = test_options(NULL, test_ignore, &h);
        options.deinit = spawn_successor;
        test_spawn_with(engine, &options);
        test_spawn_with(engine, &options);
        if (way % 2 == 1) {
            test_run(engine);
        }
        h.other = way / 2 == 0 ? NULL : test_context(engine, other);
        test_end(engine);
        CHECK_EQ(h.deinits, 2);
    }
}
