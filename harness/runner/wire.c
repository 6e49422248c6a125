/* wire.c  See wire.h. */
#include "wire.h"

#include <string.h>

#include "recipe.h"

enum { SHOWN = 72 }; /* characters of a word in one line */

/* ---- comparing ---- */

/* An exception: what stands behind the colon is its message. */
static size_t class_len(const char *word) {
    return word[0] == '!' ? strcspn(word, ":") : strlen(word);
}

static bool same_word(const char *expected, const char *actual, bool classes) {
    size_t len = class_len(expected);
    if (expected[0] == '!' && !classes)
        return actual[0] == '!';
    return len == class_len(actual) && memcmp(expected, actual, len) == 0;
}

static const char *reason_of(const char *expected, const char *actual) {
    if (expected[0] == '!')
        return actual[0] == '!' ? "raises another exception than CPython"
                                : "accepted, CPython raises an exception";
    if (actual[0] == '!')
        return "raises an exception, CPython does not";
    if (strncmp(expected, "x:", 2) == 0)
        return "other bytes than CPython's";
    if (strncmp(expected, "used:", 5) == 0)
        return "another number of bytes used than CPython's";
    return "another result than CPython's";
}

/* Words of the form are recipes; `scratch` is used again for each. */
static const char *word_of(const form *f, size_t i, buffer *scratch) {
    size_t len = 0;
    buffer_clear(scratch);
    const char *word = recipe_text(json_array_get(f->words, i), scratch, &len);
    return word ? word : "";
}

const char *wire_mismatch(const form *f, const reply *p, bool classes) {
    buffer scratch = {0};
    const char *why = NULL;
    if (p->kind == REPLY_ERR)
        return "answers err, where what happens is to be told";
    if (p->result_count != json_array_size(f->words))
        return "another number of results than CPython's";
    for (size_t i = 0; i < p->result_count && !why; i++) {
        const char *expected = word_of(f, i, &scratch);
        if (!same_word(expected, p->results[i], classes))
            why = reason_of(expected, p->results[i]);
    }
    buffer_free(&scratch);
    return why;
}

const char *wire_last_message(const reply *p) {
    for (size_t i = p->result_count; i > 0; i--) {
        const char *word = p->results[i - 1];
        size_t len = class_len(word);
        if (word[0] == '!')
            return word[len] ? word + len + 1 : NULL;
    }
    return NULL;
}

/* ---- showing ---- */

static void add_hex(const unsigned char *data, size_t len, buffer *out) {
    buffer_hex(out, data, len < SHOWN / 2 ? len : SHOWN / 2);
    if (len > SHOWN / 2)
        buffer_printf(out, "... (%zu bytes)", len);
}

static void add_printable(const unsigned char *data, size_t len, buffer *out) {
    for (size_t i = 0; i < len && i < SHOWN / 2; i++)
        buffer_putc(out,
                    data[i] >= ' ' && data[i] < 0x7f ? (char)data[i] : '.');
}

static size_t frame_len(const unsigned char *p, size_t left) {
    size_t len = 0;
    if (left < 4)
        return left;
    for (int i = 0; i < 4; i++)
        len = len << 8 | p[i];
    return len > left - 4 ? left : len + 4;
}

/* Each message on a line of its own: its header, its bytes, its text. */
void wire_print_messages(const char *hex, const char *indent, buffer *out) {
    buffer bytes = {0};
    buffer_unhex(&bytes, hex, strlen(hex));
    const unsigned char *p = (const unsigned char *)buffer_text(&bytes);
    size_t at = 0;
    if (bytes.len == 0)
        buffer_printf(out, "%snothing\n", indent);
    while (at < bytes.len) {
        size_t len = frame_len(p + at, bytes.len - at);
        size_t head = len < 4 ? len : 4;
        buffer_puts(out, indent);
        add_hex(p + at, head, out);
        buffer_putc(out, ' ');
        add_hex(p + at + head, len - head, out);
        buffer_puts(out, "  ");
        add_printable(p + at + head, len - head, out);
        buffer_putc(out, '\n');
        at += len;
    }
    buffer_free(&bytes);
}

static void add_exception(const char *word, buffer *out) {
    size_t len = class_len(word);
    buffer message = {0};
    buffer_puts(out, "raises ");
    buffer_add(out, word + 1, len - 1);
    if (word[len] &&
        buffer_unhex(&message, word + len + 1, strlen(word + len + 1)))
        buffer_printf(out, ": %s", buffer_text(&message));
    buffer_free(&message);
}

static void add_word(const char *title, const char *word, buffer *out) {
    size_t len = strlen(word);
    if (strncmp(word, "x:", 2) == 0) {
        buffer_printf(out, "%s%zu bytes written\n", title, len / 2 - 1);
        wire_print_messages(word + 2, "      ", out);
        return;
    }
    buffer_puts(out, title);
    if (word[0] == '!') {
        add_exception(word, out);
    } else {
        buffer_add(out, word, len < SHOWN ? len : SHOWN);
        if (len > SHOWN)
            buffer_printf(out, "... (%zu characters)", len);
    }
    buffer_putc(out, '\n');
}

/* Where two runs of hex part. */
static void add_difference(const char *expected, const char *actual,
                           buffer *out) {
    size_t at = 0;
    if (strncmp(expected, "x:", 2) != 0 || strncmp(actual, "x:", 2) != 0)
        return;
    expected += 2;
    actual += 2;
    while (expected[at] && expected[at] == actual[at])
        at++;
    at &= ~(size_t)1;
    buffer_printf(out,
                  "    first difference at byte %zu: expected %.16s, actual "
                  "%.16s\n",
                  at / 2, expected[at] ? expected + at : "the end",
                  actual[at] ? actual + at : "the end");
}

void wire_print(const form *f, const char *indent, buffer *out) {
    buffer scratch = {0};
    for (size_t i = 0; i < json_array_size(f->words); i++)
        add_word(indent, word_of(f, i, &scratch), out);
    if (f->words && f->message)
        buffer_printf(out, "%sthe last message: %s\n", indent, f->message);
    buffer_free(&scratch);
}

void wire_explain(const form *f, const reply *p, buffer *out) {
    buffer scratch = {0};
    size_t count = json_array_size(f->words);
    size_t most = count > p->result_count ? count : p->result_count;
    if (p->kind == REPLY_ERR)
        buffer_printf(out, "  actual:   err %s\n", p->word);
    for (size_t i = 0; i < most; i++) {
        const char *expected = i < count ? word_of(f, i, &scratch) : "missing";
        const char *actual = i < p->result_count ? p->results[i] : "missing";
        if (same_word(expected, actual, true)) {
            add_word("    both:     ", actual, out);
            continue;
        }
        add_word("    expected: ", expected, out);
        add_word("    actual:   ", actual, out);
        add_difference(expected, actual, out);
    }
    if (f->message)
        buffer_printf(out, "    CPython's last message: %s\n", f->message);
    buffer_free(&scratch);
}
