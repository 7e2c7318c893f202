/* The floor's stash: records set aside, one behind the other, and handed over again in order. */
#define _POSIX_C_SOURCE 200809L
#include "floor.h"

#include <stdlib.h>
#include <string.h>

static uint32_t record_bytes(const floor_message *message) {
    return (uint32_t)(sizeof *message + message->size + 15) & ~15u;
}

bool floor_stash_open(floor_stash *stash, uint32_t bytes) {
    void *records = NULL;
    if (posix_memalign(&records, 64, bytes) != 0)
        return false;
    *stash = (floor_stash){.records = records, .bytes = bytes};
    return true;
}

void floor_stash_close(floor_stash *stash) { free(stash->records); }

bool floor_stash_put(floor_stash *stash, const floor_message *message) {
    uint32_t bytes = record_bytes(message);
    if (stash->bytes - stash->used < bytes)
        return false;
    memcpy(stash->records + stash->used, message, sizeof *message + message->size);
    stash->used += bytes;
    return true;
}

void floor_unstash(floor_stash *stash, floor_actor *self) {
    uint32_t end = stash->used;
    stash->used = 0;
    for (uint32_t at = 0; at < end;) {
        const floor_message *message = (const floor_message *)(const void *)(stash->records + at);
        at += record_bytes(message);
        self->receive(self, message, self->state);
    }
}
