/*
 * A connection's requests: reads them and has them executed.
 *
 * As with Redis, a reply comes after what was published before. So if publications wait in the
 * inbox, replies are put aside; a fence, a message to the connection itself, comes after those and
 * lets the replies go. Until then no more requests are read.
 */
#ifndef PUBSUB_SERVER_INPUT_H
#define PUBSUB_SERVER_INPUT_H

#include "connection.h"

/* Reads once from the socket, and handles what is there. */
backstage_status input_read(struct connection *connection);

/* Handles what was left over, and looks at the socket again. */
backstage_status input_go_on(struct connection *connection);

/* No longer looks at the socket; looks at it again. */
backstage_status input_pause(struct connection *connection);
backstage_status input_resume(struct connection *connection);

#endif
