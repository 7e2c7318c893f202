#include "resp.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 20 };

void resp_open(struct resp_parser *parser) {
    parser->room = RESP_ARGUMENTS_KEPT;
    parser->arguments = parser->kept;
    resp_next(parser);
}

void resp_close(struct resp_parser *parser) {
    if (parser->arguments != parser->kept)
        free(parser->arguments);
}

void resp_next(struct resp_parser *parser) {
    if (parser->arguments != parser->kept) {
        free(parser->arguments);
        parser->arguments = parser->kept;
        parser->room = RESP_ARGUMENTS_KEPT;
    }
    parser->count = 0;
    parser->taken = 0;
    parser->needed = 0;
    parser->at = 0;
    parser->scanned = 0;
    parser->missing = -1;
    parser->bulk = -1;
}

bool resp_add(struct resp_parser *parser, size_t offset, size_t size) {
    if (parser->count == parser->room) {
        bool is_kept = parser->arguments == parser->kept;
        size_t bytes = parser->room * 2 * sizeof *parser->arguments;
        struct resp_argument *arguments = realloc(is_kept ? NULL : parser->arguments, bytes);
        if (!arguments)
            return false;
        if (is_kept)
            memcpy(arguments, parser->kept, sizeof parser->kept);
        parser->arguments = arguments;
        parser->room *= 2;
    }
    parser->arguments[parser->count++] = (struct resp_argument){offset, size};
    return true;
}

bool resp_number(const char *bytes, size_t size, int64_t *number) {
    bool is_negative = size > 0 && bytes[0] == '-';
    size_t at = is_negative;
    uint64_t value = 0;
    if (size == 1 && bytes[0] == '0') {
        *number = 0;
        return true;
    }
    if (at == size || size > DIGITS_MAX || bytes[at] < '1' || bytes[at] > '9')
        return false;
    for (; at < size; at++) {
        if (bytes[at] < '0' || bytes[at] > '9')
            return false;
        unsigned digit = (unsigned)(bytes[at] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > (uint64_t)INT64_MAX + is_negative)
        return false;
    *number = is_negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
    return true;
}

static enum resp_result wrong(struct resp_parser *parser, const char *what) {
    snprintf(parser->error, sizeof parser->error, "%s", what);
    return RESP_ERROR;
}

/* Looks for the end of the line that begins at parser->at, in bytes not looked at before. */
static enum resp_result find_line(struct resp_parser *parser, const char *bytes, size_t size,
                                  char last, const char *too_big) {
    size_t end = parser->scanned > parser->at ? parser->scanned : parser->at;
    while (end < size && bytes[end] != last && bytes[end] != '\0')
        end++;
    parser->scanned = end;
    if (end < size && bytes[end] == last)
        return RESP_REQUEST;
    return size - parser->at > RESP_LINE_BYTES_MAX ? wrong(parser, too_big) : RESP_MORE;
}

/* A count behind the byte at parser->at, in a line that ends in CR LF. */
static enum resp_result read_count(struct resp_parser *parser, const char *bytes, size_t size,
                                   int64_t *count, bool *is_number, const char *too_big) {
    enum resp_result result = find_line(parser, bytes, size, '\r', too_big);
    if (result != RESP_REQUEST)
        return result;
    if (parser->scanned + 2 > size)
        return RESP_MORE;
    *is_number = resp_number(bytes + parser->at + 1, parser->scanned - parser->at - 1, count);
    return RESP_REQUEST;
}

static enum resp_result expected_bulk(struct resp_parser *parser, char got) {
    if (got == '\r' || got == '\n')
        got = ' ';
    snprintf(parser->error, sizeof parser->error, "expected '$', got '%c'", got);
    return RESP_ERROR;
}

/* One argument of an array. */
static enum resp_result parse_bulk(struct resp_parser *parser, const char *bytes, size_t size) {
    if (parser->bulk < 0) {
        int64_t count = 0;
        bool is_number = false;
        enum resp_result result =
            read_count(parser, bytes, size, &count, &is_number, "too big bulk count string");
        if (result != RESP_REQUEST)
            return result;
        if (bytes[parser->at] != '$')
            return expected_bulk(parser, bytes[parser->at]);
        if (!is_number || count < 0 || count > RESP_BULK_BYTES_MAX)
            return wrong(parser, "invalid bulk length");
        parser->at = parser->scanned + 2;
        parser->bulk = count;
    }
    parser->needed = parser->at + (size_t)parser->bulk + 2;
    if (size < parser->needed)
        return RESP_MORE;
    if (!resp_add(parser, parser->at, (size_t)parser->bulk))
        return RESP_NO_MEMORY;
    parser->at = parser->needed; /* whatever stands where CR LF should */
    parser->bulk = -1;
    parser->missing -= 1;
    return RESP_REQUEST;
}

static enum resp_result parse_array(struct resp_parser *parser, const char *bytes, size_t size) {
    enum resp_result result = RESP_REQUEST;
    if (parser->missing < 0) {
        int64_t count = 0;
        bool is_number = false;
        result = read_count(parser, bytes, size, &count, &is_number, "too big mbulk count string");
        if (result != RESP_REQUEST)
            return result;
        if (!is_number || count > INT_MAX)
            return wrong(parser, "invalid multibulk length");
        parser->at = parser->scanned + 2;
        parser->missing = count > 0 ? count : 0;
    }
    while (parser->missing > 0 && result == RESP_REQUEST)
        result = parse_bulk(parser, bytes, size);
    if (result == RESP_REQUEST)
        parser->taken = parser->at;
    return result;
}

static enum resp_result parse_line(struct resp_parser *parser, char *bytes, size_t size) {
    enum resp_result result = find_line(parser, bytes, size, '\n', "too big inline request");
    if (result != RESP_REQUEST)
        return result;
    size_t length = parser->scanned;
    if (length > 0 && bytes[length - 1] == '\r')
        length -= 1;
    result = resp_split(parser, bytes, length);
    if (result == RESP_REQUEST)
        parser->taken = parser->scanned + 1;
    return result == RESP_ERROR ? wrong(parser, "unbalanced quotes in request") : result;
}

enum resp_result resp_parse(struct resp_parser *parser, char *bytes, size_t size) {
    if (parser->taken > 0)
        return RESP_REQUEST;
    if (size == 0 || size < parser->needed)
        return RESP_MORE;
    if (bytes[0] == '*')
        return parse_array(parser, bytes, size);
    return parse_line(parser, bytes, size);
}
