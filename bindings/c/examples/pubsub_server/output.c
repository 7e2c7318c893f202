#define _POSIX_C_SOURCE 200809L
#include "output.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static bool is_over(const struct output *output) { return output->state > OUTPUT_KEPT; }

static void empty(struct gather *gather) {
    gather->used = 0;
    gather->parts = 0;
    gather->total = 0;
}

/* How many bytes the socket takes; 0 also if it is closed: see the state. */
static size_t hand_over(struct output *output, const struct iovec *part, size_t parts) {
    struct msghdr message = {.msg_iov = (struct iovec *)part, .msg_iovlen = parts};
    ssize_t taken;
    do {
        taken = parts == 1 ? send(output->fd, part->iov_base, part->iov_len, MSG_NOSIGNAL)
                           : sendmsg(output->fd, &message, MSG_NOSIGNAL);
    } while (taken < 0 && errno == EINTR);
    if (taken >= 0)
        return (size_t)taken;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
        output->state = OUTPUT_CLOSED;
    return 0;
}

/* Keeps what was gathered, but for the first `taken` bytes. */
static void keep(struct output *output, size_t taken) {
    const struct gather *gather = output->gather;
    size_t rest = gather->total - taken;
    if (output->kept.size - output->written + rest > output->limit) {
        output->state = OUTPUT_PAST_LIMIT;
        return;
    }
    if (output->written > output->kept.size / 2) {
        bytes_drop(&output->kept, output->written);
        output->written = 0;
    }
    if (!bytes_reserve(&output->kept, rest)) {
        output->state = OUTPUT_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < gather->parts; i++) {
        const struct iovec *part = &gather->part[i];
        size_t skipped = taken < part->iov_len ? taken : part->iov_len;
        taken -= skipped;
        bytes_append(&output->kept, (char *)part->iov_base + skipped, part->iov_len - skipped);
    }
    output->state = OUTPUT_KEPT;
}

/* Hands over what was kept before. */
static void flush_kept(struct output *output) {
    struct iovec part = {output->kept.data + output->written, output->kept.size - output->written};
    output->written += hand_over(output, &part, 1);
    if (output->written < output->kept.size)
        return;
    bytes_free(&output->kept);
    output->written = 0;
    output->state = OUTPUT_DONE;
}

/* What came first goes out first: nothing goes past what is kept. */
static void flush_gathered(struct output *output) {
    struct gather *gather = output->gather;
    if (gather->total > 0 && !is_over(output)) {
        size_t taken = 0;
        if (output->state == OUTPUT_DONE)
            taken = hand_over(output, gather->part, gather->parts);
        if (taken < gather->total && !is_over(output))
            keep(output, taken);
    }
    empty(gather);
}

enum output_state output_flush(struct output *output) {
    if (output->state == OUTPUT_KEPT)
        flush_kept(output);
    flush_gathered(output);
    return output->state;
}

/* A part for bytes that lie where they can stay, behind those of the last part if possible. */
static void add_part(struct gather *gather, const void *data, size_t size) {
    struct iovec *last = gather->parts > 0 ? &gather->part[gather->parts - 1] : NULL;
    if (last && (char *)last->iov_base + last->iov_len == (const char *)data) {
        last->iov_len += size;
    } else {
        gather->part[gather->parts++] = (struct iovec){(void *)data, size};
    }
    gather->total += size;
}

static void copy(struct output *output, const char *data, size_t size) {
    struct gather *gather = output->gather;
    while (size > 0) {
        if (gather->used == GATHER_BYTES || gather->parts == GATHER_PARTS)
            flush_gathered(output);
        size_t room = GATHER_BYTES - gather->used;
        size_t now = size < room ? size : room;
        char *to = gather->room + gather->used;
        memcpy(to, data, now);
        gather->used += now;
        add_part(gather, to, now);
        data += now;
        size -= now;
    }
}

void output_publication(struct output *output, const void *data, size_t size) {
    if (size < GATHER_SHARED_MIN) {
        copy(output, data, size);
        return;
    }
    if (output->gather->parts == GATHER_PARTS)
        flush_gathered(output);
    add_part(output->gather, data, size);
}

void output_reply(struct output *output, const void *data, size_t size) {
    if (!output->is_held)
        copy(output, data, size);
    else if (is_over(output))
        return;
    else if (output->held.size + size > output->limit)
        output->state = OUTPUT_PAST_LIMIT;
    else if (!bytes_append(&output->held, data, size))
        output->state = OUTPUT_NO_MEMORY;
}

void output_release(struct output *output) {
    output->is_held = false;
    copy(output, output->held.data, output->held.size);
    bytes_free(&output->held);
}

void output_free(struct output *output) {
    bytes_free(&output->kept);
    bytes_free(&output->held);
}
