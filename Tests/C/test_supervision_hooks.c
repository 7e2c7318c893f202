/* Hooks of children that restart, and do there what they should not. */
#include "support_supervision.h"

static void stop_self(backstage_context *context) {
    CHECK_OK(backstage_stop(context, backstage_context_self(context)));
}

static void stop_in_init(backstage_context *context, test_member *member) {
    if (member->inits > 1) {
        stop_self(context);
    }
}

TEST(an_init_that_stops_its_actor_ends_it_for_good) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "a")->starts = stop_in_init;
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a- a+ a.S");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    test_family_end(f);
}

static void stop_in_deinit(backstage_context *context, backstage_reason reason,
                           test_member *member) {
    if (reason == BACKSTAGE_REASON_RESTARTED) {
        stop_self(context);
    }
    (void)member;
}

TEST(a_deinit_that_stops_its_actor_ends_it_for_good) {
    for (int64_t backoff = 0; backoff < 200; backoff += 100) {
        for (backstage_strategy strategy = 0; strategy < 3; strategy++) {
            test_family *f = test_family_plan("ab", strategy, BACKSTAGE_DIRECTIVE_RESTART);
            test_find(f, "s")->supervision.backoff_ns = backoff;
            test_find(f, "a")->ends = stop_in_deinit;
            test_family_start(f);
            test_say_all(f, "a", "! 1");
            test_run(f->engine);
            test_pass(f, 1000);
            CHECK_EQ(test_find(f, "a")->ended, 1);
            CHECK_EQ(test_find(f, "a")->restarts, 1);
            CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
            CHECK(test_find(f, "b")->up);
            test_family_end(f);
        }
    }
}

/* Begins what may outlive this life; whether each is allowed is the engine's to say. */
static void begin_things(backstage_context *context, backstage_reason reason, test_member *member) {
    backstage_actor_options options = test_options("stray", test_ignore, NULL);
    backstage_ref child;
    uint64_t timer;
    if (reason == BACKSTAGE_REASON_RESTARTED) {
        (void)backstage_timer_start(context, 5, 5, &timer);
        (void)backstage_receive_timeout(context, 5);
        (void)backstage_spawn_child(context, &options, &child);
        CHECK_OK(backstage_send(context, member->ref, "kept", 4));
    }
}

TEST(what_a_deinit_begins_before_a_restart_does_not_reach_into_the_next_life) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    backstage_ref stray;
    test_find(f, "a")->ends = begin_things;
    test_say_all(f, "a", "! 1");
    test_run(f->engine);
    test_pass(f, 100);
    CHECK_DIARY(f, "a! a- a+ a:1 a:kept");
    CHECK_STATUS(backstage_engine_find(f->engine, "stray", &stray), BACKSTAGE_NOT_FOUND);
    test_family_end(f);
}

/* In its second life, stops the one whose id is noted. */
static void stop_noted(backstage_context *context, test_member *member) {
    if (member->inits > 1) {
        CHECK_OK(backstage_stop(context, test_find(member->family, member->notes)->ref));
    }
}

TEST(an_init_that_stops_a_sibling_to_be_restarted_ends_it_for_good) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    char whom[] = "c";
    test_find(f, "a")->starts = stop_noted;
    test_find(f, "a")->notes = whom;
    test_say(f, "b", "!");
    test_run(f->engine);
    CHECK_EQ(test_find(f, "c")->ended, 1);
    CHECK_EQ(test_find(f, "c")->reason, BACKSTAGE_REASON_STOPPED);
    CHECK_DIARY_OF(f, "ab", "b! b- a- a+ b+");
    test_say(f, "a", "1");
    test_run(f->engine);
    CHECK(test_find(f, "a")->up && test_find(f, "b")->up);
    test_family_end(f);
}

TEST(an_init_that_stops_the_supervisor_ends_the_group_in_the_midst_of_its_restart) {
    for (int i = 0; i < 3; i++) {
        test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        char whom[] = "s";
        f->members[i + 1]->starts = stop_noted;
        f->members[i + 1]->notes = whom;
        test_say_all(f, "b", "! 1");
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        for (size_t j = 0; j < f->count; j++) {
            CHECK_EQ(f->members[j]->ended, 1);
        }
        CHECK_EQ(f->report->letters_count + test_statistics(f->engine).handled, 2);
        test_family_end(f);
    }
}

static void stop_noted_in_deinit(backstage_context *context, backstage_reason reason,
                                 test_member *member) {
    if (reason == BACKSTAGE_REASON_RESTARTED) {
        CHECK_OK(backstage_stop(context, test_find(member->family, member->notes)->ref));
    }
}

TEST(a_deinit_that_stops_the_supervisor_ends_the_group_in_the_midst_of_its_restart) {
    for (int i = 0; i < 3; i++) {
        test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
        char whom[] = "s";
        f->members[i + 1]->ends = stop_noted_in_deinit;
        f->members[i + 1]->notes = whom;
        test_say_all(f, "b", "! 1");
        test_run(f->engine);
        CHECK_EQ(test_statistics(f->engine).actors, 0);
        for (size_t j = 0; j < f->count; j++) {
            CHECK_EQ(f->members[j]->ended, 1);
        }
        test_family_end(f);
    }
}

/* Spawns a younger sibling, once. */
static void spawn_sibling(backstage_context *context, backstage_reason reason,
                          test_member *member) {
    if (reason == BACKSTAGE_REASON_RESTARTED && test_find(member->family, "d")->spawned == 0) {
        test_member_spawn(test_context(member->family->engine, member->parent->ref),
                          test_find(member->family, "d"));
    }
    (void)context;
}

TEST(a_child_born_in_the_midst_of_a_groups_restart_is_started_once) {
    test_family *f = test_family_of("abc", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *d = test_member_new(f, "d", test_find(f, "s"));
    test_find(f, "b")->ends = spawn_sibling;
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY_OF(f, "abc", "a! c- b- a- a+ b+ c+");
    CHECK_EQ(d->inits, 1);
    CHECK(d->up);
    test_say(f, "d", "1");
    test_run(f->engine);
    CHECK_EQ(test_statistics(f->engine).handled, 1);
    test_family_end(f);
}

/* ---- Children that never had a turn ------------------------------------------------------ */

TEST(a_child_that_never_started_is_started_after_its_groups_restart) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s"), *a = test_find(f, "a");
    test_say(f, "a", "!");
    test_member *b = test_member_join(f, "b", s); /* has its turn after a */
    CHECK_OK(backstage_engine_send(f->engine, b->ref, "1", 1));
    test_run(f->engine);
    CHECK_EQ(a->inits, 2);
    CHECK_EQ(b->inits, 1);
    CHECK(b->up);
    CHECK_DIARY_OF(f, "b", b->restarts == 0 ? "b+ b:1" : "b- b+ b:1");
    test_family_end(f);
}
