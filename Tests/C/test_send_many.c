/* Many messages in one call, from inside and from outside: in order, and as far as they go. */
#include "support_io.h"

enum { MANY = 200 };

/* Messages side by side: the nth is `sizes[n]` bytes, filled with n. */
typedef struct bundle {
    unsigned char *bytes;
    uint32_t sizes[MANY];
    size_t count;
} bundle;

static bundle *make_bundle(size_t count, const uint32_t *sizes, size_t sizes_count) {
    bundle *b = test_alloc(sizeof *b);
    size_t total = 0, place = 0;
    for (size_t i = 0; i < count; i++) {
        b->sizes[i] = sizes[i % sizes_count];
        total += b->sizes[i];
    }
    b->bytes = test_alloc(total + 1);
    for (size_t i = 0; i < count; i++) {
        test_fill(b->bytes + place, b->sizes[i], i);
        place += b->sizes[i];
    }
    b->count = count;
    return b;
}

static const uint32_t mixed[] = {0, 1, 7, 8, 16, 31, 32, 33, 100, 5000};
enum { MIXED = sizeof mixed / sizeof *mixed };

/* Checks that these came, from the first on. */
static void check_came(const test_recorder *seen, const bundle *b, size_t from, size_t count,
                       backstage_ref sender) {
    if (!CHECK(seen->count >= from + count)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const test_message *message = &seen->messages[from + i];
        CHECK_EQ(message->type, BACKSTAGE_SEND);
        CHECK_EQ(message->sender, sender);
        CHECK_EQ(message->token, 0);
        if (CHECK_EQ(message->size, b->sizes[i])) {
            CHECK(test_is_filled(message->bytes, message->size, i));
        }
    }
}

TEST(all_arrive_in_order_with_what_was_sent_before_and_after) {
    test_stage stage = test_stage_open();
    bundle *b = make_bundle(MANY, mixed, MIXED);
    backstage_context *sender =
        test_context(stage.engine, test_spawn(stage.engine, NULL, test_ignore, NULL));
    size_t accepted = 77;
    CHECK_OK(backstage_send(sender, stage.actor, "before", 6));
    CHECK_OK(backstage_send_many(sender, stage.actor, b->bytes, b->sizes, b->count, &accepted));
    CHECK_OK(backstage_send(sender, stage.actor, "after", 5));
    CHECK_EQ(accepted, MANY);
    test_run(stage.engine);
    CHECK_EQ(stage.seen->count, MANY + 2);
    CHECK_STR(test_text(&stage.seen->messages[0]), "before");
    CHECK_STR(test_text(&stage.seen->messages[MANY + 1]), "after");
    check_came(stage.seen, b, 1, MANY, backstage_context_self(sender));
    test_end(stage.engine);
}

TEST(from_outside_the_sender_is_nobody) {
    test_stage stage = test_stage_open();
    bundle *b = make_bundle(MANY, mixed, MIXED);
    size_t accepted = 77;
    CHECK_OK(backstage_engine_send_many(stage.engine, stage.actor, b->bytes, b->sizes, b->count,
                                        &accepted));
    CHECK_EQ(accepted, MANY);
    test_run(stage.engine);
    CHECK_EQ(stage.seen->count, MANY);
    check_came(stage.seen, b, 0, MANY, BACKSTAGE_NONE);
    test_end(stage.engine);
}

/* ---- Refusals ---------------------------------------------------------------------------- */

static backstage_ref spawn_small(backstage_engine *engine, uint32_t capacity,
                                 backstage_overflow overflow, test_recorder *seen) {
    backstage_actor_options options = test_options(NULL, test_receive, seen);
    options.capacity = capacity;
    options.overflow = overflow;
    return test_spawn_with(engine, &options);
}

TEST(a_full_inbox_takes_as_many_as_fit) {
    for (uint32_t capacity = 1; capacity <= 20; capacity++) {
        for (int outside = 0; outside < 2; outside++) {
            test_stage stage = test_stage_open();
            test_recorder *seen = test_recorder_new();
            backstage_ref actor =
                spawn_small(stage.engine, capacity, BACKSTAGE_OVERFLOW_REJECT, seen);
            bundle *b = make_bundle(21, mixed, MIXED);
            size_t accepted = 77;
            CHECK_STATUS(outside ? backstage_engine_send_many(stage.engine, actor, b->bytes,
                                                              b->sizes, 21, &accepted)
                                 : backstage_send_many(stage.context, actor, b->bytes, b->sizes, 21,
                                                       &accepted),
                         BACKSTAGE_INBOX_FULL);
            CHECK_EQ(accepted, capacity);
            CHECK_EQ(test_statistics(stage.engine).accepted, capacity);
            test_run(stage.engine);
            CHECK_EQ(seen->count, capacity);
            check_came(seen, b, 0, capacity, outside ? BACKSTAGE_NONE : stage.actor);
            test_end(stage.engine);
        }
    }
}

TEST(an_inbox_that_drops_takes_all) {
    static const backstage_overflow ways[] = {BACKSTAGE_OVERFLOW_DROP_NEWEST,
                                              BACKSTAGE_OVERFLOW_DROP_OLDEST};
    for (int way = 0; way < 2; way++) {
        test_stage stage = test_stage_open();
        test_recorder *seen = test_recorder_new();
        backstage_ref actor = spawn_small(stage.engine, 5, ways[way], seen);
        static const uint32_t sizes[] = {8};
        uint64_t numbers[12];
        bundle *b = make_bundle(12, sizes, 1);
        size_t accepted = 77;
        for (uint64_t i = 0; i < 12; i++) {
            numbers[i] = i;
        }
        CHECK_OK(backstage_send_many(stage.context, actor, numbers, b->sizes, 12, &accepted));
        CHECK_EQ(accepted, 12);
        CHECK_EQ(
            test_report_of(stage.engine)
                ->reasons[way == 0 ? BACKSTAGE_DEAD_DROPPED_NEWEST : BACKSTAGE_DEAD_DROPPED_OLDEST],
            7);
        test_run(stage.engine);
        CHECK_EQ(seen->count, 5);
        CHECK_EQ(test_number(&seen->messages[0]), way == 0 ? 0 : 7);
        test_end(stage.engine);
    }
}

TEST(one_that_is_too_large_ends_it) {
    backstage_engine_options options = test_engine_options();
    options.payload_bytes_max = 1000;
    backstage_engine *engine = test_engine_with(&options);
    test_recorder *seen = test_recorder_new();
    backstage_ref actor = test_spawn(engine, NULL, test_receive, seen);
    static const uint32_t sizes[] = {8, 1000, 1001, 8};
    bundle *b = make_bundle(4, sizes, 4);
    size_t accepted = 77;
    CHECK_STATUS(backstage_engine_send_many(engine, actor, b->bytes, b->sizes, 4, &accepted),
                 BACKSTAGE_PAYLOAD_TOO_LARGE);
    CHECK_EQ(accepted, 2);
    test_run(engine);
    CHECK_EQ(seen->count, 2);
    check_came(seen, b, 0, 2, BACKSTAGE_NONE);
    test_end(engine);
}

TEST(nobody_and_those_who_end_take_none) {
    test_stage stage = test_stage_open();
    bundle *b = make_bundle(3, mixed, MIXED);
    backstage_ref gone = test_spawn(stage.engine, NULL, test_ignore, NULL);
    backstage_ref going = test_spawn(stage.engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_stop(stage.context, gone));
    test_run(stage.engine);
    CHECK_OK(backstage_stop(stage.context, going));
    const struct {
        backstage_ref receiver;
        backstage_status status;
    } rows[] = {{BACKSTAGE_NONE, BACKSTAGE_NOT_FOUND},
                {gone, BACKSTAGE_NOT_FOUND},
                {going, BACKSTAGE_ENDING}};
    for (int i = 0; i < 3; i++) {
        size_t accepted = 77, from_outside = 77;
        CHECK_STATUS(
            backstage_send_many(stage.context, rows[i].receiver, b->bytes, b->sizes, 3, &accepted),
            rows[i].status);
        CHECK_STATUS(backstage_engine_send_many(stage.engine, rows[i].receiver, b->bytes, b->sizes,
                                                3, &from_outside),
                     rows[i].status);
        CHECK(accepted == 0 && from_outside == 0);
    }
    CHECK_EQ(test_statistics(stage.engine).accepted, 0);
    test_end(stage.engine);
}

TEST(nothing_at_all_is_sent_well) {
    static const uint32_t empty[3] = {0};
    test_stage stage = test_stage_open();
    size_t accepted = 77;
    CHECK_OK(backstage_send_many(stage.context, stage.actor, NULL, NULL, 0, &accepted));
    CHECK_EQ(accepted, 0);
    CHECK_OK(backstage_send_many(stage.context, BACKSTAGE_NONE, "x", empty, 0, NULL));
    CHECK_OK(backstage_engine_send_many(stage.engine, stage.actor, NULL, NULL, 0, NULL));
    CHECK_EQ(test_statistics(stage.engine).accepted, 0);
    CHECK_OK(backstage_send_many(stage.context, stage.actor, NULL, empty, 3, NULL));
    CHECK_OK(backstage_engine_send_many(stage.engine, stage.actor, NULL, empty, 3, &accepted));
    CHECK_EQ(accepted, 3);
    test_run(stage.engine);
    CHECK_EQ(stage.seen->count, 6);
    CHECK_EQ(stage.seen->messages[5].size, 0);
    test_end(stage.engine);
}

TEST(bytes_that_are_not_there_end_it) {
    static const uint32_t sizes[] = {0, 0, 1, 0};
    test_stage stage = test_stage_open();
    size_t accepted = 77;
    CHECK_STATUS(backstage_send_many(stage.context, stage.actor, NULL, sizes, 4, &accepted),
                 BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(accepted, 2);
    CHECK_STATUS(backstage_send_many(stage.context, stage.actor, "x", NULL, 1, &accepted),
                 BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(accepted, 0);
    CHECK_STATUS(
        backstage_engine_send_many(stage.engine, stage.actor, "x", sizes, SIZE_MAX, &accepted),
        BACKSTAGE_INVALID_ARGUMENT);
    CHECK_EQ(accepted, 0);
    test_run(stage.engine);
    CHECK_EQ(stage.seen->count, 2);
    test_end(stage.engine);
}

/* ---- From inside ------------------------------------------------------------------------- */

/* Sends itself all the numbers below the one it is given. */
static backstage_status send_all_below(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    test_recorder *seen = state;
    uint64_t numbers[64], count;
    uint32_t sizes[64];
    size_t accepted = 77;
    memcpy(&count, envelope->payload, sizeof count);
    for (uint64_t i = 0; i < count; i++) {
        numbers[i] = i;
        sizes[i] = sizeof numbers[i];
    }
    CHECK_OK(backstage_send_many(context, backstage_context_self(context), numbers, sizes,
                                 (size_t)count, &accepted));
    CHECK_EQ(accepted, count);
    return test_receive(context, envelope, seen);
}

TEST(an_actor_sends_itself_many_and_its_inbox_grows_under_it) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref actor = test_spawn(engine, NULL, send_all_below, seen);
    CHECK_OK(test_send_number(engine, actor, 8));
    test_run(engine);
    CHECK_EQ(seen->count, 256); /* 2 to the 8th */
    CHECK_EQ(test_number(&seen->messages[1]), 0);
    CHECK_EQ(test_number(&seen->messages[8]), 7);
    CHECK_EQ(test_statistics(engine).handled, 256);
    test_end(engine);
}

/* ---- From another thread ----------------------------------------------------------------- */

typedef struct parcel {
    backstage_engine *engine;
    backstage_ref actor;
    bundle *bundle;
    size_t accepted;
    backstage_status status;
} parcel;

static void send_parcel(void *state) {
    parcel *p = state;
    p->status = backstage_engine_send_many(p->engine, p->actor, p->bundle->bytes, p->bundle->sizes,
                                           p->bundle->count, &p->accepted);
}

TEST(another_thread_sends_many_in_order) {
    test_stage stage = test_stage_open();
    parcel p = {stage.engine, stage.actor, make_bundle(MANY, mixed, MIXED), 77, 77};
    test_elsewhere(send_parcel, &p);
    CHECK_OK(p.status);
    CHECK_EQ(p.accepted, MANY);
    test_run(stage.engine);
    CHECK_EQ(stage.seen->count, MANY);
    check_came(stage.seen, p.bundle, 0, MANY, BACKSTAGE_NONE);
    test_end(stage.engine);
}

TEST(another_thread_is_told_how_many_the_queue_took) {
    backstage_engine_options options = test_engine_options();
    options.remote_capacity = 16;
    backstage_engine *engine = test_engine_with(&options);
    test_recorder *seen = test_recorder_new();
    parcel p = {engine, test_spawn(engine, NULL, test_receive, seen),
                make_bundle(MANY, mixed, MIXED), 77, 77};
    test_elsewhere(send_parcel, &p);
    CHECK_STATUS(p.status, BACKSTAGE_QUEUE_FULL);
    CHECK_EQ(p.accepted, 16);
    CHECK_EQ(test_statistics(engine).queued, 16);
    test_run(engine);
    CHECK_EQ(seen->count, 16);
    check_came(seen, p.bundle, 0, 16, BACKSTAGE_NONE);
    test_end(engine);
}
