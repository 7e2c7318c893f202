/* Puts what was published into words. */
#ifndef HOSTWATCH_DESCRIBE_H
#define HOSTWATCH_DESCRIBE_H

#include "messages.h"
#include <stdbool.h>
#include <stddef.h>

struct description {
    double fraction; /* for a bar; negative if there is none */
    char text[96];
};

/* False if the topic, or a payload of this size on it, is not known. */
bool describe(const char *topic, const void *payload, size_t size, struct description *description);
void describe_failed(const struct failed *failed, struct description *description);

#endif
