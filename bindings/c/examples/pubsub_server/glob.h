/* Patterns of channel names, as in Redis: * ? [a-c] [^x] and a backslash before any of them. */
#ifndef PUBSUB_SERVER_GLOB_H
#define PUBSUB_SERVER_GLOB_H

#include "bytes.h"

/* Whether the pattern matches the whole name. Takes time in proportion to the product of their
 * lengths at most. */
bool glob_matches(struct text pattern, struct text name);

#endif
