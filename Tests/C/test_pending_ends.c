/* Ends that do not wait for what pends, and one that does: poison. */
#include "support_pending.h"

/* An actor that pends on the first of three messages, and another. */
static test_life *open_pending(test_subject **a, test_subject **other) {
    test_life *life = test_life_open();
    *a = test_pending_open(life, NULL, "a");
    *other = test_subject_open(life, NULL, NULL, NULL);
    test_subject_send(*a, 1, 3);
    test_run(life->engine);
    return life;
}

static void check_three_letters(test_life *life, backstage_dead_reason reason) {
    const test_report *report = test_report_of(life->engine);
    CHECK_EQ(report->letters_count, 3);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK_EQ(test_letter_number(&report->letters[i]), i + 1);
        CHECK_EQ(report->letters[i].reason, reason);
    }
    test_ledger(life->engine);
}

TEST(a_stop_does_not_wait) {
    for (int is_own = 0; is_own < 2; is_own++) {
        test_subject *a, *other;
        test_life *life = open_pending(&a, &other);
        CHECK_OK(is_own ? backstage_shutdown(a->context) : backstage_stop(other->context, a->self));
        test_check_not_waiting(a);
        CHECK_EQ(a->ends, 0);
        test_run(life->engine);
        test_check_departure(life, 0, a,
                             is_own ? BACKSTAGE_REASON_NORMAL : BACKSTAGE_REASON_STOPPED);
        check_three_letters(life, BACKSTAGE_DEAD_ENDED);
        CHECK_STATUS(backstage_finish(a->context, BACKSTAGE_OK), BACKSTAGE_NOT_FOUND);
        test_life_close(life);
    }
}

TEST(a_stop_between_the_finish_and_its_turn_wins) {
    static const backstage_status statuses[] = {BACKSTAGE_OK, TEST_STATUS};
    for (int i = 0; i < 2; i++) {
        test_subject *a, *other;
        test_life *life = open_pending(&a, &other);
        CHECK_OK(backstage_finish(a->context, statuses[i]));
        CHECK_OK(backstage_stop(other->context, a->self));
        test_run(life->engine);
        check_three_letters(life, BACKSTAGE_DEAD_ENDED);
        CHECK_EQ(test_statistics(life->engine).failures, 0);
        test_check_departure(life, 0, a, BACKSTAGE_REASON_STOPPED);
        test_life_close(life);
    }
}

static backstage_status stop_itself_and_leave_open(backstage_context *context,
                                                   const backstage_envelope *envelope,
                                                   void *state) {
    test_subject *subject = state;
    (void)envelope;
    CHECK_OK(subject->more == NULL ? backstage_shutdown(context)
                                   : backstage_stop(context, subject->self));
    return BACKSTAGE_PENDING;
}

TEST(who_ends_in_its_callback_leaves_nothing_open) {
    for (int way = 0; way < 2; way++) {
        test_life *life = test_life_open();
        test_subject *a = test_subject_open(life, NULL, NULL, stop_itself_and_leave_open);
        a->more = way == 0 ? NULL : a;
        test_subject_send(a, 1, 3);
        test_run(life->engine);
        CHECK_EQ(a->seen->count, 1);
        check_three_letters(life, BACKSTAGE_DEAD_ENDED);
        test_life_close(life);
    }
}

TEST(children_end_first_and_it_is_not_asked) {
    test_life *life = test_life_open();
    test_subject *parent = test_pending_open(life, NULL, NULL);
    test_subject *child = test_pending_open(life, parent, NULL);
    test_subject *grandchild = test_pending_open(life, child, NULL);
    test_subject_send(parent, 1, 1);
    test_subject_send(child, 1, 1);
    test_subject_send(grandchild, 1, 1);
    test_run(life->engine);
    CHECK_OK(backstage_stop(parent->context, parent->self));
    test_run(life->engine);
    test_check_departure(life, 0, grandchild, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, child, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 2, parent, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_ENDED), 3);
    test_life_close(life);
}

/* Its last hook sees nothing in hand, and has nothing to finish. */
static backstage_status check_at_the_end(backstage_context *context, backstage_reason reason,
                                         void *state) {
    backstage_engine *engine = backstage_context_engine(context);
    const backstage_ref self = backstage_context_self(context);
    CHECK_STATUS(backstage_finish(context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
    CHECK_EQ(test_actor_statistics(engine, self).queued, 0);
    CHECK(test_actor_statistics(engine, self).queued_max <= 3);
    return test_subject_deinit(context, reason, state);
}

static test_subject *open_checked(test_life *life) {
    test_subject *a = test_subject_new(life);
    backstage_actor_options options = test_pending_options(a, NULL);
    options.deinit = check_at_the_end;
    test_subject_spawn(a, NULL, &options);
    test_subject_send(a, 1, 3);
    test_run(life->engine);
    return a;
}

TEST(the_last_hook_comes_after_what_pended_is_buried) {
    test_life *life = test_life_open();
    test_subject *a = open_checked(life);
    CHECK_OK(backstage_shutdown(a->context));
    test_run(life->engine);
    check_three_letters(life, BACKSTAGE_DEAD_ENDED);
    CHECK_EQ(a->ends, 1);
    test_life_close(life);
}

/* The first to end, when the engine does, finishes another's in vain. */
static backstage_status finish_other_at_the_end(backstage_context *context, backstage_reason reason,
                                                void *state) {
    test_subject *subject = state, *other = subject->more;
    CHECK_STATUS(backstage_finish(other->context, BACKSTAGE_OK), BACKSTAGE_NOT_WAITING);
    return test_subject_deinit(context, reason, state);
}

TEST(the_end_of_the_engine_does_not_wait) {
    test_life *life = test_life_open();
    test_subject *a = open_checked(life), *last = test_subject_new(life);
    const test_report *report = test_report_of(life->engine);
    backstage_actor_options options = test_subject_options(last, NULL);
    options.deinit = finish_other_at_the_end;
    last->more = a;
    test_subject_spawn(last, NULL, &options);
    test_run(life->engine);
    test_life_close(life);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENGINE_ENDED], 3);
    CHECK(last->ends == 1 && a->ends == 1);
}

TEST(events_and_starts_that_pend_put_off_no_end) {
    for (int is_destroy = 0; is_destroy < 2; is_destroy++) {
        test_life *life = test_life_open();
        test_subject *a = test_pending_open(life, NULL, NULL);
        CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
        test_run(life->engine);
        CHECK_EQ(a->seen->count, 1);
        if (!is_destroy) {
            CHECK_OK(backstage_shutdown(a->context));
            test_run(life->engine);
            CHECK_EQ(a->ends, 1);
        }
        test_life_close(life);
    }
}

TEST(who_monitors_it_and_who_asked_are_told) {
    test_subject *a, *other;
    test_life *life = test_life_open();
    a = test_pending_open(life, NULL, NULL);
    other = test_subject_open(life, NULL, NULL, NULL);
    uint64_t token = test_subject_ask(other, a->self, 0);
    CHECK_OK(backstage_monitor(other->context, a->self));
    test_run(life->engine);
    CHECK_OK(backstage_shutdown(a->context));
    test_run(life->engine);
    if (CHECK_EQ(other->seen->count, 2)) {
        const test_message *first = &other->seen->messages[0];
        CHECK_STATUS(test_failure(first).status, BACKSTAGE_STOPPED);
        CHECK_EQ(first->token, token);
        CHECK_EQ(test_termination(&other->seen->messages[1]).reason, BACKSTAGE_REASON_NORMAL);
    }
    test_life_close(life);
}

/* ---- Poison ------------------------------------------------------------------------------ */

TEST(poison_waits_for_it_and_for_what_is_behind) {
    test_subject *a, *other;
    test_life *life = open_pending(&a, &other);
    CHECK_OK(backstage_poison(other->context, a->self));
    test_run(life->engine);
    CHECK_EQ(a->ends, 0);
    CHECK_STATUS(test_send_number(life->engine, a->self, 4), BACKSTAGE_ENDING);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 2, 1);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    CHECK_EQ(a->ends, 1);
    CHECK_EQ(a->seen->count, 3);
    CHECK_EQ(test_statistics(life->engine).handled, 3);
    test_check_departure(life, 0, a, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(poison_waits_for_an_event_too) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    CHECK_OK(backstage_monitor_id(a->context, "nobody", NULL));
    test_run(life->engine);
    CHECK_OK(backstage_poison(a->context, a->self));
    test_run(life->engine);
    CHECK_EQ(a->ends, 0);
    test_finish(a, BACKSTAGE_OK);
    CHECK_EQ(a->ends, 1);
    test_life_close(life);
}

TEST(a_place_given_to_another_does_not_pend) {
    test_subject *a, *other;
    test_life *life = open_pending(&a, &other);
    CHECK_OK(backstage_stop(other->context, a->self));
    test_run(life->engine);
    test_subject *b = test_subject_open(life, NULL, NULL, NULL);
    CHECK(b->context == a->context);
    test_check_not_waiting(b);
    test_subject_send(b, 1, 3);
    test_run(life->engine);
    test_check_given(b, 3, 3);
    test_life_close(life);
}
