/* Sends into an engine that is being destroyed are refused: the end ends. */
#include "support_io.h"

enum { LETTERS_MAX = 1000 }; /* more than there are, by far */

typedef struct stage {
    backstage_engine *engine;
    backstage_ref actor;
    backstage_payload *payload;
    size_t size; /* of what is sent */
    uint64_t letters;
    backstage_dead_reason reason; /* of the last */
} stage;

static const char data[1000];

/* Sends, in all the ways that a dead-letter callback may, to an actor that still lives. */
static void send_more(backstage_engine *engine, backstage_ref receiver,
                      const backstage_envelope *envelope, backstage_dead_reason reason,
                      void *state) {
    stage *s = state;
    const backstage_status ending = BACKSTAGE_ENDING;
    (void)receiver, (void)envelope;
    s->reason = reason;
    if (++s->letters > LETTERS_MAX) {
        return;
    }
    CHECK_STATUS(backstage_engine_send(engine, s->actor, data, s->size), ending);
    CHECK_STATUS(backstage_engine_send_to_id(engine, "actor", data, s->size), ending);
    CHECK_STATUS(backstage_engine_send_payload(engine, s->actor, s->payload), ending);
}

static void send_one(stage *s) {
    CHECK_OK(backstage_engine_send(s->engine, s->actor, data, s->size));
}

static void send_elsewhere(void *state) { send_one(state); }

static void end_with(stage *s, size_t size, bool elsewhere) {
    backstage_engine_options options = test_engine_options();
    void *bytes;
    memset(s, 0, sizeof *s);
    s->size = size;
    options.dead_letter = send_more;
    options.dead_letter_state = s;
    if (!CHECK_OK(backstage_engine_create(&options, &s->engine))) {
        return;
    }
    s->actor = test_spawn(s->engine, "actor", test_ignore, NULL);
    CHECK_OK(backstage_payload_create(s->engine, 1, &s->payload, &bytes));
    if (elsewhere) {
        test_elsewhere(send_elsewhere, s);
    } else {
        send_one(s);
    }
    CHECK_OK(backstage_engine_destroy(s->engine));
    CHECK_EQ(s->letters, 1);
    CHECK_EQ(s->reason, BACKSTAGE_DEAD_ENGINE_ENDED);
    CHECK_OK(backstage_payload_release(s->payload)); /* it was refused, so it is still ours */
}

TEST(a_dead_letter_callback_sends_nothing_into_an_engine_that_ends) {
    static const size_t sizes[] = {5, 100, sizeof data};
    for (size_t i = 0; i < 3; i++) {
        stage s;
        end_with(&s, sizes[i], false);
        end_with(&s, sizes[i], true);
    }
}
