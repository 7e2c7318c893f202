#define _GNU_SOURCE
#include "acceptor.h"
#include "connection.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPTED_PER_EVENT = 64, PAUSE_MS = 100 };

struct acceptor {
    struct server *server;
    uint64_t watcher;
    bool is_short; /* of descriptors, say: it has been told */
};

int acceptor_listen(uint64_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static backstage_status resume(backstage_context *context, struct acceptor *acceptor) {
    return backstage_watch_fd(context, acceptor->server->listener, BACKSTAGE_READABLE,
                              &acceptor->watcher);
}

/* Leaves clients waiting for a moment: there is nothing to be had now. */
static backstage_status pause_accepting(backstage_context *context, struct acceptor *acceptor,
                                        const char *why) {
    uint64_t timer;
    if (!acceptor->is_short)
        fprintf(stderr, "pubsub_server: cannot accept: %s\n", why);
    acceptor->is_short = true;
    backstage_status status = backstage_unwatch(context, acceptor->watcher);
    acceptor->watcher = 0;
    if (status == BACKSTAGE_OK)
        status = backstage_timer_start(context, BACKSTAGE_MILLISECONDS(PAUSE_MS), 0, &timer);
    return status;
}

static void refuse(int fd, const char *line) {
    send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static backstage_status take_in(struct server *server, int fd) {
    int on = 1;
    if (server->options->connections_max &&
        server->connections >= server->options->connections_max) {
        refuse(fd, "-ERR max number of clients reached\r\n");
        return BACKSTAGE_OK;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    backstage_status status = connection_spawn(server, fd);
    if (status != BACKSTAGE_OK)
        refuse(fd, "-ERR no room for another client\r\n");
    return status;
}

/* Not an error of the listener: the client is gone already, or the network had trouble. */
static bool is_passing(int error) {
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == ENETDOWN ||
           error == EHOSTDOWN || error == EHOSTUNREACH || error == ENETUNREACH ||
           error == ENOPROTOOPT || error == ENONET || error == EPERM;
}

static backstage_status acceptor_receive(backstage_context *context,
                                         const backstage_envelope *envelope, void *state) {
    struct acceptor *acceptor = state;
    if (envelope->type == BACKSTAGE_TIMER)
        return resume(context, acceptor);
    for (int i = 0; i < ACCEPTED_PER_EVENT; i++) {
        int fd = accept4(acceptor->server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return BACKSTAGE_OK;
        if (fd < 0 && is_passing(errno))
            continue;
        if (fd < 0)
            return pause_accepting(context, acceptor, strerror(errno));
        backstage_status status = take_in(acceptor->server, fd);
        if (status != BACKSTAGE_OK)
            return pause_accepting(context, acceptor, backstage_status_name(status));
        acceptor->is_short = false;
    }
    return BACKSTAGE_OK;
}

static backstage_status acceptor_init(backstage_context *context, void *state) {
    return resume(context, state);
}

static backstage_status acceptor_deinit(backstage_context *context, backstage_reason reason,
                                        void *state) {
    struct acceptor *acceptor = state;
    if (acceptor->watcher)
        backstage_unwatch(context, acceptor->watcher);
    acceptor->watcher = 0;
    if (reason != BACKSTAGE_REASON_RESTARTED)
        free(acceptor);
    return BACKSTAGE_OK;
}

backstage_status acceptor_spawn(backstage_context *parent, struct server *server) {
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);
    if (!acceptor)
        return BACKSTAGE_NO_MEMORY;
    acceptor->server = server;
    backstage_actor_options options = {
        .size = sizeof options,
        .id = "acceptor",
        .init = acceptor_init,
        .receive = acceptor_receive,
        .deinit = acceptor_deinit,
        .state = acceptor,
        .restart = BACKSTAGE_RESTART_PERMANENT,
    };
    backstage_ref actor;
    backstage_status status = backstage_spawn_child(parent, &options, &actor);
    if (status != BACKSTAGE_OK)
        free(acceptor);
    return status;
}
