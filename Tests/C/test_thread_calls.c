/* Each call that any thread may make, made elsewhere: who gets it, and what becomes of the rest. */
#include "support_io.h"

typedef struct stage {
    backstage_engine *engine;
    test_recorder *seen;
    backstage_ref actor, ended;
    int frees;
} stage;

static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    backstage_actor_options options = test_options("actor", test_receive, s.seen);
    options.kind = "kind";
    s.actor = test_spawn_with(s.engine, &options);
    s.ended = test_spawn(s.engine, "ended", test_ignore, NULL);
    CHECK_OK(backstage_stop(test_context(s.engine, s.actor), s.ended));
    test_run(s.engine);
    s.frees = 0;
    return s;
}

static void send_to_nobody(void *state) {
    stage *s = state;
    CHECK_OK(backstage_engine_send(s->engine, s->ended, "1", 1));
    CHECK_OK(backstage_engine_send(s->engine, BACKSTAGE_NONE, "2", 1));
    CHECK_OK(backstage_engine_send(s->engine, s->actor ^ 1, "3", 1));
    CHECK_OK(backstage_engine_send_to_id(s->engine, "ended", "4", 1));
    CHECK_OK(backstage_engine_publish(s->engine, s->ended, NULL, "5", 1));
    CHECK_OK(backstage_engine_broadcast(s->engine, "no such kind", "6", 1));
}

TEST(a_send_to_nobody_is_a_dead_letter) {
    stage s = open_stage();
    test_report *report = test_report_of(s.engine);
    test_elsewhere(send_to_nobody, &s);
    backstage_statistics now = test_statistics(s.engine);
    CHECK(now.queued >= 4);
    CHECK_EQ(now.accepted, now.queued);
    test_run(s.engine);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(report->letters[i].reason, BACKSTAGE_DEAD_NOT_FOUND);
        CHECK_EQ(report->letters[i].bytes[0], '1' + i);
    }
    CHECK_EQ(report->letters[0].receiver, s.ended);
    CHECK_EQ(report->letters[3].receiver, BACKSTAGE_NONE);
    CHECK_EQ(s.seen->count, 0);
    /* A broadcast that finds nobody is nobody's loss; it leaves the ledger as it was. */
    CHECK_EQ(test_statistics(s.engine).queued, 0);
    test_end(s.engine);
}

static void broadcast_to_nobody(void *state) {
    stage *s = state;
    CHECK_OK(backstage_engine_broadcast(s->engine, "no such kind", "x", 1));
}

TEST(a_broadcast_to_nobody_counts_while_it_waits) {
    stage s = open_stage();
    for (uint64_t waiting = 1; waiting <= 3; waiting++) {
        test_elsewhere(broadcast_to_nobody, &s);
        CHECK_EQ(test_statistics(s.engine).accepted, waiting);
        CHECK_EQ(test_statistics(s.engine).queued, waiting);
    }
    test_run(s.engine);
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    CHECK_EQ(test_statistics(s.engine).queued, 0);
    CHECK_EQ(test_report_of(s.engine)->letters_count, 0);
    test_end(s.engine);
}

static void publish_and_broadcast(void *state) {
    stage *s = state;
    CHECK_OK(backstage_engine_publish(s->engine, s->actor, NULL, "default", 7));
    CHECK_OK(backstage_engine_publish(s->engine, s->actor, "a.b", "named", 5));
    CHECK_OK(backstage_engine_broadcast(s->engine, "kind", "all", 3));
    CHECK_OK(backstage_engine_publish(s->engine, s->actor, "nobody.here", "none", 4));
}

TEST(publishes_and_broadcasts_reach_all_who_should_get_them) {
    enum { OTHERS = 10 };
    stage s = open_stage();
    test_recorder *seen[OTHERS];
    for (size_t i = 0; i < OTHERS; i++) {
        seen[i] = test_recorder_new();
        backstage_actor_options options = test_options(NULL, test_receive, seen[i]);
        options.kind = "kind";
        backstage_context *context = test_context(s.engine, test_spawn_with(s.engine, &options));
        CHECK_OK(backstage_subscribe(context, "actor"));
        CHECK_OK(backstage_subscribe_to_topic(context, "actor", "a.*"));
    }
    test_elsewhere(publish_and_broadcast, &s);
    test_run(s.engine);
    for (size_t i = 0; i < OTHERS; i++) {
        if (CHECK_EQ(seen[i]->count, 3)) {
            CHECK_STR(test_text(&seen[i]->messages[0]), "default");
            CHECK_STR(test_text(&seen[i]->messages[1]), "named");
            CHECK_STR(seen[i]->messages[1].topic, "a.b");
            CHECK_EQ(seen[i]->messages[1].sender, s.actor);
            CHECK_STR(test_text(&seen[i]->messages[2]), "all");
            CHECK_EQ(seen[i]->messages[2].sender, BACKSTAGE_NONE);
        }
    }
    CHECK_EQ(s.seen->count, 1);
    CHECK_EQ(test_statistics(s.engine).dead, 0);
    test_end(s.engine);
}

static void broadcast_ten_times(void *state) {
    stage *s = state;
    for (int i = 0; i < 10; i++) {
        CHECK_OK(backstage_engine_broadcast(s->engine, "kind", "x", 1));
        CHECK_OK(backstage_engine_publish(s->engine, s->actor, NULL, "x", 1));
    }
}

TEST(a_broadcast_counts_as_many_messages_as_it_would_here) {
    backstage_statistics counted[2];
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        stage s = open_stage();
        backstage_ref other = test_spawn(s.engine, NULL, test_ignore, NULL);
        CHECK_OK(backstage_subscribe(test_context(s.engine, other), "actor"));
        if (elsewhere) {
            test_elsewhere(broadcast_ten_times, &s);
        } else {
            broadcast_ten_times(&s);
        }
        test_run(s.engine);
        counted[elsewhere] = test_statistics(s.engine);
        test_end(s.engine);
    }
    CHECK_EQ(counted[0].handled, 20); /* callbacks that succeeded */
    CHECK_EQ(counted[1].handled, counted[0].handled);
    CHECK_EQ(counted[1].accepted, counted[0].accepted);
}

static void count_free(void *data, size_t size, void *state) {
    int *frees = state;
    CHECK(test_is_filled(data, size, 5));
    memset(data, 0, size);
    *frees += 1;
}

static void hand_over(void *state) {
    static unsigned char bytes[4][5000];
    stage *s = state;
    for (size_t i = 0; i < 4; i++) {
        backstage_payload *payload;
        test_fill(bytes[i], sizeof bytes[i], 5);
        CHECK_OK(backstage_payload_wrap(s->engine, bytes[i], sizeof bytes[i], count_free, &s->frees,
                                        &payload));
        CHECK(backstage_payload_data(payload) == bytes[i]);
        CHECK_EQ(backstage_payload_size(payload), sizeof bytes[i]);
        if (i < 3) { /* one to somebody, one to nobody, one to who has ended by then */
            backstage_ref to = i == 0 ? s->actor : i == 1 ? s->ended : BACKSTAGE_NONE;
            CHECK_OK(backstage_engine_send_payload(s->engine, to, payload));
        } else {
            CHECK_OK(backstage_payload_release(payload));
        }
    }
    CHECK_EQ(s->frees, 1); /* the one that was released here */
}

TEST(payloads_handed_over_elsewhere_are_freed_once) {
    stage s = open_stage();
    test_elsewhere(hand_over, &s);
    test_run(s.engine);
    CHECK_EQ(s.frees, 4);
    if (CHECK_EQ(s.seen->count, 1)) {
        CHECK(test_is_filled(s.seen->messages[0].bytes, 5000, 5));
    }
    CHECK_EQ(test_report_of(s.engine)->reasons[BACKSTAGE_DEAD_NOT_FOUND], 2);
    test_end(s.engine);
}

static void send_large(void *state) {
    stage *s = state;
    for (size_t size = 1; size <= 1 << 20; size *= 4) {
        unsigned char *bytes = test_alloc(size);
        test_fill(bytes, size, size);
        CHECK_OK(backstage_engine_send(s->engine, s->actor, bytes, size));
        memset(bytes, 0, size);
    }
}

TEST(payloads_of_any_size_are_copied_at_once) {
    stage s = open_stage();
    test_elsewhere(send_large, &s);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 11);
    for (size_t i = 0; i < s.seen->count; i++) {
        CHECK_EQ(s.seen->messages[i].size, (size_t)1 << 2 * i);
        CHECK(test_is_filled(s.seen->messages[i].bytes, (size_t)1 << 2 * i, (size_t)1 << 2 * i));
    }
    test_end(s.engine);
}

static void call_badly(void *state) {
    stage *s = state;
    char long_id[BACKSTAGE_ID_BYTES_MAX + 2];
    memset(long_id, 'i', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    const backstage_status invalid = BACKSTAGE_INVALID_ARGUMENT, id = BACKSTAGE_INVALID_ID;
    const backstage_status topic = BACKSTAGE_INVALID_TOPIC;
    static char large[BACKSTAGE_PAYLOAD_BYTES_DEFAULT + 1];
    const backstage_status too_large = BACKSTAGE_PAYLOAD_TOO_LARGE;
    CHECK_STATUS(backstage_engine_send(s->engine, s->actor, NULL, 1), invalid);
    CHECK_STATUS(backstage_engine_send(s->engine, s->actor, large, sizeof large), too_large);
    CHECK_STATUS(backstage_engine_send_to_id(s->engine, "", "x", 1), id);
    CHECK_STATUS(backstage_engine_send_to_id(s->engine, long_id, "x", 1), id);
    CHECK_STATUS(backstage_engine_send_to_id(s->engine, NULL, "x", 1), invalid);
    CHECK_STATUS(backstage_engine_broadcast(s->engine, "", "x", 1), id);
    CHECK_STATUS(backstage_engine_publish(s->engine, s->actor, "a..b", "x", 1), topic);
    CHECK_STATUS(backstage_engine_publish(s->engine, s->actor, "*", "x", 1), topic);
    CHECK_STATUS(backstage_engine_send_payload(s->engine, s->actor, NULL), invalid);
}

TEST(bad_arguments_are_refused_elsewhere_too) {
    stage s = open_stage();
    test_elsewhere(call_badly, &s);
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    test_run(s.engine);
    test_end(s.engine);
}

static void stop(void *state) { CHECK_OK(backstage_engine_stop(((stage *)state)->engine)); }

TEST(a_stop_from_elsewhere_holds_for_one_run) {
    stage s = open_stage();
    test_elsewhere(stop, &s);
    CHECK_OK(backstage_engine_send(s.engine, s.actor, "x", 1));
    CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(s.seen->count, 0);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 1);
    test_end(s.engine);
}
