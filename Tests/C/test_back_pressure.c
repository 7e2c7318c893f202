/* Sends from another thread that are faster than the receiver: the sender is told, by QUEUE_FULL,
 * before anything is lost. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <stdatomic.h>

#include "support_io.h"

typedef struct stage {
    backstage_engine *engine;
    backstage_ref actor, busy;
    uint64_t count, next; /* numbers to send; the number that must come next */
    uint64_t accepted;
    atomic_bool done;
} stage;

static backstage_status check_next(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    stage *s = state;
    uint64_t number = 0;
    (void)context;
    if (envelope->sender != BACKSTAGE_NONE) {
        return BACKSTAGE_OK;
    }
    if (CHECK_EQ(envelope->size, sizeof number)) {
        memcpy(&number, envelope->payload, sizeof number);
        CHECK_EQ(number, s->next);
        s->next = number + 1;
    }
    return BACKSTAGE_OK;
}

static void open_stage(stage *s, uint64_t count) {
    memset(s, 0, sizeof *s);
    s->engine = test_engine();
    s->actor = test_spawn(s->engine, "actor", check_next, s); /* with the default capacity */
    s->count = count;
}

static void close_stage(stage *s) {
    CHECK_EQ(s->next, s->accepted);
    CHECK_EQ(test_statistics(s->engine).dead, 0);
    test_end(s->engine);
}

/* ---- Nobody runs ------------------------------------------------------------------------- */

static void send_until_full(void *state) {
    stage *s = state;
    backstage_status status;
    while ((status = test_send_number(s->engine, s->actor, s->accepted)) == BACKSTAGE_OK) {
        s->accepted++;
    }
    CHECK_STATUS(status, BACKSTAGE_QUEUE_FULL);
}

TEST(a_full_queue_goes_through_a_smaller_inbox_without_a_loss) {
    for (backstage_run_mode mode = 1; mode <= BACKSTAGE_RUN_NO_WAIT; mode++) {
        stage s;
        open_stage(&s, 0);
        for (uint64_t round = 1; round <= 3; round++) {
            test_elsewhere(send_until_full, &s);
            CHECK_EQ(s.accepted, round * BACKSTAGE_REMOTE_CAPACITY_DEFAULT);
            while (test_statistics(s.engine).queued > 0) {
                CHECK_OK(backstage_engine_run(s.engine, mode, BACKSTAGE_FOREVER));
                CHECK(test_actor_statistics(s.engine, s.actor).queued <=
                      BACKSTAGE_CAPACITY_DEFAULT);
            }
        }
        close_stage(&s);
    }
}

/* ---- All at once ------------------------------------------------------------------------- */

static void send_all(void *state) {
    stage *s = state;
    while (s->accepted < s->count) {
        backstage_status status = test_send_number(s->engine, s->actor, s->accepted);
        if (status == BACKSTAGE_OK) {
            s->accepted++;
        } else if (CHECK_STATUS(status, BACKSTAGE_QUEUE_FULL)) {
            sched_yield();
        } else {
            break;
        }
    }
    atomic_store(&s->done, true);
    CHECK_OK(backstage_engine_stop(s->engine));
}

static void run_all(stage *s) {
    test_thread *thread = test_thread_start(send_all, s);
    CHECK_OK(backstage_engine_run(s->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    test_thread_join(thread);
    test_run(s->engine);
    CHECK_EQ(s->accepted, s->count);
}

TEST(two_hundred_thousand_sends_lose_nothing) {
    stage s;
    open_stage(&s, test_rounds(200000, 20000));
    run_all(&s);
    close_stage(&s);
}

/* Keeps itself busy, and another. */
static backstage_status flood(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    stage *s = state;
    (void)envelope;
    if (atomic_load(&s->done)) {
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_send(context, s->busy, "x", 1));
    return backstage_send(context, backstage_context_self(context), "x", 1);
}

TEST(two_hundred_thousand_sends_lose_nothing_while_another_actor_floods) {
    stage s;
    open_stage(&s, test_rounds(200000, 20000));
    s.busy = test_spawn(s.engine, NULL, test_ignore, NULL);
    backstage_ref flooder = test_spawn(s.engine, NULL, flood, &s);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_send(s.engine, flooder, "x", 1));
    }
    run_all(&s);
    close_stage(&s);
}

/* ---- What cannot be handled -------------------------------------------------------------- */

static void send_to_ending(void *state) {
    stage *s = state;
    CHECK_OK(backstage_engine_send_to_id(s->engine, "slow", "x", 1));
    CHECK_OK(backstage_engine_publish(s->engine, s->busy, NULL, "x", 1));
}

TEST(a_dead_letter_from_elsewhere_names_its_receiver_and_no_publisher) {
    stage s;
    open_stage(&s, 0);
    test_report *report = test_report_of(s.engine);
    backstage_actor_options options = test_options("slow", test_ignore, NULL);
    options.budget = 1;
    backstage_ref slow = test_spawn_with(s.engine, &options);
    s.busy = test_spawn(s.engine, "publisher", test_ignore, NULL);
    for (int i = 0; i < 5; i++) {
        CHECK_OK(backstage_engine_send(s.engine, slow, "x", 1));
    }
    CHECK_OK(backstage_poison(test_context(s.engine, slow), slow)); /* handles these first */
    CHECK_OK(backstage_shutdown(test_context(s.engine, s.busy)));
    test_elsewhere(send_to_ending, &s);
    CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    if (CHECK_EQ(report->letters_count, 2)) {
        CHECK_EQ(report->letters[0].type, BACKSTAGE_SEND);
        CHECK_EQ(report->letters[0].reason, BACKSTAGE_DEAD_ENDED);
        CHECK_EQ(report->letters[0].receiver, slow);
        CHECK_EQ(report->letters[1].type, BACKSTAGE_PUBLISH);
        CHECK_EQ(report->letters[1].receiver, BACKSTAGE_NONE);
    }
    CHECK_EQ(test_actor_statistics(s.engine, slow).dead, 1);
    test_run(s.engine);
    test_end(s.engine);
}

/* ---- Who holds nobody up ----------------------------------------------------------------- */

/* Stashes every message; from the first on it has one event after the other. */
static backstage_status stash_and_tick(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    uint64_t timer, *ticks = state;
    if (envelope->type == BACKSTAGE_TIMER) {
        ++*ticks;
        return backstage_timer_start(context, 0, 0, &timer);
    }
    CHECK_OK(backstage_stash(context, envelope));
    return backstage_timer_start(context, 0, 0, &timer);
}

static void send_to_both(void *state) {
    stage *s = state;
    CHECK_OK(test_send_number(s->engine, s->busy, 1));
    CHECK_OK(test_send_number(s->engine, s->actor, s->accepted++));
}

TEST(a_receiver_that_has_stashed_all_holds_nobody_up_whatever_events_it_gets) {
    stage s;
    uint64_t ticks = 0;
    open_stage(&s, 0);
    backstage_actor_options options = test_options(NULL, stash_and_tick, &ticks);
    options.capacity = 1;
    s.busy = test_spawn_with(s.engine, &options);
    CHECK_OK(test_send_number(s.engine, s.busy, 0));
    for (uint64_t round = 1; round <= 5; round++) {
        CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        test_elsewhere(send_to_both, &s);
        for (int turns = 0; turns < 1000 && s.next < round; turns++) {
            CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        }
        CHECK_EQ(s.next, round);
        CHECK_EQ(test_report_of(s.engine)->reasons[BACKSTAGE_DEAD_INBOX_FULL], round);
        CHECK_EQ(test_actor_statistics(s.engine, s.busy).stashed, 1);
    }
    CHECK(ticks > 0);
    test_end(s.engine);
}
