/* Topics at their limits: full inboxes, nobody there, payloads shared, arguments refused. */
#include "support.h"

typedef struct stage {
    backstage_engine *engine;
    backstage_ref publisher;
    backstage_context *from;
} stage;

static stage open_stage(const char *id) {
    stage s;
    s.engine = test_engine();
    s.publisher = test_spawn(s.engine, id, test_ignore, NULL);
    s.from = test_context(s.engine, s.publisher);
    return s;
}

/* Spawns a subscriber to "p" and its topic "t". */
static backstage_ref subscribe(stage *s, const backstage_actor_options *options) {
    backstage_ref actor = test_spawn_with(s->engine, options);
    CHECK_OK(backstage_subscribe(test_context(s->engine, actor), "p"));
    CHECK_OK(backstage_subscribe_to_topic(test_context(s->engine, actor), "p", "t"));
    return actor;
}

TEST(a_publish_to_nobody_is_no_message) {
    stage s = open_stage("p");
    uint32_t receivers = 77;
    CHECK_OK(backstage_publish(s.from, "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    receivers = 77;
    CHECK_OK(backstage_publish_to_topic(s.from, "t", "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK_OK(backstage_publish(s.from, "x", 1, NULL));
    CHECK_OK(backstage_engine_publish(s.engine, s.publisher, NULL, "x", 1));
    CHECK_OK(backstage_engine_publish(s.engine, s.publisher, "t", "x", 1));
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    test_end(s.engine);
}

TEST(a_publisher_without_an_id_reaches_nobody) {
    stage s = open_stage(NULL);
    test_recorder *seen = test_recorder_new();
    backstage_actor_options options = test_options(NULL, test_receive, seen);
    uint32_t receivers = 77;
    subscribe(&s, &options);
    CHECK_OK(backstage_publish(s.from, "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    receivers = 77;
    CHECK_OK(backstage_publish_to_topic(s.from, "t", "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    test_run(s.engine);
    CHECK_EQ(seen->count, 0);
    test_end(s.engine);
}

TEST(a_full_inbox_makes_a_dead_letter_and_others_get_it) {
    stage s = open_stage("p");
    test_report *report = test_report_of(s.engine);
    test_recorder *seen[3];
    backstage_ref actors[3];
    uint32_t receivers = 77;
    for (size_t i = 0; i < 3; i++) {
        seen[i] = test_recorder_new();
        backstage_actor_options options = test_options(NULL, test_receive, seen[i]);
        options.capacity = i == 1 ? 2 : 0;
        actors[i] = subscribe(&s, &options);
    }
    CHECK_OK(backstage_publish(s.from, "1", 1, &receivers));
    CHECK_EQ(receivers, 3);
    CHECK_OK(backstage_publish_to_topic(s.from, "t", "2", 1, &receivers));
    CHECK_EQ(receivers, 3);
    CHECK_OK(backstage_publish(s.from, "3", 1, &receivers));
    CHECK_EQ(receivers, 2);
    CHECK_OK(backstage_engine_publish(s.engine, s.publisher, NULL, "4", 1));
    CHECK_EQ(report->letters_count, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(report->letters[i].receiver, actors[1]);
        CHECK_EQ(report->letters[i].sender, s.publisher);
        CHECK_EQ(report->letters[i].type, BACKSTAGE_PUBLISH);
        CHECK_EQ(report->letters[i].reason, BACKSTAGE_DEAD_INBOX_FULL);
        CHECK_EQ(report->letters[i].bytes[0], '3' + i);
    }
    test_ledger(s.engine);
    test_run(s.engine);
    CHECK_EQ(seen[0]->count, 4);
    CHECK_EQ(seen[1]->count, 2);
    CHECK_EQ(seen[2]->count, 4);
    test_end(s.engine);
}

TEST(the_receivers_own_policy_decides_what_is_dropped) {
    stage s = open_stage("p");
    test_report *report = test_report_of(s.engine);
    test_recorder *newest = test_recorder_new(), *oldest = test_recorder_new();
    backstage_actor_options options = test_options(NULL, test_receive, newest);
    options.capacity = 2;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_NEWEST;
    subscribe(&s, &options);
    options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST;
    options.state = oldest;
    subscribe(&s, &options);
    for (char text = '1'; text <= '4'; text++) {
        CHECK_OK(backstage_publish(s.from, &text, 1, NULL));
    }
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_NEWEST], 2);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], 2);
    CHECK_EQ(report->letters_count, 4);
    CHECK_EQ(test_statistics(s.engine).accepted, 8);
    test_run(s.engine);
    if (CHECK_EQ(newest->count, 2) && CHECK_EQ(oldest->count, 2)) {
        CHECK_STR(test_text(&newest->messages[0]), "1");
        CHECK_STR(test_text(&newest->messages[1]), "2");
        CHECK_STR(test_text(&oldest->messages[0]), "3");
        CHECK_STR(test_text(&oldest->messages[1]), "4");
    }
    test_end(s.engine);
}

static void count_free(void *data, size_t size, void *state) {
    int *frees = state;
    CHECK(test_is_filled(data, size, 9));
    memset(data, 0, size);
    *frees += 1;
}

static backstage_status note_place(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    const void **place = state;
    (void)context;
    CHECK(*place == NULL);
    CHECK(test_is_filled(envelope->payload, envelope->size, 9));
    *place = envelope->payload;
    return BACKSTAGE_OK;
}

TEST(one_payload_is_shared_by_all_who_get_it) {
    stage s = open_stage("p");
    static unsigned char bytes[5000];
    const void *places[4] = {NULL};
    int frees = 0;
    uint32_t receivers = 77;
    backstage_payload *payload;
    for (size_t i = 0; i < 4; i++) {
        backstage_actor_options options = test_options(NULL, note_place, (void *)&places[i]);
        subscribe(&s, &options);
    }
    test_fill(bytes, sizeof bytes, 9);
    CHECK_OK(backstage_payload_wrap(s.engine, bytes, sizeof bytes, count_free, &frees, &payload));
    CHECK_OK(backstage_publish_payload(s.from, "t", payload, &receivers));
    CHECK_EQ(receivers, 4);
    CHECK_EQ(frees, 0);
    test_run(s.engine);
    CHECK_EQ(frees, 1);
    for (size_t i = 0; i < 4; i++) {
        CHECK(places[i] == bytes);
    }
    test_end(s.engine);
}

TEST(a_payload_handed_over_to_nobody_is_freed_and_a_refused_one_is_not) {
    stage s = open_stage("p");
    static unsigned char bytes[100];
    int frees = 0;
    uint32_t receivers = 77;
    backstage_payload *payload;
    test_fill(bytes, sizeof bytes, 9);
    CHECK_OK(backstage_payload_wrap(s.engine, bytes, sizeof bytes, count_free, &frees, &payload));
    CHECK_STATUS(backstage_publish_payload(s.from, "a..b", payload, &receivers),
                 BACKSTAGE_INVALID_TOPIC);
    CHECK_STATUS(backstage_publish_payload(s.from, "*", payload, &receivers),
                 BACKSTAGE_INVALID_TOPIC);
    CHECK_EQ(receivers, 77);
    CHECK_EQ(frees, 0);
    CHECK_OK(backstage_payload_retain(payload));
    CHECK_OK(backstage_publish_payload(s.from, NULL, payload, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK_EQ(frees, 0); /* ours is left */
    CHECK_OK(backstage_publish_payload(s.from, NULL, payload, NULL));
    CHECK_EQ(frees, 1);
    test_end(s.engine);
}

TEST(a_full_inbox_gives_the_shared_payload_up) {
    stage s = open_stage("p");
    static unsigned char bytes[100];
    int frees = 0;
    backstage_payload *payload;
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    options.capacity = 1;
    subscribe(&s, &options);
    CHECK_OK(backstage_publish(s.from, "x", 1, NULL));
    test_fill(bytes, sizeof bytes, 9);
    CHECK_OK(backstage_payload_wrap(s.engine, bytes, sizeof bytes, count_free, &frees, &payload));
    CHECK_OK(backstage_publish_payload(s.from, NULL, payload, NULL));
    CHECK_EQ(frees, 1);
    CHECK_EQ(test_report_of(s.engine)->reasons[BACKSTAGE_DEAD_INBOX_FULL], 1);
    test_end(s.engine);
}

TEST(each_subscriber_sees_the_whole_payload_of_any_size) {
    static const size_t sizes[] = {0, 1, 31, 32, 33, 64, 1024, 65536, 1048576};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        stage s = open_stage("p");
        test_recorder *seen[2] = {test_recorder_new(), test_recorder_new()};
        unsigned char *bytes = test_alloc(sizes[i] + 1);
        for (size_t j = 0; j < 2; j++) {
            backstage_actor_options options = test_options(NULL, test_receive, seen[j]);
            subscribe(&s, &options);
        }
        test_fill(bytes, sizes[i], i);
        CHECK_OK(backstage_publish(s.from, bytes, sizes[i], NULL));
        memset(bytes, 0xee, sizes[i]);
        test_run(s.engine);
        for (size_t j = 0; j < 2; j++) {
            if (CHECK_EQ(seen[j]->count, 1) && CHECK_EQ(seen[j]->messages[0].size, sizes[i])) {
                CHECK(test_is_filled(seen[j]->messages[0].bytes, sizes[i], i));
            }
        }
        test_end(s.engine);
    }
}
