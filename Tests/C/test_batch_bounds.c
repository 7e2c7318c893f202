/* A batch in hand keeps its room in the inbox, all but one message of it: so that no more wait than
 * the capacity, whatever the callback sends to itself and however it ends. */
#include "support_life.h"

enum { CAPACITY_MAX = 24 };

/* An actor that fills its own inbox in its first callback, and how that callback ends. */
typedef struct filler {
    backstage_engine *engine;
    uint32_t capacity, budget;
    backstage_overflow overflow;
    uint64_t sent;                   /* numbers, from 0 on */
    size_t fail_at;                  /* in the batch; beyond it, the callback succeeds */
    size_t in_hand, own;             /* of that batch; how many it sent itself */
    uint64_t seen[CAPACITY_MAX * 4]; /* after that callback */
    size_t seen_count;
} filler;

static uint64_t queued(const filler *f, backstage_ref actor) {
    return test_actor_statistics(f->engine, actor).queued;
}

static void fill_own_inbox(filler *f, backstage_context *context, size_t in_hand) {
    backstage_ref self = backstage_context_self(context);
    uint64_t waiting = queued(f, self) - in_hand;
    for (int i = 0; i < CAPACITY_MAX + 5; i++) {
        bool fits = queued(f, self) - 1 < f->capacity; /* the one in hand aside */
        backstage_status status = backstage_send(context, self, &f->sent, sizeof f->sent);
        CHECK_STATUS(status, fits || f->overflow != BACKSTAGE_OVERFLOW_REJECT
                                 ? BACKSTAGE_OK
                                 : BACKSTAGE_INBOX_FULL);
        f->sent += status == BACKSTAGE_OK;
        CHECK(queued(f, self) <= f->capacity + 1);
    }
    f->own = queued(f, self) - waiting - in_hand;
}

static backstage_status receive(backstage_context *context, const backstage_envelope *envelopes,
                                size_t count, size_t *handled, void *state) {
    filler *f = state;
    uint64_t numbers[CAPACITY_MAX];
    for (size_t i = 0; i < count && CHECK(count <= CAPACITY_MAX); i++) {
        numbers[i] = test_envelope_number(&envelopes[i]);
    }
    if (f->in_hand == 0) {
        f->in_hand = count;
        fill_own_inbox(f, context, count);
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ(test_envelope_number(&envelopes[i]), numbers[i]);
        }
        *handled = f->fail_at < count ? f->fail_at : 0;
        return f->fail_at < count ? TEST_STATUS : BACKSTAGE_OK;
    }
    for (size_t i = 0; i < count && CHECK(f->seen_count < CAPACITY_MAX * 4); i++) {
        f->seen[f->seen_count++] = numbers[i];
    }
    return BACKSTAGE_OK;
}

static backstage_ref spawn_filler(filler *f, backstage_context *supervisor) {
    backstage_actor_options options = test_options(NULL, NULL, f);
    backstage_ref actor = BACKSTAGE_NONE;
    options.receive_batch = receive;
    options.capacity = f->capacity;
    options.budget = f->budget;
    options.overflow = f->overflow;
    CHECK_OK(backstage_spawn_child(supervisor, &options, &actor));
    return actor;
}

/* A supervisor for which failures are no matter. */
static backstage_context *open_supervisor(backstage_engine *engine) {
    backstage_supervision supervision;
    backstage_actor_options options = test_options(NULL, test_ignore, NULL);
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.directive = BACKSTAGE_DIRECTIVE_RESUME;
    options.supervision = &supervision;
    return test_context(engine, test_spawn_with(engine, &options));
}

static void check_numbers_rise(const filler *f) {
    for (size_t i = 1; i < f->seen_count; i++) {
        CHECK(f->seen[i - 1] < f->seen[i]);
    }
    if (f->overflow == BACKSTAGE_OVERFLOW_REJECT && f->seen_count > 0) { /* none is missing */
        CHECK_EQ(f->seen[f->seen_count - 1] + 1, f->sent);
        CHECK_EQ(f->seen[0] + f->seen_count, f->sent);
    }
}

static void check_filler(filler *f) {
    f->engine = test_engine();
    backstage_ref actor = spawn_filler(f, open_supervisor(f->engine));
    for (f->sent = 0; f->sent < f->capacity; f->sent++) {
        CHECK_OK(test_send_number(f->engine, actor, f->sent));
    }
    while (f->in_hand == 0) { /* one turn, and a look at what it left */
        CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    }
    CHECK(queued(f, actor) <= f->capacity);
    test_ledger(f->engine);
    test_run(f->engine);
    CHECK(test_actor_statistics(f->engine, actor).queued_max <= f->capacity);
    CHECK_EQ(test_statistics(f->engine).failures, f->fail_at < f->in_hand);
    CHECK_EQ(test_statistics(f->engine).handled + test_statistics(f->engine).dead,
             test_statistics(f->engine).accepted);
    CHECK_EQ(test_statistics(f->engine).accepted, f->sent);
    check_numbers_rise(f);
    test_end(f->engine);
}

TEST(no_more_wait_than_the_capacity_however_a_batch_ends) {
    static const uint32_t capacities[] = {1, 2, 3, 8, CAPACITY_MAX};
    for (size_t i = 0; i < 5; i++) {
        for (uint32_t budget = 1; budget <= capacities[i]; budget += 1 + budget / 3) {
            for (size_t fail_at = 0; fail_at <= budget; fail_at++) {
                for (backstage_overflow overflow = 0; overflow < 3; overflow++) {
                    filler f = {.capacity = capacities[i], .budget = budget};
                    f.overflow = overflow;
                    f.fail_at = fail_at;
                    check_filler(&f);
                }
            }
        }
    }
}

/* ---- Others and a full inbox -------------------------------------------------------------- */

TEST(a_batch_in_hand_leaves_room_for_one) {
    for (uint32_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        filler f = {.capacity = capacity, .budget = CAPACITY_MAX, .fail_at = CAPACITY_MAX};
        f.engine = test_engine();
        backstage_ref actor = spawn_filler(&f, open_supervisor(f.engine));
        for (f.sent = 0; f.sent < capacity; f.sent++) {
            CHECK_OK(test_send_number(f.engine, actor, f.sent));
        }
        test_run(f.engine);
        CHECK_EQ(f.in_hand, capacity);
        CHECK_EQ(f.own, 1);
        CHECK_EQ(f.seen_count, 1);
        test_end(f.engine);
    }
}

TEST(a_batch_in_hand_takes_no_room_that_is_free) {
    filler f = {.capacity = CAPACITY_MAX, .budget = 8, .fail_at = CAPACITY_MAX};
    f.engine = test_engine();
    backstage_ref actor = spawn_filler(&f, open_supervisor(f.engine));
    for (f.sent = 0; f.sent < 4; f.sent++) {
        CHECK_OK(test_send_number(f.engine, actor, f.sent));
    }
    test_run(f.engine);
    CHECK_EQ(f.in_hand, 4);
    CHECK_EQ(f.own, CAPACITY_MAX - 3);
    CHECK_EQ(test_statistics(f.engine).handled, f.sent);
    test_end(f.engine);
}
