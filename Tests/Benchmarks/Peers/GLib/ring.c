/* A ring, and one token that goes round. A hop is an idle source: the main loop looks at each
 * source it has at every iteration, so that a thousand sources with queues would be worse. */
#include "actor.h"

struct token {
    guint64 hops, limit;
    struct member *at;
};

struct member {
    struct member *next;
    GMainLoop *loop;
    guint64 visits, sum;
};

static void pass(struct member *to, guint64 hops, guint64 limit);

static gboolean arrive(gpointer data) {
    const struct token *token = data;
    struct member *member = token->at;
    member->visits++;
    member->sum += token->hops;
    if (token->hops + 1 < token->limit)
        pass(member->next, token->hops + 1, token->limit);
    else
        g_main_loop_quit(member->loop);
    return G_SOURCE_REMOVE;
}

static void pass(struct member *to, guint64 hops, guint64 limit) {
    struct token token = {hops, limit, to};
    g_idle_add_full(G_PRIORITY_DEFAULT, arrive, g_memdup2(&token, sizeof token), g_free);
}

static void go_round(struct member *members, guint32 size, guint64 limit) {
    guint64 sum = 0;
    pass(members, 0, limit);
    g_main_loop_run(members->loop);
    for (guint32 i = 0; i < size; i++) {
        PEER_CHECK(members[i].visits == limit / size + (i < limit % size));
        sum += members[i].sum;
        members[i].visits = members[i].sum = 0;
    }
    PEER_CHECK(sum == limit * (limit - 1) / 2);
}

static void ring(const peer_run *run, double *figures) {
    struct member *members = g_new0(struct member, run->size);
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    for (guint32 i = 0; i < run->size; i++) {
        members[i].next = &members[(i + 1) % run->size];
        members[i].loop = loop;
    }
    go_round(members, run->size, peer_warm_up(run->count));
    double start = peer_seconds();
    go_round(members, run->size, run->count);
    figures[0] = peer_millions(run->count, peer_seconds() - start);
    g_main_loop_unref(loop);
    g_free(members);
}

static const peer_workload workloads[] = {
    {"ring of 1000", 16, 1000, 1, ring},
};

const peer_group ring_group = PEER_GROUP(workloads);
