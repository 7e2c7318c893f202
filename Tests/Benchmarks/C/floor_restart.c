/* The floor's restarts: hooks called through pointers, and how many within a window. */
#include "floor.h"

/* Whether there were fewer than the family may have within the window. */
static bool may_restart(floor_family *family, uint64_t now_ns) {
    uint64_t *oldest = family->restarts_ns + family->restarts % FLOOR_RESTARTS_MAX;
    if (family->restarts >= FLOOR_RESTARTS_MAX && now_ns - *oldest < family->window_ns)
        return false;
    *oldest = now_ns;
    family->restarts++;
    return true;
}

bool floor_restart(floor_family *family, floor_restartable *child, uint64_t now_ns) {
    uint32_t first = (uint32_t)(child - family->children), end = first + 1;
    if (!may_restart(family, now_ns))
        return false;
    if (family->one_for_all) {
        first = 0;
        end = family->count;
    }
    for (uint32_t i = end; i-- > first;)
        family->children[i].deinit(&family->children[i].actor);
    for (uint32_t i = first; i < end; i++)
        family->children[i].init(&family->children[i].actor);
    return true;
}
