#include "support_supervision.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Families ---------------------------------------------------------------------------- */

test_family *test_family_on(backstage_engine *engine) {
    test_family *family = test_alloc(sizeof *family);
    family->engine = engine;
    family->report = test_report_of(engine);
    return family;
}

test_family *test_family_open(void) { return test_family_on(test_engine()); }

test_member *test_member_new(test_family *family, const char *id, test_member *parent) {
    test_member *member = test_alloc(sizeof *member);
    snprintf(member->id, sizeof member->id, "%s", id);
    member->family = family;
    member->parent = parent;
    member->status = TEST_STATUS;
    if (parent != NULL && CHECK(parent->children_count < TEST_CHILDREN_MAX)) {
        parent->children[parent->children_count++] = member;
    }
    if (CHECK(family->count < TEST_MEMBERS_MAX)) {
        family->members[family->count++] = member;
    }
    return member;
}

test_member *test_member_join(test_family *family, const char *id, test_member *parent) {
    test_member *member = test_member_new(family, id, parent);
    test_member_spawn(test_context(family->engine, parent->ref), member);
    return member;
}

static void born(test_member *member) {
    member->spawned++;
    member->up = member->down = false;
}

void test_member_spawn(backstage_context *parent, test_member *member) {
    backstage_actor_options options = test_member_options(member);
    CHECK_EQ(member->ended, member->spawned);
    if (CHECK_OK(backstage_spawn_child(parent, &options, &member->ref))) {
        born(member);
    }
}

backstage_supervision test_supervision(backstage_strategy strategy, backstage_directive directive) {
    backstage_supervision supervision;
    memset(&supervision, 0, sizeof supervision);
    supervision.size = sizeof supervision;
    supervision.strategy = strategy;
    supervision.directive = directive;
    supervision.restarts_max = BACKSTAGE_RESTARTS_MAX;
    return supervision;
}

void test_family_start(test_family *family) {
    for (size_t i = 0; i < family->count; i++) {
        test_member *member = family->members[i];
        if (member->parent == NULL && member->spawned == 0) {
            backstage_actor_options options = test_member_options(member);
            member->ref = test_spawn_with(family->engine, &options);
            born(member);
        }
    }
    test_run(family->engine);
    test_diary_forget(family);
}

test_family *test_family_plan(const char *children, backstage_strategy strategy,
                              backstage_directive directive) {
    test_family *family = test_family_open();
    test_member *supervisor = test_member_new(family, "s", NULL);
    supervisor->supervision = test_supervision(strategy, directive);
    for (const char *letter = children; *letter != '\0'; letter++) {
        char id[2] = {*letter, '\0'};
        test_member_new(family, id, supervisor);
    }
    return family;
}

test_family *test_family_of(const char *children, backstage_strategy strategy,
                            backstage_directive directive) {
    test_family *family = test_family_plan(children, strategy, directive);
    test_family_start(family);
    return family;
}

void test_family_end(test_family *family) {
    test_end(family->engine);
    for (size_t i = 0; i < family->count; i++) {
        CHECK_EQ(family->members[i]->ended, family->members[i]->spawned);
    }
}

/* ---- The diary --------------------------------------------------------------------------- */

void test_diary_forget(test_family *family) {
    family->length = 0;
    family->diary[0] = '\0';
}

void test_check_diary(test_family *family, const char *members, const char *text, const char *file,
                      int line) {
    test_check_diary_of(family, members, text, file, line);
    test_diary_forget(family);
}

/* Members that are chosen have ids of one letter. */
void test_check_diary_of(test_family *family, const char *members, const char *text,
                         const char *file, int line) {
    char *chosen = test_alloc(sizeof family->diary);
    size_t length = 0;
    for (const char *entry = family->diary; *entry != '\0';) {
        size_t size = strcspn(entry, " ");
        if (members == NULL || strchr(members, *entry) != NULL) {
            if (length > 0) {
                chosen[length++] = ' ';
            }
            memcpy(chosen + length, entry, size);
            length += size;
        }
        entry += size + strspn(entry + size, " ");
    }
    test_check_str(chosen, text, file, line, "the diary");
}

/* ---- What is said and seen --------------------------------------------------------------- */

test_member *test_find(test_family *family, const char *id) {
    for (size_t i = 0; i < family->count; i++) {
        if (strcmp(family->members[i]->id, id) == 0) {
            return family->members[i];
        }
    }
    fprintf(stderr, "no member %s\n", id);
    abort();
}

void test_say(test_family *family, const char *id, const char *text) {
    CHECK_OK(backstage_engine_send(family->engine, test_find(family, id)->ref, text, strlen(text)));
}

void test_say_all(test_family *family, const char *id, const char *words) {
    while (*words != '\0') {
        size_t size = strcspn(words, " ");
        CHECK_OK(backstage_engine_send(family->engine, test_find(family, id)->ref, words, size));
        words += size + strspn(words + size, " ");
    }
}

void test_pass(test_family *family, uint64_t by_ns) {
    CHECK_OK(backstage_engine_advance(family->engine, by_ns));
    test_run(family->engine);
}

void test_observe(test_family *family, test_member *member) {
    if (family->observer == BACKSTAGE_NONE) {
        family->observed = test_recorder_new();
        family->observer = test_spawn(family->engine, NULL, test_receive, family->observed);
    }
    CHECK_OK(backstage_monitor(test_context(family->engine, family->observer), member->ref));
}

void test_check_end(test_family *family, backstage_ref actor, backstage_reason reason,
                    backstage_status status, backstage_ref origin, backstage_reason origin_reason,
                    const char *file, int line) {
    size_t told = 0;
    for (size_t i = 0; i < family->observed->count; i++) {
        const test_message *message = &family->observed->messages[i];
        if (message->sender == actor) {
            backstage_termination event = test_termination(message);
            told++;
            test_check_eq(event.reason, reason, file, line, "the reason");
            test_check_status(event.status, status, file, line, "the end");
            test_check_eq(event.origin, origin, file, line, "the origin");
            test_check_eq(event.origin_reason, origin_reason, file, line, "the origin's reason");
            test_check_eq(event.reserved, 0, file, line, "reserved");
        }
    }
    test_check_eq(told, 1, file, line, "told once");
}
