/* One check, by name. */
#include "checks.h"

#include <stdlib.h>

static const struct check {
    const char *name;
    void (*run)(uint64_t amount);
} checks[] = {{"idle", check_idle}, {"layout", check_layout}};

int main(int argc, char **argv) {
    for (size_t i = 0; argc == 3 && i < sizeof checks / sizeof *checks; i++)
        if (strcmp(argv[1], checks[i].name) == 0) {
            checks[i].run(strtoull(argv[2], NULL, 10));
            return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    fputs("usage: backstage_checks idle MILLISECONDS | layout 0\n", stderr);
    return EXIT_FAILURE;
}
