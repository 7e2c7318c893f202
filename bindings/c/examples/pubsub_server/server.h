/* The server: the actor above all others, and what they share. */
#ifndef PUBSUB_SERVER_SERVER_H
#define PUBSUB_SERVER_SERVER_H

#include "../common/ledger.h"
#include "hub.h"
#include "options.h"
#include "output.h"

enum { INPUT_BYTES = 65536 };

struct server {
    const struct options *options;
    int listener; /* a socket that listens */
    backstage_context *context;
    struct hub hub;
    uint64_t connections;    /* open now */
    uint64_t accepted;       /* ever */
    bool is_over;            /* the actor has ended */
    backstage_status status; /* of its start */
    struct dead_letters dead;
    /* Within a turn of a connection. */
    struct gather gather;
    char input[INPUT_BYTES];
};

/* The state of the engine's dead-letter callback is the server. */
void server_dead_letter(backstage_engine *engine, backstage_ref receiver,
                        const backstage_envelope *envelope, backstage_dead_reason reason,
                        void *state);

/* Its end stops the engine's run. */
backstage_status server_spawn(backstage_engine *engine, struct server *server);

#endif
