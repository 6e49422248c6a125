/* value/text_read_atoms.c  Numbers, strings and names of canonical text. */
#include <string.h>

#include "value/text_read.h"

void pickle__read_fail(reader *r, const char *at, pickle_code code,
                       const char *message) {
    if (r->code == PICKLE_OK) {
        r->code =
            pickle__error_set(r->err, code, "canonical text", "%s", message);
        if (r->err) {
            r->err->offset = (size_t)(at - r->start);
        }
    }
}

void pickle__read_syntax(reader *r, const char *message) {
    pickle__read_fail(r, r->p, PICKLE_ERR_TEXT_SYNTAX, message);
}

void *pickle__read_room(reader *r, void *array, size_t count, size_t *cap,
                        size_t size) {
    if (count < *cap) {
        return array;
    }
    size_t more = *cap ? *cap * 2 : 32;
    void *grown = pickle__realloc(r->alloc, array, *cap * size, more * size);
    if (!grown) {
        pickle__read_fail(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return NULL;
    }
    *cap = more;
    return grown;
}

size_t pickle__read_number(reader *r, pickle_value v) {
    pickle_value *a = pickle__read_room(r, r->numbered, r->number_count,
                                        &r->number_cap, sizeof *a);
    if (!a) {
        return 0;
    }
    r->numbered = a;
    a[r->number_count] = v;
    return r->number_count++;
}

int pickle__read_hex(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The run of hex digits at p. */
static size_t hex_run(reader *r) {
    const char *p = r->p;
    while (p < r->end && pickle__read_hex(*p) >= 0) {
        p++;
    }
    return (size_t)(p - r->p);
}

/* Decode the hex run into scratch on the value's own memory. NULL on failure;
 * *len is the number of bytes. Freed with free_bytes(). */
static uint8_t *take_bytes(reader *r, size_t *len) {
    size_t run = hex_run(r);
    if (run % 2) {
        r->p += run;
        pickle__read_syntax(r, "odd number of hex digits");
        return NULL;
    }
    *len = run / 2;
    uint8_t *out = pickle__alloc(r->alloc, *len + 1);
    if (!out) {
        pickle__read_fail(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < *len; i++) {
        out[i] = (uint8_t)(pickle__read_hex(r->p[2 * i]) << 4 |
                           pickle__read_hex(r->p[2 * i + 1]));
    }
    r->p += run;
    return out;
}

static void free_bytes(reader *r, uint8_t *data, size_t len) {
    pickle__free(r->alloc, data, len + 1);
}

static bool take_u64(reader *r, uint64_t *bits) {
    *bits = 0;
    for (int i = 0; i < 16; i++) {
        int d = r->p < r->end ? pickle__read_hex(*r->p) : -1;
        if (d < 0) {
            pickle__read_syntax(r, "expected 16 hex digits");
            return false;
        }
        *bits = *bits << 4 | (unsigned)d;
        r->p++;
    }
    return true;
}

bool pickle__read_decimal(reader *r, size_t *n) {
    const char *from = r->p;
    *n = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        if (*n > (SIZE_MAX - 9) / 10) {
            break;
        }
        *n = *n * 10 + (size_t)(*r->p++ - '0');
    }
    if (r->p == from) {
        pickle__read_syntax(r, "expected a number");
        return false;
    }
    return true;
}

/* ---- atoms ---- */

pickle_value pickle__read_int(reader *r) {
    bool negative = r->p < r->end && *r->p == '-';
    r->p += negative;
    size_t run = hex_run(r);
    if (run == 0 || (run > 1 && *r->p == '0') || (negative && *r->p == '0')) {
        pickle__read_syntax(r, "expected hex digits without leading zeros");
        return pickle_null();
    }
    size_t len = run / 2 + 2; /* room for a sign byte */
    uint8_t *le = pickle__alloc(r->alloc, len);
    if (!le) {
        pickle__read_fail(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return pickle_null();
    }
    memset(le, 0, len);
    for (size_t i = 0; i < run; i++) {
        le[i / 2] |=
            (uint8_t)(pickle__read_hex(r->p[run - 1 - i]) << 4 * (i % 2));
    }
    unsigned carry = 1;
    for (size_t i = 0; negative && i < len; i++) {
        unsigned byte = (~le[i] & 0xffu) + carry;
        carry = byte >> 8;
        le[i] = (uint8_t)byte;
    }
    pickle_value v = pickle_int_bytes(r->doc, le, len);
    pickle__free(r->alloc, le, len);
    r->p += run;
    return v;
}

pickle_value pickle__read_float(reader *r) {
    uint64_t bits;
    double x;
    if (!take_u64(r, &bits)) {
        return pickle_null();
    }
    memcpy(&x, &bits, sizeof x);
    return pickle_float(r->doc, x);
}

pickle_value pickle__read_complex(reader *r) {
    uint64_t re_bits;
    uint64_t im_bits;
    double re;
    double im;
    if (!take_u64(r, &re_bits) || !take_u64(r, &im_bits)) {
        return pickle_null();
    }
    memcpy(&re, &re_bits, sizeof re);
    memcpy(&im, &im_bits, sizeof im);
    return pickle_complex(r->doc, re, im);
}

/* A buffer's bytes must outlive the reader, so they are copied to a bytes
 * object of the document and borrowed from there. */
static pickle_value make_buffer(reader *r, char type, const uint8_t *data,
                                size_t len) {
    unsigned flags =
        (type == 'r' || type == 'R' ? PICKLE_BUFFER_READONLY : 0) |
        (type == 'R' || type == 'W' ? PICKLE_BUFFER_OUT_OF_BAND : 0);
    pickle_value copy = pickle_bytes(r->doc, data, len);
    if (pickle_is_null(copy)) {
        return copy;
    }
    data = pickle_get_data(copy, &len);
    return pickle_buffer(r->doc, data, len, flags);
}

pickle_value pickle__read_blob(reader *r, char type) {
    const char *at = r->p;
    size_t len;
    uint8_t *data = take_bytes(r, &len);
    pickle_value v = pickle_null();
    if (!data) {
        return v;
    }
    switch (type) {
    case 'u':
        if (pickle__utf8_valid(data, len, NULL, NULL)) {
            v = pickle_str(r->doc, (char *)data, len);
        } else {
            pickle__read_fail(r, at, PICKLE_ERR_UNICODE_DECODE, "not UTF-8");
        }
        break;
    case 'b': v = pickle_bytes(r->doc, data, len); break;
    case 'B': v = pickle_bytearray(r->doc, data, len); break;
    default: v = make_buffer(r, type, data, len);
    }
    free_bytes(r, data, len);
    if (!pickle_is_null(v) && type != 'u' && type != 'b') {
        pickle__read_number(r, v);
    }
    return v;
}

static bool is_name_end(char c) {
    return c == ':' || c == ',' || c == ';' || c == ')' || c == '=';
}

/* A NAME into `out`, which has room for all text that is left. */
static size_t take_name(reader *r, uint8_t *out) {
    size_t len = 0;
    while (r->p < r->end && !is_name_end(*r->p)) {
        if (*r->p != '%') {
            out[len++] = (uint8_t)*r->p++;
            continue;
        }
        if (r->end - r->p < 3 || pickle__read_hex(r->p[1]) < 0 ||
            pickle__read_hex(r->p[2]) < 0) {
            pickle__read_syntax(r, "expected two hex digits after %");
            return len;
        }
        out[len++] = (uint8_t)(pickle__read_hex(r->p[1]) << 4 |
                               pickle__read_hex(r->p[2]));
        r->p += 3;
    }
    return len;
}

static size_t name_span(const reader *r) {
    const char *p = r->p;
    while (p < r->end && *p != ',' && *p != ';' && *p != ')' && *p != '=') {
        p++;
    }
    return (size_t)(p - r->p);
}

pickle_value pickle__read_global(reader *r) {
    const char *at = r->p;
    size_t span = name_span(r) + 1;
    uint8_t *text = pickle__alloc(r->alloc, span);
    pickle_value v = pickle_null();
    if (!text) {
        pickle__read_fail(r, r->p, PICKLE_ERR_NOMEM, "out of memory");
        return v;
    }
    size_t module_len = take_name(r, text);
    if (r->code == PICKLE_OK && (r->p == r->end || *r->p != ':')) {
        pickle__read_syntax(r, "expected ':' after a module");
    }
    if (r->code == PICKLE_OK) {
        r->p++;
        size_t name_len = take_name(r, text + module_len);
        if (r->code == PICKLE_OK &&
            !(pickle__utf8_valid(text, module_len, NULL, NULL) &&
              pickle__utf8_valid(text + module_len, name_len, NULL, NULL))) {
            pickle__read_fail(r, at, PICKLE_ERR_UNICODE_DECODE, "not UTF-8");
        }
        if (r->code == PICKLE_OK) {
            v = pickle__global_named(r->doc, text, module_len,
                                     text + module_len, name_len);
        }
    }
    pickle__free(r->alloc, text, span);
    return v;
}
