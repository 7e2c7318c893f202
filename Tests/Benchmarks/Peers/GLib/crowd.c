#include "crowd.h"

static void receive(glib_actor *self, const glib_message *message, gpointer state) {
    struct crowd_member *member = state;
    gconstpointer payload =
        message->data ? g_bytes_get_data(message->data, NULL) : message->payload;
    (void)self;
    peer_add(&member->tally, payload, message->size);
    member->crowd->handled++;
}

void crowd_open(struct crowd *crowd, guint32 count, guint32 payload) {
    *crowd = (struct crowd){g_new0(struct crowd_member, count), count, payload, 0};
    for (guint32 i = 0; i < count; i++) {
        struct crowd_member *member = &crowd->members[i];
        member->crowd = crowd;
        member->tally.size = payload;
        member->actor = glib_actor_new(NULL, receive, member);
    }
}

void crowd_close(struct crowd *crowd) {
    for (guint32 i = 0; i < crowd->count; i++)
        glib_actor_end(crowd->members[i].actor);
    g_free(crowd->members);
}

void crowd_run(struct crowd *crowd, guint64 handled) {
    while (crowd->handled < handled)
        g_main_context_iteration(NULL, TRUE);
}

static void clear(struct crowd *crowd) {
    crowd->handled = 0;
    for (guint32 i = 0; i < crowd->count; i++)
        crowd->members[i].tally = (peer_tally){0, 0, crowd->size};
}

void crowd_check_each(struct crowd *crowd, guint64 count) {
    for (guint32 i = 0; i < crowd->count; i++)
        PEER_CHECK(peer_right(&crowd->members[i].tally, count));
    clear(crowd);
}

void crowd_check_shares(struct crowd *crowd, guint64 count) {
    peer_tally all = {0, 0, crowd->size};
    for (guint32 i = 0; i < crowd->count; i++) {
        const peer_tally *tally = &crowd->members[i].tally;
        PEER_CHECK(tally->count == count / crowd->count + (i < count % crowd->count));
        all.count += tally->count;
        all.sum += tally->sum;
    }
    PEER_CHECK(peer_right(&all, count));
    clear(crowd);
}
