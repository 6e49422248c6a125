/* check.c  See check.h. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "message.h"
#include "producer.h"

/* What a request key asks a testee to be able to do. */
static const struct {
    const char *key;
    const char *cap;
} key_caps[] = {{"buffers", "buffers"}, {"pid", "persid"},
                {"ext", "ext"},         {"enc", "encoding"},
                {"errors", "encoding"}, {"fast", "fast"},
                {"many", "many"},       {"fix_imports", "fiximports"},
                {"forking", "forking"}};

/* ---- making ---- */

question check_question(const check *c) {
    return topic_question(c->c->file->topic);
}

const form_list *check_forms(const check *c) {
    return &c->c->forms[c->variant];
}

/* Neither pickletools nor multiprocessing has an implementation in C, so only
 * that of Python is recorded. */
static bool is_one_of_python(question q) {
    return q == QUESTION_DIS || q == QUESTION_WIRE;
}

const form *check_form(const check *c) {
    const form_list *list = check_forms(c);
    int producer = c->profile;
    if (is_one_of_python(check_question(c)))
        producer = producer_python(producer);
    if (producer == PRODUCER_NONE)
        producer = producer_newest(forms_made_by(list));
    return form_of(list, producer);
}

static void add_check(checks *out, size_t *cap, const check *c) {
    if (out->count == *cap) {
        *cap = *cap ? *cap * 2 : 1024;
        out->items = must_resize(out->items, *cap * sizeof *out->items);
    }
    out->items[out->count++] = *c;
}

/* The id of a variant, made once and shared by all profiles. */
static const char *make_id(checks *out, const vector_case *c, int variant) {
    question q = topic_question(c->file->topic);
    buffer id = {0};
    if (q == QUESTION_LOAD || q == QUESTION_WIRE)
        return c->id;
    buffer_puts(&id, c->id);
    variant_suffix(q, variant, &id);
    if (out->id_count % 1024 == 0)
        out->ids =
            must_resize(out->ids, (out->id_count + 1024) * sizeof *out->ids);
    return out->ids[out->id_count++] = buffer_take(&id);
}

/* Where there is one implementation, a version is asked once. */
static bool asked_before(const check *c, const int *profiles, size_t i) {
    if (!is_one_of_python(check_question(c)))
        return false;
    for (size_t j = 0; j < i; j++) {
        if (producer_python(profiles[j]) == producer_python(profiles[i]))
            return true;
    }
    return false;
}

static void add_case(checks *out, size_t *cap, const vector_case *c,
                     selection *s, const int *profiles, size_t profile_count) {
    question q = topic_question(c->file->topic);
    for (int v = 0; v < VARIANTS && variant_key(q, v); v++) {
        if (c->forms[v].count == 0)
            continue;
        const char *id = make_id(out, c, v);
        if (!selection_wants(s, c, id))
            continue;
        check item = {c, id, (int8_t)v, PRODUCER_NONE};
        for (size_t i = 0; i < profile_count; i++) {
            item.profile = (int8_t)profiles[i];
            if (!asked_before(&item, profiles, i))
                add_check(out, cap, &item);
        }
        if (profile_count == 0)
            add_check(out, cap, &item);
    }
}

void checks_make(checks *out, const vectors *v, selection *s,
                 const int *profiles, size_t profile_count) {
    size_t cap = 0;
    *out = (checks){0};
    for (size_t f = 0; f < v->file_count; f++) {
        for (size_t i = 0; i < v->files[f].case_count; i++)
            add_case(out, &cap, &v->files[f].cases[i], s, profiles,
                     profile_count);
    }
}

void checks_free(checks *c) {
    for (size_t i = 0; i < c->id_count; i++)
        free(c->ids[i]);
    free(c->ids);
    free(c->items);
    *c = (checks){0};
}

/* ---- whether it can be asked ---- */

static outcome not_able(const char *cap, buffer *why) {
    buffer_printf(why, "needs %s", cap);
    return OUTCOME_NA;
}

/* Values are compared in another way without these two, and these tell how
 * rejections are compared. */
static bool is_optional(const char *cap) {
    static const char *const optional[] = {"value", "ident",  "exact",
                                           "class", "offset", "message"};
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++) {
        if (strcmp(cap, optional[i]) == 0)
            return true;
    }
    return false;
}

static const char *missing_cap(const check *k, const hello *h) {
    const vector_case *c = k->c;
    const json_t *caps = json_object_get(c->json, "caps");
    for (size_t i = 0; i < json_array_size(caps); i++) {
        const char *cap = json_string_value(json_array_get(caps, i));
        if (cap && !is_optional(cap) && !hello_has_cap(h, cap))
            return cap;
    }
    if (is_one_of_python(check_question(k)))
        return NULL; /* its keys have meanings of their own */
    for (size_t i = 0; i < sizeof key_caps / sizeof *key_caps; i++) {
        if (case_key(c, key_caps[i].key) && !hello_has_cap(h, key_caps[i].cap))
            return key_caps[i].cap;
    }
    return NULL;
}

/* Without `ident` a value is compared and asked with its references written
 * out, which a cyclic one does not allow. */
static bool is_cyclic(const json_t *value, bool dump) {
    buffer scratch = {0}, expanded = {0};
    size_t len = 0;
    const char *text = value ? recipe_text(value, &scratch, &len) : NULL;
    bool cyclic = text && canon_expand(text, len, dump, &expanded) != EXPAND_OK;
    buffer_free(&scratch);
    buffer_free(&expanded);
    return cyclic;
}

/* What a testee without `ident` cannot be asked. */
static bool needs_ident(const check *c, const form *f, const hello *h) {
    bool dump = check_question(c) == QUESTION_DUMP;
    if (hello_has_cap(h, "ident") || !f->value)
        return false;
    return (dump || hello_has_cap(h, "value")) && is_cyclic(f->value, dump);
}

static const char *operation_of(const check *c) {
    switch (check_question(c)) {
    case QUESTION_DUMP: return "dump";
    case QUESTION_DIS:
    case QUESTION_WIRE: return variant_key(check_question(c), c->variant);
    case QUESTION_LOAD: break;
    }
    return "load";
}

outcome check_applies(const check *c, const hello *h, buffer *why) {
    const form *f = check_form(c);
    if (!f) {
        char name[PRODUCER_NAME_SIZE];
        buffer_printf(why, "%s cannot make it",
                      producer_name(c->profile, name));
        return OUTCOME_SKIP;
    }
    if (!hello_has_op(h, operation_of(c))) {
        buffer_printf(why, "no operation %s", operation_of(c));
        return OUTCOME_NA;
    }
    const char *cap = missing_cap(c, h);
    if (!cap && needs_ident(c, f, h))
        cap = "ident";
    return cap ? not_able(cap, why) : OUTCOME_PASS;
}

/* ---- asking ---- */

static void add_value(const form *f, const hello *h, buffer *out) {
    buffer scratch = {0};
    size_t len = 0;
    const char *text = recipe_text(f->value, &scratch, &len);
    buffer_puts(out, " v:");
    if (text && hello_has_cap(h, "ident"))
        buffer_add(out, text, len);
    else if (text)
        (void)canon_expand(text, len, true, out);
    buffer_free(&scratch);
}

static void add_keys(const check *c, const hello *h, buffer *out) {
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(c->c->json, "keys"), key, value) {
        if (json_is_string(value))
            buffer_printf(out, " %s=%s", key, json_string_value(value));
    }
    if (c->profile != PRODUCER_NONE && h->profiles.count) {
        char name[PRODUCER_NAME_SIZE];
        buffer_printf(out, " profile=%s", producer_name(c->profile, name));
    }
}

void check_request(const check *c, const hello *h, buffer *out) {
    bool dump = check_question(c) == QUESTION_DUMP;
    buffer_puts(out, operation_of(c));
    if (dump)
        buffer_printf(out, " proto=%d", c->variant);
    add_keys(c, h, out);
    if (!dump) {
        buffer_puts(out,
                    check_question(c) == QUESTION_LOAD ? " used=1 x:" : " x:");
        recipe_expand(json_object_get(c->c->json, "in"), out);
        return;
    }
    if (hello_has_cap(h, "expr")) {
        const char *python = case_python(c->c);
        buffer_puts(out, " expr=");
        buffer_hex(out, python, strlen(python));
    }
    add_value(check_form(c), h, out);
}
