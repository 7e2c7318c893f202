/*
 * A server that unmodified Redis clients publish and subscribe with, on 127.0.0.1. One actor
 * accepts, one publishes, and each connection is one; channels are topics, and a publication is
 * put together once and shared by all who get it.
 * Build: cc pubsub_server.c pubsub_server/[a-z]*.c common/ledger.c
 *        $(pkg-config --cflags --libs backstage) -o pubsub_server
 */
#define _POSIX_C_SOURCE 200809L
#include "common/ledger.h"
#include "pubsub_server/acceptor.h"
#include "pubsub_server/options.h"
#include "pubsub_server/server.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* As many descriptors as this process may have: each connection is one. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fprintf(stderr, "pubsub_server: descriptor limit: %s\n", strerror(errno));
}

/* How much has happened so far. */
static uint64_t work_done(backstage_engine *engine) {
    backstage_statistics statistics = {.size = sizeof statistics};
    backstage_engine_statistics(engine, &statistics);
    return statistics.events + statistics.handled;
}

/* Runs until the server has ended. Looks a few times more before it sleeps: under load the next
 * request is about to come, and to be woken costs its sender more than these looks cost here. */
static backstage_status run(backstage_engine *engine, const struct server *server) {
    enum { LOOKS = 16 };
    backstage_status status = BACKSTAGE_OK;
    while (status == BACKSTAGE_OK && !server->is_over) {
        uint64_t before = work_done(engine);
        for (int looks = 0; status == BACKSTAGE_OK && looks < LOOKS; looks++) {
            status = backstage_engine_run(engine, BACKSTAGE_RUN_NO_WAIT, BACKSTAGE_FOREVER);
            if (work_done(engine) != before)
                break;
        }
        if (status == BACKSTAGE_OK && !server->is_over && work_done(engine) == before)
            status = backstage_engine_run(engine, BACKSTAGE_RUN_ONCE, BACKSTAGE_FOREVER);
    }
    return status;
}

/* Runs until a signal comes; tells what became of the messages. */
static backstage_status serve(struct server *server, backstage_statistics *statistics) {
    backstage_engine_options options = {
        .size = sizeof options,
        .payload_bytes_max = BACKSTAGE_PAYLOAD_BYTES_MAX,
        .dead_letter = server_dead_letter,
        .dead_letter_state = server,
        .log = backstage_log_to_stderr,
    };
    backstage_engine *engine;
    backstage_status status = backstage_engine_create(&options, &engine);
    if (status != BACKSTAGE_OK)
        return status;
    status = server_spawn(engine, server);
    if (status == BACKSTAGE_OK)
        status = run(engine, server);
    if (status == BACKSTAGE_OK)
        status = server->status;
    backstage_status counted = backstage_engine_statistics(engine, statistics);
    backstage_status destroyed = backstage_engine_destroy(engine);
    if (status == BACKSTAGE_OK)
        status = counted;
    return status == BACKSTAGE_OK ? destroyed : status;
}

int main(int argc, char **argv) {
    struct options options;
    backstage_statistics statistics = {.size = sizeof statistics};
    enum options_result result = options_read(&options, argc, argv);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_HELP ? 0 : 2;

    raise_descriptor_limit();
    struct server *server = calloc(1, sizeof *server);
    int listener = server ? acceptor_listen(&options.port) : -1;
    if (listener < 0) {
        fprintf(stderr, "pubsub_server: cannot listen: %s\n", strerror(errno));
        free(server);
        return 1;
    }
    server->options = &options;
    server->listener = listener;
    hub_open(&server->hub);
    backstage_status status = serve(server, &statistics);
    close(listener);

    if (status != BACKSTAGE_OK)
        fprintf(stderr, "pubsub_server: %s\n", backstage_status_name(status));
    printf("connections: %llu accepted, %llu left\n", (unsigned long long)server->accepted,
           (unsigned long long)server->connections);
    bool balanced = ledger_print(&statistics, &server->dead) && server->connections == 0 &&
                    server->hub.undelivered == 0 && server->hub.channels.count == 0 &&
                    server->hub.patterns.count == 0;
    free(server);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    return status == BACKSTAGE_OK && balanced && statistics.queued == 0 && written ? 0 : 1;
}
