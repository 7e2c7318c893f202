/* What becomes of a stash when its actor fails, restarts or ends. */
#include "support_life.h"

static test_life *life;
static test_report *report;
static test_subject *other, *actor;

/* Numbers: below 100 it stashes them, once it is ready it does not; 666 it stashes and fails on,
 * 777 it stashes and shuts down on, 888 it fails on without more. */
static bool ready;
static backstage_status stash_small(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)state;
    uint64_t number = test_envelope_number(envelope);
    if (number == 666 || number == 777 || (number < 100 && !ready)) {
        CHECK_OK(backstage_stash(context, envelope));
    }
    if (number == 777) {
        return backstage_shutdown(context);
    }
    return number == 666 || number == 888 ? TEST_STATUS : BACKSTAGE_OK;
}

static void open_actor(bool supervised) {
    life = test_life_open();
    report = test_report_of(life->engine);
    ready = false;
    other = test_subject_open(life, NULL, NULL, NULL);
    test_subject *supervisor = supervised ? test_supervisor_open(life, NULL) : NULL;
    actor = test_subject_open(life, supervisor, NULL, stash_small);
}

/* Checks that the letters from `place` on are these numbers, for this reason. */
static void check_letters(size_t place, uint64_t from, uint64_t to, backstage_dead_reason reason) {
    if (CHECK(report->letters_count >= place + (to - from) + 1)) {
        for (uint64_t i = 0; i <= to - from; i++) {
            CHECK_EQ(test_letter_number(&report->letters[place + i]), from + i);
            CHECK_EQ(report->letters[place + i].reason, reason);
            CHECK_EQ(report->letters[place + i].receiver, actor->self);
        }
    }
}

TEST(a_stash_ends_with_its_actor_as_dead_letters_in_order) {
    open_actor(false);
    test_subject_send(actor, 1, 50);
    test_run(life->engine);
    test_subject_send(actor, 51, 60);
    CHECK_OK(backstage_stop(other->context, actor->self));
    test_run(life->engine);
    CHECK_EQ(report->letters_count, 60);
    check_letters(0, 1, 60, BACKSTAGE_DEAD_ENDED);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    test_life_close(life);
}

TEST(a_stash_ends_with_the_engine_as_dead_letters) {
    open_actor(false);
    test_subject_send(actor, 1, 50);
    test_run(life->engine);
    test_life_close(life);
    CHECK_EQ(report->letters_count, 50);
    check_letters(0, 1, 50, BACKSTAGE_DEAD_ENGINE_ENDED);
}

TEST(a_stash_taken_back_and_not_handled_is_dead_too) {
    open_actor(false);
    test_subject_send(actor, 1, 50);
    test_run(life->engine);
    CHECK_OK(backstage_unstash(actor->context, NULL));
    CHECK_OK(backstage_stop(other->context, actor->self));
    test_run(life->engine);
    CHECK_EQ(report->letters_count, 50);
    check_letters(0, 1, 50, BACKSTAGE_DEAD_ENDED);
    test_life_close(life);
}

TEST(a_message_stashed_and_then_failed_on_is_dead_once) {
    open_actor(false);
    test_subject_send(actor, 1, 3);
    test_subject_send(actor, 666, 667);
    test_run(life->engine);
    CHECK_EQ(report->letters_count, 5);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 4);
    CHECK_EQ(test_letter_number(&report->letters[0]), 666);
    CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    check_letters(1, 1, 3, BACKSTAGE_DEAD_ENDED);
    CHECK_EQ(test_statistics(life->engine).handled, 0);
    test_life_close(life);
}

TEST(a_message_stashed_on_the_way_out_is_dead) {
    open_actor(false);
    test_subject_send(actor, 1, 3);
    test_subject_send(actor, 777, 778);
    test_run(life->engine);
    test_check_departure(life, 0, actor, BACKSTAGE_REASON_NORMAL);
    CHECK_EQ(report->letters_count, 5);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 5);
    CHECK_EQ(test_statistics(life->engine).handled, 0);
    test_life_close(life);
}

TEST(poison_leaves_nothing_of_a_stash) {
    open_actor(false);
    test_subject_send(actor, 1, 3);
    test_run(life->engine);
    test_subject_send(actor, 200, 204);
    CHECK_OK(backstage_poison(other->context, actor->self));
    test_run(life->engine);
    CHECK(!test_subject_lives(actor));
    CHECK_EQ(report->letters_count, 3);
    check_letters(0, 1, 3, BACKSTAGE_DEAD_ENDED);
    CHECK_EQ(test_statistics(life->engine).handled, 5);
    test_life_close(life);
}

/* ---- Restarts ---------------------------------------------------------------------------- */

TEST(a_restart_gives_the_stash_back_before_what_waits) {
    open_actor(true);
    test_subject_send(actor, 1, 3);
    test_run(life->engine);
    CHECK_EQ(test_stashed(life->engine, actor->self), 3);
    actor->seen->count = 0;
    ready = true;
    test_subject_send(actor, 888, 888);
    test_subject_send(actor, 4, 6);
    test_run(life->engine);
    CHECK_EQ(actor->starts, 2);
    CHECK_EQ(report->letters_count, 1);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    if (CHECK_EQ(actor->seen->count, 7)) {
        for (uint64_t i = 1; i < 7; i++) {
            CHECK_EQ(test_number(&actor->seen->messages[i]), i);
        }
    }
    CHECK_EQ(test_stashed(life->engine, actor->self), 0);
    CHECK_EQ(test_statistics(life->engine).handled, 6);
    test_life_close(life);
}

TEST(a_message_stashed_and_failed_on_does_not_come_back_with_the_restart) {
    open_actor(true);
    test_subject_send(actor, 1, 2);
    test_subject_send(actor, 666, 666);
    test_run(life->engine);
    CHECK_EQ(actor->starts, 2);
    CHECK_EQ(report->letters_count, 1);
    CHECK_EQ(test_letter_number(&report->letters[0]), 666);
    CHECK_EQ(actor->seen->count, 5);                      /* 1 2 666 1 2 */
    CHECK_EQ(test_stashed(life->engine, actor->self), 2); /* stashed again */
    test_ledger(life->engine);
    test_life_close(life);
}

TEST(a_stash_survives_a_hundred_restarts) {
    open_actor(true);
    test_subject_send(actor, 1, 20);
    test_run(life->engine);
    for (int i = 0; i < 100; i++) {
        test_subject_send(actor, 888, 888);
        test_run(life->engine);
        CHECK_EQ(test_stashed(life->engine, actor->self), 20);
        test_ledger(life->engine);
        CHECK_OK(backstage_engine_advance(life->engine, 10));
    }
    CHECK_EQ(actor->starts, 101);
    ready = true;
    actor->seen->count = 0;
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    test_check_numbers(actor, 1, 20);
    test_life_close(life);
}

TEST(a_message_stashed_and_failed_on_is_dead_for_who_is_resumed_too) {
    open_actor(false);
    test_subject *supervisor = test_subject_new(life);
    backstage_actor_options options = test_subject_options(supervisor, NULL);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.directive = BACKSTAGE_DIRECTIVE_RESUME;
    options.supervision = &supervision;
    test_subject_spawn(supervisor, NULL, &options);
    actor = test_subject_open(life, supervisor, NULL, stash_small);
    test_subject_send(actor, 1, 2);
    test_subject_send(actor, 666, 666);
    test_subject_send(actor, 3, 4);
    test_run(life->engine);
    CHECK_EQ(actor->starts, 1);
    CHECK_EQ(report->letters_count, 1);
    CHECK_EQ(test_letter_number(&report->letters[0]), 666);
    CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_FAILED);
    CHECK_EQ(test_stashed(life->engine, actor->self), 4);
    actor->seen->count = 0;
    ready = true;
    CHECK_OK(backstage_unstash(actor->context, NULL));
    test_run(life->engine);
    test_check_numbers(actor, 1, 4);
    test_life_close(life);
}
