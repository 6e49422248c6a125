/* value/number.c  int of any size, float, complex. None of them has identity.
 */
#include <string.h>

#include "value/node.h"

pickle_value pickle_int(pickle_doc *doc, int64_t n) {
    if (pickle__fits_small_int(n)) {
        return pickle__make_small_int(n);
    }
    uint8_t le[8];
    for (int i = 0; i < 8; i++) {
        le[i] = (uint8_t)((uint64_t)n >> (8 * i));
    }
    return pickle_int_bytes(doc, le, sizeof le);
}

pickle_value pickle_int_u64(pickle_doc *doc, uint64_t n) {
    uint8_t le[9];
    for (int i = 0; i < 8; i++) {
        le[i] = (uint8_t)(n >> (8 * i));
    }
    le[8] = 0;
    return pickle_int_bytes(doc, le, sizeof le);
}

/* Length without sign bytes that say nothing; at least 1 unless len is 0. */
static size_t significant(const uint8_t *data, size_t len) {
    while (len > 1 && ((data[len - 1] == 0x00 && data[len - 2] < 0x80) ||
                       (data[len - 1] == 0xff && data[len - 2] >= 0x80))) {
        len--;
    }
    return len;
}

pickle_value pickle_int_bytes(pickle_doc *doc, const void *data, size_t len) {
    const uint8_t *p = data;
    len = significant(p, len);
    if (len <= 6) {
        uint64_t n = len && p[len - 1] >= 0x80 ? UINT64_MAX : 0;
        for (size_t i = len; i > 0; i--) {
            n = n << 8 | p[i - 1];
        }
        return pickle__make_small_int((int64_t)n);
    }
    return pickle__blob_copy(doc, PICKLE__TAG_NUMBER, PICKLE_KIND_INT, p, len);
}

bool pickle_get_int(pickle_value v, int64_t *n) {
    if (pickle__is_small_int(v)) {
        *n = pickle__small_int(v);
        return true;
    }
    if (pickle_kind_of(v) == PICKLE_KIND_BOOL) {
        *n = pickle_get_bool(v);
        return true;
    }
    if (pickle_kind_of(v) != PICKLE_KIND_INT) {
        return false;
    }
    const pickle__blob *b = pickle__blob_of(v);
    if (b->len > 8) {
        return false;
    }
    uint64_t u = b->data[b->len - 1] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = b->len; i > 0; i--) {
        u = u << 8 | b->data[i - 1];
    }
    *n = (int64_t)u;
    return true;
}

size_t pickle_get_int_bytes(pickle_value v, uint8_t scratch[8],
                            const uint8_t **data) {
    if (pickle__is_small_int(v)) {
        uint64_t n = (uint64_t)pickle__small_int(v);
        for (int i = 0; i < 8; i++) {
            scratch[i] = (uint8_t)(n >> (8 * i));
        }
        *data = scratch;
        return significant(scratch, 8);
    }
    if (pickle_kind_of(v) != PICKLE_KIND_INT) {
        *data = NULL;
        return 0;
    }
    *data = pickle__blob_of(v)->data;
    return pickle__blob_of(v)->len;
}

pickle_value pickle_float(pickle_doc *doc, double x) {
    pickle_value v;
    memcpy(&v.bits, &x, sizeof v.bits);
    if (PICKLE__LIKELY(pickle__is_double(v))) {
        return v;
    }
    /* A negative NaN whose payload reads as a tag. */
    pickle__float *f =
        pickle__node_new(doc, offsetof(pickle__float, im), PICKLE_KIND_FLOAT);
    if (!f) {
        return pickle_null();
    }
    memcpy(&f->re, &x, sizeof x);
    return pickle__make(PICKLE__TAG_NUMBER, f);
}

double pickle_get_float(pickle_value v) {
    double x = 0;
    if (pickle__is_double(v)) {
        memcpy(&x, &v.bits, sizeof x);
    } else if (pickle_kind_of(v) == PICKLE_KIND_FLOAT) {
        memcpy(&x, &((pickle__float *)pickle__node_of(v))->re, sizeof x);
    }
    return x;
}

pickle_value pickle_complex(pickle_doc *doc, double re, double im) {
    pickle__float *f = pickle__node_new(doc, sizeof *f, PICKLE_KIND_COMPLEX);
    if (!f) {
        return pickle_null();
    }
    memcpy(&f->re, &re, sizeof re);
    memcpy(&f->im, &im, sizeof im);
    return pickle__make(PICKLE__TAG_OTHER, f);
}

void pickle_get_complex(pickle_value v, double *re, double *im) {
    *re = *im = 0;
    if (pickle_kind_of(v) == PICKLE_KIND_COMPLEX) {
        const pickle__float *f = (pickle__float *)pickle__node_of(v);
        memcpy(re, &f->re, sizeof *re);
        memcpy(im, &f->im, sizeof *im);
    }
}
