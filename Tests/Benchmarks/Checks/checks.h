/* What is measured here: each writes a JSON array of numbers to standard output. */
#ifndef CHECKS_H
#define CHECKS_H

#include "../C/work.h"

/* Sleeps so many milliseconds, idle. Tells how often the engine's thread woke meanwhile, and how
 * often the engine looked at the system from the beginning of that run to its end. */
void check_idle(uint64_t milliseconds);
/* Tells sizeof(backstage_envelope). */
void check_layout(uint64_t ignored);

#endif
