/*
 * Actors and a program written in C, for the tests of the border between the languages.
 */
#ifndef CBACKSTAGE_ACTORS_H
#define CBACKSTAGE_ACTORS_H

#include "../../../include/backstage.h"

/* ---- Logs: what came --------------------------------------------------------------------- */

enum { CACTORS_BYTES_MAX = 256, CACTORS_TOPIC_MAX = 64, CACTORS_RECORDS_MAX = 64 };

typedef struct cactors_record {
    backstage_message_type type;
    backstage_dead_reason reason; /* of a dead letter; else 0 */
    backstage_ref sender;
    backstage_ref receiver;
    uint64_t token;
    uint32_t size;
    uint32_t has_topic;
    char topic[CACTORS_TOPIC_MAX];
    uint8_t bytes[CACTORS_BYTES_MAX]; /* the first of them */
} cactors_record;

/* The first CACTORS_RECORDS_MAX of `count`. */
typedef struct cactors_log {
    size_t count;
    cactors_record records[CACTORS_RECORDS_MAX];
} cactors_log;

const cactors_record *cactors_log_at(const cactors_log *log, size_t index);
const uint8_t *cactors_record_bytes(const cactors_record *record);
const char *cactors_record_topic(const cactors_record *record);

/* ---- Recorder: an actor that keeps what it gets --------------------------------------------- */

/* What a recorder does besides. */
typedef enum cactors_reaction {
    CACTORS_KEEP = 0,
    CACTORS_ECHO = 1,   /* sends a SEND back to its sender */
    CACTORS_ANSWER = 2, /* answers a REQUEST with its bytes in reverse */
    CACTORS_FAIL = 3    /* fails with BACKSTAGE_USER_STATUS - 7 */
} cactors_reaction;

typedef struct cactors_recorder {
    backstage_engine *engine;
    backstage_ref ref;
    cactors_reaction reaction;
    uint32_t ends; /* times that its deinit has run */
    cactors_log log;
} cactors_recorder;

/* Id and kind may be NULL. The recorder is the caller's, to free once its actor has ended. */
backstage_status cactors_recorder_spawn(backstage_engine *engine, const char *id, const char *kind,
                                        cactors_reaction reaction, uint32_t capacity,
                                        cactors_recorder **recorder);
void cactors_recorder_free(cactors_recorder *recorder);

/* As the recorder's actor, outside its callbacks. */
backstage_status cactors_recorder_send(cactors_recorder *recorder, backstage_ref receiver,
                                       const void *bytes, size_t size);
backstage_status cactors_recorder_request(cactors_recorder *recorder, backstage_ref receiver,
                                          const void *bytes, size_t size, int64_t timeout_ns,
                                          uint64_t *token);
backstage_status cactors_recorder_publish(cactors_recorder *recorder, const char *topic,
                                          const void *bytes, size_t size, uint32_t *receivers);
backstage_status cactors_recorder_subscribe(cactors_recorder *recorder, const char *publisher,
                                            const char *topic);
backstage_status cactors_recorder_broadcast(cactors_recorder *recorder, const char *kind,
                                            const void *bytes, size_t size, uint32_t *receivers);

/* ---- Meter: an actor whose messages are structs --------------------------------------------- */

typedef struct cactors_reading {
    uint32_t sensor;
    uint32_t flags;
    double value;
    uint64_t time;
} cactors_reading;

typedef struct cactors_summary {
    uint64_t count;
    double sum;
} cactors_summary;

/* Takes readings; publishes each that it gets on its default topic, with the time doubled; and
 * answers any request with a summary. Fails on what is no reading. */
typedef struct cactors_meter {
    cactors_summary summary;
} cactors_meter;

backstage_status cactors_meter_spawn(backstage_engine *engine, const char *id, cactors_meter *meter,
                                     backstage_ref *ref);

/* ---- Program: makes an engine, and lends it to a plug-in ------------------------------------ */

typedef struct cactors_program {
    backstage_engine *engine;
    backstage_ref chief; /* of the plug-in */
    cactors_log dead;
} cactors_program;

/* An engine on a virtual clock, and the plug-in's actors in it. On an error nothing is left. */
backstage_status cactors_program_start(backstage_plugin_spawn_function *plugin,
                                       const void *argument, size_t size,
                                       cactors_program **program);
backstage_status cactors_program_run(cactors_program *program);
/* Destroys the engine. What the program has seen stays until it is freed. */
backstage_status cactors_program_end(cactors_program *program);
void cactors_program_free(cactors_program *program);

#endif
