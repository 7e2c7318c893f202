/* The ledger: over random operations, every message accepted has exactly one fate, and the counts
 * add up after every step and inside callbacks. */
#include "support.h"

enum { ACTORS = 12, NUMBERS_MAX = 100000 };

struct world {
    backstage_engine *engine;
    backstage_ref refs[ACTORS];
    uint64_t seed;
    uint64_t next;    /* number: every message carries one of its own */
    uint64_t fuel;    /* how many more sends the callbacks may make until the next step */
    uint64_t full;    /* dead letters of a full inbox */
    uint64_t letters; /* in all */
    uint64_t inits, deinits;
    uint32_t accepted[NUMBERS_MAX], fates[NUMBERS_MAX];
};

static uint64_t pick(struct world *world, uint64_t count) {
    return test_random(&world->seed) % count;
}

/* A message's bytes: its number, then some that depend on it. */
static size_t write_message(struct world *world, unsigned char *bytes, uint64_t number) {
    size_t size = sizeof number + (pick(world, 4) == 0 ? 300 : pick(world, 40));
    memcpy(bytes, &number, sizeof number);
    test_fill(bytes + sizeof number, size - sizeof number, number);
    return size;
}

static uint64_t read_message(const backstage_envelope *envelope) {
    uint64_t number = 0;
    if (CHECK(envelope->size >= sizeof number)) {
        memcpy(&number, envelope->payload, sizeof number);
        CHECK(test_is_filled((const char *)envelope->payload + sizeof number,
                             envelope->size - sizeof number, number));
    }
    CHECK(number > 0 && number < NUMBERS_MAX);
    return number % NUMBERS_MAX;
}

static void on_dead_letter(backstage_engine *engine, backstage_ref receiver,
                           const backstage_envelope *envelope, backstage_dead_reason reason,
                           void *state) {
    struct world *world = state;
    (void)engine, (void)receiver;
    world->letters++;
    world->full += reason == BACKSTAGE_DEAD_INBOX_FULL;
    if (envelope->type != BACKSTAGE_SUBSCRIBE && envelope->type != BACKSTAGE_UNSUBSCRIBE) {
        world->fates[read_message(envelope)]++;
    }
}

static void check_totals(struct world *world) {
    backstage_statistics now = test_statistics(world->engine);
    CHECK_EQ(now.handled + now.dead + now.queued, now.accepted);
    CHECK_EQ(now.dead, world->letters);
}

static void spawn(struct world *world, backstage_context *parent);

/* Sends, in one of the ways that there are, and notes how many accepted it. */
static void send(struct world *world, backstage_context *context) {
    unsigned char bytes[400];
    uint64_t number = world->next++, full = world->full, token;
    size_t size = write_message(world, bytes, number);
    backstage_ref to = world->refs[pick(world, ACTORS)];
    char id[2] = {(char)('a' + pick(world, ACTORS)), '\0'};
    uint32_t receivers = 0;
    backstage_payload *payload;
    void *data;
    switch (pick(world, 7)) {
    case 0:
        receivers = backstage_send(context, to, bytes, size) == BACKSTAGE_OK;
        break;
    case 1:
        receivers = backstage_send_to_id(context, id, bytes, size) == BACKSTAGE_OK;
        break;
    case 2:
        receivers = backstage_engine_send(world->engine, to, bytes, size) == BACKSTAGE_OK;
        break;
    case 3:
        receivers = backstage_request(context, to, bytes, size, 5, &token) == BACKSTAGE_OK;
        break;
    case 4:
        (void)backstage_broadcast(context, "k", bytes, size, &receivers);
        break;
    case 5:
        (void)backstage_publish_to_topic(context, "t.u", bytes, size, &receivers);
        break;
    default:
        CHECK_OK(backstage_payload_create(world->engine, size, &payload, &data));
        memcpy(data, bytes, size);
        receivers = backstage_send_payload(context, to, payload) == BACKSTAGE_OK;
        if (!receivers) {
            CHECK_OK(backstage_payload_release(payload));
        }
    }
    world->accepted[number] += receivers + (uint32_t)(world->full - full);
}

static void reply(struct world *world, backstage_context *context,
                  const backstage_envelope *request) {
    unsigned char bytes[400];
    uint64_t number = world->next++;
    size_t size = write_message(world, bytes, number);
    backstage_status status = backstage_reply(context, request, bytes, size);
    world->accepted[number] += status == BACKSTAGE_OK || status == BACKSTAGE_NOT_WAITING;
}

/* One thing that an actor may do, from its callback or from outside. */
static void act(struct world *world, backstage_context *context) {
    char id[2] = {(char)('a' + pick(world, ACTORS)), '\0'};
    backstage_ref other = world->refs[pick(world, ACTORS)];
    uint64_t made;
    switch (pick(world, 40)) {
    case 0:
        (void)backstage_stop(context, other);
        break;
    case 1:
        (void)backstage_poison(context, other);
        break;
    case 2:
        (void)backstage_subscribe_to_topic(context, id, pick(world, 2) ? "t.*" : "t.u");
        break;
    case 3:
        (void)backstage_unsubscribe_from_topic(context, id, pick(world, 2) ? "t.*" : "t.u");
        break;
    case 4:
        (void)backstage_monitor(context, other);
        break;
    case 5:
        (void)backstage_unmonitor(context, other);
        break;
    case 6:
        (void)backstage_timer_start(context, (int64_t)pick(world, 5), (int64_t)pick(world, 3),
                                    &made);
        break;
    case 7:
        spawn(world, pick(world, 2) ? context : NULL);
        break;
    case 8:
        (void)backstage_shutdown(context);
        break;
    default:
        send(world, context);
    }
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    struct world *world = state;
    bool message = envelope->type <= BACKSTAGE_REPLY;
    bool numbered =
        message && envelope->type != BACKSTAGE_SUBSCRIBE && envelope->type != BACKSTAGE_UNSUBSCRIBE;
    uint64_t number = numbered ? read_message(envelope) : 0;
    check_totals(world);
    for (uint64_t times = pick(world, 3); times > 0 && world->fuel > 0; times--, world->fuel--) {
        act(world, context);
    }
    if (envelope->type == BACKSTAGE_REQUEST && pick(world, 2) == 0) {
        reply(world, context, envelope);
    }
    if (numbered && pick(world, 8) == 0) {
        backstage_ref to = world->refs[pick(world, ACTORS)];
        world->accepted[number] += backstage_forward(context, envelope, to) == BACKSTAGE_OK;
    }
    check_totals(world);
    if (pick(world, 60) == 0) {
        return TEST_STATUS;
    }
    world->fates[number] += numbered;
    return BACKSTAGE_OK;
}

static backstage_status init(backstage_context *context, void *state) {
    struct world *world = state;
    world->inits++;
    send(world, context);
    return pick(world, 20) == 0 ? TEST_STATUS : BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    struct world *world = state;
    world->deinits++;
    (void)reason;
    send(world, context);
    check_totals(world);
    return pick(world, 20) == 0 ? TEST_STATUS : BACKSTAGE_OK;
}

static void spawn(struct world *world, backstage_context *parent) {
    size_t place = pick(world, ACTORS);
    char id[2] = {(char)('a' + place), '\0'};
    backstage_actor_options options = test_options(id, receive, world);
    options.init = init;
    options.deinit = deinit;
    options.kind = pick(world, 2) ? "k" : NULL;
    options.capacity = 1 + (uint32_t)pick(world, 10);
    options.overflow = (backstage_overflow)pick(world, 3);
    options.budget = (uint32_t)pick(world, 4);
    options.sees_subscriptions = (uint32_t)pick(world, 2);
    if (parent == NULL) {
        (void)backstage_engine_spawn(world->engine, &options, &world->refs[place]);
    } else {
        (void)backstage_spawn_child(parent, &options, &world->refs[place]);
    }
}

/* One step from outside. */
static void step(struct world *world) {
    backstage_context *context = NULL;
    backstage_ref actor = world->refs[pick(world, ACTORS)];
    world->fuel = 50;
    switch (pick(world, 12)) {
    case 0:
    case 1:
        spawn(world, NULL);
        break;
    case 2:
        CHECK_OK(backstage_engine_run(world->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        break;
    case 3:
        CHECK_OK(backstage_engine_advance(world->engine, pick(world, 7)));
        break;
    case 4:
        if (pick(world, 4) == 0) {
            (void)backstage_engine_run(world->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
        }
        break;
    default:
        if (backstage_engine_context(world->engine, actor, &context) == BACKSTAGE_OK) {
            act(world, context);
        }
    }
    check_totals(world);
}

static void run_world(uint64_t seed) {
    static struct world worlds[1];
    struct world *world = worlds;
    backstage_engine_options options = test_engine_options();
    memset(world, 0, sizeof *world);
    world->seed = seed;
    world->next = 1;
    options.seed = seed;
    options.dead_letter = on_dead_letter;
    options.dead_letter_state = world;
    if (!CHECK_OK(backstage_engine_create(&options, &world->engine))) {
        return;
    }
    for (int i = 0; i < 2000; i++) {
        step(world);
    }
    world->fuel = 0;
    test_run(world->engine);
    test_ledger(world->engine);
    CHECK_EQ(test_statistics(world->engine).queued, 0);
    for (int i = 0; i < 20; i++) {
        step(world); /* so that something is queued at the end */
    }
    uint64_t spawned = test_statistics(world->engine).spawned;
    CHECK_OK(backstage_engine_destroy(world->engine));
    CHECK_EQ(world->deinits, spawned);
    CHECK(world->inits <= spawned && world->next < NUMBERS_MAX);
    for (uint64_t number = 1; number < world->next; number++) {
        CHECK_EQ(world->fates[number], world->accepted[number]);
    }
}

TEST(every_message_has_one_fate_over_random_operations) {
    for (uint64_t seed = 1; seed <= test_rounds(300, 20); seed++) {
        run_world(seed);
    }
}
