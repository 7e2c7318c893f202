/* Chameneos: creatures that meet in pairs in a mall, and take on a colour from each other. A
 * meeting takes four messages: two come to the mall, it sends one of them on to the other creature,
 * and that one answers. */
#include "work.h"

#include <stdlib.h>

enum kind { MEET, CHANGE, LEAVE, MET };
enum { COLOURS = 3 };

struct word {
    uint32_t kind, colour;
    uint64_t meetings; /* of a creature that left */
};

struct creature {
    uint32_t colour;
    uint64_t meetings;
    struct mall *mall;
};

struct mall {
    uint64_t meetings, limit, told; /* told: the meetings of all that left */
    uint32_t left;
    floor_actor actor, *waiting;
    backstage_ref ref, waiting_ref;
};

static inline struct word word_of(const void *payload, uint32_t size) {
    struct word word;
    BENCH_CHECK(size == sizeof word);
    memcpy(&word, payload, sizeof word);
    return word;
}

/* What both turn to: the same colour if they have the same, else the third one. */
static inline uint32_t complement(uint32_t one, uint32_t other) {
    return one == other ? one : COLOURS - one - other;
}

static inline void note_left(struct mall *mall, const struct word *word) {
    BENCH_CHECK(word->kind == MET);
    mall->told += word->meetings;
    mall->left++;
}

static void open_mall(struct mall *mall, struct creature *creatures, uint32_t count,
                      uint64_t limit) {
    mall->meetings = mall->told = mall->left = 0;
    mall->limit = limit;
    mall->waiting = NULL;
    mall->waiting_ref = BACKSTAGE_NONE;
    for (uint32_t i = 0; i < count; i++)
        creatures[i] = (struct creature){.colour = i % COLOURS, .mall = mall};
}

static void check_mall(const struct mall *mall, uint32_t count) {
    BENCH_CHECK(mall->meetings == mall->limit && mall->left == count);
    BENCH_CHECK(mall->told == 2 * mall->limit);
}

static void floor_mall(floor_actor *self, const floor_message *message, void *state) {
    struct mall *mall = state;
    struct word word = word_of(message->payload, message->size);
    if (word.kind != MEET) {
        note_left(mall, &word);
    } else if (mall->meetings == mall->limit) {
        struct word leave = {.kind = LEAVE};
        BENCH_CHECK(floor_send(self, message->sender, &leave, sizeof leave));
    } else if (!mall->waiting) {
        mall->waiting = message->sender;
    } else {
        BENCH_CHECK(floor_send(message->sender, mall->waiting, message->payload, message->size));
        mall->waiting = NULL;
        mall->meetings++;
    }
}

static void floor_creature(floor_actor *self, const floor_message *message, void *state) {
    struct creature *creature = state;
    struct word word = word_of(message->payload, message->size), answer = {0};
    if (word.kind == LEAVE) {
        answer = (struct word){.kind = MET, .meetings = creature->meetings};
    } else {
        creature->meetings++;
        creature->colour =
            word.kind == MEET ? complement(creature->colour, word.colour) : word.colour;
        answer = (struct word){.kind = CHANGE, .colour = creature->colour};
        if (word.kind == MEET)
            BENCH_CHECK(floor_send(self, message->sender, &answer, sizeof answer));
        answer.kind = MEET;
    }
    BENCH_CHECK(floor_send(self, &creature->mall->actor, &answer, sizeof answer));
}

static void floor_round(struct mall *mall, floor_actor *actors, struct creature *creatures,
                        uint32_t count, uint64_t limit) {
    open_mall(mall, creatures, count, limit);
    for (uint32_t i = 0; i < count; i++) {
        struct word word = {.kind = MEET, .colour = creatures[i].colour};
        BENCH_CHECK(floor_send(&actors[i], &mall->actor, &word, sizeof word));
    }
    floor_run();
    check_mall(mall, count);
}

static void floor_chameneos(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors, ring_bytes = 256;
    struct mall mall;
    struct creature *creatures = bench_allocate(size, sizeof *creatures);
    floor_actor *actors = bench_allocate(size, sizeof *actors);
    while (ring_bytes < (size + 1) * 32)
        ring_bytes *= 2;
    floor_actor_make(&mall.actor, floor_mall, &mall, ring_bytes);
    for (uint32_t i = 0; i < size; i++)
        floor_actor_make(&actors[i], floor_creature, &creatures[i], 256);
    floor_round(&mall, actors, creatures, size, work_warm_up(count));
    double start = bench_seconds();
    floor_round(&mall, actors, creatures, size, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    free(actors);
    free(creatures);
}

static backstage_status run_mall(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    struct mall *mall = state;
    struct word word = word_of(envelope->payload, envelope->size);
    if (word.kind != MEET) {
        note_left(mall, &word);
    } else if (mall->meetings == mall->limit) {
        struct word leave = {.kind = LEAVE};
        WORK_OK(backstage_send(context, envelope->sender, &leave, sizeof leave));
    } else if (mall->waiting_ref == BACKSTAGE_NONE) {
        mall->waiting_ref = envelope->sender;
    } else {
        WORK_OK(backstage_forward(context, envelope, mall->waiting_ref));
        mall->waiting_ref = BACKSTAGE_NONE;
        mall->meetings++;
    }
    return BACKSTAGE_OK;
}

static backstage_status live(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    struct creature *creature = state;
    struct word word = word_of(envelope->payload, envelope->size), answer = {0};
    if (word.kind == LEAVE) {
        answer = (struct word){.kind = MET, .meetings = creature->meetings};
    } else {
        creature->meetings++;
        creature->colour =
            word.kind == MEET ? complement(creature->colour, word.colour) : word.colour;
        answer = (struct word){.kind = CHANGE, .colour = creature->colour};
        if (word.kind == MEET)
            WORK_OK(backstage_send(context, envelope->sender, &answer, sizeof answer));
        answer.kind = MEET;
    }
    WORK_OK(backstage_send(context, creature->mall->ref, &answer, sizeof answer));
    return BACKSTAGE_OK;
}

static void backstage_round(backstage_engine *engine, struct mall *mall,
                            backstage_context **contexts, struct creature *creatures,
                            uint32_t count, uint64_t limit) {
    open_mall(mall, creatures, count, limit);
    for (uint32_t i = 0; i < count; i++) {
        struct word word = {.kind = MEET, .colour = creatures[i].colour};
        WORK_OK(backstage_send(contexts[i], mall->ref, &word, sizeof word));
    }
    work_run(engine);
    check_mall(mall, count);
}

static void backstage_chameneos(const bench_workload *workload, uint64_t count, double *figures) {
    uint32_t size = workload->actors;
    struct mall mall;
    struct creature *creatures = bench_allocate(size, sizeof *creatures);
    backstage_context **contexts = bench_allocate(size, sizeof *contexts);
    backstage_engine *engine = work_engine(0, BACKSTAGE_CLOCK_MONOTONIC);
    mall.ref = work_spawn(engine, NULL, run_mall, &mall);
    for (uint32_t i = 0; i < size; i++)
        contexts[i] = work_context(engine, work_spawn(engine, NULL, live, &creatures[i]));
    backstage_round(engine, &mall, contexts, creatures, size, work_warm_up(count));
    double start = bench_seconds();
    backstage_round(engine, &mall, contexts, creatures, size, count);
    figures[0] = work_millions(count, bench_seconds() - start);
    work_end(engine);
    free(contexts);
    free(creatures);
}

static const bench_workload workloads[] = {{
    .name = "chameneos",
    .payload = sizeof(struct word),
    .actors = 100,
    .count = 5000000,
    .floor = floor_chameneos,
    .backstage = backstage_chameneos,
    .figures = {{"", "M/s"}},
}};

const bench_group chameneos_group = BENCH_GROUP(workloads);
