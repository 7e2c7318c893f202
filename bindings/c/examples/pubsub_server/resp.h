/*
 * Requests of the Redis protocol, taken out of a buffer as Redis takes them out of its own: arrays
 * of bulk strings, and plain lines. Knows nothing of sockets or actors.
 *
 *     struct resp_parser parser;
 *     resp_open(&parser);
 *     resp_parse(&parser, bytes, size)
 *         RESP_REQUEST   a request: its arguments, and how many bytes it took; call resp_next, and
 *                        go on behind it; before that, it is found again
 *         RESP_MORE      it is not all there: call again with more bytes, these first (wherever
 *                        they then are)
 *         RESP_ERROR     what follows cannot be understood
 *
 * As in Redis, a zero byte hides the rest of the line that it is in.
 */
#ifndef PUBSUB_SERVER_RESP_H
#define PUBSUB_SERVER_RESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RESP_LINE_BYTES_MAX = 65536,
    RESP_BULK_BYTES_MAX = 536870912,
    RESP_ARGUMENTS_KEPT = 8, /* as many need no memory of their own */
};

struct resp_argument {
    size_t offset; /* from the first byte of the request */
    size_t size;
};

struct resp_parser {
    struct resp_argument *arguments;
    size_t count;  /* arguments so far; 0 in a request: it asks for nothing */
    size_t taken;  /* bytes of the request; 0 until it is whole */
    size_t needed; /* bytes of it that must be there before there is any use in calling again */
    char error[64];
    /* The parser's own. */
    size_t at;       /* how far it is understood */
    size_t scanned;  /* how far no end of line was found */
    int64_t missing; /* arguments to come; -1: not known yet */
    int64_t bulk;    /* bytes of the one being read; -1: not known yet */
    size_t room;
    struct resp_argument kept[RESP_ARGUMENTS_KEPT];
};

enum resp_result { RESP_MORE, RESP_REQUEST, RESP_ERROR, RESP_NO_MEMORY };

void resp_open(struct resp_parser *parser);
void resp_close(struct resp_parser *parser);

/* May rewrite the bytes of a plain line in place: quotes are taken off there. */
enum resp_result resp_parse(struct resp_parser *parser, char *bytes, size_t size);

/* Begins anew, with the request behind this one. */
void resp_next(struct resp_parser *parser);

/* A whole number as Redis writes it: no plus sign, no zero in front, nothing behind. */
bool resp_number(const char *bytes, size_t size, int64_t *number);

/* Part of the parser: splits a line, with quotes, into arguments; false if quotes do not match. */
enum resp_result resp_split(struct resp_parser *parser, char *line, size_t size);
/* Part of the parser: one argument more; false without memory. */
bool resp_add(struct resp_parser *parser, size_t offset, size_t size);

#endif
