/* scenario_words.c  The words of a step as the protocol writes them. See
 * scenario.h. */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

enum { REPEATED_MAX = 1000, BYTES_MAX = 1 << 22 };

static void keep(const buffer *word, strings *out, strings *pool) {
    char *copy = must_copy(buffer_text(word));
    strings_add(pool, copy);
    strings_add(out, copy);
}

static bool unescape(const char **at, buffer *out) {
    static const char from[] = "n0\"\\rt";
    static const char to[] = "\n\0\"\\\r\t";
    const char *pos = *at + 1;
    if (*pos == 'x') {
        *at = pos + 3;
        return pos[1] && pos[2] && buffer_unhex(out, pos + 1, 2);
    }
    const char *found = *pos ? strchr(from, *pos) : NULL;
    if (!found)
        return false;
    buffer_putc(out, to[found - from]);
    *at = pos + 1;
    return true;
}

bool quoted_text(const char *word, buffer *out, const char **end) {
    const char *at = word + 1;
    if (word[0] != '"')
        return false;
    while (*at && *at != '"') {
        if (*at == '\\') {
            if (!unescape(&at, out))
                return false;
        } else {
            buffer_putc(out, *at++);
        }
    }
    *end = at + 1;
    return *at == '"';
}

/* *COUNT, to the end of the word: the count, or -1. */
static long times(const char *star, long max) {
    char *end;
    if (star[0] != '*' || !star[1] || strchr("+- ", star[1]))
        return -1;
    long count = strtol(star + 1, &end, 10);
    return !*end && count <= max ? count : -1;
}

/* x"text" or x"text"*COUNT */
static bool add_bytes(const char *word, buffer *to) {
    buffer text = {0};
    const char *end = NULL;
    bool good = quoted_text(word + 1, &text, &end);
    long count = good && *end ? times(end, BYTES_MAX) : 1;
    good = good && count >= 0 && text.len * (size_t)count <= BYTES_MAX;
    buffer_puts(to, "x:");
    for (long i = 0; good && i < count; i++)
        buffer_hex(to, buffer_text(&text), text.len);
    buffer_free(&text);
    return good;
}

static bool is_number(const char *word) {
    const char *digits = word + (word[0] == '-');
    return digits[0] && !digits[strspn(digits, "0123456789")] &&
           strlen(digits) < 19;
}

static void add_number(const char *word, buffer *to) {
    long long n = strtoll(word, NULL, 10);
    buffer_printf(to, "i%s%llx", n < 0 ? "-" : "",
                  (unsigned long long)(n < 0 ? -n : n));
}

/* NAME*COUNT: the count, or -1 if the word is no such thing. */
static long repeated(const char *word) {
    const char *star = strchr(word, '*');
    return !star || star == word ? -1 : times(star, REPEATED_MAX);
}

static bool add_word(const char *word, strings *out, strings *pool,
                     buffer *why) {
    buffer text = {0};
    bool bytes = word[0] == 'x' && word[1] == '"';
    long count = bytes ? -1 : repeated(word);
    bool good = true;
    if (bytes) {
        good = add_bytes(word, &text);
        if (!good)
            buffer_printf(why, "%s: not bytes in quotes", word);
    } else if (is_number(word)) {
        add_number(word, &text);
    } else if (count < 0) {
        buffer_puts(&text, word);
    }
    for (long i = 0; i < count; i++) {
        buffer_clear(&text);
        buffer_printf(&text, "%.*s%ld", (int)strcspn(word, "*"), word, i);
        keep(&text, out, pool);
    }
    if (good && count < 0)
        keep(&text, out, pool);
    buffer_free(&text);
    return good;
}

/* How long the word at `s` is; blanks between quotes belong to it. */
static size_t word_len(const char *s) {
    bool quoted = false;
    size_t i = 0;
    for (; s[i] && (quoted || (s[i] != ' ' && s[i] != '\t')); i++) {
        if (s[i] == '"')
            quoted = !quoted;
        else if (quoted && s[i] == '\\' && s[i + 1])
            i++;
    }
    return i;
}

bool words_split(const char *line, bool convert, strings *out, strings *pool,
                 buffer *why) {
    bool good = true;
    while (good && *(line += strspn(line, " \t"))) {
        size_t len = word_len(line);
        buffer word = {0};
        buffer_add(&word, line, len);
        if (convert)
            good = add_word(word.data, out, pool, why);
        else
            keep(&word, out, pool);
        buffer_free(&word);
        line += len;
    }
    return good;
}
