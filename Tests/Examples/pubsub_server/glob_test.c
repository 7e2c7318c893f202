/* Which names the server's patterns match. */
#include "pubsub_server/glob.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *pattern;
    const char *matches; /* separated by blanks, as the others */
    const char *others;
} samples[] = {
    {"a", "a", "b aa A"},
    {"*", "a abc *", ""},
    {"**", "a abc", ""},
    {"a*", "a ab abc", "ba"},
    {"*a", "a ba", "ab"},
    {"a*b*c", "abc aXbYc abbcc abcabc", "ac abca acb"},
    {"?", "a ? *", "ab"},
    {"a?c", "abc a?c", "ac abbc"},
    {"[ab]", "a b", "c ab ["},
    {"[^ab]", "c ^", "a b cc"},
    {"[a-c]x", "ax bx cx", "dx x a-cx"},
    {"[c-a]", "a b c", "d -"},
    {"[a-]", "a ] ^", "- b"},
    {"[a-", "a -", "b ["},
    {"[]a", "", "a ]a []a"},
    {"[^]", "a ]", "aa"},
    {"[\\]]", "]", "\\ a"},
    {"[\\a-c]", "a - c", "b"},
    {"[", "", "[ a"},
    {"[a", "a", "b aa"},
    {"\\*", "*", "a \\*"},
    {"\\?a", "?a", "aa"},
    {"\\[a]", "[a]", "a"},
    {"\\", "\\", "a"},
    {"a\\", "a\\", "a"},
    {"*\\*", "a* *", "a"},
    {"*[0-9]", "a1 12", "a 1a"},
    {"news.*.uk", "news.a.uk news.a.b.uk news..uk", "news.uk news.a.ukx"},
    {"\xff?", "\xff\xfe", "\xfe\xff"},
    {"[\x80-\xff]", "\x80 \x90 \xff", "\x7f a"},
};

static int failures;

static bool matches(const char *pattern, const char *name) {
    /* Blocks of just their size, so that a sanitizer sees whoever reads on. */
    size_t pattern_size = strlen(pattern), name_size = strlen(name);
    char *exact_pattern = malloc(pattern_size + 1), *exact_name = malloc(name_size + 1);
    memcpy(exact_pattern + 1, pattern, pattern_size);
    memcpy(exact_name + 1, name, name_size);
    bool result = glob_matches((struct text){exact_pattern + 1, pattern_size},
                               (struct text){exact_name + 1, name_size});
    free(exact_pattern);
    free(exact_name);
    return result;
}

static void expect(const char *pattern, const char *name, bool expected) {
    if (matches(pattern, name) == expected)
        return;
    fprintf(stderr, "%s %s %s\n", pattern, expected ? "does not match" : "matches", name);
    failures += 1;
}

static void expect_each(const char *pattern, const char *names, bool expected) {
    char room[64];
    snprintf(room, sizeof room, "%s", names);
    for (char *name = strtok(room, " "); name; name = strtok(NULL, " "))
        expect(pattern, name, expected);
}

/* Many stars must not take for ever. */
static void many_stars(void) {
    char pattern[2001], name[4001];
    for (size_t i = 0; i < sizeof pattern - 1; i += 2)
        memcpy(pattern + i, "a*", 2);
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = '\0';
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    expect(pattern, name, false);
    name[sizeof name - 2] = 'b';
    pattern[sizeof pattern - 3] = '*';
    expect(pattern, name, true);
}

int main(void) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        expect_each(samples[i].pattern, samples[i].matches, true);
        expect_each(samples[i].pattern, samples[i].others, false);
    }
    expect("", "", true);
    expect("", "a", false);
    expect("*", "", false); /* as Redis has it */
    expect("a", "", false);
    many_stars();
    return failures == 0 ? 0 : 1;
}
