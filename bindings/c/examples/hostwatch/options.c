#define _GNU_SOURCE
#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECONDS_MAX = 366 * 86400, INTERVAL_MS_MAX = 3600000 };

static const char help[] =
    "usage: hostwatch [options]\n"
    "\n"
    "Actors watch the machine they run on: CPUs, memory, network and processes.\n"
    "Ctrl-C ends it in good order.\n"
    "\n"
    "  --seconds N     end after N seconds; 0, the default: on Ctrl-C, or with the recording\n"
    "  --interval MS   milliseconds between two samples; default 1000\n"
    "  --proc DIR      read DIR in place of /proc; with DIR/tick-0, DIR/tick-1, ... in it,\n"
    "                  play that recording, in order and as fast as possible\n"
    "  --fail-at LINE  the sampler that reads the LINE-th line fails on it, to show what follows\n"
    "  --help          write this\n";

/* Says what is wrong with which argument. */
static enum options_result bad(const char *what, const char *argument) {
    fprintf(stderr, "hostwatch: %s: %s\nTry --help.\n", what, argument);
    return OPTIONS_BAD;
}

/* Reads a whole decimal number; refuses signs, blanks, rests and what is out of range. */
static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *number) {
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most)
        return false;
    *number = value;
    return true;
}

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

enum options_result options_read(struct options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"seconds", required_argument, NULL, 's'}, {"interval", required_argument, NULL, 'i'},
        {"proc", required_argument, NULL, 'p'},    {"fail-at", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    *options = (struct options){.interval_ms = 1000, .directory = "/proc"};
    opterr = 0;
    for (;;) {
        const char *argument = argv[optind]; /* the one it looks at: "+" keeps their order */
        int option = getopt_long(argc, argv, "+:", known, NULL);
        if (option == -1)
            break;
        switch (option) {
        case 's':
            if (!read_number(optarg, 0, SECONDS_MAX, &options->seconds))
                return bad("--seconds takes a number from 0 to 31622400, not", optarg);
            break;
        case 'i':
            if (!read_number(optarg, 1, INTERVAL_MS_MAX, &options->interval_ms))
                return bad("--interval takes a number from 1 to 3600000, not", optarg);
            break;
        case 'p':
            options->directory = optarg;
            break;
        case 'f':
            if (!read_number(optarg, 1, UINT64_MAX, &options->fail_at))
                return bad("--fail-at takes a number from 1, not", optarg);
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
    if (!is_directory(options->directory))
        return bad("--proc takes a directory, not", options->directory);
    return OPTIONS_RUN;
}
