/* The server's hub while it restarts: publishers wait, and nobody's subscription is lost. */
#include "pubsub_server/hub.h"
#include <stdio.h>
#include <string.h>

static int failures;

static void expect(bool holds, const char *what, int line) {
    if (holds)
        return;
    fprintf(stderr, "line %d: %s\n", line, what);
    failures += 1;
}
#define EXPECT(condition) expect(condition, #condition, __LINE__)

static struct hub hub;
static const struct text channel = {"news", 4};

/* Subscribes as soon as it lives, and keeps what it got. */
struct listener {
    backstage_ref actor;
    struct waiter waiter;
    char heard[256];
    size_t bytes;
    uint64_t has_room;
};

static backstage_status listener_init(backstage_context *context, void *state) {
    struct listener *listener = state;
    listener->waiter.actor = listener->actor = backstage_context_self(context);
    return backstage_subscribe_to_topic(context, HUB_ID,
                                        channels_use(&hub.channels, channel)->topic);
}

static backstage_status listener_receive(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    struct listener *listener = state;
    if (envelope->type == BACKSTAGE_PUBLISH) {
        EXPECT(listener->bytes + envelope->size < sizeof listener->heard);
        memcpy(listener->heard + listener->bytes, envelope->payload, envelope->size);
        listener->bytes += envelope->size;
        hub_delivered(&hub, context, 1);
    } else if (envelope->size == 1 && *(const char *)envelope->payload == HUB_HAS_ROOM) {
        listener->has_room += 1;
    }
    return BACKSTAGE_OK;
}

/* Fails on every message, and takes the hub with it. */
static backstage_status fail(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_USER_STATUS;
}

static backstage_status supervisor_init(backstage_context *context, void *state) {
    backstage_actor_options options = {.size = sizeof options, .receive = fail};
    backstage_status status = hub_spawn(context, &hub);
    return status == BACKSTAGE_OK ? backstage_spawn_child(context, &options, state) : status;
}

static backstage_status ignore(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

static void start(backstage_engine *engine, struct listener *listener, backstage_ref *failing) {
    backstage_supervision supervision = {.size = sizeof supervision,
                                         .strategy = BACKSTAGE_ONE_FOR_ALL,
                                         .backoff_ns = BACKSTAGE_SECONDS(1)};
    backstage_actor_options options = {.size = sizeof options,
                                       .init = supervisor_init,
                                       .receive = ignore,
                                       .state = failing,
                                       .supervision = &supervision};
    backstage_ref supervisor;
    EXPECT(backstage_engine_spawn(engine, &options, &supervisor) == BACKSTAGE_OK);
    options = (backstage_actor_options){.size = sizeof options,
                                        .init = listener_init,
                                        .receive = listener_receive,
                                        .state = listener};
    EXPECT(backstage_engine_spawn(engine, &options, &listener->actor) == BACKSTAGE_OK);
}

static void run(backstage_engine *engine) {
    EXPECT(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER) ==
           BACKSTAGE_OK);
}

static void publish(const char *text) {
    uint64_t receivers = 0;
    struct text message = {text, strlen(text)};
    EXPECT(!hub_is_full(&hub));
    EXPECT(hub_publish(&hub, channel, message, &receivers) == BACKSTAGE_OK && receivers == 1);
}

int main(void) {
    backstage_engine_options options = {.size = sizeof options, .clock = BACKSTAGE_CLOCK_VIRTUAL};
    backstage_engine *engine;
    struct listener listener = {0};
    backstage_ref failing = BACKSTAGE_NONE;
    hub_open(&hub);
    EXPECT(backstage_engine_create(&options, &engine) == BACKSTAGE_OK);
    EXPECT(hub_is_full(&hub)); /* it is not there yet */
    start(engine, &listener, &failing);
    run(engine);
    publish("before");

    EXPECT(backstage_engine_send(engine, failing, NULL, 0) == BACKSTAGE_OK);
    run(engine);
    EXPECT(hub_is_full(&hub) && hub.undelivered == 0);
    hub_wait(&hub, &listener.waiter);
    hub_wait(&hub, &listener.waiter); /* once is enough */
    run(engine);
    EXPECT(listener.has_room == 0);

    EXPECT(backstage_engine_advance(engine, 1000000000) == BACKSTAGE_OK);
    run(engine);
    EXPECT(listener.has_room == 1 && !listener.waiter.waits && !hub.waiters);
    publish("after");
    run(engine);
    EXPECT(strcmp(listener.heard, "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$6\r\nbefore\r\n"
                                  "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nafter\r\n") == 0);
    channels_release(&hub.channels, hub.channels.first);
    EXPECT(backstage_engine_destroy(engine) == BACKSTAGE_OK);
    EXPECT(!hub.channels.first && hub.undelivered == 0);
    return failures == 0 ? 0 : 1;
}
