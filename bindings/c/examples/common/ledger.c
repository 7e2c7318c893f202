#include "ledger.h"
#include <inttypes.h>
#include <stdio.h>

void ledger_dead_letter(backstage_engine *engine, backstage_ref receiver,
                        const backstage_envelope *envelope, backstage_dead_reason reason,
                        void *state) {
    struct dead_letters *dead = state;
    (void)engine, (void)receiver, (void)envelope;
    dead->by_reason[reason < LEDGER_REASONS ? reason : 0] += 1;
}

static uint64_t print_dead_letters(const struct dead_letters *dead) {
    static const char *const names[LEDGER_REASONS] = {
        "unknown",        "not found", "ended",       "inbox full", "dropped newest",
        "dropped oldest", "failed",    "not waiting", "no memory",  "engine ended"};
    uint64_t sum = 0;
    printf("dead letters:");
    for (int reason = 0; reason < LEDGER_REASONS; reason++) {
        uint64_t count = dead->by_reason[reason];
        if (count > 0)
            printf("%s %" PRIu64 " %s", sum ? "," : "", count, names[reason]);
        sum += count;
    }
    printf("%s\n", sum ? "" : " none");
    return sum;
}

bool ledger_print(const backstage_statistics *statistics, const struct dead_letters *dead) {
    bool balanced =
        statistics->accepted == statistics->handled + statistics->dead + statistics->queued;
    printf("ledger: accepted %" PRIu64 " = handled %" PRIu64 " + dead %" PRIu64 " + queued %" PRIu64
           ": %s\n",
           statistics->accepted, statistics->handled, statistics->dead, statistics->queued,
           balanced ? "balanced" : "NOT balanced");
    uint64_t seen = print_dead_letters(dead);
    printf("actors: %" PRIu64 " spawned, %" PRIu64 " failed, %" PRIu64 " left\n",
           statistics->spawned, statistics->failures, statistics->actors);
    return balanced && seen == statistics->dead;
}
