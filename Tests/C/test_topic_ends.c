/* Topics when either side ends: nothing is left behind, and a last word still gets through. */
#include "support.h"

#include <stdio.h>

static uint32_t publish(backstage_context *from, const char *text) {
    uint32_t receivers = 77;
    CHECK_OK(backstage_publish(from, text, strlen(text), &receivers));
    return receivers;
}

TEST(the_end_of_a_subscriber_takes_its_subscriptions) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref subscriber = test_spawn(engine, "s", test_receive, seen);
    backstage_context *from = test_context(engine, publisher);
    CHECK_OK(backstage_subscribe(test_context(engine, subscriber), "p"));
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, subscriber), "p", ">"));
    CHECK_OK(backstage_stop(from, subscriber));
    test_run(engine);
    CHECK_EQ(publish(from, "x"), 0);
    /* Nor does who takes its id, or its place, inherit them. */
    test_spawn(engine, "s", test_receive, seen);
    CHECK_EQ(publish(from, "x"), 0);
    CHECK_OK(backstage_publish_to_topic(from, "t", "x", 1, NULL));
    test_run(engine);
    CHECK_EQ(seen->count, 0);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
}

TEST(an_ending_subscriber_accepts_nothing) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref stopped = test_spawn(engine, NULL, test_receive, seen);
    backstage_ref poisoned = test_spawn(engine, NULL, test_receive, seen);
    backstage_context *from = test_context(engine, publisher);
    CHECK_OK(backstage_subscribe(test_context(engine, stopped), "p"));
    CHECK_OK(backstage_subscribe(test_context(engine, poisoned), "p"));
    CHECK_EQ(publish(from, "before"), 2);
    CHECK_OK(backstage_stop(from, stopped));
    CHECK_OK(backstage_poison(from, poisoned));
    CHECK_EQ(publish(from, "after"), 0);
    test_run(engine);
    if (CHECK_EQ(seen->count, 1)) { /* by the poisoned one */
        CHECK_STR(test_text(&seen->messages[0]), "before");
    }
    CHECK_EQ(test_report_of(engine)->letters[0].type, BACKSTAGE_PUBLISH);
    CHECK_EQ(test_report_of(engine)->letters[0].receiver, stopped);
    CHECK_EQ(test_report_of(engine)->letters[0].reason, BACKSTAGE_DEAD_ENDED);
    test_end(engine);
}

TEST(what_a_publisher_said_outlives_it) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref slow = test_spawn(engine, NULL, test_receive, seen);
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, slow), "p", "last.words"));
    for (int i = 0; i < 200; i++) {
        CHECK_OK(backstage_publish_to_topic(test_context(engine, publisher), "last.words", "bye", 3,
                                            NULL));
    }
    CHECK_OK(backstage_shutdown(test_context(engine, publisher)));
    test_run(engine);
    CHECK_STATUS(backstage_engine_find(engine, "p", &publisher), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(seen->count, 200);
    for (size_t i = 0; i < seen->count; i++) {
        CHECK_STR(seen->messages[i].topic, "last.words");
        CHECK_EQ(seen->messages[i].sender, publisher);
    }
    test_end(engine);
}

static backstage_status publish_at_the_end(backstage_context *context, backstage_reason reason,
                                           void *state) {
    uint32_t *receivers = state;
    CHECK_EQ(reason, BACKSTAGE_REASON_STOPPED);
    CHECK_OK(backstage_publish(context, "bye", 3, &receivers[0]));
    CHECK_OK(backstage_publish_to_topic(context, "t", "bye", 3, &receivers[1]));
    return BACKSTAGE_OK;
}

TEST(the_terminal_hook_may_still_publish) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    uint32_t receivers[2] = {77, 77};
    backstage_actor_options options = test_options("p", test_ignore, receivers);
    options.deinit = publish_at_the_end;
    backstage_ref publisher = test_spawn_with(engine, &options);
    backstage_ref subscriber = test_spawn(engine, NULL, test_receive, seen);
    CHECK_OK(backstage_subscribe(test_context(engine, subscriber), "p"));
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, subscriber), "p", "t"));
    CHECK_OK(backstage_stop(test_context(engine, subscriber), publisher));
    test_run(engine);
    CHECK_EQ(receivers[0], 1);
    CHECK_EQ(receivers[1], 1);
    CHECK_EQ(seen->count, 2);
    test_end(engine);
}

TEST(a_publisher_on_its_way_out_publishes_nothing_before_its_hook) {
    backstage_engine *engine = test_engine();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_context *from = test_context(engine, publisher);
    uint32_t receivers = 77;
    CHECK_OK(backstage_stop(from, publisher));
    CHECK_STATUS(backstage_publish(from, "x", 1, &receivers), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_publish_to_topic(from, "t", "x", 1, &receivers), BACKSTAGE_ENDING);
    CHECK_STATUS(backstage_engine_publish(engine, publisher, NULL, "x", 1), BACKSTAGE_ENDING);
    test_run(engine);
    CHECK_STATUS(backstage_engine_publish(engine, publisher, NULL, "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(receivers, 77);
    test_end(engine);
}

/* Unsubscribes, ends another, or publishes, in the middle of a publication's delivery. */
typedef struct upset {
    backstage_ref victim;
    size_t seen;
} upset;

static backstage_status upset_others(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    upset *u = state;
    (void)envelope;
    u->seen++;
    CHECK_OK(backstage_unsubscribe(context, "p"));
    if (u->victim != BACKSTAGE_NONE) {
        CHECK_OK(backstage_stop(context, u->victim));
    }
    return BACKSTAGE_OK;
}

TEST(subscribers_may_leave_and_end_each_other_while_they_are_told) {
    backstage_engine *engine = test_engine();
    upset upsets[40] = {{0, 0}};
    backstage_ref actors[40];
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    for (size_t i = 0; i < 40; i++) {
        actors[i] = test_spawn(engine, NULL, upset_others, &upsets[i]);
        CHECK_OK(backstage_subscribe(test_context(engine, actors[i]), "p"));
    }
    for (size_t i = 0; i < 40; i += 2) {
        upsets[i].victim = actors[39 - i];
    }
    CHECK_EQ(publish(test_context(engine, publisher), "x"), 40);
    test_run(engine);
    CHECK_EQ(publish(test_context(engine, publisher), "x"), 0);
    for (size_t i = 0; i < 40; i++) {
        CHECK(upsets[i].seen <= 1);
    }
    CHECK_EQ(test_statistics(engine).handled + test_statistics(engine).dead, 40);
    CHECK_EQ(test_statistics(engine).actors, 21);
    test_end(engine);
}

/* A publisher and a subscriber of names never used before come and go. */
static void come_and_go(backstage_engine *engine, size_t round) {
    char id[32], topic[32];
    snprintf(id, sizeof id, "publisher-%zu", round);
    snprintf(topic, sizeof topic, "topic-%zu.x", round);
    backstage_ref publisher = test_spawn(engine, id, test_ignore, NULL);
    backstage_ref subscriber = test_spawn(engine, NULL, test_ignore, NULL);
    backstage_context *from = test_context(engine, publisher);
    backstage_context *to = test_context(engine, subscriber);
    CHECK_OK(backstage_subscribe(to, id));
    CHECK_OK(backstage_subscribe_to_topic(to, id, topic));
    CHECK_OK(backstage_subscribe_to_topic(to, id, "*.x"));
    CHECK_EQ(publish(from, "x"), 1);
    CHECK_OK(backstage_publish_to_topic(from, topic, "x", 1, NULL));
    test_run(engine);
    CHECK_OK(backstage_stop(from, round % 2 == 0 ? subscriber : publisher));
    test_run(engine);
    CHECK_OK(backstage_shutdown(round % 2 == 0 ? from : to));
    test_run(engine);
}

TEST(publishers_and_subscribers_that_came_and_went_leave_nothing) {
    backstage_engine *engine = test_engine();
    size_t round = 0;
    while (round < 200) {
        come_and_go(engine, round++);
    }
    uint64_t held = test_statistics(engine).memory_bytes;
    while (round < 200 + test_rounds(3000, 300)) {
        come_and_go(engine, round++);
    }
    CHECK(test_statistics(engine).memory_bytes <= held);
    CHECK_EQ(test_statistics(engine).actors, 0);
    test_end(engine);
}
