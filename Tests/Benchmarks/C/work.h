/* What the workloads share: making and ending engines, and the handling that both sides do. */
#ifndef WORK_H
#define WORK_H

#include "bench.h"
#include "floor.h"

#include <backstage.h>
#include <string.h>

extern const bench_group ping_pong_group, flood_group, stream_group, ring_group, fork_join_group,
    chameneos_group, big_group, dictionary_group, bounded_group, publish_group, by_id_group,
    thread_group, request_group, call_group, outstanding_group, stash_group, spawn_group,
    memory_group, timers_group, restart_group, subtree_group, latency_group, latency_message_group,
    idle_group, load_group, among_group, spawn_many_group, timers_among_group;

void work_status_failed(const char *file, int line, const char *call, backstage_status status)
    __attribute__((noreturn, cold));

#define WORK_OK(call)                                                                              \
    do {                                                                                           \
        backstage_status status_ = (call);                                                         \
        if (status_ != BACKSTAGE_OK)                                                               \
            work_status_failed(__FILE__, __LINE__, #call, status_);                                \
    } while (0)

backstage_engine *work_engine(uint32_t actors_max, backstage_clock clock);
backstage_ref work_spawn(backstage_engine *engine, const char *id,
                         backstage_receive_callback receive, void *state);
backstage_context *work_context(backstage_engine *engine, backstage_ref actor);
void work_run(backstage_engine *engine);
/* Destroys the engine, having checked that all it accepted was handled. */
void work_end(backstage_engine *engine);

/* What receivers that only count do: 16 bytes and more carry a number at both ends. */
struct tally {
    uint64_t count, sum;
    uint32_t size;
};

static inline void tally_stamp(unsigned char *payload, uint32_t size, uint64_t number) {
    if (size < 2 * sizeof number)
        return;
    memcpy(payload, &number, sizeof number);
    memcpy(payload + size - sizeof number, &number, sizeof number);
}

static inline void tally_add(struct tally *tally, const void *payload, uint32_t size) {
    uint64_t first, last;
    BENCH_CHECK(size == tally->size);
    tally->count++;
    if (size < 2 * sizeof first)
        return;
    memcpy(&first, payload, sizeof first);
    memcpy(&last, (const unsigned char *)payload + size - sizeof last, sizeof last);
    tally->sum += first + last;
}

/* Whether it saw each of the numbers 0 to count - 1, `times` times. */
static inline bool tally_right(const struct tally *tally, uint64_t count, uint64_t times) {
    uint64_t sum = tally->size < 16 ? 0 : count * (count - 1) * times;
    return tally->count == count * times && tally->sum == sum;
}

/* Part of the work, done first and not measured. */
static inline uint64_t work_warm_up(uint64_t count) { return count / 10 ? count / 10 : 1; }

static inline double work_millions(uint64_t count, double seconds) {
    return (double)count / seconds * 1e-6;
}

#endif
