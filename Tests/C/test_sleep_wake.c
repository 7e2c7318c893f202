/* The callbacks around the engine's sleep: only when it may sleep, always in pairs, and with nothing
 * of the host's in between. */
#define _GNU_SOURCE
#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "support_io.h"

/* What the callbacks saw: they are given no state. */
static struct {
    uint64_t sleeps, wakes;
    bool is_asleep;
    backstage_engine *engine;
    backstage_ref actor;
    void (*on_sleep)(void);
    void (*on_wake)(void);
} around;

static void *sleeps(void) {
    CHECK(!around.is_asleep);
    around.is_asleep = true;
    around.sleeps++;
    if (around.on_sleep != NULL) {
        around.on_sleep();
    }
    errno = EDOM;
    return &around.sleeps;
}

static void wakes(void *token) {
    CHECK(around.is_asleep);
    CHECK(token == &around.sleeps);
    around.is_asleep = false;
    around.wakes++;
    if (around.on_wake != NULL) {
        around.on_wake();
    }
    errno = ERANGE; /* which the engine must not take for the system's */
}

static void check_awake(uint64_t sleeps_least, uint64_t sleeps_most) {
    CHECK(!around.is_asleep);
    CHECK_EQ(around.sleeps, around.wakes);
    CHECK(around.sleeps >= sleeps_least && around.sleeps <= sleeps_most);
}

static backstage_engine *open_with(backstage_clock clock, struct ev_loop *loop) {
    backstage_engine_options options = test_engine_options();
    memset(&around, 0, sizeof around);
    options.clock = clock;
    options.loop = loop;
    options.sleep = sleeps;
    options.wake = wakes;
    around.engine = test_engine_with(&options);
    return around.engine;
}

static backstage_status check_is_awake(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    uint64_t *count = state;
    (void)context, (void)envelope;
    CHECK(!around.is_asleep);
    ++*count;
    return BACKSTAGE_OK;
}

static backstage_status stop_engine(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    (void)check_is_awake(context, envelope, state);
    return backstage_engine_stop(backstage_context_engine(context));
}

static void run_until_stopped(void) {
    CHECK_OK(backstage_engine_run(around.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
}

/* ---- When -------------------------------------------------------------------------------- */

TEST(one_without_the_other_is_refused) {
    for (int i = 0; i < 2; i++) {
        backstage_engine_options options = test_engine_options();
        backstage_engine *engine = NULL;
        options.sleep = i == 0 ? sleeps : NULL;
        options.wake = i == 1 ? wakes : NULL;
        CHECK_STATUS(backstage_engine_create(&options, &engine), BACKSTAGE_INVALID_ARGUMENT);
        CHECK(engine == NULL);
    }
}

TEST(a_run_that_does_not_sleep_tells_nobody) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_MONOTONIC, NULL);
    uint64_t count = 0, watcher;
    backstage_ref actor = test_spawn(engine, NULL, check_is_awake, &count);
    int ends[2];
    test_pipe(ends);
    CHECK_OK(
        backstage_watch_fd(test_context(engine, actor), ends[0], BACKSTAGE_READABLE, &watcher));
    for (int i = 0; i < 20; i++) {
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
        test_run(engine);
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, 0));
    }
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
    /* Nor one that has something to do at once. */
    CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER));
    CHECK_EQ(count, 21);
    CHECK(test_statistics(engine).polls > 0);
    check_awake(0, 0);
    test_end(engine);
    test_close_pair(ends);
}

TEST(a_run_that_waits_for_a_timer_sleeps) {
    static const backstage_run_mode modes[] = {BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_RUN_ONCE};
    for (int i = 0; i < 2; i++) {
        backstage_engine *engine = open_with(BACKSTAGE_CLOCK_MONOTONIC, NULL);
        uint64_t count = 0, timer;
        backstage_ref actor = test_spawn(engine, NULL, stop_engine, &count);
        CHECK_OK(backstage_timer_start(test_context(engine, actor), BACKSTAGE_MILLISECONDS(100), 0,
                                       &timer));
        CHECK_OK(backstage_engine_run(engine, modes[i], BACKSTAGE_FOREVER));
        CHECK_EQ(count, 1);
        check_awake(1, test_statistics(engine).polls);
        test_end(engine);
    }
}

TEST(a_run_whose_time_is_over_has_slept) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_MONOTONIC, NULL);
    uint64_t before, after;
    CHECK_OK(backstage_engine_now(engine, &before));
    CHECK_STATUS(
        backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_MILLISECONDS(50)),
        BACKSTAGE_TIMEOUT);
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_MILLISECONDS(50)),
                 BACKSTAGE_TIMEOUT);
    CHECK_OK(backstage_engine_now(engine, &after));
    CHECK(after - before >= 100000000);
    check_awake(2, test_statistics(engine).polls);
    test_end(engine);
}

TEST(a_run_without_time_does_not_sleep) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_MONOTONIC, NULL);
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, 0), BACKSTAGE_TIMEOUT);
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_ONCE, 0), BACKSTAGE_TIMEOUT);
    check_awake(0, 0);
    test_end(engine);
}

TEST(a_host_s_loop_sleeps_by_itself) {
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_MONOTONIC, loop);
    uint64_t count = 0, timer;
    backstage_ref actor = test_spawn(engine, NULL, check_is_awake, &count);
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 2000000, 0, &timer));
    ev_run(loop, 0);
    CHECK_EQ(count, 1);
    CHECK_OK(backstage_timer_start(test_context(engine, actor), 2000000, 0, &timer));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER));
    CHECK_EQ(count, 2);
    check_awake(0, 0);
    test_end(engine);
    ev_loop_destroy(loop);
}

/* ---- What wakes it ----------------------------------------------------------------------- */

static void send_to_actor(void *state) {
    (void)state;
    CHECK_OK(backstage_engine_send(around.engine, around.actor, "x", 1));
}

static void let_another_send(void) { test_elsewhere(send_to_actor, NULL); }

TEST(what_comes_while_it_falls_asleep_wakes_it) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0;
    around.actor = test_spawn(engine, NULL, stop_engine, &count);
    around.on_sleep = let_another_send;
    run_until_stopped();
    CHECK_EQ(count, 1);
    check_awake(1, 1);
    test_end(engine);
}

static void stop_from_elsewhere(void *state) {
    (void)state;
    CHECK_OK(backstage_engine_stop(around.engine));
}

static void let_another_stop(void) { test_elsewhere(stop_from_elsewhere, NULL); }

TEST(a_stop_while_it_falls_asleep_wakes_it) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    around.on_sleep = let_another_stop;
    run_until_stopped();
    check_awake(1, 1);
    test_end(engine);
}

static pid_t sleeper;
static void poke_when_asleep(void *state) {
    test_wait_asleep(sleeper);
    test_poke(*(int *)state);
}

TEST(a_descriptor_wakes_it) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0, watcher;
    backstage_ref actor = test_spawn(engine, NULL, stop_engine, &count);
    int ends[2];
    test_pipe(ends);
    CHECK_OK(
        backstage_watch_fd(test_context(engine, actor), ends[0], BACKSTAGE_READABLE, &watcher));
    sleeper = test_thread_id();
    test_thread *thread = test_thread_start(poke_when_asleep, &ends[1]);
    run_until_stopped();
    test_thread_join(thread);
    CHECK_EQ(count, 1);
    check_awake(1, test_statistics(engine).polls);
    test_end(engine);
    test_close_pair(ends);
}

/* The sleep ends early, with an errno that libev looks at after the callback has changed it. */
static pthread_t sleeping_thread;
static void interrupt_when_asleep(void *state) {
    (void)state;
    test_wait_asleep(sleeper);
    CHECK_EQ(pthread_kill(sleeping_thread, SIGUSR1), 0);
}

TEST(a_watched_signal_wakes_it) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0, watcher;
    backstage_ref actor = test_spawn(engine, NULL, stop_engine, &count);
    CHECK_OK(backstage_watch_signal(test_context(engine, actor), SIGUSR1, &watcher));
    sleeper = test_thread_id();
    sleeping_thread = pthread_self();
    test_thread *thread = test_thread_start(interrupt_when_asleep, NULL);
    run_until_stopped();
    test_thread_join(thread);
    CHECK_EQ(count, 1);
    check_awake(1, test_statistics(engine).polls);
    test_end(engine);
}

static void raise_signal(void) { CHECK_EQ(raise(SIGUSR1), 0); }

TEST(a_signal_while_it_falls_asleep_wakes_it) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0, watcher;
    backstage_ref actor = test_spawn(engine, NULL, stop_engine, &count);
    CHECK_OK(backstage_watch_signal(test_context(engine, actor), SIGUSR1, &watcher));
    around.on_sleep = raise_signal;
    run_until_stopped();
    CHECK_EQ(count, 1);
    check_awake(1, 1);
    test_end(engine);
}

static volatile sig_atomic_t interrupts;
static void note_interrupt(int signal) {
    (void)signal;
    interrupts++;
}

/* A signal of the host's, that makes the system's call fail: the engine just sleeps on. */
static void interrupt_and_stop(void *state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        const sig_atomic_t before = interrupts;
        interrupt_when_asleep(NULL);
        while (interrupts == before) {
        }
    }
    CHECK_OK(backstage_engine_stop(around.engine));
}

TEST(an_interrupted_sleep_goes_on) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    struct sigaction action, former;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_interrupt;
    CHECK_EQ(sigaction(SIGUSR1, &action, &former), 0);
    interrupts = 0;
    sleeper = test_thread_id();
    sleeping_thread = pthread_self();
    test_thread *thread = test_thread_start(interrupt_and_stop, NULL);
    run_until_stopped();
    test_thread_join(thread);
    CHECK_EQ(sigaction(SIGUSR1, &former, NULL), 0);
    CHECK_EQ(interrupts, 3);
    check_awake(1, test_statistics(engine).polls);
    test_end(engine);
}

/* ---- In between -------------------------------------------------------------------------- */

static void on_ready(backstage_engine *engine, int fd, uint32_t events, void *state) {
    uint64_t *count = state;
    (void)events;
    CHECK(!around.is_asleep);
    CHECK_EQ(test_drain(fd), 1);
    if (++*count == 3) {
        CHECK_OK(backstage_engine_stop(engine));
    }
}

static int poked;
static void poke_now(void) { test_poke(poked); }

TEST(a_host_s_callback_for_a_descriptor_runs_awake) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0, watcher;
    int ends[2];
    test_pipe(ends);
    poked = ends[1];
    around.on_sleep = poke_now;
    CHECK_OK(
        backstage_engine_watch_fd(engine, ends[0], BACKSTAGE_READABLE, on_ready, &count, &watcher));
    run_until_stopped();
    CHECK_EQ(count, 3);
    check_awake(3, test_statistics(engine).polls);
    test_end(engine);
    test_close_pair(ends);
}

/* Of what an engine's own thread may call, nothing works there; of any thread's, all. */
static uint64_t calls_made;
static void call_inside(void) {
    uint64_t now;
    if (calls_made++ > 1) {
        return;
    }
    const backstage_status refusal = BACKSTAGE_IN_CALLBACK;
    CHECK_STATUS(backstage_engine_now(around.engine, &now), refusal);
    CHECK_STATUS(backstage_engine_run(around.engine, BACKSTAGE_RUN_NO_WAIT, 0), refusal);
    CHECK_STATUS(backstage_engine_destroy(around.engine), refusal);
    CHECK_OK(backstage_engine_send(around.engine, around.actor, "x", 1));
}

static backstage_status stop_at_two(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    uint64_t *count = state;
    (void)check_is_awake(context, envelope, state);
    return *count == 2 ? backstage_engine_stop(backstage_context_engine(context)) : BACKSTAGE_OK;
}

TEST(inside_them_only_what_any_thread_may_do_works) {
    backstage_engine *engine = open_with(BACKSTAGE_CLOCK_VIRTUAL, NULL);
    uint64_t count = 0;
    around.actor = test_spawn(engine, NULL, stop_at_two, &count);
    around.on_sleep = call_inside;
    around.on_wake = call_inside;
    calls_made = 0;
    run_until_stopped();
    CHECK_EQ(count, 2);
    CHECK(calls_made >= 2);
    check_awake(1, test_statistics(engine).polls);
    test_end(engine);
}
