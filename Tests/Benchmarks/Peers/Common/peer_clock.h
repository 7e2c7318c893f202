#ifndef PEER_CLOCK_H
#define PEER_CLOCK_H

#include <stdbool.h>

void peer_use_cpu_time(bool use);

#endif
