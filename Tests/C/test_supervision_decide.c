/* The decide callback: what it is told, when it runs, and that it may do whatever it likes. */
#include "support_supervision.h"

static test_family *deciding_plan(const char *children, backstage_strategy strategy,
                                  backstage_directive directive) {
    test_family *f = test_family_plan(children, strategy, BACKSTAGE_DIRECTIVE_STOP);
    test_member *s = test_find(f, "s");
    s->supervision.decide = test_decide;
    s->directive = directive;
    return f;
}

static test_family *deciding_family(const char *children, backstage_directive directive) {
    test_family *f = deciding_plan(children, BACKSTAGE_ONE_FOR_ONE, directive);
    test_family_start(f);
    return f;
}

/* ---- What it is told --------------------------------------------------------------------- */

struct told {
    backstage_ref supervisor, child;
    backstage_status status;
    uint64_t restarts;
    size_t count;
};

static backstage_directive record(backstage_context *supervisor, backstage_ref child,
                                  backstage_status status, uint64_t restarts, void *state) {
    struct told *told = ((test_member *)state)->notes;
    told->supervisor = backstage_context_self(supervisor);
    told->child = child;
    told->status = status;
    told->restarts = restarts;
    told->count++;
    return BACKSTAGE_DIRECTIVE_RESTART;
}

TEST(it_is_told_which_child_failed_with_what_and_how_often_it_was_restarted) {
    struct told told = {0};
    test_family *f = deciding_plan("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *s = test_find(f, "s");
    s->supervision.decide = record;
    s->notes = &told;
    test_family_start(f);
    for (uint64_t i = 0; i < 10; i++) {
        test_member *child = test_find(f, i % 3 == 0 ? "b" : "a");
        child->status = TEST_STATUS - (backstage_status)i;
        CHECK_OK(backstage_engine_send(f->engine, child->ref, "!", 1));
        test_run(f->engine);
        CHECK_EQ(told.count, i + 1);
        CHECK_EQ(told.supervisor, s->ref);
        CHECK_EQ(told.child, child->ref);
        CHECK_STATUS(told.status, TEST_STATUS - (backstage_status)i);
        CHECK_EQ(told.restarts, child->restarts - 1);
        CHECK_EQ(told.restarts, i % 3 == 0 ? i / 3 : i - i / 3 - 1);
    }
    test_family_end(f);
}

TEST(it_runs_as_soon_as_the_childs_callback_has_returned) {
    test_family *f = deciding_family("abc", BACKSTAGE_DIRECTIVE_RESUME);
    for (const char *id = "cba"; *id != '\0'; id++) {
        char name[2] = {*id, '\0'};
        test_say_all(f, name, "!");
    }
    test_run(f->engine);
    CHECK_DIARY(f, "c! s?c b! s?b a! s?a");
    test_family_end(f);
}

TEST(it_decides_each_failure_anew_and_alone_not_by_the_fixed_directive) {
    test_family *f = deciding_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_member *s = test_find(f, "s");
    test_family_start(f);
    s->directive = BACKSTAGE_DIRECTIVE_RESUME;
    test_say_all(f, "a", "!");
    test_run(f->engine);
    s->directive = BACKSTAGE_DIRECTIVE_RESTART;
    test_say_all(f, "a", "!");
    test_run(f->engine);
    s->directive = BACKSTAGE_DIRECTIVE_STOP;
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "a! s?a a! s?a a- a+ a! s?a a.F s~F");
    test_family_end(f);
}

TEST(an_unknown_directive_is_a_stop) {
    static const backstage_directive unknown[] = {4, 5, 255, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < 5; i++) {
        test_family *f = deciding_family("ab", unknown[i]);
        test_say_all(f, "a", "! 1");
        test_run(f->engine);
        CHECK_DIARY(f, "a! s?a a.F s~F");
        CHECK_EQ(test_statistics(f->engine).actors, 2);
        test_family_end(f);
    }
}

TEST(it_is_not_asked_of_orderly_ends) {
    for (int way = 0; way < 3; way++) {
        test_family *f = deciding_family("ab", BACKSTAGE_DIRECTIVE_STOP);
        test_member *s = test_find(f, "s"), *a = test_find(f, "a");
        backstage_context *context = test_context(f->engine, s->ref);
        CHECK_OK(way == 0   ? backstage_stop(context, a->ref)
                 : way == 1 ? backstage_poison(context, a->ref)
                            : backstage_engine_send(f->engine, a->ref, "quit", 4));
        test_run(f->engine);
        CHECK_EQ(s->asked, 0);
        CHECK_EQ(a->ended, way == 2 ? 0 : 1); /* permanent children that shut down come back */
        test_family_end(f);
    }
}

/* ---- What it does ------------------------------------------------------------------------ */

static void spawn_and_send(backstage_context *context, backstage_ref child, test_member *member) {
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_ref made, self = backstage_context_self(context);
    uint64_t timer;
    CHECK_OK(backstage_spawn_child(context, &options, &made));
    CHECK_OK(backstage_send(context, made, "x", 1));
    CHECK_OK(backstage_send(context, child, "told", 4));
    CHECK_OK(backstage_send(context, self, "noted", 5));
    CHECK_OK(backstage_timer_start(context, 5, 0, &timer));
    CHECK_OK(backstage_monitor(context, child));
    CHECK_OK(backstage_subscribe(context, "a"));
    (void)member;
}

TEST(it_may_do_what_any_callback_may) {
    test_family *f = deciding_family("a", BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->decides = spawn_and_send;
    test_say_all(f, "a", "1 ! 2");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a:1 a! a- a+ a:2 a:told");
    CHECK_OK(backstage_publish(test_context(f->engine, test_find(f, "a")->ref), "news", 4, NULL));
    test_pass(f, 5);
    CHECK_DIARY_OF(f, "s", "s?a s:noted s:news s@");
    CHECK_EQ(test_statistics(f->engine).actors, 3);
    test_family_end(f);
}

static void try_to_run(backstage_context *context, backstage_ref child, test_member *member) {
    backstage_engine *engine = backstage_context_engine(context);
    backstage_payload *reply = NULL;
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, 0), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_destroy(engine), BACKSTAGE_IN_CALLBACK);
    CHECK_STATUS(backstage_engine_request(engine, child, "x", 1, -1, &reply),
                 BACKSTAGE_IN_CALLBACK);
    test_ledger(engine);
    CHECK_EQ(test_statistics(engine).failures, member->asked);
}

TEST(it_may_not_run_or_end_the_engine_and_sees_a_ledger_that_adds_up) {
    for (backstage_directive directive = 0; directive < 3; directive++) {
        test_family *f = deciding_family("ab", directive);
        test_find(f, "s")->decides = try_to_run;
        test_say_all(f, "a", "1 ! 2");
        test_say_all(f, "b", "1 ! 2");
        test_run(f->engine);
        CHECK_EQ(test_find(f, "s")->asked, 2);
        test_family_end(f);
    }
}

static void stop_run(backstage_context *context, backstage_ref child, test_member *member) {
    CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    (void)child, (void)member;
}

TEST(it_may_stop_the_run_which_goes_on_later) {
    test_family *f = deciding_family("a", BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->decides = stop_run;
    test_say_all(f, "a", "! 2 ! 3");
    CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_DIARY_OF(f, "s", "s?a");
    CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_find(f, "s")->decides = NULL;
    test_run(f->engine);
    CHECK_DIARY(f, "a! s?a a- a+ a:2 a! s?a a- a+ a:3");
    test_family_end(f);
}

/* ---- Ending while deciding --------------------------------------------------------------- */

enum { STOP, POISON, DRAIN, DRAIN_AT_ONCE, WAYS };

/* Ends an actor in one of the ways: `notes` tells which, and whom. */
struct order {
    int way;
    backstage_ref *whom; /* NULL: the child */
};

static void obey(backstage_context *context, backstage_ref child, test_member *member) {
    const struct order *order = member->notes;
    backstage_ref whom = order->whom == NULL ? child : *order->whom;
    CHECK_OK(order->way == STOP     ? backstage_stop(context, whom)
             : order->way == POISON ? backstage_poison(context, whom)
             : order->way == DRAIN  ? backstage_drain(context, whom, BACKSTAGE_FOREVER)
                                    : backstage_drain(context, whom, 0));
}

/* A family where s ends somebody, given by id, as it decides; runs to the end, past escalations. */
static test_family *run_order(int way, const char *whom, backstage_strategy strategy,
                              backstage_directive directive) {
    test_family *f = deciding_plan("abc", strategy, directive);
    test_member *s = test_find(f, "s");
    struct order *order = test_alloc(sizeof *order);
    order->way = way;
    order->whom = &test_find(f, whom)->ref;
    s->notes = order;
    s->decides = obey;
    test_family_start(f);
    test_say_all(f, "b", "1 ! 2");
    test_say_all(f, "c", "1 2");
    backstage_status status =
        backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    CHECK(status == BACKSTAGE_OK ||
          (status == TEST_STATUS && directive == BACKSTAGE_DIRECTIVE_ESCALATE));
    test_run(f->engine);
    return f;
}

TEST(a_child_that_it_ends_is_not_restarted_for_good) {
    for (int i = 0; i < WAYS * 4; i++) {
        backstage_directive directive = (backstage_directive)i / WAYS;
        test_family *f = run_order(i % WAYS, "b", BACKSTAGE_ONE_FOR_ONE, directive);
        test_member *b = test_find(f, "b");
        CHECK_EQ(b->ended, 1);
        CHECK_EQ(b->spawned, 1);
        CHECK(i % WAYS != STOP || b->inits == 1);
        CHECK_EQ(test_find(f, "a")->ended, directive == BACKSTAGE_DIRECTIVE_ESCALATE);
        test_family_end(f);
    }
}

TEST(a_sibling_that_it_ends_takes_no_part_in_the_restart) {
    for (int way = 0; way < WAYS; way++) {
        test_family *f = run_order(way, "c", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        CHECK_EQ(test_find(f, "c")->ended, 1);
        CHECK(way != STOP || test_find(f, "c")->inits == 1);
        CHECK_DIARY_OF(f, "a", "a- a+");
        CHECK_DIARY_OF(f, "b", "b:1 b! b- b+ b:2");
        test_family_end(f);
    }
}

TEST(a_supervisor_that_ends_itself_takes_all_with_it) {
    for (int i = 0; i < WAYS * 4 * 3; i++) {
        test_family *f = run_order(i % WAYS, "s", (backstage_strategy)(i / WAYS / 4),
                                   (backstage_directive)(i / WAYS % 4));
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        CHECK_EQ(test_find(f, "s")->asked, 1);
        for (size_t j = 0; j < f->count; j++) {
            CHECK_EQ(f->members[j]->ended, 1);
            CHECK_EQ(f->members[j]->spawned, 1);
        }
        test_family_end(f);
    }
}
