#include "server.h"
#include "acceptor.h"
#include <signal.h>
#include <stdio.h>

void server_dead_letter(backstage_engine *engine, backstage_ref receiver,
                        const backstage_envelope *envelope, backstage_dead_reason reason,
                        void *state) {
    struct server *server = state;
    ledger_dead_letter(engine, receiver, envelope, reason, &server->dead);
    if (envelope->type == BACKSTAGE_PUBLISH)
        hub_dead_letter(&server->hub, reason);
}

static backstage_status server_init(backstage_context *context, void *state) {
    struct server *server = state;
    uint64_t watcher;
    server->context = context;
    backstage_status status = backstage_watch_signal(context, SIGINT, &watcher);
    if (status == BACKSTAGE_OK)
        status = backstage_watch_signal(context, SIGTERM, &watcher);
    if (status == BACKSTAGE_OK)
        status = hub_spawn(context, &server->hub);
    if (status == BACKSTAGE_OK)
        status = acceptor_spawn(context, server);
    if (status == BACKSTAGE_OK) {
        printf("listening on 127.0.0.1:%u\n", (unsigned)server->options->port);
        fflush(stdout);
    }
    server->status = status;
    return status;
}

static backstage_status server_receive(backstage_context *context,
                                       const backstage_envelope *envelope, void *state) {
    (void)state;
    /* A connection that failed is no loss to others. */
    return envelope->type == BACKSTAGE_SIGNAL ? backstage_shutdown(context) : BACKSTAGE_OK;
}

static backstage_status server_deinit(backstage_context *context, backstage_reason reason,
                                      void *state) {
    (void)reason;
    ((struct server *)state)->is_over = true;
    return backstage_engine_stop(backstage_context_engine(context));
}

backstage_status server_spawn(backstage_engine *engine, struct server *server) {
    /* Connections are not restarted; whoever else fails is, each time later than the last. */
    static const backstage_supervision supervision = {
        .size = sizeof supervision,
        .strategy = BACKSTAGE_ONE_FOR_ONE,
        .directive = BACKSTAGE_DIRECTIVE_RESTART,
        .restarts_max = 10,
        .window_ns = BACKSTAGE_SECONDS(10),
        .backoff_ns = BACKSTAGE_MILLISECONDS(10),
        .backoff_max_ns = BACKSTAGE_SECONDS(1),
        .jitter_percent = 20,
    };
    backstage_actor_options options = {
        .size = sizeof options,
        .id = "server",
        .init = server_init,
        .receive = server_receive,
        .deinit = server_deinit,
        .state = server,
        .supervision = &supervision,
    };
    backstage_ref actor;
    return backstage_engine_spawn(engine, &options, &actor);
}
