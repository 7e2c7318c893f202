/* The inbox of an actor that leaves a message open: what pends is in hand, the rest waits. */
#include "support_pending.h"

static test_subject *open_small(test_life *life, uint32_t capacity, backstage_overflow overflow) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_pending_options(subject, "small");
    options.capacity = capacity;
    options.overflow = overflow;
    test_subject_spawn(subject, NULL, &options);
    test_subject_send(subject, 1, 1);
    test_run(life->engine);
    test_check_given(subject, 1, 0);
    return subject;
}

static uint32_t room_of(const test_subject *subject) {
    uint32_t messages = 77777;
    CHECK_OK(backstage_room(subject->context, subject->self, &messages));
    return messages;
}

TEST(what_pends_takes_no_room) {
    static const uint32_t capacities[] = {1, 2, 3, 4, 7, 8, 100};
    for (int i = 0; i < 7; i++) {
        test_life *life = test_life_open();
        const uint32_t capacity = capacities[i];
        test_subject *a = open_small(life, capacity, BACKSTAGE_OVERFLOW_REJECT);
        for (uint32_t left = capacity; left > 0; left--) {
            CHECK_EQ(room_of(a), left);
            test_subject_send(a, 2 + capacity - left, 2 + capacity - left);
        }
        CHECK_EQ(room_of(a), 0);
        CHECK_STATUS(test_send_number(life->engine, a->self, 0), BACKSTAGE_INBOX_FULL);
        CHECK_EQ(test_actor_statistics(life->engine, a->self).queued, capacity + 1);
        CHECK_EQ(test_actor_statistics(life->engine, a->self).queued_max, capacity);
        test_answer_with(a, BACKSTAGE_OK);
        test_finish(a, BACKSTAGE_OK);
        test_check_numbers(a, 1, capacity + 1);
        test_life_close(life);
    }
}

TEST(what_pends_is_never_dropped_for_a_newer_one) {
    for (uint32_t capacity = 1; capacity <= 9; capacity++) {
        test_life *life = test_life_open();
        test_subject *a = open_small(life, capacity, BACKSTAGE_OVERFLOW_DROP_OLDEST);
        const test_report *report = test_report_of(life->engine);
        test_subject_send(a, 2, 50);
        CHECK_EQ(report->letters_count, 49 - capacity);
        for (uint32_t i = 0; i < 49 - capacity; i++) {
            CHECK_EQ(test_letter_number(&report->letters[i]), 2 + i);
            CHECK_EQ(report->letters[i].reason, BACKSTAGE_DEAD_DROPPED_OLDEST);
        }
        test_ledger(life->engine);
        test_answer_with(a, BACKSTAGE_OK);
        test_finish(a, BACKSTAGE_OK);
        CHECK_EQ(a->seen->count, capacity + 1);
        CHECK_EQ(test_number(&a->seen->messages[0]), 1);
        CHECK_EQ(test_number(&a->seen->messages[1]), 51 - capacity);
        CHECK_EQ(test_statistics(life->engine).handled, capacity + 1);
        test_life_close(life);
    }
}

TEST(the_newest_is_dropped_as_ever) {
    test_life *life = test_life_open();
    test_subject *a = open_small(life, 2, BACKSTAGE_OVERFLOW_DROP_NEWEST);
    test_subject_send(a, 2, 10);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_DROPPED_NEWEST), 7);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_numbers(a, 1, 3);
    test_life_close(life);
}

/* Large payloads, and a ring that grows around what pends. */
TEST(what_waits_grows_behind_it) {
    test_life *life = test_life_open();
    test_subject *a = test_pending_open(life, NULL, NULL);
    unsigned char bytes[1000];
    for (uint64_t i = 0; i < 1000; i++) {
        const size_t size = i % 3 == 0 ? sizeof bytes : 8;
        test_fill(bytes, size, i);
        CHECK_OK(backstage_engine_send(life->engine, a->self, bytes, size));
        test_run(life->engine);
    }
    test_check_given(a, 1, 0);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 1000, 1000);
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK(test_is_filled(a->seen->messages[i].bytes, a->seen->messages[i].size, i));
    }
    CHECK_EQ(test_actor_statistics(life->engine, a->self).memory_bytes, 0);
    test_life_close(life);
}

/* ---- The stash --------------------------------------------------------------------------- */

static backstage_status stash_till_four(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    (void)state;
    if (test_envelope_number(envelope) < 4) {
        return backstage_stash(context, envelope);
    }
    return test_envelope_number(envelope) == 4 ? BACKSTAGE_PENDING : BACKSTAGE_OK;
}

TEST(what_it_takes_back_meanwhile_comes_next) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, stash_till_four);
    uint32_t count = 77;
    test_subject_send(a, 1, 6);
    test_run(life->engine);
    CHECK_EQ(a->seen->count, 4);
    CHECK_EQ(test_stashed(life->engine, a->self), 3);
    CHECK_OK(backstage_unstash(a->context, &count));
    CHECK_EQ(count, 3);
    test_ledger(life->engine);
    a->act = NULL;
    a->seen->count = 0;
    test_finish(a, BACKSTAGE_OK);
    static const uint64_t order[] = {1, 2, 3, 5, 6};
    for (size_t i = 0; i < 5 && CHECK_EQ(a->seen->count, 5); i++) {
        CHECK_EQ(test_number(&a->seen->messages[i]), order[i]);
    }
    CHECK_EQ(test_statistics(life->engine).handled, 6);
    test_life_close(life);
}

static const backstage_envelope *in_hand;
static backstage_status show_and_leave_open(backstage_context *context,
                                            const backstage_envelope *envelope, void *state) {
    (void)context, (void)state;
    in_hand = envelope;
    return BACKSTAGE_PENDING;
}

TEST(what_pends_cannot_be_stashed_any_more) {
    test_life *life = test_life_open();
    test_subject *a = test_subject_open(life, NULL, NULL, show_and_leave_open);
    test_subject_send(a, 1, 1);
    test_run(life->engine);
    CHECK_STATUS(backstage_stash(a->context, in_hand), BACKSTAGE_INVALID_ARGUMENT);
    test_finish(a, BACKSTAGE_OK);
    test_check_given(a, 1, 1);
    test_life_close(life);
}

/* ---- From other threads ------------------------------------------------------------------ */

static void send_ten(void *state) {
    const test_subject *subject = state;
    for (uint64_t number = 2; number <= 11; number++) {
        CHECK_OK(test_send_number(subject->life->engine, subject->self, number));
    }
}

TEST(a_full_inbox_that_pends_holds_no_other_thread_up) {
    test_life *life = test_life_open();
    test_subject *a = open_small(life, 4, BACKSTAGE_OVERFLOW_REJECT);
    test_subject *b = test_subject_open(life, NULL, NULL, NULL);
    test_elsewhere(send_ten, a);
    test_elsewhere(send_ten, b);
    test_run(life->engine);
    CHECK_EQ(test_dead_of(life, BACKSTAGE_DEAD_INBOX_FULL), 6);
    test_check_numbers(b, 2, 11);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_numbers(a, 1, 5);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    test_life_close(life);
}

TEST(once_it_is_finished_other_threads_wait_for_its_turn) {
    test_life *life = test_life_open();
    test_subject *a = open_small(life, 4, BACKSTAGE_OVERFLOW_REJECT);
    test_subject_send(a, 2, 5);
    test_answer_with(a, BACKSTAGE_OK);
    CHECK_OK(backstage_finish(a->context, BACKSTAGE_OK));
    test_elsewhere(send_ten, a);
    test_run(life->engine);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    CHECK_EQ(test_statistics(life->engine).handled, 15);
    CHECK_EQ(a->seen->count, 15);
    test_life_close(life);
}

static void ask_once(void *state) {
    const test_subject *subject = state;
    backstage_payload *reply = NULL;
    CHECK_STATUS(backstage_engine_request(subject->life->engine, subject->self, "q", 1,
                                          BACKSTAGE_FOREVER, &reply),
                 BACKSTAGE_INBOX_FULL);
    CHECK_OK(backstage_engine_stop(subject->life->engine));
}

TEST(a_request_from_another_thread_is_told_so) {
    test_life *life = test_life_open();
    test_subject *a = open_small(life, 1, BACKSTAGE_OVERFLOW_REJECT);
    test_subject_send(a, 2, 2);
    test_thread *thread = test_thread_start(ask_once, a);
    CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_thread_join(thread);
    test_answer_with(a, BACKSTAGE_OK);
    test_finish(a, BACKSTAGE_OK);
    test_check_numbers(a, 1, 2);
    test_life_close(life);
}
