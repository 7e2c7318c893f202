#define _GNU_SOURCE
#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { PORT = 6379, OUTPUT_LIMIT = 33554432 };

static const char help[] =
    "usage: pubsub_server [options]\n"
    "\n"
    "Publish and subscribe for Redis clients, on 127.0.0.1. Ctrl-C ends it in good order.\n"
    "\n"
    "  --port N             0: any that is free; default 6379\n"
    "  --output-limit N     bytes kept for a client that reads too slowly, before its connection\n"
    "                       is closed; default 33554432\n"
    "  --connections-max N  clients at a time; default 0: as many as the system allows\n"
    "  -h, --help           write this\n";

/* Says what is wrong with which argument. */
static enum options_result bad(const char *what, const char *argument) {
    fprintf(stderr, "pubsub_server: %s: %s\nTry --help.\n", what, argument);
    return OPTIONS_BAD;
}

/* Reads a whole decimal number; refuses signs, blanks, rests and what is out of range. */
static bool read_number(const char *text, uint64_t most, uint64_t *number) {
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value > most)
        return false;
    *number = value;
    return true;
}

enum options_result options_read(struct options *options, int argc, char **argv) {
    static const struct option known[] = {{"port", required_argument, NULL, 'p'},
                                          {"output-limit", required_argument, NULL, 'o'},
                                          {"connections-max", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.port = PORT, .output_limit = OUTPUT_LIMIT};
    opterr = 0;
    for (;;) {
        const char *argument = argv[optind]; /* the one it looks at: "+" keeps their order */
        int option = getopt_long(argc, argv, "+:h", known, NULL);
        if (option == -1)
            break;
        switch (option) {
        case 'p':
            if (!read_number(optarg, 65535, &options->port))
                return bad("--port takes a number from 0 to 65535, not", optarg);
            break;
        case 'o':
            if (!read_number(optarg, INT64_MAX, &options->output_limit))
                return bad("--output-limit takes a number, not", optarg);
            break;
        case 'c':
            if (!read_number(optarg, INT32_MAX, &options->connections_max))
                return bad("--connections-max takes a number, not", optarg);
            break;
        case 'h':
            fputs(help, stdout);
            return OPTIONS_HELP;
        case ':':
            return bad("an argument is missing after", argument);
        default:
            return bad("unknown option", argument);
        }
    }
    if (optind < argc)
        return bad("unexpected argument", argv[optind]);
    return OPTIONS_RUN;
}
