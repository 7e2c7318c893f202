/* The floor's ids: a hash table with linear probing, and actors of one allocation each. */
#include "floor.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, NAMED_RING_BYTES = 4096 };

typedef struct slot {
    floor_named *named; /* NULL: free */
    uint32_t hash;      /* here too, so that a probe or a growth does not touch the actor */
} slot;

static slot *slots;
static size_t slot_count, used;

/* FNV-1a, and the length on the way. */
static inline uint32_t hash_of(const char *id, size_t *length) {
    uint32_t hash = 2166136261u;
    const char *end = id;
    for (; *end; end++)
        hash = (hash ^ (unsigned char)*end) * 16777619u;
    *length = (size_t)(end - id);
    return hash;
}

static inline size_t place_of(uint32_t hash) { return (hash ^ hash >> 15) & (slot_count - 1); }

static bool grow(void) {
    size_t old_count = slot_count, new_count = slot_count ? slot_count * 2 : FIRST_SLOTS;
    slot *old = slots, *new = calloc(new_count, sizeof *new);
    if (!new)
        return false;
    slots = new;
    slot_count = new_count;
    for (size_t i = 0; i < old_count; i++) {
        if (!old[i].named)
            continue;
        size_t at = place_of(old[i].hash);
        while (slots[at].named)
            at = (at + 1) & (slot_count - 1);
        slots[at] = old[i];
    }
    free(old);
    return true;
}

static slot *lookup(const char *id, uint32_t hash, size_t length) {
    size_t at = place_of(hash);
    for (; slots[at].named; at = (at + 1) & (slot_count - 1))
        if (slots[at].hash == hash && memcmp(slots[at].named->id, id, length + 1) == 0)
            break;
    return slots + at;
}

floor_named *floor_find(const char *id) {
    size_t length;
    uint32_t hash = hash_of(id, &length);
    return slot_count ? lookup(id, hash, length)->named : NULL;
}

bool floor_send_to_id(floor_actor *sender, const char *id, const void *payload, uint32_t size) {
    floor_named *receiver = floor_find(id);
    return receiver && floor_send(sender, &receiver->actor, payload, size);
}

floor_named *floor_spawn(const char *id, floor_receive receive, floor_deinit deinit, void *state) {
    if (used * 4 >= slot_count * 3 && !grow())
        return NULL;
    size_t length;
    uint32_t hash = hash_of(id, &length);
    slot *place = lookup(id, hash, length);
    floor_named *named = place->named ? NULL : malloc(sizeof *named + length + 1);
    if (!named)
        return NULL;
    floor_actor_make(&named->actor, receive, state, NAMED_RING_BYTES);
    named->deinit = deinit;
    named->hash = hash;
    memcpy(named->id, id, length + 1);
    *place = (slot){named, hash};
    used++;
    return named;
}

/* Closes the gap that a removal leaves, so that no probe ends too early. */
static void close_gap(size_t gap) {
    size_t mask = slot_count - 1;
    for (size_t at = (gap + 1) & mask; slots[at].named; at = (at + 1) & mask) {
        size_t distance = (at - place_of(slots[at].hash)) & mask;
        if (distance < ((at - gap) & mask))
            continue;
        slots[gap] = slots[at];
        gap = at;
    }
    slots[gap].named = NULL;
}

void floor_end(floor_named *named) {
    size_t at = place_of(named->hash);
    while (slots[at].named != named)
        at = (at + 1) & (slot_count - 1);
    close_gap(at);
    used--;
    if (named->deinit)
        named->deinit(named);
    free(named->actor.ring);
    free(named);
}
