/* fuzz_compare.c  Whether two answers agree, and how a difference is named. */
#include <pickleproof/pickle.h>
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "fuzz.h"

const char *fuzz_class_name(fuzz_class c) {
    static const char *const names[FUZZ_CLASSES] = {
        "same",     "accept", "reject", "value", "class",
        "consumed", "bytes",  "crash",  "hang",  "protocol"};
    return names[c];
}

/* ---- outcomes ---- */

static void outcome_of(const fuzz_answer *a, char to[48]) {
    static const char *const words[] = {"ok",    NULL,   "na",
                                        "crash", "hang", "nonsense"};
    snprintf(to, 48, "%s",
             a->kind == FUZZ_ERR ? buffer_text(&a->text) : words[a->kind]);
}

static fuzz_class of_ending(const fuzz_answer *a) {
    switch (a->kind) {
    case FUZZ_CRASH: return FUZZ_CRASHED;
    case FUZZ_HANG: return FUZZ_HUNG;
    case FUZZ_NONSENSE: return FUZZ_PROTOCOL;
    default: return FUZZ_SAME;
    }
}

/* ---- values ---- */

/* The letters of the first values that differ: "i/F". */
static void kinds_that_differ(const fuzz_answer *a, const fuzz_answer *b,
                              char to[48]) {
    difference d = {{0}, 0, 0};
    const char *x = buffer_text(&a->text), *y = buffer_text(&b->text);
    if (canon_differ(x, a->text.len, y, b->text.len, &d))
        snprintf(to, 48, "%c/%c", x[d.expected_at] ? x[d.expected_at] : '-',
                 y[d.actual_at] ? y[d.actual_at] : '-');
    buffer_free(&d.path);
}

static bool same_text(const buffer *x, const buffer *y) {
    return x->len == y->len &&
           memcmp(buffer_text(x), buffer_text(y), x->len) == 0;
}

/* Without identity on one side both texts are compared spelled out. */
static bool same_value(const fuzz_answer *a, const fuzz_answer *b,
                       bool identity) {
    if (same_text(&a->text, &b->text) ||
        strcmp(buffer_text(&a->text), "?") == 0 ||
        strcmp(buffer_text(&b->text), "?") == 0)
        return true;
    if (identity)
        return false;
    buffer x = {0}, y = {0};
    expansion ex = canon_expand(a->text.data, a->text.len, false, &x);
    expansion ey = canon_expand(b->text.data, b->text.len, false, &y);
    bool same = ex == EXPAND_CYCLIC || ey == EXPAND_CYCLIC ||
                (ex == ey && same_text(&x, &y));
    buffer_free(&x);
    buffer_free(&y);
    return same;
}

/* ---- pickles ---- */

/* Canonical text of what a pickle in hex holds. */
static bool meaning(const buffer *hex, buffer *out) {
    buffer data = {0};
    pickle_doc *doc = NULL;
    char *text = NULL;
    size_t len = 0;
    bool good =
        hex->len > 2 && buffer_unhex(&data, hex->data + 2, hex->len - 2);
    good = good && pickle_decode(buffer_text(&data), data.len, NULL, &doc, NULL,
                                 NULL) == PICKLE_OK;
    good = good && pickle_text_write(pickle_doc_get_root(doc), NULL, NULL,
                                     &text, &len, NULL) == PICKLE_OK;
    if (good) {
        buffer_add(out, text, len);
        pickle_text_free(NULL, text, len);
    }
    pickle_doc_free(doc);
    buffer_free(&data);
    return good;
}

static bool has_sets(const char *text) {
    return strstr(text, "S(") || strstr(text, "z(");
}

/* Where a set was loaded the order of its elements is each table's own, so that
 * only the meaning counts. */
static bool same_pickles(const fuzz_case *c, const fuzz_answer *a,
                         const fuzz_answer *b, bool exact) {
    buffer x = {0}, y = {0};
    if (same_text(&a->text, &b->text))
        return true;
    bool read = meaning(&a->text, &x) && meaning(&b->text, &y);
    bool loose = !exact || (c->op == FUZZ_REDUMP && has_sets(buffer_text(&x)));
    bool same = read && loose && same_text(&x, &y);
    buffer_free(&x);
    buffer_free(&y);
    return same;
}

/* ---- verdicts ---- */

static void place(const fuzz_case *c, const fuzz_answer *a,
                  const fuzz_answer *b, char to[48]) {
    int64_t offset = a->kind == FUZZ_ERR && a->offset >= 0   ? a->offset
                     : b->kind == FUZZ_ERR && b->offset >= 0 ? b->offset
                                                             : -1;
    bool pickle = c->op != FUZZ_DUMP;
    snprintf(to, 48, "%s", pickle ? fuzz_opcode_at(&c->data, offset) : "-");
}

static fuzz_class compare(const fuzz_case *c, const hello *ha, const hello *hb,
                          const fuzz_answer *a, const fuzz_answer *b) {
    if (a->kind == FUZZ_ERR && b->kind == FUZZ_ERR)
        return hello_has_cap(ha, "class") && hello_has_cap(hb, "class") &&
                       !same_text(&a->text, &b->text)
                   ? FUZZ_CLASS
                   : FUZZ_SAME;
    if (a->kind != b->kind)
        return a->kind == FUZZ_OK ? FUZZ_ACCEPT : FUZZ_REJECT;
    if (c->op != FUZZ_LOAD) {
        bool exact = hello_has_cap(ha, "exact") && hello_has_cap(hb, "exact");
        return same_pickles(c, a, b, exact) ? FUZZ_SAME : FUZZ_BYTES;
    }
    bool identity = hello_has_cap(ha, "ident") && hello_has_cap(hb, "ident");
    if (!same_value(a, b, identity))
        return FUZZ_VALUE;
    return a->used >= 0 && b->used >= 0 && a->used != b->used ? FUZZ_CONSUMED
                                                              : FUZZ_SAME;
}

void fuzz_judge(const fuzz_case *c, const hello *a_hello, const hello *b_hello,
                const fuzz_answer *a, const fuzz_answer *b, fuzz_verdict *v) {
    *v = (fuzz_verdict){.what = of_ending(a)};
    if (v->what == FUZZ_SAME)
        v->what = of_ending(b);
    if (v->what == FUZZ_SAME && (a->kind == FUZZ_NA || b->kind == FUZZ_NA))
        return;
    if (v->what == FUZZ_SAME)
        v->what = compare(c, a_hello, b_hello, a, b);
    if (v->what == FUZZ_SAME)
        return;
    outcome_of(a, v->a);
    outcome_of(b, v->b);
    place(c, a, b, v->where);
    if (v->what == FUZZ_VALUE)
        kinds_that_differ(a, b, v->where);
}

bool fuzz_same_verdict(const fuzz_verdict *x, const fuzz_verdict *y) {
    return x->what == y->what && strcmp(x->a, y->a) == 0 &&
           strcmp(x->b, y->b) == 0 && strcmp(x->where, y->where) == 0;
}

/* ---- what comes next ---- */

/* What is made by calls is not what real classes would make of them, and not
 * every testee has the classes; a memoryview has no pickle. */
static bool can_be_dumped(const fuzz_case *c) {
    static const char calls[] = "RboiQP\x81\x92\x97\x98", sets[] = "\x8f\x91";
    /* Where a set makes bytes differ the meaning is compared, without codes. */
    bool no_sets = strstr(buffer_text(&c->keys), " ext=") != NULL;
    fuzz_pieces p = {0};
    bool can = true;
    fuzz_scan(buffer_text(&c->data), c->data.len, &p);
    for (size_t i = 0; can && i < p.count; i++) {
        char code = c->data.data[p.items[i].at];
        can = !memchr(calls, code, sizeof calls - 1) &&
              !(no_sets && memchr(sets, code, sizeof sets - 1));
    }
    fuzz_pieces_free(&p);
    return can;
}

bool fuzz_follow_up(const fuzz_case *c, const fuzz_answer *a,
                    const fuzz_answer *b, uint64_t number, fuzz_case *next) {
    if (a->kind != FUZZ_OK || b->kind != FUZZ_OK || c->op == FUZZ_REDUMP)
        return false;
    fuzz_case_clear(next);
    if (c->op == FUZZ_LOAD) {
        if (!can_be_dumped(c))
            return false;
        fuzz_case_copy(next, c);
        next->op = FUZZ_REDUMP;
        next->protocol = (int)(number % 6);
        return true;
    }
    if (strstr(buffer_text(&c->keys), "fast") || a->text.len < 2)
        return false;
    next->op = FUZZ_LOAD;
    if (strstr(buffer_text(&c->data), "p("))
        buffer_puts(&next->keys, " pid=1");
    const char *ext = strstr(buffer_text(&c->keys), " ext=");
    if (ext)
        buffer_puts(&next->keys, ext);
    return buffer_unhex(&next->data, a->text.data + 2, a->text.len - 2);
}

/* ---- names of findings ---- */

static bool seen_before(const buffer *data, const fuzz_pieces *p, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (data->data[p->items[k].at] == data->data[p->items[i].at])
            return true;
    }
    return false;
}

static void add_opcodes(const buffer *data, buffer *out) {
    enum { NAMES_MOST = 40 };
    fuzz_pieces p = {0};
    size_t shown = 0;
    fuzz_scan(buffer_text(data), data->len, &p);
    for (size_t i = 0; i < p.count && shown < NAMES_MOST; i++) {
        if (!seen_before(data, &p, i))
            buffer_printf(out, "%s%s", shown++ ? "," : "",
                          fuzz_opcode_at(data, (int64_t)p.items[i].at));
    }
    fuzz_pieces_free(&p);
}

static void add_kinds(const buffer *text, buffer *out) {
    const char *pos = buffer_text(text), *end = pos + text->len;
    char seen[128] = {0};
    for (token t; (t = canon_next(&pos, end)).kind != TOKEN_END;) {
        unsigned char kind = t.len ? (unsigned char)t.text[0] : 0;
        if ((t.kind != TOKEN_ATOM && t.kind != TOKEN_OPEN) || kind >= 128 ||
            seen[kind])
            continue;
        seen[kind] = 1;
        buffer_printf(out, "%s%c", buffer_text(out)[0] ? "," : "", kind);
    }
}

void fuzz_ingredients(const fuzz_case *c, buffer *out) {
    if (c->op == FUZZ_DUMP)
        add_kinds(&c->data, out);
    else
        add_opcodes(&c->data, out);
}

void fuzz_signature(const fuzz_case *c, const fuzz_verdict *v, buffer *out) {
    buffer parts = {0};
    fuzz_ingredients(c, &parts);
    buffer_printf(out, "%s %s a=%s b=%s at=%s of=%s", fuzz_class_name(v->what),
                  fuzz_op_name(c->op), v->a, v->b, v->where,
                  buffer_text(&parts));
    buffer_free(&parts);
}
