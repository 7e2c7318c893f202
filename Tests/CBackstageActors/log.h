#ifndef CACTORS_LOG_H
#define CACTORS_LOG_H

#include "include/cbackstage_actors.h"

/* Adds a message, or a dead letter. */
void cactors_note(cactors_log *log, const backstage_envelope *envelope, backstage_ref receiver,
                  backstage_dead_reason reason);

#endif
