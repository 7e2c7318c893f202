/*
 * A family to supervise: members that fail when told to, and a diary of what happens to them.
 *
 *     test_family *f = test_family_of("ab", BACKSTAGE_ONE_FOR_ALL, BACKSTAGE_DIRECTIVE_RESTART);
 *     test_say(f, "a", "1");
 *     test_say(f, "a", "!");
 *     test_run(f->engine);
 *     CHECK_DIARY(f, "a:1 a! b- a- a+ b+");
 *     test_family_end(f);
 *
 * The diary has one entry for each thing that happened, in order:
 *
 *     a+   its init ran                                 a+!  and failed
 *     a-   its deinit ran, with RESTARTED               a-!  and failed
 *     a.S  its deinit ran at its end; why: N S F K E    a.S! and failed
 *     a:x  it was given the message x
 *     a!   it was given a message that it failed on
 *     a@   it was given a TIMER                         a@!  and failed on it
 *     a%   it was given a RECEIVE_TIMEOUT
 *     a~S  it was told of another's end; why: N S F K E X (not found)
 *     s?a  it was asked to decide on the failure of a
 *
 * The messages that mean something: "!" is failed on; "quit" makes it shut down.
 */
#ifndef TEST_SUPPORT_SUPERVISION_H
#define TEST_SUPPORT_SUPERVISION_H

#include "support_io.h"

enum { TEST_DIARY_BYTES = 65536, TEST_MEMBERS_MAX = 64, TEST_CHILDREN_MAX = 16 };

typedef struct test_family test_family;
typedef struct test_member test_member;

struct test_member {
    /* What it is. */
    char id[16];
    test_family *family;
    test_member *parent;
    test_member *children[TEST_CHILDREN_MAX]; /* spawned by its init, in this order */
    size_t children_count;

    /* How it is spawned. */
    backstage_supervision supervision; /* of its children: none while its size is 0 */
    backstage_restart restart;
    const char *kind;
    uint32_t capacity, budget, sees_subscriptions;
    backstage_overflow overflow;
    bool batches; /* receives in batches */

    /* What it does; may be changed at any time. */
    backstage_status status;                 /* what its failures return */
    uint32_t failing_inits, failing_deinits; /* so many of the next ones fail */
    bool fails_on_timers;
    backstage_directive directive; /* what test_decide answers */
    backstage_status (*receives)(backstage_context *context, const backstage_envelope *envelope,
                                 test_member *member); /* any other message; NULL: nothing */
    void (*starts)(backstage_context *context, test_member *member); /* in its init */
    void (*ends)(backstage_context *context, backstage_reason reason, test_member *member);
    void (*decides)(backstage_context *context, backstage_ref child, test_member *member);
    void *notes; /* a test's own */

    /* What became of it. */
    backstage_ref ref;
    uint32_t spawned, inits, restarts, ended, asked; /* restarts: deinits with RESTARTED */
    backstage_reason reason;                         /* of the last deinit */
    uint64_t started_ns;                             /* when init ran last */
    bool up, down; /* init ran since the last deinit; deinit ran since the last init */
};

struct test_family {
    backstage_engine *engine;
    test_report *report;
    test_member *members[TEST_MEMBERS_MAX];
    size_t count;
    size_t length;
    char diary[TEST_DIARY_BYTES];
    backstage_ref observer; /* see test_observe */
    test_recorder *observed;
};

/* ---- Families ---------------------------------------------------------------------------- */

/* An empty family on an engine of its own; on a given engine. */
test_family *test_family_open(void);
test_family *test_family_on(backstage_engine *engine);
/* Adds a member, spawned by its parent's init, or by test_family_start if that is NULL. */
test_member *test_member_new(test_family *family, const char *id, test_member *parent);
/* Adds one, and spawns it now as a child. */
test_member *test_member_join(test_family *family, const char *id, test_member *parent);
/* Spawns a member as the child of another, as the parent's init does. */
void test_member_spawn(backstage_context *parent, test_member *member);
backstage_actor_options test_member_options(test_member *member);

/* Supervision with room for as many restarts as there may be. */
backstage_supervision test_supervision(backstage_strategy strategy, backstage_directive directive);

/* Spawns those without a parent, runs, and forgets the diary of that. */
void test_family_start(test_family *family);
/* Opens and starts a family: supervisor s, and a child for each letter, as supervised. */
test_family *test_family_of(const char *children, backstage_strategy strategy,
                            backstage_directive directive);
/* The same, to be changed before it starts. */
test_family *test_family_plan(const char *children, backstage_strategy strategy,
                              backstage_directive directive);
/* Ends the engine, and checks that each member ended as often as it was spawned. */
void test_family_end(test_family *family);

/* ---- What is said and seen --------------------------------------------------------------- */

test_member *test_find(test_family *family, const char *id);
/* Sends a text to a member, from outside; checks that it is accepted. */
void test_say(test_family *family, const char *id, const char *text);
/* Sends each word of a text. */
void test_say_all(test_family *family, const char *id, const char *words);
/* Lets time pass, and runs. */
void test_pass(test_family *family, uint64_t by_ns);

/* Checks the diary, all of it or the entries of some members, and forgets it. */
#define CHECK_DIARY(family, text) test_check_diary(family, NULL, text, __FILE__, __LINE__)
#define CHECK_DIARY_OF(family, members, text)                                                      \
    test_check_diary_of(family, members, text, __FILE__, __LINE__)
void test_check_diary(test_family *family, const char *members, const char *text, const char *file,
                      int line);
/* Forgets nothing, so that others can be looked at too. */
void test_check_diary_of(test_family *family, const char *members, const char *text,
                         const char *file, int line);
void test_diary_forget(test_family *family);

/* Notes "s?a" and answers the member's directive, after its `decides`. */
backstage_directive test_decide(backstage_context *supervisor, backstage_ref child,
                                backstage_status status, uint64_t restarts, void *state);

/* Has one actor monitor a member as it is now, and record its end. */
void test_observe(test_family *family, test_member *member);
/* Checks what the observer was told of the end of an actor: once, and this. */
#define CHECK_END(family, actor, why, what, by, whose)                                             \
    test_check_end(family, actor, why, what, by, whose, __FILE__, __LINE__)
void test_check_end(test_family *family, backstage_ref actor, backstage_reason reason,
                    backstage_status status, backstage_ref origin, backstage_reason origin_reason,
                    const char *file, int line);

#endif
