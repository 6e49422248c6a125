/*
 * judge.h  Whether a reply is what CPython does.
 */
#ifndef RUNNER_JUDGE_H
#define RUNNER_JUDGE_H

#include "check.h"
#include "result.h"
#include "testee.h"

typedef struct judging {
    bool strict_errors; /* compare the class of every rejection */
} judging;

/* Judge a reply: fills outcome and reason of `r`. */
void judge_reply(const check *c, const hello *h, const judging *j,
                 const reply *p, result *r);

/* What a person needs to see of a reply that failed: the expression, both
 * sides, the first difference. */
void judge_explain(const check *c, const hello *h, const reply *p, buffer *out);

/* The canonical text that this library gives to `bytes`, asked for by a check:
 * "TEXT" or "TEXT TEXT". False with the reason in `why` if it is rejected. */
bool judge_value_of(const check *c, int producer, const char *bytes, size_t len,
                    buffer *text, buffer *why);

/* The expected outcome of a form as reply words: "TEXT", "TEXT TEXT" for many.
 * False if it is written as a digest. */
bool judge_form_value(const form *f, buffer *text);

/* Append the bytes of a form. Where only their digest is recorded, they are
 * what this library writes if that has it; false if it has not. */
bool judge_form_bytes(const check *c, const form *f, buffer *bytes);

/* What those bytes mean: as judge_value_of(). */
bool judge_form_meaning(const check *c, const form *f, buffer *text);

/* The prompt of a form as a load is reported: without labels, sets sorted.
 * False if it is no value (`?`). */
bool judge_prompt_value(const form *f, buffer *text);

#endif
