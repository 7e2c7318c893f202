#include "reply.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERROR_BYTES = 1024 };

static void line(struct output *output, char first, uint64_t number) {
    char room[NUMBER_BYTES_MAX + 3];
    room[0] = first;
    char *end = put_bytes(put_number(room + 1, number), "\r\n", 2);
    output_reply(output, room, (size_t)(end - room));
}

void reply_simple(struct output *output, const char *text) {
    char room[64];
    int size = snprintf(room, sizeof room, "+%s\r\n", text);
    output_reply(output, room, (size_t)size);
}

void reply_number(struct output *output, uint64_t number) { line(output, ':', number); }

void reply_bulk(struct output *output, struct text text) {
    line(output, '$', text.size);
    output_reply(output, text.data, text.size);
    output_reply(output, "\r\n", 2);
}

void reply_string(struct output *output, const char *text) {
    reply_bulk(output, (struct text){text, strlen(text)});
}

void reply_null(struct output *output) { output_reply(output, "$-1\r\n", 5); }

void reply_array(struct output *output, size_t count) { line(output, '*', count); }

void reply_error(struct output *output, const char *format, ...) {
    char room[ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(room, sizeof room, format, arguments);
    va_end(arguments);
    size_t size = strlen(room);
    for (size_t i = 0; i < size; i++) {
        if (room[i] == '\r' || room[i] == '\n')
            room[i] = ' ';
    }
    if (room[0] != '-')
        output_reply(output, "-ERR ", 5);
    output_reply(output, room, size);
    output_reply(output, "\r\n", 2);
}
