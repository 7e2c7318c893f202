/* What the plug-in's argument asks for: settings like "id=machine,interval_ms=500". */
#ifndef SAMPLER_SETTINGS_H
#define SAMPLER_SETTINGS_H

#include <backstage.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_BYTES_MAX = 4096, SETTINGS_INTERVAL_MS_MAX = 3600000 };

struct settings {
    char id[BACKSTAGE_ID_BYTES_MAX + 1];
    char proc[PATH_MAX];
    uint64_t interval_ms;
    uint64_t fail_at;
};

static bool settings_text(char *to, size_t capacity, const char *value) {
    size_t size = strlen(value) + 1;
    if (size == 1 || size > capacity)
        return false;
    memcpy(to, value, size);
    return true;
}

/* A whole decimal number, without sign, blanks or rest. */
static bool settings_number(uint64_t *to, uint64_t least, uint64_t most, const char *value) {
    char *end = NULL;
    if (*value < '0' || *value > '9')
        return false;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno != 0 || *end != '\0' || number < least || number > most)
        return false;
    *to = number;
    return true;
}

static bool settings_set(struct settings *settings, const char *key, const char *value) {
    if (strcmp(key, "id") == 0)
        return settings_text(settings->id, sizeof settings->id, value);
    if (strcmp(key, "proc") == 0)
        return settings_text(settings->proc, sizeof settings->proc, value);
    if (strcmp(key, "interval_ms") == 0)
        return settings_number(&settings->interval_ms, 1, SETTINGS_INTERVAL_MS_MAX, value);
    if (strcmp(key, "fail_at") == 0)
        return settings_number(&settings->fail_at, 0, UINT64_MAX, value);
    return false;
}

/* False if one is unknown, or its value out of range. */
static bool settings_read(struct settings *settings, const void *argument, size_t size) {
    char text[SETTINGS_BYTES_MAX], *rest = NULL;
    *settings = (struct settings){.id = "machine", .proc = "/proc", .interval_ms = 1000};
    if (size >= sizeof text || (size > 0 && memchr(argument, '\0', size)))
        return false;
    if (size > 0)
        memcpy(text, argument, size);
    text[size] = '\0';
    for (char *key = strtok_r(text, ",", &rest); key; key = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(key, '=');
        if (!equals)
            return false;
        *equals = '\0';
        if (!settings_set(settings, key, equals + 1))
            return false;
    }
    return true;
}

#endif
