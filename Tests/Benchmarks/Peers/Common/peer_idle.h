#ifndef PEER_IDLE_H
#define PEER_IDLE_H

#include "peer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Watches this process for some seconds from the other CPU while its threads have nothing to do,
 * then calls `stop`, on that thread. */
typedef struct peer_idle {
    void (*stop)(void *state);
    void *state;
    uint64_t seconds;
    double wakeups, cpu_us; /* a second, of all other threads */
    pthread_t watcher;
} peer_idle;

void peer_idle_start(peer_idle *idle);
/* Wake-ups, a place for what only some can tell, and microseconds of CPU, each a second. */
void peer_idle_finish(peer_idle *idle, double *figures);

#ifdef __cplusplus
}
#endif

#endif
