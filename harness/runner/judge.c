/* judge.c  See judge.h. */
#include "judge.h"
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "producer.h"
#include "wire.h"

/* What a judge works with. */
typedef struct trial {
    const check *c;
    const hello *h;
    const judging *j;
    const reply *p;
    buffer *why;  /* of the first form that does not match */
    bool unknown; /* nothing to compare with */
} trial;

static bool miss(const trial *t, const char *why) {
    if (!t->why->len)
        buffer_puts(t->why, why);
    return false;
}

/* ---- rejections ---- */

static bool class_matters(const trial *t) {
    return t->j->strict_errors || hello_has_cap(t->h, "class");
}

/* Whether a message, in hex, is what was recorded, or, from `cut_after` bytes
 * on, its beginning. */
static bool same_message(const char *hex, const form *f, size_t cut_after) {
    buffer message = {0};
    if (!f->message)
        return true;
    if (hex)
        buffer_unhex(&message, hex, strlen(hex));
    const char *told = buffer_text(&message);
    bool same = strcmp(told, f->message) == 0 ||
                (message.len >= cut_after &&
                 strncmp(told, f->message, message.len) == 0);
    buffer_free(&message);
    return same;
}

enum { CUT_AFTER = 100 }; /* bytes of a message: PROTOCOL.md */

static bool match_error(const trial *t, const form *f) {
    const reply *p = t->p;
    if (p->kind == REPLY_OK) {
        buffer why = {0};
        buffer_printf(&why, "accepted, CPython raises %s", f->error);
        miss(t, why.data);
        buffer_free(&why);
        return false;
    }
    if (class_matters(t) && strcmp(p->word, f->error) != 0) {
        buffer why = {0};
        buffer_printf(&why, "raises %s, CPython %s", p->word, f->error);
        miss(t, why.data);
        buffer_free(&why);
        return false;
    }
    if (f->offset >= 0 && hello_has_cap(t->h, "offset") &&
        p->offset != f->offset)
        return miss(t, "another offset than CPython's");
    if (hello_has_cap(t->h, "message") &&
        !same_message(p->message, f, CUT_AFTER))
        return miss(t, "another message than CPython's");
    return true;
}

/* ---- values ---- */

/* Compare texts; without `ident` after writing references out. */
static bool same_value(const trial *t, const char *expected, size_t elen,
                       const char *actual, size_t alen) {
    if (elen == alen && memcmp(expected, actual, elen) == 0)
        return true;
    if (hello_has_cap(t->h, "ident"))
        return false;
    buffer a = {0}, b = {0};
    bool same = canon_expand(expected, elen, false, &a) == EXPAND_OK &&
                canon_expand(actual, alen, false, &b) == EXPAND_OK &&
                a.len == b.len &&
                (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
    buffer_free(&a);
    buffer_free(&b);
    return same;
}

static bool match_text(const trial *t, const json_t *expected,
                       const char *actual) {
    digest d;
    size_t alen = strlen(actual);
    if (recipe_is_digest(expected, &d))
        return digest_matches(&d, actual, alen) ||
               miss(t, "another value than CPython's (by its digest)");
    buffer scratch = {0};
    size_t elen = 0;
    const char *text = recipe_text(expected, &scratch, &elen);
    bool same = text && same_value(t, text, elen, actual, alen);
    buffer_free(&scratch);
    return same || miss(t, "another value than CPython's");
}

static bool match_texts(const trial *t, const form *f) {
    size_t count = f->values ? json_array_size(f->values) : 1;
    if (t->p->result_count != count)
        return miss(t, "another number of values than CPython's");
    for (size_t i = 0; i < count; i++) {
        const json_t *one = f->values ? json_array_get(f->values, i) : f->value;
        if (!match_text(t, one, t->p->results[i]))
            return false;
    }
    return true;
}

static bool match_value(const trial *t, const form *f) {
    const reply *p = t->p;
    if (p->kind == REPLY_ERR)
        return miss(t, "rejected, CPython accepts it");
    if (!hello_has_cap(t->h, "value"))
        return true; /* it says no more than that it accepts */
    if (strcmp(p->results[0], "?") == 0)
        return miss(t, "the value is not reported, though caps has value");
    if (!match_texts(t, f))
        return false;
    if (f->used >= 0 && p->used >= 0 && p->used != f->used)
        return miss(t, "another number of bytes used than CPython's");
    return true;
}

static bool match_load(const trial *t, const form *f) {
    return f->error ? match_error(t, f) : match_value(t, f);
}

/* ---- bytes ---- */

static bool match_bytes(const trial *t, const form *f) {
    const reply *p = t->p;
    if (f->error)
        return match_error(t, f);
    if (p->kind == REPLY_ERR)
        return miss(t, "refused, CPython pickles it");
    const char *hex = p->results[0] + 2;
    size_t len = strlen(hex);
    digest d;
    if (recipe_is_digest(f->bytes, &d)) {
        buffer bytes = {0};
        bool same = buffer_unhex(&bytes, hex, len) &&
                    digest_matches(&d, buffer_text(&bytes), bytes.len);
        buffer_free(&bytes);
        return same || miss(t, "other bytes than CPython's (by their digest)");
    }
    buffer scratch = {0};
    size_t elen = 0;
    const char *expected = recipe_text(f->bytes, &scratch, &elen);
    bool same = expected && elen == len && memcmp(expected, hex, len) == 0;
    buffer_free(&scratch);
    return same || miss(t, "other bytes than CPython's");
}

/* The pickle must say the protocol that was asked for: nothing else is left to
 * compare when bytes may differ. */
static bool says_protocol(const check *c, const buffer *bytes) {
    const unsigned char *p = (const unsigned char *)buffer_text(bytes);
    bool marked = bytes->len >= 2 && p[0] == 0x80;
    return c->variant < 2 ? !marked : marked && p[1] == c->variant;
}

/* Whether bytes of a testee that is not exact mean what the form's bytes mean
 * (both decoded here), or what the prompt says. */
static bool match_meaning(trial *t, const form *f, const buffer *bytes) {
    buffer text = {0}, expected = {0}, prompt = {0}, why = {0};
    int producer = producer_newest(f->made_by);
    bool known = judge_form_meaning(t->c, f, &expected);
    bool asked = judge_prompt_value(f, &prompt);
    bool same = false;
    if (!judge_value_of(t->c, producer, buffer_text(bytes), bytes->len, &text,
                        &why))
        miss(t, "its pickle cannot be read");
    else
        same = (known && same_value(t, expected.data, expected.len, text.data,
                                    text.len)) ||
               (asked &&
                same_value(t, prompt.data, prompt.len, text.data, text.len)) ||
               miss(t, "its pickle is another value");
    t->unknown = t->unknown || !known;
    buffer_free(&text);
    buffer_free(&expected);
    buffer_free(&prompt);
    buffer_free(&why);
    return same;
}

/* The very bytes always do. */
static bool match_dump(trial *t, const form *f) {
    buffer bytes = {0}, why = {0};
    trial plain = *t;
    if (hello_has_cap(t->h, "exact") || f->error || t->p->kind == REPLY_ERR)
        return match_bytes(t, f);
    plain.why = &why;
    bool same = match_bytes(&plain, f);
    if (!same) {
        const char *hex = t->p->results[0] + 2;
        buffer_unhex(&bytes, hex, strlen(hex));
        same = says_protocol(t->c, &bytes)
                   ? match_meaning(t, f, &bytes)
                   : miss(t, "its pickle is of another protocol");
    }
    buffer_free(&bytes);
    buffer_free(&why);
    return same;
}

/* ---- disassembly ---- */

/* Hex of a reply against plain text of the vectors. */
static bool same_text(const json_t *expected, const char *hex) {
    buffer actual = {0}, scratch = {0};
    digest d;
    size_t len = 0;
    bool same = buffer_unhex(&actual, hex, strlen(hex));
    if (same && recipe_is_digest(expected, &d)) {
        same = digest_matches(&d, buffer_text(&actual), actual.len);
    } else if (same) {
        const char *text = recipe_text(expected, &scratch, &len);
        same = text && len == actual.len &&
               memcmp(text, buffer_text(&actual), len) == 0;
    }
    buffer_free(&actual);
    buffer_free(&scratch);
    return same;
}

/* Here the message is part of the answer, and so is the text before it. */
static bool match_broken(const trial *t, const form *f) {
    const reply *p = t->p;
    if (!match_error(t, f))
        return false;
    if (!same_message(p->message, f, SIZE_MAX))
        return miss(t, "another message than CPython's");
    return !f->text || same_text(f->text, p->text ? p->text : "") ||
           miss(t, "other text before the error than CPython's");
}

static bool match_dis(const trial *t, const form *f) {
    if (f->error)
        return match_broken(t, f);
    if (f->bytes || t->p->kind == REPLY_ERR)
        return match_bytes(t, f);
    return same_text(f->text, t->p->results[0] + 2) ||
           miss(t, "other text than CPython's");
}

/* ---- wire ---- */

static bool match_wire(const trial *t, const form *f) {
    const char *why = wire_mismatch(f, t->p, class_matters(t));
    if (why)
        return miss(t, why);
    return !hello_has_cap(t->h, "message") ||
           same_message(wire_last_message(t->p), f, CUT_AFTER) ||
           miss(t, "another message than CPython's");
}

static bool match_form(trial *t, const form *f) {
    switch (check_question(t->c)) {
    case QUESTION_DUMP: return match_dump(t, f);
    case QUESTION_DIS: return match_dis(t, f);
    case QUESTION_WIRE: return match_wire(t, f);
    case QUESTION_LOAD: break;
    }
    return match_load(t, f);
}

/* ---- the verdict ---- */

/* A reply of the wrong shape is no answer at all. */
static const char *malformed_reply(const check *c, const reply *p) {
    if (p->kind != REPLY_OK || check_question(c) == QUESTION_LOAD ||
        check_question(c) == QUESTION_WIRE)
        return NULL;
    const char *word = p->results[0];
    buffer bytes = {0};
    bool good = p->result_count == 1 && strncmp(word, "x:", 2) == 0 &&
                buffer_unhex(&bytes, word + 2, strlen(word + 2));
    buffer_free(&bytes);
    return good ? NULL : "bytes are answered with x: and hex";
}

static bool matches_any(trial *t) {
    const form_list *list = check_forms(t->c);
    /* A profile has one form; without one any that was recorded will do. */
    const form *first = check_form(t->c);
    if (match_form(t, first))
        return true;
    for (size_t i = 0; t->c->profile == PRODUCER_NONE && i < list->count; i++) {
        const form *f = &list->forms[i];
        if (f != first && match_form(t, f))
            return true;
    }
    return false;
}

void judge_reply(const check *c, const hello *h, const judging *j,
                 const reply *p, result *r) {
    buffer why = {0};
    trial t = {c, h, j, p, &why, false};
    const char *malformed = malformed_reply(c, p);
    free(r->reason);
    r->reason = NULL;
    if (p->kind == REPLY_NA) {
        r->outcome = OUTCOME_NA;
        buffer_printf(&why, "it says na %s", p->word ? p->word : "");
    } else if (malformed) {
        r->outcome = OUTCOME_PROTOCOL;
        buffer_puts(&why, malformed);
    } else if (matches_any(&t)) {
        r->outcome = OUTCOME_PASS;
        buffer_clear(&why);
    } else if (t.unknown) {
        r->outcome = OUTCOME_SKIP;
        buffer_clear(&why);
        buffer_puts(&why, "other bytes, whose value cannot be compared");
    } else {
        r->outcome = OUTCOME_FAIL;
    }
    if (why.len)
        r->reason = must_copy(why.data);
    buffer_free(&why);
}
