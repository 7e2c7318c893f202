#include "bytes.h"
#include <stdlib.h>
#include <string.h>

enum { ROOM_MIN = 512 };

bool bytes_reserve(struct bytes *bytes, size_t more) {
    if (more <= bytes->room - bytes->size)
        return true;
    if (more > SIZE_MAX / 2 - bytes->size)
        return false;
    size_t room = bytes->room ? bytes->room : ROOM_MIN;
    while (room < bytes->size + more)
        room *= 2;
    char *data = realloc(bytes->data, room);
    if (!data)
        return false;
    bytes->data = data;
    bytes->room = room;
    return true;
}

bool bytes_append(struct bytes *bytes, const void *data, size_t size) {
    if (!bytes_reserve(bytes, size))
        return false;
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return true;
}

void bytes_drop(struct bytes *bytes, size_t size) {
    if (size == bytes->size) {
        bytes_free(bytes);
    } else if (size > 0) {
        bytes->size -= size;
        memmove(bytes->data, bytes->data + size, bytes->size);
    }
}

void bytes_free(struct bytes *bytes) {
    free(bytes->data);
    *bytes = (struct bytes){0};
}

char *put_number(char *to, uint64_t number) {
    char digits[NUMBER_BYTES_MAX];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put_bytes(to, digits + first, sizeof digits - first);
}

char *put_bytes(char *to, const char *data, size_t size) {
    if (size > 0)
        memcpy(to, data, size);
    return to + size;
}
