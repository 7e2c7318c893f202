/* Connections: an actor each. */
#ifndef PUBSUB_SERVER_CONNECTION_H
#define PUBSUB_SERVER_CONNECTION_H

#include "commands.h"
#include "server.h"

/* Why a connection fails. */
enum {
    CONNECTION_PAST_LIMIT = BACKSTAGE_USER_STATUS,       /* too much output is kept */
    CONNECTION_OVERRUN = BACKSTAGE_USER_STATUS - 1,      /* its inbox was full */
    CONNECTION_REQUEST_SIZE = BACKSTAGE_USER_STATUS - 2, /* a request is too large */
};

struct connection {
    struct server *server;
    struct client client;
    uint64_t reader; /* watchers; 0: none */
    uint64_t writer;
    size_t in_hand; /* messages of the batch being handled */
    struct resp_parser parser;
    struct bytes input; /* what was read and not yet handled */
};

/* Makes an actor, a child of the server's, of a socket that does not block: it closes it. On error
 * the socket is still yours. */
backstage_status connection_spawn(struct server *server, int fd);

#endif
