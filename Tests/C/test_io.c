/* Descriptors as events: told when ready, told again once that was handled, never in a storm. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support_io.h"

/* What one actor does with its descriptors and has seen of them. */
typedef struct reader {
    uint64_t events, bytes;
    uint32_t seen; /* the bits of all events together */
    int32_t last_fd;
    uint64_t last_token;
    bool leaves; /* everything unread */
    uint64_t stop_at;
    bool unwatches;
} reader;

static backstage_status on_ready(backstage_context *context, const backstage_envelope *envelope,
                                 void *state) {
    reader *r = state;
    const backstage_io_event *event = envelope->payload;
    if (!CHECK_EQ(envelope->type, BACKSTAGE_IO) || !CHECK_EQ(envelope->size, sizeof *event)) {
        return BACKSTAGE_OK;
    }
    CHECK_EQ(envelope->sender, BACKSTAGE_NONE);
    r->events++;
    r->seen |= event->events;
    r->last_fd = event->fd;
    r->last_token = envelope->token;
    if ((event->events & BACKSTAGE_READABLE) && !r->leaves) {
        r->bytes += test_drain(event->fd);
    }
    if (r->unwatches) {
        CHECK_OK(backstage_unwatch(context, envelope->token));
    }
    if (r->events == r->stop_at) {
        CHECK_OK(backstage_engine_stop(backstage_context_engine(context)));
    }
    return BACKSTAGE_OK;
}

static backstage_context *spawn_reader(backstage_engine *engine, reader *r) {
    return test_context(engine, test_spawn(engine, NULL, on_ready, r));
}

TEST(a_readable_descriptor_is_told) {
    backstage_engine *engine = test_engine();
    reader r = {0};
    int ends[2];
    uint64_t watcher = 0;
    test_pipe(ends);
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[0], BACKSTAGE_READABLE, &watcher));
    test_run(engine);
    CHECK_EQ(r.events, 0);
    for (uint64_t i = 1; i <= 20; i++) { /* looked at again, each time it was handled */
        test_poke(ends[1]);
        test_run(engine);
        CHECK_EQ(r.events, i);
        CHECK_EQ(r.bytes, i);
        test_run(engine);
        CHECK_EQ(r.events, i);
    }
    CHECK_EQ(r.seen, BACKSTAGE_READABLE);
    CHECK_EQ(r.last_fd, ends[0]);
    CHECK_EQ(r.last_token, watcher);
    CHECK_EQ(test_statistics(engine).events, 20);
    CHECK_EQ(test_statistics(engine).accepted, 0);
    test_end(engine);
    test_close_pair(ends);
}

TEST(a_writable_descriptor_is_told) {
    backstage_engine *engine = test_engine();
    reader r = {.unwatches = true};
    int ends[2];
    uint64_t watcher;
    test_socket_pair(ends);
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[0], BACKSTAGE_WRITABLE, &watcher));
    test_run(engine);
    CHECK_EQ(r.events, 1);
    CHECK_EQ(r.seen, BACKSTAGE_WRITABLE);
    test_end(engine);
    test_close_pair(ends);
}

TEST(a_full_descriptor_is_told_when_it_has_room) {
    backstage_engine *engine = test_engine();
    reader r = {.unwatches = true};
    int ends[2];
    uint64_t watcher;
    char bytes[4096] = {0};
    test_pipe(ends);
    while (write(ends[1], bytes, sizeof bytes) > 0) {
    }
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[1], BACKSTAGE_WRITABLE, &watcher));
    test_run(engine);
    CHECK_EQ(r.events, 0);
    CHECK(test_drain(ends[0]) > 0);
    test_run(engine);
    CHECK_EQ(r.events, 1);
    test_end(engine);
    test_close_pair(ends);
}

TEST(one_watcher_sees_both_directions) {
    backstage_engine *engine = test_engine();
    reader r = {.unwatches = true};
    int ends[2];
    uint64_t watcher;
    test_socket_pair(ends);
    test_poke(ends[1]);
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[0],
                                BACKSTAGE_READABLE | BACKSTAGE_WRITABLE, &watcher));
    test_run(engine);
    CHECK_EQ(r.events, 1);
    CHECK_EQ(r.seen, BACKSTAGE_READABLE | BACKSTAGE_WRITABLE);
    CHECK_EQ(r.bytes, 1);
    test_end(engine);
    test_close_pair(ends);
}

TEST(an_eventfd_counts_and_is_told_once) {
    backstage_engine *engine = test_engine();
    reader r = {0};
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    uint64_t one = 1, watcher;
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), fd, BACKSTAGE_READABLE, &watcher));
    for (int i = 0; i < 5; i++) {
        CHECK(write(fd, &one, sizeof one) == sizeof one);
    }
    test_run(engine);
    CHECK_EQ(r.events, 1);
    CHECK_EQ(r.bytes, 8);
    test_end(engine);
    close(fd);
}

TEST(what_is_left_unread_is_told_once_a_handling) {
    backstage_engine *engine = test_engine();
    reader r = {.leaves = true};
    int ends[2];
    uint64_t watcher;
    test_pipe(ends);
    test_poke(ends[1]);
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[0], BACKSTAGE_READABLE, &watcher));
    for (uint64_t i = 1; i <= 100; i++) {
        uint64_t before = r.events;
        CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER));
        CHECK(r.events <= before + 1);
    }
    CHECK(r.events >= 50);
    r.leaves = false;
    test_run(engine);
    uint64_t events = r.events;
    test_run(engine);
    CHECK_EQ(r.events, events);
    test_end(engine);
    test_close_pair(ends);
}

/* Floods itself, and never reads what is there. */
static backstage_status flood(backstage_context *context, const backstage_envelope *envelope,
                              void *state) {
    reader *r = state;
    if (envelope->type == BACKSTAGE_IO) {
        return on_ready(context, envelope, state);
    }
    return r->events < r->stop_at ? backstage_send(context, backstage_context_self(context), "", 0)
                                  : BACKSTAGE_OK;
}

TEST(an_unread_descriptor_and_a_flood_share_the_engine) {
    backstage_engine *engine = test_engine();
    reader r = {.leaves = true, .stop_at = 100};
    int ends[2];
    uint64_t watcher;
    test_pipe(ends);
    test_poke(ends[1]);
    backstage_ref actor = test_spawn(engine, NULL, flood, &r);
    CHECK_OK(
        backstage_watch_fd(test_context(engine, actor), ends[0], BACKSTAGE_READABLE, &watcher));
    CHECK_OK(backstage_engine_send(engine, actor, "", 0));
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(r.events, 100);
    CHECK(test_statistics(engine).handled > 0);
    CHECK(test_statistics(engine).polls >= 100); /* an event is a look */
    test_end(engine);
    test_close_pair(ends);
}

TEST(several_actors_watch_one_descriptor) {
    backstage_engine *engine = test_engine();
    reader r[3] = {{0}, {0}, {.leaves = true, .unwatches = true}};
    uint64_t watchers[3];
    int ends[2];
    test_socket_pair(ends);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r[i]), ends[0], BACKSTAGE_READABLE,
                                    &watchers[i]));
    }
    CHECK_OK(
        backstage_watch_fd(spawn_reader(engine, &r[2]), ends[0], BACKSTAGE_WRITABLE, &watchers[2]));
    test_run(engine);
    CHECK_EQ(r[0].events + r[1].events, 0);
    CHECK_EQ(r[2].events, 1);
    CHECK_EQ(r[2].seen, BACKSTAGE_WRITABLE);
    test_poke(ends[1]);
    test_run(engine);
    CHECK_EQ(r[0].events, 1);
    CHECK_EQ(r[1].events, 1);
    CHECK_EQ(r[0].bytes + r[1].bytes, 1);
    CHECK_EQ(r[2].events, 1);
    test_end(engine);
    test_close_pair(ends);
}

TEST(four_hundred_descriptors_are_each_told) {
    enum { PIPES = 400 };
    backstage_engine *engine = test_engine();
    static reader r[PIPES];
    static int ends[PIPES][2];
    uint64_t watcher;
    memset(r, 0, sizeof r);
    for (size_t i = 0; i < PIPES; i++) {
        test_pipe(ends[i]);
        CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r[i]), ends[i][0], BACKSTAGE_READABLE,
                                    &watcher));
        test_poke(ends[i][1]);
    }
    test_run(engine);
    for (size_t i = 0; i < PIPES; i++) {
        CHECK_EQ(r[i].events, 1);
        CHECK_EQ(r[i].last_fd, ends[i][0]);
    }
    CHECK_EQ(test_statistics(engine).events, PIPES);
    test_end(engine);
    for (size_t i = 0; i < PIPES; i++) {
        test_close_pair(ends[i]);
    }
}

TEST(a_plain_file_is_always_ready) {
    backstage_engine *engine = test_engine();
    reader r = {.leaves = true, .unwatches = true};
    uint64_t watcher;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), fd, BACKSTAGE_READABLE, &watcher));
    test_run(engine);
    CHECK_EQ(r.events, 1);
    test_end(engine);
    close(fd);
}

typedef struct waker {
    pid_t sleeper;
    int fd;
} waker;

static void wake(void *state) {
    const waker *w = state;
    test_wait_asleep(w->sleeper);
    test_poke(w->fd);
}

TEST(a_descriptor_wakes_a_sleeping_engine) {
    backstage_engine *engine = test_engine();
    reader r = {.stop_at = 1};
    int ends[2];
    uint64_t watcher;
    test_pipe(ends);
    waker w = {test_thread_id(), ends[1]};
    CHECK_OK(backstage_watch_fd(spawn_reader(engine, &r), ends[0], BACKSTAGE_READABLE, &watcher));
    test_thread *thread = test_thread_start(wake, &w);
    CHECK_OK(backstage_engine_run(engine, BACKSTAGE_RUN_UNTIL_STOPPED, BACKSTAGE_FOREVER));
    CHECK_EQ(r.events, 1);
    test_thread_join(thread);
    test_end(engine);
    test_close_pair(ends);
}
