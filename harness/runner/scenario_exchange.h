/*
 * scenario_exchange.h  What happens between the referee and two peers in one
 * scenario: variables, the transcript, the first fault.
 */
#ifndef RUNNER_SCENARIO_EXCHANGE_H
#define RUNNER_SCENARIO_EXCHANGE_H

#include "scenario_run.h"

/* Words taken from replies. */
typedef struct variables {
    char **names;
    char **values;
    size_t count;
} variables;

void variables_set(variables *v, const char *name, const char *value);
const char *variables_get(const variables *v, const char *name, size_t len);
void variables_free(variables *v);

/* Append a text with its $names replaced; false if one has not been taken. */
bool variables_expand(const variables *v, const char *text, buffer *out);

/* Whether the body of a reply is what is expected; takes words into `v`. */
bool answer_matches(const answer *a, const char *body, variables *v);

/* A reply for people: bytes of an error's message as text. */
void reply_for_people(const char *body, buffer *out);

typedef struct exchange {
    stage *stage;
    const scenario *sc;
    variables taken;
    buffer transcript;
    const step *pending[2]; /* their replies have not been taken */
    bool ended[2];          /* on purpose: what follows is left out */
    size_t descriptors[2];  /* when the channel was made */
    outcome outcome;        /* PASS until something goes wrong */
    buffer reason, detail;
    const step *at; /* the step at work; NULL before and after */
} exchange;

/* Note a fault, the first of them; returns false. */
bool exchange_fault(exchange *x, outcome o, const char *format, ...)
    RUNNER_PRINTF(3, 4);

/* Add a line to the transcript. */
void exchange_note(exchange *x, char letter, char mark, const char *text);

/* Send a request to a side and, without `later`, take its reply. */
bool exchange_ask(exchange *x, side s, const char *request);

/* Take a reply and hold it against `a`. */
bool exchange_take(exchange *x, side s, const answer *a);

/* A step of the referee. */
bool exchange_referee(exchange *x, const step *st);

/* Reset a side and look at what it left. */
bool exchange_check(exchange *x, side s);

#endif
