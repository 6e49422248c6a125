/*
 * check.h  Checks: one request each, made of a case, a variant of it (such as a
 * protocol) and the producer whose behaviour is expected.
 */
#ifndef RUNNER_CHECK_H
#define RUNNER_CHECK_H

#include "recipe.h"
#include "result.h"
#include "select.h"
#include "testee.h"
#include "vectors.h"

typedef struct check {
    const vector_case *c;
    const char *id; /* the case's and the variant's suffix */
    int8_t variant;
    int8_t profile; /* PRODUCER_NONE: the testee lists none */
} check;

typedef struct checks {
    check *items;
    size_t count;
    char **ids; /* those that the cases do not have themselves */
    size_t id_count;
} checks;

/* All checks of the cases that the selection takes, for each of
 * `profiles[count]` in turn (count 0: without a profile). */
void checks_make(checks *out, const vectors *v, selection *s,
                 const int *profiles, size_t profile_count);
void checks_free(checks *c);

question check_question(const check *c);

/* The forms that a check is held against. */
const form_list *check_forms(const check *c);

/* The form expected of the check's profile; without one, that of the newest C
 * pickler. NULL if the profile stands in none. */
const form *check_form(const check *c);

/* Why the testee cannot be asked: OUTCOME_NA or OUTCOME_SKIP with the reason in
 * `why`; OUTCOME_PASS if it can. */
outcome check_applies(const check *c, const hello *h, buffer *why);

/* Append the request without its id and its newline: "load used=1 x:4e2e". */
void check_request(const check *c, const hello *h, buffer *out);

#endif
