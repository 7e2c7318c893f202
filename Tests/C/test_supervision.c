/* Supervision: what each directive does to a child that fails, and to nobody else. */
#include "support_supervision.h"

#include <stdio.h>

TEST(a_child_that_fails_starts_again_and_handles_what_waited) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    test_say_all(f, "a", "1 ! 2 3");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a! a- a+ a:2 a:3");
    CHECK_EQ(f->report->letters_count, 1);
    CHECK_EQ(f->report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    CHECK_EQ(f->report->letters[0].receiver, a->ref);
    CHECK_EQ(f->report->letters[0].bytes[0], '!');
    CHECK_EQ(test_statistics(f->engine).handled, 3);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    CHECK_EQ(test_statistics(f->engine).spawned, 3);
    CHECK_EQ(test_statistics(f->engine).events, 0);
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).restarts, 1);
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).handled, 3);
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).dead, 1);
    CHECK_EQ(test_actor_statistics(f->engine, test_find(f, "b")->ref).restarts, 0);
    test_family_end(f);
}

TEST(a_resumed_child_goes_on_as_if_nothing_had_happened) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESUME);
    test_say_all(f, "a", "1 ! 2 ! ! 3");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a! a:2 a! a! a:3");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 3);
    CHECK_EQ(test_statistics(f->engine).failures, 3);
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    CHECK_EQ(test_statistics(f->engine).handled, 3);
    CHECK_EQ(f->report->log_count, 3);
    test_family_end(f);
}

TEST(a_stopped_child_ends_and_its_parent_is_told) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_STOP);
    test_member *a = test_find(f, "a");
    test_say_all(f, "a", "1 ! 2");
    test_run(f->engine);
    CHECK_DIARY(f, "a:1 a! a.F s~F");
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(f->report->reasons[BACKSTAGE_DEAD_ENDED], 1);
    CHECK_STATUS(test_send_number(f->engine, a->ref, 1), BACKSTAGE_NOT_FOUND);
    test_say(f, "b", "1");
    test_run(f->engine);
    CHECK_DIARY(f, "b:1");
    test_family_end(f);
}

TEST(without_a_supervision_a_child_that_fails_stops) {
    for (int kind = 0; kind < 3; kind++) {
        test_family *f = test_family_open();
        test_member *parent = test_member_new(f, "p", NULL);
        test_member *child = test_member_new(f, "c", parent);
        child->restart = (backstage_restart)kind;
        test_family_start(f);
        test_say(f, "c", "!");
        test_run(f->engine);
        CHECK_DIARY(f, "c! c.F p~F");
        CHECK_EQ(test_statistics(f->engine).restarts, 0);
        test_say(f, "p", "!");
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
        CHECK_DIARY(f, "p! p.F");
        test_family_end(f);
    }
}

/* Spawns an actor that is no child of it. */
static void spawn_friend(backstage_context *context, test_member *member) {
    backstage_ref friend;
    backstage_actor_options options = test_options("friend", test_fail, NULL);
    CHECK_OK(backstage_spawn(context, &options, &friend));
    (void)member;
}

TEST(only_its_own_children_are_a_supervisors_matter) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member_new(f, "g", test_find(f, "a"));
    test_find(f, "s")->starts = spawn_friend;
    test_family_start(f);
    test_say(f, "g", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "g! g.F a~F");
    CHECK_OK(backstage_engine_send_to_id(f->engine, "friend", "x", 1));
    test_run(f->engine);
    CHECK_DIARY(f, "");
    CHECK_EQ(test_statistics(f->engine).actors, 2);
    test_say(f, "s", "!"); /* the supervisor itself has none */
    test_run(f->engine);
    CHECK_DIARY(f, "s! a.S s.F");
    test_family_end(f);
}

TEST(the_supervision_is_copied_when_the_supervisor_is_spawned) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *s = test_find(f, "s");
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_STOP);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a- a+");
    memset(&s->supervision, 0xff, sizeof s->supervision);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! a- a+");
    test_family_end(f);
}

TEST(any_negative_status_restarts_and_no_other) {
    static const backstage_status statuses[] = {BACKSTAGE_INVALID_ARGUMENT,
                                                BACKSTAGE_SYSTEM,
                                                BACKSTAGE_USER_STATUS,
                                                INT32_MIN,
                                                3,
                                                INT32_MAX};
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    for (int i = 0; i < 6; i++) {
        test_find(f, "a")->status = statuses[i];
        test_say(f, "a", "!");
        test_run(f->engine);
        CHECK_DIARY(f, statuses[i] < 0 ? "a! a- a+" : "a!");
    }
    CHECK_EQ(test_statistics(f->engine).restarts, 4);
    test_family_end(f);
}

TEST(the_children_of_a_restarted_child_end_first_and_are_born_anew) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *x = test_member_new(f, "x", test_find(f, "a"));
    test_member_new(f, "y", test_find(f, "a"));
    test_member_new(f, "z", x);
    test_family_start(f);
    backstage_ref before = x->ref;
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "a! y.S z.S x.S a- a+ x+ y+ z+");
    CHECK(x->ref != before);
    CHECK_STATUS(test_send_number(f->engine, before, 1), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(f->engine).actors, 5);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    test_family_end(f);
}

TEST(a_failure_on_an_event_restarts_too_and_leaves_no_dead_letter) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_member *a = test_find(f, "a");
    uint64_t timer;
    a->fails_on_timers = true;
    CHECK_OK(backstage_timer_start(test_context(f->engine, a->ref), 10, 10, &timer));
    test_pass(f, 10);
    CHECK_DIARY(f, "a@! a- a+");
    CHECK_EQ(f->report->letters_count, 0);
    CHECK_EQ(test_statistics(f->engine).failures, 1);
    CHECK_EQ(test_statistics(f->engine).restarts, 1);
    test_family_end(f);
}

TEST(a_full_supervisor_is_no_worse) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->capacity = 2;
    test_family_start(f);
    test_say(f, "a", "!");
    test_say_all(f, "s", "1 2");
    CHECK_STATUS(test_send_number(f->engine, test_find(f, "s")->ref, 3), BACKSTAGE_INBOX_FULL);
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a! a- a+");
    CHECK_DIARY_OF(f, "s", "s:1 s:2");
    test_family_end(f);
}

TEST(a_failure_in_the_supervisors_own_callback_restarts_none_of_its_children) {
    test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
    test_say(f, "s", "!");
    test_run(f->engine);
    CHECK_DIARY(f, "s! b.S a.S s.F");
    CHECK_EQ(test_statistics(f->engine).restarts, 0);
    CHECK_EQ(test_statistics(f->engine).actors, 0);
    test_family_end(f);
}

/* ---- The log ----------------------------------------------------------------------------- */

struct lines {
    size_t count;
    char last[256];
    backstage_log_level level;
};

static void take_line(backstage_log_level level, const char *message, void *state) {
    struct lines *lines = state;
    lines->count++;
    lines->level = level;
    snprintf(lines->last, sizeof lines->last, "%s", message);
}

TEST(each_failure_is_logged_with_the_actors_id_whatever_the_directive) {
    for (backstage_directive directive = 0; directive < 3; directive++) {
        struct lines lines = {0};
        backstage_engine_options options = test_engine_options();
        backstage_engine *engine;
        options.log = take_line;
        options.log_state = &lines;
        CHECK_OK(backstage_engine_create(&options, &engine));
        test_family *f = test_family_on(engine);
        test_member *s = test_member_new(f, "s", NULL);
        s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, directive);
        test_member_new(f, "clumsy", s);
        test_family_start(f);
        test_say(f, "clumsy", "!");
        test_run(engine);
        CHECK_EQ(lines.count, 1);
        CHECK(strstr(lines.last, "clumsy") != NULL);
        CHECK(lines.level == BACKSTAGE_LOG_ERROR || lines.level == BACKSTAGE_LOG_WARNING);
        test_family_end(f);
    }
}

/* How many lines named whom. */
struct mentions {
    size_t of_supervisor, of_child;
};

static void count_mentions(backstage_log_level level, const char *message, void *state) {
    struct mentions *mentions = state;
    (void)level;
    mentions->of_supervisor += strstr(message, "overseer") != NULL;
    mentions->of_child += strstr(message, "clumsy") != NULL;
}

TEST(giving_up_is_logged_with_the_supervisors_id) {
    struct mentions mentions = {0, 0};
    backstage_engine_options options = test_engine_options();
    backstage_engine *engine;
    options.log = count_mentions;
    options.log_state = &mentions;
    CHECK_OK(backstage_engine_create(&options, &engine));
    test_family *f = test_family_on(engine);
    test_member *s = test_member_new(f, "overseer", NULL);
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.restarts_max = 1;
    test_member_new(f, "clumsy", s);
    test_family_start(f);
    test_say(f, "clumsy", "!");
    test_run(engine);
    CHECK_EQ(mentions.of_supervisor, 0);
    test_say(f, "clumsy", "!");
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, -1), TEST_STATUS);
    CHECK_EQ(mentions.of_child, 2);
    CHECK_EQ(mentions.of_supervisor, 1);
    test_family_end(f);
}
