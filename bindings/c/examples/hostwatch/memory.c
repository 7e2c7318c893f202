/* How much memory and swap is in use, from /proc/meminfo. */
#include "messages.h"
#include "parse.h"
#include "sampler.h"
#include <stdbool.h>
#include <stdlib.h>

enum { TOTAL, AVAILABLE, FREE, BUFFERS, CACHED, SWAP_TOTAL, SWAP_FREE, FIELDS };

struct memory_sampler {
    struct sampler base;
    uint64_t bytes[FIELDS];
    bool known[FIELDS];
};

static backstage_status memory_line(backstage_context *context, struct sampler *sampler,
                                    const char *line) {
    static const char *const names[FIELDS] = {"MemTotal", "MemAvailable", "MemFree", "Buffers",
                                              "Cached",   "SwapTotal",    "SwapFree"};
    struct memory_sampler *memory = (struct memory_sampler *)sampler;
    (void)context;
    for (int field = 0; field < FIELDS; field++)
        if (parse_memory(line, names[field], &memory->bytes[field])) {
            memory->known[field] = true;
            return 1;
        }
    return 0;
}

static backstage_status publish_share(backstage_context *context, const char *topic,
                                      uint64_t total_bytes, uint64_t free_bytes) {
    if (total_bytes == 0)
        return BACKSTAGE_OK; /* a machine without swap, say */
    struct share share = {.total_bytes = total_bytes};
    share.used_bytes = free_bytes < total_bytes ? total_bytes - free_bytes : 0;
    share.fraction = (double)share.used_bytes / (double)total_bytes;
    return sampler_publish(context, topic, &share, sizeof share);
}

static backstage_status memory_sample(backstage_context *context, struct sampler *sampler) {
    struct memory_sampler *memory = (struct memory_sampler *)sampler;
    const uint64_t *bytes = memory->bytes;
    for (int field = 0; field < FIELDS; field++) {
        memory->bytes[field] = 0;
        memory->known[field] = false;
    }
    backstage_status status = sampler_lines(context, sampler, "meminfo", memory_line);
    if (status <= 0)
        return status;
    if (!memory->known[TOTAL])
        return sampler_publish_unavailable(context, sampler, 0);
    /* Kernels before 3.14 do not tell what is available. */
    uint64_t available =
        memory->known[AVAILABLE] ? bytes[AVAILABLE] : bytes[FREE] + bytes[BUFFERS] + bytes[CACHED];
    status = publish_share(context, "memory.used", bytes[TOTAL], available);
    if (status == BACKSTAGE_OK)
        status = publish_share(context, "memory.swap", bytes[SWAP_TOTAL], bytes[SWAP_FREE]);
    return status;
}

static void memory_free(struct sampler *sampler) { free(sampler); }

struct sampler *memory_sampler(void) {
    struct memory_sampler *memory = calloc(1, sizeof *memory);
    if (!memory)
        return NULL;
    memory->base =
        (struct sampler){.id = HOSTWATCH_MEMORY, .sample = memory_sample, .free = memory_free};
    return &memory->base;
}
