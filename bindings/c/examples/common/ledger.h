/* What became of all messages. */
#ifndef COMMON_LEDGER_H
#define COMMON_LEDGER_H

#include <backstage.h>
#include <stdbool.h>

enum { LEDGER_REASONS = BACKSTAGE_DEAD_ENGINE_ENDED + 1 };

struct dead_letters {
    uint64_t by_reason[LEDGER_REASONS]; /* [0]: a reason that is not known here */
};

/* A backstage_dead_letter_callback; its state is a struct dead_letters. */
void ledger_dead_letter(backstage_engine *engine, backstage_ref receiver,
                        const backstage_envelope *envelope, backstage_dead_reason reason,
                        void *state);

/* Prints the ledger; true if it balances, and agrees with the dead letters that were seen. */
bool ledger_print(const backstage_statistics *statistics, const struct dead_letters *dead);

#endif
