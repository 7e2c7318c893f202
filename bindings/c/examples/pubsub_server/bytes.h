/* Bytes in a block that grows. An empty one holds no memory. */
#ifndef PUBSUB_SERVER_BYTES_H
#define PUBSUB_SERVER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    char *data;
    size_t size;
    size_t room;
};

/* A run of bytes that belongs to somebody else. */
struct text {
    const char *data;
    size_t size;
};

/* Makes room for so many bytes more. False without memory; then nothing has changed. */
bool bytes_reserve(struct bytes *bytes, size_t more);
bool bytes_append(struct bytes *bytes, const void *data, size_t size);
/* Takes away the first so many bytes; frees the block with the last one. */
void bytes_drop(struct bytes *bytes, size_t size);
void bytes_free(struct bytes *bytes);

enum { NUMBER_BYTES_MAX = 20 };

/* Writes a number in decimal digits, without a zero byte behind; the end of it. */
char *put_number(char *to, uint64_t number);
/* Writes bytes; the end of them. */
char *put_bytes(char *to, const char *data, size_t size);

#endif
