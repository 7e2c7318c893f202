/* Counts a process's calls of the allocator. Preloaded: LD_PRELOAD=libcount_allocations.so. When the
 * process ends, the number goes as text to the descriptor that COUNT_ALLOCATIONS_FD names. */
#ifndef COUNT_ALLOCATIONS_H
#define COUNT_ALLOCATIONS_H

#include <stdint.h>

/* Calls until now: malloc, calloc, realloc, and the aligned ones. */
uint64_t count_allocations_so_far(void);

#endif
