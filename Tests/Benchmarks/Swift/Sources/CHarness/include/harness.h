/* What Swift's Glibc module leaves out. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>

/* The calling thread to one CPU. False: it cannot be had. */
bool harness_pin(int cpu);

#endif
