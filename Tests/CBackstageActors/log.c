#include "log.h"

#include <string.h>

static cactors_record *next_record(cactors_log *log) {
    size_t index = log->count++;
    return index < CACTORS_RECORDS_MAX ? &log->records[index] : NULL;
}

void cactors_note(cactors_log *log, const backstage_envelope *envelope, backstage_ref receiver,
                  backstage_dead_reason reason) {
    cactors_record *record = next_record(log);
    if (record == NULL) {
        return;
    }
    record->type = envelope->type;
    record->reason = reason;
    record->sender = envelope->sender;
    record->receiver = receiver;
    record->token = envelope->type == BACKSTAGE_PUBLISH ? 0 : envelope->token;
    record->size = envelope->size;
    const char *topic = backstage_envelope_topic(envelope);
    record->has_topic = topic != NULL;
    if (topic != NULL) {
        strncpy(record->topic, topic, CACTORS_TOPIC_MAX - 1);
    }
    size_t kept = envelope->size < CACTORS_BYTES_MAX ? envelope->size : CACTORS_BYTES_MAX;
    memcpy(record->bytes, envelope->payload, kept);
}

const cactors_record *cactors_log_at(const cactors_log *log, size_t index) {
    return index < log->count && index < CACTORS_RECORDS_MAX ? &log->records[index] : NULL;
}

const uint8_t *cactors_record_bytes(const cactors_record *record) { return record->bytes; }

const char *cactors_record_topic(const cactors_record *record) {
    return record->has_topic ? record->topic : NULL;
}
