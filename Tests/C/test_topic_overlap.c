/* Overlapping subscriptions, and what a receiver is told of the topic, for as long as it needs. */
#include "support.h"

#include <stdio.h>

static uint32_t publish(backstage_context *from, const char *topic) {
    uint32_t receivers = 77;
    CHECK_OK(topic == NULL ? backstage_publish(from, "x", 1, &receivers)
                           : backstage_publish_to_topic(from, topic, "x", 1, &receivers));
    return receivers;
}

TEST(who_matches_several_times_gets_it_once) {
    static const char *const patterns[] = {"a.b", "a.*", "*.b", "*.*", "a.>", ">", "*.>"};
    enum { PATTERNS = sizeof patterns / sizeof *patterns };
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_context *from = test_context(engine, test_spawn(engine, "p", test_ignore, NULL));
    backstage_context *to = test_context(engine, test_spawn(engine, NULL, test_receive, seen));
    for (size_t i = 0; i < PATTERNS; i++) {
        CHECK_OK(backstage_subscribe_to_topic(to, "p", patterns[i]));
        CHECK_EQ(publish(from, "a.b"), 1);
    }
    test_run(engine);
    CHECK_EQ(seen->count, PATTERNS);
    for (size_t i = 0; i < PATTERNS; i++) {
        CHECK_EQ(publish(from, "a.b"), 1);
        CHECK_OK(backstage_unsubscribe_from_topic(to, "p", patterns[i]));
    }
    CHECK_EQ(publish(from, "a.b"), 0);
    test_run(engine);
    CHECK_EQ(seen->count, 2 * PATTERNS);
    test_end(engine);
}

TEST(several_subscribers_with_overlapping_patterns_get_it_once_each) {
    static const char *const patterns[] = {"a.b", "a.*", ">"};
    enum { ACTORS = 50 };
    backstage_engine *engine = test_engine();
    test_recorder *seen[ACTORS];
    backstage_context *from = test_context(engine, test_spawn(engine, "p", test_ignore, NULL));
    for (size_t i = 0; i < ACTORS; i++) {
        seen[i] = test_recorder_new();
        backstage_ref actor = test_spawn(engine, NULL, test_receive, seen[i]);
        for (size_t j = 0; j < 3; j++) {
            CHECK_OK(backstage_subscribe_to_topic(test_context(engine, actor), "p",
                                                  patterns[(i + j) % 3]));
        }
    }
    for (size_t round = 0; round < 3; round++) {
        CHECK_EQ(publish(from, "a.b"), ACTORS);
        CHECK_EQ(publish(from, "z"), ACTORS);
    }
    test_run(engine);
    for (size_t i = 0; i < ACTORS; i++) {
        CHECK_EQ(seen[i]->count, 6);
    }
    test_end(engine);
}

TEST(the_default_topic_matches_no_pattern) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_context *from = test_context(engine, test_spawn(engine, "p", test_ignore, NULL));
    backstage_context *to = test_context(engine, test_spawn(engine, NULL, test_receive, seen));
    CHECK_OK(backstage_subscribe_to_topic(to, "p", ">"));
    CHECK_OK(backstage_subscribe_to_topic(to, "p", "*"));
    CHECK_EQ(publish(from, NULL), 0);
    CHECK_OK(backstage_subscribe(to, "p"));
    CHECK_EQ(publish(from, NULL), 1);
    CHECK_EQ(publish(from, "t"), 1);
    test_run(engine);
    if (CHECK_EQ(seen->count, 2)) {
        CHECK_STR(seen->messages[0].topic, "");
        CHECK_STR(seen->messages[1].topic, "t");
    }
    test_end(engine);
}

TEST(a_queued_publication_keeps_its_topic_when_everyone_has_gone) {
    enum { TOPICS = 300 };
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_context *from = test_context(engine, publisher);
    backstage_context *to = test_context(engine, test_spawn(engine, NULL, test_receive, seen));
    char topic[40];
    CHECK_OK(backstage_subscribe_to_topic(to, "p", ">"));
    for (int i = 0; i < TOPICS; i++) {
        snprintf(topic, sizeof topic, "topic.number.%d", i);
        CHECK_OK(backstage_subscribe_to_topic(to, "p", topic));
        CHECK_EQ(publish(from, topic), 1);
        CHECK_OK(backstage_unsubscribe_from_topic(to, "p", topic));
    }
    CHECK_OK(backstage_unsubscribe_from_topic(to, "p", ">"));
    CHECK_OK(backstage_stop(to, publisher));
    CHECK_OK(backstage_subscribe_to_topic(to, "q", "other.names.of.other.topics"));
    test_run(engine);
    CHECK_EQ(seen->count, TOPICS);
    for (size_t i = 0; i < seen->count; i++) {
        snprintf(topic, sizeof topic, "topic.number.%d", (int)i);
        CHECK_STR(seen->messages[i].topic, topic);
    }
    test_end(engine);
}

TEST(topics_used_once_leave_nothing) {
    backstage_engine *engine = test_engine();
    backstage_context *from = test_context(engine, test_spawn(engine, "p", test_ignore, NULL));
    backstage_context *to = test_context(engine, test_spawn(engine, NULL, test_ignore, NULL));
    uint64_t held = 0;
    CHECK_OK(backstage_subscribe_to_topic(to, "p", ">"));
    for (size_t i = 0; i < 200 + test_rounds(5000, 500); i++) {
        char topic[40];
        snprintf(topic, sizeof topic, "topic.number.%zu", i);
        CHECK_EQ(publish(from, topic), 1);
        test_run(engine);
        if (i == 200) {
            held = test_statistics(engine).memory_bytes;
        }
    }
    CHECK(test_statistics(engine).memory_bytes <= held);
    test_end(engine);
}

static backstage_status forward(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    const backstage_ref *to = state;
    CHECK_STR(backstage_envelope_topic(envelope), "t.x");
    CHECK_OK(backstage_forward(context, envelope, *to));
    return BACKSTAGE_OK;
}

TEST(a_forwarded_publication_keeps_its_topic) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref last = test_spawn(engine, NULL, test_receive, seen);
    backstage_ref first = test_spawn(engine, NULL, forward, &last);
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, first), "p", "t.*"));
    CHECK_EQ(publish(test_context(engine, publisher), "t.x"), 1);
    test_run(engine);
    if (CHECK_EQ(seen->count, 1)) {
        CHECK_EQ(seen->messages[0].type, BACKSTAGE_PUBLISH);
        CHECK_EQ(seen->messages[0].sender, publisher);
        CHECK_STR(seen->messages[0].topic, "t.x");
    }
    test_end(engine);
}
