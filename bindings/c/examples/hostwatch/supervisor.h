/* The parent of all: starts them, is told when one fails, and ends them in good order when it is
 * sent any message or the process is sent SIGINT, SIGTERM or SIGHUP. */
#ifndef HOSTWATCH_SUPERVISOR_H
#define HOSTWATCH_SUPERVISOR_H

#include "screen.h"
#include "source.h"
#include <backstage.h>
#include <stdbool.h>

enum { SUPERVISOR_CHILDREN_MAX = 6 };

/* Filled in by the caller, who keeps it until the engine is destroyed. */
struct supervisor {
    struct source *source;
    struct screen *screen;
    int64_t interval_ns;

    /* Its own. */
    struct supervised {
        char id[16];
        backstage_ref actor; /* BACKSTAGE_NONE once it has ended */
    } children[SUPERVISOR_CHILDREN_MAX];
    size_t count;
    backstage_ref ending; /* the child whose end is waited for */
    bool is_ending;

    /* For the caller to see. */
    bool ended;    /* it is gone; the engine's run has been stopped */
    bool in_order; /* and all went well */
};

backstage_status supervisor_spawn(backstage_engine *engine, struct supervisor *supervisor,
                                  backstage_ref *actor);

#endif
