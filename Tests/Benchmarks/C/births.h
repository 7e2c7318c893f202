/* What the workloads of births and ends share: actors with ids, one by one. */
#ifndef BIRTHS_H
#define BIRTHS_H

#include "work.h"

extern uint64_t births_ended; /* actors whose deinit has run */

void births_floor_spawn(const char *ids, floor_named **actors, uint64_t count);
void births_floor_end(floor_named **actors, uint64_t count);

/* An actor that stops others. */
backstage_context *births_stopper(backstage_engine *engine);
void births_spawn(backstage_engine *engine, const char *ids, backstage_ref *actors, uint64_t count);
void births_end(backstage_engine *engine, backstage_context *stopper, const backstage_ref *actors,
                uint64_t count);
/* Checks that all that were ever born have ended, but the one that stops them. */
void births_check(backstage_engine *engine, const char *ids, uint64_t all);

#endif
