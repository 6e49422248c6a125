/* meaning.c  What pickles mean: decoded by the library that comes with the
 * runner. See judge.h. */
#include <pickleproof/value.h>
#include <string.h>

#include "canon.h"
#include "judge.h"
#include "producer.h"
#include "testees/c/testee_c.h"

/* The keys of the case, and the producer to be like. `fast` says how to dump.
 */
static void add_keys(const check *c, int producer, bool dump, buffer *request) {
    const char *key;
    json_t *value;
    char name[PRODUCER_NAME_SIZE];
    json_object_foreach(json_object_get(c->c->json, "keys"), key, value) {
        if ((dump || strcmp(key, "fast") != 0) && json_is_string(value))
            buffer_printf(request, " %s=%s", key, json_string_value(value));
    }
    if (producer != PRODUCER_NONE)
        buffer_printf(request, " profile=%s", producer_name(producer, name));
}

/* Put a request to the built-in testee: what follows "ok ", or with false what
 * it says instead. */
static bool ask_ourselves(const buffer *request, buffer *answer, buffer *why) {
    buffer line = {0};
    testee_answer(request->data, request->len, &line);
    bool accepted = strncmp(buffer_text(&line), "0 ok ", 5) == 0;
    if (accepted)
        buffer_puts(answer, line.data + 5);
    else
        buffer_puts(why, buffer_text(&line) + (line.len > 2 ? 2 : 0));
    buffer_free(&line);
    return accepted;
}

/* The buffers that a dump handed out of band, in their order: what a load of it
 * has to be given. */
static void add_buffers(const check *c, const form *f, buffer *request) {
    buffer prompt = {0}, expanded = {0};
    const char *separator = " buffers=";
    if (check_question(c) != QUESTION_DUMP || !f || !f->value ||
        !recipe_expand(f->value, &prompt) ||
        canon_expand(buffer_text(&prompt), prompt.len, true, &expanded) !=
            EXPAND_OK)
        buffer_clear(&expanded);
    const char *pos = buffer_text(&expanded), *end = pos + expanded.len;
    for (token t; (t = canon_next(&pos, end)).kind != TOKEN_END;) {
        if (t.kind != TOKEN_ATOM || (t.text[0] != 'R' && t.text[0] != 'W'))
            continue;
        buffer_printf(request, "%s%c%.*s", separator,
                      t.text[0] == 'R' ? 'r' : 'w', (int)t.len - 1, t.text + 1);
        separator = ",";
    }
    buffer_free(&prompt);
    buffer_free(&expanded);
}

bool judge_value_of(const check *c, int producer, const char *bytes, size_t len,
                    buffer *text, buffer *why) {
    buffer request = {0};
    buffer_puts(&request, "0 load");
    add_keys(c, producer, false, &request);
    if (!case_key(c->c, "pid"))
        buffer_puts(&request, " pid=1");
    add_buffers(c, check_form(c), &request);
    buffer_puts(&request, " x:");
    buffer_hex(&request, bytes, len);
    bool accepted = ask_ourselves(&request, text, why);
    buffer_free(&request);
    return accepted;
}

bool judge_form_value(const form *f, buffer *text) {
    size_t count = f->values ? json_array_size(f->values) : 1;
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_putc(text, ' ');
        if (!recipe_expand(f->values ? json_array_get(f->values, i) : f->value,
                           text))
            return false;
    }
    return true;
}

/* Bytes too large to record: ours, if they have the recorded digest. */
static bool make_bytes(const check *c, const form *f, const digest *d,
                       buffer *bytes) {
    buffer request = {0}, answer = {0}, why = {0};
    buffer_printf(&request, "0 dump proto=%d", c->variant);
    add_keys(c, producer_newest(f->made_by), true, &request);
    buffer_puts(&request, " v:");
    bool made = recipe_expand(f->value, &request) &&
                ask_ourselves(&request, &answer, &why) &&
                strncmp(answer.data, "x:", 2) == 0 &&
                buffer_unhex(bytes, answer.data + 2, answer.len - 2) &&
                digest_matches(d, buffer_text(bytes), bytes->len);
    buffer_free(&request);
    buffer_free(&answer);
    buffer_free(&why);
    return made;
}

bool judge_form_bytes(const check *c, const form *f, buffer *bytes) {
    buffer hex = {0};
    digest d;
    bool known;
    if (recipe_is_digest(f->bytes, &d))
        known =
            check_question(c) == QUESTION_DUMP && make_bytes(c, f, &d, bytes);
    else
        known = recipe_expand(f->bytes, &hex) &&
                buffer_unhex(bytes, buffer_text(&hex), hex.len);
    buffer_free(&hex);
    return known;
}

bool judge_form_meaning(const check *c, const form *f, buffer *text) {
    buffer bytes = {0}, why = {0};
    bool known = judge_form_bytes(c, f, &bytes) &&
                 judge_value_of(c, producer_newest(f->made_by),
                                buffer_text(&bytes), bytes.len, text, &why);
    buffer_free(&bytes);
    buffer_free(&why);
    return known;
}

bool judge_prompt_value(const form *f, buffer *text) {
    buffer prompt = {0};
    pickle_doc *doc = NULL;
    pickle_value v;
    char *plain = NULL;
    size_t len;
    bool done = false;
    if (recipe_expand(f->value, &prompt) &&
        pickle_doc_new(NULL, &doc, NULL) == PICKLE_OK &&
        pickle_text_read(doc, buffer_text(&prompt), prompt.len, &v, NULL) ==
            PICKLE_OK &&
        pickle_text_write(v, NULL, NULL, &plain, &len, NULL) == PICKLE_OK) {
        buffer_puts(text, plain);
        pickle_text_free(NULL, plain, len);
        done = true;
    }
    pickle_doc_free(doc);
    buffer_free(&prompt);
    return done;
}
