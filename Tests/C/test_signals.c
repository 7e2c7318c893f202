/* Signals as events, to all who watch, and the host's dispositions as they were afterwards. */
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "support_io.h"

static uint64_t watch(backstage_context *context, int signal) {
    uint64_t watcher = 0;
    CHECK_OK(backstage_watch_signal(context, signal, &watcher));
    return watcher;
}

static void check_signal(const test_message *message, uint64_t watcher, int signal,
                         uint32_t count) {
    backstage_signal_event event = test_signal_event(message);
    CHECK_EQ(event.signal, signal);
    CHECK_EQ(event.count, count);
    CHECK_EQ(message->token, watcher);
    CHECK_EQ(message->sender, BACKSTAGE_NONE);
}

TEST(a_signal_arrives) {
    test_stage s = test_stage_open();
    uint64_t watcher = watch(s.context, SIGUSR1);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    for (size_t i = 1; i <= 3; i++) {
        raise(SIGUSR1);
        test_run(s.engine);
        if (CHECK_EQ(s.seen->count, i)) {
            check_signal(&s.seen->messages[i - 1], watcher, SIGUSR1, 1);
        }
    }
    CHECK_EQ(test_statistics(s.engine).events, 3);
    test_end(s.engine);
}

TEST(signals_that_were_not_handled_yet_are_counted) {
    test_stage s = test_stage_open();
    uint64_t watcher = watch(s.context, SIGUSR1);
    uint64_t other = watch(s.context, SIGRTMAX - 1);
    raise(SIGUSR1);
    raise(SIGRTMAX - 1);
    raise(SIGUSR1);
    raise(SIGUSR1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 2)) {
        size_t first = s.seen->messages[0].token == watcher ? 0 : 1;
        check_signal(&s.seen->messages[first], watcher, SIGUSR1, 3);
        check_signal(&s.seen->messages[1 - first], other, SIGRTMAX - 1, 1);
    }
    test_end(s.engine);
}

TEST(two_actors_and_two_engines_watch_one_signal) {
    test_stage a = test_stage_open(), b = test_stage_open();
    test_recorder *seen = test_recorder_new();
    backstage_context *third =
        test_context(a.engine, test_spawn(a.engine, NULL, test_receive, seen));
    uint64_t first = watch(a.context, SIGUSR2);
    watch(third, SIGUSR2);
    watch(b.context, SIGUSR2);
    raise(SIGUSR2);
    test_run(a.engine);
    test_run(b.engine);
    CHECK_EQ(a.seen->count, 1);
    CHECK_EQ(seen->count, 1);
    CHECK_EQ(b.seen->count, 1);
    CHECK_OK(backstage_unwatch(a.context, first));
    raise(SIGUSR2);
    test_run(b.engine);
    test_run(a.engine);
    CHECK_EQ(a.seen->count, 1);
    CHECK_EQ(seen->count, 2);
    CHECK_EQ(b.seen->count, 2);
    test_end(a.engine);
    raise(SIGUSR2);
    test_run(b.engine);
    CHECK_EQ(b.seen->count, 3);
    test_end(b.engine);
}

TEST(one_actor_watches_a_signal_twice) {
    test_stage s = test_stage_open();
    uint64_t one = watch(s.context, SIGUSR1), two = watch(s.context, SIGUSR1);
    CHECK(one != two);
    raise(SIGUSR1);
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 2);
    CHECK_OK(backstage_unwatch(s.context, one));
    raise(SIGUSR1);
    test_run(s.engine);
    if (CHECK_EQ(s.seen->count, 3)) {
        CHECK_EQ(s.seen->messages[2].token, two);
    }
    test_end(s.engine);
}

TEST(a_signal_not_yet_handled_is_withdrawn) {
    test_stage s = test_stage_open();
    uint64_t watcher = watch(s.context, SIGUSR1);
    raise(SIGUSR1);
    CHECK_OK(backstage_unwatch(s.context, watcher));
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    CHECK_STATUS(backstage_unwatch(s.context, watcher), BACKSTAGE_NOT_FOUND);
    watcher = watch(s.context, SIGUSR1); /* the old one does not count for the new */
    test_run(s.engine);
    CHECK_EQ(s.seen->count, 0);
    test_end(s.engine);
}

TEST(what_came_before_is_not_for_who_watches_since) {
    test_stage s = test_stage_open();
    test_recorder *seen = test_recorder_new();
    backstage_ref later = test_spawn(s.engine, NULL, test_receive, seen);
    uint64_t watcher = watch(s.context, SIGUSR1);
    raise(SIGUSR1);
    CHECK_OK(backstage_unwatch(s.context, watcher));
    watch(test_context(s.engine, later), SIGUSR1);
    test_run(s.engine);
    CHECK_EQ(s.seen->count + seen->count, 0);
    test_end(s.engine);
}

TEST(what_is_no_signal_or_cannot_be_caught_is_refused) {
    static const int bad[] = {0, -1, SIGKILL, SIGSTOP, 65, 66, 1000, INT_MAX, INT_MIN, 32, 33};
    test_stage s = test_stage_open();
    uint64_t watcher = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STATUS(backstage_watch_signal(s.context, bad[i], &watcher), BACKSTAGE_INVALID_SIGNAL);
    }
    CHECK_EQ(watcher, 77);
    watch(s.context, 34);
    watch(s.context, test_rounds(1, 0) ? 64 : 63); /* valgrind keeps the last for itself */
    test_end(s.engine);
}

/* ---- The host's dispositions ------------------------------------------------------------- */

static volatile sig_atomic_t host_calls;
static void on_host_signal(int signal, siginfo_t *info, void *place) {
    (void)signal, (void)info, (void)place;
    host_calls++;
}

static bool same_disposition(const struct sigaction *a, const struct sigaction *b) {
    bool same = a->sa_flags == b->sa_flags && a->sa_sigaction == b->sa_sigaction;
    for (int signal = 1; signal <= 64; signal++) {
        same = same && sigismember(&a->sa_mask, signal) == sigismember(&b->sa_mask, signal);
    }
    return same;
}

static struct sigaction disposition(int signal) {
    struct sigaction now;
    memset(&now, 0, sizeof now);
    CHECK(sigaction(signal, NULL, &now) == 0);
    return now;
}

/* Gives SIGUSR1 the host's own handler, with flags and a mask that are easily lost. */
static struct sigaction install_host(void) {
    struct sigaction host;
    memset(&host, 0, sizeof host);
    host.sa_sigaction = on_host_signal;
    host.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    sigemptyset(&host.sa_mask);
    sigaddset(&host.sa_mask, SIGHUP);
    sigaddset(&host.sa_mask, SIGRTMIN + 3);
    CHECK(sigaction(SIGUSR1, &host, NULL) == 0);
    host_calls = 0;
    return disposition(SIGUSR1);
}

static void check_restored(const struct sigaction *before) {
    struct sigaction now = disposition(SIGUSR1);
    CHECK(same_disposition(before, &now));
    host_calls = 0;
    raise(SIGUSR1);
    CHECK_EQ(host_calls, 1);
    signal(SIGUSR1, SIG_DFL);
}

TEST(the_disposition_is_as_before_after_the_last_unwatch) {
    struct sigaction before = install_host();
    test_stage a = test_stage_open(), b = test_stage_open();
    uint64_t first = watch(a.context, SIGUSR1), second = watch(b.context, SIGUSR1);
    raise(SIGUSR1);
    CHECK_EQ(host_calls, 0);
    CHECK_OK(backstage_unwatch(a.context, first));
    raise(SIGUSR1);
    CHECK_EQ(host_calls, 0);
    CHECK_OK(backstage_unwatch(b.context, second));
    check_restored(&before);
    test_end(a.engine);
    test_end(b.engine);
}

TEST(the_disposition_is_as_before_after_the_actors_end) {
    struct sigaction before = install_host();
    test_stage s = test_stage_open();
    watch(s.context, SIGUSR1);
    CHECK_OK(backstage_shutdown(s.context));
    test_run(s.engine);
    check_restored(&before);
    test_end(s.engine);
}

TEST(the_disposition_is_as_before_after_the_engines_end_in_any_order) {
    for (int order = 0; order < 2; order++) {
        struct sigaction before = install_host();
        test_stage a = test_stage_open(), b = test_stage_open();
        watch(a.context, SIGUSR1);
        watch(b.context, SIGUSR1);
        test_end(order == 0 ? a.engine : b.engine);
        raise(SIGUSR1);
        CHECK_EQ(host_calls, 0);
        test_end(order == 0 ? b.engine : a.engine);
        check_restored(&before);
    }
}

TEST(ignored_and_default_come_back_too) {
    for (int i = 0; i < 2; i++) {
        signal(SIGUSR2, i == 0 ? SIG_IGN : SIG_DFL);
        struct sigaction before = disposition(SIGUSR2), now;
        test_stage s = test_stage_open();
        uint64_t watcher = watch(s.context, SIGUSR2);
        raise(SIGUSR2);
        test_run(s.engine);
        CHECK_EQ(s.seen->count, 1);
        CHECK_OK(backstage_unwatch(s.context, watcher));
        now = disposition(SIGUSR2);
        CHECK(same_disposition(&before, &now));
        test_end(s.engine);
    }
    signal(SIGUSR2, SIG_DFL);
}

/* ---- From elsewhere ---------------------------------------------------------------------- */

static void signal_process_when_asleep(void *state) {
    test_wait_asleep(*(pid_t *)state);
    kill(getpid(), SIGUSR1);
}

static backstage_status stop_engine(backstage_context *context, const backstage_envelope *envelope,
                                    void *state) {
    CHECK_EQ(envelope->type, BACKSTAGE_SIGNAL);
    ++*(int *)state;
    return backstage_engine_stop(backstage_context_engine(context));
}

TEST(a_signal_wakes_a_sleeping_engine_whichever_thread_it_hits) {
    for (int blocked = 0; blocked < 2; blocked++) {
        test_stage s = test_stage_open();
        sigset_t set, before;
        pid_t self = test_thread_id();
        int count = 0;
        watch(test_context(s.engine, test_spawn(s.engine, NULL, stop_engine, &count)), SIGUSR1);
        test_thread *thread = test_thread_start(signal_process_when_asleep, &self);
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, &before);
        CHECK_OK(backstage_engine_run(s.engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
        CHECK_EQ(count, 1);
        test_thread_join(thread);
        pthread_sigmask(SIG_SETMASK, &before, &set);
        CHECK_EQ(sigismember(&set, SIGUSR1), blocked); /* the mask is the host's */
        test_end(s.engine);
    }
}
