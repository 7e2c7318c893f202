/* Order: sends and publishes of one sender arrive as they were made, whatever their size. */
#include "support.h"

enum { RECEIVERS = 3, MESSAGES = 900, LARGE = 300 };

/* The n-th message carries its number, and large ones more. */
static size_t size_of(uint64_t number) { return number % 5 == 0 ? LARGE : sizeof number; }

/* Checks that numbers come one after the other. */
static backstage_status receive_next(backstage_context *context, const backstage_envelope *envelope,
                                     void *state) {
    uint64_t number, *next = state;
    (void)context;
    memcpy(&number, envelope->payload, sizeof number);
    CHECK_EQ(number, *next);
    CHECK_EQ(envelope->size, size_of(number));
    *next = number + 1;
    return BACKSTAGE_OK;
}

/* Sends or publishes one number to all receivers. */
static void emit(backstage_context *context, const backstage_ref *receivers, uint64_t number) {
    unsigned char bytes[LARGE] = {0};
    size_t size = size_of(number);
    memcpy(bytes, &number, sizeof number);
    switch (number % 4) {
    case 0:
        for (size_t i = 0; i < RECEIVERS; i++) {
            CHECK_OK(backstage_send(context, receivers[i], bytes, size));
        }
        break;
    case 1:
        CHECK_OK(backstage_publish(context, bytes, size, NULL));
        break;
    case 2:
        CHECK_OK(backstage_publish_to_topic(context, "numbers", bytes, size, NULL));
        break;
    default:
        CHECK_OK(backstage_broadcast(context, "receiver", bytes, size, NULL));
    }
}

typedef struct cast {
    backstage_engine *engine;
    backstage_ref receivers[RECEIVERS];
    uint64_t next[RECEIVERS];
    uint64_t emitted;
} cast;

static void open_cast(cast *c) {
    memset(c, 0, sizeof *c);
    c->engine = test_engine();
    for (size_t i = 0; i < RECEIVERS; i++) {
        backstage_actor_options options = test_options(NULL, receive_next, &c->next[i]);
        options.kind = "receiver";
        c->receivers[i] = test_spawn_with(c->engine, &options);
        backstage_context *context = test_context(c->engine, c->receivers[i]);
        CHECK_OK(backstage_subscribe(context, "p"));
        CHECK_OK(backstage_subscribe_to_topic(context, "p", "numbers"));
    }
}

static void close_cast(cast *c) {
    test_run(c->engine);
    for (size_t i = 0; i < RECEIVERS; i++) {
        CHECK_EQ(c->next[i], MESSAGES);
    }
    CHECK_EQ(test_statistics(c->engine).handled,
             test_statistics(c->engine).accepted - test_statistics(c->engine).dead);
    CHECK_EQ(test_statistics(c->engine).dead, 0);
    test_end(c->engine);
}

TEST(sends_and_publishes_keep_their_order) {
    cast c;
    open_cast(&c);
    backstage_ref publisher = test_spawn(c.engine, "p", test_ignore, NULL);
    backstage_context *context = test_context(c.engine, publisher);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        emit(context, c.receivers, i);
    }
    close_cast(&c);
}

/* Emits three a message, and asks itself for more: receivers get turns in between. */
static backstage_status emit_some(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    cast *c = state;
    (void)envelope;
    for (int i = 0; i < 3 && c->emitted < MESSAGES; i++) {
        emit(context, c->receivers, c->emitted++);
    }
    if (c->emitted < MESSAGES) {
        CHECK_OK(backstage_send(context, backstage_context_self(context), "", 0));
    }
    return BACKSTAGE_OK;
}

TEST(order_holds_while_the_receivers_run) {
    for (uint32_t budget = 1; budget <= 4; budget++) {
        cast c;
        open_cast(&c);
        backstage_actor_options options = test_options("p", emit_some, &c);
        options.budget = budget;
        backstage_ref publisher = test_spawn_with(c.engine, &options);
        CHECK_OK(backstage_engine_send(c.engine, publisher, "", 0));
        close_cast(&c);
    }
}

TEST(what_is_said_for_a_publisher_from_outside_keeps_its_order) {
    cast c;
    open_cast(&c);
    backstage_ref publisher = test_spawn(c.engine, "p", test_ignore, NULL);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        unsigned char bytes[LARGE] = {0};
        memcpy(bytes, &i, sizeof i);
        CHECK_OK(backstage_engine_publish(c.engine, publisher, i % 2 == 0 ? NULL : "numbers", bytes,
                                          size_of(i)));
    }
    close_cast(&c);
}

/* Publishes to itself, and counts what comes back. */
static backstage_status echo(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    uint64_t *next = state;
    if (envelope->type == BACKSTAGE_SEND) {
        CHECK_EQ(*next, 0); /* a publish only queues */
        for (uint64_t i = 0; i < 10; i++) {
            CHECK_OK(i % 2 == 0 ? backstage_publish(context, &i, sizeof i, NULL)
                                : backstage_publish_to_topic(context, "t", &i, sizeof i, NULL));
        }
        CHECK_EQ(*next, 0);
        return BACKSTAGE_OK;
    }
    CHECK_EQ(envelope->sender, backstage_context_self(context));
    CHECK_EQ(memcmp(envelope->payload, next, sizeof *next), 0);
    *next += 1;
    return BACKSTAGE_OK;
}

TEST(a_publisher_may_subscribe_to_itself) {
    backstage_engine *engine = test_engine();
    uint64_t next = 0;
    backstage_ref actor = test_spawn(engine, "p", echo, &next);
    CHECK_OK(backstage_subscribe(test_context(engine, actor), "p"));
    CHECK_OK(backstage_subscribe_to_topic(test_context(engine, actor), "p", "t"));
    CHECK_OK(backstage_engine_send(engine, actor, "", 0));
    test_run(engine);
    CHECK_EQ(next, 10);
    test_end(engine);
}
