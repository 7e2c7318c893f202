/* An idle engine sleeps in the kernel, however many idle actors it has: no wake-ups, no polls. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support_io.h"

enum { ACTORS = 10000 };

/* Ten thousand idle actors, which have all worked once, with what an actor may hold while idle. */
static backstage_engine *open_idle(int ends[2]) {
    backstage_engine_options options = test_engine_options();
    uint64_t token;
    options.clock = BACKSTAGE_CLOCK_MONOTONIC;
    backstage_engine *engine = test_engine_with(&options);
    for (int i = 0; i < ACTORS; i++) {
        backstage_ref actor = test_spawn(engine, NULL, test_ignore, NULL);
        CHECK_OK(backstage_engine_send(engine, actor, "x", 1));
        if (i % 100 == 0) { /* some wait, for what does not come */
            backstage_context *context = test_context(engine, actor);
            CHECK_OK(backstage_watch_fd(context, ends[0], BACKSTAGE_READABLE, &token));
            CHECK_OK(backstage_timer_start(context, BACKSTAGE_SECONDS(3600), 0, &token));
        }
    }
    CHECK_OK(backstage_watch_signal(
        test_context(engine, test_spawn(engine, NULL, test_ignore, NULL)), SIGUSR1, &token));
    test_run(engine);
    return engine;
}

/* Sleeps for two seconds; says how often it woke beyond the one time at the end, and looked. */
static void sleep_and_count(int result_fd) {
    struct rusage before, after;
    int ends[2];
    long result[3];
    test_pipe(ends);
    backstage_engine *engine = open_idle(ends);
    uint64_t polls = test_statistics(engine).polls;
    getrusage(RUSAGE_SELF, &before);
    backstage_status status =
        backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_SECONDS(2));
    getrusage(RUSAGE_SELF, &after);
    result[0] = status == BACKSTAGE_TIMEOUT;
    result[1] = after.ru_nvcsw - before.ru_nvcsw;
    result[2] = (long)(test_statistics(engine).polls - polls);
    backstage_engine_destroy(engine);
    _exit(write(result_fd, result, sizeof result) == sizeof result ? 0 : 1);
}

TEST(an_idle_engine_sleeps_however_many_its_actors) {
    long result[3] = {0, 99, 99};
    int ends[2], status = 0;
    if (!CHECK(pipe(ends) == 0)) {
        return;
    }
    pid_t child = fork(); /* alone in a process, so that what is counted is the engine's */
    if (child == 0) {
        sleep_and_count(ends[1]);
    }
    close(ends[1]);
    CHECK(read(ends[0], result, sizeof result) == sizeof result);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(result[0]);
    CHECK(result[1] <= 2); /* to sleep until the end, and for what a clock's tick rounds off */
    CHECK(result[2] <= 3); /* one to see that there is nothing, and the same two sleeps */
    close(ends[0]);
}
