/* vectors.c  Reading vector files (vectors/README.md). See vectors.h. */
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#include "outfile.h"
#include "producer.h"

#define VECTORS_SCHEMA "pickleproof-vectors/1"

static const char *const topic_names[] = {
#define X(folder, question) #folder,
#include "topics.def"
#undef X
};

static const question topic_questions[] = {
#define X(folder, question) QUESTION_##question,
#include "topics.def"
#undef X
};

const char *topic_name(topic t) {
    return topic_names[t];
}

question topic_question(topic t) {
    return topic_questions[t];
}

const char *variant_key(question q, int variant) {
    static const char *const keys[][VARIANTS + 1] = {
        [QUESTION_DUMP] = {"0", "1", "2", "3", "4", "5", NULL},
        [QUESTION_LOAD] = {"", NULL},
        [QUESTION_DIS] = {"dis", "genops", "optimize", NULL},
        [QUESTION_WIRE] = {"frame", "deframe", "auth", "serve", "recvfds",
                           "sendfds", NULL}};
    for (int i = 0; i < variant; i++) {
        if (!keys[q][i])
            return NULL;
    }
    return keys[q][variant];
}

void variant_suffix(question q, int variant, buffer *out) {
    if (q != QUESTION_LOAD && q != QUESTION_WIRE)
        buffer_printf(out, "/%s%s", q == QUESTION_DUMP ? "p" : "",
                      variant_key(q, variant));
}

/* ---- one file ---- */

static bool bad(buffer *why, const char *path, const char *id,
                const char *what) {
    buffer_printf(why,
                  "%s: %s%s%s; make it again with "
                  "scripts/generate-vectors",
                  path, id ? id : "", id ? ": " : "", what);
    return false;
}

static int64_t number_or(const json_t *object, const char *key, int64_t none) {
    const json_t *n = json_object_get(object, key);
    return json_is_integer(n) ? (int64_t)json_integer_value(n) : none;
}

static const char *read_makers(const json_t *list, form *f) {
    if (json_array_size(list) == 0)
        return "a form without made_by";
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || !producer_range(name, &f->made_by))
            return "made_by names an unknown producer";
    }
    return NULL;
}

static const char *check_dump(const vector_case *c, const json_t *json,
                              form *f) {
    const json_t *values = json_object_get(c->json, "values");
    int64_t index = number_or(json, "value", 0);
    if (!f->bytes == !f->error)
        return "a form has either bytes or error";
    f->value = json_array_get(values, (size_t)index);
    return f->value ? NULL : "a form's value is not in values";
}

/* What a form must have depends on the question. Returns what is wrong. */
static const char *check_parts(const vector_case *c, const json_t *json,
                               form *f) {
    switch (topic_question(c->file->topic)) {
    case QUESTION_DUMP: return check_dump(c, json, f);
    case QUESTION_DIS:
        return f->text || f->bytes || f->error
                   ? NULL
                   : "a form has text, bytes or error";
    case QUESTION_WIRE: return f->words ? NULL : "a form without words";
    case QUESTION_LOAD: break;
    }
    return !f->value + !f->values + !f->error == 2
               ? NULL
               : "a form has one of value, values and error";
}

/* Returns what is wrong, or NULL. */
static const char *read_form(const vector_case *c, const json_t *json,
                             form *f) {
    *f = (form){.used = number_or(json, "used", -1),
                .offset = number_or(json, "offset", -1)};
    f->bytes = json_object_get(json, "bytes");
    f->values = json_object_get(json, "values");
    f->value = json_object_get(json, "value");
    f->error = json_string_value(json_object_get(json, "error"));
    f->words = json_object_get(json, "words");
    f->text = json_object_get(json, "text");
    f->message = json_string_value(json_object_get(json, "message"));
    const char *wrong = check_parts(c, json, f);
    if (wrong)
        return wrong;
    return read_makers(json_object_get(json, "made_by"), f);
}

static const char *read_forms(const vector_case *c, const json_t *list,
                              form_list *out) {
    size_t count = json_array_size(list);
    if (count == 0)
        return "an expectation without forms";
    out->forms = must_calloc(count, sizeof *out->forms);
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        const char *wrong =
            read_form(c, json_array_get(list, i), &out->forms[i]);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static int variant_of(question q, const char *key) {
    for (int v = 0; variant_key(q, v); v++) {
        if (strcmp(variant_key(q, v), key) == 0)
            return v;
    }
    return -1;
}

static const char *read_variants(vector_case *c, const json_t *expect) {
    const char *key;
    json_t *list;
    json_object_foreach((json_t *)expect, key, list) {
        int v = variant_of(topic_question(c->file->topic), key);
        if (v < 0)
            return "expect has a key that is not asked";
        const char *wrong = read_forms(c, list, &c->forms[v]);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *read_case(vector_case *c) {
    const json_t *expect = json_object_get(c->json, "expect");
    const char *name = topic_name(c->file->topic);
    c->id = json_string_value(json_object_get(c->json, "id"));
    if (!c->id)
        return "a case without id";
    if (strncmp(c->id, name, strlen(name)) != 0 || c->id[strlen(name)] != '/')
        return "an id that does not begin with its topic";
    question q = topic_question(c->file->topic);
    if (q != QUESTION_DUMP && !json_object_get(c->json, "in"))
        return "a case without in";
    if (q == QUESTION_LOAD)
        return read_forms(c, expect, &c->forms[0]);
    return json_is_object(expect) ? read_variants(c, expect)
                                  : "expect is not an object";
}

static bool read_cases(vector_file *file, buffer *why) {
    const json_t *cases = json_object_get(file->json, "cases");
    if (!json_is_array(cases))
        return bad(why, file->path, NULL, "no list of cases");
    file->cases = must_calloc(json_array_size(cases), sizeof *file->cases);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        vector_case *c = &file->cases[file->case_count++];
        c->json = json_array_get(cases, i);
        c->file = file;
        const char *wrong = read_case(c);
        if (wrong)
            return bad(why, file->path, c->id, wrong);
    }
    return true;
}

static json_t *load_json(const char *path, buffer *why) {
    buffer text = {0};
    json_error_t err;
    json_t *json = NULL;
    if (!file_read(path, &text, why)) {
        buffer_puts(why, "; give --vectors a folder that can be read");
    } else {
        json = json_loadb(buffer_text(&text), text.len, JSON_REJECT_DUPLICATES,
                          &err);
        if (!json)
            buffer_printf(why,
                          "%s:%d: not JSON: %s; make it again with "
                          "scripts/generate-vectors",
                          path, err.line, err.text);
    }
    buffer_free(&text);
    return json;
}

bool vectors_load_file(vector_file *file, const char *path, topic t,
                       buffer *why) {
    *file = (vector_file){.path = must_copy(path), .topic = t};
    file->json = load_json(path, why);
    if (!file->json)
        return false;
    const char *schema =
        json_string_value(json_object_get(file->json, "schema"));
    if (!schema || strcmp(schema, VECTORS_SCHEMA) != 0) {
        buffer_printf(why,
                      "%s: schema is %s, not " VECTORS_SCHEMA
                      "; use a runner as new as the vectors",
                      path, schema ? schema : "missing");
        return false;
    }
    return read_cases(file, why);
}

void vector_file_free(vector_file *file) {
    for (size_t i = 0; i < file->case_count; i++) {
        for (size_t v = 0; v < VARIANTS; v++)
            free(file->cases[i].forms[v].forms);
    }
    free(file->cases);
    json_decref(file->json);
    free(file->path);
}

/* ---- asking a case ---- */

const char *case_python(const vector_case *c) {
    const char *text = json_string_value(json_object_get(c->json, "python"));
    return text ? text : "";
}

bool case_has(const vector_case *c, const char *list, const char *word) {
    const json_t *words = json_object_get(c->json, list);
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *w = json_string_value(json_array_get(words, i));
        if (w && strcmp(w, word) == 0)
            return true;
    }
    return false;
}

const char *case_key(const vector_case *c, const char *key) {
    return json_string_value(
        json_object_get(json_object_get(c->json, "keys"), key));
}

const form *form_of(const form_list *list, int producer) {
    for (size_t i = 0; i < list->count; i++) {
        if (producer_in(list->forms[i].made_by, producer))
            return &list->forms[i];
    }
    return NULL;
}

uint64_t forms_made_by(const form_list *list) {
    uint64_t mask = 0;
    for (size_t i = 0; i < list->count; i++)
        mask |= list->forms[i].made_by;
    return mask;
}
