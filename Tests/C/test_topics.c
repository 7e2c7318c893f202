/* Topics: a publisher's default one and its named ones reach who is subscribed now. */
#include "support.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen; /* by the subscriber */
    backstage_ref publisher, subscriber;
    backstage_context *from, *to; /* their contexts */
} stage;

/* A publisher "p" and a subscriber that records, not subscribed yet. */
static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.publisher = test_spawn(s.engine, "p", test_ignore, NULL);
    s.subscriber = test_spawn(s.engine, "s", test_receive, s.seen);
    s.from = test_context(s.engine, s.publisher);
    s.to = test_context(s.engine, s.subscriber);
    return s;
}

/* Publishes a text on a topic, the default one if it is NULL; says who accepted it. */
static uint32_t say(backstage_context *from, const char *topic, const char *text) {
    uint32_t receivers = 77;
    CHECK_OK(topic == NULL
                 ? backstage_publish(from, text, strlen(text), &receivers)
                 : backstage_publish_to_topic(from, topic, text, strlen(text), &receivers));
    return receivers;
}

TEST(the_default_topic_reaches_its_subscriber) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_EQ(say(s.from, NULL, "hello"), 1);
    CHECK_EQ(s.seen->count, 0);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 1)) {
        test_message *message = &s.seen->messages[0];
        CHECK_EQ(message->type, BACKSTAGE_PUBLISH);
        CHECK_EQ(message->sender, s.publisher);
        CHECK_STR(test_text(message), "hello");
        CHECK_STR(message->topic, "");
    }
    test_end(s.engine);
}

TEST(a_named_topic_reaches_its_own_subscribers_only) {
    static const char *const others[] = {"cpu", "cpu.load.1", "CPU.load", "cpu.loa", "load.cpu"};
    stage s = open_stage();
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "cpu.load"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK_EQ(say(s.from, others[i], "wrong"), 0);
    }
    CHECK_EQ(say(s.from, NULL, "wrong"), 0);
    CHECK_EQ(say(s.from, "cpu.load", "right"), 1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 1)) {
        CHECK_STR(test_text(&s.seen->messages[0]), "right");
        CHECK_STR(s.seen->messages[0].topic, "cpu.load");
    }
    test_end(s.engine);
}

TEST(a_topic_belongs_to_its_publisher) {
    stage s = open_stage();
    backstage_ref other = test_spawn(s.engine, "q", test_ignore, NULL);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t"));
    CHECK_EQ(say(test_context(s.engine, other), NULL, "wrong"), 0);
    CHECK_EQ(say(test_context(s.engine, other), "t", "wrong"), 0);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    test_end(s.engine);
}

TEST(a_subscription_may_be_made_before_the_publisher_exists) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "later"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "later", "t"));
    test_run(s.engine);
    backstage_ref later = test_spawn(s.engine, "later", test_ignore, NULL);
    CHECK_EQ(say(test_context(s.engine, later), NULL, "one"), 1);
    CHECK_EQ(say(test_context(s.engine, later), "t", "two"), 1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 2)) {
        CHECK_STR(test_text(&s.seen->messages[0]), "one");
        CHECK_STR(test_text(&s.seen->messages[1]), "two");
        CHECK_EQ(s.seen->messages[1].sender, later);
    }
    test_end(s.engine);
}

TEST(a_subscription_holds_for_whoever_has_the_id) {
    stage s = open_stage();
    backstage_ref publisher = s.publisher;
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t.*"));
    for (size_t round = 0; round < 3; round++) {
        CHECK_OK(backstage_stop(s.to, publisher));
        test_run(s.engine);
        publisher = test_spawn(s.engine, "p", test_ignore, NULL);
        CHECK_EQ(say(test_context(s.engine, publisher), NULL, "new"), 1);
        CHECK_EQ(say(test_context(s.engine, publisher), "t.x", "new"), 1);
        test_run(s.engine);
        if (CHECK_EQ(s.seen->count, 2 * round + 2)) {
            CHECK_EQ(s.seen->messages[2 * round].sender, publisher);
            CHECK_EQ(s.seen->messages[2 * round + 1].sender, publisher);
        }
    }
    test_end(s.engine);
}

TEST(subscribing_twice_is_told_and_delivers_once) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_STATUS(backstage_subscribe(s.to, "p"), BACKSTAGE_EXISTS);
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t"));
    CHECK_STATUS(backstage_subscribe_to_topic(s.to, "p", "t"), BACKSTAGE_EXISTS);
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "a.>"));
    CHECK_STATUS(backstage_subscribe_to_topic(s.to, "p", "a.>"), BACKSTAGE_EXISTS);
    CHECK_EQ(say(s.from, NULL, "1"), 1);
    CHECK_EQ(say(s.from, "t", "2"), 1);
    CHECK_EQ(say(s.from, "a.b", "3"), 1);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 3);
    /* One taking back is enough. */
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    CHECK_EQ(say(s.from, NULL, "4"), 0);
    test_end(s.engine);
}

TEST(unsubscribing_from_what_was_never_subscribed_is_told) {
    const backstage_status none = BACKSTAGE_NOT_SUBSCRIBED;
    stage s = open_stage();
    CHECK_STATUS(backstage_unsubscribe(s.to, "p"), none);
    CHECK_STATUS(backstage_unsubscribe(s.to, "nobody"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", "t"), none);
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "a.*"));
    CHECK_STATUS(backstage_unsubscribe(s.to, "p"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", "a.b"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", "a.>"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "q", "a.*"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.from, "p", "a.*"), none);
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "a.*"));
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", "a.*"), none);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", "p"), none);
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    CHECK_STATUS(backstage_unsubscribe(s.to, "p"), none);
    test_end(s.engine);
}

TEST(nothing_published_after_an_unsubscribe_arrives) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t"));
    CHECK_EQ(say(s.from, NULL, "before"), 1);
    CHECK_EQ(say(s.from, "t", "before"), 1);
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    CHECK_EQ(say(s.from, NULL, "after"), 0);
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "t"));
    CHECK_EQ(say(s.from, "t", "after"), 0);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2); /* what was published before stays queued */
    for (size_t i = 0; i < s.seen->count; i++) {
        CHECK_STR(test_text(&s.seen->messages[i]), "before");
    }
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_EQ(say(s.from, NULL, "again"), 1);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 3);
    test_end(s.engine);
}

TEST(ids_and_topics_are_copied) {
    char id[] = "p", topic[] = "topic.one";
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, id));
    CHECK_OK(backstage_subscribe_to_topic(s.to, id, topic));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "q", topic));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "q", topic));
    CHECK_OK(backstage_publish_to_topic(s.from, topic, "1", 1, NULL));
    memset(id, 'x', sizeof id - 1);
    memset(topic, 'x', sizeof topic - 1);
    CHECK_EQ(say(s.from, NULL, "2"), 1);
    CHECK_EQ(say(s.from, "topic.one", "3"), 1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 3)) {
        CHECK_STR(s.seen->messages[0].topic, "topic.one");
        CHECK_STR(s.seen->messages[2].topic, "topic.one");
    }
    test_end(s.engine);
}

TEST(a_thousand_subscribers_get_it_once_each) {
    enum { SUBSCRIBERS = 1000 };
    stage s = open_stage();
    test_recorder **seen = test_alloc(SUBSCRIBERS * sizeof *seen);
    for (size_t i = 0; i < SUBSCRIBERS; i++) {
        seen[i] = test_recorder_new();
        backstage_ref actor = test_spawn(s.engine, NULL, test_receive, seen[i]);
        CHECK_OK(backstage_subscribe(test_context(s.engine, actor), "p"));
    }
    CHECK_EQ(say(s.from, NULL, "one"), SUBSCRIBERS);
    CHECK_EQ(say(s.from, NULL, "two"), SUBSCRIBERS);
    CHECK_EQ(test_statistics(s.engine).accepted, 2 * SUBSCRIBERS);
    test_run(s.engine);
    for (size_t i = 0; i < SUBSCRIBERS; i++) {
        if (CHECK_EQ(seen[i]->count, 2)) {
            CHECK_STR(test_text(&seen[i]->messages[0]), "one");
            CHECK_STR(test_text(&seen[i]->messages[1]), "two");
        }
    }
    test_end(s.engine);
}

TEST(a_bad_id_or_topic_is_refused) {
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    stage s = open_stage();
    memset(long_id, 'i', sizeof long_id);
    long_id[BACKSTAGE_ID_BYTES_MAX + 1] = '\0';
    CHECK_STATUS(backstage_subscribe(s.to, ""), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_subscribe(s.to, long_id), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_unsubscribe(s.to, ""), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_unsubscribe(s.to, long_id), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_subscribe_to_topic(s.to, "", "t"), BACKSTAGE_INVALID_ID);
    CHECK_STATUS(backstage_subscribe_to_topic(s.to, "p", ""), BACKSTAGE_INVALID_TOPIC);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, "p", ""), BACKSTAGE_INVALID_TOPIC);
    CHECK_STATUS(backstage_unsubscribe_from_topic(s.to, long_id, "t"), BACKSTAGE_INVALID_ID);
    long_id[BACKSTAGE_ID_BYTES_MAX] = '\0'; /* the longest that is good */
    CHECK_OK(backstage_subscribe(s.to, long_id));
    CHECK_OK(backstage_unsubscribe(s.to, long_id));
    test_end(s.engine);
}
