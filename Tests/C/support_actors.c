#include "support.h"

/* ---- Actors ------------------------------------------------------------------------------ */

backstage_actor_options test_options(const char *id, backstage_receive_callback receive,
                                     void *state) {
    backstage_actor_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.id = id;
    options.receive = receive;
    options.state = state;
    return options;
}

backstage_ref test_spawn_with(backstage_engine *engine, const backstage_actor_options *options) {
    backstage_ref actor = BACKSTAGE_NONE;
    CHECK_OK(backstage_engine_spawn(engine, options, &actor));
    CHECK(actor != BACKSTAGE_NONE);
    return actor;
}

backstage_ref test_spawn(backstage_engine *engine, const char *id,
                         backstage_receive_callback receive, void *state) {
    backstage_actor_options options = test_options(id, receive, state);
    return test_spawn_with(engine, &options);
}

backstage_context *test_context(backstage_engine *engine, backstage_ref actor) {
    backstage_context *context = NULL;
    CHECK_OK(backstage_engine_context(engine, actor, &context));
    CHECK(context != NULL);
    return context;
}

backstage_status test_ignore(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    (void)context, (void)envelope, (void)state;
    return BACKSTAGE_OK;
}

backstage_status test_fail(backstage_context *context, const backstage_envelope *envelope,
                           void *state) {
    (void)context, (void)envelope, (void)state;
    return TEST_STATUS;
}

/* ---- Recording --------------------------------------------------------------------------- */

test_recorder *test_recorder_new(void) { return test_alloc(sizeof(test_recorder)); }

static test_message *next_message(test_recorder *recorder) {
    if (recorder->count == recorder->room) {
        size_t room = recorder->room == 0 ? 64 : recorder->room * 2;
        test_message *moved = test_alloc(room * sizeof *moved);
        if (recorder->count > 0) {
            memcpy(moved, recorder->messages, recorder->count * sizeof *moved);
        }
        recorder->messages = moved;
        recorder->room = room;
    }
    return &recorder->messages[recorder->count++];
}

backstage_status test_receive(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    test_recorder *recorder = state;
    test_message *message = next_message(recorder);
    const char *topic = backstage_envelope_topic(envelope);
    (void)context;
    message->sender = envelope->sender;
    message->token = envelope->token;
    message->size = envelope->size;
    message->type = envelope->type;
    message->bytes = test_alloc((size_t)envelope->size + 1);
    memcpy(message->bytes, envelope->payload, envelope->size);
    CHECK((topic != NULL) == (envelope->type == BACKSTAGE_PUBLISH));
    if (topic != NULL && CHECK(strlen(topic) < sizeof message->topic)) {
        memcpy(message->topic, topic, strlen(topic) + 1);
    }
    return recorder->status;
}

uint64_t test_number(const test_message *message) {
    uint64_t number = 0;
    CHECK_EQ(message->size, sizeof number);
    memcpy(&number, message->bytes, message->size < sizeof number ? message->size : sizeof number);
    return number;
}

const char *test_text(const test_message *message) { return (const char *)message->bytes; }

uint64_t test_letter_number(const test_letter *letter) {
    uint64_t number;
    CHECK_EQ(letter->size, sizeof number);
    memcpy(&number, letter->bytes, sizeof number);
    return number;
}

backstage_status test_send_number(backstage_engine *engine, backstage_ref actor, uint64_t number) {
    return backstage_engine_send(engine, actor, &number, sizeof number);
}

/* ---- Bytes ------------------------------------------------------------------------------- */

static unsigned char byte_at(size_t place, uint64_t seed) {
    return (unsigned char)((place * 131 + (place >> 8) * 7 + seed * 29 + 17) & 0xff);
}

void test_fill(void *data, size_t size, uint64_t seed) {
    unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = byte_at(i, seed);
    }
}

bool test_is_filled(const void *data, size_t size, uint64_t seed) {
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != byte_at(i, seed)) {
            return false;
        }
    }
    return true;
}

uint64_t test_random(uint64_t *seed) {
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}
