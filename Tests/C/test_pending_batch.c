/* A message left open in a batch: those before it are handled, those after it come again. */
#include "support_pending.h"

/* Takes numbers that come one after the other; leaves one of each batch open. */
typedef struct taker {
    test_life *life;
    backstage_ref self;
    backstage_context *context;
    uint64_t next;       /* the number that must come next */
    uint64_t open_at;    /* the number to leave open; 0: none */
    size_t tells;        /* if not 0, what it says it has handled */
    uint64_t stash_from; /* the first number to stash; 0: none */
    uint64_t calls, events;
} taker;

static backstage_status take(backstage_context *context, const backstage_envelope *envelopes,
                             size_t count, size_t *handled, void *state) {
    taker *t = state;
    t->calls++;
    if (envelopes->type == BACKSTAGE_TERMINATED) {
        CHECK_EQ(count, 1);
        t->events++;
        return t->open_at != 0 ? BACKSTAGE_PENDING : BACKSTAGE_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = test_envelope_number(&envelopes[i]);
        CHECK_EQ(number, t->next + i);
        if (t->stash_from != 0 && number >= t->stash_from) {
            CHECK_OK(backstage_stash(context, &envelopes[i]));
        }
    }
    if (t->open_at < t->next || t->open_at >= t->next + count) {
        t->next += count;
        return BACKSTAGE_OK;
    }
    *handled = t->tells != 0 ? t->tells : (size_t)(t->open_at - t->next);
    t->next = t->open_at + 1;
    return BACKSTAGE_PENDING;
}

static taker *open_taker(uint64_t count, uint32_t budget) {
    taker *t = test_alloc(sizeof *t);
    t->life = test_life_open();
    t->next = 1;
    backstage_actor_options options = test_options(NULL, NULL, t);
    options.receive_batch = take;
    options.budget = budget;
    t->self = test_spawn_with(t->life->engine, &options);
    t->context = test_context(t->life->engine, t->self);
    for (uint64_t number = 1; number <= count; number++) {
        CHECK_OK(test_send_number(t->life->engine, t->self, number));
    }
    return t;
}

static void finish(taker *t, backstage_status status) {
    CHECK_OK(backstage_finish(t->context, status));
    test_run(t->life->engine);
    test_ledger(t->life->engine);
}

TEST(those_before_are_handled_and_those_after_wait) {
    for (uint64_t at = 1; at <= 20; at++) {
        taker *t = open_taker(20, 0);
        t->open_at = at;
        test_run(t->life->engine);
        backstage_actor_statistics statistics = test_actor_statistics(t->life->engine, t->self);
        CHECK_EQ(statistics.handled, at - 1);
        CHECK_EQ(statistics.queued, 21 - at);
        CHECK_EQ(t->next, at + 1);
        test_ledger(t->life->engine);
        finish(t, BACKSTAGE_OK);
        CHECK_EQ(t->next, 21);
        CHECK_EQ(test_statistics(t->life->engine).handled, 20);
        test_life_close(t->life);
    }
}

TEST(each_may_pend_in_turn) {
    static const uint32_t budgets[] = {1, 3, 64, 255};
    for (int i = 0; i < 4; i++) {
        taker *t = open_taker(50, budgets[i]);
        for (t->open_at = 1; t->open_at <= 50;) {
            test_run(t->life->engine);
            CHECK_EQ(test_statistics(t->life->engine).handled, t->open_at - 1);
            t->open_at++;
            CHECK_OK(backstage_finish(t->context, BACKSTAGE_OK));
        }
        test_run(t->life->engine);
        CHECK_EQ(test_statistics(t->life->engine).handled, 50);
        test_life_close(t->life);
    }
}

TEST(a_failure_buries_the_one_that_pended) {
    taker *t = open_taker(10, 0);
    const test_report *report = test_report_of(t->life->engine);
    t->open_at = 4;
    test_run(t->life->engine);
    finish(t, TEST_STATUS);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_FAILED], 1);
    CHECK_EQ(test_letter_number(&report->letters[0]), 4);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], 6);
    CHECK_EQ(test_statistics(t->life->engine).handled, 3);
    test_life_close(t->life);
}

/* More cannot be handled before the one that pends than there were beside it. */
TEST(at_most_the_last_pends) {
    static const size_t told[] = {10, 11, 1000000, SIZE_MAX};
    for (int i = 0; i < 4; i++) {
        taker *t = open_taker(10, 0);
        t->open_at = 10;
        t->tells = told[i];
        test_run(t->life->engine);
        CHECK_EQ(test_statistics(t->life->engine).handled, 9);
        CHECK_EQ(test_statistics(t->life->engine).queued, 1);
        finish(t, BACKSTAGE_OK);
        CHECK_EQ(test_statistics(t->life->engine).handled, 10);
        test_life_close(t->life);
    }
}

TEST(of_what_it_stashed_only_what_is_handled_is_aside) {
    taker *t = open_taker(9, 0);
    t->open_at = 5;
    t->stash_from = 3;
    test_run(t->life->engine);
    backstage_actor_statistics statistics = test_actor_statistics(t->life->engine, t->self);
    CHECK_EQ(statistics.stashed, 2); /* 3 and 4 */
    CHECK_EQ(statistics.handled, 2);
    CHECK_EQ(statistics.queued, 7);
    test_ledger(t->life->engine);
    t->stash_from = 0;
    finish(t, BACKSTAGE_OK);
    CHECK_EQ(t->next, 10);
    t->next = 3;
    t->open_at = 0;
    CHECK_OK(backstage_unstash(t->context, NULL));
    test_run(t->life->engine);
    CHECK_EQ(t->next, 5);
    CHECK_EQ(test_statistics(t->life->engine).handled, 9);
    test_life_close(t->life);
}

TEST(an_event_pends_in_a_batch_too) {
    taker *t = open_taker(3, 0);
    t->open_at = 100;
    CHECK_OK(backstage_monitor_id(t->context, "nobody", NULL));
    test_run(t->life->engine);
    CHECK_EQ(t->calls, 1);
    CHECK_EQ(t->events, 1);
    t->open_at = 0;
    finish(t, BACKSTAGE_OK);
    CHECK_EQ(t->next, 4);
    CHECK_EQ(t->calls, 2);
    test_life_close(t->life);
}

static backstage_status leave_each_open(backstage_context *context,
                                        const backstage_envelope *envelope, void *state) {
    taker *t = state;
    (void)context;
    CHECK_EQ(test_envelope_number(envelope), t->next++);
    return BACKSTAGE_PENDING;
}

TEST(a_batch_may_end_open_and_go_on_one_by_one) {
    taker *t = open_taker(6, 0);
    t->open_at = 3;
    test_run(t->life->engine);
    CHECK_OK(backstage_become(t->context, leave_each_open));
    for (uint64_t next = 4; next <= 6; next++) {
        CHECK_EQ(t->next, next);
        finish(t, BACKSTAGE_OK);
    }
    CHECK_OK(backstage_become_batch(t->context, take));
    CHECK_OK(test_send_number(t->life->engine, t->self, 7));
    finish(t, BACKSTAGE_OK);
    CHECK_EQ(t->next, 8);
    CHECK_EQ(test_statistics(t->life->engine).handled, 7);
    test_life_close(t->life);
}
