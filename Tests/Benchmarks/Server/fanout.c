/*
 * A load for a server of Redis's publish and subscribe: one publisher, and subscribers that read
 * and compare every byte they are sent. Writes one line of JSON.
 *
 *     fanout --port N [--subscribers N] [--messages N] [--window N] [--size BYTES]
 *
 * The publisher has at most `window` publications under way that were not answered yet; with 1 it
 * waits for each answer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 262144, SUBSCRIBERS_MAX = 100000, EVENTS = 256, WAIT_MS = 30000 };

/* Bytes that come again and again, laid out several times so that long runs can be compared. */
struct pattern {
    char *bytes;
    size_t period;
};

struct stream {
    int fd;
    const struct pattern *pattern;
    uint64_t received;
    uint64_t expected;
};

struct load {
    uint64_t port, subscribers, messages, window, size;
    struct pattern publication, answer, request;
    struct stream publisher;
    struct stream *readers;
    uint64_t published;  /* bytes of requests written */
    bool is_blocked;     /* the publisher's socket is full */
    uint64_t unfinished; /* streams */
    int epoll;
    char buffer[BUFFER_BYTES];
};

static void fail(const char *what) {
    fprintf(stderr, "fanout: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
    exit(1);
}

static struct pattern repeat(const char *text, size_t size) {
    size_t times = BUFFER_BYTES / size + 2;
    struct pattern pattern = {malloc(times * size), size};
    if (!pattern.bytes)
        fail("memory");
    for (size_t i = 0; i < times; i++)
        memcpy(pattern.bytes + i * size, text, size);
    return pattern;
}

static void prepare(struct load *load) {
    char *message = malloc(load->size + 1), *text = malloc(load->size + 128);
    if (!message || !text)
        fail("memory");
    memset(message, 'm', load->size);
    message[load->size] = '\0';
    int size = sprintf(text, "*3\r\n$7\r\nmessage\r\n$5\r\nbench\r\n$%" PRIu64 "\r\n%s\r\n",
                       load->size, message);
    load->publication = repeat(text, (size_t)size);
    size = sprintf(text, "*3\r\n$7\r\nPUBLISH\r\n$5\r\nbench\r\n$%" PRIu64 "\r\n%s\r\n", load->size,
                   message);
    load->request = repeat(text, (size_t)size);
    size = sprintf(text, ":%" PRIu64 "\r\n", load->subscribers);
    load->answer = repeat(text, (size_t)size);
    free(message);
    free(text);
}

static int dial(const struct load *load) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)load->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Not to be blocked from now on, and looked at by epoll. */
static void watch(struct load *load, struct stream *stream) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    if (fcntl(stream->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, stream->fd, &event) != 0)
        fail("epoll");
}

/* Subscribes, and waits until that is confirmed. */
static void subscribe(struct stream *stream) {
    static const char confirmed[] = "*3\r\n$9\r\nsubscribe\r\n$5\r\nbench\r\n:1\r\n";
    static const char request[] = "SUBSCRIBE bench\r\n";
    char reply[sizeof confirmed] = "";
    if (send(stream->fd, request, sizeof request - 1, 0) != (ssize_t)sizeof request - 1 ||
        recv(stream->fd, reply, sizeof confirmed - 1, MSG_WAITALL) !=
            (ssize_t)sizeof confirmed - 1 ||
        strcmp(reply, confirmed) != 0)
        fail("subscribe");
}

static void connect_all(struct load *load) {
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->readers = calloc(load->subscribers, sizeof *load->readers);
    if (load->epoll < 0 || !load->readers)
        fail("epoll");
    for (uint64_t i = 0; i < load->subscribers; i++) {
        struct stream *reader = &load->readers[i];
        *reader = (struct stream){.fd = dial(load),
                                  .pattern = &load->publication,
                                  .expected = load->messages * load->publication.period};
        subscribe(reader);
        watch(load, reader);
    }
    load->publisher = (struct stream){.fd = dial(load),
                                      .pattern = &load->answer,
                                      .expected = load->messages * load->answer.period};
    watch(load, &load->publisher);
    load->unfinished = load->subscribers + 1;
}

/* Writes as many requests as the window and the socket have room for. */
static void publish(struct load *load) {
    size_t period = load->request.period;
    uint64_t last = load->publisher.received / load->answer.period + load->window;
    if (last > load->messages)
        last = load->messages;
    load->is_blocked = false;
    while (load->published < last * period) {
        uint64_t rest = last * period - load->published;
        ssize_t size = send(load->publisher.fd, load->request.bytes + load->published % period,
                            rest < BUFFER_BYTES ? rest : BUFFER_BYTES, MSG_NOSIGNAL);
        if (size < 0 && errno == EAGAIN) {
            load->is_blocked = true;
            return;
        }
        if (size < 0)
            fail("publish");
        load->published += (uint64_t)size;
    }
}

static void take(struct load *load, struct stream *stream) {
    ssize_t size = recv(stream->fd, load->buffer, BUFFER_BYTES, 0);
    if (size < 0 && errno == EAGAIN)
        return;
    errno = size < 0 ? errno : 0;
    if (size <= 0)
        fail("the connection ended");
    const struct pattern *pattern = stream->pattern;
    if (memcmp(load->buffer, pattern->bytes + stream->received % pattern->period, (size_t)size))
        fail("what was received");
    stream->received += (uint64_t)size;
    if (stream->received > stream->expected)
        fail("more than expected");
    load->unfinished -= stream->received == stream->expected;
}

/* A full socket becomes writable when the server reads; that it does so is seen by its answers,
 * unless it owes none: then epoll tells. */
static void watch_publisher(struct load *load, bool *is_watched) {
    struct epoll_event event = {.events = EPOLLIN | (load->is_blocked ? EPOLLOUT : 0),
                                .data.ptr = &load->publisher};
    if (load->is_blocked == *is_watched)
        return;
    *is_watched = load->is_blocked;
    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, load->publisher.fd, &event) != 0)
        fail("epoll");
}

static void run(struct load *load) {
    struct epoll_event events[EVENTS];
    bool is_watched = false;
    publish(load);
    while (load->unfinished > 0) {
        watch_publisher(load, &is_watched);
        int count = epoll_wait(load->epoll, events, EVENTS, WAIT_MS);
        errno = count < 0 ? errno : 0;
        if (count <= 0 && errno != EINTR)
            fail("nothing comes");
        for (int i = 0; i < count; i++) {
            struct stream *stream = events[i].data.ptr;
            if (events[i].events & ~(uint32_t)EPOLLOUT)
                take(load, stream);
            if (stream == &load->publisher)
                publish(load);
        }
    }
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void read_options(struct load *load, int argc, char **argv) {
    static const struct option known[] = {
        {"port", required_argument, NULL, 0},     {"subscribers", required_argument, NULL, 1},
        {"messages", required_argument, NULL, 2}, {"window", required_argument, NULL, 3},
        {"size", required_argument, NULL, 4},     {NULL, 0, NULL, 0}};
    uint64_t *const values[] = {&load->port, &load->subscribers, &load->messages, &load->window,
                                &load->size};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            exit(2);
        *values[option] = strtoull(optarg, NULL, 10);
    }
    if (load->port == 0 || load->port > 65535 || load->subscribers == 0 ||
        load->subscribers > SUBSCRIBERS_MAX || load->messages == 0 || load->window == 0 ||
        load->size > 1048576) {
        fprintf(stderr, "fanout: --port is missing, or a number is out of range\n");
        exit(2);
    }
}

int main(int argc, char **argv) {
    static struct load load = {.subscribers = 50, .messages = 100000, .window = 1000, .size = 16};
    read_options(&load, argc, argv);
    prepare(&load);
    connect_all(&load);
    uint64_t start = now_ns();
    run(&load);
    double seconds = (double)(now_ns() - start) * 1e-9;
    printf("{\"publications\": %" PRIu64 ", \"deliveries\": %" PRIu64
           ", \"seconds\": %.6f, \"deliveries_per_second\": %.0f}\n",
           load.messages, load.messages * load.subscribers, seconds,
           (double)(load.messages * load.subscribers) / seconds);
    return 0;
}
