/* canon_diff.c  The first place where two values differ. See canon.h. */
#include <stdlib.h>
#include <string.h>

#include "canon.h"

typedef struct level {
    char letter;
    int section;
    size_t index;
    bool in_value; /* behind the "=" of an entry */
    const char *key;
    size_t key_len;
} level;

typedef struct walk {
    level *levels;
    size_t depth, cap;
} walk;

/* Whether the elements of the level are entries: key = value. */
static bool has_entries(const level *l) {
    return l->letter == 'd' ||
           ((l->letter == 'n' || l->letter == 'o') && l->section == 4);
}

static void enter(walk *w, const token *t, const char *behind) {
    if (w->depth == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 16;
        w->levels = must_resize(w->levels, w->cap * sizeof *w->levels);
    }
    w->levels[w->depth++] = (level){.letter = t->text[0], .key = behind};
}

static void step(walk *w, const token *t, const char *behind) {
    level *l = w->depth ? &w->levels[w->depth - 1] : NULL;
    if (t->kind == TOKEN_OPEN) {
        enter(w, t, behind);
        return;
    }
    if (!l)
        return;
    if (t->kind == TOKEN_CLOSE) {
        w->depth--;
    } else if (t->kind == TOKEN_COMMA || t->kind == TOKEN_SEMICOLON) {
        l->index = t->kind == TOKEN_COMMA ? l->index + 1 : 0;
        l->section += t->kind == TOKEN_SEMICOLON;
        l->in_value = false;
        l->key = behind;
    } else if (t->kind == TOKEN_EQUALS && has_entries(l)) {
        l->in_value = true;
        l->key_len = (size_t)(t->text - l->key);
    }
}

static void write_entry(const level *l, buffer *path) {
    if (!l->in_value) {
        buffer_printf(path, ".keys()[%zu]", l->index);
        return;
    }
    buffer_putc(path, '[');
    canon_print(l->key, l->key_len, 60, path);
    buffer_putc(path, ']');
}

static void write_part(const level *l, buffer *path) {
    static const char *const parts[][7] = {
        {".class", ".args", ".state", ".items", ".pairs", ".kwargs", ".base"},
        {".callable", ".args", ".state", ".items", ".pairs", ".setter", ".?"}};
    int section = l->section < 6 ? l->section : 6;
    buffer_puts(path, parts[l->letter == 'o'][section]);
    if (has_entries(l))
        write_entry(l, path);
    else if (section == 1 || section == 3 || (section == 2 && l->index > 0))
        buffer_printf(path, "[%zu]", l->index);
}

static void write_path(const walk *w, buffer *path) {
    enum { SHOWN = 40 }; /* levels: a path is for people */
    buffer_puts(path, "value");
    size_t from = w->depth > SHOWN ? w->depth - SHOWN : 0;
    if (from)
        buffer_printf(path, "<%zu levels down>", from);
    for (size_t i = from; i < w->depth; i++) {
        const level *l = &w->levels[i];
        switch (l->letter) {
        case 'd': write_entry(l, path); break;
        case 'n':
        case 'o': write_part(l, path); break;
        case 'p': buffer_puts(path, ".id"); break;
        case 'S':
        case 'z': buffer_printf(path, ".element[%zu]", l->index); break;
        default: buffer_printf(path, "[%zu]", l->index); break;
        }
    }
}

bool canon_differ(const char *expected, size_t expected_len, const char *actual,
                  size_t actual_len, difference *d) {
    const char *e = expected, *a = actual;
    const char *e_end = e + expected_len, *a_end = a + actual_len;
    walk w = {0};
    bool differ = false;
    for (;;) {
        token x = canon_next(&e, e_end);
        token y = canon_next(&a, a_end);
        if (x.kind != y.kind || x.len != y.len ||
            memcmp(x.text, y.text, x.len) != 0) {
            d->path = (buffer){0};
            write_path(&w, &d->path);
            d->expected_at = (size_t)(x.text - expected);
            d->actual_at = (size_t)(y.text - actual);
            differ = true;
            break;
        }
        if (x.kind == TOKEN_END)
            break;
        step(&w, &x, e);
    }
    free(w.levels);
    return differ;
}
