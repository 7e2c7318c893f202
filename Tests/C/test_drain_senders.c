/* Who can still reach a family that drains, and by which way: its own, and the replies. */
#include "support_life.h"

/* A parent and its child, both of kind "family"; the parent subscribes to the child and to the
 * outsider, and waits for an answer, so that it does not end yet. */
static test_life *life;
static test_subject *outsider, *parent, *child;

static test_subject *open_of_kind(test_subject *above, const char *id) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, id);
    options.kind = "family";
    options.sees_subscriptions = above == NULL;
    test_subject_spawn(subject, above, &options);
    return subject;
}

static void open_draining(void) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, "outsider", NULL);
    parent = open_of_kind(NULL, "parent");
    child = open_of_kind(parent, "child");
    CHECK_OK(backstage_subscribe(parent->context, "child"));
    CHECK_OK(backstage_subscribe(parent->context, "outsider"));
    CHECK_OK(backstage_subscribe_to_topic(parent->context, "outsider", "a.*"));
    test_subject_ask(parent, outsider->self, 100);
    test_run(life->engine);
    outsider->seen->count = 0;
    CHECK_OK(backstage_drain(outsider->context, parent->self, BACKSTAGE_FOREVER));
    test_run(life->engine);
    CHECK_EQ(life->count, 0);
}

/* The answer fails to come, and the family ends. */
static void close_draining(void) {
    CHECK_OK(backstage_engine_advance(life->engine, 100));
    test_run(life->engine);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_FAILURE), 1);
    CHECK_EQ(life->count, 2);
    test_check_departure(life, 0, child, BACKSTAGE_REASON_STOPPED);
    test_check_departure(life, 1, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

TEST(an_outsiders_publications_do_not_come_in) {
    uint32_t receivers = 77;
    open_draining();
    CHECK_OK(backstage_publish(outsider->context, "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK_OK(backstage_publish_to_topic(outsider->context, "a.b", "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK_OK(backstage_engine_publish(life->engine, outsider->self, NULL, "x", 1));
    test_run(life->engine);
    CHECK_EQ(parent->seen->count, 0);
    test_ledger(life->engine);
    close_draining();
}

TEST(the_familys_publications_do) {
    uint32_t receivers = 77;
    open_draining();
    CHECK_OK(backstage_publish(child->context, "x", 1, &receivers));
    CHECK_EQ(receivers, 1);
    test_run(life->engine);
    if (CHECK_EQ(parent->seen->count, 1)) {
        CHECK_EQ(parent->seen->messages[0].type, BACKSTAGE_PUBLISH);
        CHECK_EQ(parent->seen->messages[0].sender, child->self);
    }
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    close_draining();
}

TEST(an_outsiders_broadcast_does_not_come_in) {
    uint32_t receivers = 77;
    open_draining();
    test_subject *other = open_of_kind(NULL, NULL);
    CHECK_OK(backstage_broadcast(outsider->context, "family", "x", 1, &receivers));
    CHECK_EQ(receivers, 1);
    CHECK_OK(backstage_engine_broadcast(life->engine, "family", "y", 1));
    test_run(life->engine);
    CHECK_EQ(other->seen->count, 2);
    CHECK_EQ(parent->seen->count + child->seen->count, 0);
    test_ledger(life->engine);
    close_draining();
}

TEST(the_familys_broadcast_reaches_the_family_and_others) {
    uint32_t receivers = 77;
    open_draining();
    test_subject *other = open_of_kind(NULL, NULL);
    CHECK_OK(backstage_broadcast(child->context, "family", "x", 1, &receivers));
    CHECK_EQ(receivers, 3);
    test_run(life->engine);
    CHECK_EQ(other->seen->count, 1);
    CHECK_EQ(parent->seen->count, 1);
    CHECK_EQ(child->seen->count, 1);
    CHECK_EQ(test_statistics(life->engine).dead, 0);
    close_draining();
}

TEST(the_family_is_found_by_id_as_long_as_it_lives) {
    backstage_ref found = BACKSTAGE_NONE;
    open_draining();
    CHECK_OK(backstage_engine_find(life->engine, "child", &found));
    CHECK_EQ(found, child->self);
    backstage_actor_options options = test_options("child", test_ignore, NULL);
    CHECK_STATUS(backstage_engine_spawn(life->engine, &options, &found), BACKSTAGE_EXISTS);
    CHECK_OK(backstage_send_to_id(parent->context, "child", "x", 1));
    CHECK_STATUS(backstage_send_to_id(outsider->context, "child", "x", 1), BACKSTAGE_ENDING);
    test_run(life->engine);
    CHECK_EQ(child->seen->count, 1);
    close_draining();
    CHECK_EQ(child->seen->count, 1);
}

TEST(a_payload_handed_over_within_the_family_arrives) {
    backstage_payload *payload;
    void *data;
    open_draining();
    CHECK_OK(backstage_payload_create(life->engine, 5000, &payload, &data));
    test_fill(data, 5000, 3);
    CHECK_STATUS(backstage_send_payload(outsider->context, parent->self, payload),
                 BACKSTAGE_ENDING);
    CHECK_OK(backstage_send_payload(child->context, parent->self, payload));
    test_run(life->engine);
    if (CHECK_EQ(parent->seen->count, 1) && CHECK_EQ(parent->seen->messages[0].size, 5000)) {
        CHECK(test_is_filled(parent->seen->messages[0].bytes, 5000, 3));
    }
    close_draining();
}

TEST(subscriptions_of_outsiders_are_no_messages_for_it) {
    open_draining();
    CHECK_OK(backstage_subscribe(outsider->context, "parent"));
    CHECK_OK(backstage_unsubscribe(outsider->context, "parent"));
    test_run(life->engine);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_SUBSCRIBE), 0);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_UNSUBSCRIBE), 0);
    test_ledger(life->engine);
    close_draining();
}

TEST(subscriptions_of_the_family_are_told_to_it) {
    open_draining();
    CHECK_OK(backstage_subscribe(child->context, "parent"));
    CHECK_OK(backstage_subscribe_to_topic(child->context, "parent", "a.b"));
    test_run(life->engine);
    CHECK_EQ(test_count_type(parent->seen, BACKSTAGE_SUBSCRIBE), 2);
    CHECK_OK(backstage_unsubscribe_from_topic(child->context, "parent", "a.b"));
    test_run(life->engine);
    if (CHECK_EQ(parent->seen->count, 3)) {
        CHECK_EQ(parent->seen->messages[0].sender, child->self);
        CHECK_STR(test_text(&parent->seen->messages[1]), "a.b");
        CHECK_EQ(parent->seen->messages[2].type, BACKSTAGE_UNSUBSCRIBE);
    }
    test_ledger(life->engine);
    close_draining();
}

TEST(what_it_publishes_reaches_outsiders) {
    uint32_t receivers = 77;
    open_draining();
    CHECK_OK(backstage_subscribe(outsider->context, "child"));
    test_run(life->engine);
    CHECK_OK(backstage_publish(child->context, "x", 1, &receivers));
    CHECK_EQ(receivers, 2);
    test_run(life->engine);
    CHECK_EQ(test_count_type(outsider->seen, BACKSTAGE_PUBLISH), 1);
    close_draining();
}

/* ---- Other threads ----------------------------------------------------------------------- */

static void send_elsewhere(void *state) {
    (void)state;
    backstage_engine *e = life->engine;
    CHECK_OK(backstage_engine_send(e, parent->self, "1", 1));
    CHECK_OK(backstage_engine_send_to_id(e, "child", "2", 1));
    CHECK_OK(backstage_engine_publish(e, outsider->self, NULL, "3", 1));
    CHECK_OK(backstage_engine_broadcast(e, "family", "4", 1));
}

TEST(what_other_threads_send_does_not_come_in_but_is_accounted_for) {
    open_draining();
    const test_report *report = test_report_of(life->engine);
    test_elsewhere(send_elsewhere, NULL);
    test_run(life->engine);
    CHECK_EQ(parent->seen->count + child->seen->count, 0);
    CHECK(report->letters_count >= 2);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_ENDED], report->letters_count);
    CHECK_EQ(report->letters[0].receiver, parent->self);
    CHECK_EQ(report->letters[1].receiver, child->self);
    CHECK_EQ(test_statistics(life->engine).queued, 0);
    close_draining();
}

static void send_many_elsewhere(void *state) {
    const test_subject *to = state;
    for (uint64_t i = 1; i <= 500; i++) {
        CHECK_OK(test_send_number(to->life->engine, to->self, i));
    }
}

TEST(what_waits_from_other_threads_when_the_drain_begins_is_handled_or_dead) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    parent = test_subject_open(life, NULL, NULL, NULL);
    test_run(life->engine);
    test_elsewhere(send_many_elsewhere, parent);
    CHECK_OK(backstage_drain(outsider->context, parent->self, BACKSTAGE_FOREVER));
    test_run(life->engine);
    CHECK_EQ(parent->seen->count + test_report_of(life->engine)->letters_count, 500);
    CHECK_EQ(parent->ends, 1);
    test_check_departure(life, 0, parent, BACKSTAGE_REASON_STOPPED);
    test_life_close(life);
}

static backstage_status pass_to_child(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    (void)state;
    return envelope->type == BACKSTAGE_SEND
               ? backstage_send(context, child->self, envelope->payload, envelope->size)
               : BACKSTAGE_OK;
}

static void send_until_refused(void *state) {
    backstage_status status;
    (void)state;
    do { /* until the family is gone, or told apart from those who are */
        status = backstage_engine_send(life->engine, parent->self, "x", 1);
    } while (status == BACKSTAGE_OK);
    CHECK_STATUS(status, BACKSTAGE_QUEUE_FULL);
}

TEST(a_flood_from_another_thread_does_not_keep_a_drain_from_its_end) {
    life = test_life_open();
    outsider = test_subject_open(life, NULL, NULL, NULL);
    parent = test_subject_open(life, NULL, NULL, pass_to_child);
    child = test_subject_open(life, parent, NULL, NULL);
    test_subject_send(parent, 1, 100);
    CHECK_OK(backstage_drain(outsider->context, parent->self, BACKSTAGE_FOREVER));
    test_thread *thread = test_thread_start(send_until_refused, NULL);
    while (life->count < 2) {
        CHECK_OK(backstage_engine_run(life->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    CHECK(child->seen->count >= 100);
    test_thread_join(thread);
    test_run(life->engine);
    test_life_close(life);
}
