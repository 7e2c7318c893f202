/* The host is left alone: its threads, signals, descriptors and streams are as they were. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "support_io.h"

/* ---- A busy life, in steps --------------------------------------------------------------- */

typedef struct life {
    backstage_engine *engine;
    backstage_ref parent, child;
    int ends[2];
    int inits, deinits, frees;
    char bytes[64];
} life;

static backstage_status count_init(backstage_context *context, void *state) {
    (void)context;
    ((life *)state)->inits++;
    return BACKSTAGE_OK;
}

static backstage_status count_deinit(backstage_context *context, backstage_reason reason,
                                     void *state) {
    (void)context, (void)reason;
    ((life *)state)->deinits++;
    return BACKSTAGE_OK;
}

static void count_free(void *data, size_t size, void *state) {
    (void)data, (void)size;
    ((life *)state)->frees++;
}

/* Spawns a child at its first message, fails at a '!', and answers nothing. */
static backstage_status live(backstage_context *context, const backstage_envelope *envelope,
                             void *state) {
    life *l = state;
    if (envelope->type == BACKSTAGE_IO) {
        test_drain(l->ends[0]);
    }
    if (envelope->type == BACKSTAGE_SEND && l->child == BACKSTAGE_NONE) {
        backstage_actor_options options = test_options("child", live, l);
        options.init = count_init;
        options.deinit = count_deinit;
        CHECK_OK(backstage_spawn_child(context, &options, &l->child));
    }
    return envelope->size == 1 && *(const char *)envelope->payload == '!' ? TEST_STATUS
                                                                          : BACKSTAGE_OK;
}

static void begin(life *l) {
    backstage_actor_options options = test_options("parent", live, l);
    memset(l, 0, sizeof *l);
    test_pipe(l->ends);
    l->engine = test_engine();
    options.init = count_init;
    options.deinit = count_deinit;
    l->parent = test_spawn_with(l->engine, &options);
}

static void send_from_elsewhere(void *state) {
    life *l = state;
    CHECK_OK(backstage_engine_send(l->engine, l->parent, "elsewhere", 9));
}

enum { STEPS = 14 };

/* One step of a life: each leaves something unfinished behind. */
static void step(life *l, int number) {
    backstage_context *context = test_context(l->engine, l->parent);
    backstage_payload *payload;
    uint64_t token;
    switch (number) {
    case 0:
    case 9:
        CHECK_OK(backstage_engine_send(l->engine, l->parent, "hello", 5));
        break;
    case 1:
    case 4:
    case 12:
        CHECK_OK(backstage_engine_run(l->engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        break;
    case 2:
        CHECK_OK(backstage_timer_start(context, 10, 10, &token));
        CHECK_OK(backstage_watch_fd(context, l->ends[0], BACKSTAGE_READABLE, &token));
        CHECK_OK(backstage_watch_signal(context, SIGUSR2, &token));
        break;
    case 3:
        CHECK_OK(backstage_subscribe(context, "child"));
        CHECK_OK(backstage_subscribe_to_topic(context, "nobody", "a.>"));
        CHECK_OK(backstage_monitor(context, l->child));
        break;
    case 5:
        CHECK_OK(backstage_request(context, l->child, "q", 1, 1000, &token));
        CHECK_OK(backstage_engine_publish(l->engine, l->child, NULL, l->bytes, sizeof l->bytes));
        break;
    case 6:
        CHECK_OK(
            backstage_payload_wrap(l->engine, l->bytes, sizeof l->bytes, count_free, l, &payload));
        CHECK_OK(backstage_send_payload(context, l->child, payload));
        break;
    case 7:
        test_poke(l->ends[1]);
        raise(SIGUSR2);
        CHECK_OK(backstage_engine_advance(l->engine, 25));
        break;
    case 8:
        test_elsewhere(send_from_elsewhere, l);
        break;
    case 10:
        CHECK_OK(backstage_engine_send(l->engine, l->child, "!", 1));
        break;
    case 11:
        CHECK_OK(backstage_engine_stop(l->engine));
        break;
    default:
        CHECK_OK(backstage_poison(context, l->parent));
    }
}

/* Ends it; every hook has run once, every wrapped memory was freed once, all is accounted for. */
static void end(life *l, bool wrapped) {
    test_report *report = test_report_of(l->engine);
    backstage_statistics last = test_statistics(l->engine);
    CHECK_EQ(last.accepted, last.handled + last.dead + last.queued);
    CHECK_OK(backstage_engine_destroy(l->engine));
    CHECK_EQ(report->letters_count, last.dead + last.queued);
    CHECK_EQ(l->deinits, last.spawned);
    CHECK(l->inits <= l->deinits);
    CHECK_EQ(l->frees, wrapped);
    test_close_pair(l->ends);
}

TEST(an_engine_is_destroyed_at_any_moment) {
    size_t descriptors = test_descriptors();
    for (int steps = 0; steps <= STEPS; steps++) {
        life l;
        begin(&l);
        for (int i = 0; i < steps; i++) {
            step(&l, i);
        }
        end(&l, steps > 6);
        CHECK_EQ(test_descriptors(), descriptors);
    }
}

static void live_and_end(void) {
    life l;
    begin(&l);
    for (int i = 0; i < STEPS; i++) {
        step(&l, i);
    }
    CHECK_OK(backstage_engine_run(l.engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER));
    end(&l, true);
}

/* ---- Before and after -------------------------------------------------------------------- */

enum { SIGNALS = 64 };

static void note_signals(struct sigaction *actions, sigset_t *mask) {
    memset(actions, 0, (SIGNALS + 1) * sizeof *actions);
    for (int signal = 1; signal <= SIGNALS; signal++) {
        sigaction(signal, NULL, &actions[signal]); /* two are the C library's own, and refused */
    }
    pthread_sigmask(SIG_SETMASK, NULL, mask);
}

static void check_signals(const struct sigaction *actions, const sigset_t *mask) {
    struct sigaction now[SIGNALS + 1];
    sigset_t mask_now;
    note_signals(now, &mask_now);
    for (int signal = 1; signal <= SIGNALS; signal++) {
        CHECK(now[signal].sa_handler == actions[signal].sa_handler);
        CHECK_EQ(now[signal].sa_flags, actions[signal].sa_flags);
        CHECK_EQ(sigismember(&mask_now, signal), sigismember(mask, signal));
    }
}

TEST(no_signal_is_touched_that_nobody_watches) {
    struct sigaction actions[SIGNALS + 1];
    sigset_t mask;
    note_signals(actions, &mask);
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_fail, NULL);
    check_signals(actions, &mask);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1), BACKSTAGE_TIMEOUT);
    check_signals(actions, &mask);
    test_end(engine);
    check_signals(actions, &mask);
    live_and_end();
    check_signals(actions, &mask);
}

TEST(no_thread_is_started) {
    size_t threads = test_threads();
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    test_run(engine);
    CHECK_EQ(test_threads(), threads);
    test_end(engine);
    CHECK_EQ(test_threads(), threads);
}

TEST(a_thousand_lives_leave_no_descriptor) {
    live_and_end(); /* what is opened once for all, if anything, is open now */
    size_t descriptors = test_descriptors();
    for (size_t i = 0; i < test_rounds(1000, 50); i++) {
        live_and_end();
    }
    CHECK_EQ(test_descriptors(), descriptors);
}

/* What is written to a stream while all of that happens, with errors that nobody asked to see. */
static size_t bytes_written_to(int stream) {
    char bytes[64];
    int ends[2], kept = dup(stream);
    backstage_engine *engine = NULL;
    backstage_actor_options options = test_options("id", test_fail, NULL);
    backstage_ref actor = BACKSTAGE_NONE, again = BACKSTAGE_NONE;
    fflush(NULL);
    test_pipe(ends);
    dup2(ends[1], stream);
    backstage_status created = backstage_engine_create(NULL, &engine);
    backstage_status first = backstage_engine_spawn(engine, &options, &actor);
    backstage_status second = backstage_engine_spawn(engine, &options, &again);
    backstage_engine_send(engine, actor, "fail", 4);
    backstage_engine_send(engine, actor, "dead", 4);
    backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
    backstage_engine_send(engine, actor, "gone", 4);
    backstage_engine_destroy(engine);
    fflush(NULL);
    dup2(kept, stream);
    close(kept);
    close(ends[1]);
    ssize_t count = read(ends[0], bytes, sizeof bytes);
    close(ends[0]);
    CHECK_OK(created);
    CHECK_OK(first);
    CHECK_STATUS(second, BACKSTAGE_EXISTS);
    return count > 0 ? (size_t)count : 0;
}

TEST(nothing_is_written_to_the_standard_streams) {
    CHECK_EQ(bytes_written_to(STDOUT_FILENO), 0);
    CHECK_EQ(bytes_written_to(STDERR_FILENO), 0);
}

TEST(descriptors_of_the_library_do_not_leak_to_other_programs) {
    enum { DESCRIPTORS = 256 };
    bool open_before[DESCRIPTORS];
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        open_before[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    backstage_engine *engine = test_engine();
    backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
    uint64_t watcher;
    CHECK_OK(backstage_watch_signal(test_context(engine, actor), SIGUSR2, &watcher));
    test_run(engine);
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        int flags = fcntl(fd, F_GETFD);
        CHECK(open_before[fd] || flags < 0 || (flags & FD_CLOEXEC));
    }
    test_end(engine);
}
