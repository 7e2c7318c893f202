/* Events, and the start of an actor, left open: nothing else comes until they are finished. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>

#include "support_pending.h"

TEST(an_event_pends_and_all_else_waits) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
    CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
    test_subject_send(a, 1, 1);
    test_run(life->engine);
    for (uint64_t given = 1; given <= 2; given++) {
        test_check_given(a, given, 0);
        CHECK_EQ(test_count_type(a->seen, BACKSTAGE_TERMINATED), given);
        CHECK_EQ(test_statistics(life->engine).queued, 1); /* events stand apart */
        test_finish(a, BACKSTAGE_OK);
    }
    test_check_given(a, 3, 0);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 3, 1);
    CHECK_EQ(test_statistics(life->engine).events, 2);
    test_life_close(life);
}

TEST(events_wait_behind_a_message_that_pends_and_come_before_the_next) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject_send(a, 1, 2);
    test_run(life->engine);
    CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
    test_run(life->engine);
    test_check_given(a, 1, 0);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 3, 2);
    CHECK_EQ(a->seen->messages[1].type, BACKSTAGE_TERMINATED);
    test_life_close(life);
}

TEST(a_timer_goes_on_and_tells_how_often) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    uint64_t timer;
    CHECK_OK(backstage_timer_start(a->context, 10, 10, &timer));
    for (int i = 0; i < 5; i++) {
        CHECK_OK(backstage_engine_advance(life->engine, 10));
        test_run(life->engine);
    }
    CHECK_EQ(a->seen->count, 1);
    test_finish(a, BACKSTAGE_OK);
    if (CHECK_EQ(a->seen->count, 2)) {
        CHECK_EQ(test_timer_event(&a->seen->messages[0]).expirations, 1);
        CHECK_EQ(test_timer_event(&a->seen->messages[1]).expirations, 4);
        CHECK_EQ(test_timer_event(&a->seen->messages[1]).due_ns, 20);
    }
    CHECK_OK(backstage_timer_cancel(a->context, timer)); /* while its own event pends */
    test_finish(a, BACKSTAGE_OK);
    CHECK_OK(backstage_engine_advance(life->engine, 100));
    test_run(life->engine);
    CHECK_EQ(a->seen->count, 2);
    test_life_close(life);
}

TEST(a_signal_that_comes_meanwhile_comes_after) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    uint64_t watcher;
    CHECK_OK(backstage_watch_signal(a->context, SIGUSR1, &watcher));
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(raise(SIGUSR1), 0);
        test_run(life->engine);
    }
    CHECK_EQ(a->seen->count, 1);
    test_finish(a, BACKSTAGE_OK);
    if (CHECK_EQ(a->seen->count, 2)) {
        CHECK_EQ(test_signal_event(&a->seen->messages[1]).count, 3);
    }
    test_life_close(life);
}

TEST(an_answer_pends_like_any_message) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject *b = test_subject_open(life, NULL, NULL, NULL);
    uint64_t token = test_subject_ask(a, b->self, 10);
    CHECK_OK(backstage_engine_advance(life->engine, 10));
    test_run(life->engine);
    test_check_given(a, 1, 0); /* the FAILURE */
    CHECK_EQ(a->seen->messages[0].token, token);
    CHECK_STATUS(backstage_request_cancel(a->context, token), BACKSTAGE_NOT_WAITING);
    test_finish(a, BACKSTAGE_OK);
    test_life_close(life);
}

/* ---- Descriptors ------------------------------------------------------------------------- */

/* It is ready all the while, but not looked at: else it would be told of what it has just read. */
TEST(a_descriptor_is_looked_at_again_once_it_is_finished) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    uint64_t watcher;
    int ends[2];
    test_pipe(ends);
    CHECK_OK(backstage_watch_fd(a->context, ends[0], BACKSTAGE_READABLE, &watcher));
    test_poke(ends[1]);
    for (int round = 0; round < 20; round++) {
        test_run(life->engine);
        CHECK_EQ(a->seen->count, 1);
    }
    CHECK_EQ(test_drain(ends[0]), 1);
    test_finish(a, BACKSTAGE_OK);
    CHECK_EQ(a->seen->count, 1);
    for (size_t round = 2; round <= 30; round++) {
        test_poke(ends[1]);
        test_run(life->engine);
        CHECK_EQ(a->seen->count, round);
        CHECK_EQ(test_drain(ends[0]), 1);
        test_finish(a, BACKSTAGE_OK);
    }
    test_life_close(life);
    test_close_pair(ends);
}

TEST(one_still_ready_is_told_of_again) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    uint64_t watcher;
    int ends[2];
    test_pipe(ends);
    CHECK_OK(backstage_watch_fd(a->context, ends[0], BACKSTAGE_READABLE, &watcher));
    test_poke(ends[1]);
    test_run(life->engine);
    for (size_t round = 2; round <= 30; round++) {
        test_finish(a, BACKSTAGE_OK);
        CHECK_EQ(a->seen->count, round);
    }
    CHECK_OK(backstage_unwatch(a->context, watcher));
    test_finish(a, BACKSTAGE_OK);
    test_run(life->engine);
    CHECK_EQ(a->seen->count, 30);
    test_life_close(life);
    test_close_pair(ends);
}

/* ---- init -------------------------------------------------------------------------------- */

static backstage_status begin_open(backstage_context *context, void *state) {
    test_subject *subject = state;
    CHECK_OK(test_subject_init(context, state));
    CHECK_OK(backstage_send(context, subject->self, "12345678", 8));
    return BACKSTAGE_PENDING;
}

TEST(a_start_pends_and_messages_wait) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_new(life);
    backstage_actor_options options = test_subject_options(a, "a");
    options.init = begin_open;
    test_subject_spawn(a, NULL, &options);
    test_check_not_waiting(a);
    test_run(life->engine);
    CHECK_EQ(a->starts, 1);
    test_subject_send(a, 1, 3);
    CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
    test_run(life->engine);
    test_check_given(a, 0, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 4);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 5, 4);
    CHECK_EQ(a->starts, 1);
    test_check_not_waiting(a);
    test_life_close(life);
}

TEST(a_start_that_fails_late_ends_it) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_new(life);
    backstage_actor_options options = test_subject_options(a, "a");
    options.init = begin_open;
    test_subject_spawn(a, NULL, &options);
    test_run(life->engine);
    test_finish(a, TEST_STATUS);
    test_check_departure(life, 0, a, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_ENDED), 1);
    CHECK_EQ(test_statistics(life->engine).failures, 1);
    test_life_close(life);
}

/* ---- Receive timeouts -------------------------------------------------------------------- */

static void pass(test_life *life, uint64_t by_ns) {
    for (uint64_t i = 0; i < by_ns; i++) {
        CHECK_OK(backstage_engine_advance(life->engine, 1));
        test_run(life->engine);
    }
}

TEST(what_takes_long_is_no_silence) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    CHECK_OK(backstage_receive_timeout(a->context, 10));
    pass(life, 5);
    test_subject_send(a, 1, 1);
    test_run(life->engine);
    pass(life, 100);
    CHECK_EQ(a->seen->count, 1);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK); /* at 105: the silence begins */
    pass(life, 9);
    CHECK_EQ(a->seen->count, 1);
    pass(life, 1);
    if (CHECK_EQ(a->seen->count, 2)) {
        backstage_timer_event event;
        memcpy(&event, a->seen->messages[1].bytes, sizeof event);
        CHECK_EQ(a->seen->messages[1].type, BACKSTAGE_RECEIVE_TIMEOUT);
        CHECK_EQ(event.due_ns, 115);
    }
    pass(life, 10);
    CHECK_EQ(a->seen->count, 3);
    test_life_close(life);
}

TEST(nor_is_an_event_that_takes_long) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    CHECK_OK(backstage_receive_timeout(a->context, 10));
    pass(life, 50); /* the first RECEIVE_TIMEOUT pends, and keeps the next from coming */
    CHECK_EQ(a->seen->count, 1);
    CHECK_EQ(test_count_type(a->seen, BACKSTAGE_RECEIVE_TIMEOUT), 1);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    pass(life, 9);
    CHECK_EQ(a->seen->count, 1);
    pass(life, 1);
    CHECK_EQ(a->seen->count, 2);
    test_life_close(life);
}

static backstage_status begin_timed(backstage_context *context, void *state) {
    CHECK_OK(test_subject_init(context, state));
    CHECK_OK(backstage_receive_timeout(context, 10));
    return BACKSTAGE_PENDING;
}

TEST(nor_is_a_start) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_new(life);
    backstage_actor_options options = test_subject_options(a, NULL);
    options.init = begin_timed;
    test_subject_spawn(a, NULL, &options);
    test_run(life->engine);
    pass(life, 100);
    CHECK_EQ(a->seen->count, 0);
    test_finish(a, BACKSTAGE_OK);
    pass(life, 9);
    CHECK_EQ(a->seen->count, 0);
    pass(life, 1);
    CHECK_EQ(a->seen->count, 1);
    test_life_close(life);
}
