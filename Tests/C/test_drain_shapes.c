/* Drains of families of any shape: deep, wide, and at random, with whatever goes on in them. */
#include "support_life.h"

enum { MEMBERS_MAX = 3000 };

static test_life *life;
static test_subject *outsider, *members[MEMBERS_MAX];
static size_t parents[MEMBERS_MAX]; /* the parent's place; a root's is its own */
static size_t count;
static uint64_t seed;

static uint64_t below(uint64_t limit) { return test_random(&seed) % limit; }

/* Passes a lesser number on to any of the family. */
static backstage_status pass_to_any(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)state;
    if (envelope->type != BACKSTAGE_SEND) {
        return BACKSTAGE_OK;
    }
    uint64_t number = test_envelope_number(envelope);
    if (number == 0) {
        return BACKSTAGE_OK;
    }
    number--;
    return backstage_send(context, members[below(count)]->self, &number, sizeof number);
}

static void add(size_t parent) {
    parents[count] = parent;
    members[count] =
        test_subject_open(life, parent == count ? NULL : members[parent], NULL, pass_to_any);
    members[count]->more = &parents[count];
    count++;
}

static void open_family(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    count = 0;
    add(0);
}

/* Every member ended once; none before its children, nor before a sibling born later. */
static void check_order(void) {
    static size_t ended[MEMBERS_MAX]; /* when */
    static size_t eldest[MEMBERS_MAX];
    CHECK_EQ(life->count, count);
    for (size_t i = 0; i < life->count; i++) {
        size_t place = (size_t)((size_t *)life->departures[i].subject->more - parents);
        if (CHECK(place < count)) {
            ended[place] = i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        eldest[i] = SIZE_MAX; /* the time when the sibling seen last ended */
        CHECK_EQ(members[i]->ends, 1);
    }
    for (size_t i = 1; i < count; i++) { /* in order of birth */
        size_t parent = parents[i];
        CHECK(ended[i] < ended[parent]);
        CHECK(ended[i] < eldest[parent]);
        eldest[parent] = ended[i];
    }
}

static void drain_and_close(uint64_t messages) {
    CHECK_OK(backstage_drain(outsider->context, members[0]->self, BACKSTAGE_FOREVER));
    test_run(life->engine);
    check_order();
    CHECK_EQ(test_statistics(life->engine).handled, messages);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    CHECK_EQ(test_statistics(life->engine).actors, 1);
    test_life_close(life);
}

TEST(a_deep_family_ends_from_the_bottom_up) {
    open_family();
    while (count < MEMBERS_MAX) {
        add(count - 1);
    }
    test_subject_send(members[0], 500, 500);
    test_subject_send(members[MEMBERS_MAX - 1], 500, 500);
    drain_and_close(1002);
}

TEST(a_wide_family_ends_the_last_born_first) {
    open_family();
    while (count < MEMBERS_MAX) {
        add(0);
    }
    test_subject_send(members[0], 500, 500);
    test_subject_send(members[MEMBERS_MAX / 2], 500, 500);
    drain_and_close(1002);
}

TEST(a_family_of_any_shape_handles_all_that_goes_on_in_it) {
    for (uint64_t round = 0; round < 200; round++) {
        uint64_t messages = 0;
        seed = round;
        open_family();
        for (size_t size = 1 + below(60); count < size;) {
            add(below(count));
        }
        for (size_t i = 0; i < count; i++) {
            uint64_t hops = below(20);
            test_subject_send(members[i], hops, hops);
            messages += hops + 1;
        }
        if (round % 2 == 0) {
            CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        }
        drain_and_close(messages);
    }
}

/* ---- Anything ---------------------------------------------------------------------------- */

/* A step that an outsider or a member may take while parts of the family drain. */
static void step(void) {
    test_subject *one = members[below(count)], *other = members[below(count)];
    uint64_t token, number = below(10);
    if (!test_subject_lives(one) || !test_subject_lives(other)) {
        return;
    }
    switch (below(7)) {
    case 0:
        CHECK_OK(backstage_drain(outsider->context, one->self, (int64_t)below(200) - 20));
        break;
    case 1:
        CHECK_OK(backstage_poison(outsider->context, one->self));
        break;
    case 2: /* that nobody answers */
        (void)backstage_request(one->context, outsider->self, "q", 1, (int64_t)below(100), &token);
        break;
    case 3:
        if (count < MEMBERS_MAX && below(2) == 0) {
            backstage_actor_options options = test_options(NULL, test_ignore, NULL);
            backstage_ref child;
            (void)backstage_spawn_child(one->context, &options, &child);
        }
        break;
    case 4:
        CHECK_OK(backstage_engine_advance(life->engine, below(30)));
        break;
    default:
        (void)backstage_send(one->context, other->self, &number, sizeof number);
        break;
    }
}

/* May be refused now, by whoever is no family or is gone. */
static backstage_status try_to_pass(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)state;
    if (envelope->type == BACKSTAGE_SEND && test_envelope_number(envelope) > 0) {
        uint64_t number = test_envelope_number(envelope) - 1;
        (void)backstage_send(context, members[below(count)]->self, &number, sizeof number);
    }
    return BACKSTAGE_OK;
}

TEST(whatever_goes_on_each_ends_once_and_nothing_is_lost) {
    for (uint64_t round = 0; round < test_rounds(500, 50); round++) {
        seed = 1000 + round;
        open_family();
        for (size_t size = 2 + below(30); count < size;) {
            add(below(count));
        }
        for (size_t i = 0; i < count; i++) {
            members[i]->act = try_to_pass;
        }
        for (int i = 0; i < 60; i++) {
            step();
            if (below(3) == 0) {
                CHECK_OK(
                    backstage_engine_run(life->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
            }
            test_ledger(life->engine);
        }
        test_run(life->engine);
        if (test_subject_lives(members[0])) {
            CHECK_OK(backstage_drain(outsider->context, members[0]->self, 1000));
            test_run(life->engine);
            CHECK_OK(backstage_engine_advance(life->engine, 1000));
            test_run(life->engine);
        }
        CHECK_EQ(test_statistics(life->engine).actors, 1);
        CHECK_EQ(test_statistics(life->engine).queued, 0);
        CHECK_EQ(life->count, count);
        test_life_close(life);
    }
}
