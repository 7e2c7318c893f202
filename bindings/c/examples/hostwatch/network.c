/* What the network interfaces carry, from /proc/net/dev: bytes a second since the sample before. */
#include "messages.h"
#include "parse.h"
#include "sampler.h"
#include <stdlib.h>
#include <string.h>

struct interface {
    struct interface_bytes bytes;
    uint64_t seen_ns;
};

struct network_sampler {
    struct sampler base;
    struct interface *interfaces; /* those of the sample before, and new ones */
    size_t count, capacity;
};

static struct interface *find(const struct network_sampler *network, const char *name) {
    for (size_t i = 0; i < network->count; i++)
        if (strcmp(network->interfaces[i].bytes.name, name) == 0)
            return &network->interfaces[i];
    return NULL;
}

static backstage_status add(struct network_sampler *network, const struct interface *interface) {
    if (network->count == network->capacity) {
        size_t capacity = network->capacity ? network->capacity * 2 : 8;
        struct interface *grown = realloc(network->interfaces, capacity * sizeof *grown);
        if (!grown)
            return BACKSTAGE_NO_MEMORY;
        network->interfaces = grown;
        network->capacity = capacity;
    }
    network->interfaces[network->count++] = *interface;
    return BACKSTAGE_OK;
}

/* An interface that is gone is forgotten: another one may get its name. */
static void forget_unseen(struct network_sampler *network) {
    size_t kept = 0;
    for (size_t i = 0; i < network->count; i++)
        if (network->interfaces[i].seen_ns == network->base.now_ns)
            network->interfaces[kept++] = network->interfaces[i];
    network->count = kept;
}

/* Publishes the rates, but not when a counter went backwards: it has wrapped or been reset. */
static backstage_status publish_traffic(backstage_context *context, const struct interface *before,
                                        const struct interface *now) {
    if (now->seen_ns <= before->seen_ns || now->bytes.received < before->bytes.received ||
        now->bytes.sent < before->bytes.sent)
        return BACKSTAGE_OK;
    char topic[PARSE_NAME_BYTES + 16];
    double seconds = (double)(now->seen_ns - before->seen_ns) / 1e9;
    const struct traffic traffic = {
        .received_bytes_per_s = (double)(now->bytes.received - before->bytes.received) / seconds,
        .sent_bytes_per_s = (double)(now->bytes.sent - before->bytes.sent) / seconds,
    };
    int prefix =
        snprintf(topic, sizeof topic, "network.%s", now->bytes.name) - (int)strlen(now->bytes.name);
    for (char *c = topic + prefix; *c; c++)
        if (strchr(".*>", *c)) /* which mean something in a topic */
            *c = '_';
    return sampler_publish(context, topic, &traffic, sizeof traffic);
}

static backstage_status network_line(backstage_context *context, struct sampler *sampler,
                                     const char *line) {
    struct network_sampler *network = (struct network_sampler *)sampler;
    struct interface now = {.seen_ns = sampler->now_ns};
    if (!parse_interface(line, &now.bytes))
        return 0;
    struct interface *before = find(network, now.bytes.name);
    backstage_status status = before ? publish_traffic(context, before, &now) : add(network, &now);
    if (before)
        *before = now;
    return status < 0 ? status : 1;
}

static backstage_status network_sample(backstage_context *context, struct sampler *sampler) {
    backstage_status status = sampler_lines(context, sampler, "net/dev", network_line);
    forget_unseen((struct network_sampler *)sampler);
    return status;
}

static void network_free(struct sampler *sampler) {
    free(((struct network_sampler *)sampler)->interfaces);
    free(sampler);
}

struct sampler *network_sampler(void) {
    struct network_sampler *network = calloc(1, sizeof *network);
    if (!network)
        return NULL;
    network->base =
        (struct sampler){.id = HOSTWATCH_NETWORK, .sample = network_sample, .free = network_free};
    return &network->base;
}
