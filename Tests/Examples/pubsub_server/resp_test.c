/* What the server's parser makes of requests: whole, and cut at every place. */
#include "pubsub_server/resp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void expect(bool holds, const char *what, const char *where) {
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", where, what);
    failures += 1;
}
#define EXPECT(condition, where) expect(condition, #condition, where)

#define TEXT(literal) literal, sizeof(literal) - 1

/* Bytes, and what they mean: requests as "<argument><argument>;", and at last the error in the
 * form "!error", or "?" if more must come. */
static const struct sample {
    const char *bytes;
    size_t size;
    const char *meaning;
} samples[] = {
    {TEXT("*1\r\n$4\r\nPING\r\n"), "<PING>;"},
    {TEXT("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n*1\r\n$1\r\nx\r\n"), "<ECHO><>;<x>;"},
    {TEXT("*1\r\n$4\r\n\r\n\r\n\r\n"), "<\r\n\r\n>;"},
    {TEXT("*1\rx$1\rxyxxPING\n"), "<y>;<PING>;"},
    {TEXT("*0\r\n*-7\r\n\r\n \n"), ";;;;"},
    {TEXT("*12\r\n$1\r\n0\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n"
          "$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n$1\r\na\r\n$1\r\nb\r\n"),
     "<0><1><2><3><4><5><6><7><8><9><a><b>;"},
    {TEXT("PING\r\nPING a\nECHO 'a b' \"\\x41\\n\"\r\n"), "<PING>;<PING><a>;<ECHO><a b><A\n>;"},
    {TEXT("0 1 2 3 4 5 6 7 8 9 a b c d e f g\n"),
     "<0><1><2><3><4><5><6><7><8><9><a><b><c><d><e><f><g>;"},
    {TEXT("a\"b c\" '' 'it\\'s' \"\\q\\\\\"\n"), "<ab c><><it's><q\\>;"},
    {TEXT("a\rb\r\r\n"), "<a><b>;"},
    {TEXT("\v\f a\vb\n"), "<a\vb>;"},
    {TEXT("'a\n"), "!unbalanced quotes in request"},
    {TEXT("\"a\"b\n"), "!unbalanced quotes in request"},
    {TEXT("\"a\\\"\n"), "!unbalanced quotes in request"},
    {TEXT("PING\r\n*x\r\n"), "<PING>;!invalid multibulk length"},
    {TEXT("*2147483648\r\n"), "!invalid multibulk length"},
    {TEXT("*1\r\n+1\r\n"), "!expected '$', got '+'"},
    {TEXT("*1\r\n\r\n"), "!expected '$', got ' '"},
    {TEXT("*1\r\n$536870913\r\n"), "!invalid bulk length"},
    {TEXT("*1\r\n$-1\r\n"), "!invalid bulk length"},
    {TEXT("*2\r\n$1\r\na\r\n$1\r\nbcd$x\r"), "<a><b>;?"},
    {TEXT("*2147483647\r\n$536870912\r\n"), "?"},
    {TEXT("*1\r\n$4\r\nPING\r"), "?"},
    {TEXT("*1\r"), "?"},
    {TEXT("PING"), "?"},
    {TEXT("PI\0NG\r\nPING\r\n"), "?"},
    {TEXT("*1\0\r\n"), "?"},
};

struct result {
    char text[512];
    size_t used;
};

static void put(struct result *result, const char *bytes, size_t size) {
    if (size > sizeof result->text - 1 - result->used)
        size = sizeof result->text - 1 - result->used;
    memcpy(result->text + result->used, bytes, size);
    result->used += size;
    result->text[result->used] = '\0';
}

static void put_request(struct result *result, const struct resp_parser *parser,
                        const char *bytes) {
    for (size_t i = 0; i < parser->count; i++) {
        put(result, "<", 1);
        put(result, bytes + parser->arguments[i].offset, parser->arguments[i].size);
        put(result, ">", 1);
    }
    put(result, ";", 1);
}

/* Parses as much as there is. The bytes lie in a block of just their size, elsewhere each time, so
 * that a sanitizer sees whoever reads on. How many were requests; -1 after an error. */
static long parse(struct resp_parser *parser, char **unparsed, size_t size, struct result *result) {
    size_t done = 0;
    char *bytes = malloc(size ? size : 1);
    memcpy(bytes, *unparsed, size);
    free(*unparsed);
    *unparsed = bytes;
    while (done < size) {
        enum resp_result found = resp_parse(parser, bytes + done, size - done);
        if (found == RESP_MORE)
            break;
        if (found != RESP_REQUEST) {
            put(result, "!", 1);
            put(result, parser->error, strlen(parser->error));
            return -1;
        }
        put_request(result, parser, bytes + done);
        done += parser->taken;
        resp_next(parser);
    }
    memmove(bytes, bytes + done, size - done);
    return (long)done;
}

/* Feeds a sample in pieces: the first ends at `cut`, or after each byte if `cut` is 0. */
static void feed(const struct sample *sample, size_t cut) {
    struct resp_parser parser;
    struct result result = {"", 0};
    char *unparsed = malloc(1);
    size_t kept = 0;
    long done = 0;
    resp_open(&parser);
    for (size_t at = 0; at < sample->size && done >= 0;) {
        size_t piece = cut == 0 ? 1 : at < cut ? cut - at : sample->size - at;
        unparsed = realloc(unparsed, kept + piece);
        memcpy(unparsed + kept, sample->bytes + at, piece);
        at += piece;
        kept += piece;
        done = parse(&parser, &unparsed, kept, &result);
        if (done > 0)
            kept -= (size_t)done;
    }
    if (done >= 0 && kept > 0)
        put(&result, "?", 1);
    EXPECT(strcmp(result.text, sample->meaning) == 0, sample->meaning);
    if (strcmp(result.text, sample->meaning) != 0)
        fprintf(stderr, "cut at %zu: %s\n", cut, result.text);
    resp_close(&parser);
    free(unparsed);
}

static void cut_everywhere(void) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t cut = 0; cut <= samples[i].size; cut++)
            feed(&samples[i], cut);
    }
}

/* A line without an end is refused when it is too long, and not before. */
static void long_lines(void) {
    static const struct {
        const char *start;
        size_t line; /* where it begins */
        char byte;
        const char *error;
    } lines[] = {{"", 0, 'x', "too big inline request"},
                 {"*", 0, '1', "too big mbulk count string"},
                 {"*1\r\n$", 4, '1', "too big bulk count string"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct resp_parser parser;
        size_t most = lines[i].line + RESP_LINE_BYTES_MAX;
        char *bytes = malloc(most + 1);
        memset(bytes, lines[i].byte, most + 1);
        memcpy(bytes, lines[i].start, strlen(lines[i].start));
        resp_open(&parser);
        EXPECT(resp_parse(&parser, bytes, most) == RESP_MORE, lines[i].error);
        EXPECT(resp_parse(&parser, bytes, most + 1) == RESP_ERROR, lines[i].error);
        EXPECT(strcmp(parser.error, lines[i].error) == 0, lines[i].error);
        resp_close(&parser);
        free(bytes);
    }
}

/* A request is found again, wherever its bytes are then, until the next one is asked for. */
static void again(void) {
    const char *const requests[] = {"*2\r\n$4\r\nECHO\r\n$3\r\na b\r\n*x\r\n", "ECHO 'a b'\n'\n"};
    for (int i = 0; i < 2; i++) {
        struct result result = {"", 0};
        struct resp_parser parser;
        char bytes[64], moved[64];
        size_t size = strlen(requests[i]);
        memcpy(bytes, requests[i], size);
        resp_open(&parser);
        EXPECT(resp_parse(&parser, bytes, size) == RESP_REQUEST, "again");
        memcpy(moved, bytes, size);
        EXPECT(resp_parse(&parser, moved, size) == RESP_REQUEST, "again");
        put_request(&result, &parser, moved);
        EXPECT(strcmp(result.text, "<ECHO><a b>;") == 0, "again");
        size_t taken = parser.taken;
        resp_next(&parser);
        EXPECT(resp_parse(&parser, moved + taken, size - taken) == RESP_ERROR, "again");
        resp_close(&parser);
    }
}

/* The parser tells how much more it needs. */
static void needed(void) {
    char bytes[] = "*2\r\n$4\r\nECHO\r\n$1\r\na\r\n";
    struct resp_parser parser;
    resp_open(&parser);
    EXPECT(resp_parse(&parser, bytes, 3) == RESP_MORE && parser.needed == 0, "needed");
    EXPECT(resp_parse(&parser, bytes, 9) == RESP_MORE && parser.needed == 14, "needed");
    EXPECT(resp_parse(&parser, bytes, sizeof bytes - 1) == RESP_REQUEST, "needed");
    resp_close(&parser);
}

static void numbers(void) {
    static const struct {
        const char *text;
        bool is_number;
        int64_t number;
    } texts[] = {{"0", true, 0},
                 {"7", true, 7},
                 {"-12", true, -12},
                 {"9223372036854775807", true, INT64_MAX},
                 {"-9223372036854775808", true, INT64_MIN},
                 {"9223372036854775808", false, 0},
                 {"-9223372036854775809", false, 0},
                 {"18446744073709551616", false, 0},
                 {"99999999999999999999", false, 0},
                 {"999999999999999999999", false, 0},
                 {"", false, 0},
                 {"-", false, 0},
                 {"-0", false, 0},
                 {"00", false, 0},
                 {"01", false, 0},
                 {"+1", false, 0},
                 {"1 ", false, 0},
                 {" 1", false, 0},
                 {"1x", false, 0}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t number = 42;
        bool is_number = resp_number(texts[i].text, strlen(texts[i].text), &number);
        EXPECT(is_number == texts[i].is_number, texts[i].text);
        EXPECT(number == (is_number ? texts[i].number : 42), texts[i].text);
    }
}

int main(void) {
    cut_everywhere();
    long_lines();
    again();
    needed();
    numbers();
    return failures == 0 ? 0 : 1;
}
