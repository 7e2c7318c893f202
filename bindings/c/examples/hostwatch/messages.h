/*
 * What hostwatch's actors tell each other: small structs, copied into the envelopes.
 *
 * publisher   topics                                   payload
 * cpu         cpu.total, cpu.0, cpu.1, ...             struct share
 * memory      memory.used, memory.swap                 struct share
 * network     network.eth0, ... (one an interface)     struct traffic
 * processes   processes.count                          struct process_count
 *             processes.busiest                        struct busiest
 * any sampler unavailable.cpu, ... (by its id)         struct unavailable
 * alarm       alarm.cpu.total, ... (what it is about)  struct alarm
 *
 * The supervisor is sent an empty message to end everything, and sends the board a struct failed.
 */
#ifndef HOSTWATCH_MESSAGES_H
#define HOSTWATCH_MESSAGES_H

#include <backstage.h>

/* What a callback returns when --fail-at says so. */
enum { HOSTWATCH_FAILED_AS_ASKED = BACKSTAGE_USER_STATUS };

#define HOSTWATCH_CPU "cpu"
#define HOSTWATCH_MEMORY "memory"
#define HOSTWATCH_NETWORK "network"
#define HOSTWATCH_PROCESSES "processes"
#define HOSTWATCH_ALARM "alarm"
#define HOSTWATCH_BOARD "board"
#define HOSTWATCH_SUPERVISOR "supervisor"

/* A part of a whole. */
struct share {
    double fraction;      /* 0 to 1 */
    uint64_t used_bytes;  /* of a whole that is measured in bytes; */
    uint64_t total_bytes; /* else both are 0 */
};

struct traffic {
    double received_bytes_per_s;
    double sent_bytes_per_s;
};

struct process_count {
    uint32_t total;
    uint32_t running;
    uint32_t blocked;
    uint32_t zombies;
    double load_average; /* of the last minute; negative if unknown */
};

struct busiest {
    double fraction; /* of one CPU: more than 1 if several are busy with it */
    int32_t pid;
    char name[16];
};

struct unavailable {
    int32_t error; /* errno, or 0 if there was a file but nothing of use in it */
};

struct alarm {
    double limit;
    uint32_t raised; /* 1: at or above the limit; 0: well below it again */
};

struct failed {
    char id[16];
    backstage_status status;
};

#endif
