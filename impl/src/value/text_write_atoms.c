/* value/text_write_atoms.c  Writing bytes, numbers, strings and names of
 * canonical text. */
#include <string.h>

#include "value/text.h"

void pickle__write_fail(writer *w, pickle_code code) {
    if (w->code == PICKLE_OK) {
        w->code = code;
    }
}

bool pickle__write_reserve(writer *w, size_t more) {
    if (w->code) {
        return false;
    }
    if (more > w->max_bytes || w->len > w->max_bytes - more) {
        pickle__write_fail(w, PICKLE_ERR_LIMIT);
        return false;
    }
    if (more > w->cap - w->len) {
        size_t cap = w->cap * 2 > w->len + more ? w->cap * 2 : w->len + more;
        char *text = pickle__realloc(w->alloc, w->text, w->cap, cap + 1);
        if (!text) {
            pickle__write_fail(w, PICKLE_ERR_NOMEM);
            return false;
        }
        w->text = text;
        w->cap = cap + 1;
    }
    return true;
}

void pickle__write_data(writer *w, const char *data, size_t len) {
    if (w->counting || !pickle__write_reserve(w, len + 1)) {
        return;
    }
    memcpy(w->text + w->len, data, len);
    w->len += len;
}

void pickle__write_z(writer *w, const char *s) {
    pickle__write_data(w, s, strlen(s));
}

void pickle__write_char(writer *w, char c) {
    pickle__write_data(w, &c, 1);
}

static const char digits[] = "0123456789abcdef";

void pickle__write_hex(writer *w, const uint8_t *data, size_t len) {
    if (w->counting || !pickle__write_reserve(w, len * 2 + 1)) {
        return;
    }
    char *out = w->text + w->len;
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    w->len += len * 2;
}

void pickle__write_number(writer *w, char before, size_t n) {
    char buf[24];
    size_t at = sizeof buf;
    do {
        buf[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    pickle__write_char(w, before);
    pickle__write_data(w, buf + at, sizeof buf - at);
}

void pickle__write_int(writer *w, pickle_value v) {
    uint8_t scratch[8];
    const uint8_t *data;
    size_t len = pickle_get_int_bytes(v, scratch, &data);
    bool negative = data[len - 1] >= 0x80;
    pickle__write_z(w, negative ? "i-" : "i");
    if (w->counting || !pickle__write_reserve(w, len * 2 + 1)) {
        return;
    }
    /* The magnitude, most significant byte first: two passes because the
     * carry of a negation runs the other way. */
    char *out = w->text + w->len;
    unsigned carry = 1;
    for (size_t i = 0; i < len; i++) {
        unsigned byte = data[i];
        if (negative) {
            byte = (~byte & 0xffu) + carry;
            carry = byte >> 8;
            byte &= 0xff;
        }
        out[2 * (len - 1 - i)] = digits[byte >> 4];
        out[2 * (len - 1 - i) + 1] = digits[byte & 15];
    }
    size_t skip = 0;
    while (skip < 2 * len - 1 && out[skip] == '0') {
        skip++;
    }
    memmove(out, out + skip, 2 * len - skip);
    w->len += 2 * len - skip;
}

void pickle__write_double(writer *w, double x) {
    uint64_t bits;
    uint8_t be[8];
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 8; i++) {
        be[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    pickle__write_hex(w, be, sizeof be);
}

static bool is_plain(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '<' ||
           c == '>' || c == '-';
}

void pickle__write_name(writer *w, pickle_value str) {
    size_t len;
    const uint8_t *data = pickle_get_data(str, &len);
    for (size_t i = 0; i < len; i++) {
        if (is_plain(data[i])) {
            pickle__write_char(w, (char)data[i]);
        } else {
            pickle__write_char(w, '%');
            pickle__write_hex(w, data + i, 1);
        }
    }
}

void pickle__write_blob(writer *w, char type, pickle_value v) {
    size_t len;
    const uint8_t *data = pickle_get_data(v, &len);
    pickle__write_char(w, type);
    pickle__write_hex(w, data, len);
}
