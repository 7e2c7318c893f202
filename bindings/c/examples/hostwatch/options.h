/* What the command line asks for. */
#ifndef HOSTWATCH_OPTIONS_H
#define HOSTWATCH_OPTIONS_H

#include <stdint.h>

struct options {
    uint64_t seconds; /* 0: until told to end, or for as long as the recording lasts */
    uint64_t interval_ms;
    const char *directory;
    uint64_t fail_at; /* a number of lines; 0: never */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

/* Reads the command line; has written the help, or what is wrong, if the answer is not RUN. */
enum options_result options_read(struct options *options, int argc, char **argv);

#endif
