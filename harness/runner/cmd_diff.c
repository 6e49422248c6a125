/* cmd_diff.c  pickleproof diff: the first opcode in which two files differ. */
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "pickle_file.h"

enum { ARGUMENT = 60, MAX_CONTEXT = 1000 };

/* One side: the file, and the opcode it stands at. */
typedef struct side {
    pickle_file file;
    pickle_genops *ops;
    pickle_genop op;
    bool more;     /* op is set */
    size_t pickle; /* number of the pickle in the file, from 0 */
} side;

/* ---- reading ---- */

/* Begin with the pickle at an offset. */
static void start_at(side *s, size_t offset) {
    pickle_genops_options opt = {.start = offset};
    pickle_genops_free(s->ops);
    s->ops = NULL;
    if (pickle_genops_new(s->file.data, s->file.len, &opt, &s->ops, NULL) !=
        PICKLE_OK)
        abort(); /* out of memory */
    s->more = pickle_genops_next(s->ops, &s->op);
}

/* The next opcode, of the next pickle after STOP. */
static void step(side *s) {
    bool ended = s->op.info->code == '.';
    size_t at = s->op.offset + s->op.len;
    if (ended && at < s->file.len) {
        s->pickle++;
        start_at(s, at);
    } else {
        s->more = pickle_genops_next(s->ops, &s->op);
    }
}

static const uint8_t *bytes_of(const side *s) {
    return (const uint8_t *)s->file.data + s->op.offset;
}

static bool same_opcode(const side *a, const side *b) {
    return a->more && b->more && a->op.len == b->op.len &&
           memcmp(bytes_of(a), bytes_of(b), a->op.len) == 0;
}

/* Both have ended, and what cannot be read is the same too. */
static bool same_end(const side *a, const side *b) {
    size_t at = pickle_genops_offset(a->ops);
    size_t left = a->file.len - at;
    size_t other = pickle_genops_offset(b->ops);
    return !a->more && !b->more && left == b->file.len - other &&
           memcmp((const uint8_t *)a->file.data + at,
                  (const uint8_t *)b->file.data + other, left) == 0;
}

/* ---- printing ---- */

static void print_argument(const pickle_genop *op, int cpython) {
    pickle_bytes_buffer text = {0};
    pickle_genop shown = *op;
    /* Of a long argument only the beginning is shown. */
    if (shown.arg.len > 4 * ARGUMENT && shown.arg.kind != PICKLE_ARG_BIGINT)
        shown.arg.len = 4 * ARGUMENT;
    if (pickle_genop_repr(&shown, cpython, &text, NULL) != PICKLE_OK)
        printf(" an int of %zu bytes", op->arg.len);
    else if (text.len) {
        size_t len = text.len < ARGUMENT ? text.len : ARGUMENT;
        while (len < text.len && (text.data[len] & 0xc0) == 0x80)
            len++;
        printf(" %.*s%s", (int)len, (const char *)text.data,
               len < text.len || shown.arg.len < op->arg.len ? "..." : "");
    }
    pickle_bytes_buffer_deinit(&text);
}

static void print_opcode(char mark, const side *s, int cpython) {
    if (s->more) {
        printf("%c %6zu: %s", mark, s->op.offset, s->op.info->name);
        print_argument(&s->op, cpython);
        printf("\n");
        return;
    }
    const char *wrong = pickle_genops_message(s->ops, NULL);
    printf("%c %6zu: %.200s\n", mark, pickle_genops_offset(s->ops),
           wrong[0] ? wrong : "end of the file");
}

/* Offsets of the last opcodes that were equal, as a ring. */
typedef struct history {
    size_t *offsets;
    size_t size;
    size_t count; /* ever */
} history;

/* Arguments live only until the next opcode is read, so these are read again.
 */
static void print_history(const history *h, side *s, int cpython) {
    size_t shown = h->count < h->size ? h->count : h->size;
    side again = {.file = s->file};
    for (size_t i = h->count - shown; i < h->count; i++) {
        start_at(&again, h->offsets[i % h->size]);
        print_opcode(' ', &again, cpython);
    }
    pickle_genops_free(again.ops);
}

static bool at_end(const side *s) {
    return !s->more ||
           (s->op.info->code == '.' && s->op.offset + s->op.len == s->file.len);
}

/* The opcode and some after it. */
static void print_rest(char mark, side *s, size_t context, int cpython) {
    print_opcode(mark, s, cpython);
    for (size_t i = 0; i < context && !at_end(s); i++) {
        step(s);
        print_opcode(mark, s, cpython);
    }
}

/* Whether both go on with the same opcode behind those that differ. */
static bool goes_on_equal(const side *a, const side *b) {
    side next_a = {.file = a->file}, next_b = {.file = b->file};
    bool same = false;
    if (!at_end(a) && !at_end(b)) {
        start_at(&next_a, a->op.offset);
        start_at(&next_b, b->op.offset);
        step(&next_a);
        step(&next_b);
        same = same_opcode(&next_a, &next_b);
    }
    pickle_genops_free(next_a.ops);
    pickle_genops_free(next_b.ops);
    return same;
}

static void print_common(side *a, side *b, size_t context, int cpython) {
    step(a);
    step(b);
    for (size_t i = 0; i < context && same_opcode(a, b); i++) {
        print_opcode(' ', a, cpython);
        if (at_end(a) || at_end(b))
            break;
        step(a);
        step(b);
    }
}

/* What is different, in a few words. */
static const char *kind_of_difference(const side *a, const side *b) {
    if (!a->more && !b->more)
        return "both cannot be read further";
    if (!a->more || !b->more)
        return "one of them ends, or cannot be read further";
    return a->op.info == b->op.info ? "another argument" : "another opcode";
}

static void print_difference(side *a, side *b, const history *h, int cpython) {
    printf("--- %s, %zu bytes\n+++ %s, %zu bytes\n", a->file.name, a->file.len,
           b->file.name, b->file.len);
    printf("opcode %zu differs: %s", h->count + 1, kind_of_difference(a, b));
    if (a->pickle)
        printf(" (pickle %zu of the file)", a->pickle + 1);
    printf("\n");
    print_history(h, a, cpython);
    bool common = goes_on_equal(a, b);
    print_rest('-', a, common ? 0 : h->size, cpython);
    print_rest('+', b, common ? 0 : h->size, cpython);
    if (common)
        print_common(a, b, h->size, cpython);
}

/* ---- the command ---- */

static int compare(side *a, side *b, size_t context, int cpython, bool quiet) {
    history h = {.size = context};
    h.offsets = must_calloc(context + 1, sizeof *h.offsets);
    start_at(a, 0);
    start_at(b, 0);
    while (same_opcode(a, b)) {
        if (h.size)
            h.offsets[h.count % h.size] = a->op.offset;
        h.count++;
        step(a);
        step(b);
    }
    bool same = same_end(a, b);
    if (!same && !quiet)
        print_difference(a, b, &h, cpython);
    free(h.offsets);
    return same ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int command_diff(int argc, char **argv) {
    const char *cpython = NULL;
    int context = 5, version = 0;
    bool quiet = false;
    const option table[] = {
        {"context", 'U', OPTION_NUMBER, &context, "N",
         "opcodes to show on each side (default 5)"},
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "print nothing"},
        {"cpython", 0, OPTION_TEXT, &cpython, "3.N",
         "version whose repr() to use (default 3.13)"}};
    const usage u = {
        "diff",
        "[options] A B",
        "Compares two files of pickles opcode by opcode and shows the first "
        "that\ndiffers, with its surroundings. Exit code 0 if they are the "
        "same, 1 if not.",
        "  pickleproof diff expected.pickle actual.pickle\n",
        table,
        OPTION_COUNT(table)};
    arguments args;
    side a = {0}, b = {0};
    int code = options_read(&u, argc, argv, &args);
    if (code < 0 && args.plain.count != 2)
        code = options_refuse(&u, "give two files");
    if (code < 0 && context > MAX_CONTEXT)
        code = options_refuse(&u, "that is more context than 1000");
    if (code < 0 && (version = version_of_option(cpython)) < 0)
        code = EXIT_USAGE;
    if (code < 0)
        code = pickle_file_open(&a.file, args.plain.items[0]) &&
                       pickle_file_open(&b.file, args.plain.items[1])
                   ? compare(&a, &b, (size_t)context, version, quiet)
                   : EXIT_USAGE;
    pickle_genops_free(a.ops);
    pickle_genops_free(b.ops);
    pickle_file_close(&a.file);
    pickle_file_close(&b.file);
    strings_free(&args.plain);
    return code == EXIT_USAGE ? code : close_output(code);
}
