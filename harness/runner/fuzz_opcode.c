/* fuzz_opcode.c  One opcode with an argument, as odd as they come. */
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

static void put_little(uint64_t n, size_t size, buffer *out) {
    for (size_t i = 0; i < size; i++)
        buffer_putc(out, (char)(n >> 8 * i & 0xff));
}

/* Numbers as INT, LONG, FLOAT, GET and PUT might be given them. */
static const char *const odd_numbers[] = {"00",
                                          "01",
                                          "-0",
                                          "+0",
                                          " 0",
                                          "\t1",
                                          "0x10",
                                          "010",
                                          "0o10",
                                          "0b1",
                                          "1_000",
                                          "5\r",
                                          "5 ",
                                          "\f5",
                                          "5L",
                                          "5l",
                                          "5LL",
                                          "L",
                                          "-",
                                          "",
                                          "1__0",
                                          "_1",
                                          "1_",
                                          "1e5",
                                          "nan",
                                          "inf",
                                          "-inf",
                                          "infinity",
                                          "1e400",
                                          "1_0.5",
                                          ".5",
                                          "5.",
                                          "0x1p3",
                                          " 1.0",
                                          "1.0 ",
                                          "True",
                                          "0L",
                                          "-1",
                                          "--1",
                                          "+ 1",
                                          "0x",
                                          "08",
                                          "00000",
                                          "-0x1fL",
                                          "1e-400",
                                          "-nan",
                                          "+1.5",
                                          "1.5L",
                                          "0B11",
                                          "\v7",
                                          "\x1c"
                                          "7",
                                          "\xa0"
                                          "7",
                                          "\xc2\xa0"
                                          "7",
                                          "\xd9\xa3",
                                          "-5L",
                                          "2147483647",
                                          "2147483648",
                                          "-2147483649",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "-9223372036854775808",
                                          "-9223372036854775809L",
                                          "99999999999999999999999",
                                          "18446744073709551615",
                                          "18446744073709551617",
                                          "19999999999999999999",
                                          "-20000000000000000001",
                                          "0xffffffffffffffff1",
                                          "1\x00"
                                          "2"};

enum { ODD_NUMBERS = sizeof odd_numbers / sizeof *odd_numbers };

static void number_line(fuzz_random *r, buffer *out) {
    if (fuzz_chance(r, 50)) {
        buffer_printf(out, "%zu\n", fuzz_small(r, 1000));
    } else if (fuzz_chance(r, 20)) {
        for (size_t i = 1 + fuzz_below(r, 24); i > 0; i--)
            buffer_putc(out, (char)('0' + fuzz_below(r, 10)));
        buffer_putc(out, '\n');
    } else if (fuzz_below(r, 300) == 0) {
        buffer_fill(out, '9', 4299 + fuzz_below(r, 4));
        buffer_putc(out, '\n');
    } else {
        size_t n = fuzz_below(r, ODD_NUMBERS);
        /* The last one holds a NUL. */
        buffer_add(out, odd_numbers[n],
                   n + 1 == ODD_NUMBERS ? 3 : strlen(odd_numbers[n]));
        buffer_putc(out, '\n');
    }
}

static void string_line(fuzz_random *r, bool quoted, buffer *out) {
    static const char *const odd[] = {"\\n",
                                      "\\x41",
                                      "\\x4",
                                      "\\",
                                      "\\\\",
                                      "\\'",
                                      "\\u0041",
                                      "\\u00",
                                      "\\U0001f455",
                                      "\\U00110000",
                                      "\\ud83d\\ude00",
                                      "\\101",
                                      "\\777",
                                      "\\8",
                                      "\\\\u0041",
                                      "\\\\\\u0041",
                                      "\"",
                                      "'",
                                      "\xe9",
                                      "\xc3\xa9",
                                      "\r",
                                      "\\N{DASH}",
                                      "\\ud800",
                                      "\\u005c",
                                      "\\u000a",
                                      "\\U0000",
                                      "\\x",
                                      "\\0"};
    const char *quote = quoted ? fuzz_chance(r, 60) ? "'" : "\"" : "";
    size_t parts = fuzz_small(r, 5);
    buffer_puts(out, quote);
    for (size_t i = 0; i < parts; i++) {
        if (fuzz_chance(r, 40))
            buffer_puts(out, FUZZ_PICK(r, odd));
        else
            buffer_putc(out, (char)('a' + fuzz_below(r, 26)));
    }
    buffer_puts(out, fuzz_chance(r, 4) ? "" : quote);
    if (fuzz_chance(r, 2))
        buffer_putc(out, ' ');
    buffer_putc(out, '\n');
}

/* Names that every interpreter has, seen by Python 3 or Python 2, and a few
 * that none has. */
static const char *const names[][2] = {{"pickleproof_kit", "Plain"},
                                       {"pickleproof_kit", "Plain2"},
                                       {"pickleproof_kit", "NewArgs"},
                                       {"pickleproof_kit", "MyList"},
                                       {"pickleproof_kit", "MyDict"},
                                       {"builtins", "hash"},
                                       {"pickleproof_kit", "Outer"},
                                       {"pickleproof_kit", "Outer.Inner"},
                                       {"builtins", "set"},
                                       {"builtins", "frozenset"},
                                       {"builtins", "bytearray"},
                                       {"builtins", "bytes"},
                                       {"builtins", "complex"},
                                       {"builtins", "object"},
                                       {"builtins", "int"},
                                       {"builtins", "getattr"},
                                       {"builtins", "len"},
                                       {"__builtin__", "set"},
                                       {"__builtin__", "unicode"},
                                       {"__builtin__", "xrange"},
                                       {"copy_reg", "_reconstructor"},
                                       {"copyreg", "_reconstructor"},
                                       {"copyreg", "__newobj__"},
                                       {"copyreg", "__newobj_ex__"},
                                       {"_codecs", "encode"},
                                       {"collections", "OrderedDict"},
                                       {"functools", "partial"},
                                       {"collections", "deque"}};

const char *const *fuzz_global_name(fuzz_random *r) {
    return names[fuzz_below(r, sizeof names / sizeof *names)];
}

void fuzz_global_lines(fuzz_random *r, buffer *out) {
    const char *const *name = fuzz_global_name(r);
    buffer_printf(out, "%s\n%s\n", name[0], name[1]);
}

static void lines(fuzz_random *r, const char *name, size_t count, buffer *out) {
    if (count == 2)
        fuzz_global_lines(r, out);
    else if (strcmp(name, "STRING") == 0)
        string_line(r, true, out);
    else if (strcmp(name, "UNICODE") == 0 || strcmp(name, "PERSID") == 0)
        string_line(r, false, out);
    else if (strcmp(name, "PUT") == 0 || strcmp(name, "GET") == 0)
        buffer_printf(out, "%zu\n", fuzz_small(r, 12));
    else
        number_line(r, out);
}

static void counted(fuzz_random *r, const char *name, size_t size,
                    buffer *out) {
    buffer text = {0};
    size_t len = fuzz_small(r, fuzz_chance(r, 2) ? 300 : 12);
    if (strstr(name, "UNICODE") || strstr(name, "STRING"))
        fuzz_utf8(r, fuzz_chance(r, 20), len, &text);
    else
        for (size_t i = 0; i < len; i++)
            buffer_putc(&text,
                        (char)(fuzz_chance(r, 30) ? 255 * fuzz_below(r, 2)
                                                  : fuzz_below(r, 256)));
    if (size == 1 && text.len > 255)
        text.len = 255;
    put_little(text.len, size, out);
    buffer_add(out, buffer_text(&text), text.len);
    buffer_free(&text);
}

static void fixed(fuzz_random *r, const char *name, size_t size, buffer *out) {
    if (strstr(name, "PUT") || strstr(name, "GET")) {
        put_little(fuzz_small(r, 12), size, out);
    } else if (strcmp(name, "PROTO") == 0) {
        put_little(fuzz_below(r, 6), size, out);
    } else if (strcmp(name, "FRAME") == 0) {
        put_little(fuzz_small(r, 30), size, out);
    } else if (strcmp(name, "BINFLOAT") == 0) {
        put_little(fuzz_float_bits(r), size, out);
    } else if (strncmp(name, "EXT", 3) == 0) {
        put_little(fuzz_chance(r, 80) ? 1 : fuzz_next(r), size, out);
    } else {
        static const uint64_t edges[] = {
            0,      1,      0x7f,       0x80,       0xff,
            0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
        put_little(fuzz_chance(r, 50) ? edges[fuzz_below(r, 10)] : fuzz_next(r),
                   size, out);
    }
}

void fuzz_opcode(fuzz_random *r, uint8_t code, buffer *out) {
    const pickle_opcode_info *info = pickle_opcode_get(code);
    const char *name = info ? info->name : "";
    size_t size;
    fuzz_layout layout = fuzz_layout_of(code, &size);
    buffer_putc(out, (char)code);
    if (layout == FUZZ_FIXED)
        fixed(r, name, size, out);
    else if (layout == FUZZ_COUNTED)
        counted(r, name, size, out);
    else if (layout == FUZZ_LINES)
        lines(r, name, size, out);
}
