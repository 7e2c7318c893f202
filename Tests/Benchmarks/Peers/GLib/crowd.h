/* Many receivers that only count. */
#ifndef CROWD_H
#define CROWD_H

#include "actor.h"

struct crowd;

struct crowd_member {
    struct crowd *crowd;
    glib_actor *actor;
    peer_tally tally;
};

struct crowd {
    struct crowd_member *members;
    guint32 count, size;
    guint64 handled;
};

void crowd_open(struct crowd *crowd, guint32 count, guint32 payload);
void crowd_close(struct crowd *crowd);
/* Iterates until so many messages were handled. */
void crowd_run(struct crowd *crowd, guint64 handled);
/* Each has seen the numbers 0 to count - 1; and has none now. */
void crowd_check_each(struct crowd *crowd, guint64 count);
/* Each has seen its share of them; and has none now. */
void crowd_check_shares(struct crowd *crowd, guint64 count);

#endif
