/* Drains inside drains, of a part of a family, and beside the other ways to end. */
#include "support_life.h"

/* A parent with two children, the first with a child of its own; and one who is none of them. */
static test_life *life;
static test_subject *outsider, *parent, *first, *second, *grandchild;

static void open_family(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, "outsider", NULL);
    parent = test_subject_open(life, NULL, "parent", NULL);
    first = test_subject_open(life, parent, "first", NULL);
    grandchild = test_subject_open(life, first, "grandchild", NULL);
    second = test_subject_open(life, parent, "second", NULL);
    test_run(life->engine);
}

static void drain(test_subject *subject, int64_t timeout_ns) {
    CHECK_OK(backstage_drain(outsider->context, subject->self, timeout_ns));
    test_run(life->engine);
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

TEST(a_part_of_a_family_may_be_drained) {
    open_family();
    test_subject_ask(first, outsider->self, 100);
    drain(first, BACKSTAGE_FOREVER);
    const backstage_status ending = BACKSTAGE_ENDING;
    CHECK_STATUS(backstage_send(parent->context, first->self, "x", 1), ending);
    CHECK_STATUS(backstage_send(second->context, grandchild->self, "x", 1), ending);
    CHECK_OK(backstage_send(grandchild->context, first->self, "x", 1));
    CHECK_OK(backstage_send(first->context, grandchild->self, "x", 1));
    CHECK_OK(backstage_send(outsider->context, parent->self, "x", 1)); /* who is not concerned */
    CHECK_OK(backstage_send(first->context, second->self, "x", 1));
    advance(100);
    CHECK_EQ(life->count, 2);
    test_check_departure(life, 0, grandchild, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, first, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(first->seen->count, 2); /* the message and the failure */
    CHECK_EQ(grandchild->seen->count, 1);
    CHECK(test_subject_lives(parent));
    CHECK(test_subject_lives(second));
    CHECK_OK(backstage_send(outsider->context, parent->self, "x", 1));
    test_run(life->engine);
    CHECK_EQ(parent->seen->count, 2); /* a drained child is not a failure to be told of */
    test_life_close(life);
}

static backstage_status drain_parent(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    (void)envelope, (void)state;
    CHECK_OK(backstage_drain(context, backstage_context_parent(context), BACKSTAGE_FOREVER));
    CHECK_STATUS(backstage_send(outsider->context, parent->self, "x", 1), BACKSTAGE_ENDING);
    return backstage_send(context, parent->self, "from me", 7);
}

TEST(a_child_may_drain_its_parent) {
    open_family();
    second->act = drain_parent;
    test_subject_send(second, 1, 1);
    test_run(life->engine);
    CHECK_EQ(parent->seen->count, 1);
    CHECK_EQ(life->count, 4);
    test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(a_part_with_less_time_is_killed_before_the_rest_ends) {
    for (int order = 0; order < 2; order++) {
        open_family();
        test_subject_ask(first, outsider->self, 0);
        test_subject_ask(second, outsider->self, 200);
        drain(order == 0 ? first : parent, order == 0 ? 100 : BACKSTAGE_FOREVER);
        drain(order == 0 ? parent : first, order == 0 ? BACKSTAGE_FOREVER : 100);
        advance(99);
        CHECK_EQ(life->count, 0);
        advance(1);
        CHECK_EQ(life->count, 2);
        test_check_departure(life, 0, grandchild, BACKSTAGE_REASON_KILLED);
        test_check_departure(life, 1, first, BACKSTAGE_REASON_KILLED);
        advance(100);
        CHECK_EQ(life->count, 4);
        test_check_departure(life, 2, second, BACKSTAGE_REASON_STOPPED);
        test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
        test_life_close(life);
    }
}

TEST(a_part_with_more_time_is_killed_with_the_rest) {
    for (int order = 0; order < 2; order++) {
        open_family();
        test_subject_ask(first, outsider->self, 0);
        drain(order == 0 ? first : parent, order == 0 ? BACKSTAGE_FOREVER : 100);
        drain(order == 0 ? parent : first, order == 0 ? 100 : 1000);
        advance(99);
        CHECK_EQ(life->count, 0);
        advance(1);
        CHECK_EQ(life->count, 4);
        for (size_t i = 0; i < life->count; i++) {
            CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_KILLED);
        }
        advance(10000);
        CHECK_EQ(life->count, 4);
        test_life_close(life);
    }
}

/* Checks the `place`th end that the outsider was told of. */
static void check_told(size_t place, const test_subject *who, backstage_reason reason,
                       const test_subject *origin) {
    if (CHECK(place < outsider->seen->count)) {
        backstage_termination event = test_termination(&outsider->seen->messages[place]);
        CHECK_EQ(outsider->seen->messages[place].sender, who->self);
        CHECK_EQ(event.reason, reason);
        CHECK_STATUS(event.status, BACKSTAGE_OK);
        CHECK_EQ(event.origin, origin->self);
        CHECK_EQ(event.origin_reason, reason);
    }
}

TEST(each_end_tells_with_whose_drain_it_began) {
    open_family();
    test_subject *order[] = {grandchild, first, second, parent};
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(backstage_monitor(outsider->context, order[i]->self));
    }
    test_subject_ask(first, order[3]->self, 0);
    test_subject_ask(second, outsider->self, 200);
    test_run(life->engine);
    outsider->seen->count = 0;
    drain(first, 100);
    drain(parent, BACKSTAGE_FOREVER);
    advance(100);
    check_told(0, grandchild, BACKSTAGE_REASON_KILLED, first);
    check_told(1, first, BACKSTAGE_REASON_KILLED, first);
    advance(100);
    check_told(2, second, BACKSTAGE_REASON_STOPPED, parent);
    check_told(3, parent, BACKSTAGE_REASON_STOPPED, parent);
    CHECK_EQ(outsider->seen->count, 4);
    test_life_close(life);
}

TEST(the_rest_waits_for_the_part) {
    open_family();
    test_subject_ask(grandchild, outsider->self, 500);
    drain(grandchild, BACKSTAGE_FOREVER);
    drain(first, BACKSTAGE_FOREVER);
    drain(parent, BACKSTAGE_FOREVER);
    advance(499);
    CHECK_EQ(life->count, 0);
    advance(1);
    CHECK_EQ(life->count, 4);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_STOPPED);
    }
    test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* ---- Beside other ends ------------------------------------------------------------------- */

TEST(a_stopped_actor_that_is_drained_ends_as_it_would) {
    open_family();
    test_subject_send(parent, 1, 5);
    CHECK_OK(backstage_stop(outsider->context, parent->self));
    drain(parent, BACKSTAGE_FOREVER);
    CHECK_EQ(parent->seen->count, 0);
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_ENDED], 5);
    CHECK_EQ(life->count, 4);
    test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(a_poisoned_actor_that_is_drained_handles_what_it_has) {
    for (int order = 0; order < 2; order++) {
        open_family();
        test_subject_send(parent, 1, 200);
        test_subject_send(grandchild, 1, 200);
        if (order == 0) {
            CHECK_OK(backstage_poison(outsider->context, parent->self));
        }
        CHECK_OK(backstage_drain(outsider->context, parent->self, BACKSTAGE_FOREVER));
        if (order == 1) {
            CHECK_OK(backstage_poison(outsider->context, parent->self));
        }
        test_run(life->engine);
        test_check_numbers(parent, 1, 200);
        CHECK_EQ(life->count, 4);
        test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
        test_life_close(life);
    }
}

TEST(a_stop_ends_a_drain_at_once) {
    open_family();
    test_subject_ask(first, outsider->self, 0);
    drain(parent, 1000);
    CHECK_OK(backstage_send(second->context, parent->self, "x", 1));
    CHECK_OK(backstage_stop(outsider->context, parent->self));
    test_run(life->engine);
    CHECK_EQ(life->count, 4);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_STOPPED);
    }
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_ENDED], 1);
    advance(2000);
    CHECK_EQ(life->count, 4);
    test_life_close(life);
}

TEST(who_shuts_down_while_it_drains_ends_normally) {
    open_family();
    test_subject_ask(first, outsider->self, 0);
    drain(parent, 1000);
    CHECK_OK(backstage_shutdown(first->context)); /* what the others waited for is gone with it */
    test_run(life->engine);
    CHECK_EQ(life->count, 4);
    test_check_departure(life, 0, grandchild, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, first, BACKSTAGE_REASON_NORMAL);
    test_check_departure(life, 2, second, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 3, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(an_engine_that_is_destroyed_ends_what_drains) {
    open_family();
    test_subject_ask(first, outsider->self, 0);
    drain(parent, 1000);
    test_life_close(life);
    CHECK_EQ(life->count, 5);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_ENGINE_ENDED);
        CHECK_EQ(life->departures[i].subject->ends, 1);
    }
}

TEST(two_families_that_drain_stay_strangers) {
    open_family();
    test_subject *other = test_subject_open(life, NULL, NULL, NULL);
    test_subject *child = test_subject_open(life, other, NULL, NULL);
    test_subject_ask(first, outsider->self, 100);
    test_subject_ask(child, outsider->self, 100);
    drain(parent, BACKSTAGE_FOREVER);
    drain(other, BACKSTAGE_FOREVER);
    CHECK_STATUS(backstage_send(first->context, child->self, "x", 1), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_send(child->context, first->self, "x", 1), BACKSTAGE_ENDING);
    CHECK_OK(backstage_send(child->context, other->self, "x", 1));
    CHECK_OK(backstage_send(second->context, grandchild->self, "x", 1));
    advance(100);
    CHECK_EQ(life->count, 6);
    test_life_close(life);
}
