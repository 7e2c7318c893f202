/* What all samplers share: an actor that reads a file on a timer and publishes what it found. */
#ifndef HOSTWATCH_SAMPLER_H
#define HOSTWATCH_SAMPLER_H

#include "source.h"
#include <backstage.h>

/* The part that every sampler's own struct begins with. */
struct sampler {
    const char *id;
    /* Takes one sample. What it returns, the actor's callback returns. */
    backstage_status (*sample)(backstage_context *context, struct sampler *sampler);
    void (*free)(struct sampler *sampler); /* frees it and all it holds */

    /* Filled in when it is spawned. */
    struct source *source;
    int64_t interval_ns;
    uint64_t tick;   /* how many samples came before this one */
    uint64_t now_ns; /* when this one is taken */
};

/* Each makes one sampler; NULL if there is no memory. */
struct sampler *cpu_sampler(void);
struct sampler *memory_sampler(void);
struct sampler *network_sampler(void);
struct sampler *process_sampler(void);

/* Spawns a sampler as a child, which frees it when it ends; frees it at once on error. */
backstage_status sampler_spawn(backstage_context *parent, struct sampler *sampler,
                               struct source *source, int64_t interval_ns, backstage_ref *actor);

/* Uses a line or does not (1 or 0), or fails (negative). */
typedef backstage_status (*sampler_line)(backstage_context *context, struct sampler *sampler,
                                         const char *line);

/* Hands over a file's lines. 1 if some were of use; 0, having published that the file is
 * unavailable, if none was; a callback's failure as it is. */
backstage_status sampler_lines(backstage_context *context, struct sampler *sampler,
                               const char *name, sampler_line callback);

backstage_status sampler_publish(backstage_context *context, const char *topic, const void *payload,
                                 size_t size);
/* Publishes that there is nothing to read, for this errno, or 0. */
backstage_status sampler_publish_unavailable(backstage_context *context,
                                             const struct sampler *sampler, int error);

#endif
