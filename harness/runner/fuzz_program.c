/* fuzz_program.c  Pickles made opcode by opcode: the stack is kept mostly
 * right, so that what is odd stands in the middle of what is not. */
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

/* ---- arguments ---- */

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

void fuzz_global_lines(fuzz_random *r, buffer *out) {
    size_t n = fuzz_below(r, sizeof names / sizeof *names);
    buffer_printf(out, "%s\n%s\n", names[n][0], names[n][1]);
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

/* ---- the stack ---- */

enum { STACK_MAX = 64, CODES_MAX = 80 };

typedef struct program {
    fuzz_random *r;
    buffer *out;
    char stack[STACK_MAX]; /* a letter each; ( is a mark */
    size_t depth;
    size_t memo; /* entries, as MEMOIZE counts them */
    bool persistent;
} program;

static void push(program *p, char kind) {
    if (p->depth < STACK_MAX)
        p->stack[p->depth++] = kind;
}

static char top(const program *p, size_t below) {
    return p->depth > below ? p->stack[p->depth - 1 - below] : '\0';
}

static void pop(program *p, size_t count) {
    p->depth -= count < p->depth ? count : p->depth;
}

static void emit(program *p, uint8_t code) {
    fuzz_opcode(p->r, code, p->out);
}

static size_t above_mark(const program *p) {
    size_t n = 0;
    while (n < p->depth && p->stack[p->depth - 1 - n] != '(')
        n++;
    return n;
}

static bool has_mark(const program *p) {
    return above_mark(p) < p->depth;
}

/* What an atom's opcode leaves: the letters of canonical text; h: hashable. */
static void step_atom(program *p) {
    static const struct {
        const char *codes;
        char kind;
    } groups[] = {
        {"N\x88\x89"
         "JKMIL\x8a\x8b"
         "FG)",
         'h'},
        {"V\x8c\x8d"
         "XSUT",
         'u'},
        {"BC\x8e", 'b'},
        {"]", 'l'},
        {"}", 'd'},
        {"\x8f", 'S'},
        {"\x96", 'B'},
    };
    size_t n =
        fuzz_chance(p->r, 70) ? fuzz_below(p->r, 3) : fuzz_below(p->r, 7);
    const char *codes = groups[n].codes;
    emit(p, (uint8_t)codes[fuzz_below(p->r, strlen(codes))]);
    push(p, groups[n].kind);
}

static void push_short(program *p, const char *text) {
    buffer_putc(p->out, '\x8c');
    buffer_putc(p->out, (char)strlen(text));
    buffer_puts(p->out, text);
}

static void step_global(program *p) {
    if (fuzz_chance(p->r, 60)) {
        emit(p, 'c');
    } else if (fuzz_chance(p->r, 85)) {
        size_t n = fuzz_below(p->r, sizeof names / sizeof *names);
        push_short(p, names[n][0]);
        if (fuzz_chance(p->r, 20))
            buffer_putc(p->out, '\x94');
        push_short(p, names[n][1]);
        buffer_putc(p->out, '\x93');
    } else {
        emit(p, (uint8_t) "\x82\x83\x84"[fuzz_below(p->r, 3)]);
    }
    push(p, 'g');
}

/* Something that takes what is above a mark. */
static void step_slice(program *p) {
    size_t n = above_mark(p);
    char under = top(p, n + 1);
    uint8_t code;
    char kind;
    if (under == 'l' && fuzz_chance(p->r, 60))
        code = 'e', kind = 'l';
    else if (under == 'd' && n % 2 == 0 && fuzz_chance(p->r, 60))
        code = 'u', kind = 'd';
    else if (under == 'S' && fuzz_chance(p->r, 60))
        code = (uint8_t)'\x90', kind = 'S';
    else {
        static const char codes[] = "tld\x91"
                                    "10io";
        static const char kinds[] = "tldzxxnn";
        size_t i = fuzz_below(p->r, sizeof codes - 1);
        code = (uint8_t)codes[i];
        kind = kinds[i];
        emit(p, code);
        if (code == '0') {
            pop(p, 1);
            return;
        }
        pop(p, n + 1);
        if (kind != 'x')
            push(p, kind);
        return;
    }
    emit(p, code);
    pop(p, n + 1);
}

/* Something that takes one to three values from the top. */
static void step_fold(program *p) {
    static const struct {
        const char *code;
        size_t takes;
        char before, gives;
    } folds[] = {{"\x85", 1, 0, 't'}, {"\x86", 2, 0, 't'}, {"\x87", 3, 0, 't'},
                 {"a", 1, 'l', 0},    {"s", 2, 'd', 0},    {"b", 1, 'n', 0},
                 {"R", 2, 0, 'n'},    {"\x81", 2, 0, 'n'}, {"\x92", 3, 0, 'n'},
                 {"0", 1, 0, 0},      {"2", 0, 0, 'h'},    {"\x98", 1, 0, 'W'},
                 {"Q", 1, 0, 'p'},    {"\x93", 2, 0, 'g'}, {"b", 1, 0, 0}};
    size_t i = fuzz_below(p->r, sizeof folds / sizeof *folds);
    size_t takes = folds[i].takes;
    bool fits = p->depth >= takes &&
                (!folds[i].before || top(p, takes) == folds[i].before) &&
                above_mark(p) >= takes;
    char code = folds[i].code[0];
    if (code == 'R' || code == '\x81')
        fits = fits && top(p, 0) == 't' && top(p, 1) == 'g';
    if (code == '\x92')
        fits = fits && top(p, 0) == 'd' && top(p, 1) == 't' && top(p, 2) == 'g';
    if (code == '\x93')
        fits = fits && top(p, 0) == 'u' && top(p, 1) == 'u' &&
               fuzz_chance(p->r, 3);
    if (!fits && !fuzz_chance(p->r, 3))
        return;
    emit(p, (uint8_t)code);
    pop(p, takes);
    if (folds[i].gives)
        push(p, folds[i].gives);
}

static void step_memo(program *p) {
    size_t way = fuzz_below(p->r, 10);
    if (p->depth && top(p, 0) != '(' && way < 5) {
        if (way < 3)
            buffer_putc(p->out, '\x94');
        else
            emit(p, (uint8_t) "pqr"[fuzz_below(p->r, 3)]);
        p->memo++;
    } else if (p->memo) {
        if (fuzz_chance(p->r, 80)) {
            buffer_putc(p->out, 'h');
            buffer_putc(p->out, (char)fuzz_below(p->r, p->memo));
        } else {
            emit(p, (uint8_t) "ghj"[fuzz_below(p->r, 3)]);
        }
        push(p, 'h');
    }
}

/* A call as copyreg makes it: global, tuple of arguments, REDUCE. */
static void step_call(program *p) {
    static const char *const ends[] = {"R", "\x81", "R", "}\x92"};
    step_global(p);
    buffer_putc(p->out, '(');
    size_t count = fuzz_small(p->r, 4);
    for (size_t i = 0; i < count; i++)
        step_atom(p);
    buffer_putc(p->out, 't');
    buffer_puts(p->out, FUZZ_PICK(p->r, ends));
    pop(p, count + 1);
    push(p, 'n');
}

static void step_anything(program *p) {
    uint8_t code = (uint8_t)fuzz_below(p->r, 256);
    if (pickle_opcode_get(code) && code != '.' && code != 'P')
        emit(p, code);
}

static void step(program *p) {
    size_t way = fuzz_below(p->r, 1000);
    if (way < 330) {
        step_atom(p);
    } else if (way < 430) {
        buffer_putc(p->out, '(');
        push(p, '(');
    } else if (way < 580) {
        if (has_mark(p))
            step_slice(p);
    } else if (way < 800) {
        step_fold(p);
    } else if (way < 900) {
        step_memo(p);
    } else if (way < 960) {
        step_call(p);
    } else if (way < 980) {
        step_global(p);
    } else if (way < 985) {
        emit(p, (uint8_t) "\x95\x80\x97"[fuzz_below(p->r, 3)]);
    } else if (way < 990 && p->persistent) {
        emit(p, 'P');
        push(p, 'p');
    } else if (way < 993) {
        step_anything(p);
    }
}

/* One value, so that nothing that was made goes unseen. */
static void finish(program *p) {
    if (has_mark(p) && fuzz_chance(p->r, 90))
        emit(p, fuzz_chance(p->r, 50) ? 't' : 'l');
    for (size_t i = 0; i < 40 && p->depth > 1 && !has_mark(p); i++) {
        emit(p, (uint8_t)'\x86');
        pop(p, 1);
    }
    buffer_putc(p->out, '.');
}

void fuzz_program(fuzz_random *r, fuzz_case *c) {
    program p = {.r = r, .out = &c->data, .persistent = fuzz_chance(r, 10)};
    size_t steps = 1 + fuzz_small(r, 30);
    c->op = FUZZ_LOAD;
    if (p.persistent)
        buffer_puts(&c->keys, " pid=1");
    if (fuzz_chance(r, 10))
        buffer_puts(&c->keys, fuzz_chance(r, 50)
                                  ? " ext=pickleproof_kit:Plain:1"
                                  : " ext=pickleproof_kit:Outer.Inner:1");
    if (fuzz_chance(r, 8))
        buffer_puts(&c->keys, " buffers=r6162,w,w63");
    if (fuzz_chance(r, 70)) {
        buffer_putc(&c->data, '\x80');
        buffer_putc(&c->data, (char)fuzz_below(r, 6));
    }
    for (size_t i = 0; i < steps; i++)
        step(&p);
    finish(&p);
}
