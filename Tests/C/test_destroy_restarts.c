/* The engine is destroyed while a group restarts, at any stage of that: each ends exactly once. */
#include "support_supervision.h"

enum { BACKOFF = 100 };

/* Every hook counts this down; at zero it stops the engine, and the rest is left undone. */
static int hooks_left;

static void stop_in_time(backstage_context *context) {
    if (hooks_left > 0 && --hooks_left == 0) {
        CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    }
}

static void on_start(backstage_context *context, test_member *member) {
    (void)member;
    stop_in_time(context);
}

static void on_end(backstage_context *context, backstage_reason reason, test_member *member) {
    if (reason != BACKSTAGE_REASON_RESTARTED) { /* children before parents */
        for (size_t i = 0; i < member->children_count; i++) {
            CHECK_EQ(member->children[i]->ended, member->children[i]->spawned);
        }
    }
    stop_in_time(context);
}

/* The top p, above supervisor s, above a to d; b has a child x. Some are TEMPORARY. The last born,
 * z, ends first, which raises events for those who monitor it. */
static const char *temporary, *monitors;
static test_family *open_group(backstage_strategy strategy, int64_t backoff_ns) {
    backstage_engine_options options = test_engine_options();
    options.actors_max = 64; /* engines are made by the thousand here */
    test_family *f = test_family_on(test_engine_with(&options));
    test_member *s = test_member_new(f, "s", test_member_new(f, "p", NULL));
    s->supervision = test_supervision(strategy, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.backoff_ns = backoff_ns;
    for (const char *id = "abcd"; *id != '\0'; id++) {
        const char name[2] = {*id, '\0'};
        test_member *member = test_member_new(f, name, s);
        if (strchr(temporary, *id) != NULL) {
            member->restart = BACKSTAGE_RESTART_TEMPORARY;
        }
    }
    test_member_new(f, "x", test_find(f, "b"));
    test_family_start(f);
    test_member *z = test_member_new(f, "z", NULL);
    test_family_start(f);
    for (size_t i = 0; i < f->count; i++) {
        if (strchr(monitors, f->members[i]->id[0]) != NULL) {
            CHECK_OK(backstage_monitor(test_context(f->engine, f->members[i]->ref), z->ref));
        }
        f->members[i]->starts = on_start;
        f->members[i]->ends = on_end;
    }
    return f;
}

static bool lives(test_family *f, const char *id) {
    const char *name;
    return backstage_engine_actor_id(f->engine, test_find(f, id)->ref, &name) == BACKSTAGE_OK;
}

static backstage_context *context_of(test_family *f, const char *id) {
    return test_context(f->engine, test_find(f, id)->ref);
}

static void stop_if_alive(test_family *f, const char *id) {
    if (lives(f, id)) {
        CHECK_OK(backstage_stop(context_of(f, "z"), test_find(f, id)->ref));
    }
}

/* What else has begun when the engine is destroyed. */
enum { WAYS = 9 };
static void begin_more(test_family *f, int way) {
    static const char *const stopped[] = {"p", "s", "a", "b", "d", "z"};
    if (way >= 1 && way <= 6) {
        stop_if_alive(f, stopped[way - 1]);
    } else if (way == 7) {
        CHECK_OK(backstage_drain(context_of(f, "z"), test_find(f, "p")->ref, 0));
    } else if (way == 8) {
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
}

/* Fails one of the group, and stops the engine at a stage of what follows. Says whether it came to
 * that stage. */
static bool reach_stage(test_family *f, const char *failing, int stage) {
    test_say_all(f, failing, "1 ! 2");
    test_say_all(f, "c", "1 2");
    hooks_left = stage;
    test_run(f->engine);
    if (hooks_left > 0) {
        test_pass(f, BACKOFF);
    }
    bool reached = hooks_left == 0;
    hooks_left = 0;
    return reached;
}

static void check_stages(backstage_strategy strategy, int64_t backoff_ns, int way) {
    for (const char *failing = "a"; failing != NULL; failing = *failing == 'a' ? "d" : NULL) {
        bool reached = true;
        for (int stage = 1; reached; stage++) {
            test_family *f = open_group(strategy, backoff_ns);
            reached = reach_stage(f, failing, stage);
            CHECK(reached || stage > 1);
            begin_more(f, way);
            test_family_end(f);
        }
    }
}

static void check_strategy(backstage_strategy strategy) {
    static const char *const some[] = {"", "a", "b", "c", "bd", "abcd"};
    static const char *const who_monitors[] = {"p", "pb", "s", "psabcdx"};
    for (int i = 0; i < 6 * 4; i += (int)test_rounds(1, 5)) {
        temporary = some[i % 6];
        monitors = who_monitors[i / 6];
        for (int way = 0; way < WAYS; way++) {
            check_stages(strategy, (i + way) % 2 == 0 ? 0 : BACKOFF, way);
        }
    }
}

TEST(each_ends_once_when_one_for_one_is_cut_short) { check_strategy(BACKSTAGE_ONE_FOR_ONE); }
TEST(each_ends_once_when_one_for_all_is_cut_short) { check_strategy(BACKSTAGE_ONE_FOR_ALL); }
TEST(each_ends_once_when_rest_for_one_is_cut_short) { check_strategy(BACKSTAGE_REST_FOR_ONE); }

static void check_failing_hooks(backstage_strategy strategy) {
    bool reached = true;
    for (int stage = 1; reached; stage++) {
        test_family *f = open_group(strategy, 0);
        test_find(f, "a")->failing_inits = 3; /* one restart after the other */
        test_find(f, "c")->failing_deinits = 9;
        reached = reach_stage(f, "a", stage);
        test_family_end(f);
    }
}

static void check_that_it_goes_on(backstage_strategy strategy) {
    bool reached = true;
    for (int stage = 1; reached; stage++) {
        test_family *f = open_group(strategy, 0);
        reached = reach_stage(f, "a", stage);
        stop_if_alive(f, "z"); /* p is told meanwhile */
        test_run(f->engine);
        CHECK_EQ(test_find(f, "a")->inits, 2);
        CHECK_DIARY_OF(f, "p", "p~S");
        test_family_end(f);
    }
}

TEST(each_ends_once_when_hooks_fail_too_or_the_restart_goes_on) {
    temporary = "bd";
    monitors = "psabcdx";
    for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
        check_failing_hooks(strategy);
        check_that_it_goes_on(strategy);
    }
}
