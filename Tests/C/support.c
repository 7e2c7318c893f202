#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Harness ----------------------------------------------------------------------------- */

enum { TESTS_MAX = 256, FAILURES_SHOWN = 20 };

static struct {
    const char *name;
    test_function function;
} tests[TESTS_MAX];
static size_t tests_count;
static uint64_t failures;

void test_register(const char *name, test_function function) {
    if (tests_count == TESTS_MAX) {
        fprintf(stderr, "more than %d tests in one file\n", TESTS_MAX);
        abort();
    }
    tests[tests_count].name = name;
    tests[tests_count].function = function;
    tests_count++;
}

/* Counts a failure; true while there are few enough to be shown. */
static bool failed(const char *file, int line) {
    uint64_t count = __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
    if (count > FAILURES_SHOWN) {
        return false;
    }
    fprintf(stderr, "%s:%d: ", file, line);
    return true;
}

bool test_check(bool held, const char *file, int line, const char *text) {
    if (!held && failed(file, line)) {
        fprintf(stderr, "not so: %s\n", text);
    }
    return held;
}

bool test_check_status(backstage_status got, backstage_status want, const char *file, int line,
                       const char *text) {
    if (got != want && failed(file, line)) {
        fprintf(stderr, "%s gave %s (%" PRId32 "), not %s (%" PRId32 ")\n", text,
                backstage_status_name(got), got, backstage_status_name(want), want);
    }
    return got == want;
}

bool test_check_eq(uint64_t got, uint64_t want, const char *file, int line, const char *text) {
    if (got != want && failed(file, line)) {
        fprintf(stderr, "%s: got %" PRIu64 ", not %" PRIu64 "\n", text, got, want);
    }
    return got == want;
}

bool test_check_str(const char *got, const char *want, const char *file, int line,
                    const char *text) {
    bool held = got != NULL && strcmp(got, want) == 0;
    if (!held && failed(file, line)) {
        fprintf(stderr, "%s: got \"%s\", not \"%s\"\n", text, got == NULL ? "(NULL)" : got, want);
    }
    return held;
}

/* The harness's allocations: a list, each with its link in front. */
typedef union block {
    union block *next;
    unsigned char aligned[16];
} block;
static block *blocks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *test_alloc(size_t size) {
    block *made = calloc(1, sizeof(block) + size);
    if (made == NULL) {
        fprintf(stderr, "no memory for the test itself\n");
        abort();
    }
    pthread_mutex_lock(&lock);
    made->next = blocks;
    blocks = made;
    pthread_mutex_unlock(&lock);
    return made + 1;
}

size_t test_rounds(size_t usual, size_t fewer) {
    return getenv("TEST_FEWER_ROUNDS") == NULL ? usual : fewer;
}

static void free_blocks(void) {
    while (blocks != NULL) {
        block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

static void forget_engines(void);

int main(int argc, char **argv) {
    const char *filter = argc > 1 ? argv[1] : "";
    int passed = 0, not_passed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < tests_count; i++) {
        if (strstr(tests[i].name, filter) == NULL) {
            continue;
        }
        failures = 0;
        tests[i].function();
        forget_engines();
        free_blocks();
        if (failures == 0) {
            passed++;
            printf("ok %s\n", tests[i].name);
        } else {
            not_passed++;
            printf("FAILED %s: %" PRIu64 " checks\n", tests[i].name, failures);
        }
    }
    printf("%d passed, %d failed\n", passed, not_passed);
    return not_passed == 0 && passed > 0 ? 0 : 1;
}

/* ---- Engines ----------------------------------------------------------------------------- */

/* Which report belongs to which engine; the newest comes first, as addresses are used again. */
typedef struct known {
    struct known *next;
    backstage_engine *engine;
    test_report *report;
} known;
static known *engines;

static void forget_engines(void) { engines = NULL; }

static void on_dead_letter(backstage_engine *engine, backstage_ref receiver,
                           const backstage_envelope *envelope, backstage_dead_reason reason,
                           void *state) {
    test_report *report = state;
    (void)engine;
    if (CHECK(reason < 16)) {
        report->reasons[reason]++;
    }
    if (report->letters_count < TEST_LETTERS_MAX) {
        test_letter *letter = &report->letters[report->letters_count];
        letter->receiver = receiver;
        letter->sender = envelope->sender;
        letter->token = envelope->token;
        letter->reason = reason;
        letter->size = envelope->size;
        letter->type = envelope->type;
        memcpy(letter->bytes, envelope->payload,
               envelope->size < TEST_LETTER_BYTES ? envelope->size : TEST_LETTER_BYTES);
    }
    report->letters_count++;
}

static void on_log(backstage_log_level level, const char *message, void *state) {
    test_report *report = state;
    report->log_count++;
    report->log_level = level;
    snprintf(report->log_last, sizeof report->log_last, "%s", message);
}

backstage_engine_options test_engine_options(void) {
    backstage_engine_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.clock = BACKSTAGE_CLOCK_VIRTUAL;
    options.seed = 1;
    return options;
}

backstage_engine *test_engine_with(const backstage_engine_options *options) {
    backstage_engine_options recorded = *options;
    known *made = test_alloc(sizeof *made);
    made->report = test_alloc(sizeof *made->report);
    recorded.dead_letter = on_dead_letter;
    recorded.dead_letter_state = made->report;
    recorded.log = on_log;
    recorded.log_state = made->report;
    if (backstage_engine_create(&recorded, &made->engine) != BACKSTAGE_OK) {
        fprintf(stderr, "no engine to test\n");
        abort();
    }
    pthread_mutex_lock(&lock);
    made->next = engines;
    engines = made;
    pthread_mutex_unlock(&lock);
    return made->engine;
}

backstage_engine *test_engine(void) {
    backstage_engine_options options = test_engine_options();
    return test_engine_with(&options);
}

test_report *test_report_of(backstage_engine *engine) {
    test_report *report = NULL;
    pthread_mutex_lock(&lock);
    for (known *each = engines; each != NULL && report == NULL; each = each->next) {
        report = each->engine == engine ? each->report : NULL;
    }
    pthread_mutex_unlock(&lock);
    return report;
}

static int32_t add_queued(backstage_engine *engine, backstage_ref actor, void *state) {
    uint64_t *sum = state;
    *sum += test_actor_statistics(engine, actor).queued;
    return 0;
}

void test_ledger_at(backstage_engine *engine, const char *file, int line) {
    backstage_statistics now = test_statistics(engine);
    test_report *report = test_report_of(engine);
    uint64_t sum = 0;
    test_check_eq(now.handled + now.dead + now.queued, now.accepted, file, line,
                  "handled + dead + queued == accepted");
    if (report != NULL) {
        test_check_eq(report->letters_count, now.dead, file, line, "letters seen == dead");
    }
    test_check_status(backstage_engine_each_actor(engine, add_queued, &sum), BACKSTAGE_OK, file,
                      line, "each actor");
    test_check_eq(sum, now.queued, file, line, "the actors' queued == the engine's");
}

void test_end_at(backstage_engine *engine, const char *file, int line) {
    test_report *report = test_report_of(engine);
    test_ledger_at(engine, file, line);
    uint64_t unhandled = test_statistics(engine).dead + test_statistics(engine).queued;
    test_check_status(backstage_engine_destroy(engine), BACKSTAGE_OK, file, line, "destroy");
    if (report != NULL) {
        /* More, when a terminal hook sent on. */
        CHECK_AT(report->letters_count >= unhandled, file, line);
    }
}

backstage_statistics test_statistics(backstage_engine *engine) {
    backstage_statistics statistics;
    memset(&statistics, 0, sizeof statistics);
    statistics.size = sizeof statistics;
    CHECK_OK(backstage_engine_statistics(engine, &statistics));
    return statistics;
}

backstage_actor_statistics test_actor_statistics(backstage_engine *engine, backstage_ref actor) {
    backstage_actor_statistics statistics;
    memset(&statistics, 0, sizeof statistics);
    statistics.size = sizeof statistics;
    CHECK_OK(backstage_engine_actor_statistics(engine, actor, &statistics));
    return statistics;
}
