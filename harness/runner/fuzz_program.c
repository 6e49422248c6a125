/* fuzz_program.c  Pickles made opcode by opcode: the stack is kept mostly
 * right, so that what is odd stands in the middle of what is not. */
#include <pickleproof/pickletools.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

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
        const char *const *name = fuzz_global_name(p->r);
        push_short(p, name[0]);
        if (fuzz_chance(p->r, 20))
            buffer_putc(p->out, '\x94');
        push_short(p, name[1]);
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
