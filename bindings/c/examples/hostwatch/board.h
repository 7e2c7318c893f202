/* Shows all that is published: as a live table in a terminal, as a line each elsewhere. */
#ifndef HOSTWATCH_BOARD_H
#define HOSTWATCH_BOARD_H

#include "screen.h"
#include <backstage.h>

/* The screen stays the caller's. */
backstage_status board_spawn(backstage_context *parent, struct screen *screen, int64_t interval_ns,
                             backstage_ref *actor);

#endif
