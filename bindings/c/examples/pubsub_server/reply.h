/* Replies of the Redis protocol, version 2. */
#ifndef PUBSUB_SERVER_REPLY_H
#define PUBSUB_SERVER_REPLY_H

#include "output.h"
#include <stdint.h>

void reply_simple(struct output *output, const char *text);
void reply_number(struct output *output, uint64_t number);
void reply_bulk(struct output *output, struct text text);
void reply_string(struct output *output, const char *text);
void reply_null(struct output *output);
/* The head of an array: so many replies must follow. */
void reply_array(struct output *output, size_t count);

/* An error; "-ERR " is put before the text unless it begins with '-' already. Line ends in it
 * become blanks, and it ends at a zero byte. */
void reply_error(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
