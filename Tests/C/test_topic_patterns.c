/* Patterns: which names they match, which are good, and what a receiver is told of the topic. */
#include "support.h"

#include <stdio.h>

typedef struct stage {
    backstage_engine *engine;
    backstage_context *from, *to; /* a publisher "p", and a subscriber that records */
    test_recorder *seen;
} stage;

static stage open_stage(void) {
    stage s;
    s.engine = test_engine();
    s.seen = test_recorder_new();
    s.from = test_context(s.engine, test_spawn(s.engine, "p", test_ignore, NULL));
    s.to = test_context(s.engine, test_spawn(s.engine, NULL, test_receive, s.seen));
    return s;
}

static uint32_t publish(backstage_context *from, const char *topic) {
    uint32_t receivers = 77;
    CHECK_OK(backstage_publish_to_topic(from, topic, topic, strlen(topic), &receivers));
    return receivers;
}

static const char *const names[] = {"a", "b",  "a.b",  "a.c", "b.b", "a.b.c",    "a.c.c", "a.b.c.d",
                                    "A", "aa", "a.bb", " ",   "a. ", "\xff\x01", "a.\xff"};
enum { NAMES = sizeof names / sizeof *names };

/* Which of the names a pattern matches, in their order. */
static const struct {
    const char *pattern, *matches;
} table[] = {
    {"a", "1.............."},         {"*", "11......11.1.1."},     {">", "111111111111111"},
    {"a.b", "..1............"},       {"a.*", "..11......1.1.1"},   {"*.b", "..1.1.........."},
    {"*.*", "..111.....1.1.1"},       {"a.>", "..11.111..1.1.1"},   {"*.>", "..111111..1.1.1"},
    {"a.*.c", ".....11........"},     {"*.*.*", ".....11........"}, {"a.b.>", ".....1.1......."},
    {"*.b.*", ".....1........."},     {"a.*.>", ".....111......."}, {"*.*.*.*", ".......1......."},
    {"a.b.c.d.>", "..............."}, {"A", "........1......"},     {"\xff\x01", ".............1."},
    {"*.\xff", "..............1"}};

TEST(a_pattern_matches_these_names_and_no_others) {
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        stage s = open_stage();
        CHECK_OK(backstage_subscribe_to_topic(s.to, "p", table[row].pattern));
        for (size_t i = 0; i < NAMES; i++) {
            if (!CHECK_EQ(publish(s.from, names[i]), table[row].matches[i] == '1')) {
                fprintf(stderr, "  pattern %s, topic %s\n", table[row].pattern, names[i]);
            }
        }
        test_run(s.engine);
        for (size_t i = 0; i < s.seen->count; i++) {
            CHECK_STR(s.seen->messages[i].topic, test_text(&s.seen->messages[i]));
        }
        test_end(s.engine);
    }
}

/* The rule once more, in the plainest way. */
static bool matches(const char *pattern, const char *name) {
    if (strcmp(pattern, ">") == 0) {
        return true;
    }
    size_t pattern_token = strcspn(pattern, "."), name_token = strcspn(name, ".");
    bool same = pattern_token == name_token && memcmp(pattern, name, name_token) == 0;
    if (!same && !(pattern_token == 1 && pattern[0] == '*')) {
        return false;
    }
    if (pattern[pattern_token] == '\0' || name[name_token] == '\0') {
        return pattern[pattern_token] == name[name_token];
    }
    return matches(pattern + pattern_token + 1, name + name_token + 1);
}

static void make_topic(char *topic, const char *tokens, uint64_t *seed) {
    size_t count = 1 + test_random(seed) % 5;
    for (size_t i = 0; i < count; i++) {
        char token = tokens[test_random(seed) % strlen(tokens)];
        *topic++ = token == '>' && i + 1 < count ? '*' : token;
        *topic++ = i + 1 < count ? '.' : '\0';
    }
}

TEST(patterns_made_at_random_match_as_the_rule_says) {
    enum { PATTERNS = 24 };
    uint64_t seed = 7;
    for (size_t round = 0; round < test_rounds(60, 6); round++) {
        stage s = open_stage();
        char patterns[PATTERNS][16];
        for (size_t i = 0; i < PATTERNS; i++) {
            make_topic(patterns[i], "aab*>", &seed);
            backstage_ref each = test_spawn(s.engine, NULL, test_ignore, NULL);
            CHECK_OK(backstage_subscribe_to_topic(test_context(s.engine, each), "p", patterns[i]));
        }
        for (size_t i = 0; i < 50; i++) {
            char name[16];
            uint32_t want = 0;
            make_topic(name, "aab", &seed);
            for (size_t j = 0; j < PATTERNS; j++) {
                want += matches(patterns[j], name);
            }
            CHECK_EQ(publish(s.from, name), want);
            test_run(s.engine);
        }
        test_end(s.engine);
    }
}

static const char sixteen[] = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16";
static const char seventeen[] = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17";

static bool refused_by_all(stage *s, const char *topic) {
    const backstage_status invalid = BACKSTAGE_INVALID_TOPIC;
    backstage_ref publisher = backstage_context_self(s->from);
    uint32_t receivers = 77;
    bool held = CHECK_STATUS(backstage_subscribe_to_topic(s->to, "p", topic), invalid);
    held = CHECK_STATUS(backstage_unsubscribe_from_topic(s->to, "p", topic), invalid) && held;
    held = CHECK_STATUS(backstage_publish_to_topic(s->from, topic, "x", 1, &receivers), invalid) &&
           held;
    held = CHECK_STATUS(backstage_engine_publish(s->engine, publisher, topic, "x", 1), invalid) &&
           held;
    return CHECK_EQ(receivers, 77) && held;
}

TEST(a_bad_topic_is_refused_by_all) {
    static const char *const bad[] = {
        "",   ".",  "..", "a.",  ".a",    "a..b",  "a.b.",  "a*", "*a", "a.b*", "**", "a.**.b",
        ">>", "a>", ">a", ">.a", "a.>.b", "*.>.*", "a.>.>", ">.", "*.", ".*",   ".>", seventeen};
    char too_long[BACKSTAGE_TOPIC_BYTES_MAX + 2];
    stage s = open_stage();
    memset(too_long, 't', sizeof too_long);
    too_long[sizeof too_long - 1] = '\0';
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const char *topic = i < sizeof bad / sizeof *bad ? bad[i] : too_long;
        if (!refused_by_all(&s, topic)) {
            fprintf(stderr, "  topic \"%s\"\n", topic);
        }
    }
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    test_end(s.engine);
}

TEST(nobody_publishes_to_a_pattern) {
    static const char *const patterns[] = {"*", ">", "a.*", "*.b", "a.>", "a.*.b"};
    stage s = open_stage();
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", ">"));
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        uint32_t receivers = 77;
        CHECK_STATUS(backstage_publish_to_topic(s.from, patterns[i], "x", 1, &receivers),
                     BACKSTAGE_INVALID_TOPIC);
        CHECK_STATUS(
            backstage_engine_publish(s.engine, backstage_context_self(s.from), patterns[i], "x", 1),
            BACKSTAGE_INVALID_TOPIC);
        CHECK_EQ(receivers, 77);
    }
    CHECK_EQ(test_statistics(s.engine).accepted, 0);
    test_end(s.engine);
}

TEST(the_longest_topics_work) {
    char longest[BACKSTAGE_TOPIC_BYTES_MAX + 1], dots[2 * BACKSTAGE_TOPIC_TOKENS_MAX];
    stage s = open_stage();
    memset(longest, 't', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", longest));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", sixteen));
    CHECK_EQ(publish(s.from, longest), 1);
    CHECK_EQ(publish(s.from, sixteen), 1);
    for (size_t i = 0; i < BACKSTAGE_TOPIC_TOKENS_MAX; i++) {
        dots[2 * i] = i + 1 < BACKSTAGE_TOPIC_TOKENS_MAX ? '*' : '>';
        dots[2 * i + 1] = i + 1 < BACKSTAGE_TOPIC_TOKENS_MAX ? '.' : '\0';
    }
    CHECK_OK(backstage_unsubscribe_from_topic(s.to, "p", sixteen));
    CHECK_OK(backstage_subscribe_to_topic(s.to, "p", dots));
    CHECK_EQ(publish(s.from, sixteen), 1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 3)) {
        CHECK_STR(s.seen->messages[0].topic, longest);
        CHECK_STR(s.seen->messages[2].topic, sixteen);
    }
    test_end(s.engine);
}
