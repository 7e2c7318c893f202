/*
 * What a connection has to write. Within a turn it is gathered, in memory that all connections
 * share, and goes out in one write; what the socket does not take then is kept, up to a limit.
 */
#ifndef PUBSUB_SERVER_OUTPUT_H
#define PUBSUB_SERVER_OUTPUT_H

#include "bytes.h"
#include <sys/uio.h>

enum { GATHER_BYTES = 262144, GATHER_PARTS = 64, GATHER_SHARED_MIN = 2048 };

/* Shared by all connections: it is empty between their turns. */
struct gather {
    size_t used; /* of `room` */
    size_t parts;
    size_t total; /* bytes of all parts */
    struct iovec part[GATHER_PARTS];
    char room[GATHER_BYTES];
};

enum output_state {
    OUTPUT_DONE,       /* all is written */
    OUTPUT_KEPT,       /* the rest waits until the socket is writable */
    OUTPUT_CLOSED,     /* the other side is gone */
    OUTPUT_PAST_LIMIT, /* it does not read, or not fast enough */
    OUTPUT_NO_MEMORY,
};

struct output {
    int fd;
    enum output_state state;
    struct gather *gather;
    size_t limit;      /* of bytes kept */
    struct bytes kept; /* from `written` on */
    size_t written;
    bool is_held; /* replies are put aside until publications that wait have gone out */
    struct bytes held;
};

/* Writes a publication; a large one is not copied: it must stay until output_flush. */
void output_publication(struct output *output, const void *data, size_t size);

/* Writes a reply. */
void output_reply(struct output *output, const void *data, size_t size);

/* Writes the replies that were put aside; those to come are no longer. */
void output_release(struct output *output);

/* Hands over to the socket what was gathered. Once it cannot go on, it stays so. */
enum output_state output_flush(struct output *output);

void output_free(struct output *output);

#endif
