/* Sizes that programs are compiled with. */
#include "checks.h"

void check_layout(uint64_t ignored) {
    (void)ignored;
    printf("[%zu]\n", sizeof(backstage_envelope));
}
