/* fuzz_minimise.c  ddmin: leave out ever smaller stretches of a case for as
 * long as it still shows its finding; opcodes first, then bytes. */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "fuzz.h"

enum { AT_ONCE = 32, BYTES_MOST = 256, SPANS_MOST = 2000 };

typedef struct minimising {
    fuzz_case *best;
    fuzz_keeps_fn keeps;
    void *ctx;
    size_t asked, most;
    bool stopped;
    fuzz_case candidates[AT_ONCE];
    bool kept[AT_ONCE];
    size_t count;
} minimising;

/* ---- asking ---- */

static buffer *add_candidate(minimising *m) {
    fuzz_case *c = &m->candidates[m->count++];
    fuzz_case_copy(c, m->best);
    return &c->data;
}

/* Ask what has gathered; the first that keeps the finding becomes the best.
 * Its number, or -1. */
static int settle(minimising *m) {
    int first = -1;
    if (!m->count || m->stopped)
        return -1;
    m->asked += m->count;
    memset(m->kept, 0, sizeof m->kept);
    if (!m->keeps(m->ctx, m->candidates, m->count, m->kept) ||
        m->asked > m->most)
        m->stopped = true;
    for (size_t i = 0; first < 0 && i < m->count; i++) {
        if (m->kept[i])
            first = (int)i;
    }
    if (first >= 0)
        fuzz_case_copy(m->best, &m->candidates[first]);
    m->count = 0;
    return first;
}

static void leave_out(buffer *data, size_t at, size_t len) {
    memmove(data->data + at, data->data + at + len, data->len - at - len);
    data->len -= len;
    data->data[data->len] = '\0';
}

/* ---- pickles ---- */

/* Half a name is a name that nobody has: another finding. */
static bool is_name(const buffer *data, fuzz_piece piece) {
    uint8_t code = (uint8_t)data->data[piece.at];
    size_t size;
    fuzz_layout layout = fuzz_layout_of(code, &size);
    if (layout == FUZZ_LINES)
        return size == 2;
    return layout == FUZZ_COUNTED && strchr("X\x8c\x8d", code) &&
           memchr(data->data, '\x93', data->len);
}

/* The stretches that can be left out: opcodes, or bytes. */
static size_t cut_points(const minimising *m, bool bytes, fuzz_pieces *p) {
    const buffer *data = &m->best->data;
    fuzz_scan(buffer_text(data), data->len, p);
    if (!bytes)
        return p->count;
    fuzz_pieces pieces = *p;
    *p = (fuzz_pieces){.items = must_calloc(data->len + 1, sizeof *p->items),
                       .cap = data->len + 1};
    for (size_t i = 0; i < pieces.count; i++) {
        fuzz_piece piece = pieces.items[i];
        if (is_name(data, piece)) {
            p->items[p->count++] = piece;
            continue;
        }
        for (size_t k = 0; k < piece.len; k++)
            p->items[p->count++] = (fuzz_piece){piece.at + k, 1};
    }
    fuzz_pieces_free(&pieces);
    return p->count;
}

/* One pass: stretches of `size` pieces, from the end to the front, so that what
 * is behind a fault goes first. */
static bool pass(minimising *m, bool bytes, size_t size) {
    fuzz_pieces p = {0};
    size_t end = cut_points(m, bytes, &p);
    bool shrunk = false;
    while (end > 0 && !m->stopped) {
        size_t ends[AT_ONCE];
        size_t e = end;
        while (e > 0 && m->count < AT_ONCE) {
            size_t start = e > size ? e - size : 0;
            size_t at = p.items[start].at;
            size_t to = p.items[e - 1].at + p.items[e - 1].len;
            ends[m->count] = start;
            leave_out(add_candidate(m), at, to - at);
            e = start;
        }
        int hit = settle(m);
        end = hit >= 0 ? ends[hit] : e;
        if (hit >= 0) {
            shrunk = true;
            size_t count = cut_points(m, bytes, &p);
            end = end < count ? end : count;
        }
    }
    fuzz_pieces_free(&p);
    return shrunk;
}

static void shrink_pickle(minimising *m) {
    bool again = true;
    while (again && !m->stopped) {
        fuzz_pieces p = {0};
        size_t count = cut_points(m, false, &p);
        fuzz_pieces_free(&p);
        again = false;
        for (size_t size = count / 2; size >= 1; size /= 2)
            again |= pass(m, false, size);
        if (m->best->data.len > BYTES_MOST)
            continue;
        for (size_t size = 4; size >= 1; size /= 2)
            again |= pass(m, true, size);
    }
}

/* ---- canonical text ---- */

/* The values of a text, each with what it spans; outer ones first. */
static void find_values(const buffer *text, fuzz_pieces *p) {
    const char *start = buffer_text(text), *pos = start;
    const char *end = start + text->len;
    size_t open[256], depth = 0;
    p->count = 0;
    for (token t; (t = canon_next(&pos, end)).kind != TOKEN_END;) {
        size_t at = (size_t)(t.text - start);
        if (t.kind == TOKEN_CLOSE && depth > 0) {
            depth--;
            if (depth < 256)
                p->items[open[depth]].len = at + 1 - p->items[open[depth]].at;
        }
        if (t.kind != TOKEN_ATOM && t.kind != TOKEN_OPEN)
            continue;
        if (p->count == p->cap) {
            p->cap = p->cap ? p->cap * 2 : 256;
            p->items = must_resize(p->items, p->cap * sizeof *p->items);
        }
        if (t.kind == TOKEN_OPEN && depth < 256)
            open[depth] = p->count;
        depth += t.kind == TOKEN_OPEN;
        p->items[p->count++] = (fuzz_piece){at, t.len};
    }
}

/* Leave a value out with its comma; a key with its value. */
static void drop_value(buffer *text, fuzz_piece v, const fuzz_pieces *p) {
    size_t end = v.at + v.len;
    if (text->data[end] == '=') {
        for (size_t i = 0; i < p->count; i++) {
            if (p->items[i].at == end + 1)
                end += 1 + p->items[i].len;
        }
    }
    if (text->data[end] == ',')
        end++;
    else if (v.at && text->data[v.at - 1] == ',')
        v.at--;
    leave_out(text, v.at, end - v.at);
}

static void put_value(buffer *text, fuzz_piece v, const char *with) {
    buffer made = {0};
    buffer_add(&made, text->data, v.at);
    buffer_puts(&made, with);
    buffer_add(&made, text->data + v.at + v.len, text->len - v.at - v.len);
    buffer_free(text);
    *text = made;
}

/* Whether `$1=` stands before a value. */
static bool is_labelled(const char *text, size_t at) {
    if (at < 2 || text[at - 1] != '=')
        return false;
    for (at--; at > 0 && !strchr("(,;=", text[at - 1]); at--)
        continue;
    return text[at] == '$';
}

/* Four ways to do with less of value `i`; false: this one is of no use. */
static bool try_value(minimising *m, const fuzz_pieces *p, size_t i, int way) {
    fuzz_piece v = p->items[i];
    const char *text = m->best->data.data;
    if (v.at + v.len > m->best->data.len)
        return false;
    if (way == 0 && i > 0) {
        buffer *data = add_candidate(m);
        leave_out(data, v.at + v.len, data->len - v.at - v.len);
        leave_out(data, 0, v.at);
    } else if (way == 1 && i > 0 && !is_labelled(text, v.at)) {
        drop_value(add_candidate(m), v, p);
    } else if (way == 2 && v.len > 2 && !strchr("g$", text[v.at]) &&
               text[v.at + v.len] != '=' && !is_labelled(text, v.at)) {
        put_value(add_candidate(m), v, "i7");
    } else if (way == 3 && v.len > 5 && strchr("ubiB", text[v.at])) {
        buffer *data = add_candidate(m);
        leave_out(data, v.at + 1 + v.len / 4 * 2, v.len - 1 - v.len / 4 * 2);
    } else {
        return false;
    }
    return true;
}

static void shrink_text(minimising *m) {
    fuzz_pieces p = {0};
    for (bool again = true; again && !m->stopped;) {
        again = false;
        for (int way = 0; way < 4 && !again; way++) {
            find_values(&m->best->data, &p);
            if (p.count > SPANS_MOST)
                p.count = SPANS_MOST;
            for (size_t i = 0; i < p.count && !again && !m->stopped; i++) {
                try_value(m, &p, i, way);
                if (m->count == AT_ONCE || i + 1 == p.count)
                    again = settle(m) >= 0;
            }
        }
    }
    fuzz_pieces_free(&p);
}

/* ---- the whole ---- */

/* Without its keys, then without each of them. */
static void shrink_keys(minimising *m) {
    const char *keys = buffer_text(&m->best->keys);
    if (!keys[0])
        return;
    add_candidate(m);
    buffer_clear(&m->candidates[m->count - 1].keys);
    for (const char *at = keys; at && m->count < AT_ONCE;
         at = strchr(at + 1, ' ')) {
        const char *end = strchr(at + 1, ' ');
        size_t from = (size_t)(at - keys);
        add_candidate(m);
        leave_out(&m->candidates[m->count - 1].keys, from,
                  end ? (size_t)(end - at) : strlen(at));
    }
    settle(m);
}

size_t fuzz_minimise(fuzz_case *c, size_t most, fuzz_keeps_fn keeps,
                     void *ctx) {
    minimising *m = must_calloc(1, sizeof *m);
    *m = (minimising){.best = c, .most = most, .keeps = keeps, .ctx = ctx};
    shrink_keys(m);
    if (c->op == FUZZ_DUMP)
        shrink_text(m);
    else
        shrink_pickle(m);
    size_t asked = m->asked;
    for (size_t i = 0; i < AT_ONCE; i++)
        fuzz_case_free(&m->candidates[i]);
    free(m);
    return asked;
}
