/* What the members of a family do when they are called: see support_supervision.h. */
#include "support_supervision.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Notes ------------------------------------------------------------------------------- */

static void note(test_member *member, const char *format, ...) {
    test_family *family = member->family;
    char *place = family->diary + family->length;
    size_t room = sizeof family->diary - family->length;
    va_list arguments;
    va_start(arguments, format);
    int prefix = snprintf(place, room, "%s%s", family->length > 0 ? " " : "", member->id);
    int rest = vsnprintf(place + prefix, room - (size_t)prefix, format, arguments);
    va_end(arguments);
    if ((size_t)(prefix + rest) >= room - 32) {
        fprintf(stderr, "the diary is full\n");
        abort();
    }
    family->length += (size_t)(prefix + rest);
}

static char letter_of(backstage_reason reason) { return reason < 8 ? "?NSFKEXR"[reason] : '?'; }

/* ---- Callbacks --------------------------------------------------------------------------- */

static backstage_status init(backstage_context *context, void *state) {
    test_member *member = state;
    bool fails = member->failing_inits > 0;
    CHECK_EQ(backstage_context_self(context), member->ref);
    CHECK(!member->up);
    CHECK_EQ(member->ended + 1, member->spawned);
    note(member, fails ? "+!" : "+");
    member->inits++;
    member->up = true;
    member->down = false;
    CHECK_OK(backstage_engine_now(member->family->engine, &member->started_ns));
    for (size_t i = 0; i < member->children_count; i++) {
        test_member_spawn(context, member->children[i]);
    }
    if (member->starts != NULL) {
        member->starts(context, member);
    }
    member->failing_inits -= fails;
    return fails ? member->status : BACKSTAGE_OK;
}

static backstage_status deinit(backstage_context *context, backstage_reason reason, void *state) {
    test_member *member = state;
    bool fails = member->failing_deinits > 0;
    const char *end = fails ? "!" : "";
    CHECK_EQ(backstage_context_self(context), member->ref);
    CHECK_EQ(member->ended + 1, member->spawned);
    if (reason == BACKSTAGE_REASON_RESTARTED) {
        CHECK(!member->down);
        note(member, "-%s", end);
        member->restarts++;
    } else {
        note(member, ".%c%s", letter_of(reason), end);
        member->ended++;
    }
    member->reason = reason;
    member->up = false;
    member->down = true;
    if (member->ends != NULL) {
        member->ends(context, reason, member);
    }
    member->failing_deinits -= fails;
    return fails ? member->status : BACKSTAGE_OK;
}

static backstage_status handle_event(test_member *member, const backstage_envelope *envelope) {
    if (envelope->type == BACKSTAGE_TERMINATED) {
        backstage_termination event;
        CHECK_EQ(envelope->size, sizeof event);
        memcpy(&event, envelope->payload, sizeof event);
        note(member, "~%c", letter_of(event.reason));
    } else if (envelope->type == BACKSTAGE_TIMER) {
        note(member, member->fails_on_timers ? "@!" : "@");
        return member->fails_on_timers ? member->status : BACKSTAGE_OK;
    } else if (envelope->type == BACKSTAGE_RECEIVE_TIMEOUT) {
        note(member, "%%");
    }
    return BACKSTAGE_OK;
}

static backstage_status handle(backstage_context *context, const backstage_envelope *envelope,
                               void *state) {
    test_member *member = state;
    const char *bytes = envelope->payload;
    CHECK(member->up);
    if (envelope->type >= BACKSTAGE_FAILURE) {
        backstage_status status = handle_event(member, envelope);
        return status == BACKSTAGE_OK && member->receives != NULL
                   ? member->receives(context, envelope, member)
                   : status;
    }
    if (envelope->size == 1 && bytes[0] == '!') {
        note(member, "!");
        return member->status;
    }
    note(member, ":%.*s", envelope->size > 32 ? 32 : (int)envelope->size, bytes);
    if (envelope->size == 4 && memcmp(bytes, "quit", 4) == 0) {
        CHECK_OK(backstage_shutdown(context));
    }
    return member->receives == NULL ? BACKSTAGE_OK : member->receives(context, envelope, member);
}

static backstage_status handle_batch(backstage_context *context,
                                     const backstage_envelope *envelopes, size_t count,
                                     size_t *handled, void *state) {
    for (size_t i = 0; i < count; i++) {
        backstage_status status = handle(context, &envelopes[i], state);
        if (status < 0) {
            *handled = i;
            return status;
        }
    }
    return BACKSTAGE_OK;
}

backstage_directive test_decide(backstage_context *supervisor, backstage_ref child,
                                backstage_status status, uint64_t restarts, void *state) {
    test_member *member = state;
    const char *id = "";
    (void)status, (void)restarts;
    CHECK_EQ(backstage_context_self(supervisor), member->ref);
    CHECK_OK(backstage_engine_actor_id(member->family->engine, child, &id));
    note(member, "?%s", id);
    member->asked++;
    if (member->decides != NULL) {
        member->decides(supervisor, child, member);
    }
    return member->directive;
}

backstage_actor_options test_member_options(test_member *member) {
    backstage_actor_options options = test_options(member->id, handle, member);
    options.init = init;
    options.deinit = deinit;
    options.kind = member->kind;
    options.capacity = member->capacity;
    options.budget = member->budget;
    options.overflow = member->overflow;
    options.sees_subscriptions = member->sees_subscriptions;
    options.restart = member->restart;
    if (member->supervision.size > 0) {
        options.supervision = &member->supervision;
    }
    if (member->batches) {
        options.receive = NULL;
        options.receive_batch = handle_batch;
    }
    return options;
}
