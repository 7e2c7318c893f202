/* A reply that was accepted is owed to its request: DROP_OLDEST passes it by, and drops the oldest
 * of the others, whatever is in hand; who is left stays in order. */
#include "support_io.h"

enum { REPLIES = 60, BUDGET = 3, WAITING_MAX = 64, DEAD_MAX = TEST_LETTERS_MAX };

typedef struct item {
    uint64_t number;
    bool is_reply;
} item;

/* An actor that asks itself, and beside its inbox a list of what must wait there. */
typedef struct world {
    backstage_engine *engine;
    backstage_context *context;
    backstage_envelope asked[REPLIES]; /* requests not yet answered */
    size_t asked_count;
    uint32_t capacity;
    item waiting[WAITING_MAX];
    size_t waiting_count;
    size_t held;             /* room that a batch in hand keeps: all of it but one */
    uint64_t dead[DEAD_MAX]; /* the numbers of what was dropped */
    size_t dead_count;
    uint64_t next, seed;
    uint64_t passed_by; /* how often a reply was older than what was dropped */
    bool quiet;         /* sends no more */
} world;

static item take_waiting(world *w, size_t place) {
    item taken = w->waiting[place];
    w->waiting_count--;
    memmove(&w->waiting[place], &w->waiting[place + 1],
            (w->waiting_count - place) * sizeof *w->waiting);
    return taken;
}

/* Whether there is room in the list, once the oldest that is no reply has gone if need be. */
static bool make_room(world *w) {
    size_t victim = 0;
    if (w->waiting_count + w->held < w->capacity) {
        return true;
    }
    while (victim < w->waiting_count && w->waiting[victim].is_reply) {
        victim++;
    }
    if (victim == w->waiting_count) {
        return false;
    }
    w->passed_by += victim > 0;
    w->dead[w->dead_count++] = take_waiting(w, victim).number;
    return true;
}

static void send_number(world *w) {
    backstage_ref self = backstage_context_self(w->context);
    bool fits = make_room(w);
    CHECK_STATUS(backstage_send(w->context, self, &w->next, sizeof w->next),
                 fits ? BACKSTAGE_OK : BACKSTAGE_INBOX_FULL);
    if (fits) {
        w->waiting[w->waiting_count++] = (item){w->next, false};
    }
    w->next++;
}

static void reply_number(world *w) {
    bool fits = w->waiting_count + w->held < w->capacity;
    const backstage_envelope *request = &w->asked[w->asked_count - 1];
    CHECK_STATUS(backstage_reply(w->context, request, &w->next, sizeof w->next),
                 fits ? BACKSTAGE_OK : BACKSTAGE_INBOX_FULL);
    if (fits) {
        w->waiting[w->waiting_count++] = (item){w->next, true};
        w->asked_count--;
    }
    w->next++;
}

static void do_something(world *w) {
    for (uint64_t left = test_random(&w->seed) % (w->capacity + 3); left > 0; left--) {
        if (w->asked_count > 0 && test_random(&w->seed) % 4 == 0) {
            reply_number(w);
        } else {
            send_number(w);
        }
    }
}

/* ---- The actor --------------------------------------------------------------------------- */

/* The number of a message, which must be the first that waits. */
static uint64_t check_first(world *w, const backstage_envelope *envelope) {
    uint64_t number = 0;
    if (CHECK(w->waiting_count > 0) && CHECK_EQ(envelope->size, sizeof number)) {
        item first = take_waiting(w, 0);
        memcpy(&number, envelope->payload, sizeof number);
        CHECK_EQ(number, first.number);
        CHECK_EQ(envelope->type, first.is_reply ? BACKSTAGE_REPLY : BACKSTAGE_SEND);
    }
    return number;
}

static backstage_status receive_batch(backstage_context *context,
                                      const backstage_envelope *envelopes, size_t count,
                                      size_t *handled, void *state) {
    world *w = state;
    uint64_t numbers[BUDGET] = {0};
    (void)context, (void)handled;
    if (envelopes[0].type == BACKSTAGE_REQUEST) {
        w->asked[w->asked_count++] = envelopes[0];
        return BACKSTAGE_OK;
    }
    for (size_t i = 0; i < count && CHECK(count <= BUDGET); i++) {
        numbers[i] = check_first(w, &envelopes[i]);
    }
    w->held = count - 1;
    if (!w->quiet) {
        do_something(w);
    }
    w->held = 0;
    for (size_t i = 0; i < count && i < BUDGET; i++) { /* what is in hand stays as it was */
        CHECK_EQ(memcmp(envelopes[i].payload, &numbers[i], sizeof *numbers), 0);
    }
    return BACKSTAGE_OK;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelope,
                                void *state) {
    return receive_batch(context, envelope, 1, NULL, state);
}

/* ---- Any mix ----------------------------------------------------------------------------- */

static void open_world(world *w, uint32_t capacity, bool batch) {
    uint64_t token;
    memset(w, 0, sizeof *w);
    w->capacity = capacity;
    w->seed = capacity;
    w->engine = test_engine();
    backstage_actor_options options = test_options(NULL, batch ? NULL : receive, w);
    options.receive_batch = batch ? receive_batch : NULL;
    options.capacity = capacity;
    options.budget = BUDGET;
    options.overflow = BACKSTAGE_OVERFLOW_DROP_OLDEST;
    backstage_ref actor = test_spawn_with(w->engine, &options);
    w->context = test_context(w->engine, actor);
    for (size_t i = 0; i < REPLIES; i++) {
        CHECK_OK(backstage_request(w->context, actor, NULL, 0, 0, &token));
        test_run(w->engine);
    }
    CHECK_EQ(w->asked_count, REPLIES);
}

static void close_world(world *w) {
    const test_report *report = test_report_of(w->engine);
    w->quiet = true;
    test_run(w->engine);
    CHECK_EQ(w->waiting_count, 0);
    CHECK_EQ(report->letters_count, w->dead_count);
    CHECK_EQ(report->reasons[BACKSTAGE_DEAD_DROPPED_OLDEST], w->dead_count);
    for (size_t i = 0; i < w->dead_count; i++) {
        CHECK_EQ(report->letters[i].type, BACKSTAGE_SEND);
        CHECK_EQ(test_letter_number(&report->letters[i]), w->dead[i]);
    }
    test_end(w->engine);
}

TEST(any_mix_of_sends_and_replies_drops_no_reply_and_keeps_order) {
    for (int batch = 0; batch < 2; batch++) {
        for (uint32_t capacity = 1; capacity <= 17; capacity++) {
            world *w = test_alloc(sizeof *w);
            open_world(w, capacity, batch == 1);
            for (int step = 0; step < 60; step++) {
                do_something(w); /* with nothing in hand */
                CHECK_OK(backstage_engine_run(w->engine, BACKSTAGE_RUN_NO_WAIT, -1));
                CHECK_EQ(test_statistics(w->engine).queued, w->waiting_count);
            }
            CHECK(w->asked_count < REPLIES);
            CHECK(w->passed_by > 0 || capacity == 1);
            close_world(w);
        }
    }
}

TEST(an_inbox_full_of_replies_refuses_what_comes) {
    enum { CAPACITY = 5 };
    world *w = test_alloc(sizeof *w);
    open_world(w, CAPACITY, false);
    send_number(w);
    for (int i = 0; i < CAPACITY - 1; i++) {
        reply_number(w);
    }
    send_number(w); /* drops the first */
    CHECK_EQ(w->dead_count, 1);
    CHECK_EQ(w->passed_by, 0);
    send_number(w); /* drops the last, behind the replies */
    CHECK_EQ(w->dead_count, 2);
    CHECK_EQ(w->passed_by, 1);
    w->quiet = true;
    test_run(w->engine);
    for (int i = 0; i < CAPACITY; i++) {
        reply_number(w);
    }
    send_number(w);  /* INBOX_FULL */
    reply_number(w); /* too */
    CHECK_EQ(w->dead_count, 2);
    close_world(w);
}
