#include "resp.h"
#include <string.h>

/* A line being split. What is read is written again, without quotes, never behind the reader. */
struct splitter {
    char *line;
    size_t size;
    size_t at;
    size_t written;
};

static bool is_blank(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static int hex_digit(char byte) {
    static const char digits[] = "0123456789abcdef";
    const char *digit = strchr(digits, byte >= 'A' && byte <= 'F' ? byte + ('a' - 'A') : byte);
    return byte != '\0' && digit ? (int)(digit - digits) : -1;
}

static void put(struct splitter *splitter, char byte) {
    splitter->line[splitter->written++] = byte;
}

/* The byte after a backslash, or \xHH, between double quotes. */
static void put_escaped(struct splitter *splitter) {
    static const char names[] = "nrtba", values[] = "\n\r\t\b\a";
    const char *line = splitter->line + splitter->at;
    if (line[0] == 'x' && splitter->size - splitter->at >= 3 && hex_digit(line[1]) >= 0 &&
        hex_digit(line[2]) >= 0) {
        int byte = hex_digit(line[1]) * 16 + hex_digit(line[2]);
        splitter->at += 3;
        put(splitter, (char)byte);
        return;
    }
    const char *name = line[0] != '\0' ? strchr(names, line[0]) : NULL;
    splitter->at += 1;
    put(splitter, name ? values[name - names] : splitter->line[splitter->at - 1]);
}

/* Up to the quote that matches; a blank or the end of the line must follow it. */
static bool put_quoted(struct splitter *splitter, char quote) {
    while (splitter->at < splitter->size) {
        char byte = splitter->line[splitter->at++];
        bool more = splitter->at < splitter->size;
        if (byte == quote)
            return !more || is_blank(splitter->line[splitter->at]);
        if (byte == '\\' && more && quote == '"') {
            put_escaped(splitter);
        } else if (byte == '\\' && more && splitter->line[splitter->at] == quote) {
            put(splitter, quote);
            splitter->at += 1;
        } else {
            put(splitter, byte);
        }
    }
    return false;
}

/* One argument; quotes may begin in the middle of it, and end it. */
static bool put_argument(struct splitter *splitter) {
    while (splitter->at < splitter->size) {
        char byte = splitter->line[splitter->at];
        if (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t')
            return true;
        splitter->at += 1;
        if (byte == '"' || byte == '\'')
            return put_quoted(splitter, byte);
        put(splitter, byte);
    }
    return true;
}

enum resp_result resp_split(struct resp_parser *parser, char *line, size_t size) {
    struct splitter splitter = {.line = line, .size = size};
    for (;;) {
        while (splitter.at < size && is_blank(line[splitter.at]))
            splitter.at += 1;
        if (splitter.at == size)
            return RESP_REQUEST;
        size_t start = splitter.written;
        if (!put_argument(&splitter))
            return RESP_ERROR;
        if (!resp_add(parser, start, splitter.written - start))
            return RESP_NO_MEMORY;
    }
}
