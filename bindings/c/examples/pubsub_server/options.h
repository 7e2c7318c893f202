/* What the command line asks for. */
#ifndef PUBSUB_SERVER_OPTIONS_H
#define PUBSUB_SERVER_OPTIONS_H

#include <stdint.h>

struct options {
    uint64_t port;            /* 0: any that is free */
    uint64_t output_limit;    /* bytes kept for a client that does not read */
    uint64_t connections_max; /* 0: as many as the system allows */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

/* Reads the command line; has written the help, or what is wrong, if the answer is not RUN. */
enum options_result options_read(struct options *options, int argc, char **argv);

#endif
