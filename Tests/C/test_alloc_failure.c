/* Out of memory: the nth allocation fails, once or from then on, for every n there is. Each call
 * then answers NO_MEMORY, nothing accepted is lost, nothing leaks, and the engine goes on. */
#define _GNU_SOURCE
#include "scarce.h"

#include <pthread.h>

TEST(an_engine_that_cannot_be_made_leaves_nothing) {
    if (!CHECK(memory_watch())) {
        return;
    }
    for (int on = 0; on < 2; on++) {
        uint64_t failed = 1;
        for (uint64_t nth = 1; failed > 0; nth++) {
            size_t live = memory_live();
            backstage_engine *engine = NULL;
            memory_fail(nth, on == 1);
            backstage_status status = backstage_engine_create(NULL, &engine);
            failed = memory_failed();
            memory_fail(0, false);
            CHECK_STATUS(status, failed > 0 ? BACKSTAGE_NO_MEMORY : BACKSTAGE_OK);
            CHECK((engine == NULL) == (failed > 0));
            if (engine != NULL) {
                CHECK_OK(backstage_engine_destroy(engine));
            }
            CHECK_EQ(memory_live(), live);
            CHECK(nth > 1 || failed > 0);
        }
    }
}

/* ---- Spawning ---------------------------------------------------------------------------- */

static void spawn_many(struct trial *trial) {
    backstage_ref parent = BACKSTAGE_NONE, found;
    for (int i = 0; i < 300; i++) {
        char id[32], kind[32];
        backstage_ref actor = 77;
        backstage_context *context = NULL;
        snprintf(id, sizeof id, "actor-%d", i);
        snprintf(kind, sizeof kind, "kind-%d", i % 100);
        backstage_actor_options options = test_options(id, count, trial);
        options.kind = kind;
        if (parent != BACKSTAGE_NONE) {
            context = test_context(trial->engine, parent);
        }
        if (!WORKED(context == NULL ? backstage_engine_spawn(trial->engine, &options, &actor)
                                    : backstage_spawn_child(context, &options, &actor))) {
            CHECK_EQ(actor, 77);
            CHECK_STATUS(backstage_engine_find(trial->engine, id, &found), BACKSTAGE_NOT_FOUND);
            continue;
        }
        parent = actor;
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, id, "x", 1));
    }
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

TEST(spawning_without_memory) { fail_everywhere(NULL, spawn_many); }

/* ---- Sends ------------------------------------------------------------------------------- */

static void prepare_actor(struct trial *trial) { spawn(trial, "a"); }

static void send_large(struct trial *trial) {
    char *data = test_alloc(100000);
    for (size_t i = 0; i < 60; i++) {
        size_t size = i % 6 * 20000;
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, "a", data, size));
        if (i % 20 == 19) {
            CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, -1));
        }
    }
}

TEST(large_sends_without_memory) { fail_everywhere(prepare_actor, send_large); }

/* An actor that has handled a message, and whose next turn is due. */
static void prepare_turn(struct trial *trial) {
    uint64_t timer;
    backstage_ref actor = spawn(trial, "a");
    CHECK_OK(backstage_engine_send(trial->engine, actor, "x", 1));
    trial->taken++;
    test_run(trial->engine);
    CHECK_OK(backstage_timer_start(test_context(trial->engine, actor), 0, 0, &timer));
}

/* One byte more than an envelope carries. */
static void send_once(struct trial *trial) {
    static const char data[BACKSTAGE_INLINE_BYTES + 1];
    uint64_t handled = trial->handled;
    bool sent = WORKED(backstage_engine_send_to_id(trial->engine, "a", data, sizeof data));
    trial->taken += sent;
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    CHECK_EQ(trial->handled - handled, sent);
    CHECK(sent || trial->ticks == 1); /* so there was a turn */
}

TEST(one_send_without_memory_leaves_no_message) { fail_everywhere(prepare_turn, send_once); }

static void grow_inbox(struct trial *trial) {
    for (uint64_t i = 0; i < 20000; i++) {
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, "a", &i, sizeof i));
    }
}

TEST(a_growing_inbox_without_memory) { fail_everywhere(prepare_actor, grow_inbox); }

static void count_free(void *data, size_t size, void *state) {
    struct trial *trial = state;
    (void)data, (void)size;
    trial->freed++;
}

static void use_payloads(struct trial *trial) {
    static char bytes[5000];
    backstage_ref actor;
    CHECK_OK(backstage_engine_find(trial->engine, "a", &actor));
    for (size_t i = 0; i < 60; i++) {
        backstage_payload *payload = NULL;
        void *data = NULL;
        if (i % 2 == 0) {
            trial->wrapped += WORKED(backstage_payload_wrap(trial->engine, bytes, sizeof bytes,
                                                            count_free, trial, &payload));
        } else if (WORKED(backstage_payload_create(trial->engine, i * 1000, &payload, &data))) {
            memset(data, 1, i * 1000);
        }
        if (payload == NULL) {
            CHECK(data == NULL);
        } else if (WORKED(backstage_engine_send_payload(trial->engine, actor, payload))) {
            trial->taken++;
        } else {
            CHECK_OK(backstage_payload_release(payload));
        }
    }
}

TEST(payloads_without_memory) { fail_everywhere(prepare_actor, use_payloads); }

static void *send_from_thread(void *state) {
    struct trial *trial = state;
    static const char data[3000];
    for (int i = 0; i < 100; i++) {
        trial->taken += WORKED(backstage_engine_send_to_id(trial->engine, "a", data, sizeof data));
    }
    return NULL;
}

static void send_elsewhere(struct trial *trial) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, send_from_thread, trial) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_OK(backstage_engine_run(trial->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
}

TEST(sends_from_another_thread_without_memory) { fail_everywhere(prepare_actor, send_elsewhere); }

/* ---- Topics ------------------------------------------------------------------------------ */

static void prepare_subscribers(struct trial *trial) {
    spawn(trial, "p");
    for (int i = 0; i < 40; i++) {
        char id[32];
        snprintf(id, sizeof id, "s-%d", i);
        spawn(trial, id);
    }
}

static backstage_context *context_of(struct trial *trial, const char *id) {
    backstage_ref actor = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_find(trial->engine, id, &actor));
    return test_context(trial->engine, actor);
}

static void subscribe_and_publish(struct trial *trial) {
    static const char data[1000];
    const test_report *report = test_report_of(trial->engine);
    uint32_t subscribed = 0;
    for (int i = 0; i < 40; i++) {
        char id[32], topic[32];
        snprintf(id, sizeof id, "s-%d", i);
        snprintf(topic, sizeof topic, "t.%d.%s", i, i % 2 ? "*" : "u");
        backstage_context *context = context_of(trial, id);
        subscribed += WORKED(backstage_subscribe(context, "p"));
        bool named = WORKED(backstage_subscribe_to_topic(context, "p", topic));
        backstage_status undone = backstage_unsubscribe_from_topic(context, "p", topic);
        CHECK_STATUS(undone, named ? BACKSTAGE_OK : BACKSTAGE_NOT_SUBSCRIBED);
        (void)WORKED(backstage_subscribe_to_topic(context, "p", topic));
    }
    backstage_context *publisher = context_of(trial, "p");
    for (int i = 0; i < 20; i++) {
        uint32_t receivers = 0;
        uint64_t dead = report->letters_count;
        if (WORKED(backstage_publish(publisher, data, sizeof data, &receivers))) {
            CHECK_EQ(receivers + report->letters_count - dead, subscribed);
        }
        trial->taken += receivers + report->letters_count - dead;
        receivers = 0;
        dead = report->letters_count;
        (void)WORKED(backstage_publish_to_topic(publisher, "t.7.u", data, 20, &receivers));
        trial->taken += receivers + report->letters_count - dead;
    }
}

TEST(topics_without_memory) { fail_everywhere(prepare_subscribers, subscribe_and_publish); }
