#include "glob.h"

/* A set of bytes whose '[' is at pattern.data[*at]; moves *at behind it. One that is not closed
 * ends with the pattern. */
static bool set_has(struct text pattern, size_t *at, unsigned char byte) {
    const unsigned char *set = (const unsigned char *)pattern.data;
    size_t i = *at + 1;
    bool is_negated = i < pattern.size && set[i] == '^';
    bool has = false;
    for (i += is_negated; i < pattern.size && set[i] != ']'; i++) {
        unsigned char first = set[i], last = first;
        if (first == '\\' && i + 1 < pattern.size) {
            first = last = set[++i];
        } else if (i + 2 < pattern.size && set[i + 1] == '-') {
            last = set[i += 2];
        }
        has |= first <= last ? first <= byte && byte <= last : last <= byte && byte <= first;
    }
    *at = i < pattern.size ? i + 1 : i;
    return has != is_negated;
}

/* Whether the part of the pattern at *at, which is no '*', matches a byte; moves *at behind it. */
static bool part_matches(struct text pattern, size_t *at, char byte) {
    char part = pattern.data[*at];
    if (part == '[')
        return set_has(pattern, at, (unsigned char)byte);
    if (part == '\\' && *at + 1 < pattern.size)
        *at += 1;
    bool is_escaped = part == '\\';
    part = pattern.data[*at];
    *at += 1;
    return (part == '?' && !is_escaped) || part == byte;
}

bool glob_matches(struct text pattern, struct text name) {
    size_t at = 0, in_name = 0;
    size_t behind_star = 0, star_end = 0; /* the last star, and up to where it matches */
    bool has_star = false;
    if (name.size == 0)
        return pattern.size == 0; /* not even by a star, as in Redis */
    for (;;) {
        while (at < pattern.size && pattern.data[at] == '*') {
            behind_star = ++at;
            star_end = in_name;
            has_star = true;
        }
        if (has_star && behind_star == pattern.size)
            return true;
        if (in_name == name.size)
            return at == pattern.size;
        if (at < pattern.size && part_matches(pattern, &at, name.data[in_name])) {
            in_name += 1;
        } else if (has_star) {
            at = behind_star; /* the star takes one byte more */
            in_name = ++star_end;
        } else {
            return false;
        }
    }
}
