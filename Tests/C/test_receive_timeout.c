/* Receive timeouts: one event when nothing came for so long, never early, and again after as long.
 */
#include "support_life.h"

static test_stage s;

static void open_stage(int64_t after_ns) {
    s = test_stage_open();
    test_run(s.engine);
    CHECK_OK(backstage_receive_timeout(s.context, after_ns));
    test_run(s.engine);
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(s.engine, by_ns));
    test_run(s.engine);
}

static size_t timeouts(void) { return test_count_type(s.seen, BACKSTAGE_RECEIVE_TIMEOUT); }

/* Nothing comes until then; the event comes at the nanosecond. */
static void check_due_in(uint64_t ns) {
    size_t before = s.seen->count;
    advance(ns - 1);
    CHECK_EQ(s.seen->count, before);
    advance(1);
    if (CHECK_EQ(s.seen->count, before + 1)) {
        CHECK_EQ(s.seen->messages[before].type, BACKSTAGE_RECEIVE_TIMEOUT);
    }
}

TEST(it_comes_to_the_nanosecond_and_tells_when_it_was_due) {
    open_stage(100);
    check_due_in(100);
    const test_message *message = &s.seen->messages[0];
    backstage_timer_event event = {0, 0};
    CHECK_EQ(message->sender, BACKSTAGE_NONE);
    CHECK_EQ(message->token, 0);
    if (CHECK_EQ(message->size, sizeof event)) {
        memcpy(&event, message->bytes, sizeof event);
    }
    CHECK_EQ(event.due_ns, 100);
    CHECK_EQ(event.expirations, 1);
    CHECK_EQ(test_statistics(s.engine).events, 1);
    CHECK_EQ(test_statistics(s.engine).accepted, 0); /* it is no message */
    test_end(s.engine);
}

TEST(it_comes_again_after_as_long) {
    open_stage(100);
    for (int i = 0; i < 50; i++) {
        check_due_in(100);
    }
    CHECK_EQ(timeouts(), 50);
    test_end(s.engine);
}

TEST(every_message_puts_it_off) {
    open_stage(100);
    for (uint64_t i = 1; i <= 20; i++) {
        advance(99);
        CHECK_OK(test_send_number(s.engine, s.actor, i));
        test_run(s.engine);
        CHECK_EQ(timeouts(), 0);
    }
    check_due_in(100);
    CHECK_OK(test_send_number(s.engine, s.actor, 21));
    test_run(s.engine);
    check_due_in(100);
    test_end(s.engine);
}

TEST(every_event_puts_it_off) {
    uint64_t timer;
    open_stage(100);
    CHECK_OK(backstage_timer_start(s.context, 60, 60, &timer));
    for (int i = 0; i < 20; i++) {
        advance(30);
        CHECK_EQ(timeouts(), 0);
    }
    CHECK_OK(backstage_timer_cancel(s.context, timer));
    check_due_in(100);
    test_end(s.engine);
}

TEST(other_events_put_it_off_too) {
    uint64_t token, watcher;
    int ends[2];
    open_stage(100);
    test_pipe(ends);
    backstage_ref other = test_spawn(s.engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_monitor(s.context, other));
    CHECK_OK(backstage_request(s.context, other, "x", 1, 50, &token));
    advance(50); /* the failure of the request */
    CHECK_EQ(s.seen->count, 1);
    advance(99);
    CHECK_OK(backstage_stop(s.context, other));
    test_run(s.engine); /* TERMINATED */
    CHECK_EQ(s.seen->count, 2);
    CHECK_OK(backstage_watch_fd(s.context, ends[0], BACKSTAGE_READABLE, &watcher));
    advance(99);
    test_poke(ends[1]);
    while (s.seen->count < 3) {
        CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    CHECK_EQ(s.seen->messages[2].type, BACKSTAGE_IO);
    CHECK_OK(backstage_unwatch(s.context, watcher));
    check_due_in(100);
    test_end(s.engine);
    test_close_pair(ends);
}

TEST(a_reply_and_a_publication_put_it_off) {
    open_stage(100);
    backstage_ref other = test_spawn(s.engine, "other", test_ignore, NULL);
    backstage_context *context = test_context(s.engine, other);
    CHECK_OK(backstage_subscribe(s.context, "other"));
    for (int i = 0; i < 5; i++) {
        advance(99);
        CHECK_OK(backstage_publish(context, "x", 1, NULL));
        test_run(s.engine);
    }
    CHECK_EQ(s.seen->count, 5);
    check_due_in(100);
    test_end(s.engine);
}

TEST(zero_takes_it_back) {
    open_stage(100);
    advance(50);
    CHECK_OK(backstage_receive_timeout(s.context, 0));
    advance(1000000);
    CHECK_EQ(s.seen->count, 0);
    CHECK_OK(backstage_receive_timeout(s.context, 0)); /* there is none: fine */
    CHECK_OK(backstage_receive_timeout(s.context, 30));
    check_due_in(30);
    CHECK_OK(backstage_receive_timeout(s.context, 0));
    advance(1000000);
    CHECK_EQ(timeouts(), 1);
    test_end(s.engine);
}

TEST(zero_takes_back_one_that_was_due_and_not_handled_yet) {
    open_stage(100);
    CHECK_OK(backstage_engine_advance(s.engine, 100));
    CHECK_OK(backstage_receive_timeout(s.context, 0));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    test_end(s.engine);
}

TEST(asking_again_begins_anew) {
    open_stage(100);
    advance(60);
    CHECK_OK(backstage_receive_timeout(s.context, 100));
    check_due_in(100);
    advance(60);
    CHECK_OK(backstage_receive_timeout(s.context, 10));
    check_due_in(10);
    CHECK_OK(backstage_receive_timeout(s.context, 1000));
    check_due_in(1000);
    check_due_in(1000);
    test_end(s.engine);
}

TEST(a_negative_time_is_refused_and_changes_nothing) {
    open_stage(100);
    CHECK_STATUS(backstage_receive_timeout(s.context, -1), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_receive_timeout(s.context, INT64_MIN), BACKSTAGE_INVALID_ARGUMENT);
    check_due_in(100);
    test_end(s.engine);
}

TEST(the_longest_time_does_not_overflow) {
    open_stage(INT64_MAX);
    advance(1000);
    CHECK_OK(test_send_number(s.engine, s.actor, 1));
    test_run(s.engine);
    CHECK_OK(backstage_receive_timeout(s.context, INT64_MAX));
    advance((uint64_t)INT64_MAX - 1000);
    CHECK_EQ(timeouts(), 0);
    test_end(s.engine);
}

TEST(a_stroke_of_time_brings_one_and_the_next_is_as_long_after_that) {
    open_stage(100);
    advance(1050);
    CHECK_EQ(timeouts(), 1);
    check_due_in(100);
    test_end(s.engine);
}
