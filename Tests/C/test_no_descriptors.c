/* No descriptors to be had: an engine that cannot be made is refused, and leaves nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support_io.h"

/* Leaves so many descriptors to be had, or gives back what was before. */
static struct rlimit before;

static void leave_descriptors(int left) {
    int lowest = fcntl(0, F_DUPFD, 0);
    CHECK(lowest >= 0);
    close(lowest);
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    struct rlimit scarce = before;
    scarce.rlim_cur = (rlim_t)lowest;
    for (int free = 0; free < left; scarce.rlim_cur++) {
        free += fcntl((int)scarce.rlim_cur, F_GETFD) == -1;
    }
    CHECK(setrlimit(RLIMIT_NOFILE, &scarce) == 0);
}

static void restore_descriptors(void) { CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0); }

/* Whether an engine could be made; if so, it works. */
static bool try_engine(const backstage_engine_options *options, int left) {
    backstage_engine *engine = NULL;
    leave_descriptors(left);
    errno = 0;
    backstage_status status = backstage_engine_create(options, &engine);
    int error = errno;
    if (status != BACKSTAGE_OK) {
        CHECK_STATUS(status, BACKSTAGE_SYSTEM);
        CHECK_EQ(error, EMFILE);
        CHECK(engine == NULL);
        restore_descriptors();
        return false;
    }
    test_recorder *seen = test_recorder_new();
    CHECK_OK(backstage_engine_send(engine, test_spawn(engine, NULL, test_receive, seen), "x", 1));
    CHECK_STATUS(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, 1), BACKSTAGE_TIMEOUT);
    CHECK_EQ(seen->count, 1);
    CHECK_OK(backstage_engine_destroy(engine));
    restore_descriptors();
    return true;
}

TEST(without_descriptors_no_engine_is_made) {
    backstage_engine_options options = test_engine_options();
    size_t descriptors = test_descriptors();
    int left = 0;
    while (!try_engine(&options, left) && CHECK(left < 10)) {
        CHECK_EQ(test_descriptors(), descriptors);
        left++;
    }
    CHECK(left > 0);
    CHECK_EQ(test_descriptors(), descriptors);
}

TEST(without_descriptors_no_engine_is_made_in_a_hosts_loop) {
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    backstage_engine_options options = test_engine_options();
    size_t descriptors = test_descriptors();
    int left = 0;
    options.loop = loop;
    while (!try_engine(&options, left) && CHECK(left < 10)) {
        CHECK_EQ(test_descriptors(), descriptors);
        left++;
    }
    CHECK(left > 0);
    ev_loop_destroy(loop);
}
