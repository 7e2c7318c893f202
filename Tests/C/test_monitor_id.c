/* Monitors by id: of whoever has the id now, or of nobody, which is told at once. */
#include "support_life.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref observer, target;
    backstage_context *context; /* the observer's */
} stage;

static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.observer = test_spawn(s.engine, "observer", test_receive, s.seen);
    s.context = test_context(s.engine, s.observer);
    s.target = test_spawn(s.engine, "target", test_ignore, NULL);
    test_run(s.engine);
    return s;
}

static void check_told(const stage *s, size_t place, backstage_ref actor, backstage_reason reason) {
    if (CHECK(place < s->seen->count)) {
        CHECK_EQ(s->seen->messages[place].sender, actor);
        CHECK_EQ(test_termination(&s->seen->messages[place]).reason, reason);
        CHECK_STATUS(test_termination(&s->seen->messages[place]).status, BACKSTAGE_OK);
    }
}

TEST(who_has_the_id_is_monitored_and_named) {
    stage s = open_stage();
    backstage_ref actor = 77;
    CHECK_OK(backstage_monitor_id(s.context, "target", &actor));
    CHECK_EQ(actor, s.target);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(&s, 0, s.target, BACKSTAGE_REASON_STOPPED);
    test_end(s.engine);
}

TEST(the_ref_need_not_be_asked_for) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor_id(s.context, "target", NULL));
    CHECK_OK(backstage_monitor_id(s.context, "nobody", NULL));
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    test_end(s.engine);
}

TEST(nobody_with_the_id_is_told_at_once) {
    stage s = open_stage();
    backstage_ref actor = 77;
    CHECK_OK(backstage_monitor_id(s.context, "nobody", &actor));
    CHECK_EQ(actor, BACKSTAGE_NONE);
    CHECK_EQ(s.seen->count, 0); /* but not within the call */
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(&s, 0, BACKSTAGE_NONE, BACKSTAGE_REASON_NOT_FOUND);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(nobody_may_be_asked_for_again_and_again) {
    stage s = open_stage();
    for (size_t i = 1; i <= 20; i++) {
        CHECK_OK(backstage_monitor_id(s.context, "nobody", NULL));
        test_run(s.engine);
        CHECK_EQ(s.seen->count, i);
        check_told(&s, i - 1, BACKSTAGE_NONE, BACKSTAGE_REASON_NOT_FOUND);
    }
    CHECK_EQ(test_statistics(s.engine).events, 20);
    test_end(s.engine);
}

TEST(an_id_whose_actor_has_ended_has_nobody) {
    stage s = open_stage();
    backstage_ref actor = 77;
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_OK(backstage_monitor_id(s.context, "target", &actor));
    CHECK_EQ(actor, BACKSTAGE_NONE);
    test_run(s.engine);
    check_told(&s, 0, BACKSTAGE_NONE, BACKSTAGE_REASON_NOT_FOUND);
    test_end(s.engine);
}

TEST(an_id_whose_actor_is_ending_still_has_it) {
    stage s = open_stage();
    backstage_ref actor = 77;
    CHECK_OK(backstage_stop(s.context, s.target));
    CHECK_OK(backstage_monitor_id(s.context, "target", &actor));
    CHECK_EQ(actor, s.target);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(&s, 0, s.target, BACKSTAGE_REASON_STOPPED);
    test_end(s.engine);
}

TEST(it_is_the_actor_that_is_monitored_and_not_the_id) {
    stage s = open_stage();
    backstage_ref first = s.target, second = 77;
    CHECK_OK(backstage_monitor_id(s.context, "target", NULL));
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    backstage_ref next = test_spawn(s.engine, "target", test_ignore, NULL);
    CHECK_OK(backstage_stop(s.context, next));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    check_told(&s, 0, first, BACKSTAGE_REASON_STOPPED);
    next = test_spawn(s.engine, "target", test_ignore, NULL);
    CHECK_OK(backstage_monitor_id(s.context, "target", &second));
    CHECK_EQ(second, next);
    test_end(s.engine);
}

TEST(by_id_and_by_ref_is_one_monitor) {
    stage s = open_stage();
    backstage_ref actor = 77;
    CHECK_OK(backstage_monitor_id(s.context, "target", NULL));
    CHECK_STATUS(backstage_monitor_id(s.context, "target", &actor), BACKSTAGE_EXISTS);
    CHECK_EQ(actor, 77);
    CHECK_STATUS(backstage_monitor(s.context, s.target), BACKSTAGE_EXISTS);
    CHECK_OK(backstage_unmonitor(s.context, s.target));
    CHECK_OK(backstage_monitor(s.context, s.target));
    CHECK_STATUS(backstage_monitor_id(s.context, "target", &actor), BACKSTAGE_EXISTS);
    CHECK_EQ(actor, 77);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(an_unmonitored_end_is_not_told) {
    stage s = open_stage();
    backstage_ref actor;
    CHECK_OK(backstage_monitor_id(s.context, "target", &actor));
    CHECK_OK(backstage_unmonitor(s.context, actor));
    CHECK_STATUS(backstage_unmonitor(s.context, actor), BACKSTAGE_NOT_MONITORED);
    CHECK_OK(backstage_stop(s.context, s.target));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    test_end(s.engine);
}

TEST(bad_ids_are_refused) {
    stage s = open_stage();
    backstage_ref actor = 77;
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    memset(long_id, 'i', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    backstage_statistics before = test_statistics(s.engine);
    CHECK_STATUS(backstage_monitor_id(s.context, "", &actor), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_monitor_id(s.context, long_id, &actor), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_monitor_id(s.context, NULL, &actor), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_monitor_id(s.context, "observer", &actor), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(actor, 77);
    CHECK_EQ(test_statistics(s.engine).memory_bytes, before.memory_bytes);
    long_id[BACKSTAGE_ID_BYTES_MAX] = '\0'; /* the longest there may be */
    CHECK_OK(backstage_monitor_id(s.context, long_id, &actor));
    CHECK_EQ(actor, BACKSTAGE_NONE);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(a_monitor_is_one_way) {
    stage s = open_stage();
    CHECK_OK(backstage_monitor_id(s.context, "target", NULL));
    CHECK_OK(backstage_shutdown(s.context));
    test_run(s.engine);
    backstage_ref found = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(s.engine, "target", &found)); /* it is none of its business */
    CHECK_EQ(found, s.target);
    CHECK_EQ(test_statistics(s.engine).events, 0);
    test_end(s.engine);
}

static backstage_status fail_on_numbers(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    return envelope->type == BACKSTAGE_SEND ? TEST_STATUS : BACKSTAGE_OK;
}

TEST(a_restart_of_either_is_no_end) {
    test_life *life = test_life_open();
    test_subject *supervisor = test_supervisor_open(life, NULL);
    test_subject *observer = test_subject_open(life, supervisor, NULL, fail_on_numbers);
    test_subject *target = test_subject_open(life, supervisor, "target", fail_on_numbers);
    CHECK_OK(backstage_monitor_id(observer->context, "target", NULL));
    test_run(life->engine);
    test_subject_send(target, 1, 1);
    test_subject_send(observer, 1, 1);
    test_run(life->engine);
    CHECK_EQ(observer->starts, 2);
    CHECK_EQ(target->starts, 2);
    CHECK_EQ(observer->seen->count, 1);
    CHECK_OK(backstage_stop(supervisor->context, target->self));
    test_run(life->engine);
    if (CHECK_EQ(observer->seen->count, 2)) {
        CHECK_EQ(test_termination(&observer->seen->messages[1]).reason, BACKSTAGE_REASON_STOPPED);
        CHECK_EQ(observer->seen->messages[1].sender, target->self);
    }
    test_life_close(life);
}
