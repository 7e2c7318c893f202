/* What the engine that this one re-creates got wrong, each as a test: what was lost, corrupted or
 * used after its end. What it wasted is in test_original_costs.c. */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

TEST(an_inbox_does_not_grow_without_bound) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
    uint64_t accepted = 0, held = 0;
    char data[64] = {0};
    for (int i = 0; i < 100000; i++) {
        backstage_status status = backstage_engine_send(engine, actor, data, sizeof data);
        CHECK_STATUS(status, i < BACKSTAGE_CAPACITY_DEFAULT ? BACKSTAGE_OK : BACKSTAGE_INBOX_FULL);
        accepted += status == BACKSTAGE_OK;
        if (i == BACKSTAGE_CAPACITY_DEFAULT) {
            held = test_statistics(engine).memory_bytes;
        }
    }
    CHECK_EQ(accepted, BACKSTAGE_CAPACITY_DEFAULT);
    CHECK_EQ(test_statistics(engine).memory_bytes, held);
    test_run(engine);
    test_end(engine);
}

TEST(a_message_larger_than_any_inbox_corrupts_nothing) {
    static const size_t sizes[] = {1, 5000, 0, 1000000, 32, 4 * 1024 * 1024, 33, 65536, 8};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_actor_options options = test_options("a", test_receive, recorder);
    options.capacity = COUNT;
    backstage_ref actor = test_spawn_with(engine, &options);
    unsigned char *data = test_alloc(4 * 1024 * 1024);
    for (size_t round = 0; round < 5; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            test_fill(data, sizes[i], i + round);
            CHECK_OK(backstage_engine_send(engine, actor, data, sizes[i]));
        }
        test_run(engine);
        CHECK_EQ(recorder->count, (round + 1) * COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            const test_message *message = &recorder->messages[round * COUNT + i];
            CHECK_EQ(message->size, sizes[i]);
            CHECK(test_is_filled(message->bytes, sizes[i], i + round));
        }
    }
    test_end(engine);
}

static backstage_status stop_and_go_on(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    backstage_ref self = backstage_context_self(context);
    int *runs = state;
    *runs += 1;
    CHECK_OK(backstage_stop(context, self));
    CHECK_STATUS(backstage_send(context, self, "x", 1), BACKSTAGE_ENDING);
    CHECK_STR(backstage_context_id(context), "a");
    CHECK_EQ(backstage_context_self(context), self);
    CHECK_EQ(*(const char *)envelope->payload, 'x');
    return BACKSTAGE_OK;
}

TEST(an_actor_may_be_used_after_its_stop) {
    for (int outside = 0; outside < 2; outside++) {
        backstage_engine *engine = test_engine();
        int runs = 0;
        backstage_ref actor = test_spawn(engine, "a", stop_and_go_on, &runs);
        backstage_context *context = test_context(engine, actor);
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
        if (outside) {
            CHECK_OK(backstage_stop(context, actor));
            CHECK_STATUS(backstage_engine_send(engine, actor, "x", 1), BACKSTAGE_ENDING);
        }
        test_run(engine);
        CHECK_EQ(runs, outside ? 0 : 1);
        CHECK_STATUS(backstage_engine_send(engine, actor, "x", 1), BACKSTAGE_NOT_FOUND);
        CHECK_STATUS(backstage_send(context, actor, "x", 1), BACKSTAGE_NOT_FOUND);
        CHECK_STATUS(backstage_publish(context, "x", 1, NULL), BACKSTAGE_NOT_FOUND);
        CHECK_STATUS(backstage_shutdown(context), BACKSTAGE_NOT_FOUND);
        test_end(engine);
    }
}

TEST(an_id_survives_the_reuse_of_its_buffer) {
    backstage_engine *engine = test_engine();
    char id[16];
    backstage_ref refs[50], found;
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "actor-%d", i);
        refs[i] = test_spawn(engine, id, test_ignore, NULL);
    }
    memset(id, 0, sizeof id);
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "actor-%d", i);
        CHECK_OK(backstage_engine_find(engine, id, &found));
        CHECK_EQ(found, refs[i]);
    }
    test_end(engine);
}

TEST(spawning_an_id_that_exists_leaves_the_first_alone) {
    backstage_engine *engine = test_engine();
    test_recorder *first = test_recorder_new(), *second = test_recorder_new();
    backstage_ref actor = test_spawn(engine, "a", test_receive, first), other = 77;
    backstage_actor_options options = test_options("a", test_receive, second);
    CHECK_OK(backstage_engine_send_to_id(engine, "a", "1", 1));
    CHECK_STATUS(backstage_engine_spawn(engine, &options, &other), BACKSTAGE_EXISTS);
    CHECK_STATUS(backstage_spawn_child(test_context(engine, actor), &options, &other),
                 BACKSTAGE_EXISTS);
    CHECK_OK(backstage_engine_send_to_id(engine, "a", "2", 1));
    test_run(engine);
    CHECK_EQ(other, 77);
    CHECK_EQ(first->count, 2);
    CHECK_EQ(second->count, 0);
    test_end(engine);
}

TEST(unsubscribing_from_what_was_never_subscribed_is_told) {
    backstage_engine *engine = test_engine();
    test_recorder *recorder = test_recorder_new();
    backstage_ref publisher = test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref actor = test_spawn(engine, "a", test_receive, recorder);
    backstage_context *context = test_context(engine, actor);
    const backstage_status none = BACKSTAGE_NOT_SUBSCRIBED;
    CHECK_STATUS(backstage_unsubscribe(context, "p"), none);
    CHECK_STATUS(backstage_unsubscribe(context, "nobody"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(context, "p", "t"), none);
    CHECK_OK(backstage_subscribe_to_topic(context, "p", "t"));
    CHECK_STATUS(backstage_unsubscribe(context, "p"), none);
    CHECK_STATUS(backstage_unsubscribe_from_topic(context, "p", "*"), none);
    CHECK_OK(backstage_publish_to_topic(test_context(engine, publisher), "t", "x", 1, NULL));
    test_run(engine);
    CHECK_EQ(recorder->count, 1);
    test_end(engine);
}

/* Unsubscribes, then tells the publisher to publish, in one callback. */
static backstage_status unsubscribe(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    int *published = state;
    if (envelope->type == BACKSTAGE_PUBLISH) {
        *published += 1;
        return BACKSTAGE_OK;
    }
    CHECK_OK(backstage_unsubscribe(context, "p"));
    backstage_ref self = backstage_context_self(context);
    backstage_engine *engine = backstage_context_engine(context);
    backstage_ref publisher;
    uint32_t receivers = 77;
    CHECK_OK(backstage_engine_find(engine, "p", &publisher));
    CHECK_OK(backstage_publish(test_context(engine, publisher), "x", 1, &receivers));
    CHECK_EQ(receivers, 0);
    CHECK(self != publisher);
    return BACKSTAGE_OK;
}

TEST(a_publish_right_after_an_unsubscribe_is_not_delivered) {
    backstage_engine *engine = test_engine();
    int published = 0;
    test_spawn(engine, "p", test_ignore, NULL);
    backstage_ref actor = test_spawn(engine, "a", unsubscribe, &published);
    CHECK_OK(backstage_subscribe(test_context(engine, actor), "p"));
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    test_run(engine);
    CHECK_EQ(published, 0);
    CHECK_EQ(test_statistics(engine).accepted, 1);
    test_end(engine);
}

TEST(a_send_to_nobody_is_no_success) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, "a", test_ignore, NULL);
    backstage_context *context = test_context(engine, actor);
    CHECK_STATUS(backstage_send_to_id(context, "nobody", "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "nobody", "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_STATUS(backstage_send(context, BACKSTAGE_NONE, "x", 1), BACKSTAGE_NOT_FOUND);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
}

/* ---- Two threads at once ----------------------------------------------------------------- */

struct sender {
    backstage_engine *engine;
    backstage_ref actor;
    uint64_t name, count;
};

static void *send_numbers(void *state) {
    struct sender *sender = state;
    for (uint64_t i = 0; i < sender->count; i++) {
        uint64_t pair[2] = {sender->name, i};
        backstage_status status;
        do {
            status = backstage_engine_send(sender->engine, sender->actor, pair, sizeof pair);
            if (status == BACKSTAGE_QUEUE_FULL) {
                sched_yield();
            }
        } while (status == BACKSTAGE_QUEUE_FULL);
        CHECK_OK(status);
    }
    return NULL;
}

struct counts {
    uint64_t next[2], left;
};

static backstage_status count_pair(backstage_context *context, const backstage_envelope *envelope,
                                   void *state) {
    struct counts *counts = state;
    uint64_t pair[2];
    CHECK_EQ(envelope->size, sizeof pair);
    memcpy(pair, envelope->payload, sizeof pair);
    if (CHECK(pair[0] < 2)) {
        CHECK_EQ(pair[1], counts->next[pair[0]]);
        counts->next[pair[0]]++;
    }
    if (--counts->left == 0) {
        CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    }
    return BACKSTAGE_OK;
}

TEST(two_threads_send_at_once) {
    backstage_engine_options options = test_engine_options();
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    options.remote_capacity = 64; /* so that it gets full */
    backstage_engine *engine = test_engine_with(&options);
    const uint64_t each = test_rounds(200000, 5000);
    struct counts counts = {.left = 2 * each};
    backstage_actor_options actor = test_options("a", count_pair, &counts);
    actor.capacity = 1 << 20;
    backstage_ref ref = test_spawn_with(engine, &actor);
    struct sender senders[2];
    pthread_t threads[2];
    for (uint64_t i = 0; i < 2; i++) {
        senders[i] = (struct sender){engine, ref, i, each};
        CHECK(pthread_create(&threads[i], NULL, send_numbers, &senders[i]) == 0);
    }
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK_EQ(counts.next[i], each);
    }
    CHECK_EQ(test_statistics(engine).handled, 2 * each);
    test_end(engine);
}

/* ---- Children visited while they detach -------------------------------------------------- */

static backstage_status stop_siblings(backstage_context *context, backstage_reason reason,
                                      void *state) {
    const backstage_ref *siblings = state;
    (void)reason;
    for (int i = 0; i < 100; i++) {
        backstage_status status = backstage_stop(context, siblings[i]);
        CHECK(status == BACKSTAGE_OK || status == BACKSTAGE_NOT_FOUND);
    }
    return BACKSTAGE_OK;
}

TEST(children_may_stop_each_other_while_they_detach) {
    for (int first = 0; first <= 100; first += 25) {
        backstage_engine *engine = test_engine();
        backstage_ref children[100], parent = test_spawn(engine, "p", test_ignore, NULL);
        backstage_actor_options options = test_options(NULL, test_ignore, children);
        options.deinit = stop_siblings;
        for (int i = 0; i < 100; i++) {
            CHECK_OK(backstage_spawn_child(test_context(engine, parent), &options, &children[i]));
        }
        backstage_ref victim = first == 100 ? parent : children[first];
        CHECK_OK(backstage_stop(test_context(engine, victim), victim));
        test_run(engine);
        CHECK_EQ(test_statistics(engine).actors, first == 100 ? 0 : 1);
        test_end(engine);
    }
}
