/*
 * Counts calls to the allocator. To be linked into a program is enough: malloc and its kin are
 * these then, for all of it, and pass on to glibc's.
 */
#ifndef CBACKSTAGE_ALLOCATIONS_H
#define CBACKSTAGE_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether calls are counted: not under a sanitizer, which has an allocator of its own. */
bool cactors_counts_allocations(void);

/* How often the calling thread has asked the allocator for memory. */
uint64_t cactors_allocations(void);

#endif
