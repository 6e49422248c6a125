/* fuzz_graph.c  Graphs of objects as canonical text: what pickles write
 * differently by kind, size, sharing and place. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { NUMBERS_MAX = 256, LABELS_MAX = 16, DEPTH_MAX = 12 };

typedef struct graph {
    fuzz_random *r;
    buffer *out;
    size_t budget;            /* values that may still be made */
    size_t numbers;           /* numbered values opened so far */
    char kinds[NUMBERS_MAX];  /* their letters */
    bool closed[NUMBERS_MAX]; /* whether their text has ended */
    size_t labels;            /* $1 to $labels are defined */
    bool singles[512];        /* $S and $Y of a byte are defined */
    size_t keys;              /* of dicts, to make each another */
    bool fast;                /* no memo: nothing may be met twice */
    bool persistent;
    int protocol;
} graph;

static void value(graph *g, size_t depth);

/* ---- atoms ---- */

static void add_int(graph *g) {
    static const char *const edges[] = {"0",
                                        "1",
                                        "ff",
                                        "100",
                                        "ffff",
                                        "10000",
                                        "7fffffff",
                                        "80000000",
                                        "ffffffff",
                                        "7fffffffffffffff",
                                        "100000000",
                                        "8000000000000000",
                                        "-1",
                                        "-80",
                                        "-81",
                                        "-80000000",
                                        "-80000001",
                                        "-8000000000000000",
                                        "-8000000000000001",
                                        "7f",
                                        "80",
                                        "10000000000000000",
                                        "7fffff",
                                        "8000000000",
                                        "-8000",
                                        "-8001"};
    buffer_putc(g->out, 'i');
    if (fuzz_chance(g->r, 50)) {
        buffer_puts(g->out, FUZZ_PICK(g->r, edges));
        return;
    }
    size_t digits = 1 + fuzz_small(g->r, fuzz_chance(g->r, 3) ? 600 : 20);
    if (fuzz_chance(g->r, 40))
        buffer_putc(g->out, '-');
    for (size_t i = 0; i < digits; i++)
        buffer_putc(g->out, "0123456789abcdef"[i ? fuzz_below(g->r, 16)
                                                 : 1 + fuzz_below(g->r, 15)]);
}

static void add_float_bits(graph *g) {
    uint64_t bits = fuzz_float_bits(g->r);
    for (int shift = 60; shift >= 0; shift -= 4)
        buffer_putc(g->out, "0123456789abcdef"[bits >> shift & 15]);
}

/* The lengths at which an opcode, a frame or a copy changes are rare. */
static size_t text_len(graph *g) {
    static const size_t edges[] = {255, 256, 257, 1000, 65535, 65536};
    if (fuzz_below(g->r, 1000) < 3)
        return edges[fuzz_below(g->r, 6)];
    if (fuzz_below(g->r, 100) < 3)
        return edges[fuzz_below(g->r, 3)];
    return 2 + fuzz_small(g->r, 12);
}

/* str and bytes of a single byte and of none are one object in CPython. */
static bool add_single(graph *g, char kind) {
    size_t byte = fuzz_below(g->r, 257);
    bool empty = byte == 256;
    size_t at = (kind == 'b' ? 257 : 0) + byte;
    if (at >= sizeof g->singles || g->fast)
        return false;
    buffer_printf(g->out, "$%c", kind == 'b' ? 'Y' : 'S');
    if (!empty)
        buffer_printf(g->out, "%02zx", byte);
    if (g->singles[at])
        return true;
    g->singles[at] = true;
    buffer_printf(g->out, "=%c", kind);
    buffer one = {0};
    if (!empty && kind == 'b')
        buffer_putc(&one, (char)byte);
    else if (!empty)
        fuzz_put_utf8((unsigned)byte, &one);
    buffer_hex(g->out, buffer_text(&one), one.len);
    buffer_free(&one);
    return true;
}

static void add_text_of(graph *g, char kind) {
    buffer text = {0};
    size_t len = text_len(g);
    if (kind == 'u')
        fuzz_utf8(g->r, false, len, &text);
    else
        for (size_t i = 0; i < len; i++)
            buffer_putc(&text, (char)fuzz_below(g->r, 256));
    buffer_putc(g->out, kind);
    buffer_hex(g->out, buffer_text(&text), text.len);
    buffer_free(&text);
}

/* Some are defined with a label, to be met again. */
static void add_text(graph *g, char kind) {
    if (fuzz_chance(g->r, 15) && add_single(g, kind))
        return;
    if (!g->fast && g->labels && fuzz_chance(g->r, 25)) {
        buffer_printf(g->out, "$%zu", 1 + fuzz_below(g->r, g->labels));
        return;
    }
    if (!g->fast && g->labels < LABELS_MAX && fuzz_chance(g->r, 30))
        buffer_printf(g->out, "$%zu=", ++g->labels);
    add_text_of(g, kind);
}

/* Names of one module are one str, but for modules with types in C. */
static const char *const globals[] = {
    "gbuiltins:int",          "gbuiltins:object",
    "gbuiltins:ValueError",   "gcollections:OrderedDict",
    "gfunctools:partial",     "gbuiltins:complex",
    "gpickleproof_kit:Plain", "gpickleproof_kit:func",
    "gpickleproof_kit:Outer", "gpickleproof_kit:MyList"};

/* ---- what is numbered ---- */

static size_t open_number(graph *g, char kind) {
    if (g->numbers < NUMBERS_MAX) {
        g->kinds[g->numbers] = kind;
        g->closed[g->numbers] = false;
    }
    return g->numbers++;
}

static void close_number(graph *g, size_t number) {
    if (number < NUMBERS_MAX)
        g->closed[number] = true;
}

/* A tuple that is still open can only be met inside something that waits for
 * it; sets are made at once. */
static bool add_reference(graph *g) {
    size_t known = g->numbers < NUMBERS_MAX ? g->numbers : NUMBERS_MAX;
    if (!known || g->fast)
        return false;
    size_t n = fuzz_below(g->r, known);
    bool waits = strchr("tz", g->kinds[n]) != NULL;
    if (!g->closed[n] && waits && !fuzz_chance(g->r, 20))
        return false;
    buffer_printf(g->out, "*%zu", n);
    return true;
}

/* Bytes of a bytearray or a buffer. */
static void add_raw(graph *g, char kind) {
    buffer text = {0};
    size_t len = fuzz_chance(g->r, 20) ? fuzz_below(g->r, 2) : text_len(g);
    for (size_t i = 0; i < len; i++)
        buffer_putc(&text, (char)fuzz_below(g->r, 256));
    size_t number = open_number(g, kind);
    buffer_putc(g->out, kind);
    buffer_hex(g->out, buffer_text(&text), text.len);
    close_number(g, number);
    buffer_free(&text);
}

/* ---- containers ---- */

static size_t length(graph *g) {
    if (fuzz_below(g->r, 400) == 0 && g->budget > 20)
        return 999 + fuzz_below(g->r, 4);
    return fuzz_small(g->r, 8);
}

static void add_key(graph *g) {
    if (fuzz_chance(g->r, 30))
        buffer_printf(g->out, "i%zx", 1000 + g->keys++);
    else
        buffer_printf(g->out, "u6b%02zx%02zx", 0x30 + (g->keys / 64 & 63),
                      0x30 + (g->keys & 63)),
            g->keys++;
}

static void add_values(graph *g, size_t count, size_t depth) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_putc(g->out, ',');
        if (count > 20)
            buffer_printf(g->out, "i%zx", i);
        else
            value(g, depth + 1);
    }
}

static void add_pairs(graph *g, size_t count, size_t depth) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_putc(g->out, ',');
        if (count > 20) {
            buffer_printf(g->out, "i%zx=N", i);
            continue;
        }
        add_key(g);
        buffer_putc(g->out, '=');
        value(g, depth + 1);
    }
}

/* Elements stand in the order in which CPython's table gives them: small ints
 * in ascending order, or there is but one. */
static void add_elements(graph *g, size_t count) {
    if (count == 1) {
        if (fuzz_chance(g->r, 50))
            add_text(g, fuzz_chance(g->r, 50) ? 'u' : 'b');
        else
            add_int(g);
        return;
    }
    for (size_t i = 0; i < count; i++)
        buffer_printf(g->out, "%si%zx", i ? "," : "", i);
}

static void add_container(graph *g, size_t depth) {
    static const char kinds[] = "lllltttttdddSz";
    char kind = kinds[fuzz_below(g->r, sizeof kinds - 1)];
    size_t count = length(g);
    /* Up to 3.9 there is one empty frozenset. */
    if (kind == 'z' && count == 0)
        kind = 'S';
    if (kind == 't' && count == 0) {
        buffer_puts(g->out, "t()");
        return;
    }
    size_t number = open_number(g, kind);
    buffer_printf(g->out, "%c(", kind);
    if (kind == 'd')
        add_pairs(g, count, depth);
    else if (kind == 'S' || kind == 'z')
        add_elements(g, count);
    else
        add_values(g, count, depth);
    buffer_putc(g->out, ')');
    close_number(g, number);
}

/* ---- objects ---- */

/* STATE and what follows. A reducer cannot ask for a state of None, and of an
 * instance only a list has items and only a dict has pairs. */
static void add_fields(graph *g, bool instance, size_t depth) {
    buffer_putc(g->out, ';');
    add_values(g, fuzz_small(g->r, 4), depth);
    if (fuzz_chance(g->r, 30))
        return;
    buffer_putc(g->out, ';');
    if (instance || fuzz_chance(g->r, 60))
        add_container(g, depth + 1);
    if (instance || fuzz_chance(g->r, 50))
        return;
    buffer_putc(g->out, ';');
    add_values(g, fuzz_small(g->r, 4), depth);
    buffer_putc(g->out, ';');
    add_pairs(g, fuzz_small(g->r, 4), depth);
    if (fuzz_chance(g->r, 30))
        buffer_puts(g->out, ";gpickleproof_kit:setter");
}

/* BASE of a class that derives from a built-in one. */
static void add_based(graph *g, size_t depth) {
    size_t which = fuzz_below(g->r, 4);
    if (which == 0) {
        buffer_puts(g->out, "gpickleproof_kit:MyList;;;");
        add_values(g, 1 + fuzz_small(g->r, 4), depth);
        buffer_puts(g->out, ";;;list");
    } else if (which == 1) {
        buffer_puts(g->out, "gpickleproof_kit:MyDict;;;;");
        add_pairs(g, 1 + fuzz_small(g->r, 4), depth);
        buffer_puts(g->out, ";;dict");
    } else if (which == 2) {
        buffer_puts(g->out, "gpickleproof_kit:MyInt;");
        add_int(g);
        buffer_puts(g->out, ";;;;;int");
    } else {
        buffer_puts(g->out, "gpickleproof_kit:Slots;;t(N,d(u7879=i1))");
        open_number(g, 't');
        open_number(g, 'd');
        buffer_puts(g->out, ";;;;-");
    }
}

static void add_object(graph *g, size_t depth) {
    static const char *const classes[] = {
        "gpickleproof_kit:Plain", "gpickleproof_kit:Plain2",
        "gpickleproof_kit:WithState", "gpickleproof_kit:NewArgs"};
    static const char *const functions[] = {
        "gpickleproof_kit:func", "gpickleproof_kit:func2",
        "gcollections:OrderedDict", "gbuiltins:bytearray", "gbuiltins:set"};
    bool instance = fuzz_chance(g->r, 60);
    size_t number = open_number(g, instance ? 'n' : 'o');
    buffer_puts(g->out, instance ? "n(" : "o(");
    if (instance && fuzz_chance(g->r, 30)) {
        add_based(g, depth);
    } else {
        buffer_puts(g->out, instance ? FUZZ_PICK(g->r, classes)
                                     : FUZZ_PICK(g->r, functions));
        add_fields(g, instance, depth);
    }
    buffer_putc(g->out, ')');
    close_number(g, number);
}

/* ---- values ---- */

static void add_atom(graph *g) {
    switch (fuzz_below(g->r, 12)) {
    case 0: buffer_putc(g->out, 'N'); break;
    case 1: buffer_putc(g->out, 'T'); break;
    case 2: buffer_putc(g->out, 'F'); break;
    case 3:
        buffer_putc(g->out, 'f');
        add_float_bits(g);
        break;
    case 4:
        buffer_putc(g->out, 'c');
        add_float_bits(g);
        add_float_bits(g);
        break;
    case 5: buffer_puts(g->out, FUZZ_PICK(g->r, globals)); break;
    case 6: add_text(g, 'b'); break;
    case 7:
    case 8:
    case 9: add_int(g); break;
    default: add_text(g, 'u'); break;
    }
}

static void value(graph *g, size_t depth) {
    size_t way = fuzz_below(g->r, 100);
    if (g->budget)
        g->budget--;
    if (way < 12 && add_reference(g))
        return;
    if (!g->budget || depth >= DEPTH_MAX || way < 45) {
        add_atom(g);
    } else if (way < 80) {
        add_container(g, depth);
    } else if (way < 92) {
        add_object(g, depth);
    } else if (way < 95) {
        add_raw(g, 'B');
    } else if (way < 97 && g->protocol == 5) {
        add_raw(g, "rwRW"[fuzz_below(g->r, 4)]);
    } else if (way < 99 && g->persistent) {
        buffer_puts(g->out, "p(");
        if (fuzz_chance(g->r, 50))
            add_int(g);
        else
            add_text(g, 'u');
        buffer_putc(g->out, ')');
    } else {
        add_atom(g);
    }
}

void fuzz_graph(fuzz_random *r, fuzz_case *c) {
    graph *g = must_calloc(1, sizeof *g);
    g->r = r;
    g->out = &c->data;
    g->budget = 1 + fuzz_small(r, 40);
    g->protocol = (int)fuzz_below(r, 6);
    g->persistent = fuzz_chance(r, 10);
    g->fast = fuzz_chance(r, 5);
    c->op = FUZZ_DUMP;
    c->protocol = g->protocol;
    if (g->fast)
        buffer_puts(&c->keys, " fast=1");
    if (fuzz_chance(r, 10))
        buffer_puts(&c->keys, " fix_imports=0");
    if (fuzz_chance(r, 10))
        buffer_puts(&c->keys,
                    FUZZ_PICK(r, ((const char *const[]){
                                     " ext=pickleproof_kit:Plain:1",
                                     " ext=builtins:int:255",
                                     " ext=pickleproof_kit:func:256",
                                     " ext=pickleproof_kit:Plain:65536"})));
    value(g, fuzz_chance(r, 80) ? 0 : DEPTH_MAX);
    free(g);
}
