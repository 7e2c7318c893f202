#include "log.h"

#include <stdlib.h>

static void note_dead(backstage_engine *engine, backstage_ref receiver,
                      const backstage_envelope *envelope, backstage_dead_reason reason,
                      void *state) {
    (void)engine;
    cactors_program *program = state;
    cactors_note(&program->dead, envelope, receiver, reason);
}

backstage_status cactors_program_start(backstage_plugin_spawn_function *plugin,
                                       const void *argument, size_t size,
                                       cactors_program **program) {
    cactors_program *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return BACKSTAGE_NO_MEMORY;
    }
    backstage_engine_options options = {
        .size = sizeof options,
        .clock = BACKSTAGE_CLOCK_VIRTUAL,
        .dead_letter = note_dead,
        .dead_letter_state = made,
    };
    backstage_status status = backstage_engine_create(&options, &made->engine);
    if (status == BACKSTAGE_OK) {
        status = plugin(made->engine, argument, size, &made->chief);
        if (status == BACKSTAGE_OK) {
            *program = made;
            return BACKSTAGE_OK;
        }
        backstage_engine_destroy(made->engine);
    }
    free(made);
    return status;
}

backstage_status cactors_program_run(cactors_program *program) {
    return backstage_engine_run(program->engine, BACKSTAGE_RUN_UNTIL_IDLE, BACKSTAGE_FOREVER);
}

backstage_status cactors_program_end(cactors_program *program) {
    return backstage_engine_destroy(program->engine);
}

void cactors_program_free(cactors_program *program) { free(program); }
