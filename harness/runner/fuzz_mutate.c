/* fuzz_mutate.c  Recorded pickles, changed by somebody who knows opcodes. */
#include <pickleproof/pickletools.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* ---- pieces ---- */

static fuzz_piece any_piece(fuzz_random *r, const buffer *data) {
    fuzz_pieces p = {0};
    fuzz_piece found = {0, 0};
    fuzz_scan(buffer_text(data), data->len, &p);
    if (p.count)
        found = p.items[fuzz_below(r, p.count)];
    fuzz_pieces_free(&p);
    return found;
}

/* A piece of this layout; len 0 if there is none. */
static fuzz_piece piece_of(fuzz_random *r, const buffer *data,
                           fuzz_layout layout) {
    fuzz_pieces p = {0};
    fuzz_piece found = {0, 0};
    size_t seen = 0, size;
    fuzz_scan(buffer_text(data), data->len, &p);
    for (size_t i = 0; i < p.count; i++) {
        uint8_t code = (uint8_t)data->data[p.items[i].at];
        if (fuzz_layout_of(code, &size) == layout && p.items[i].len > 1 &&
            fuzz_below(r, ++seen) == 0)
            found = p.items[i];
    }
    fuzz_pieces_free(&p);
    return found;
}

/* Put `with[len]` in the place of a piece. */
static void replace(buffer *data, fuzz_piece p, const char *with, size_t len) {
    buffer made = {0};
    const char *old = buffer_text(data);
    buffer_add(&made, old, p.at);
    buffer_add(&made, with, len);
    buffer_add(&made, old + p.at + p.len, data->len - p.at - p.len);
    buffer_free(data);
    *data = made;
}

static void insert(buffer *data, size_t at, const char *what, size_t len) {
    replace(data, (fuzz_piece){at, 0}, what, len);
}

/* ---- opcodes moved about ---- */

static void swap_opcodes(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece x = any_piece(r, data), y = any_piece(r, data);
    (void)other;
    if (x.at > y.at) {
        fuzz_piece z = x;
        x = y;
        y = z;
    }
    if (x.at == y.at)
        return;
    char *first = must_copy_len(data->data + x.at, x.len);
    char *second = must_copy_len(data->data + y.at, y.len);
    replace(data, y, first, x.len);
    replace(data, x, second, y.len);
    free(first);
    free(second);
}

static void duplicate_opcode(fuzz_random *r, buffer *data,
                             const buffer *other) {
    fuzz_piece x = any_piece(r, data), to = any_piece(r, data);
    (void)other;
    char *copy = must_copy_len(buffer_text(data) + x.at, x.len);
    insert(data, fuzz_chance(r, 50) ? x.at : to.at, copy, x.len);
    free(copy);
}

static void delete_opcode(fuzz_random *r, buffer *data, const buffer *other) {
    (void)other;
    replace(data, any_piece(r, data), "", 0);
}

static void cut_short(fuzz_random *r, buffer *data, const buffer *other) {
    (void)other;
    if (data->len) {
        data->len = fuzz_below(r, data->len);
        data->data[data->len] = '\0';
    }
}

static void splice(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece from = any_piece(r, other);
    fuzz_piece at = any_piece(r, data);
    replace(data, (fuzz_piece){at.at, data->len - at.at},
            buffer_text(other) + from.at, other->len - from.at);
}

/* A few opcodes of another pickle in the middle of this one. */
static void graft(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece from = any_piece(r, other), last = any_piece(r, other);
    size_t end =
        last.at + last.len > from.at ? last.at + last.len : from.at + from.len;
    insert(data, any_piece(r, data).at, buffer_text(other) + from.at,
           end - from.at);
}

static void insert_opcode(fuzz_random *r, buffer *data, const buffer *other) {
    buffer made = {0};
    uint8_t code;
    (void)other;
    do
        code = (uint8_t)fuzz_below(r, 256);
    while (!pickle_opcode_get(code));
    fuzz_opcode(r, code, &made);
    insert(data, any_piece(r, data).at, buffer_text(&made), made.len);
    buffer_free(&made);
}

/* Another opcode before the same argument. */
static void rename_opcode(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece x = any_piece(r, data);
    size_t size, new_size;
    (void)other;
    if (!x.len)
        return;
    fuzz_layout layout = fuzz_layout_of((uint8_t)data->data[x.at], &size);
    for (int i = 0; i < 200; i++) {
        uint8_t code = (uint8_t)fuzz_below(r, 256);
        if (pickle_opcode_get(code) &&
            fuzz_layout_of(code, &new_size) == layout && new_size == size) {
            data->data[x.at] = (char)code;
            return;
        }
    }
}

/* ---- memo, protocol, frames ---- */

static bool is_memo_opcode(uint8_t code) {
    return code && strchr("ghjpqr", code) != NULL;
}

static void renumber_memo(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_pieces p = {0};
    size_t seen = 0;
    fuzz_piece x = {0, 0};
    (void)other;
    fuzz_scan(buffer_text(data), data->len, &p);
    for (size_t i = 0; i < p.count; i++) {
        if (is_memo_opcode((uint8_t)data->data[p.items[i].at]) &&
            fuzz_below(r, ++seen) == 0)
            x = p.items[i];
    }
    fuzz_pieces_free(&p);
    if (x.len < 2)
        return;
    if (strchr("gp", data->data[x.at])) {
        buffer line = {0};
        buffer_printf(&line, "%zu\n", fuzz_small(r, 300));
        replace(data, (fuzz_piece){x.at + 1, x.len - 1}, line.data, line.len);
        buffer_free(&line);
    } else {
        int by = fuzz_chance(r, 50) ? 1 : -1;
        data->data[x.at + 1] =
            (char)(fuzz_chance(r, 70) ? data->data[x.at + 1] + by
                                      : (int)fuzz_below(r, 256));
    }
}

static void relabel_protocol(fuzz_random *r, buffer *data,
                             const buffer *other) {
    const char *text = buffer_text(data);
    bool there = data->len > 1 && text[0] == '\x80';
    char label[2] = {'\x80', (char)fuzz_below(r, fuzz_chance(r, 90) ? 6 : 256)};
    (void)other;
    if (there && fuzz_chance(r, 30))
        replace(data, (fuzz_piece){0, 2}, "", 0);
    else if (there && fuzz_chance(r, 70))
        data->data[1] = label[1];
    else
        insert(data, fuzz_chance(r, 70) ? 0 : any_piece(r, data).at, label, 2);
}

static void put_size(char *to, size_t size, uint64_t n) {
    for (size_t i = 0; i < size; i++)
        to[i] = (char)(n >> 8 * i & 0xff);
}

/* A frame over some opcodes, right or one off; or an old one taken away. */
static void reframe(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece from = any_piece(r, data), last = any_piece(r, data);
    (void)other;
    if (from.len == 9 && data->data[from.at] == '\x95' && fuzz_chance(r, 50)) {
        replace(data, from, "", 0);
        return;
    }
    size_t end = last.at + last.len > from.at ? last.at + last.len : data->len;
    uint64_t len = end - from.at;
    if (fuzz_chance(r, 40))
        len += fuzz_below(r, 5);
    if (fuzz_chance(r, 20) && len > 4)
        len -= 1 + fuzz_below(r, 4);
    char head[9] = {'\x95'};
    put_size(head + 1, 8, len);
    insert(data, from.at, head, 9);
}

/* ---- arguments ---- */

static uint64_t get_size(const char *from, size_t size) {
    uint64_t n = 0;
    for (size_t i = size; i-- > 0;)
        n = n << 8 | (uint8_t)from[i];
    return n;
}

static void change_length(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece x = piece_of(r, data, FUZZ_COUNTED);
    size_t size;
    (void)other;
    if (!x.len)
        return;
    fuzz_layout_of((uint8_t)data->data[x.at], &size);
    if (x.len < 1 + size)
        return;
    uint64_t n = get_size(data->data + x.at + 1, size);
    switch (fuzz_below(r, 6)) {
    case 0: n = 0; break;
    case 1: n = UINT64_MAX; break;
    case 2: n += 1 + fuzz_below(r, 4); break;
    case 3: n -= 1 + fuzz_below(r, 4); break;
    case 4: n = UINT64_C(1) << (8 * size - 1); break;
    default: n--; break;
    }
    put_size(data->data + x.at + 1, size, n);
}

static void extreme_argument(fuzz_random *r, buffer *data,
                             const buffer *other) {
    static const char bytes[] = {0, 1, '\x7f', '\x80', '\xff'};
    fuzz_piece x = piece_of(r, data, FUZZ_FIXED);
    (void)other;
    if (!x.len)
        return;
    if (fuzz_chance(r, 30))
        memset(data->data + x.at + 1, bytes[fuzz_below(r, 5)], x.len - 1);
    else
        data->data[x.at + 1 + fuzz_below(r, x.len - 1)] =
            bytes[fuzz_below(r, 5)];
}

/* The argument of an opcode made anew: odd numbers, escapes, encodings. */
static void new_argument(fuzz_random *r, buffer *data, const buffer *other) {
    fuzz_piece x =
        piece_of(r, data, fuzz_chance(r, 60) ? FUZZ_LINES : FUZZ_COUNTED);
    buffer made = {0};
    (void)other;
    if (!x.len)
        return;
    fuzz_opcode(r, (uint8_t)data->data[x.at], &made);
    replace(data, x, buffer_text(&made), made.len);
    buffer_free(&made);
}

/* One byte of a payload or of a line. */
static void spoil_text(fuzz_random *r, buffer *data, const buffer *other) {
    static const char bytes[] = "\x80\xff\xed\xa0\xc0\xf0\0\\'\"\r \xe9_L";
    fuzz_piece x =
        piece_of(r, data, fuzz_chance(r, 50) ? FUZZ_LINES : FUZZ_COUNTED);
    size_t size;
    (void)other;
    if (!x.len)
        return;
    uint8_t code = (uint8_t)data->data[x.at];
    /* A changed name asks what is installed. */
    if (fuzz_layout_of(code, &size) == FUZZ_LINES && size == 2)
        return;
    size_t skip = fuzz_layout_of(code, &size) == FUZZ_COUNTED ? size : 0;
    if (x.len <= 1 + skip)
        return;
    size_t at = x.at + 1 + skip + fuzz_below(r, x.len - 1 - skip);
    char c = bytes[fuzz_below(r, sizeof bytes - 1)];
    if (fuzz_chance(r, 50))
        data->data[at] = c;
    else
        insert(data, at, &c, 1);
}

static void flip_byte(fuzz_random *r, buffer *data, const buffer *other) {
    (void)other;
    if (data->len)
        data->data[fuzz_below(r, data->len)] ^= (char)(1 << fuzz_below(r, 8));
}

const fuzz_mutator fuzz_mutators[] = {
    {"swap", swap_opcodes},
    {"duplicate", duplicate_opcode},
    {"delete", delete_opcode},
    {"truncate", cut_short},
    {"splice", splice},
    {"graft", graft},
    {"insert", insert_opcode},
    {"rename", rename_opcode},
    {"renumber", renumber_memo},
    {"relabel", relabel_protocol},
    {"reframe", reframe},
    {"length", change_length},
    {"extreme", extreme_argument},
    {"argument", new_argument},
    {"text", spoil_text},
    {"flip", flip_byte},
};
const size_t fuzz_mutator_count = sizeof fuzz_mutators / sizeof *fuzz_mutators;

/* ---- the case ---- */

static void change_keys(fuzz_random *r, fuzz_case *c) {
    static const char *const keys[] = {"",
                                       " enc=bytes",
                                       " enc=latin-1",
                                       " enc=utf-8",
                                       " enc=ASCII errors=ignore",
                                       " enc=ASCII errors=replace",
                                       " enc=ASCII errors=surrogateescape",
                                       " enc=utf-8 errors=replace",
                                       " enc=ASCII errors=backslashreplace",
                                       " fix_imports=0",
                                       " pid=1",
                                       " enc=utf-8 errors=surrogatepass",
                                       " enc=utf-8 errors=ignore"};
    buffer_clear(&c->keys);
    buffer_puts(&c->keys, FUZZ_PICK(r, keys));
}

void fuzz_mutate(fuzz_random *r, const fuzz_seeds *seeds, fuzz_case *c) {
    const fuzz_seed *from = &seeds->items[fuzz_below(r, seeds->count)];
    const fuzz_seed *other = &seeds->items[fuzz_below(r, seeds->count)];
    size_t changes = 1 + fuzz_small(r, 4);
    c->op = FUZZ_LOAD;
    buffer_add(&c->keys, buffer_text(&from->keys), from->keys.len);
    buffer_add(&c->data, buffer_text(&from->data), from->data.len);
    for (size_t i = 0; i < changes; i++) {
        size_t n = fuzz_below(r, fuzz_mutator_count);
        fuzz_mutators[n].change(r, &c->data, &other->data);
    }
    if (fuzz_chance(r, 10))
        change_keys(r, c);
}
