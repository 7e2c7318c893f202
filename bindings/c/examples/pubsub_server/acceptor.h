/* The acceptor: the actor that takes in connections. */
#ifndef PUBSUB_SERVER_ACCEPTOR_H
#define PUBSUB_SERVER_ACCEPTOR_H

#include "server.h"

/* A socket that listens on 127.0.0.1, at *port, or at any if that is 0: then *port is set. -1 if
 * there is none: see errno. */
int acceptor_listen(uint64_t *port);

backstage_status acceptor_spawn(backstage_context *parent, struct server *server);

#endif
