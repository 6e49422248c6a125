/* testee.c  See testee.h. */
#include "testee.h"

#include <stdlib.h>
#include <string.h>

/* ---- hello ---- */

/* Cut "a,b,c" at its commas. */
static void split_list(strings *out, char *text) {
    while (*text) {
        size_t len = strcspn(text, ",");
        bool last = text[len] == '\0';
        text[len] = '\0';
        if (len)
            strings_add(out, text);
        text += len + !last;
    }
}

static void take_word(hello *h, char *word) {
    char *value = strchr(word, '=');
    if (!value)
        return;
    *value++ = '\0';
    if (strcmp(word, "name") == 0)
        h->name = value;
    else if (strcmp(word, "version") == 0)
        h->version = value;
    else if (strcmp(word, "lang") == 0)
        h->lang = value;
    else if (strcmp(word, "exe") == 0)
        h->exe = value;
    else if (strcmp(word, "ops") == 0)
        split_list(&h->ops, value);
    else if (strcmp(word, "caps") == 0)
        split_list(&h->caps, value);
    else if (strcmp(word, "profiles") == 0)
        split_list(&h->profiles, value);
    else if (strcmp(word, "window") == 0)
        h->window = atoi(value);
}

static char *next_word(char **pos) {
    char *word = *pos + strspn(*pos, " ");
    if (!*word)
        return NULL;
    size_t len = strcspn(word, " ");
    *pos = word + len;
    if (word[len]) {
        word[len] = '\0';
        (*pos)++;
    }
    return word;
}

bool hello_parse(hello *h, const char *line, size_t len, buffer *why) {
    *h = (hello){.line = must_copy_len(line, len),
                 .words = must_copy_len(line, len),
                 .name = "",
                 .version = "",
                 .lang = "",
                 .exe = "",
                 .window = 1};
    char *pos = h->words;
    const char *first = next_word(&pos);
    const char *second = next_word(&pos);
    if (!first || strcmp(first, "hello") != 0) {
        buffer_puts(why, "its first line is not a hello: ");
        buffer_add(why, line, len < 80 ? len : 80);
        return false;
    }
    if (!second || strcmp(second, PROTOCOL_NAME) != 0) {
        buffer_printf(why, "it speaks %s, not " PROTOCOL_NAME,
                      second ? second : "nothing");
        return false;
    }
    for (char *word; (word = next_word(&pos)) != NULL;)
        take_word(h, word);
    if (h->window < 1)
        h->window = 1;
    if (h->window > WINDOW_MAX)
        h->window = WINDOW_MAX;
    if (!h->name[0] || h->ops.count == 0) {
        buffer_puts(why, "its hello lacks name= or ops=");
        return false;
    }
    return true;
}

void hello_free(hello *h) {
    free(h->line);
    free(h->words);
    strings_free(&h->ops);
    strings_free(&h->caps);
    strings_free(&h->profiles);
    *h = (hello){0};
}

static bool has(const strings *list, const char *word) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], word) == 0)
            return true;
    }
    return false;
}

bool hello_has_op(const hello *h, const char *op) {
    return has(&h->ops, op);
}

bool hello_has_cap(const hello *h, const char *cap) {
    return has(&h->caps, cap);
}

/* ---- replies ---- */

static bool is_key(const char *word, const char *key, int64_t *to) {
    size_t len = strlen(key);
    if (strncmp(word, key, len) != 0 || word[len] != '=')
        return false;
    char *end;
    long long n = strtoll(word + len + 1, &end, 10);
    if (end != word + len + 1 && !*end)
        *to = n;
    return true;
}

/* key=value, as opposed to a value: canonical text has "=" only inside
 * parentheses. */
static bool is_unknown_key(const char *word) {
    size_t len = strcspn(word, "=(");
    return word[len] == '=';
}

static void add_result(reply *r, const char *word) {
    if (r->result_count == r->result_cap) {
        r->result_cap = r->result_cap ? r->result_cap * 2 : 8;
        r->results =
            must_resize(r->results, r->result_cap * sizeof *r->results);
    }
    r->results[r->result_count++] = word;
}

static bool read_kind(reply *r, const char *word, buffer *why) {
    if (word && strcmp(word, "ok") == 0)
        r->kind = REPLY_OK;
    else if (word && strcmp(word, "err") == 0)
        r->kind = REPLY_ERR;
    else if (word && strcmp(word, "na") == 0)
        r->kind = REPLY_NA;
    else {
        buffer_printf(why, "a reply says neither ok nor err nor na: %.80s",
                      word ? word : "(nothing)");
        return false;
    }
    return true;
}

bool reply_parse(reply *r, char *line, buffer *why) {
    char *pos = line;
    r->result_count = 0;
    r->word = r->message = r->text = NULL;
    r->used = r->offset = -1;
    if (!read_kind(r, next_word(&pos), why))
        return false;
    for (char *word; (word = next_word(&pos)) != NULL;) {
        if (strncmp(word, "text=", 5) == 0)
            r->text = word + 5;
        if (is_key(word, "used", &r->used) || is_key(word, "off", &r->offset) ||
            is_unknown_key(word))
            continue;
        if (r->kind == REPLY_OK)
            add_result(r, word);
        else if (!r->word)
            r->word = word;
        else if (strncmp(word, "x:", 2) == 0)
            r->message = word + 2;
    }
    if (r->kind == REPLY_OK && r->result_count == 0) {
        buffer_puts(why, "a reply says ok without a result (? for a value that "
                         "is not reported)");
        return false;
    }
    if (r->kind == REPLY_ERR && !r->word) {
        buffer_puts(why, "a reply says err without a class");
        return false;
    }
    return true;
}
