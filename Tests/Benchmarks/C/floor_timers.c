/* The floor's timers: a heap of four children a node, and the place of each timer in it. */
#include "floor.h"

#include <stdlib.h>

typedef struct timer {
    floor_expire expire;
    void *state;
    uint32_t place; /* in the heap; or the next free timer */
} timer;

typedef struct entry {
    uint64_t due_ns;
    uint32_t timer;
} entry;

static timer *timers;
static entry *heap;
static uint32_t armed, free_first, unused;

void floor_timers_open(uint32_t capacity) {
    timers = malloc(((size_t)capacity + 1) * sizeof *timers);
    heap = malloc(((size_t)capacity + 1) * sizeof *heap);
    armed = free_first = unused = 0;
    if (!timers || !heap)
        abort();
}

void floor_timers_close(void) {
    free(timers);
    free(heap);
}

static inline void place(uint32_t at, entry what) {
    heap[at] = what;
    timers[what.timer].place = at;
}

static void rise(uint32_t at, entry what) {
    while (at > 0 && heap[(at - 1) / 4].due_ns > what.due_ns) {
        place(at, heap[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    place(at, what);
}

static void sink(uint32_t at, entry what) {
    for (;;) {
        uint32_t first = at * 4 + 1, least = first;
        if (first >= armed)
            break;
        uint32_t end = first + 4 < armed ? first + 4 : armed;
        for (uint32_t child = first + 1; child < end; child++)
            if (heap[child].due_ns < heap[least].due_ns)
                least = child;
        if (heap[least].due_ns >= what.due_ns)
            break;
        place(at, heap[least]);
        at = least;
    }
    place(at, what);
}

uint32_t floor_timer_start(uint64_t due_ns, floor_expire expire, void *state) {
    uint32_t id = free_first ? free_first : ++unused;
    if (free_first)
        free_first = timers[id].place;
    timers[id].expire = expire;
    timers[id].state = state;
    rise(armed++, (entry){due_ns, id});
    return id;
}

void floor_timer_cancel(uint32_t id) {
    uint32_t at = timers[id].place;
    entry last = heap[--armed];
    if (at < armed && at > 0 && heap[(at - 1) / 4].due_ns > last.due_ns)
        rise(at, last);
    else if (at < armed)
        sink(at, last);
    timers[id].place = free_first;
    free_first = id;
}

void floor_timers_advance(uint64_t now_ns) {
    while (armed && heap[0].due_ns <= now_ns) {
        entry due = heap[0];
        timer fired = timers[due.timer];
        floor_timer_cancel(due.timer);
        fired.expire(due.due_ns, fired.state);
    }
}
