/* Jitter: what is taken off each wait at random, within its bounds, and by the engine's seed. */
#include "support_supervision.h"

enum { BACKOFF = 1000, WAITS = 200 };

/* Child a, whose waits are all of BACKOFF before the jitter; or double, up to 8 times that. */
static test_family *jittery_family(uint64_t seed, uint32_t jitter_percent, int64_t longest) {
    backstage_engine_options options = test_engine_options();
    options.seed = seed;
    test_family *f = test_family_on(test_engine_with(&options));
    test_member *s = test_member_new(f, "s", NULL);
    s->supervision = test_supervision(BACKSTAGE_ONE_FOR_ONE, BACKSTAGE_DIRECTIVE_RESTART);
    s->supervision.window_ns = INT64_MAX;
    s->supervision.backoff_ns = BACKOFF;
    s->supervision.backoff_max_ns = longest;
    s->supervision.jitter_percent = jitter_percent;
    test_member_new(f, "a", s);
    test_member_new(f, "b", s);
    test_family_start(f);
    return f;
}

/* How long a member that fails waits to start again, a nanosecond after the other. */
static uint64_t wait_of(test_family *f, const char *id, uint64_t longest) {
    test_member *member = test_find(f, id);
    uint64_t now = 0;
    uint32_t inits = member->inits;
    test_say(f, id, "!");
    test_run(f->engine);
    CHECK_OK(backstage_engine_now(f->engine, &now));
    for (uint64_t passed = 0; passed <= longest && member->inits == inits; passed++) {
        test_pass(f, passed > 0);
    }
    CHECK_EQ(member->inits, inits + 1);
    test_diary_forget(f);
    return member->started_ns - now;
}

TEST(a_wait_is_shortened_by_up_to_its_part_and_never_longer) {
    static const uint32_t percents[] = {1, 10, 25, 50, 99, 100};
    for (int i = 0; i < 6; i++) {
        test_family *f = jittery_family(7, percents[i], BACKOFF);
        uint64_t range = (uint64_t)BACKOFF * percents[i] / 100, least = BACKOFF, most = 0;
        size_t waits = test_rounds(WAITS, 50);
        for (size_t j = 0; j < waits; j++) {
            uint64_t wait = wait_of(f, "a", BACKOFF);
            CHECK(wait >= BACKOFF - range && wait <= BACKOFF);
            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
        }
        /* All of the range is in use. */
        CHECK(least <= BACKOFF - range + range / 4);
        CHECK(most >= BACKOFF - range / 4);
        CHECK(least < most);
        test_family_end(f);
    }
}

TEST(without_jitter_nothing_is_taken_off) {
    test_family *f = jittery_family(7, 0, BACKOFF);
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(wait_of(f, "a", BACKOFF), BACKOFF);
    }
    test_family_end(f);
}

TEST(the_waits_double_before_the_jitter) {
    test_family *f = jittery_family(3, 20, 8 * BACKOFF);
    for (uint64_t i = 0; i < 10; i++) {
        uint64_t whole = i < 3 ? (uint64_t)BACKOFF << i : 8 * BACKOFF;
        uint64_t wait = wait_of(f, "a", whole);
        CHECK(wait >= whole - whole / 5 && wait <= whole);
    }
    test_family_end(f);
}

static void take_waits(uint64_t seed, uint64_t waits[20]) {
    test_family *f = jittery_family(seed, 50, BACKOFF);
    for (int i = 0; i < 20; i++) {
        waits[i] = wait_of(f, i % 3 == 0 ? "b" : "a", BACKOFF);
    }
    test_family_end(f);
}

TEST(the_same_seed_gives_the_same_waits_and_another_gives_others) {
    static const uint64_t seeds[] = {0, 1, 2, 3, UINT64_MAX};
    uint64_t waits[5][20], again[20];
    for (int i = 0; i < 5; i++) {
        take_waits(seeds[i], waits[i]);
        take_waits(seeds[i], again);
        CHECK(memcmp(waits[i], again, sizeof again) == 0);
        for (int j = 0; j < i; j++) {
            CHECK(memcmp(waits[i], waits[j], sizeof again) != 0);
        }
    }
}

TEST(children_that_fail_together_do_not_wait_alike) {
    test_family *f = jittery_family(11, 100, BACKOFF);
    int alike = 0;
    for (int i = 0; i < 20; i++) {
        test_say(f, "a", "!");
        test_say(f, "b", "!");
        test_run(f->engine);
        for (int j = 0; j < BACKOFF; j++) {
            test_pass(f, 1);
        }
        alike += test_find(f, "a")->started_ns == test_find(f, "b")->started_ns;
        test_diary_forget(f);
    }
    CHECK(alike < 5);
    test_family_end(f);
}
