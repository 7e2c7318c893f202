/* A publisher that asks for it is told who subscribes and unsubscribes, and to what. */
#include "support.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen; /* by the publisher */
    backstage_ref subscriber;
    backstage_context *to;
} stage;

static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.subscriber = test_spawn(s.engine, NULL, test_ignore, NULL);
    s.to = test_context(s.engine, s.subscriber);
    return s;
}

static backstage_ref spawn_publisher(stage *s, uint32_t capacity) {
    backstage_actor_options options = test_options("p", test_receive, s->seen);
    options.sees_subscriptions = 1;
    options.capacity = capacity;
    return test_spawn_with(s->engine, &options);
}

/* Checks one of the messages that the publisher saw. */
static void check_seen(const stage *s, size_t place, backstage_message_type type,
                       const char *topic) {
    if (CHECK(place < s->seen->count)) {
        const test_message *message = &s->seen->messages[place];
        CHECK_EQ(message->type, type);
        CHECK_EQ(message->sender, s->subscriber);
        CHECK_EQ(message->token, 0);
        CHECK_EQ(message->size, strlen(topic));
        CHECK_STR(test_text(message), topic);
    }
}

TEST(a_publisher_sees_who_comes_and_goes) {
    stage s = open_stage();
    spawn_publisher(&s, 0);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "cpu.load"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "cpu.*"));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "cpu.load"));
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 5);
    check_seen(&s, 0, BACKSTAGE_SUBSCRIBE, "");
    check_seen(&s, 1, BACKSTAGE_SUBSCRIBE, "cpu.load");
    check_seen(&s, 2, BACKSTAGE_SUBSCRIBE, "cpu.*");
    check_seen(&s, 3, BACKSTAGE_UNSUBSCRIBE, "cpu.load");
    check_seen(&s, 4, BACKSTAGE_UNSUBSCRIBE, "");
    CHECK_EQ(test_statistics(s.engine).handled, 5);
    test_end(s.engine);
}

TEST(one_that_does_not_ask_sees_nothing) {
    stage s = open_stage();
    test_spawn(s.engine, "p", test_receive, s.seen);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_shutdown(s.to));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    test_end(s.engine);
}

TEST(refused_calls_are_not_told) {
    stage s = open_stage();
    spawn_publisher(&s, 0);
    CHECK_STATUS(backstage_unsubscribe(s.to, "p"), BACKSTAGE_NOT_SUBSCRIBED);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_STATUS(backstage_subscribe(s.to, "p"), BACKSTAGE_EXISTS);
    CHECK_STATUS(backstage_subscribe_to_topic(s.to, "p", "a..b"), BACKSTAGE_INVALID_TOPIC);
    CHECK_OK(backstage_subscribe(s.to, "q"));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(subscriptions_made_before_the_spawn_come_first) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "never.mind"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "a.>"));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "never.mind"));
    backstage_ref publisher = spawn_publisher(&s, 0);
    CHECK_OK(backstage_engine_send(s.engine, publisher, "x", 1));
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 4)) {
        /* Which of those before the spawn comes first is not promised. */
        size_t named = s.seen->messages[0].size == 0 ? 1 : 0;
        check_seen(&s, named, BACKSTAGE_SUBSCRIBE, "a.>");
        check_seen(&s, 1 - named, BACKSTAGE_SUBSCRIBE, "");
        CHECK_EQ(s.seen->messages[2].type, BACKSTAGE_SEND);
        check_seen(&s, 3, BACKSTAGE_UNSUBSCRIBE, "");
    }
    test_end(s.engine);
}

TEST(a_successor_is_told_too) {
    stage s = open_stage();
    backstage_ref publisher = spawn_publisher(&s, 0);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    test_run(s.engine);
    CHECK_OK(backstage_stop(s.to, publisher));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    spawn_publisher(&s, 0);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    check_seen(&s, 1, BACKSTAGE_SUBSCRIBE, "");
    test_end(s.engine);
}

TEST(the_end_of_a_subscriber_is_told_for_each_subscription) {
    stage s = open_stage();
    spawn_publisher(&s, 0);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t"));
    test_run(s.engine);
    CHECK_OK(backstage_shutdown(s.to));
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 4)) {
        size_t named = s.seen->messages[2].size == 0 ? 3 : 2;
        check_seen(&s, named, BACKSTAGE_UNSUBSCRIBE, "t");
        check_seen(&s, 5 - named, BACKSTAGE_UNSUBSCRIBE, "");
    }
    test_end(s.engine);
}

TEST(news_of_subscriptions_keep_their_place_among_the_senders_messages) {
    stage s = open_stage();
    backstage_ref publisher = spawn_publisher(&s, 0);
    CHECK_OK(backstage_send(s.to, publisher, "1", 1));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "2"));
    CHECK_OK(backstage_send(s.to, publisher, "3", 1));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "2"));
    CHECK_OK(backstage_send(s.to, publisher, "4", 1));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 5);
    check_seen(&s, 0, BACKSTAGE_SEND, "1");
    check_seen(&s, 1, BACKSTAGE_SUBSCRIBE, "2");
    check_seen(&s, 2, BACKSTAGE_SEND, "3");
    check_seen(&s, 3, BACKSTAGE_UNSUBSCRIBE, "2");
    check_seen(&s, 4, BACKSTAGE_SEND, "4");
    test_end(s.engine);
}

/* Greets each subscriber with what it has missed. */
static backstage_status greet(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    (void)state;
    if (envelope->type == BACKSTAGE_SUBSCRIBE) {
        CHECK_OK(backstage_send(context, envelope->sender, "welcome", 7));
        CHECK_OK(backstage_publish(context, "news", 4, NULL));
    }
    return BACKSTAGE_OK;
}

TEST(a_publisher_can_greet_its_subscribers) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref subscriber = test_spawn(engine, NULL, test_receive, seen);
    backstage_actor_options options = test_options("p", greet, NULL);
    CHECK_OK(backstage_subscribe(test_context(engine, subscriber), "p"));
    options.sees_subscriptions = 1;
    test_spawn_with(engine, &options);
    test_run(engine);
    if (CHECK_EQ(seen->count, 2)) {
        CHECK_STR(test_text(&seen->messages[0]), "welcome");
        CHECK_STR(test_text(&seen->messages[1]), "news");
    }
    test_end(engine);
}

TEST(a_full_inbox_refuses_the_news_but_not_the_subscription) {
    stage s = open_stage();
    backstage_ref publisher = spawn_publisher(&s, 1);
    uint32_t receivers = 0;
    CHECK_OK(backstage_send(s.to, publisher, "x", 1));
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_EQ(test_actor_statistics(s.engine, publisher).queued, 1);
    CHECK_EQ(test_report_of(s.engine)->letters_count, 1);
    CHECK_EQ(test_report_of(s.engine)->letters[0].type, BACKSTAGE_SUBSCRIBE);
    CHECK_EQ(test_report_of(s.engine)->letters[0].reason, BACKSTAGE_DEAD_INBOX_FULL);
    CHECK_OK(backstage_publish(test_context(s.engine, publisher), "y", 1, &receivers));
    CHECK_EQ(receivers, 1);
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}

TEST(a_small_inbox_is_told_of_as_many_as_it_has_room_for) {
    stage s = open_stage();
    CHECK_OK(backstage_subscribe(s.to, "p"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "a"));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "b"));
    backstage_ref publisher = spawn_publisher(&s, 2);
    CHECK_EQ(test_actor_statistics(s.engine, publisher).queued, 2);
    test_ledger(s.engine);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    /* All three hold. */
    CHECK_OK(backstage_unsubscribe(s.to, "p"));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "a"));
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", "b"));
    test_end(s.engine);
}

TEST(the_end_of_both_sides_at_once_is_calm) {
    for (int order = 0; order < 2; order++) {
        stage s = open_stage();
        backstage_ref publisher = spawn_publisher(&s, 0);
        CHECK_OK(backstage_subscribe(s.to, "p"));
        CHECK_OK(backstage_subscribe_to_topic(s.to, "p", "t.>"));
        test_run(s.engine);
        CHECK_OK(backstage_stop(s.to, order == 0 ? publisher : s.subscriber));
        CHECK_OK(backstage_stop(s.to, order == 0 ? s.subscriber : publisher));
        test_run(s.engine);
        CHECK_EQ(s.seen->count, 2);
        CHECK_EQ(test_statistics(s.engine).actors, 0);
        test_end(s.engine);
    }
}

TEST(the_end_of_the_engine_tells_nobody) {
    stage s = open_stage();
    spawn_publisher(&s, 0);
    CHECK_OK(backstage_subscribe(s.to, "p"));
    test_run(s.engine);
    test_end(s.engine);
    CHECK_EQ(s.seen->count, 1);
}
