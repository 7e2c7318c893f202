/* The floor's way in from other threads: a bounded ring whose slots carry a turn number. */
#define _GNU_SOURCE
#include "floor.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CACHE_LINE = 64, BATCH = 256, FEW = 64, PAUSES = 300, LOOKS_BEFORE_SLEEP = 20 };

/* One cache line: the turn number says whose turn it is, producer or consumer. */
typedef struct slot {
    uint32_t turn, size;
    floor_actor *receiver;
    unsigned char payload[FLOOR_REMOTE_BYTES];
} slot;

static slot slots[FLOOR_REMOTE_CAPACITY] __attribute__((aligned(CACHE_LINE)));
static uint32_t tail __attribute__((aligned(CACHE_LINE)));
static uint32_t head __attribute__((aligned(CACHE_LINE)));
static bool asleep __attribute__((aligned(CACHE_LINE)));
static int wake_fd;

void floor_remote_open(void) {
    for (uint32_t i = 0; i < FLOOR_REMOTE_CAPACITY; i++)
        slots[i].turn = i;
    head = tail = 0;
    asleep = false;
    wake_fd = eventfd(0, EFD_CLOEXEC);
}

void floor_remote_close(void) { close(wake_fd); }

static void wake(void) {
    uint64_t one = 1;
    if (__atomic_exchange_n(&asleep, false, __ATOMIC_ACQ_REL) &&
        write(wake_fd, &one, sizeof one) < 0)
        return; /* only a full counter, which wakes as well */
}

bool floor_remote_send(floor_actor *receiver, const void *payload, uint32_t size) {
    if (size > FLOOR_REMOTE_BYTES)
        return false;
    uint32_t at = __atomic_load_n(&tail, __ATOMIC_RELAXED);
    slot *place;
    for (;;) {
        place = slots + at % FLOOR_REMOTE_CAPACITY;
        int32_t ahead = (int32_t)(__atomic_load_n(&place->turn, __ATOMIC_ACQUIRE) - at);
        if (ahead < 0)
            return false; /* full */
        if (ahead > 0)
            at = __atomic_load_n(&tail, __ATOMIC_RELAXED);
        else if (__atomic_compare_exchange_n(&tail, &at, at + 1, true, __ATOMIC_RELAXED,
                                             __ATOMIC_RELAXED))
            break;
    }
    place->receiver = receiver;
    place->size = size;
    memcpy(place->payload, payload, size);
    __atomic_store_n(&place->turn, at + 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the message before the question */
    if (__atomic_load_n(&asleep, __ATOMIC_RELAXED))
        wake();
    return true;
}

static uint32_t take_in(void) {
    uint32_t taken = 0;
    while (taken < BATCH) {
        slot *place = slots + head % FLOOR_REMOTE_CAPACITY;
        if (__atomic_load_n(&place->turn, __ATOMIC_ACQUIRE) != head + 1 ||
            !floor_send(NULL, place->receiver, place->payload, place->size))
            break;
        __atomic_store_n(&place->turn, head + FLOOR_REMOTE_CAPACITY, __ATOMIC_RELEASE);
        head++;
        taken++;
    }
    return taken;
}

static void sleep_until_woken(void) {
    uint64_t count;
    __atomic_store_n(&asleep, true, __ATOMIC_SEQ_CST);
    slot *place = slots + head % FLOOR_REMOTE_CAPACITY;
    if (__atomic_load_n(&place->turn, __ATOMIC_SEQ_CST) == head + 1 &&
        __atomic_exchange_n(&asleep, false, __ATOMIC_ACQ_REL))
        return; /* it came meanwhile, and nobody wakes us */
    if (read(wake_fd, &count, sizeof count) < 0)
        return; /* a signal: look again */
}

/* Lets messages gather: one taken at a time, its slot goes to and fro between the two CPUs. */
static void pause_a_little(void) {
    for (int i = 0; i < PAUSES; i++)
#if defined(__x86_64__)
        __builtin_ia32_pause();
#else
        __asm__ volatile("" ::: "memory");
#endif
}

void floor_remote_run(const bool *stop) {
    unsigned idle = 0;
    while (!*stop) {
        uint32_t taken = take_in();
        idle = floor_run() || taken ? 0 : idle + 1;
        if (taken < FEW)
            pause_a_little();
        if (idle > LOOKS_BEFORE_SLEEP)
            sleep_until_woken();
    }
}
