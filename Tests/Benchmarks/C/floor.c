/* The floor's hot path: send, publish, run. */
#define _POSIX_C_SOURCE 200809L
#include "floor.h"

#include <stdlib.h>
#include <string.h>

static floor_actor *ready_first, *ready_last;

/* As a size: the rest of the ring is unused, go on at its start. */
static const uint32_t skip = UINT32_MAX;

void floor_actor_make(floor_actor *actor, floor_receive receive, void *state, uint32_t ring_bytes) {
    *actor = (floor_actor){.receive = receive, .state = state, .ring_bytes = ring_bytes};
}

static inline floor_message *message_at(floor_actor *actor, uint32_t at) {
    return (floor_message *)(void *)(actor->ring + at);
}

static inline uint32_t record_bytes(uint32_t size) {
    return (uint32_t)(sizeof(floor_message) + size + 15) & ~15u;
}

/* 16 to 32 bytes, which most payloads are, without a call. By words: the sender has probably just
 * written words, and a wider load would have to wait until these have reached the cache. */
static inline void copy_words(unsigned char *to, const unsigned char *from, uint32_t size) {
    uint64_t word[4];
    memcpy(&word[0], from, 8);
    memcpy(&word[1], from + 8, 8);
    memcpy(&word[2], from + size - 16, 8);
    memcpy(&word[3], from + size - 8, 8);
    __asm__("" : "+r"(word[0]), "+r"(word[1]), "+r"(word[2]), "+r"(word[3])); /* not merged */
    memcpy(to, &word[0], 8);
    memcpy(to + 8, &word[1], 8);
    memcpy(to + size - 16, &word[2], 8);
    memcpy(to + size - 8, &word[3], 8);
}

static void make_ready(floor_actor *actor) {
    actor->ready = 1;
    actor->next = NULL;
    if (ready_first)
        ready_last->next = actor;
    else
        ready_first = actor;
    ready_last = actor;
}

static inline void fill(floor_message *message, floor_actor *sender, uint32_t token,
                        uint32_t size) {
    message->sender = sender;
    message->size = size;
    message->token = token;
}

/* The ring's first message, its end, and payloads of any size. */
static __attribute__((noinline)) bool put_slowly(floor_actor *sender, floor_actor *receiver,
                                                 uint32_t token, const void *payload,
                                                 uint32_t size) {
    uint32_t need = record_bytes(size), at = receiver->tail & (receiver->ring_bytes - 1);
    uint32_t rest = receiver->ring_bytes - at, skipped = rest < need ? rest : 0;
    void *ring = receiver->ring;
    if (receiver->ring_bytes - (receiver->tail - receiver->head) < need + skipped)
        return false;
    if (!ring && posix_memalign(&ring, 64, receiver->ring_bytes) != 0)
        return false;
    receiver->ring = ring;
    if (skipped)
        message_at(receiver, at)->size = skip;
    floor_message *message = message_at(receiver, skipped ? 0 : at);
    receiver->tail += skipped + need;
    fill(message, sender, token, size);
    if (size)
        memcpy(message->payload, payload, size);
    if (!receiver->ready)
        make_ready(receiver);
    return true;
}

static inline bool put(floor_actor *sender, floor_actor *receiver, uint32_t token,
                       const void *payload, uint32_t size) {
    uint32_t need = record_bytes(size), at = receiver->tail & (receiver->ring_bytes - 1);
    uint32_t room = receiver->ring_bytes - (receiver->tail - receiver->head);
    if (size - 16 > 16 || room < need || receiver->ring_bytes - at < need || !receiver->ring)
        return put_slowly(sender, receiver, token, payload, size);
    floor_message *message = message_at(receiver, at);
    receiver->tail += need;
    fill(message, sender, token, size);
    copy_words(message->payload, payload, size);
    if (!receiver->ready)
        make_ready(receiver);
    return true;
}

bool floor_send(floor_actor *sender, floor_actor *receiver, const void *payload, uint32_t size) {
    return put(sender, receiver, 0, payload, size);
}

bool floor_send_token(floor_actor *sender, floor_actor *receiver, uint32_t token,
                      const void *payload, uint32_t size) {
    return put(sender, receiver, token, payload, size);
}

static inline uint32_t take_out(floor_actor *actor) {
    uint32_t at = actor->head & (actor->ring_bytes - 1);
    uint32_t size = message_at(actor, at)->size;
    actor->head += size == skip ? actor->ring_bytes - at : record_bytes(size);
    return size != skip;
}

uint32_t floor_send_dropping(floor_actor *sender, floor_actor *receiver, const void *payload,
                             uint32_t size) {
    uint32_t dropped = 0;
    while (!put(sender, receiver, 0, payload, size))
        dropped += take_out(receiver);
    return dropped;
}

bool floor_publish(floor_actor *publisher, floor_actor *const *subscribers, size_t count,
                   const void *payload, uint32_t size) {
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all &= put(publisher, subscribers[i], 0, payload, size);
    return all;
}

/* What it sends to itself waits for its next turn. */
static inline uint64_t take_turn(floor_actor *actor) {
    uint64_t handled = 0;
    uint32_t end = actor->tail;
    while (handled < FLOOR_BUDGET && actor->head != end) {
        uint32_t at = actor->head & (actor->ring_bytes - 1);
        const floor_message *message = message_at(actor, at);
        if (message->size == skip) {
            actor->head += actor->ring_bytes - at;
            continue;
        }
        actor->receive(actor, message, actor->state);
        actor->head += record_bytes(message->size);
        handled++;
    }
    return handled;
}

uint64_t floor_run_turns(uint64_t turns) {
    uint64_t handled = 0;
    for (; ready_first && turns; turns--) {
        floor_actor *actor = ready_first;
        ready_first = actor->next;
        handled += take_turn(actor);
        if (actor->head != actor->tail) {
            make_ready(actor);
        } else {
            actor->ready = 0;
            actor->head = actor->tail = 0; /* the next message finds the first line warm */
        }
    }
    return handled;
}

uint64_t floor_run(void) { return floor_run_turns(UINT64_MAX); }
