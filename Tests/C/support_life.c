#include "support_life.h"

test_life *test_life_open_with(const backstage_engine_options *options) {
    test_life *life = test_alloc(sizeof *life);
    life->engine = test_engine_with(options);
    return life;
}

test_life *test_life_open(void) {
    backstage_engine_options options = test_engine_options();
    return test_life_open_with(&options);
}

void test_life_close(test_life *life) {
    test_end(life->engine);
    for (size_t i = 0; i < life->count; i++) {
        CHECK_EQ(life->departures[i].subject->ends, 1);
    }
}

/* ---- Callbacks --------------------------------------------------------------------------- */

backstage_status test_subject_init(backstage_context *context, void *state) {
    test_subject *subject = state;
    CHECK(subject->context == context);
    CHECK_EQ(subject->self, backstage_context_self(context));
    subject->starts++;
    return BACKSTAGE_OK;
}

backstage_status test_subject_receive(backstage_context *context,
                                      const backstage_envelope *envelope, void *state) {
    test_subject *subject = state;
    backstage_status status = test_receive(context, envelope, subject->seen);
    return status == BACKSTAGE_OK && subject->act != NULL ? subject->act(context, envelope, subject)
                                                          : status;
}

backstage_status test_subject_deinit(backstage_context *context, backstage_reason reason,
                                     void *state) {
    test_subject *subject = state;
    test_life *life = subject->life;
    CHECK_EQ(backstage_context_self(context), subject->self);
    if (life->count == life->room) {
        size_t room = life->room == 0 ? 64 : life->room * 2;
        test_departure *moved = test_alloc(room * sizeof *moved);
        if (life->count > 0) {
            memcpy(moved, life->departures, life->count * sizeof *moved);
        }
        life->departures = moved;
        life->room = room;
    }
    life->departures[life->count++] = (test_departure){subject, reason};
    subject->ends += reason != BACKSTAGE_REASON_RESTARTED;
    return BACKSTAGE_OK;
}

/* ---- Members ----------------------------------------------------------------------------- */

test_subject *test_subject_new(test_life *life) {
    test_subject *subject = test_alloc(sizeof *subject);
    subject->life = life;
    subject->seen = test_recorder_new();
    return subject;
}

backstage_actor_options test_subject_options(test_subject *subject, const char *id) {
    backstage_actor_options options = test_options(id, test_subject_receive, subject);
    options.init = test_subject_init;
    options.deinit = test_subject_deinit;
    return options;
}

void test_subject_spawn(test_subject *subject, test_subject *parent,
                        const backstage_actor_options *options) {
    backstage_engine *engine = subject->life->engine;
    CHECK_OK(parent == NULL ? backstage_engine_spawn(engine, options, &subject->self)
                            : backstage_spawn_child(parent->context, options, &subject->self));
    subject->context = test_context(engine, subject->self);
}

test_subject *test_subject_open(test_life *life, test_subject *parent, const char *id,
                                backstage_receive_callback act) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, id);
    subject->act = act;
    test_subject_spawn(subject, parent, &options);
    return subject;
}

test_subject *test_supervisor_open(test_life *life, const char *id) {
    test_subject *subject = test_subject_new(life);
    backstage_actor_options options = test_subject_options(subject, id);
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.restarts_max = BACKSTAGE_RESTARTS_MAX;
    supervision.window_ns = 1; /* so that they never are too many */
    options.supervision = &supervision;
    test_subject_spawn(subject, NULL, &options);
    return subject;
}

void test_subject_send(const test_subject *subject, uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        CHECK_OK(test_send_number(subject->life->engine, subject->self, number));
    }
}

uint64_t test_subject_ask(const test_subject *subject, backstage_ref asked, int64_t timeout_ns) {
    uint64_t token = 0;
    CHECK_OK(backstage_request(subject->context, asked, "q", 1, timeout_ns, &token));
    return token;
}

bool test_subject_lives(const test_subject *subject) {
    const char *id;
    return backstage_engine_actor_id(subject->life->engine, subject->self, &id) == BACKSTAGE_OK;
}

uint64_t test_stashed(backstage_engine *engine, backstage_ref actor) {
    return test_actor_statistics(engine, actor).stashed;
}

/* ---- Checks ------------------------------------------------------------------------------ */

void test_check_departure_at(const test_life *life, size_t place, const test_subject *subject,
                             backstage_reason reason, const char *file, int line) {
    if (CHECK_AT(place < life->count, file, line)) {
        CHECK_AT(life->departures[place].subject == subject, file, line);
        test_check_eq(life->departures[place].reason, reason, file, line, "reason");
    }
}

void test_check_numbers_at(const test_subject *subject, uint64_t from, uint64_t to,
                           const char *file, int line) {
    uint64_t next = from;
    for (size_t i = 0; i < subject->seen->count; i++) {
        if (subject->seen->messages[i].type <= BACKSTAGE_PUBLISH) {
            test_check_eq(test_number(&subject->seen->messages[i]), next++, file, line, "number");
        }
    }
    test_check_eq(next, to + 1, file, line, "one after the last number");
}

uint64_t test_envelope_number(const backstage_envelope *envelope) {
    uint64_t number = 0;
    if (CHECK_EQ(envelope->size, sizeof number)) {
        memcpy(&number, envelope->payload, sizeof number);
    }
    return number;
}
