/* The floor's requests: a token is the place of the asker in a table, and a generation. */
#include "floor.h"

#include <stddef.h>

enum { WAITING_MAX = 4096 };

typedef struct waiting {
    floor_actor *asker; /* NULL: free */
    uint32_t generation;
    uint32_t next_free;
} waiting;

static waiting table[WAITING_MAX];
static uint32_t free_first, unused;

/* 0: too many wait already, or the receiver is full. */
uint32_t floor_request(floor_actor *sender, floor_actor *receiver, const void *payload,
                       uint32_t size) {
    uint32_t place = free_first;
    if (place)
        free_first = table[place].next_free;
    else if (unused < WAITING_MAX - 1)
        place = ++unused;
    else
        return 0;
    waiting *entry = table + place;
    uint32_t token = ++entry->generation * WAITING_MAX | place;
    if (!floor_send_token(sender, receiver, token, payload, size)) {
        entry->next_free = free_first;
        free_first = place;
        return 0;
    }
    entry->asker = sender;
    return token;
}

bool floor_reply(floor_actor *self, const floor_message *request, const void *payload,
                 uint32_t size) {
    uint32_t token = request->token, place = token % WAITING_MAX;
    waiting *entry = table + place;
    if (!entry->asker || (entry->generation * WAITING_MAX | place) != token)
        return false;
    if (!floor_send_token(self, entry->asker, token, payload, size))
        return false;
    entry->asker = NULL;
    entry->next_free = free_first;
    free_first = place;
    return true;
}
