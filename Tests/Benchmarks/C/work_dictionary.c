/* Concurrent dictionary: one actor holds a hash table, the others ask it to read and, one time in
 * ten, to write, and wait for each answer. The table is the same on both sides. */
#include "work.h"

#include <stdlib.h>

/* Few enough for the table to stay in the cache: what is measured is the asking. */
enum { KEYS = 1 << 16, SLOTS = 2 * KEYS, WRITE_PERCENT = 10 };
enum kind { START, READ, WRITE, RESULT };

struct query {
    uint32_t kind, key;
    uint64_t value;
};

/* ---- The table: open addressing, linear probing; a key of 0 is a free slot ------------------ */

struct entry {
    uint64_t key, value;
};

struct dictionary {
    struct entry *entries;
    uint64_t reads, writes, sum; /* sum: of the values told */
};

static inline struct entry *entry_of(const struct dictionary *dictionary, uint64_t key) {
    uint64_t at = key * 0x9e3779b97f4a7c15 >> (64 - 17);
    struct entry *entries = dictionary->entries;
    while (entries[at].key != key && entries[at].key != 0)
        at = (at + 1) & (SLOTS - 1);
    return entries + at;
}

static inline void store(struct dictionary *dictionary, uint32_t key, uint64_t value) {
    struct entry *entry = entry_of(dictionary, (uint64_t)key + 1);
    entry->key = (uint64_t)key + 1;
    entry->value = value;
}

static void fill(struct dictionary *dictionary) {
    dictionary->entries = bench_allocate(SLOTS, sizeof(struct entry));
    for (uint32_t key = 0; key < KEYS; key++)
        store(dictionary, key, key);
}

static inline struct query query_of(const void *payload, uint32_t size) {
    struct query query;
    BENCH_CHECK(size == sizeof query);
    memcpy(&query, payload, sizeof query);
    return query;
}

static inline struct query answer(struct dictionary *dictionary, struct query query) {
    if (query.kind == WRITE) {
        dictionary->writes++;
        store(dictionary, query.key, query.value);
    } else {
        BENCH_CHECK(query.kind == READ);
        dictionary->reads++;
        query.value = entry_of(dictionary, (uint64_t)query.key + 1)->value;
    }
    dictionary->sum += query.value;
    query.kind = RESULT;
    return query;
}

/* ---- Those who ask -------------------------------------------------------------------------- */

struct worker {
    uint64_t seed, left, writes, sum;
    struct work *work;
};

struct work {
    uint32_t count;
    struct worker *workers;
    struct dictionary dictionary;
    floor_actor actor;
    backstage_ref ref;
};

static inline struct query next_query(struct worker *worker) {
    uint64_t random = bench_random(&worker->seed);
    struct query query = {.kind = READ, .key = (uint32_t)random & (KEYS - 1)};
    if ((random >> 32) * 100 >> 32 < WRITE_PERCENT) {
        query.kind = WRITE;
        query.value = query.key + (uint64_t)KEYS * (worker->left & 0xffff); /* tells the key */
        worker->writes++;
    }
    return query;
}

/* Whether to ask once more. */
static inline bool go_on(struct worker *worker, const struct query *result) {
    if (result->kind == RESULT) {
        BENCH_CHECK((result->value & (KEYS - 1)) == result->key);
        worker->sum += result->value;
        worker->left--;
    }
    return worker->left > 0;
}

static uint64_t operations_of(const bench_workload *workload, uint64_t count) {
    uint64_t operations = count / workload->actors;
    return operations ? operations : 1;
}

static void start_work(struct work *work, uint64_t operations) {
    struct dictionary *dictionary = &work->dictionary;
    dictionary->reads = dictionary->writes = dictionary->sum = 0;
    for (uint32_t i = 0; i < work->count; i++)
        work->workers[i] = (struct worker){.seed = i, .left = operations, .work = work};
}

static void check_work(const struct work *work, uint64_t operations) {
    const struct dictionary *dictionary = &work->dictionary;
    uint64_t writes = 0, sum = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        BENCH_CHECK(work->workers[i].left == 0);
        writes += work->workers[i].writes;
        sum += work->workers[i].sum;
    }
    BENCH_CHECK(dictionary->reads + dictionary->writes == operations * work->count);
    BENCH_CHECK(dictionary->writes == writes && dictionary->sum == sum);
}

static void make_work(struct work *work, uint32_t workers) {
    *work = (struct work){.count = workers};
    work->workers = bench_allocate(workers, sizeof *work->workers);
    fill(&work->dictionary);
}

static void free_work(struct work *work) {
    free(work->workers);
    free(work->dictionary.entries);
}

static const struct query start_query = {.kind = START};

/* ---- The floor ------------------------------------------------------------------------------ */

static void floor_dictionary_actor(floor_actor *self, const floor_message *message, void *state) {
    struct query result = answer(state, query_of(message->payload, message->size));
    BENCH_CHECK(floor_send(self, message->sender, &result, sizeof result));
}

static void floor_worker(floor_actor *self, const floor_message *message, void *state) {
    struct worker *worker = state;
    struct query query = query_of(message->payload, message->size);
    if (!go_on(worker, &query))
        return;
    query = next_query(worker);
    BENCH_CHECK(floor_send(self, &worker->work->actor, &query, sizeof query));
}

static void floor_round(struct work *work, floor_actor *actors, uint64_t operations) {
    start_work(work, operations);
    for (uint32_t i = 0; i < work->count; i++)
        BENCH_CHECK(floor_send(NULL, &actors[i], &start_query, sizeof start_query));
    floor_run();
    check_work(work, operations);
}

static void floor_dictionary(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t operations = operations_of(workload, count);
    uint32_t ring_bytes = 256;
    struct work work;
    make_work(&work, workload->actors);
    floor_actor *actors = bench_allocate(work.count, sizeof *actors);
    while (ring_bytes < (work.count + 1) * 32)
        ring_bytes *= 2;
    floor_actor_make(&work.actor, floor_dictionary_actor, &work.dictionary, ring_bytes);
    for (uint32_t i = 0; i < work.count; i++)
        floor_actor_make(&actors[i], floor_worker, &work.workers[i], 256);
    floor_round(&work, actors, work_warm_up(operations));
    double start = bench_seconds();
    floor_round(&work, actors, operations);
    figures[0] = work_millions(operations * work.count, bench_seconds() - start);
    free(actors);
    free_work(&work);
}

/* ---- Backstage ------------------------------------------------------------------------------ */

static backstage_status serve(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    struct query result = answer(state, query_of(envelope->payload, envelope->size));
    WORK_OK(backstage_send(context, envelope->sender, &result, sizeof result));
    return BACKSTAGE_OK;
}

static backstage_status ask(backstage_context *context, const backstage_envelope *envelope,
                            void *state) {
    struct worker *worker = state;
    struct query query = query_of(envelope->payload, envelope->size);
    if (!go_on(worker, &query))
        return BACKSTAGE_OK;
    query = next_query(worker);
    WORK_OK(backstage_send(context, worker->work->ref, &query, sizeof query));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, struct work *work, const backstage_ref *refs,
                            uint64_t operations) {
    start_work(work, operations);
    for (uint32_t i = 0; i < work->count; i++)
        WORK_OK(backstage_engine_send(engine, refs[i], &start_query, sizeof start_query));
    work_run(engine);
    check_work(work, operations);
}

static void backstage_dictionary(const bench_workload *workload, uint64_t count, double *figures) {
    uint64_t operations = operations_of(workload, count);
    struct work work;
    make_work(&work, workload->actors);
    backstage_ref *refs = bench_allocate(work.count, sizeof *refs);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    work.ref = work_spawn(engine, NULL, serve, &work.dictionary);
    for (uint32_t i = 0; i < work.count; i++)
        refs[i] = work_spawn(engine, NULL, ask, &work.workers[i]);
    backstage_round(engine, &work, refs, work_warm_up(operations));
    double start = bench_seconds();
    backstage_round(engine, &work, refs, operations);
    figures[0] = work_millions(operations * work.count, bench_seconds() - start);
    work_end(engine);
    free(refs);
    free_work(&work);
}

static const bench_workload workloads[] = {{
    .name = "concurrent dictionary",
    .payload = sizeof(struct query),
    .actors = 20,
    .count = 10000000,
    .floor = floor_dictionary,
    .backstage = backstage_dictionary,
    .figures = {{"", "M/s"}},
}};

const bench_group dictionary_group = BENCH_GROUP(workloads);
