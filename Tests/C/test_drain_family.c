/* The drain of a family: closed to others, open within, and ended as a whole, children first. */
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
}

static void advance(uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(life->engine, by_ns));
    test_run(life->engine);
}

/* All four have ended, for this reason, each child before its parent, the last born first. */
static void check_family_gone(backstage_reason reason) {
    test_subject *order[] = {second, grandchild, first, parent};
    CHECK_EQ(life->count, 4);
    for (size_t i = 0; i < 4; i++) {
        test_check_departure(life, i, order[i], reason);
    }
    CHECK(test_subject_lives(outsider));
    CHECK_EQ(test_statistics(life->engine).queued, 0);
}

TEST(a_family_handles_all_it_has_and_ends_children_first) {
    test_subject **members[] = {&parent, &first, &second, &grandchild};
    open_family();
    for (size_t i = 0; i < 4; i++) {
        test_subject_send(*members[i], 1, 100 * (i + 1)); /* more than one turn's worth */
    }
    drain(parent, BACKSTAGE_FOREVER);
    for (size_t i = 0; i < 4; i++) {
        CHECK_STATUS(test_send_number(life->engine, (*members[i])->self, 1), BACKSTAGE_ENDING);
        CHECK_STATUS(backstage_send(outsider->context, (*members[i])->self, "x", 1),
                     BACKSTAGE_ENDING);
    }
    test_run(life->engine);
    for (size_t i = 0; i < 4; i++) {
        test_check_numbers(*members[i], 1, 100 * (i + 1));
    }
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    check_family_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

/* Each number goes on to the next in the circle, less by one, in another way each time. */
static backstage_status pass_on(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    static const char *const ids[] = {"parent", "grandchild", "second", "first"};
    test_subject *circle[] = {parent, grandchild, second, first};
    uint64_t number = test_envelope_number(envelope) - 1;
    size_t next = 0;
    while (circle[next] != state) {
        next++;
    }
    next = (next + 1) % 4;
    if (number == 0) {
        return BACKSTAGE_OK;
    }
    return number % 3 == 0 ? backstage_send_to_id(context, ids[next], &number, sizeof number)
                           : backstage_send(context, circle[next]->self, &number, sizeof number);
}

TEST(a_family_may_send_among_itself_what_it_takes) {
    open_family();
    parent->act = first->act = second->act = grandchild->act = pass_on;
    test_subject_send(grandchild, 1000, 1000);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(parent->seen->count + first->seen->count + second->seen->count +
                 grandchild->seen->count,
             1000);
    CHECK_EQ(test_statistics(life->engine).handled, 1000);
    check_family_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status answer_or_ask(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    uint64_t token;
    (void)state;
    if (envelope->type == BACKSTAGE_REQUEST) {
        return backstage_reply(context, envelope, "a", 1);
    }
    return envelope->type == BACKSTAGE_SEND
               ? backstage_request_to_id(context, "second", "q", 1, 0, &token)
               : BACKSTAGE_OK;
}

TEST(a_family_may_ask_among_itself) {
    open_family();
    parent->act = second->act = grandchild->act = answer_or_ask;
    test_subject_send(parent, 1, 1);
    test_subject_send(grandchild, 1, 1);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_REPLY), 1);
    CHECK_EQ(test_count_type(grandchild->seen, BACKSTAGE_REPLY), 1);
    CHECK_EQ(test_count_type(second->seen, BACKSTAGE_REQUEST), 2);
    check_family_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(the_whole_family_waits_for_the_request_of_one) {
    test_subject **members[] = {&parent, &first, &second, &grandchild};
    for (size_t i = 0; i < 4; i++) {
        open_family();
        test_subject_ask(*members[i], outsider->self, 100);
        drain(parent, BACKSTAGE_FOREVER);
        test_run(life->engine);
        CHECK_EQ(life->count, 0);
        advance(99);
        CHECK_EQ(life->count, 0);
        advance(1);
        CHECK_EQ((*members[i])->seen->count, 1);
        check_family_gone(BACKSTAGE_REASON_STOPPED);
        test_life_close(life);
    }
}

TEST(all_that_is_left_of_the_family_is_killed_in_time) {
    test_subject **members[] = {&parent, &first, &second, &grandchild};
    for (size_t i = 0; i < 4; i++) {
        open_family();
        test_subject_ask(*members[i], outsider->self, 0);
        drain(parent, 100);
        test_run(life->engine);
        advance(99);
        CHECK_EQ(life->count, 0);
        advance(1);
        CHECK_EQ((*members[i])->seen->count, 0); /* its answer never comes */
        check_family_gone(BACKSTAGE_REASON_KILLED);
        test_life_close(life);
    }
}

TEST(a_family_without_time_handles_nothing_more) {
    test_subject **members[] = {&parent, &first, &second, &grandchild};
    open_family();
    for (size_t i = 0; i < 4; i++) {
        test_subject_send(*members[i], 1, 2);
    }
    drain(parent, 0);
    test_run(life->engine);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ((*members[i])->seen->count, 0);
    }
    CHECK_EQ(test_report_of(life->engine)->reasons[BACKSTAGE_DEAD_ENDED], 8);
    check_family_gone(BACKSTAGE_REASON_KILLED);
    test_life_close(life);
}

/* A number n spawns n children in a chain, each told to spawn the next; the last tells the parent.
 */
static backstage_status spawn_chain(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    test_subject *subject = state;
    uint64_t number = test_envelope_number(envelope);
    if (number == 0 || subject == parent) {
        return number == 0 ? backstage_send(context, parent->self, &number, sizeof number)
                           : BACKSTAGE_OK;
    }
    test_subject *child = test_subject_open(life, subject, NULL, spawn_chain);
    CHECK_STATUS(backstage_send(outsider->context, child->self, &number, sizeof number),
                 BACKSTAGE_ENDING);
    number--;
    return backstage_send(context, child->self, &number, sizeof number);
}

static backstage_status count_only(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

TEST(children_spawned_meanwhile_join_in) {
    enum { CHAIN = 20 };
    open_family();
    first->act = spawn_chain;
    parent->act = count_only;
    test_subject_send(first, CHAIN, CHAIN);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(parent->seen->count, 1); /* the last of the chain got through */
    CHECK_EQ(life->count, 4 + CHAIN);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_STOPPED);
    }
    test_check_departure(life, 3 + CHAIN, parent, BACKSTAGE_REASON_STOPPED);
    CHECK_EQ(test_statistics(life->engine).actors, 1);
    test_life_close(life);
}

TEST(a_child_spawned_meanwhile_is_waited_for_and_killed_with_the_rest) {
    open_family();
    test_subject_ask(parent, outsider->self, 0);
    drain(parent, 100);
    test_run(life->engine);
    test_subject *late = test_subject_open(life, first, "late", NULL);
    test_run(life->engine);
    CHECK_EQ(late->starts, 1);
    CHECK_STATUS(backstage_engine_send_to_id(life->engine, "late", "x", 1), BACKSTAGE_ENDING);
    CHECK_OK(backstage_send(second->context, late->self, "x", 1));
    test_run(life->engine);
    CHECK_EQ(late->seen->count, 1);
    advance(100);
    CHECK_EQ(life->count, 5);
    CHECK_EQ(late->ends, 1);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].reason, BACKSTAGE_REASON_KILLED);
    }
    test_life_close(life);
}

/* ---- Forwards ---------------------------------------------------------------------------- */

static backstage_status forward_to_grandchild(backstage_context *context,
                                              const backstage_envelope *envelope, void *state) {
    (void)state;
    return backstage_forward(context, envelope, grandchild->self);
}

TEST(an_outsiders_message_may_be_forwarded_within_the_family) {
    open_family();
    parent->act = forward_to_grandchild;
    grandchild->act = answer_or_ask;
    uint64_t token = test_subject_ask(outsider, parent->self, 0);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    if (CHECK_EQ(grandchild->seen->count, 1)) {
        CHECK_EQ(grandchild->seen->messages[0].sender, outsider->self);
        CHECK_EQ(grandchild->seen->messages[0].type, BACKSTAGE_REQUEST);
    }
    if (CHECK_EQ(outsider->seen->count, 1)) {
        CHECK_EQ(outsider->seen->messages[0].type, BACKSTAGE_REPLY);
        CHECK_EQ(outsider->seen->messages[0].token, token);
    }
    check_family_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status try_to_forward(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)state;
    CHECK_STATUS(backstage_forward(context, envelope, grandchild->self), BACKSTAGE_ENDING);
    return BACKSTAGE_OK;
}

TEST(an_outsider_may_not_forward_into_the_family_not_even_what_came_from_it) {
    open_family();
    outsider->act = try_to_forward;
    CHECK_OK(backstage_send(first->context, outsider->self, "x", 1));
    test_subject_ask(first, outsider->self, 10);
    drain(parent, BACKSTAGE_FOREVER);
    test_run(life->engine);
    CHECK_EQ(outsider->seen->count, 2);
    CHECK_EQ(grandchild->seen->count, 0);
    advance(10);
    check_family_gone(BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}
