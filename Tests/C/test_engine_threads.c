/* Engines and threads: an engine moves between threads by adoption; many run side by side. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>

#include "support_io.h"

/* ---- Adoption ---------------------------------------------------------------------------- */

static void adopt_and_run(void *state) {
    backstage_engine *engine = state;
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, 0), BACKSTAGE_WRONG_THREAD);
    CHECK_OK(backstage_engine_adopt(engine));
    CHECK_OK(backstage_engine_adopt(engine)); /* again is fine */
    test_run(engine);
    test_spawn(engine, "born elsewhere", test_ignore, NULL);
    test_run(engine);
}

TEST(an_adopted_engine_belongs_to_its_new_thread) {
    backstage_engine *engine = test_engine();
    test_recorder *seen = test_recorder_new();
    backstage_ref actor = test_spawn(engine, "actor", test_receive, seen), found = 77;
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    test_elsewhere(adopt_and_run, engine);
    CHECK_EQ(seen->count, 1);
    CHECK_STATUS(backstage_engine_find(engine, "actor", &found), BACKSTAGE_WRONG_THREAD);
    CHECK_STATUS(backstage_engine_destroy(engine), BACKSTAGE_WRONG_THREAD);
    CHECK_EQ(found, 77);
    CHECK_OK(backstage_engine_send(engine, actor, "y", 1)); /* any thread may */
    CHECK_OK(backstage_engine_adopt(engine));
    CHECK_OK(backstage_engine_find(engine, "born elsewhere", &found));
    test_run(engine);
    CHECK_EQ(seen->count, 2);
    test_end(engine);
}

typedef struct thief {
    backstage_engine *engine;
    backstage_status status;
} thief;

static void try_to_adopt(void *state) {
    thief *t = state;
    t->status = backstage_engine_adopt(t->engine);
}

static backstage_status be_robbed(backstage_context *context, const backstage_envelope *envelope,
                                  void *state) {
    thief *t = state;
    (void)context, (void)envelope;
    test_elsewhere(try_to_adopt, t);
    CHECK_STATUS(backstage_engine_adopt(t->engine), BACKSTAGE_IN_CALLBACK);
    return BACKSTAGE_OK;
}

TEST(nobody_adopts_an_engine_that_runs) {
    thief t = {test_engine(), BACKSTAGE_OK};
    backstage_ref actor = test_spawn(t.engine, NULL, be_robbed, &t);
    CHECK_OK(backstage_engine_send(t.engine, actor, "x", 1));
    test_run(t.engine);
    CHECK_STATUS(t.status, BACKSTAGE_IN_CALLBACK);
    test_end(t.engine);
}

static void destroy_elsewhere(void *state) {
    CHECK_OK(backstage_engine_adopt(state));
    test_end(state);
}

TEST(an_adopted_engine_is_destroyed_where_it_is) {
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    test_elsewhere(destroy_elsewhere, engine);
}

/* ---- Many engines ------------------------------------------------------------------------ */

enum { ENGINES = 4 };

/* A token goes round a ring of engines, each on a thread of its own. */
typedef struct ring ring;
typedef struct member {
    ring *ring;
    size_t number;
    backstage_engine *engine;
    backstage_ref actor;
    uint64_t handled;
} member;

struct ring {
    member members[ENGINES];
    pthread_barrier_t barrier;
    uint64_t rounds;
};

static backstage_status pass(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    member *m = state;
    member *next = &m->ring->members[(m->number + 1) % ENGINES];
    uint64_t left;
    (void)context;
    memcpy(&left, envelope->payload, sizeof left);
    m->handled++;
    if (left > 0) {
        left--;
        CHECK_OK(backstage_engine_send(next->engine, next->actor, &left, sizeof left));
    } else {
        for (size_t i = 0; i < ENGINES; i++) {
            CHECK_OK(backstage_engine_stop(m->ring->members[i].engine));
        }
    }
    return BACKSTAGE_OK;
}

static void run_member(void *state) {
    member *m = state;
    m->engine = test_engine();
    m->actor = test_spawn(m->engine, "member", pass, m);
    pthread_barrier_wait(&m->ring->barrier); /* all are there */
    if (m->number == 0) {
        CHECK_OK(test_send_number(m->engine, m->actor, m->ring->rounds * ENGINES));
    }
    CHECK_OK(backstage_engine_run(m->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    pthread_barrier_wait(&m->ring->barrier); /* none is used any more */
    test_end(m->engine);
}

TEST(a_token_goes_round_many_engines) {
    static ring r;
    test_thread *threads[ENGINES];
    memset(&r, 0, sizeof r);
    r.rounds = test_rounds(5000, 500);
    pthread_barrier_init(&r.barrier, NULL, ENGINES);
    for (size_t i = 0; i < ENGINES; i++) {
        r.members[i].ring = &r;
        r.members[i].number = i;
        threads[i] = test_thread_start(run_member, &r.members[i]);
    }
    for (size_t i = 0; i < ENGINES; i++) {
        test_thread_join(threads[i]);
        CHECK_EQ(r.members[i].handled, r.rounds + (i == 0));
    }
    pthread_barrier_destroy(&r.barrier);
}

/* Every engine floods every other, until all have what they should. */
typedef struct flooder {
    struct flooder *all;
    backstage_engine *engine;
    backstage_ref actor;
    pthread_barrier_t *barrier;
    atomic_uint *unfinished;
    uint64_t each, sent[ENGINES], handled;
} flooder;

static void finish_one(flooder *f) {
    if (atomic_fetch_sub(f->unfinished, 1) == 1) {
        for (size_t i = 0; i < ENGINES; i++) {
            CHECK_OK(backstage_engine_stop(f->all[i].engine));
        }
    }
}

static backstage_status flood(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    flooder *f = state;
    bool more = false;
    if (envelope->sender == BACKSTAGE_NONE) {
        if (++f->handled == f->each * ENGINES) {
            finish_one(f);
        }
        return BACKSTAGE_OK;
    }
    for (size_t i = 0; i < ENGINES; i++) {
        for (int burst = 0; burst < 50 && f->sent[i] < f->each; burst++) {
            backstage_status status = backstage_engine_send(f->all[i].engine, f->all[i].actor,
                                                            &f->sent[i], sizeof f->sent[i]);
            if (status != BACKSTAGE_OK) { /* a full inbox is told on one's own thread only */
                CHECK(status == BACKSTAGE_QUEUE_FULL);
                break;
            }
            f->sent[i]++;
        }
        more = more || f->sent[i] < f->each;
    }
    return more ? backstage_send(context, backstage_context_self(context), "", 0) : BACKSTAGE_OK;
}

static void run_flooder(void *state) {
    flooder *f = state;
    backstage_actor_options options = test_options(NULL, flood, f);
    options.capacity = BACKSTAGE_CAPACITY_MAX;
    f->engine = test_engine();
    f->actor = test_spawn_with(f->engine, &options);
    pthread_barrier_wait(f->barrier);
    CHECK_OK(backstage_send(test_context(f->engine, f->actor), f->actor, "", 0));
    CHECK_OK(backstage_engine_run(f->engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    pthread_barrier_wait(f->barrier);
    CHECK_EQ(f->handled, f->each * ENGINES);
    CHECK_EQ(test_statistics(f->engine).dead, 0);
    test_end(f->engine);
}

TEST(many_engines_flood_each_other_and_lose_nothing) {
    static flooder flooders[ENGINES];
    test_thread *threads[ENGINES];
    pthread_barrier_t barrier;
    atomic_uint unfinished;
    memset(flooders, 0, sizeof flooders);
    atomic_init(&unfinished, ENGINES);
    pthread_barrier_init(&barrier, NULL, ENGINES);
    for (size_t i = 0; i < ENGINES; i++) {
        flooders[i].all = flooders;
        flooders[i].barrier = &barrier;
        flooders[i].unfinished = &unfinished;
        flooders[i].each = test_rounds(20000, 1000);
        threads[i] = test_thread_start(run_flooder, &flooders[i]);
    }
    for (size_t i = 0; i < ENGINES; i++) {
        test_thread_join(threads[i]);
    }
    pthread_barrier_destroy(&barrier);
}

TEST(two_engines_of_one_thread_do_not_mix) {
    backstage_engine *a = test_engine(), *b = test_engine();
    test_recorder *seen_a = test_recorder_new(), *seen_b = test_recorder_new();
    backstage_ref actor_a = test_spawn(a, "same", test_receive, seen_a);
    backstage_ref actor_b = test_spawn(b, "same", test_receive, seen_b);
    CHECK_OK(backstage_engine_send_to_id(a, "same", "a", 1));
    CHECK_OK(backstage_engine_send_to_id(b, "same", "b", 1));
    test_run(a);
    CHECK_EQ(seen_a->count, 1);
    CHECK_EQ(seen_b->count, 0);
    CHECK(actor_a != BACKSTAGE_NONE && actor_b != BACKSTAGE_NONE);
    CHECK_OK(backstage_engine_destroy(a));
    test_run(b);
    CHECK_EQ(seen_b->count, 1);
    CHECK_STR(test_text(&seen_b->messages[0]), "b");
    test_end(b);
}
