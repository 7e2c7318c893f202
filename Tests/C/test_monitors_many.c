/* One actor that monitors very many, living and dead, takes some of it back, and is told of each
 * end once, in whichever order they come. */
#include <stdlib.h>

#include "support_io.h"

/* One of the crowd; its number is its place among them. */
typedef struct person {
    backstage_ref ref;
    uint32_t told; /* how often its end was told to the observer */
    backstage_reason reason;
} person;

static backstage_engine *engine;
static backstage_context *observer, *other; /* one who monitors, and one who ends people */
static person *people;
static size_t people_count, told_count;

static int compare(const void *a, const void *b) {
    const person *left = a, *right = b;
    return left->ref < right->ref ? -1 : left->ref > right->ref;
}

static person *find(backstage_ref ref) {
    person wanted = {ref, 0, 0};
    return bsearch(&wanted, people, people_count, sizeof wanted, compare);
}

static backstage_status note_end(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    backstage_termination event;
    person *who = find(envelope->sender);
    (void)context, (void)state;
    CHECK_EQ(envelope->type, BACKSTAGE_TERMINATED);
    if (CHECK_EQ(envelope->size, sizeof event) && CHECK(who != NULL)) {
        memcpy(&event, envelope->payload, sizeof event);
        who->told++;
        who->reason = event.reason;
        told_count++;
    }
    return BACKSTAGE_OK;
}

/* A crowd that lives, sorted by ref. */
static void open_crowd(void) {
    engine = test_engine();
    people_count = test_rounds(20000, 2000);
    people = test_alloc(people_count * sizeof *people);
    told_count = 0;
    observer = test_context(engine, test_spawn(engine, NULL, note_end, NULL));
    other = test_context(engine, test_spawn(engine, NULL, test_ignore, NULL));
    for (size_t i = 0; i < people_count; i++) {
        people[i].ref = test_spawn(engine, NULL, test_ignore, NULL);
    }
    qsort(people, people_count, sizeof *people, compare);
}

static void monitor_all(backstage_status status) {
    for (size_t i = 0; i < people_count; i++) {
        CHECK_STATUS(backstage_monitor(observer, people[i].ref), status);
    }
}

static void end(size_t i) { CHECK_OK(backstage_stop(other, people[i].ref)); }

/* Everybody's number, in the order of birth, the reverse, or any. */
enum { FORWARDS, BACKWARDS, SHUFFLED, ORDERS };
static size_t *order_of(int order) {
    size_t *numbers = test_alloc(people_count * sizeof *numbers);
    uint64_t seed = 17;
    for (size_t i = 0; i < people_count; i++) {
        numbers[i] = order == BACKWARDS ? people_count - 1 - i : i;
    }
    for (size_t i = people_count - 1; order == SHUFFLED && i > 0; i--) {
        size_t with = (size_t)(test_random(&seed) % (i + 1)), number = numbers[i];
        numbers[i] = numbers[with];
        numbers[with] = number;
    }
    return numbers;
}

/* Checks how often the end of each was told, and why: of those with number % every == rest. */
static void check_told(size_t every, size_t rest, uint32_t times, backstage_reason reason) {
    for (size_t i = rest; i < people_count; i += every) {
        CHECK_EQ(people[i].told, times);
        CHECK_EQ(people[i].reason, times == 0 ? 0 : reason);
    }
}

static void close_crowd(void) {
    CHECK_EQ(test_statistics(engine).events, told_count);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
}

TEST(each_of_very_many_ends_is_told_once_in_whichever_order_they_come) {
    for (int order = 0; order < ORDERS; order++) {
        open_crowd();
        const size_t *numbers = order_of(order);
        monitor_all(BACKSTAGE_OK);
        monitor_all(BACKSTAGE_EXISTS);
        for (size_t i = 0; i < people_count; i++) {
            end(numbers[i]);
            if (i % 1000 == 0) {
                test_run(engine);
                CHECK_EQ(told_count, i + 1);
            }
        }
        test_run(engine);
        CHECK_EQ(told_count, people_count);
        check_told(1, 0, 1, BACKSTAGE_REASON_STOPPED);
        CHECK_STATUS(backstage_unmonitor(observer, people[7].ref), BACKSTAGE_NOT_MONITORED);
        close_crowd();
    }
}

TEST(very_many_that_have_ended_already_are_each_not_found) {
    open_crowd();
    for (size_t i = 0; i < people_count; i++) {
        end(i);
    }
    test_run(engine);
    for (uint32_t round = 1; round <= 2; round++) { /* and may be monitored again and again */
        monitor_all(BACKSTAGE_OK);
        test_run(engine);
        check_told(1, 0, round, BACKSTAGE_REASON_NOT_FOUND);
    }
    monitor_all(BACKSTAGE_OK);
    for (size_t i = 0; i < people_count; i += 2) {
        CHECK_OK(backstage_unmonitor(observer, people[i].ref)); /* withdrawn in time */
        CHECK_STATUS(backstage_unmonitor(observer, people[i].ref), BACKSTAGE_NOT_MONITORED);
    }
    test_run(engine);
    check_told(2, 0, 2, BACKSTAGE_REASON_NOT_FOUND);
    check_told(2, 1, 3, BACKSTAGE_REASON_NOT_FOUND);
    close_crowd();
}

/* Half of them dead, and every other monitor taken back, in any order. */
TEST(very_many_monitors_of_living_and_dead_may_be_taken_back) {
    for (int order = 0; order < ORDERS; order++) {
        open_crowd();
        const size_t *numbers = order_of(order);
        for (size_t i = 0; i < people_count; i += 2) {
            end(i);
        }
        test_run(engine);
        monitor_all(BACKSTAGE_OK);
        for (size_t i = 0; i < people_count; i++) {
            size_t number = numbers[i];
            if (number % 2 == 1) {
                CHECK_STATUS(backstage_monitor(observer, people[number].ref), BACKSTAGE_EXISTS);
            }
            if (number % 4 >= 2) {
                CHECK_OK(backstage_unmonitor(observer, people[number].ref));
                CHECK_STATUS(backstage_unmonitor(observer, people[number].ref),
                             BACKSTAGE_NOT_MONITORED);
            }
        }
        for (size_t i = 0; i < people_count; i++) {
            if (numbers[i] % 2 == 1) {
                end(numbers[i]);
            }
        }
        test_run(engine);
        check_told(4, 0, 1, BACKSTAGE_REASON_NOT_FOUND);
        check_told(4, 1, 1, BACKSTAGE_REASON_STOPPED);
        check_told(4, 2, 0, 0);
        check_told(4, 3, 0, 0);
        close_crowd();
    }
}

TEST(an_end_not_handled_yet_is_withdrawn_among_very_many) {
    open_crowd();
    monitor_all(BACKSTAGE_OK);
    for (size_t i = 0; i < people_count; i++) {
        end(i);
    }
    /* One turn for each: those who ended before the observer's next turn wait in its lane. */
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    size_t withdrawn = 0, before = told_count;
    for (size_t i = 0; i < people_count; i++) {
        backstage_status status = backstage_unmonitor(observer, people[i].ref);
        withdrawn += status == BACKSTAGE_OK;
        CHECK_STATUS(status, people[i].told == 0 ? BACKSTAGE_OK : BACKSTAGE_NOT_MONITORED);
    }
    CHECK_EQ(withdrawn + before, people_count);
    test_run(engine);
    CHECK_EQ(told_count, before);
    close_crowd();
}

TEST(very_many_monitors_come_and_go_again_and_leave_nothing) {
    uint64_t held = 0;
    open_crowd();
    for (int round = 0; round < 5; round++) {
        const size_t *numbers = order_of(round % ORDERS);
        monitor_all(BACKSTAGE_OK);
        for (size_t i = 0; i < people_count; i++) {
            CHECK_OK(backstage_unmonitor(observer, people[numbers[i]].ref));
        }
        held = round == 0 ? test_statistics(engine).memory_bytes : held;
    }
    CHECK(test_statistics(engine).memory_bytes <= held);
    monitor_all(BACKSTAGE_OK);
    CHECK_OK(backstage_shutdown(observer)); /* the observer ends first */
    test_run(engine);
    for (size_t i = 0; i < people_count; i++) {
        end(i);
    }
    test_run(engine);
    CHECK_EQ(told_count, 0);
    close_crowd();
}
