/* disasm.c  See disasm.h. Opcodes come from the library's pickletools. */
#include "disasm.h"

#include <pickleproof/pickletools.h>
#include <string.h>

enum { BEFORE = 5, AFTER = 6, COLUMN = 36, ARGUMENT = 60 };

typedef struct reader {
    const uint8_t *data;
    size_t len;
    pickle_genops *ops; /* NULL when out of memory */
    pickle_genop op;
    bool more;
} reader;

static void reader_next(reader *r) {
    r->more = r->ops && pickle_genops_next(r->ops, &r->op);
}

static void reader_start(reader *r, const void *data, size_t len) {
    *r = (reader){.data = data, .len = len};
    if (pickle_genops_new(data, len, NULL, &r->ops, NULL) != PICKLE_OK)
        r->ops = NULL;
    reader_next(r);
}

static void reader_end(reader *r) {
    pickle_genops_free(r->ops);
}

/* Cut at `width` characters: UTF-8 is never cut inside one. */
static void add_cut(buffer *out, const char *text, size_t len, size_t width) {
    size_t shown = 0, i = 0;
    while (i < len && shown < width) {
        i++;
        while (i < len && ((unsigned char)text[i] & 0xc0) == 0x80)
            i++;
        shown++;
    }
    buffer_add(out, text, i);
    if (i < len)
        buffer_puts(out, "...");
}

static void add_argument(const pickle_genop *op, size_t width, buffer *out) {
    pickle_bytes_buffer text = {0};
    pickle_genop shown = *op;
    /* The repr of a long argument is not worth making: it will be cut. */
    if (shown.arg.len > 4 * width && shown.arg.kind != PICKLE_ARG_BIGINT)
        shown.arg.len = 4 * width;
    if (shown.arg.kind == PICKLE_ARG_BIGINT && shown.arg.len > 100)
        buffer_printf(out, " <int of %zu bytes>", shown.arg.len);
    else if (pickle_genop_repr(&shown, 0, &text, NULL) == PICKLE_OK &&
             text.len) {
        buffer_putc(out, ' ');
        add_cut(out, (const char *)text.data, text.len, width);
    }
    pickle_bytes_buffer_deinit(&text);
}

/* The line of the opcode a reader stands at, or of what is wrong there. */
static void add_line(const reader *r, size_t width, buffer *out) {
    if (r->more) {
        buffer_printf(out, "%zu: %s", r->op.offset, r->op.info->name);
        add_argument(&r->op, width, out);
        return;
    }
    if (!r->ops)
        return;
    size_t at = pickle_genops_offset(r->ops);
    const char *wrong = pickle_genops_message(r->ops, NULL);
    if (wrong[0]) {
        buffer_printf(out, "%zu: not a pickle: ", at);
        add_cut(out, wrong, strlen(wrong), width);
    } else if (at < r->len) {
        buffer_printf(out, "%zu: %zu bytes follow", at, r->len - at);
    }
}

void disasm_print(const void *data, size_t len, size_t max_lines,
                  const char *indent, buffer *out) {
    reader r;
    reader_start(&r, data, len);
    for (size_t i = 0; i < max_lines; i++) {
        size_t before = out->len;
        buffer_puts(out, indent);
        size_t start = out->len;
        add_line(&r, ARGUMENT, out);
        if (out->len == start)
            out->len = before; /* nothing left to say */
        else
            buffer_putc(out, '\n');
        if (!r.more)
            break;
        reader_next(&r);
    }
    if (r.more)
        buffer_printf(out, "%s... up to %zu\n", indent, len);
    reader_end(&r);
}

/* ---- side by side ---- */

static bool is_frame(const reader *r) {
    return strcmp(r->op.info->name, "FRAME") == 0;
}

/* A frame's length follows from what is in it, so it is not what a person looks
 * for as long as anything else differs. */
static bool same_op(const reader *a, const reader *b, bool frames) {
    if (!a->more || !b->more)
        return !a->more && !b->more && a->len == b->len;
    if (!frames && is_frame(a) && is_frame(b))
        return true;
    return a->op.len == b->op.len &&
           memcmp(a->data + a->op.offset, b->data + b->op.offset, a->op.len) ==
               0;
}

static size_t columns_of(const char *text) {
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void add_row(const reader *a, const reader *b, bool differs,
                    buffer *out) {
    buffer left = {0}, right = {0};
    add_line(a, COLUMN - 18, &left);
    add_line(b, COLUMN - 18, &right);
    if (left.len || right.len) {
        size_t width = columns_of(buffer_text(&left));
        buffer_printf(out, "  %c %s", differs ? '>' : ' ', buffer_text(&left));
        if (right.len) {
            buffer_fill(out, ' ', width < COLUMN ? COLUMN - width : 1);
            buffer_printf(out, "%c %s", differs ? '>' : ' ',
                          buffer_text(&right));
        }
        buffer_putc(out, '\n');
    }
    buffer_free(&left);
    buffer_free(&right);
}

/* How many opcodes are equal before the first that is not; *differ tells
 * whether there is one. */
static size_t common_ops(const void *expected, size_t expected_len,
                         const void *actual, size_t actual_len, bool frames,
                         bool *differ) {
    reader a, b;
    size_t n = 0;
    reader_start(&a, expected, expected_len);
    reader_start(&b, actual, actual_len);
    while (a.more && b.more && same_op(&a, &b, frames)) {
        n++;
        reader_next(&a);
        reader_next(&b);
    }
    *differ = a.more || b.more || !same_op(&a, &b, frames);
    reader_end(&a);
    reader_end(&b);
    return n;
}

void disasm_compare(const void *expected, size_t expected_len,
                    const void *actual, size_t actual_len, buffer *out) {
    bool differ;
    size_t common =
        common_ops(expected, expected_len, actual, actual_len, false, &differ);
    if (!differ)
        common = common_ops(expected, expected_len, actual, actual_len, true,
                            &differ);
    reader a, b;
    reader_start(&a, expected, expected_len);
    reader_start(&b, actual, actual_len);
    buffer_printf(out, "    expected, %zu bytes", expected_len);
    size_t head = columns_of(strrchr(out->data, '\n') ? strrchr(out->data, '\n')
                                                      : out->data);
    buffer_fill(out, ' ', head < COLUMN + 5 ? COLUMN + 5 - head : 1);
    buffer_printf(out, "  actual, %zu bytes\n", actual_len);
    for (size_t i = 0; i < common + AFTER && (a.more || b.more || i <= common);
         i++) {
        if (i + BEFORE >= common)
            add_row(&a, &b, i == common, out);
        if (!a.more && !b.more)
            break;
        reader_next(&a);
        reader_next(&b);
    }
    reader_end(&a);
    reader_end(&b);
}
