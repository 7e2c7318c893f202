/* Timers fall due in order of time, then of their start, whoever's they are. */
#include "support_io.h"

#include <stdlib.h>

/* All actors of a test note what they got in one log. */
typedef struct entry {
    backstage_ref actor;
    uint64_t timer, due;
} entry;

typedef struct journal {
    entry *entries;
    size_t count, room;
} journal;

static backstage_status note(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    journal *j = state;
    const backstage_timer_event *event = envelope->payload;
    if (CHECK(j->count < j->room) && CHECK_EQ(envelope->type, BACKSTAGE_TIMER)) {
        j->entries[j->count].actor = backstage_context_self(context);
        j->entries[j->count].timer = envelope->token;
        j->entries[j->count].due = event->due_ns;
        j->count++;
    }
    return BACKSTAGE_OK;
}

static void open_journal(journal *j, size_t room) {
    j->entries = test_alloc(room * sizeof *j->entries);
    j->count = 0;
    j->room = room;
}

TEST(one_actors_timers_come_in_order_of_time_and_then_of_start) {
    static const int64_t times[] = {30, 10, 20, 10, 30, 20, 10, 0, 0};
    static const size_t order[] = {7, 8, 1, 3, 6, 2, 5, 0, 4};
    enum { TIMERS = sizeof times / sizeof *times };
    backstage_engine *engine = test_engine();
    uint64_t timers[TIMERS];
    journal j;
    open_journal(&j, TIMERS);
    backstage_ref actor = test_spawn(engine, NULL, note, &j);
    for (size_t i = 0; i < TIMERS; i++) {
        CHECK_OK(backstage_timer_start(test_context(engine, actor), times[i], 0, &timers[i]));
    }
    CHECK_OK(backstage_engine_advance(engine, 100));
    test_run(engine);
    CHECK_EQ(j.count, TIMERS);
    for (size_t i = 0; i < j.count; i++) {
        CHECK_EQ(j.entries[i].timer, timers[order[i]]);
        CHECK_EQ(j.entries[i].due, times[order[i]]);
    }
    test_end(engine);
}

TEST(several_actors_timers_come_in_order_of_time_too) {
    enum { ACTORS = 7, TIMERS = 70 };
    backstage_engine *engine = test_engine();
    uint64_t timers[TIMERS];
    backstage_ref actors[ACTORS];
    journal j;
    open_journal(&j, TIMERS);
    for (size_t i = 0; i < ACTORS; i++) {
        actors[i] = test_spawn(engine, NULL, note, &j);
    }
    /* The i-th to start is due at (i * 37) % 70, so that neighbours in time differ in actor. */
    for (size_t i = 0; i < TIMERS; i++) {
        backstage_context *context = test_context(engine, actors[i % ACTORS]);
        CHECK_OK(backstage_timer_start(context, (int64_t)(i * 37 % TIMERS), 0, &timers[i]));
    }
    CHECK_OK(backstage_engine_advance(engine, TIMERS));
    test_run(engine);
    CHECK_EQ(j.count, TIMERS);
    for (size_t i = 0; i < j.count; i++) {
        CHECK_EQ(j.entries[i].due, i);
    }
    test_end(engine);
}

TEST(the_order_of_time_does_not_depend_on_the_steps) {
    static const uint64_t steps[] = {1, 3, 7, 50, 1000};
    for (size_t step = 0; step < sizeof steps / sizeof *steps; step++) {
        backstage_engine *engine = test_engine();
        backstage_context *contexts[3];
        journal j;
        uint64_t timer;
        open_journal(&j, 100);
        for (size_t i = 0; i < 3; i++) {
            contexts[i] = test_context(engine, test_spawn(engine, NULL, note, &j));
        }
        for (int64_t i = 0; i < 100; i++) {
            CHECK_OK(backstage_timer_start(contexts[i % 3], i * 61 % 100, 0, &timer));
        }
        for (uint64_t now = 0; now < 1000; now += steps[step]) {
            CHECK_OK(backstage_engine_advance(engine, steps[step]));
            test_run(engine);
        }
        CHECK_EQ(j.count, 100);
        for (size_t i = 0; i < j.count; i++) {
            CHECK_EQ(j.entries[i].due, i);
        }
        test_end(engine);
    }
}

/* A timer of the crowd below. */
typedef struct plan {
    uint64_t due, timer;
    size_t started;
    bool cancelled;
} plan;

static int by_time_and_start(const void *left, const void *right) {
    const plan *a = left, *b = right;
    if (a->due != b->due) {
        return a->due < b->due ? -1 : 1;
    }
    return a->started < b->started ? -1 : a->started > b->started;
}

/* Starts all, of which every tenth is cancelled at once, later or never reached. */
static void start_crowd(backstage_context *context, plan *plans, size_t count) {
    uint64_t seed = 11;
    for (size_t i = 0; i < count; i++) {
        plans[i].due = test_random(&seed) % (count / 2);
        plans[i].started = i;
        CHECK_OK(backstage_timer_start(context, (int64_t)plans[i].due, 0, &plans[i].timer));
        if (i % 10 == 9) {
            plan *victim = &plans[test_random(&seed) % (i + 1)];
            CHECK_STATUS(backstage_timer_cancel(context, victim->timer),
                         victim->cancelled ? BACKSTAGE_NOT_FOUND : BACKSTAGE_OK);
            victim->cancelled = true;
        }
    }
}

TEST(a_hundred_thousand_timers_come_in_order) {
    size_t count = test_rounds(100000, 5000), next = 0;
    backstage_engine *engine = test_engine();
    plan *plans = test_alloc(count * sizeof *plans);
    journal j;
    open_journal(&j, count);
    backstage_ref actor = test_spawn(engine, NULL, note, &j);
    start_crowd(test_context(engine, actor), plans, count);
    for (uint64_t now = 0, step = 1; now < count; now += step, step = step * 3 % 1009 + 1) {
        CHECK_OK(backstage_engine_advance(engine, step));
        test_run(engine);
        CHECK(j.count == 0 || j.entries[j.count - 1].due <= now + step);
    }
    qsort(plans, count, sizeof *plans, by_time_and_start);
    for (size_t i = 0; i < count; i++) {
        if (!plans[i].cancelled && CHECK(next < j.count)) {
            CHECK_EQ(j.entries[next].timer, plans[i].timer);
            CHECK_EQ(j.entries[next].due, plans[i].due);
            next++;
        }
    }
    CHECK_EQ(next, j.count);
    test_end(engine);
}

TEST(the_same_crowd_gives_the_same_order_again) {
    journal journals[2];
    backstage_ref refs[2][4];
    for (size_t i = 0; i < 2; i++) {
        backstage_engine *engine = test_engine();
        open_journal(&journals[i], 4000);
        for (size_t actor = 0; actor < 4; actor++) {
            plan plans[500];
            memset(plans, 0, sizeof plans);
            refs[i][actor] = test_spawn(engine, NULL, note, &journals[i]);
            start_crowd(test_context(engine, refs[i][actor]), plans, 500);
        }
        CHECK_OK(backstage_engine_advance(engine, 5000));
        test_run(engine);
        test_end(engine);
    }
    if (CHECK(journals[0].count > 1000) && CHECK_EQ(journals[0].count, journals[1].count)) {
        for (size_t i = 0; i < journals[0].count; i++) {
            CHECK_EQ(journals[0].entries[i].due, journals[1].entries[i].due);
            for (size_t actor = 0; actor < 4; actor++) {
                CHECK_EQ(journals[0].entries[i].actor == refs[0][actor],
                         journals[1].entries[i].actor == refs[1][actor]);
            }
        }
    }
}
