/*
 * canon_print.c  Canonical text the way Python would write the value, for
 * people; not meant to be evaluated. See canon.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"

/* An open container: its letter, which part it is in (see PROTOCOL.md,
 * "Objects"), how many elements and whether a value follows its key. */
typedef struct level {
    char letter;
    int section;
    size_t count;
    bool after_key;
} level;

typedef struct printer {
    buffer *out;
    size_t limit; /* of out->len */
    level *levels;
    size_t depth, cap;
    char labels[256][8]; /* labels that were defined */
    size_t label_count;
} printer;

static int hex_digit(char c) {
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static unsigned byte_at(const char *hex) {
    return (unsigned)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])) & 0xff;
}

/* A surrogate, three bytes of its own, is no UTF-8 a terminal could show. */
static bool is_surrogate(const char *hex, size_t len) {
    return len >= 6 && byte_at(hex) == 0xed && byte_at(hex + 2) > 0x9f;
}

/* Returns how many digits were used beyond the first two. */
static size_t print_surrogate(buffer *out, const char *hex) {
    unsigned code =
        0xd000u | (byte_at(hex + 2) & 0x3f) << 6 | (byte_at(hex + 4) & 0x3f);
    buffer_printf(out, "\\u%04x", code);
    return 4;
}

static void print_quoted(buffer *out, const char *hex, size_t len, bool text) {
    buffer_putc(out, '\'');
    for (size_t i = 0; i + 1 < len; i += 2) {
        unsigned c = byte_at(hex + i);
        if (c == '\'' || c == '\\')
            buffer_printf(out, "\\%c", (int)c);
        else if (c == '\n')
            buffer_puts(out, "\\n");
        else if (c >= 0x20 && c < 0x7f)
            buffer_putc(out, (char)c);
        else if (text && is_surrogate(hex + i, len - i))
            i += print_surrogate(out, hex + i);
        else if (text && c >= 0x80)
            buffer_putc(out, (char)c);
        else
            buffer_printf(out, "\\x%02x", c);
    }
    buffer_putc(out, '\'');
}

static void print_int(buffer *out, const char *text, size_t len) {
    bool negative = len > 1 && text[1] == '-';
    const char *digits = text + 1 + negative;
    size_t count = len - 1 - negative;
    if (count > 15) {
        buffer_printf(out, "%s0x%.*s", negative ? "-" : "", (int)count, digits);
        return;
    }
    unsigned long long n = 0;
    for (size_t i = 0; i < count; i++)
        n = n << 4 | (unsigned)(hex_digit(digits[i]) & 15);
    buffer_printf(out, "%s%llu", negative ? "-" : "", n);
}

/* The shortest form that reads back as the same number, as repr() does. */
static void print_float(buffer *out, const char *hex, size_t len) {
    unsigned long long bits = 0;
    double x;
    char text[40];
    for (size_t i = 0; i < len && i < 16; i++)
        bits = bits << 4 | (unsigned)(hex_digit(hex[i]) & 15);
    memcpy(&x, &bits, sizeof x);
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, x);
        if (strtod(text, NULL) == x)
            break;
    }
    buffer_puts(out, text);
    if (!strpbrk(text, ".en"))
        buffer_puts(out, ".0");
    if (x != x)
        buffer_printf(out, " (bits %016llx)", bits);
}

static void print_name(buffer *out, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len) {
            buffer_putc(out, (char)byte_at(text + i + 1));
            i += 2;
        } else {
            buffer_putc(out, text[i] == ':' ? '.' : text[i]);
        }
    }
}

static void print_buffer(buffer *out, const token *t) {
    char c = t->text[0];
    buffer_puts(out, "PickleBuffer(b");
    print_quoted(out, t->text + 1, t->len - 1, false);
    buffer_puts(out, c == 'r' || c == 'R' ? ", readonly" : "");
    buffer_puts(out, c == 'R' || c == 'W' ? ", out-of-band)" : ")");
}

static void print_atom(buffer *out, const token *t) {
    const char *text = t->text;
    size_t len = t->len;
    switch (text[0]) {
    case 'N': buffer_puts(out, "None"); return;
    case 'T': buffer_puts(out, "True"); return;
    case 'F': buffer_puts(out, "False"); return;
    case 'i': print_int(out, text, len); return;
    case 'f': print_float(out, text + 1, len - 1); return;
    case 'c':
        buffer_puts(out, "complex(");
        print_float(out, text + 1, 16);
        buffer_puts(out, ", ");
        print_float(out, len > 17 ? text + 17 : text, len > 17 ? 16 : 0);
        buffer_putc(out, ')');
        return;
    case 'u': print_quoted(out, text + 1, len - 1, true); return;
    case 'b':
        buffer_putc(out, 'b');
        print_quoted(out, text + 1, len - 1, false);
        return;
    case 'B':
        buffer_puts(out, "bytearray(b");
        print_quoted(out, text + 1, len - 1, false);
        buffer_putc(out, ')');
        return;
    case 'g': print_name(out, text + 1, len - 1); return;
    case 'r':
    case 'w':
    case 'R':
    case 'W': print_buffer(out, t); return;
    case 'p': buffer_putc(out, 'p'); return;
    case '*':
        buffer_printf(out, "<object %.*s>", (int)len - 1, text + 1);
        return;
    case '^':
        buffer_printf(out, "<container %.*s up>", (int)len - 1, text + 1);
        return;
    default: buffer_printf(out, "%.*s", (int)len, text); return;
    }
}

static const char *opening(char letter) {
    switch (letter) {
    case 't': return "(";
    case 'l': return "[";
    case 'd': return "{";
    case 'S': return "set([";
    case 'z': return "frozenset([";
    case 'n': return "<instance of ";
    case 'o': return "<call of ";
    case 'p': return "persistent(";
    case 'g': return "global(";
    default: return "?(";
    }
}

static const char *closing(const level *l) {
    switch (l->letter) {
    case 't': return l->count == 1 ? ",)" : ")";
    case 'l': return "]";
    case 'd': return "}";
    case 'S':
    case 'z': return "])";
    case 'n':
    case 'o': return l->section == 1 ? ")>" : l->section ? "]>" : ">";
    default: return ")";
    }
}

/* What the parts of n(...) and o(...) after the class or callable are called.
 */
static const char *section_title(char letter, int section) {
    static const char *const titles[][7] = {
        {"", "(", " state=[", " items=[", " pairs=[", " kwargs=[", " base=["},
        {"", "(", " state=[", " items=[", " pairs=[", " setter=[", " ?=["}};
    return titles[letter == 'o'][section < 6 ? section : 6];
}

static void next_section(printer *p) {
    level *l = p->depth ? &p->levels[p->depth - 1] : NULL;
    if (!l || (l->letter != 'n' && l->letter != 'o'))
        return;
    if (l->section == 1)
        buffer_putc(p->out, ')');
    else if (l->section > 1)
        buffer_putc(p->out, ']');
    l->section++;
    buffer_puts(p->out, section_title(l->letter, l->section));
    l->count = 0;
}

static bool define_label(printer *p, const token *t) {
    char name[8] = "";
    if (t->len >= sizeof name)
        return false;
    memcpy(name, t->text, t->len);
    for (size_t i = 0; i < p->label_count; i++) {
        if (strcmp(p->labels[i], name) == 0)
            return false;
    }
    if (p->label_count == 256)
        return false;
    memcpy(p->labels[p->label_count++], name, sizeof name);
    return true;
}

/* A label that is defined here is left out with its "=": the value says it. */
static bool skip_label(printer *p, const token *t, const char **pos,
                       const char *end) {
    if (t->text[0] != '$' || *pos >= end || **pos != '=' || t->len < 2 ||
        t->text[1] < '0' || t->text[1] > '9')
        return false;
    if (!define_label(p, t))
        return false;
    (*pos)++;
    return true;
}

static void open_container(printer *p, const token *t) {
    if (p->depth == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 16;
        p->levels = must_resize(p->levels, p->cap * sizeof *p->levels);
    }
    p->levels[p->depth++] = (level){.letter = t->text[0]};
    buffer_puts(p->out, opening(t->text[0]));
}

/* Prints one token; true when the value that began first is complete. */
static bool print_token(printer *p, const token *t) {
    level *l = p->depth ? &p->levels[p->depth - 1] : NULL;
    switch (t->kind) {
    case TOKEN_OPEN:
        if (l)
            l->count += !l->after_key;
        open_container(p, t);
        return false;
    case TOKEN_ATOM:
        if (l)
            l->count += !l->after_key;
        print_atom(p->out, t);
        return p->depth == 0;
    case TOKEN_CLOSE:
        if (!l)
            return true;
        buffer_puts(p->out, closing(l));
        return --p->depth == 0;
    case TOKEN_COMMA:
        buffer_puts(p->out, ", ");
        if (l)
            l->after_key = false;
        return !l;
    case TOKEN_EQUALS:
        buffer_puts(p->out, ": ");
        if (l)
            l->after_key = true;
        return !l;
    case TOKEN_SEMICOLON: next_section(p); return !l;
    default: return true;
    }
}

void canon_print(const char *text, size_t len, size_t limit, buffer *out) {
    printer p = {.out = out, .limit = out->len + limit};
    const char *pos = text, *end = text + len;
    for (;;) {
        token t = canon_next(&pos, end);
        if (t.kind == TOKEN_END)
            break;
        if (t.kind == TOKEN_ATOM && skip_label(&p, &t, &pos, end))
            continue;
        if (print_token(&p, &t))
            break;
        if (out->len > p.limit)
            break;
    }
    if (out->len > p.limit) {
        /* Cut between characters, not inside one. */
        while ((out->data[p.limit] & 0xc0) == 0x80)
            p.limit--;
        out->len = p.limit;
        buffer_puts(out, "...");
    }
    free(p.levels);
}
