/* scenario_judge.c  Replies of peers held against what is expected. See
 * scenario_exchange.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_exchange.h"

/* ---- variables ---- */

void variables_set(variables *v, const char *name, const char *value) {
    v->names = must_resize(v->names, (v->count + 1) * sizeof *v->names);
    v->values = must_resize(v->values, (v->count + 1) * sizeof *v->values);
    v->names[v->count] = must_copy(name);
    v->values[v->count++] = must_copy(value);
}

const char *variables_get(const variables *v, const char *name, size_t len) {
    for (size_t i = 0; i < v->count; i++) {
        if (strlen(v->names[i]) == len && memcmp(v->names[i], name, len) == 0)
            return v->values[i];
    }
    return NULL;
}

void variables_free(variables *v) {
    for (size_t i = 0; i < v->count; i++) {
        free(v->names[i]);
        free(v->values[i]);
    }
    free(v->names);
    free(v->values);
    *v = (variables){0};
}

static size_t name_len(const char *text) {
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) || text[len] == '_')
        len++;
    return len;
}

bool variables_expand(const variables *v, const char *text, buffer *out) {
    while (*text) {
        size_t len = *text == '$' ? name_len(text + 1) : 0;
        const char *value = len ? variables_get(v, text + 1, len) : NULL;
        if (len && !value)
            return false;
        if (value)
            buffer_puts(out, value);
        else
            buffer_putc(out, *text);
        text += len + 1;
    }
    return true;
}

/* ---- words ---- */

/* The word at `*at`, which moves behind it; false at the end. */
static bool next_word(const char **at, buffer *word) {
    size_t len = strcspn(*at, " ");
    buffer_clear(word);
    if (!**at)
        return false;
    buffer_add(word, *at, len);
    *at += len + ((*at)[len] == ' ');
    return true;
}

static bool word_matches(const char *expected, const char *word, variables *v) {
    size_t len = expected[0] == '$' ? name_len(expected + 1) : 0;
    if (strcmp(expected, "_") == 0)
        return true;
    if (len && !expected[1 + len] && !variables_get(v, expected + 1, len)) {
        variables_set(v, expected + 1, word);
        return true;
    }
    buffer text = {0};
    bool same = variables_expand(v, expected, &text) &&
                strcmp(buffer_text(&text), word) == 0;
    buffer_free(&text);
    return same;
}

static bool ok_matches(const answer *a, const char *rest, variables *v) {
    buffer word = {0};
    bool good = true;
    for (size_t i = 0; good && i < a->words.count; i++)
        good = next_word(&rest, &word) &&
               word_matches(a->words.items[i], word.data, v);
    buffer_free(&word);
    return good && (a->more || !*rest);
}

/* The text of x:HEX; false if it is not that. */
static bool message_text(const char *word, buffer *out) {
    return strncmp(word, "x:", 2) == 0 &&
           buffer_unhex(out, word + 2, strlen(word + 2));
}

static bool message_matches(const answer *a, const char *word,
                            const variables *v) {
    buffer message = {0}, expected = {0};
    bool good = message_text(word, &message) &&
                variables_expand(v, a->message, &expected);
    if (good && a->begins)
        good = strncmp(buffer_text(&message), buffer_text(&expected),
                       expected.len) == 0;
    else if (good)
        good = strcmp(buffer_text(&message), buffer_text(&expected)) == 0;
    buffer_free(&message);
    buffer_free(&expected);
    return good;
}

static bool err_matches(const answer *a, const char *rest, const variables *v) {
    buffer word = {0};
    bool good = next_word(&rest, &word) && strcmp(word.data, a->klass) == 0;
    if (good && a->message)
        good = next_word(&rest, &word) && message_matches(a, word.data, v);
    buffer_free(&word);
    return good;
}

bool answer_matches(const answer *a, const char *body, variables *v) {
    buffer word = {0};
    const char *rest = body;
    bool good = next_word(&rest, &word);
    if (good && a->kind == ANSWER_OK)
        good = strcmp(word.data, "ok") == 0 && ok_matches(a, rest, v);
    else if (good && a->kind == ANSWER_ERR)
        good = strcmp(word.data, "err") == 0 && err_matches(a, rest, v);
    else
        good = false;
    buffer_free(&word);
    return good;
}

void reply_for_people(const char *body, buffer *out) {
    buffer word = {0}, text = {0};
    const char *rest = body;
    bool err = strncmp(body, "err ", 4) == 0;
    while (next_word(&rest, &word)) {
        if (out->len)
            buffer_putc(out, ' ');
        buffer_clear(&text);
        if (err && message_text(word.data, &text))
            buffer_printf(out, "\"%s\"", buffer_text(&text));
        else if (word.len > 200)
            buffer_printf(out, "%.200s... (%zu characters)", word.data,
                          word.len);
        else
            buffer_puts(out, word.data);
    }
    buffer_free(&word);
    buffer_free(&text);
}
