/* canon.c  Tokens of canonical text, and expanding references. See canon.h. */
#include "canon.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A value that names all others a few times is not worth writing out. */
#define EXPAND_MAX_LEN ((size_t)64 << 20)

static token_kind kind_of_char(char c) {
    switch (c) {
    case ')': return TOKEN_CLOSE;
    case ',': return TOKEN_COMMA;
    case '=': return TOKEN_EQUALS;
    case ';': return TOKEN_SEMICOLON;
    default: return TOKEN_ATOM;
    }
}

token canon_next(const char **pos, const char *end) {
    const char *p = *pos;
    token t = {TOKEN_END, p, 0};
    if (p >= end)
        return t;
    t.kind = kind_of_char(*p);
    if (t.kind != TOKEN_ATOM) {
        t.len = 1;
        *pos = p + 1;
        return t;
    }
    while (p < end && *p != '(' && kind_of_char(*p) == TOKEN_ATOM)
        p++;
    if (p < end && *p == '(') {
        t.kind = TOKEN_OPEN;
        p++;
    }
    t.len = (size_t)(p - t.text);
    *pos = p;
    return t;
}

bool canon_is_numbered(const token *t, char next) {
    switch (t->text[0]) {
    case 't': return t->kind == TOKEN_OPEN && next != ')';
    case 'l':
    case 'd':
    case 'S':
    case 'z':
    case 'n':
    case 'o':
    case 'x': return t->kind == TOKEN_OPEN;
    case 'B':
    case 'r':
    case 'w':
    case 'R':
    case 'W': return t->kind == TOKEN_ATOM;
    default: return false;
    }
}

/* ---- expanding ---- */

typedef struct node {
    size_t start;
    size_t end; /* 0 while it is open */
} node;

typedef struct reference {
    size_t at;
    size_t len;
    size_t target; /* index of a node */
} reference;

/* An open parenthesis. In a set each element has numbers of its own: the
 * nodes of `order` from `base` on count, and the outer base is kept. */
typedef struct level {
    size_t node; /* SIZE_MAX: not numbered */
    size_t outer_base;
    bool restarts;
} level;

typedef struct scan {
    node *nodes;
    size_t node_count, node_cap;
    reference *refs;
    size_t ref_count, ref_cap;
    size_t *order; /* numbers in force: order[base + N] is node N */
    size_t order_count, order_cap;
    size_t base;
    level *levels;
    size_t depth, level_cap;
} scan;

#define PUSH(array, count, cap)                                                \
    do {                                                                       \
        if ((count) == (cap)) {                                                \
            (cap) = (cap) ? (cap)*2 : 16;                                      \
            (array) = must_resize((array), (cap) * sizeof *(array));           \
        }                                                                      \
        (count)++;                                                             \
    } while (0)

static size_t add_node(scan *s, size_t start, size_t end) {
    PUSH(s->nodes, s->node_count, s->node_cap);
    s->nodes[s->node_count - 1] = (node){start, end};
    PUSH(s->order, s->order_count, s->order_cap);
    s->order[s->order_count - 1] = s->node_count - 1;
    return s->node_count - 1;
}

static void open_level(scan *s, size_t node_index, bool restarts) {
    PUSH(s->levels, s->depth, s->level_cap);
    s->levels[s->depth - 1] = (level){node_index, s->base, restarts};
    if (restarts)
        s->base = s->order_count;
}

/* The numbers of a set's element end with it. */
static void end_element(scan *s) {
    if (s->depth && s->levels[s->depth - 1].restarts)
        s->order_count = s->base;
}

static bool close_level(scan *s, size_t end) {
    if (!s->depth)
        return false;
    end_element(s);
    const level *l = &s->levels[--s->depth];
    if (l->node != SIZE_MAX)
        s->nodes[l->node].end = end;
    s->base = l->outer_base;
    return true;
}

static expansion add_reference(scan *s, const token *t, size_t at) {
    size_t n = 0;
    for (size_t i = 1; i < t->len; i++) {
        if (t->text[i] < '0' || t->text[i] > '9' || n > SIZE_MAX / 16)
            return EXPAND_BAD;
        n = n * 10 + (size_t)(t->text[i] - '0');
    }
    if (t->len < 2 || n >= s->order_count - s->base)
        return EXPAND_BAD;
    size_t target = s->order[s->base + n];
    if (!s->nodes[target].end)
        return EXPAND_CYCLIC;
    PUSH(s->refs, s->ref_count, s->ref_cap);
    s->refs[s->ref_count - 1] = (reference){at, t->len, target};
    return EXPAND_OK;
}

static expansion scan_atom(scan *s, const token *t, size_t at) {
    if (t->text[0] == '*')
        return add_reference(s, t, at);
    if (t->text[0] == '^')
        return EXPAND_CYCLIC;
    if (canon_is_numbered(t, 0))
        add_node(s, at, at + t->len);
    return EXPAND_OK;
}

static expansion scan_text(scan *s, const char *text, size_t len, bool dump) {
    const char *pos = text, *end = text + len;
    for (;;) {
        token t = canon_next(&pos, end);
        size_t at = (size_t)(t.text - text);
        expansion result = EXPAND_OK;
        if (t.kind == TOKEN_END)
            return s->depth ? EXPAND_BAD : EXPAND_OK;
        if (t.kind == TOKEN_OPEN) {
            bool numbered = canon_is_numbered(&t, pos < end ? *pos : 0);
            bool set = t.text[0] == 'S' || t.text[0] == 'z';
            open_level(s, numbered ? add_node(s, at, 0) : SIZE_MAX,
                       set && !dump);
        } else if (t.kind == TOKEN_CLOSE) {
            result = close_level(s, (size_t)(pos - text)) ? result : EXPAND_BAD;
        } else if (t.kind == TOKEN_COMMA) {
            end_element(s);
        } else if (t.kind == TOKEN_ATOM) {
            result = scan_atom(s, &t, at);
        }
        if (result != EXPAND_OK)
            return result;
    }
}

static size_t first_reference_from(const scan *s, size_t at) {
    size_t low = 0, high = s->ref_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->refs[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Copies ranges of the text; a reference interrupts one for its target's. */
static expansion write_expanded(const scan *s, const char *text, size_t len,
                                buffer *out) {
    node *todo = NULL;
    size_t count = 0, cap = 0, limit = out->len + EXPAND_MAX_LEN;
    PUSH(todo, count, cap);
    todo[0] = (node){0, len};
    while (count && out->len <= limit) {
        node *top = &todo[count - 1];
        size_t r = first_reference_from(s, top->start);
        if (r == s->ref_count || s->refs[r].at >= top->end) {
            buffer_add(out, text + top->start, top->end - top->start);
            count--;
            continue;
        }
        buffer_add(out, text + top->start, s->refs[r].at - top->start);
        top->start = s->refs[r].at + s->refs[r].len;
        PUSH(todo, count, cap);
        todo[count - 1] = s->nodes[s->refs[r].target];
    }
    free(todo);
    return count ? EXPAND_TOO_LARGE : EXPAND_OK;
}

expansion canon_expand(const char *text, size_t len, bool dump, buffer *out) {
    scan s = {0};
    expansion result = EXPAND_OK;
    if (!memchr(text, '*', len) && !memchr(text, '^', len)) {
        buffer_add(out, text, len);
        return EXPAND_OK;
    }
    result = scan_text(&s, text, len, dump);
    if (result == EXPAND_OK)
        result = write_expanded(&s, text, len, out);
    free(s.nodes);
    free(s.refs);
    free(s.order);
    free(s.levels);
    return result;
}
