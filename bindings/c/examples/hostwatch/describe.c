#include "describe.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BYTES_TEXT = 16 };

static const char *bytes_text(double bytes, char text[BYTES_TEXT]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1024;
    snprintf(text, BYTES_TEXT, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return text;
}

static void describe_share(const void *payload, struct description *to) {
    const struct share *share = payload;
    char used[BYTES_TEXT], total[BYTES_TEXT];
    to->fraction = share->fraction;
    if (share->total_bytes == 0)
        snprintf(to->text, sizeof to->text, "%5.1f %%", share->fraction * 100);
    else
        snprintf(to->text, sizeof to->text, "%5.1f %%  %s of %s", share->fraction * 100,
                 bytes_text((double)share->used_bytes, used),
                 bytes_text((double)share->total_bytes, total));
}

static void describe_traffic(const void *payload, struct description *to) {
    const struct traffic *traffic = payload;
    char received[BYTES_TEXT], sent[BYTES_TEXT];
    snprintf(to->text, sizeof to->text, "in %10s/s  out %10s/s",
             bytes_text(traffic->received_bytes_per_s, received),
             bytes_text(traffic->sent_bytes_per_s, sent));
}

static void describe_count(const void *payload, struct description *to) {
    const struct process_count *count = payload;
    char load[24] = "unknown";
    if (count->load_average >= 0)
        snprintf(load, sizeof load, "%.2f", count->load_average);
    snprintf(to->text, sizeof to->text,
             "%" PRIu32 ": %" PRIu32 " running, %" PRIu32 " blocked, %" PRIu32 " zombies; load %s",
             count->total, count->running, count->blocked, count->zombies, load);
}

static void describe_busiest(const void *payload, struct description *to) {
    const struct busiest *busiest = payload;
    to->fraction = busiest->fraction;
    snprintf(to->text, sizeof to->text, "%5.1f %%  %" PRId32 " %s", busiest->fraction * 100,
             busiest->pid, busiest->name);
}

static void describe_unavailable(const void *payload, struct description *to) {
    const struct unavailable *unavailable = payload;
    snprintf(to->text, sizeof to->text, "%s",
             unavailable->error ? strerror(unavailable->error) : "nothing of use there");
}

static void describe_alarm(const void *payload, struct description *to) {
    const struct alarm *alarm = payload;
    snprintf(to->text, sizeof to->text,
             alarm->raised ? "ALARM: at or above %.0f %%" : "over: well below %.0f %% again",
             alarm->limit * 100);
}

void describe_failed(const struct failed *failed, struct description *to) {
    to->fraction = -1;
    snprintf(to->text, sizeof to->text, "status %" PRId32 " (%s); the others go on", failed->status,
             backstage_status_name(failed->status));
}

bool describe(const char *topic, const void *payload, size_t size,
              struct description *description) {
    static const struct {
        const char *prefix;
        size_t size;
        void (*describe)(const void *payload, struct description *to);
    } known[] = {
        {"cpu.", sizeof(struct share), describe_share},
        {"memory.", sizeof(struct share), describe_share},
        {"network.", sizeof(struct traffic), describe_traffic},
        {"processes.count", sizeof(struct process_count), describe_count},
        {"processes.busiest", sizeof(struct busiest), describe_busiest},
        {"unavailable.", sizeof(struct unavailable), describe_unavailable},
        {"alarm.", sizeof(struct alarm), describe_alarm},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (size == known[i].size &&
            strncmp(topic, known[i].prefix, strlen(known[i].prefix)) == 0) {
            description->fraction = -1;
            known[i].describe(payload, description);
            return true;
        }
    return false;
}
