/* fuzz_scan.c  Cutting pickles into opcodes without judging them. */
#include <pickleproof/pickletools.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* ---- layouts ---- */

/* From pickletools' name of the argument: int4, unicodestring8, stringnl. */
static fuzz_layout layout_of_name(const char *name, size_t *size) {
    size_t len = strlen(name);
    *size = 0;
    if (!len)
        return FUZZ_PLAIN;
    if (strstr(name, "nl")) {
        *size = strstr(name, "pair") ? 2 : 1;
        return FUZZ_LINES;
    }
    *size = (size_t)(name[len - 1] - '0');
    return strncmp(name, "int", 3) == 0 || strncmp(name, "uint", 4) == 0 ||
                   strncmp(name, "float", 5) == 0
               ? FUZZ_FIXED
               : FUZZ_COUNTED;
}

fuzz_layout fuzz_layout_of(uint8_t code, size_t *size) {
    const pickle_opcode_info *info = pickle_opcode_get(code);
    return layout_of_name(info ? info->argument : "", size);
}

/* ---- pieces ---- */

static void add_piece(fuzz_pieces *p, size_t at, size_t len) {
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->items = must_resize(p->items, p->cap * sizeof *p->items);
    }
    p->items[p->count++] = (fuzz_piece){at, len};
}

static uint64_t little(const uint8_t *data, size_t size) {
    uint64_t n = 0;
    for (size_t i = size; i-- > 0;)
        n = n << 8 | data[i];
    return n;
}

/* Bytes of an argument, of which `left` are there. */
static size_t argument_len(uint8_t code, const uint8_t *data, size_t left) {
    size_t size, len = 0;
    switch (fuzz_layout_of(code, &size)) {
    case FUZZ_PLAIN: return 0;
    case FUZZ_FIXED: return size < left ? size : left;
    case FUZZ_COUNTED: {
        if (size > left)
            return left;
        uint64_t n = little(data, size);
        return n < left - size ? size + (size_t)n : left;
    }
    case FUZZ_LINES:
        for (; size && len < left; size--) {
            const uint8_t *end = memchr(data + len, '\n', left - len);
            len = end ? (size_t)(end - data) + 1 : left;
        }
        return len;
    }
    return 0;
}

void fuzz_scan(const void *data, size_t len, fuzz_pieces *p) {
    const uint8_t *bytes = data;
    p->count = 0;
    for (size_t at = 0; at < len;) {
        size_t n = 1 + argument_len(bytes[at], bytes + at + 1, len - at - 1);
        add_piece(p, at, n);
        at += n;
    }
}

void fuzz_pieces_free(fuzz_pieces *p) {
    free(p->items);
    *p = (fuzz_pieces){0};
}

const char *fuzz_opcode_at(const buffer *data, int64_t offset) {
    if (offset < 0 || (uint64_t)offset >= data->len)
        return "-";
    const pickle_opcode_info *info =
        pickle_opcode_get((uint8_t)data->data[offset]);
    return info ? info->name : "unknown";
}

/* ---- what is too much ---- */

/* Sizes between what is there and what no machine has; a memo index costs
 * CPython an array of twice as many entries. */
static bool is_reasonable_piece(const uint8_t *p, size_t len) {
    enum { SIZE_MOST = 1 << 16, INDEX_MOST = 1 << 16, DIGITS_MOST = 6 };
    size_t size;
    fuzz_layout layout = fuzz_layout_of(p[0], &size);
    const pickle_opcode_info *info = pickle_opcode_get(p[0]);
    if (!info || len < 1 + (layout == FUZZ_LINES ? 0 : size))
        return true;
    if (strcmp(info->name, "LONG_BINPUT") == 0)
        return little(p + 1, 4) < INDEX_MOST;
    if (strcmp(info->name, "PUT") == 0)
        return len < 2 + DIGITS_MOST;
    uint64_t n = layout == FUZZ_COUNTED ? little(p + 1, size) : 0;
    if (n < SIZE_MOST)
        return true;
    /* A negative size, and one beyond any address. */
    return size == 4 ? strcmp(info->name, "LONG4") == 0 && n >> 31
                     : n >> 63 != 0;
}

bool fuzz_is_reasonable(const buffer *data) {
    const uint8_t *bytes = (const uint8_t *)buffer_text(data);
    fuzz_pieces p = {0};
    bool good = true;
    fuzz_scan(bytes, data->len, &p);
    for (size_t i = 0; good && i < p.count; i++)
        good = is_reasonable_piece(bytes + p.items[i].at, p.items[i].len);
    fuzz_pieces_free(&p);
    return good;
}
