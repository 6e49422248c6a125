/* value/blob.c  str, bytes, bytearray and PickleBuffer: a length and bytes. */
#include <string.h>

#include "base/checked.h"
#include "base/utf8.h"
#include "value/node.h"

#define EMPTY_INDEX 256u

pickle_value pickle__blob_copy(pickle_doc *doc, unsigned tag, pickle_kind kind,
                               const void *data, size_t len) {
    size_t size;
    if (!pickle__add_size(sizeof(pickle__blob), len, &size)) {
        return pickle__doc_fail(doc);
    }
    pickle__blob *b = pickle__node_new(doc, size, kind);
    if (!b) {
        return pickle_null();
    }
    b->len = len;
    b->data = (const uint8_t *)(b + 1);
    if (len) {
        memcpy(b + 1, data, len);
    }
    return pickle__make(tag, b);
}

pickle_value pickle__blob_borrow(pickle_doc *doc, unsigned tag,
                                 pickle_kind kind, const void *data,
                                 size_t len) {
    pickle__blob *b = pickle__node_new(doc, sizeof *b, kind);
    if (!b) {
        return pickle_null();
    }
    b->len = len;
    b->data = data ? data : (const uint8_t *)"";
    return pickle__make(tag, b);
}

/* The table of shared objects of one kind, null handles until used. */
static pickle_value *shared_table(pickle_doc *doc, pickle_value **table) {
    if (!*table) {
        pickle_value *t = pickle__arena_alloc(
            &doc->arena, (EMPTY_INDEX + 1) * sizeof(pickle_value));
        if (!t) {
            pickle__doc_fail(doc);
            return NULL;
        }
        for (unsigned i = 0; i <= EMPTY_INDEX; i++) {
            t[i] = pickle_null();
        }
        *table = t;
    }
    return *table;
}

pickle_value pickle__char_str(pickle_doc *doc, unsigned index) {
    pickle_value *t = shared_table(doc, &doc->char_str);
    if (t && pickle_is_null(t[index])) {
        uint8_t utf8[4];
        size_t len = index == EMPTY_INDEX ? 0 : pickle__utf8_put(utf8, index);
        t[index] =
            pickle__blob_copy(doc, PICKLE__TAG_STR, PICKLE_KIND_STR, utf8, len);
        if (!pickle_is_null(t[index])) {
            pickle__node_of(t[index])->flags =
                PICKLE__SHARED | (len <= 1 ? PICKLE__STR_ASCII : 0);
        }
    }
    return t ? t[index] : pickle_null();
}

pickle_value pickle__char_bytes(pickle_doc *doc, unsigned index) {
    pickle_value *t = shared_table(doc, &doc->char_bytes);
    if (t && pickle_is_null(t[index])) {
        uint8_t byte = (uint8_t)index;
        t[index] = pickle__blob_copy(doc, PICKLE__TAG_BYTES, PICKLE_KIND_BYTES,
                                     &byte, index != EMPTY_INDEX);
        if (!pickle_is_null(t[index])) {
            pickle__node_of(t[index])->flags = PICKLE__SHARED;
        }
    }
    return t ? t[index] : pickle_null();
}

pickle_value pickle__latin1(pickle_doc *doc) {
    if (pickle_is_null(doc->latin1)) {
        doc->latin1 = pickle_str(doc, "latin1", 6);
        if (!pickle_is_null(doc->latin1)) {
            pickle__node_of(doc->latin1)->flags |= PICKLE__SHARED;
        }
    }
    return doc->latin1;
}

static bool check_str(pickle_doc *doc, const char *utf8, size_t len,
                      bool *ascii) {
    if (!pickle__utf8_valid((const uint8_t *)utf8, len, ascii, NULL)) {
        pickle__doc_error(doc, PICKLE_ERR_UNICODE_DECODE, "str");
        return false;
    }
    return true;
}

static pickle_value flag_ascii(pickle_value v, bool ascii) {
    if (ascii && !pickle_is_null(v)) {
        pickle__node_of(v)->flags = PICKLE__STR_ASCII;
    }
    return v;
}

pickle_value pickle_str(pickle_doc *doc, const char *utf8, size_t len) {
    bool ascii;
    if (!check_str(doc, utf8, len, &ascii)) {
        return pickle_null();
    }
    return flag_ascii(
        pickle__blob_copy(doc, PICKLE__TAG_STR, PICKLE_KIND_STR, utf8, len),
        ascii);
}

pickle_value pickle_str_z(pickle_doc *doc, const char *utf8) {
    return pickle_str(doc, utf8, strlen(utf8));
}

pickle_value pickle_str_borrow(pickle_doc *doc, const char *utf8, size_t len) {
    bool ascii;
    if (!check_str(doc, utf8, len, &ascii)) {
        return pickle_null();
    }
    return flag_ascii(
        pickle__blob_borrow(doc, PICKLE__TAG_STR, PICKLE_KIND_STR, utf8, len),
        ascii);
}

pickle_value pickle_bytes(pickle_doc *doc, const void *data, size_t len) {
    return pickle__blob_copy(doc, PICKLE__TAG_BYTES, PICKLE_KIND_BYTES, data,
                             len);
}

pickle_value pickle_bytes_borrow(pickle_doc *doc, const void *data,
                                 size_t len) {
    return pickle__blob_borrow(doc, PICKLE__TAG_BYTES, PICKLE_KIND_BYTES, data,
                               len);
}

pickle_value pickle_bytearray(pickle_doc *doc, const void *data, size_t len) {
    return pickle__blob_copy(doc, PICKLE__TAG_BYTEARRAY, PICKLE_KIND_BYTEARRAY,
                             data, len);
}

pickle_value pickle_buffer(pickle_doc *doc, const void *data, size_t len,
                           unsigned flags) {
    pickle_value v = pickle__blob_borrow(doc, PICKLE__TAG_OTHER,
                                         PICKLE_KIND_BUFFER, data, len);
    if (!pickle_is_null(v)) {
        pickle__node_of(v)->flags = (uint8_t)flags;
    }
    return v;
}

unsigned pickle_get_buffer_flags(pickle_value v) {
    return pickle_kind_of(v) == PICKLE_KIND_BUFFER
               ? pickle__node_of(v)->flags &
                     (PICKLE_BUFFER_READONLY | PICKLE_BUFFER_OUT_OF_BAND)
               : 0;
}

const uint8_t *pickle_get_data(pickle_value v, size_t *len) {
    switch (pickle_kind_of(v)) {
    case PICKLE_KIND_STR:
    case PICKLE_KIND_BYTES:
    case PICKLE_KIND_BYTEARRAY:
    case PICKLE_KIND_BUFFER: {
        const pickle__blob *b = pickle__blob_of(v);
        *len = b->len;
        return b->data;
    }
    default: *len = 0; return NULL;
    }
}

bool pickle_str_equals(pickle_value v, const char *utf8) {
    if (pickle_kind_of(v) != PICKLE_KIND_STR) {
        return false;
    }
    const pickle__blob *b = pickle__blob_of(v);
    return b->len == strlen(utf8) && memcmp(b->data, utf8, b->len) == 0;
}
