/* What survives a restart: who an actor is, what waits for it, what it subscribed to and whom it
 * watches; and what does not. */
#define _POSIX_C_SOURCE 200809L
#include "support_supervision.h"

#include <signal.h>
#include <stdio.h>

enum { BACKOFF = 100 };

/* Child a of supervisor s, which waits before it starts again. */
static test_family *patient_plan(void) {
    test_family *f = test_family_plan("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    return f;
}

static test_family *patient_family(void) {
    test_family *f = patient_plan();
    test_family_start(f);
    return f;
}

static backstage_context *context_of(test_family *f, const char *id) {
    return test_context(f->engine, test_find(f, id)->ref);
}

static void check_known(test_family *f) {
    backstage_ref found = BACKSTAGE_NONE, a = test_find(f, "a")->ref;
    const char *id = "";
    uint32_t receivers = 0;
    CHECK_OK(backstage_engine_find(f->engine, "a", &found));
    CHECK_EQ(found, a);
    CHECK_OK(backstage_engine_actor_id(f->engine, a, &id));
    CHECK_STR(id, "a");
    CHECK_EQ(backstage_context_self(context_of(f, "a")), a);
    CHECK_EQ(backstage_context_parent(context_of(f, "a")), test_find(f, "s")->ref);
    CHECK_OK(backstage_broadcast(context_of(f, "s"), "worker", "k", 1, &receivers));
    CHECK_EQ(receivers, 1);
    CHECK_OK(backstage_engine_send_to_id(f->engine, "a", "i", 1));
    CHECK_OK(backstage_engine_send(f->engine, a, "r", 1));
    backstage_actor_options options = test_options("a", test_ignore, NULL);
    CHECK_STATUS(backstage_engine_spawn(f->engine, &options, &found), BACKSTAGE_EXISTS);
}

TEST(ref_id_and_kind_are_good_while_it_waits_and_after) {
    test_family *f = patient_plan();
    test_find(f, "a")->kind = "worker";
    test_family_start(f);
    backstage_ref before = test_find(f, "a")->ref;
    test_say(f, "a", "!");
    check_known(f);
    test_run(f->engine);
    check_known(f);
    test_pass(f, BACKOFF);
    check_known(f);
    test_run(f->engine);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:k a:i a:r a:k a:i a:r a:k a:i a:r");
    CHECK_EQ(test_find(f, "a")->ref, before);
    test_family_end(f);
}

TEST(an_inbox_keeps_its_bound_while_its_actor_waits) {
    static const char *const expected[] = {"a:1 a:2 a:3 a:4", "a:1 a:2 a:3 a:4", "a:4 a:5 a:6 a:7"};
    for (backstage_overflow overflow = 0; overflow < 3; overflow++) {
        test_family *f = patient_plan();
        test_member *a = test_find(f, "a");
        a->capacity = 4;
        a->overflow = overflow;
        test_family_start(f);
        test_say(f, "a", "!");
        test_run(f->engine);
        test_diary_forget(f);
        for (char number = '1'; number <= '7'; number++) {
            bool refused = overflow == BACKSTAGE_OVERFLOW_REJECT && number > '4';
            CHECK_STATUS(backstage_engine_send(f->engine, a->ref, &number, 1),
                         refused ? BACKSTAGE_INBOX_FULL : BACKSTAGE_OK);
        }
        CHECK_EQ(test_actor_statistics(f->engine, a->ref).queued, 4);
        test_pass(f, BACKOFF);
        CHECK(strstr(f->diary, expected[overflow]) != NULL);
        CHECK_EQ(test_actor_statistics(f->engine, a->ref).queued_max, 4);
        CHECK_EQ(test_statistics(f->engine).handled, 4);
        test_family_end(f);
    }
}

TEST(an_inbox_that_was_full_when_its_actor_failed_has_room_for_one_more) {
    test_family *f = patient_plan();
    test_member *a = test_find(f, "a");
    a->capacity = 4;
    test_family_start(f);
    test_say_all(f, "a", "! 1 2 3");
    CHECK_STATUS(test_send_number(f->engine, a->ref, 4), BACKSTAGE_INBOX_FULL);
    test_run(f->engine);
    test_say(f, "a", "4");
    CHECK_STATUS(test_send_number(f->engine, a->ref, 5), BACKSTAGE_INBOX_FULL);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a:1 a:2 a:3 a:4");
    CHECK_EQ(test_actor_statistics(f->engine, a->ref).queued_max, 4);
    test_family_end(f);
}

static void count_free(void *data, size_t size, void *state) {
    (void)data, (void)size;
    ++*(int *)state;
}

/* Checks that payloads arrive as they were sent, and counts them. */
static backstage_status check_filled(backstage_context *context, const backstage_envelope *envelope,
                                     test_member *member) {
    CHECK(test_is_filled(envelope->payload, envelope->size, envelope->size));
    ++*(int *)member->notes;
    (void)context;
    return BACKSTAGE_OK;
}

TEST(large_payloads_wait_untouched) {
    static const size_t sizes[] = {33, 1000, 70000, 1000000};
    static char wrapped[5000];
    test_family *f = patient_family();
    test_member *a = test_find(f, "a");
    int freed = 0, received = 0;
    backstage_payload *payload;
    a->receives = check_filled;
    a->notes = &received;
    test_say(f, "a", "!");
    for (int i = 0; i < 4; i++) {
        char *bytes = test_alloc(sizes[i]);
        test_fill(bytes, sizes[i], sizes[i]);
        CHECK_OK(backstage_engine_send(f->engine, a->ref, bytes, sizes[i]));
    }
    test_fill(wrapped, sizeof wrapped, sizeof wrapped);
    CHECK_OK(
        backstage_payload_wrap(f->engine, wrapped, sizeof wrapped, count_free, &freed, &payload));
    CHECK_OK(backstage_engine_send_payload(f->engine, a->ref, payload));
    test_run(f->engine);
    CHECK_EQ(received + freed, 0);
    test_pass(f, BACKOFF);
    CHECK_EQ(received, 5);
    CHECK_EQ(freed, 1);
    test_family_end(f);
}

TEST(subscriptions_hold_both_ways) {
    test_family *f = test_family_plan("ab", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    test_find(f, "s")->supervision.backoff_ns = BACKOFF;
    test_find(f, "a")->sees_subscriptions = 1;
    test_family_start(f);
    backstage_context *a = context_of(f, "a"), *b = context_of(f, "b");
    CHECK_OK(backstage_subscribe(a, "b"));
    CHECK_OK(backstage_subscribe_to_topic(a, "b", "x.>"));
    CHECK_OK(backstage_subscribe(b, "a"));
    CHECK_OK(backstage_subscribe_to_topic(b, "a", "y.*"));
    test_run(f->engine);
    test_diary_forget(f);
    for (int i = 0; i < 3; i++) {
        uint32_t receivers = 0;
        CHECK_OK(backstage_publish(b, "news", 4, &receivers));
        CHECK_OK(backstage_publish_to_topic(b, "x.1.2", "x", 1, &receivers));
        CHECK_EQ(receivers, 1);
        CHECK_OK(backstage_publish(a, "more", 4, &receivers));
        CHECK_OK(backstage_publish_to_topic(a, "y.1", "y", 1, &receivers));
        CHECK_EQ(receivers, 1);
        if (i == 0) {
            test_run(f->engine);
            test_say(f, "a", "!");
            test_run(f->engine);
        } else {
            test_pass(f, BACKOFF);
        }
    }
    CHECK_DIARY_OF(f, "b", "b:more b:y b:more b:y b:more b:y");
    CHECK_DIARY_OF(f, "a", "a:news a:x a! a- a+ a:news a:x a:news a:x");
    CHECK_STATUS(backstage_subscribe(a, "b"), BACKSTAGE_EXISTS);
    test_family_end(f);
}

TEST(monitors_hold_both_ways_and_a_restart_is_no_end) {
    test_family *f = patient_family();
    test_member *a = test_find(f, "a");
    backstage_ref other = test_spawn(f->engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_monitor(context_of(f, "a"), other));
    test_observe(f, a);
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_OK(backstage_shutdown(test_context(f->engine, other)));
    test_run(f->engine); /* told of it when it has started again */
    CHECK_EQ(a->inits, 1);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a~N");
    CHECK_EQ(f->observed->count, 0);
    CHECK_OK(backstage_stop(context_of(f, "s"), a->ref));
    test_run(f->engine);
    CHECK_END(f, a->ref, BACKSTAGE_REASON_STOPPED, BACKSTAGE_OK, a->ref, BACKSTAGE_REASON_STOPPED);
    test_family_end(f);
}

TEST(who_waits_can_still_send_but_begin_nothing_new) {
    test_family *f = patient_family();
    backstage_context *a = context_of(f, "a");
    backstage_ref s = test_find(f, "s")->ref, child = 77;
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    uint64_t made = 77;
    test_say(f, "a", "!");
    test_run(f->engine);
    CHECK_STATUS(backstage_spawn_child(a, &options, &child), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_spawn(a, &options, &child), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_timer_start(a, 1, 0, &made), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_watch_signal(a, SIGUSR2, &made), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_subscribe(a, "s"), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_monitor(a, s), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_request(a, s, "x", 1, -1, &made), BACKSTAGE_ENDING);
    CHECK_EQ(child, 77);
    CHECK_EQ(made, 77);
    CHECK_OK(backstage_send(a, s, "1", 1));
    test_pass(f, BACKOFF);
    CHECK_OK(backstage_timer_start(a, 1, 0, &made));
    test_pass(f, 1);
    CHECK_DIARY_OF(f, "a", "a! a- a+ a@");
    CHECK_DIARY_OF(f, "s", "s:1");
    test_family_end(f);
}

/* ---- What does not ----------------------------------------------------------------------- */

TEST(timers_and_watchers_are_gone) {
    struct sigaction before, now;
    int ends[2];
    uint64_t timers[2], watcher, signals;
    test_family *f = patient_family();
    backstage_context *a = context_of(f, "a");
    test_pipe(ends);
    CHECK(sigaction(SIGUSR2, NULL, &before) == 0);
    CHECK_OK(backstage_timer_start(a, 10, 10, &timers[0]));
    CHECK_OK(backstage_timer_start(a, BACKOFF * 5, 0, &timers[1]));
    CHECK_OK(backstage_watch_fd(a, ends[0], BACKSTAGE_READABLE, &watcher));
    CHECK_OK(backstage_watch_signal(a, SIGUSR2, &signals));
    CHECK_OK(backstage_receive_timeout(a, BACKOFF * 3));
    test_say(f, "a", "!");
    test_run(f->engine);
    test_pass(f, BACKOFF);
    test_poke(ends[1]);
    for (int i = 0; i < 10; i++) {
        test_pass(f, BACKOFF);
    }
    CHECK_DIARY_OF(f, "a", "a! a- a+");
    CHECK_STATUS(backstage_timer_cancel(a, timers[0]), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_timer_cancel(a, timers[1]), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_unwatch(a, watcher), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_unwatch(a, signals), BACKSTAGE_NOT_FOUND);
    CHECK(sigaction(SIGUSR2, NULL, &now) == 0 && now.sa_handler == before.sa_handler);
    test_close_pair(ends);
    test_family_end(f);
}

TEST(an_event_that_was_due_before_the_restart_does_not_come_after_it) {
    test_family *f = patient_family();
    backstage_context *a = context_of(f, "a");
    uint64_t timers[3];
    test_find(f, "a")->fails_on_timers = true;
    for (int i = 0; i < 3; i++) {
        CHECK_OK(backstage_timer_start(a, 10, 0, &timers[i]));
    }
    test_pass(f, 10); /* all three are due, and the first fails */
    test_pass(f, BACKOFF);
    test_pass(f, BACKOFF);
    CHECK_DIARY_OF(f, "a", "a@! a- a+");
    test_family_end(f);
}

TEST(a_resumed_child_keeps_its_timers_and_watchers) {
    test_family *f = test_family_of("a", BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESUME);
    backstage_context *a = context_of(f, "a");
    uint64_t timer;
    CHECK_OK(backstage_timer_start(a, 10, 10, &timer));
    test_say(f, "a", "!");
    test_run(f->engine);
    test_pass(f, 10);
    test_pass(f, 10);
    test_find(f, "a")->fails_on_timers = true;
    test_pass(f, 10);
    test_pass(f, 10);
    CHECK_DIARY(f, "a! a@ a@ a@! a@!");
    test_family_end(f);
}
