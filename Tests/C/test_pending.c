/* A message left open: it is in hand until backstage_finish says how it ended. */
#include "support_pending.h"

TEST(the_next_comes_when_the_first_is_finished) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject_send(a, 1, 3);
    test_run(life->engine);
    for (uint64_t number = 1; number <= 3; number++) {
        test_check_given(a, number, number - 1);
        CHECK_EQ(test_statistics(life->engine).queued, 4 - number);
        CHECK_EQ(test_actor_statistics(life->engine, a->self).queued, 4 - number);
        test_run(life->engine); /* which changes nothing */
        test_ledger(life->engine);
        test_finish(a, BACKSTAGE_OK);
    }
    test_check_given(a, 3, 3);
    test_check_numbers(a, 1, 3);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    test_subject_send(a, 4, 4); /* from rest */
    test_run(life->engine);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 4, 4);
    test_life_close(life);
}

TEST(it_is_finished_at_the_beginning_of_its_next_turn) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject_send(a, 1, 2);
    test_run(life->engine);
    CHECK_OK(backstage_finish(a->context, BACKSTAGE_OK));
    test_check_given(a, 1, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 2);
    test_check_not_waiting(a);
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    test_check_given(a, 2, 1); /* the same turn goes on with the next */
    test_life_close(life);
}

TEST(others_go_on_meanwhile) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject *b = test_subject_open(life, NULL, NULL, NULL);
    test_subject_send(a, 1, 2);
    for (uint64_t i = 1; i <= 300; i++) {
        test_subject_send(b, i, i);
        test_run(life->engine);
    }
    test_check_given(a, 1, 0);
    test_check_given(b, 300, 300);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 2, 1);
    test_life_close(life);
}

TEST(a_failure_is_one_then) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, "a");
    test_report *report = test_report_of(life->engine);
    test_subject_send(a, 1, 2);
    test_run(life->engine);
    CHECK_OK(backstage_finish(a->context, TEST_STATUS));
    CHECK(report->letters_count == 0 && report->log_count == 0 && a->ends == 0);
    test_run(life->engine);
    CHECK_EQ(a->ends, 1);
    test_check_departure(life, 0, a, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(report->letters_count, 2);
    CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    CHECK_EQ(test_letter_number(&report->letters[0]), 1);
    CHECK_EQ(report->letters[1].reason, BACKSTAGE_DEAD_ENDED);
    CHECK(strstr(report->log_last, "\"a\" failed: status -1007") != NULL);
    CHECK_EQ(test_statistics(life->engine).failures, 1);
    test_life_close(life);
}

/* ---- Who may finish, and when ------------------------------------------------------------ */

static backstage_status finish_too_early(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    (void)envelope, (void)state;
    CHECK_STATUS(backstage_finish(context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
    CHECK_STATUS(backstage_finish(context, TEST_STATUS), BACKSTAGE_NOT_WAITING);
    return BACKSTAGE_PENDING;
}

TEST(only_what_pends_can_be_finished_and_once) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, finish_too_early);
    test_check_not_waiting(a);
    test_run(life->engine);
    test_check_not_waiting(a);
    test_subject_send(a, 1, 1);
    test_check_not_waiting(a);
    test_run(life->engine);
    backstage_statistics before = test_statistics(life->engine);
    CHECK_STATUS(backstage_finish(a->context, BACKSTAGE_PENDING), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_finish(a->context, BACKSTAGE_YIELD), BACKSTAGE_INVALID_ARGUMENT);
    CHECK_STATUS(backstage_finish(a->context, INT32_MAX), BACKSTAGE_INVALID_ARGUMENT);
    test_run(life->engine);
    CHECK_EQ(test_statistics(life->engine).handled, before.handled);
    CHECK_OK(backstage_finish(a->context, BACKSTAGE_OK));
    test_check_not_waiting(a);
    CHECK_STATUS(backstage_finish(a->context, TEST_STATUS), BACKSTAGE_NOT_WAITING);
    test_run(life->engine);
    test_check_not_waiting(a);
    test_check_given(a, 1, 1);
    test_life_close(life);
}

/* Finishes another's, and sees that nothing comes of it before it returns. */
static backstage_status finish_other(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    test_subject *other = ((test_subject *)state)->more;
    const size_t given = other->seen->count;
    (void)context;
    CHECK_OK(backstage_finish(other->context,
                              test_envelope_number(envelope) == 1 ? BACKSTAGE_OK : TEST_STATUS));
    CHECK_EQ(other->seen->count, given);
    CHECK_EQ(other->ends, 0);
    return BACKSTAGE_OK;
}

TEST(another_actor_s_callback_may_finish_it) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject *b = test_subject_open(life, NULL, NULL, finish_other);
    b->more = a;
    test_subject_send(a, 1, 2);
    test_run(life->engine);
    test_subject_send(b, 1, 1);
    test_run(life->engine);
    test_check_given(a, 2, 1);
    test_subject_send(b, 2, 2);
    test_run(life->engine);
    test_check_departure(life, 0, a, BACKSTAGE_REASON_FAILED);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_FAILED), 1);
    test_life_close(life);
}

TEST(many_are_finished_in_any_order) {
    enum { MANY = 1000 };
    test_life *life = test_life_open();
    test_subject **all = test_alloc(MANY * sizeof *all);
    uint64_t seed = 11;
    for (size_t i = 0; i < MANY; i++) {
        all[i] = test_pending_open(life, NULL, NULL);
        test_subject_send(all[i], 1, 3);
    }
    test_run(life->engine);
    for (uint64_t round = 1; round <= 3; round++) {
        for (size_t i = MANY; i > 1; i--) { /* shuffled */
            size_t j = (size_t)(test_random(&seed) % i);
            test_subject *moved = all[i - 1];
            all[i - 1] = all[j];
            all[j] = moved;
        }
        for (size_t i = 0; i < MANY; i++) {
            test_check_given(all[i], round, round - 1);
            CHECK_OK(backstage_finish(all[i]->context, BACKSTAGE_OK));
            if (i % 7 == 0) {
                test_run(life->engine);
            }
        }
        test_run(life->engine);
    }
    CHECK_EQ(test_statistics(life->engine).handled, 3 * MANY);
    test_life_close(life);
}

/* ---- While it pends ---------------------------------------------------------------------- */

TEST(by_its_context_it_can_do_all_it_can_from_outside) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, "a");
    test_subject *b = test_subject_open(life, NULL, "b", NULL);
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    backstage_ref child = BACKSTAGE_NONE;
    uint64_t token, timer;
    test_subject_send(a, 1, 1);
    test_run(life->engine);
    CHECK_OK(backstage_send(a->context, b->self, "12345678", 8));
    CHECK_OK(backstage_send(a->context, a->self, "12345678", 8));
    CHECK_OK(backstage_spawn_child(a->context, &options, &child));
    CHECK_OK(backstage_subscribe(a->context, "b"));
    CHECK_OK(backstage_publish(a->context, "x", 1, NULL));
    CHECK_OK(backstage_monitor(a->context, b->self));
    CHECK_OK(backstage_timer_start(a->context, 10, 0, &timer));
    CHECK_OK(backstage_timer_cancel(a->context, timer));
    CHECK_OK(backstage_request(a->context, b->self, "q", 1, 10, &token));
    CHECK_OK(backstage_request_cancel(a->context, token));
    CHECK_OK(backstage_receive_timeout(a->context, 10));
    CHECK_OK(backstage_receive_timeout(a->context, 0));
    CHECK_OK(backstage_unstash(a->context, NULL));
    CHECK_OK(backstage_become(a->context, test_subject_receive));
    test_run(life->engine);
    CHECK_EQ(b->seen->count, 2);
    test_check_given(a, 1, 0);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 2, 2);
    test_life_close(life);
}

TEST(what_it_becomes_meanwhile_it_is_from_the_next_message_on) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    test_subject_send(a, 1, 3);
    test_run(life->engine);
    CHECK_OK(backstage_become(a->context, test_ignore));
    test_run(life->engine);
    test_check_given(a, 1, 0);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 1, 3);
    test_life_close(life);
}

/* ---- The stash, and its inbox ------------------------------------------------------------ */

static backstage_status stash_and_leave_open(backstage_context *context,
                                             const backstage_envelope *envelope, void *state) {
    (void)state;
    CHECK_OK(backstage_stash(context, envelope));
    return test_envelope_number(envelope) % 2 == 0 ? BACKSTAGE_PENDING : BACKSTAGE_OK;
}

TEST(a_stash_of_it_is_forgotten) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, stash_and_leave_open);
    for (uint64_t number = 0; number <= 3; number++) {
        test_subject_send(a, number, number);
        test_run(life->engine);
        if (number % 2 == 0) { /* with nothing set aside before, and with something */
            uint32_t room = 77;
            CHECK_EQ(test_stashed(life->engine, a->self), number / 2);
            CHECK_OK(backstage_room(a->context, a->self, &room));
            CHECK_EQ(room, BACKSTAGE_CAPACITY_DEFAULT - number / 2);
            test_finish(a, BACKSTAGE_OK);
            test_check_given(a, number + 1, number / 2 + 1);
        }
    }
    CHECK_EQ(test_stashed(life->engine, a->self), 2);
    test_life_close(life);
}

static backstage_status flood_itself(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    test_subject *subject = state;
    if (test_envelope_number(envelope) != 0) {
        return BACKSTAGE_OK;
    }
    for (uint64_t number = 1; number <= 500; number++) {
        CHECK_OK(backstage_send(context, subject->self, &number, sizeof number));
    }
    return BACKSTAGE_PENDING;
}

TEST(what_it_sent_itself_before_waits_behind_it) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, flood_itself);
    test_subject_send(a, 0, 0);
    test_run(life->engine);
    test_check_given(a, 1, 0);
    CHECK_EQ(test_statistics(life->engine).queued, 501);
    test_finish(a, BACKSTAGE_OK);
    test_check_numbers(a, 0, 500);
    test_check_given(a, 501, 501);
    test_life_close(life);
}
